/// How far work on the objects of an archive has come: looked at, and ended, from any thread.
public final class WorkProgress: @unchecked Sendable {
  /// What is done, and what there is to do.
  public struct Counts: Sendable {
    /// Objects that are done.
    public var objects = 0
    /// Their JSON bytes.
    public var byteCount = 0
    /// JSON bytes of all that are to be done; 0 while nobody knows.
    public var totalByteCount = 0
  }

  private let lock = Lock()
  private var state = Counts()
  private let isCancelled: @Sendable () -> Bool

  /// Nothing is done yet. `isCancelled` is asked between objects: true ends the work with `CairnError.interrupted`.
  public init(isCancelled: @escaping @Sendable () -> Bool = { false }) { self.isCancelled = isCancelled }

  /// As of now.
  public var counts: Counts { lock.withLock { state } }

  package func expect(byteCount: Int) { lock.withLock { state.totalByteCount += byteCount } }

  /// Throws `CairnError.interrupted` where the work is to end.
  package func check() throws {
    if isCancelled() { throw CairnError.interrupted }
  }

  package func add(_ object: StoredObject) {
    lock.withLock {
      state.objects += object.isLastFragment ? 1 : 0
      state.byteCount += object.byteCount
    }
  }
}
