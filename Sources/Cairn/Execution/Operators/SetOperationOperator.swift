import CairnSQL
import CairnStorage

/// INTERSECT and EXCEPT, with and without ALL (S68): rows of the left side, in its order. The right side is kept as
/// counts of its rows.
///
/// Where these do not fit into memory, both sides go to temporary files, and it is found in passes over them which
/// rows of the left side stay (`SpilledSets`).
final class SetOperationOperator: Operator {
  private let left: (input: any Operator, columns: [ColumnID])
  private let right: (input: any Operator, columns: [ColumnID])
  private let ids: [ColumnID]
  private let operation: CairnSQL.Query.SetOperator
  private let isAll: Bool

  init(
    _ operation: CairnSQL.Query.SetOperator, isAll: Bool, _ left: (input: any Operator, columns: [ColumnID]),
    _ right: (input: any Operator, columns: [ColumnID]), _ ids: [ColumnID]
  ) {
    self.operation = operation
    self.isAll = isAll
    self.left = left
    self.right = right
    self.ids = ids
  }

  var summary: String { operation.rawValue + (isAll ? " all" : "") }
  var inputs: [any Operator] { [left.input, right.input] }

  func addTypes(to types: inout [ColumnID: ResultType]) {
    addTypes(of: ids, from: [left, right], to: &types)
  }

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    let byteLimit = context.options.memoryLimit
    var kept = KeptCounts(operation, isAll: isAll)
    // The other half is for rows that are given.
    try right.input.pull(context) { [right] in
      try SetRows($0, right.columns)
    } _: { rows in
      for row in rows.keys { kept.add(right: row) }
      return kept.byteCount <= byteLimit / 2
    }
    var (goesOn, doneCount) = (true, 0)
    if kept.byteCount <= byteLimit / 2 {
      try left.input.pull(context) { [left, ids] batch in
        (batch.renamed(left.columns, as: ids), try SetRows(batch, left.columns))
      } _: { (batch: Batch, rows: SetRows) in
        let indices = rows.keys.indices.filter { kept.takes(left: rows.keys[$0]) }.map { UInt32($0) }
        doneCount += batch.rowCount
        goesOn = indices.isEmpty ? true : try take(try work(batch.select(indices)))
        return goesOn && kept.byteCount <= byteLimit
      }
      if !goesOn || kept.byteCount <= byteLimit { return }
    }
    kept = KeptCounts(operation, isAll: isAll)
    let spilled = try SpilledSets(left, right, kept, context)
    for batch in spilled.batches.indices {
      try context.check()
      let rows = spilled.rows(batch, after: &doneCount)
      let rowCount = context.rowCount(
        atMost: rows.count,
        rowByteCount: spilled.batches[batch].spilledByteCount / spilled.batches[batch].rowCount)
      for start in stride(from: 0, to: rows.count, by: rowCount) {
        let part = Array(rows[start..<min(start + rowCount, rows.count)])
        let output = spilled.batches[batch].taken(part, isAscending: true).renamed(left.columns, as: ids)
        if try !take(try work(output)) { return }
      }
    }
  }
}

/// The rows of a batch by what makes them the same as others.
struct SetRows: Sendable {
  let keys: [[GroupingKey]]

  init(_ batch: Batch, _ columns: [ColumnID]) throws {
    let vectors = try columns.map { try batch.columns[$0]?.vector() ?? .constant(.null) }
    keys = (0..<batch.rowCount).map { row in vectors.map { GroupingKey($0[row]) } }
  }
}

/// How often the right side has each row, and what became of those of the left side.
struct KeptCounts: Sendable {
  private let operation: CairnSQL.Query.SetOperator
  private let isAll: Bool
  private var counts: [[GroupingKey]: Int] = [:]
  /// Rows of EXCEPT that have been given.
  private var given: Set<[GroupingKey]> = []
  private(set) var byteCount = 0

  /// What a row takes beside its values' bytes, and a value beside its own, roughly.
  static let rowByteCount = 64
  static let valueByteCount = 72

  init(_ operation: CairnSQL.Query.SetOperator, isAll: Bool) {
    self.operation = operation
    self.isAll = isAll
  }

  mutating func add(right row: [GroupingKey]) {
    if counts.updateValue((counts[row] ?? 0) + 1, forKey: row) == nil { byteCount += Self.byteCount(row) }
  }

  /// Whether a row of the left side, which comes after others, is one of the result.
  mutating func takes(left row: [GroupingKey]) -> Bool {
    let count = counts[row] ?? 0
    guard count > 0 else { return operation == .except && (isAll || give(row)) }
    if isAll {
      counts[row] = count - 1
    } else if operation == .intersect {
      counts[row] = 0
    }
    return operation == .intersect
  }

  /// False where it has been given already.
  private mutating func give(_ row: [GroupingKey]) -> Bool {
    let isNew = given.insert(row).inserted
    if isNew { byteCount += Self.byteCount(row) }
    return isNew
  }

  private static func byteCount(_ row: [GroupingKey]) -> Int {
    row.reduce(rowByteCount) { $0 + valueByteCount + $1.bytes.count }
  }
}
