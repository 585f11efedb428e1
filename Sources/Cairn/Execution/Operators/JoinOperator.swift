import CairnSQL
import CairnStorage

/// Joins two inputs: by hash on the columns that must be equal, then by the rest of the condition.
///
/// The right side is kept; the left side streams through, in parallel. Equality is that of `=` (S20), which is
/// finer than any one key: the hash finds candidates, the comparison decides.
final class JoinOperator: Operator {
  /// `left = right`, each a column of its side.
  struct Equality: Sendable {
    let left: ColumnID
    let right: ColumnID
    let leftIsTime: Bool
    let rightIsTime: Bool
  }

  private let left: any Operator
  private let right: any Operator
  private let kind: Join.Kind
  private let equalities: [Equality]
  /// Further conditions, on columns of both sides.
  private let conditions: [BoundExpression]
  private let text: String

  init(
    _ left: any Operator, _ right: any Operator, kind: Join.Kind, equalities: [Equality],
    conditions: [BoundExpression], text: String
  ) {
    self.left = left
    self.right = right
    self.kind = kind
    self.equalities = equalities
    self.conditions = conditions
    self.text = text
  }

  var summary: String { (equalities.isEmpty ? "NestedLoopJoin " : "HashJoin ") + kind.rawValue.lowercased() }
  var details: [String] { text.isEmpty ? [] : [text] }
  var inputs: [any Operator] { [left, right] }

  /// Pairs of rows that are looked at together.
  private static let pairCount = 1 << 16

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    let store = RowStore(try right.collect(context))
    let table = try JoinTable(store, equalities)
    let matched = MatchedRows(count: kind == .right || kind == .full ? store.rowCount : 0)
    var goesOn = true
    try left.pull(context) { [self] batch in
      try join(batch, table, matched, context).map(work)
    } _: { results in
      for result in results where goesOn { goesOn = try take(result) }
      return goesOn
    }
    guard goesOn, kind == .right || kind == .full else { return }
    let rest = matched.unmatched
    for start in stride(from: 0, to: rest.count, by: Self.pairCount) {
      let rows = Array(rest[start..<min(start + Self.pairCount, rest.count)])
      if try !take(try work(store.batch(rows, isWhole: false))) { return }
    }
  }

  /// The joined rows of a batch of the left side, some batches of them.
  private func join(
    _ batch: Batch, _ table: JoinTable, _ matched: MatchedRows, _ context: ExecutionContext
  ) throws -> [Batch] {
    let keys = try equalities.map { equality in
      JoinKeys(try batch.columns[equality.left]?.vector() ?? .constant(.null), count: batch.rowCount)
    }
    var output: [Batch] = []
    var leftRows: [UInt32] = []
    var rightRows: [Int] = []
    var hasMatch = [Bool](repeating: false, count: batch.rowCount)
    func flush() throws {
      if leftRows.isEmpty { return }
      try context.check()
      var pairs = combine(batch.select(leftRows), table.store.batch(rightRows, isWhole: false))
      var kept: [UInt32]?
      for condition in conditions where pairs.rowCount > 0 {
        let passing = try condition.selection(pairs, context)
        pairs = pairs.select(passing)
        kept = kept.map { kept in passing.map { kept[Int($0)] } } ?? passing
      }
      for index in kept ?? leftRows.indices.map({ UInt32($0) }) {
        hasMatch[Int(leftRows[Int(index)])] = true
        matched.mark(rightRows[Int(index)])
      }
      if pairs.rowCount > 0 { output.append(pairs) }
      leftRows.removeAll(keepingCapacity: true)
      rightRows.removeAll(keepingCapacity: true)
    }
    for row in 0..<batch.rowCount {
      for candidate in table.candidates(keys, row) where table.isEqual(keys, row, candidate) {
        leftRows.append(UInt32(row))
        rightRows.append(candidate)
        if leftRows.count >= Self.pairCount { try flush() }
      }
    }
    try flush()
    if kind == .left || kind == .full {
      let alone = hasMatch.indices.filter { !hasMatch[$0] }.map { UInt32($0) }
      if !alone.isEmpty { output.append(batch.select(alone)) }
    }
    return output
  }

  private func combine(_ lhs: Batch, _ rhs: Batch) -> Batch {
    Batch(rowCount: lhs.rowCount, columns: lhs.columns.merging(rhs.columns) { first, _ in first })
  }
}

/// Right rows that found a partner, marked from any thread.
private final class MatchedRows: @unchecked Sendable {
  private let lock = Lock()
  private var flags: [Bool]

  init(count: Int) { flags = Array(repeating: false, count: count) }

  func mark(_ row: Int) {
    if flags.isEmpty { return }
    lock.withLock { flags[row] = true }
  }

  var unmatched: [Int] { flags.indices.filter { !flags[$0] } }
}

/// The values of one side of an equality with the key that equal values have in common.
struct JoinKeys: Sendable {
  private let coded: Vector.Coded
  private let hashes: [UInt64?]

  init(_ vector: Vector, count: Int) {
    coded = vector.coded(count: count)
    hashes = coded.entries.map { $0.joinHash }
  }

  subscript(row: Int) -> EngineValue { coded.entries[Int(coded.codes[row])] }

  /// Nil for NULL, which equals nothing.
  func hash(_ row: Int) -> UInt64? { hashes[Int(coded.codes[row])] }
}

/// The right side's rows by the hash of their keys.
private final class JoinTable: Sendable {
  let store: RowStore
  private let equalities: [JoinOperator.Equality]
  private let rows: [UInt64: [Int]]
  private let values: [[EngineValue]]

  init(_ store: RowStore, _ equalities: [JoinOperator.Equality]) throws {
    self.store = store
    self.equalities = equalities
    var rows: [UInt64: [Int]] = [:]
    values = try equalities.map { try store.values($0.right) }
    if !equalities.isEmpty {
      for row in 0..<store.rowCount {
        if let hash = JoinTable.hash(values.map { $0[row].joinHash }) { rows[hash, default: []].append(row) }
      }
    }
    self.rows = rows
  }

  private static func hash(_ parts: [UInt64?]) -> UInt64? {
    var hash: UInt64 = 0
    for part in parts {
      guard let part else { return nil }
      hash = (hash ^ part) &* 0x9E37_79B9_7F4A_7C15
    }
    return hash
  }

  /// Rows that may equal a left row.
  func candidates(_ keys: [JoinKeys], _ row: Int) -> any Sequence<Int> {
    if equalities.isEmpty { return 0..<store.rowCount }
    guard let hash = JoinTable.hash(keys.map { $0.hash(row) }) else { return EmptyCollection<Int>() }
    return rows[hash] ?? []
  }

  func isEqual(_ keys: [JoinKeys], _ row: Int, _ candidate: Int) -> Bool {
    for (index, equality) in equalities.enumerated() {
      let order = Comparison.order(
        keys[index][row], values[index][candidate], leftIsTime: equality.leftIsTime,
        rightIsTime: equality.rightIsTime)
      if order != 0 { return false }
    }
    return true
  }
}

extension EngineValue {
  /// The same for all values that can be equal by S20: numbers by value, also where a text spells them; times
  /// likewise; booleans as their texts.
  fileprivate var joinHash: UInt64? {
    if isNull { return nil }
    if let number = number { return GroupingKey(.number(number)).stableHash }
    if let point = timePoint {
      return GroupingKey(.timestamp(point)).stableHash
    }
    if let address = networkAddress { return GroupingKey(.address(address)).stableHash }
    return GroupingKey(.text(text ?? [])).stableHash
  }
}
