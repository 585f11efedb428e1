import CairnStorage

/// What each operator of a run gave, took and read, for EXPLAIN ANALYZE.
final class OperatorRecorder: @unchecked Sendable {
  struct Measured {
    /// How often it ran: a subquery does once for each combination of outer values.
    var runs = 0
    var rows = 0
    var batches = 0
    /// CPU time of its own work, over all threads.
    var nanoseconds = 0
  }

  private let lock = Lock()
  private var known: [ObjectIdentifier?: Measured] = [:]
  private var scans: [ObjectIdentifier: StatisticsRecorder] = [:]

  func addRun(_ node: any Operator) { update(ObjectIdentifier(node)) { $0.runs += 1 } }

  func add(_ node: any Operator, rows: Int) {
    update(ObjectIdentifier(node)) {
      $0.rows += rows
      $0.batches += 1
    }
  }

  func addTime(_ owner: ObjectIdentifier?, nanoseconds: Int) {
    update(owner) { $0.nanoseconds += nanoseconds }
  }

  private func update(_ owner: ObjectIdentifier?, _ change: (inout Measured) -> Void) {
    lock.withLock { change(&known[owner, default: Measured()]) }
  }

  /// Where a scan counts what it reads.
  func reads(of node: any Operator) -> StatisticsRecorder {
    lock.withLock {
      let key = ObjectIdentifier(node)
      if let recorder = scans[key] { return recorder }
      let recorder = StatisticsRecorder()
      scans[key] = recorder
      return recorder
    }
  }

  func measured(_ node: any Operator) -> Measured? { lock.withLock { known[ObjectIdentifier(node)] } }

  /// What a scan has read; nil for other operators.
  func statistics(_ node: any Operator) -> QueryStatistics? {
    lock.withLock { scans[ObjectIdentifier(node)] }?.snapshot
  }

  /// CPU time of all, and of who takes the rows.
  var nanoseconds: Int { lock.withLock { known.values.reduce(0) { $0 + $1.nanoseconds } } }

  /// What all scans have read.
  var total: QueryStatistics {
    lock.withLock { Array(scans.values) }.reduce(into: QueryStatistics()) { $0.add($1.snapshot) }
  }
}
