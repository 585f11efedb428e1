import CairnStorage

/// WITH RECURSIVE (S87): the rows of the base, then those that the step makes of the rows of the round before, until
/// a round has none.
final class RecursionOperator: Operator {
  private let base: (input: any Operator, columns: [ColumnID])
  private let step: (input: any Operator, columns: [ColumnID])
  private let workingTable: WorkingTableOperator
  private let ids: [ColumnID]
  /// UNION: rows that were there already are dropped, also for the next round.
  private let isDistinct: Bool

  /// Rounds of the step that may give rows: Trino's default for `max_recursion_depth`.
  static let roundLimit = 10
  /// Rows of all rounds together, before any are dropped; those of a round are kept in memory.
  static let rowLimit = 1_000_000

  init(
    _ base: (input: any Operator, columns: [ColumnID]), _ step: (input: any Operator, columns: [ColumnID]),
    _ workingTable: WorkingTableOperator, _ ids: [ColumnID], isDistinct: Bool
  ) {
    self.base = base
    self.step = step
    self.workingTable = workingTable
    self.ids = ids
    self.isDistinct = isDistinct
  }

  var summary: String { isDistinct ? "Recursion distinct" : "Recursion" }
  var inputs: [any Operator] { [base.input, step.input] }

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    var seen: Set<[GroupingKey]> = []
    let counter = RowCounter(limit: Self.rowLimit)
    var rows = try gather(base, context, counter, &seen)
    var round = 0
    while !rows.isEmpty {
      if round > Self.roundLimit {
        throw CairnError.usage(
          "WITH RECURSIVE: the step still gives rows after \(Self.roundLimit) rounds, the limit")
      }
      if try !give(rows.map { $0.renamed(ids) }, context, work, take) { return }
      round += 1
      rows = try gather(
        step, context.with(workingTable, rows.map { $0.renamed(workingTable.ids) }), counter, &seen)
    }
  }

  /// All rows of an input, the values read.
  private func gather(
    _ side: (input: any Operator, columns: [ColumnID]), _ context: ExecutionContext, _ counter: RowCounter,
    _ seen: inout Set<[GroupingKey]>
  ) throws -> [Rows] {
    var gathered: [Rows] = []
    try side.input.pull(context) { batch in
      // Before the rows are kept: a join may give very many of them for one batch of its input.
      try counter.add(batch.rowCount)
      return Rows(
        count: batch.rowCount,
        columns: try side.columns.map { id in
          try batch.columns[id]?.vector() ?? .constant(.null)
        })
    } _: { rows in
      let new = isDistinct ? rows.without(&seen) : rows
      if new.count > 0 { gathered.append(new) }
      return true
    }
    return gathered
  }
}

/// Counts rows from any thread.
private final class RowCounter: @unchecked Sendable {
  private let limit: Int
  private let lock = Lock()
  private var count = 0

  init(limit: Int) { self.limit = limit }

  func add(_ more: Int) throws {
    let isOver = lock.withLock {
      count += more
      return count > limit
    }
    if isOver { throw CairnError.usage("WITH RECURSIVE: more than \(limit) rows, the limit") }
  }
}

/// Rows whose columns have no names.
private struct Rows: Sendable {
  let count: Int
  let columns: [Vector]

  func renamed(_ ids: [ColumnID]) -> Batch {
    Batch(rowCount: count, columns: Dictionary(zip(ids, columns.map { Column($0) })) { first, _ in first })
  }

  /// Those that are not among `seen`, which gains them.
  func without(_ seen: inout Set<[GroupingKey]>) -> Rows {
    let new = (0..<count).filter { row in seen.insert(columns.map { GroupingKey($0[row]) }).inserted }
    if new.count == count { return self }
    return Rows(count: new.count, columns: columns.map { $0.gathered(new.map { UInt32($0) }) })
  }
}

/// The rows of the round before, which the step of a recursion reads.
final class WorkingTableOperator: Operator {
  let ids: [ColumnID]
  private let name: String

  init(_ ids: [ColumnID], name: String) {
    self.ids = ids
    self.name = name
  }

  var summary: String { "Rows of \(name), last round" }
  var inputs: [any Operator] { [] }

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    _ = try give(context.workingTables[ObjectIdentifier(self)] ?? [], context, work, take)
  }
}
