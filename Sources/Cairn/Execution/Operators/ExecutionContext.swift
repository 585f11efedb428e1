import CairnStorage

/// What the operators of one run share.
final class ExecutionContext: Sendable {
  let archive: Archive
  let options: QueryOptions
  /// Values of the columns of queries around, for a subquery that uses them.
  let parameters: [ColumnID: EngineValue]
  /// What the step of a recursion reads in this round.
  let workingTables: [ObjectIdentifier: [Batch]]
  let recorder: StatisticsRecorder
  /// What operators make once for all runs of a subquery.
  let shared: SharedTables
  /// What each operator gives and takes, for EXPLAIN ANALYZE.
  let operators: OperatorRecorder?

  init(
    _ archive: Archive, _ options: QueryOptions, parameters: [ColumnID: EngineValue] = [:],
    workingTables: [ObjectIdentifier: [Batch]] = [:], recorder: StatisticsRecorder = StatisticsRecorder(),
    shared: SharedTables = SharedTables(), operators: OperatorRecorder? = nil
  ) {
    self.archive = archive
    self.options = options
    self.parameters = parameters
    self.workingTables = workingTables
    self.recorder = recorder
    self.shared = shared
    self.operators = operators
  }

  func with(_ more: [ColumnID: EngineValue]) -> ExecutionContext {
    if more.isEmpty { return self }
    return changed(parameters: parameters.merging(more) { _, new in new })
  }

  func with(_ table: WorkingTableOperator, _ rows: [Batch]) -> ExecutionContext {
    changed(workingTables: workingTables.merging([ObjectIdentifier(table): rows]) { _, new in new })
  }

  func measuring(_ operators: OperatorRecorder) -> ExecutionContext { changed(operators: operators) }

  func recording(in recorder: StatisticsRecorder) -> ExecutionContext { changed(recorder: recorder) }

  private func changed(
    parameters: [ColumnID: EngineValue]? = nil, workingTables: [ObjectIdentifier: [Batch]]? = nil,
    recorder: StatisticsRecorder? = nil, operators: OperatorRecorder? = nil
  ) -> ExecutionContext {
    ExecutionContext(
      archive, options, parameters: parameters ?? self.parameters,
      workingTables: workingTables ?? self.workingTables, recorder: recorder ?? self.recorder,
      shared: shared, operators: operators ?? self.operators)
  }

  /// Where a scan counts what it reads: with the whole query, or on its own where EXPLAIN ANALYZE tells them apart.
  func reads(of scan: any Operator) -> StatisticsRecorder { operators?.reads(of: scan) ?? recorder }

  /// Bytes that a batch in work should take at most: several are on each thread.
  var batchByteLimit: Int {
    max(Self.leastBatchByteCount, options.memoryLimit / (8 * max(1, options.threads)))
  }
  private static let leastBatchByteCount = 1 << 20

  /// How many rows of a size go together.
  func rowCount(atMost most: Int, rowByteCount: Int) -> Int {
    max(1, min(most, batchByteLimit / max(1, rowByteCount)))
  }

  func check() throws { try options.cancellation.check() }
}

/// Counts what a run reads, from any thread.
final class StatisticsRecorder: @unchecked Sendable {
  let reads = ReadStatistics()
  let kept = KeptBytes()
  private let lock = Lock()
  private var statistics = QueryStatistics()

  func update(_ change: (inout QueryStatistics) -> Void) { lock.withLock { change(&statistics) } }

  var snapshot: QueryStatistics {
    let read = reads.snapshot
    let kept = kept.snapshot
    return lock.withLock {
      var result = statistics
      result.blocksRead += read.blocks
      result.bytesRead += read.bytes
      result.bytesKept = kept.peak
      result.bytesSpilled = kept.spilled
      return result
    }
  }
}
