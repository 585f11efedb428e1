import CairnSQL
import CairnStorage

/// INTERSECT and EXCEPT, with and without ALL (S68). The right side is kept as counts of its rows.
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

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    var counts: [[GroupingKey]: Int] = [:]
    try right.input.pull(context) { [right] in
      try Self.keys($0, right.columns)
    } _: { rows in
      for row in rows { counts[row, default: 0] += 1 }
      return true
    }
    var seen: Set<[GroupingKey]> = []
    try left.input.pull(context) { [left, ids] batch in
      var renamed = Batch(rowCount: batch.rowCount)
      for (id, column) in zip(ids, left.columns) { renamed.columns[id] = batch.columns[column] }
      return (renamed, try Self.keys(batch, left.columns))
    } _: { (batch: Batch, rows: [[GroupingKey]]) in
      var kept: [UInt32] = []
      for (index, row) in rows.enumerated() where keeps(row, &counts, &seen) { kept.append(UInt32(index)) }
      return kept.isEmpty ? true : try take(try work(batch.select(kept)))
    }
  }

  private func keeps(
    _ row: [GroupingKey], _ counts: inout [[GroupingKey]: Int], _ seen: inout Set<[GroupingKey]>
  ) -> Bool {
    let count = counts[row] ?? 0
    if isAll {
      if count > 0 { counts[row] = count - 1 }
      return (count > 0) == (operation == .intersect)
    }
    return (count > 0) == (operation == .intersect) && seen.insert(row).inserted
  }

  private static func keys(_ batch: Batch, _ columns: [ColumnID]) throws -> [[GroupingKey]] {
    let vectors = try columns.map { try batch.columns[$0]?.vector() ?? .constant(.null) }
    return (0..<batch.rowCount).map { row in vectors.map { GroupingKey($0[row]) } }
  }
}
