/// How far a run has come.
public struct CompactionProgress: Sendable {
  /// Nothing is done yet.
  public init() {}

  /// Source files read; of a merge, stored objects.
  public var files = 0
  /// Source files to read in all, or stored objects.
  public var totalFiles = 0
  /// Records read so far.
  public var records = 0
  /// JSON bytes read so far.
  public var jsonByteCount = 0
  /// JSON bytes that are sealed, those of the segment in work as far as it is.
  public var sealedByteCount = 0
  /// Whether all is read, or about to be, and the last segment is being sealed.
  public var isSealing = false
  /// Whether segments are being merged.
  public var isMerging = false
}

/// Adds up what workers do, and reports it.
final class CompactionMeter: @unchecked Sendable {
  private let lock = Lock()
  private var state = CompactionProgress()
  private let report: (@Sendable (CompactionProgress) -> Void)?

  init(_ report: (@Sendable (CompactionProgress) -> Void)?, isMerging: Bool = false) {
    self.report = report
    state.isMerging = isMerging
  }

  func start(totalFiles: Int) {
    lock.withLock {
      state.totalFiles = totalFiles
      report?(state)
    }
  }

  /// While `body` seals pieces with so many bytes of JSON.
  ///
  /// - Parameter isLast: whether nothing is read any more.
  func sealing<Result>(
    byteCount: Int, isLast: Bool, _ body: (SealingProgress) throws -> Result
  ) rethrows -> Result {
    let before = lock.withLock {
      state.isSealing = isLast
      report?(state)
      return state.sealedByteCount
    }
    let result = try body(
      SealingProgress { share in self.setSealed(before + Int(Double(byteCount) * share)) })
    lock.withLock { state.isSealing = false }
    setSealed(before + byteCount)
    return result
  }

  private func setSealed(_ byteCount: Int) {
    lock.withLock {
      state.sealedByteCount = byteCount
      report?(state)
    }
  }

  func add(files: Int, _ pieces: [Piece]) {
    lock.withLock {
      state.files += files
      state.records += pieces.reduce(0) { $0 + $1.state.rows.count }
      state.jsonByteCount += pieces.reduce(0) { $0 + $1.jsonByteCount }
      report?(state)
    }
  }
}
