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

  func setSealing(_ isSealing: Bool) {
    lock.withLock {
      state.isSealing = isSealing
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
