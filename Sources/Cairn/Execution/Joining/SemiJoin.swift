/// Which rows have a partner among those of a table: what EXISTS asks, for many rows at once.
struct SemiJoin {
  let table: JoinTable
  let outer: Batch
  /// The rows' values of the table's equalities.
  let keys: [JoinKeys]
  /// What a row and its partner must pass, on columns of both.
  let conditions: [BoundExpression]

  /// Partners of a row that are looked at first where there are conditions; then more of those without one that passes.
  private static let firstPartnerCount = 8
  private static let growth = 8

  func found(_ context: ExecutionContext) throws -> [Bool] {
    let hashes = KeyHashes(keys, rowCount: outer.rowCount).values
    var found = [Bool](repeating: false, count: outer.rowCount)
    if conditions.isEmpty {
      for row in found.indices { found[row] = partner(row, hashes, after: nil) != nil }
      return found
    }
    let pairCount = context.rowCount(
      atMost: JoinCandidates.largestPairCount, rowByteCount: outer.rowByteCount + table.store.rowByteCount)
    var open = found.indices.map { (row: $0, last: Int?.none) }
    var partnerCount = Self.firstPartnerCount
    while !open.isEmpty {
      var next: [(row: Int, last: Int?)] = []
      var pairs = Pairs()
      for (row, start) in open {
        var last = start
        var count = 0
        while count < partnerCount, let partner = partner(row, hashes, after: last) {
          pairs.append(row, partner)
          (last, count) = (partner, count + 1)
          if pairs.count == pairCount { try mark(&pairs, &found, context) }
        }
        if count == partnerCount { next.append((row, last)) }
      }
      try mark(&pairs, &found, context)
      open = next.filter { !found[$0.row] }
      partnerCount = min(partnerCount * Self.growth, JoinCandidates.largestPairCount)
    }
    return found
  }

  /// Rows with their partners.
  private struct Pairs {
    private(set) var rows: [UInt32] = []
    private(set) var partners: [Int] = []

    var count: Int { rows.count }

    mutating func append(_ row: Int, _ partner: Int) {
      rows.append(UInt32(truncatingIfNeeded: row))
      partners.append(partner)
    }
  }

  /// The next row of the table that is equal to a row.
  private func partner(_ row: Int, _ hashes: [UInt64], after last: Int?) -> Int? {
    if hashes[row] == KeyHashes.null { return nil }
    var last = last
    while let candidate = table.candidate(hashes[row], after: last) {
      if table.isEqual(keys, row, candidate) { return candidate }
      last = candidate
    }
    return nil
  }

  /// Marks the rows of pairs that pass the conditions, and lets go of the pairs.
  private func mark(_ pairs: inout Pairs, _ found: inout [Bool], _ context: ExecutionContext) throws {
    if pairs.count == 0 { return }
    try context.check()
    var batch = outer.select(pairs.rows)
    batch.columns.merge(table.store.batch(pairs.partners, isWhole: false).columns) { first, _ in first }
    var rows = pairs.rows
    for condition in conditions where batch.rowCount > 0 {
      let passing = try condition.selection(batch, context)
      if passing.count == rows.count { continue }
      rows = passing.map { rows[Int($0)] }
      batch = batch.select(passing)
    }
    for row in rows { found[Int(row)] = true }
    table.release()
    pairs = Pairs()
  }
}
