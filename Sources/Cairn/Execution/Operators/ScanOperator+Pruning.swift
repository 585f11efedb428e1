/// What of an archive a scan would look at.
struct ScanPruning: Sendable {
  /// `rowGroupsRead` are those that are left.
  var statistics: QueryStatistics
  /// Rows of what is left, before conditions are evaluated.
  var rowCount: Int
}

extension ScanOperator {
  /// Row groups that time allows, and those of them that may hold a row.
  func remaining(_ context: ExecutionContext) throws -> (all: [Candidate], left: [Candidate]) {
    let candidates = try candidates(context)
    let mayPass = try parallelMap(count: candidates.count, threads: context.options.threads) {
      try context.check()
      return try candidates[$0].filter?.mayPass(candidates[$0].rowGroup) ?? true
    }
    return (candidates, zip(candidates, mayPass).filter { $1 }.map(\.0))
  }

  /// Prunes as a run does, by times, word lists, dictionaries and indexes, and reads no value of a record.
  func pruning(_ context: ExecutionContext) throws -> ScanPruning? {
    let recorder = StatisticsRecorder()
    let (candidates, left) = try remaining(context.recording(in: recorder))
    var statistics = recorder.snapshot
    statistics.rowGroupsRead = left.count
    statistics.rowGroupsRuledOut += candidates.count - left.count
    return ScanPruning(statistics: statistics, rowCount: left.reduce(0) { $0 + $1.unmarkedRowCount })
  }
}
