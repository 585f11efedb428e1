import CairnStorage

/// What the operators of one run share.
final class ExecutionContext: Sendable {
  let archive: Archive
  let options: QueryOptions
  /// Values of the columns of queries around, for a subquery that uses them.
  let parameters: [ColumnID: EngineValue]
  let recorder: StatisticsRecorder
  /// What each operator gives, for EXPLAIN ANALYZE.
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
      result.blocksRead = read.blocks
      result.bytesRead = read.bytes
      result.bytesKept = kept.peak
      result.bytesSpilled = kept.spilled
      return result
    }
  }
}

/// Rows and batches that operators gave, and when they ended.
final class OperatorRecorder: @unchecked Sendable {
  struct Measured {
    var rows = 0
    var batches = 0
    /// Nanoseconds from the start of the run to the operator's end.
    var end = 0
  }

  private let lock = Lock()
  private let start = monotonicNanoseconds()
  private var known: [ObjectIdentifier: Measured] = [:]

  func add(_ node: any Operator, rows: Int) {
    lock.withLock {
      known[ObjectIdentifier(node), default: Measured()].rows += rows
      known[ObjectIdentifier(node), default: Measured()].batches += 1
    }
  }

  func finish(_ node: any Operator) {
    lock.withLock { known[ObjectIdentifier(node), default: Measured()].end = monotonicNanoseconds() - start }
  }

  func measured(_ node: any Operator) -> Measured? { lock.withLock { known[ObjectIdentifier(node)] } }
}
