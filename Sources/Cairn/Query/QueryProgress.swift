import CairnStorage

/// How far a query or a scan has come: for other threads to look at while it runs.
public final class QueryProgress: @unchecked Sendable {
  private let lock = Lock()
  private var recorder: StatisticsRecorder?

  init() {}

  /// Follows a run of a query or a scan from here on.
  func follow(_ recorder: StatisticsRecorder) { lock.withLock { self.recorder = recorder } }

  /// The part that has been read of what there is to read, 0 to 1; nil where that is not known yet.
  public var fraction: Double? {
    guard let statistics = lock.withLock({ recorder })?.snapshot, statistics.rowGroups > 0,
      statistics.segmentsRead + statistics.segmentsOutsideTime >= statistics.segments
    else { return nil }
    let done = statistics.rowGroupsRead + statistics.rowGroupsOutsideTime + statistics.rowGroupsRuledOut
    return min(1, Double(done) / Double(statistics.rowGroups))
  }

  /// Stored bytes that have been read.
  public var bytesRead: Int { lock.withLock { recorder }?.reads.snapshot.bytes ?? 0 }
}
