import CairnSQL
import CairnStorage

/// INTERSECT and EXCEPT, with and without ALL (S68). The right side is kept as counts of its rows.
///
/// Memory is bounded as for grouping: in several passes over both sides, each for a part of the rows by their hash. A
/// pass that turns out too large while it gives rows goes on with a part of its own, and leaves the others to passes
/// that know up to which row it came.
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

  /// A part of the rows, of which the first ones of the left side have been dealt with.
  private struct Pass {
    var part: GroupingPass
    var doneCount = 0
  }

  /// What a pass keeps.
  private struct Kept {
    /// How often the right side has each row.
    var counts: [[GroupingKey]: Int] = [:]
    /// Rows of EXCEPT that have been given.
    var given: Set<[GroupingKey]> = []
    var byteCount = 0

    mutating func keepOnly(_ part: GroupingPass) {
      counts = counts.filter { part.takes($0.key) }
      given = given.filter { part.takes($0) }
      byteCount = counts.keys.reduce(
        given.reduce(0) { $0 + Self.byteCount($1) }
      ) { $0 + Self.byteCount($1) }
    }

    mutating func add(right row: [GroupingKey]) {
      if counts.updateValue((counts[row] ?? 0) + 1, forKey: row) == nil { byteCount += Self.byteCount(row) }
    }

    /// False where it has been given already.
    mutating func give(_ row: [GroupingKey]) -> Bool {
      let isNew = given.insert(row).inserted
      if isNew { byteCount += Self.byteCount(row) }
      return isNew
    }

    private static func byteCount(_ row: [GroupingKey]) -> Int {
      row.reduce(rowByteCount) { $0 + valueByteCount + $1.bytes.count }
    }
  }

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    var passes = [Pass(part: .whole)]
    var goesOn = true
    while goesOn, var pass = passes.popLast() {
      let whole = pass.part
      let byteLimit = whole.modulus < Self.largestModulus ? context.options.memoryLimit : .max
      var kept = Kept()
      // The other half is for rows that are given.
      guard try collect(&kept, whole, byteLimit / 2, context) else {
        passes += whole.split(Self.splitCount).reversed().map { Pass(part: $0, doneCount: pass.doneCount) }
        continue
      }
      var rowCount = 0
      try left.input.pull(context) { [left, ids] batch in
        var renamed = Batch(rowCount: batch.rowCount)
        for (id, column) in zip(ids, left.columns) { renamed.columns[id] = batch.columns[column] }
        return (renamed, try Self.rows(batch, left.columns, whole))
      } _: { (batch: Batch, rows: [Row]) in
        var indices: [UInt32] = []
        for row in rows where pass.part.modulus == whole.modulus || pass.part.takes(row.key) {
          let isNew = keeps(row.key, &kept)
          if isNew, rowCount + Int(row.index) >= pass.doneCount { indices.append(row.index) }
        }
        rowCount += batch.rowCount
        goesOn = indices.isEmpty ? true : try take(try work(batch.select(indices)))
        while kept.byteCount > byteLimit, pass.part.modulus < Self.largestModulus {
          let doneCount = max(rowCount, pass.doneCount)
          let parts = pass.part.split(Self.splitCount)
          passes += parts.dropFirst().reversed().map { Pass(part: $0, doneCount: doneCount) }
          pass.part = parts[0]
          kept.keepOnly(pass.part)
        }
        return goesOn
      }
    }
  }

  /// Counts the right side's rows of a pass; false where they do not fit.
  private func collect(
    _ kept: inout Kept, _ part: GroupingPass, _ byteLimit: Int, _ context: ExecutionContext
  ) throws -> Bool {
    var counted = Kept()
    try right.input.pull(context) { [right] in
      try Self.rows($0, right.columns, part)
    } _: { rows in
      for row in rows { counted.add(right: row.key) }
      return counted.byteCount <= byteLimit
    }
    kept = counted
    return counted.byteCount <= byteLimit
  }

  private func keeps(_ row: [GroupingKey], _ kept: inout Kept) -> Bool {
    let count = kept.counts[row] ?? 0
    guard count > 0 else { return operation == .except && (isAll || kept.give(row)) }
    if isAll {
      kept.counts[row] = count - 1
    } else if operation == .intersect {
      kept.counts[row] = 0
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
