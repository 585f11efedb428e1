import CairnStorage

/// Counts what the operators of a run keep in memory and in temporary files, from any thread: what shows that
/// `QueryOptions.memoryLimit` holds.
final class KeptBytes: @unchecked Sendable {
  private let lock = Lock()
  private var now = 0
  private var most = 0
  private var spilled = 0

  /// Adds bytes in memory; negative where they were let go.
  func hold(_ byteCount: Int) {
    lock.withLock {
      now += byteCount
      most = max(most, now)
    }
  }

  func spill(_ byteCount: Int) { lock.withLock { spilled += byteCount } }

  /// The most bytes that were kept in memory at a time, and all bytes written to temporary files.
  var snapshot: (peak: Int, spilled: Int) { lock.withLock { (most, spilled) } }
}
