import CairnSQL
import CairnStorage

/// INTERSECT and EXCEPT, with and without ALL (S68). The right side is kept as counts of its rows.
///
/// Memory is bounded as for grouping: in several passes over both sides, each for a part of the rows by their hash.
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

  /// A pass that does not fit is split into this many.
  private static let splitCount: UInt64 = 4
  /// Splitting ends here: one row alone may be larger than the bound.
  private static let largestModulus: UInt64 = 1 << 16
  /// What a row costs beside its values' bytes, and a value beside its own, roughly.
  private static let rowByteCount = 64
  private static let valueByteCount = 72

  /// A row of a pass: where it is in its batch, and what makes it the same as others.
  private struct Row: Sendable {
    let index: UInt32
    let key: [GroupingKey]
  }

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    var passes = [GroupingPass.whole]
    var goesOn = true
    while goesOn, let pass = passes.popLast() {
      guard var counts = try rightCounts(pass, context) else {
        passes += pass.split(Self.splitCount).reversed()
        continue
      }
      try left.input.pull(context) { [left, ids] batch in
        var renamed = Batch(rowCount: batch.rowCount)
        for (id, column) in zip(ids, left.columns) { renamed.columns[id] = batch.columns[column] }
        return (renamed, try Self.rows(batch, left.columns, pass))
      } _: { (batch: Batch, rows: [Row]) in
        var kept: [UInt32] = []
        for row in rows where keeps(row.key, &counts) { kept.append(row.index) }
        goesOn = kept.isEmpty ? true : try take(try work(batch.select(kept)))
        return goesOn
      }
    }
  }

  /// How often the right side has each row of a pass; nil where they do not fit.
  private func rightCounts(
    _ pass: GroupingPass, _ context: ExecutionContext
  ) throws -> [[GroupingKey]: Int]? {
    let byteLimit = pass.modulus < Self.largestModulus ? context.options.memoryLimit : .max
    var counts: [[GroupingKey]: Int] = [:]
    var byteCount = 0
    try right.input.pull(context) { [right] in
      try Self.rows($0, right.columns, pass)
    } _: { rows in
      for row in rows {
        if counts.updateValue((counts[row.key] ?? 0) + 1, forKey: row.key) == nil {
          byteCount += row.key.reduce(Self.rowByteCount) { $0 + Self.valueByteCount + $1.bytes.count }
        }
      }
      return byteCount <= byteLimit
    }
    return byteCount <= byteLimit ? counts : nil
  }

  private func keeps(_ row: [GroupingKey], _ counts: inout [[GroupingKey]: Int]) -> Bool {
    let count = counts[row] ?? 0
    guard count > 0 else { return operation == .except }
    if isAll {
      counts[row] = count - 1
    } else if operation == .intersect {
      counts[row] = 0
    }
    return operation == .intersect
  }

  private static func rows(_ batch: Batch, _ columns: [ColumnID], _ pass: GroupingPass) throws -> [Row] {
    let vectors = try columns.map { try batch.columns[$0]?.vector() ?? .constant(.null) }
    return (0..<batch.rowCount).compactMap { row in
      let key = vectors.map { GroupingKey($0[row]) }
      return pass.takes(key) ? Row(index: UInt32(row), key: key) : nil
    }
  }
}

extension GroupingPass {
  /// Whether it takes a row.
  fileprivate func takes(_ key: [GroupingKey]) -> Bool {
    if modulus == 1 { return true }
    let hash = key.reduce(0) { ($0 ^ $1.stableHash) &* 0x9E37_79B9_7F4A_7C15 }
    return (hash >> 16) % modulus == remainder
  }
}
