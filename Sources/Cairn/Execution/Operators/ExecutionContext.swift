import CairnStorage

/// What the operators of one run share.
final class ExecutionContext: Sendable {
  let archive: Archive
  let options: QueryOptions
  /// Values of the columns of queries around, for a subquery that uses them.
  let parameters: [ColumnID: EngineValue]
  let recorder: StatisticsRecorder
  /// What each operator gives and takes, for EXPLAIN ANALYZE.
  let operators: OperatorRecorder?

  init(
    _ archive: Archive, _ options: QueryOptions, parameters: [ColumnID: EngineValue] = [:],
    recorder: StatisticsRecorder = StatisticsRecorder(), operators: OperatorRecorder? = nil
  ) {
    self.archive = archive
    self.options = options
    self.parameters = parameters
    self.recorder = recorder
    self.operators = operators
  }

  func with(_ more: [ColumnID: EngineValue]) -> ExecutionContext {
    if more.isEmpty { return self }
    return ExecutionContext(
      archive, options, parameters: parameters.merging(more) { _, new in new }, recorder: recorder,
      operators: operators)
  }

  func measuring(_ operators: OperatorRecorder) -> ExecutionContext {
    ExecutionContext(archive, options, parameters: parameters, recorder: recorder, operators: operators)
  }

  func recording(in recorder: StatisticsRecorder) -> ExecutionContext {
    ExecutionContext(archive, options, parameters: parameters, recorder: recorder, operators: operators)
  }

  /// Where a scan counts what it reads: with the whole query, or on its own where EXPLAIN ANALYZE tells them apart.
  func reads(of scan: any Operator) -> StatisticsRecorder { operators?.reads(of: scan) ?? recorder }

  func check() throws { try options.cancellation.check() }
}

/// Counts what a run reads, from any thread.
final class StatisticsRecorder: @unchecked Sendable {
  let reads = ReadStatistics()
  private let lock = Lock()
  private var statistics = QueryStatistics()

  func update(_ change: (inout QueryStatistics) -> Void) { lock.withLock { change(&statistics) } }

  var snapshot: QueryStatistics {
    let read = reads.snapshot
    return lock.withLock {
      var result = statistics
      result.blocksRead += read.blocks
      result.bytesRead += read.bytes
      return result
    }
  }
}
