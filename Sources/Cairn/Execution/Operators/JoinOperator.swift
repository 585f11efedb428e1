import CairnSQL
import CairnStorage

/// Joins two inputs: by hash on the columns that must be equal, then by the rest of the condition.
///
/// The right side is kept, in temporary files where it does not fit; the left side streams through, in parallel.
/// Equality is that of `=` (S20), which is finer than any one key: the hash finds candidates, the comparison decides.
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
  private let text: PlanText
  /// Whether the right side's rows are the same in every run.
  private let keepsTable: Bool

  init(
    _ left: any Operator, _ right: any Operator, kind: Join.Kind, equalities: [Equality],
    conditions: [BoundExpression], text: @escaping PlanText, keepsTable: Bool = false
  ) {
    self.left = left
    self.right = right
    self.kind = kind
    self.equalities = equalities
    self.conditions = conditions
    self.text = text
    self.keepsTable = keepsTable
  }

  var summary: String { (equalities.isEmpty ? "NestedLoopJoin " : "HashJoin ") + kind.rawValue.lowercased() }
  var details: [String] { [text()].filter { !$0.isEmpty } }
  var inputs: [any Operator] { [left, right] }

  /// Parts of a batch's pairs that are joined where the batch is; what is left over comes after.
  private static let eagerPartCount = 4

  /// What a batch of the left side gave, and the pairs that are left over.
  private struct Joined<Result: Sendable>: Sendable {
    var results: [Result] = []
    /// Whether the row that the last part had some pairs of has found a partner.
    var isMatched = false
    var rest: JoinCandidates?
  }

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    let table = try self.table(context)
    let matched = MatchedRows(count: kind == .right || kind == .full ? table.store.rowCount : 0)
    let alone: JoinCandidates.Alone =
      kind != .left && kind != .full ? .never : conditions.isEmpty ? .unmatched : .always
    var goesOn = true
    try left.pull(context) { [self] batch -> Joined<Result> in
      let keys = try equalities.map { equality in
        JoinKeys(try batch.columns[equality.left]?.vector() ?? .constant(.null), count: batch.rowCount)
      }
      let pairCount = context.rowCount(
        atMost: JoinCandidates.largestPairCount, rowByteCount: batch.rowByteCount + table.store.rowByteCount)
      var candidates = JoinCandidates(batch, keys, table, alone: alone, pairCount: pairCount)
      var joined = Joined<Result>()
      // Wide pairs are not held until it is their turn.
      for _ in 0..<(pairCount < JoinCandidates.largestPairCount ? 1 : Self.eagerPartCount) {
        guard let part = candidates.next() else { return joined }
        let pairs = try join(part, batch, table, matched, context)
        joined.results += try finish(part, pairs, batch, table, &joined.isMatched).map(work)
      }
      joined.rest = candidates
      return joined
    } _: { joined in
      for result in joined.results where goesOn { goesOn = try take(result) }
      table.release()
      guard goesOn, let rest = joined.rest else { return goesOn }
      goesOn = try joinRest(rest, joined.isMatched, table, matched, context, work, take)
      return goesOn
    }
    guard goesOn, kind == .right || kind == .full else { return }
    let rowCount = context.rowCount(
      atMost: JoinCandidates.largestPairCount, rowByteCount: table.store.rowByteCount)
    for start in stride(from: 0, to: table.store.rowCount, by: rowCount) {
      try context.check()
      let alone = matched.unmatched(start..<min(start + rowCount, table.store.rowCount))
      if !alone.isEmpty, try !take(try work(table.store.batch(alone, isWhole: false))) { return }
    }
  }

  /// The table over the right side's rows, made once where it is the same in all runs of a subquery.
  private func table(_ context: ExecutionContext) throws -> JoinTable {
    func make() throws -> JoinTable { try JoinTable(right, equalities, context) }
    // A query without parameters runs once.
    return keepsTable && !context.parameters.isEmpty
      ? try context.shared.value(self, make) ?? make() : try make()
  }

  /// What is left of a batch of the left side that has very many pairs: found one after the other, joined in
  /// parallel.
  private func joinRest<Result: Sendable>(
    _ rest: JoinCandidates, _ isMatched: Bool, _ table: JoinTable, _ matched: MatchedRows,
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws -> Bool {
    var (candidates, isMatched) = (rest, isMatched)
    let batch = rest.batch
    let threads = max(1, context.options.threads)
    while true {
      try context.check()
      var parts: [JoinCandidates.Part] = []
      while parts.count < threads * 2, let part = candidates.next() { parts.append(part) }
      if parts.isEmpty { return true }
      let window = parts
      let results = try parallelMap(count: window.count, threads: threads) { [self] index in
        let pairs = try join(window[index], batch, table, matched, context)
        return (isMatched: pairs.rowCount > 0, result: pairs.rowCount > 0 ? try work(pairs) : nil)
      }
      for (part, joined) in zip(parts, results) {
        if let result = joined.result, try !take(result) { return false }
        if let alone = lonely(part, joined.isMatched, batch, table, &isMatched), try !take(try work(alone)) {
          return false
        }
      }
    }
  }

  private func finish(
    _ part: JoinCandidates.Part, _ pairs: Batch, _ batch: Batch, _ table: JoinTable, _ isMatched: inout Bool
  ) -> [Batch] {
    [pairs, lonely(part, pairs.rowCount > 0, batch, table, &isMatched)].compactMap { $0 }.filter {
      $0.rowCount > 0
    }
  }

  /// A left row whose pairs came in several parts, of which none joined.
  private func lonely(
    _ part: JoinCandidates.Part, _ joins: Bool, _ batch: Batch, _ table: JoinTable, _ isMatched: inout Bool
  ) -> Batch? {
    guard let split = part.split else { return nil }
    isMatched = isMatched || joins
    guard split.isLast else { return nil }
    defer { isMatched = false }
    if isMatched || kind != .left && kind != .full { return nil }
    return combine(batch.select([split.row]), table.store.batch([-1], isWhole: false))
  }

  /// The pairs that pass the conditions, and the left rows without one.
  private func join(
    _ part: JoinCandidates.Part, _ batch: Batch, _ table: JoinTable, _ matched: MatchedRows,
    _ context: ExecutionContext
  ) throws -> Batch {
    if part.leftRows.isEmpty { return Batch(rowCount: 0) }
    try context.check()
    var pairs = combine(batch.select(part.leftRows), table.store.batch(part.rightRows, isWhole: false))
    let hasAlone = part.split == nil && (kind == .left || kind == .full)
    var rightRows = part.rightRows
    for condition in conditions where pairs.rowCount > 0 {
      var passing = try condition.selection(pairs, context)
      if hasAlone { passing = Self.union(passing, rightRows) }
      if passing.count == pairs.rowCount { continue }
      pairs = pairs.select(passing)
      rightRows = passing.map { rightRows[Int($0)] }
    }
    matched.mark(rightRows)
    if !hasAlone || conditions.isEmpty { return pairs }
    // A row stands last among its pairs as the one without a partner.
    let kept = rightRows.indices.filter { index in
      rightRows[index] >= 0 || index == 0 || rightRows[index - 1] < 0
    }
    return kept.count == pairs.rowCount ? pairs : pairs.select(kept.map { UInt32($0) })
  }

  /// The rows that pass with those that stand for a left row alone.
  private static func union(_ passing: [UInt32], _ rightRows: [Int]) -> [UInt32] {
    var output: [UInt32] = []
    output.reserveCapacity(passing.count)
    var next = 0
    for (index, row) in rightRows.enumerated() {
      let passes = next < passing.count && passing[next] == UInt32(index)
      if passes { next += 1 }
      if passes || row < 0 { output.append(UInt32(index)) }
    }
    return output
  }

  private func combine(_ lhs: Batch, _ rhs: Batch) -> Batch {
    Batch(rowCount: lhs.rowCount, columns: lhs.columns.merging(rhs.columns) { first, _ in first })
  }
}

/// Right rows that found a partner, a bit for each, marked from any thread.
private final class MatchedRows: @unchecked Sendable {
  private let lock = Lock()
  private var words: [UInt64]

  init(count: Int) { words = Array(repeating: 0, count: (count + 63) / 64) }

  func mark(_ rows: [Int]) {
    if words.isEmpty { return }
    lock.withLock {
      for row in rows where row >= 0 { words[row >> 6] |= 1 << UInt64(row & 63) }
    }
  }

  func unmatched(_ range: Range<Int>) -> [Int] {
    lock.withLock { range.filter { words[$0 >> 6] & 1 << UInt64($0 & 63) == 0 } }
  }
}
