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
    var kept = SetCounts(operation, isAll: isAll, columnCount: ids.count)
    let interners = kept.interners
    // The other half is for rows that are given.
    try right.input.pull(context) { [right] in
      try SetRows($0, right.columns, interners)
    } _: { rows in
      kept.add(right: rows)
      return kept.byteCount <= byteLimit / 2
    }
    var (goesOn, doneCount) = (true, 0)
    if kept.byteCount <= byteLimit / 2 {
      let addsLeft = kept.addsLeft
      try left.input.pull(context) { [left, ids] batch in
        (
          batch.renamed(left.columns, as: ids),
          try SetRows(batch, left.columns, interners, addsValues: addsLeft)
        )
      } _: { (batch: Batch, rows: SetRows) in
        let indices = kept.takes(left: rows)
        doneCount += batch.rowCount
        goesOn = indices.isEmpty ? true : try take(try work(batch.select(indices)))
        return goesOn && kept.byteCount <= byteLimit
      }
      if !goesOn || kept.byteCount <= byteLimit { return }
    }
    let spilled = try SpilledSets(operation, isAll: isAll, left, right, context)
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
