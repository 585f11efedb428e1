import CairnStorage

/// How far a query or a scan has come: for other threads to look at while it runs.
public final class QueryProgress: @unchecked Sendable {
  private let lock = Lock()
  private var recorder: StatisticsRecorder?
  private var parts = (done: 0, all: 0)
  private var reads: ReadStatistics?

  init() {}

  /// Follows a run of a query from here on.
  func follow(_ recorder: StatisticsRecorder) { lock.withLock { self.recorder = recorder } }

  /// Follows a scan from here on.
  func follow(_ reads: ReadStatistics) { lock.withLock { self.reads = reads } }

  func set(done: Int, of all: Int) { lock.withLock { parts = (done, all) } }

  /// The part that has been read of what there is to read, 0 to 1; nil where that is not known yet.
  public var fraction: Double? {
    let (recorder, parts) = lock.withLock { (self.recorder, self.parts) }
    if parts.all > 0 { return Double(parts.done) / Double(parts.all) }
    guard let statistics = recorder?.snapshot, statistics.rowGroups > 0,
      statistics.segmentsRead + statistics.segmentsOutsideTime >= statistics.segments
    else { return nil }
    let done = statistics.rowGroupsRead + statistics.rowGroupsOutsideTime + statistics.rowGroupsRuledOut
    return min(1, Double(done) / Double(statistics.rowGroups))
  }

  /// Stored bytes that have been read.
  public var bytesRead: Int {
    let (recorder, reads) = lock.withLock { (self.recorder, self.reads) }
    return (recorder?.reads ?? reads)?.snapshot.bytes ?? 0
  }
}
