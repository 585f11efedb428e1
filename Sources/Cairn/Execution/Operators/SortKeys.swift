import CairnStorage

/// One item of ORDER BY, computed as a column.
struct SortKey: Sendable {
  let column: ColumnID
  let isDescending: Bool
  let nullsFirst: Bool
  /// Whether texts order as time (S23, S26).
  let isTime: Bool
}

/// What some rows are ordered by, as numbers that compare fast: a rank for each row and key.
struct RankedRows {
  private var ranks: [[Int64]] = []
  let rowCount: Int

  /// Ranks of the rows of some batches, counted over all.
  init(_ batches: [Batch], _ keys: [SortKey]) throws {
    rowCount = batches.reduce(0) { $0 + $1.rowCount }
    for key in keys { ranks.append(try Self.rank(batches, key)) }
  }

  /// Ranks of rows in temporary files; keys whose values do not fit are ordered there.
  init(
    stored store: RowStore, _ keys: [SortKey], _ arena: SpillArena, byteLimit: Int,
    _ context: ExecutionContext
  ) throws {
    rowCount = store.rowCount
    for key in keys {
      let byteCount = store.batches.reduce(0) {
        $0 + ($1.columns[key.column]?.rowByteCount(rowCount: $1.rowCount) ?? 0) * $1.rowCount
      }
      if byteCount <= byteLimit {
        ranks.append(try Self.rank(store.batches.map { $0.handedOut() }, key))
        continue
      }
      var runs = try SortRuns(store, [key], arena, context)
      var own = [Int64](repeating: 0, count: rowCount)
      var (rank, last): (Int64, [ComparedValue]?) = (0, nil)
      while let next = runs.next() {
        if let last, !runs.isTie(last, next.keys) { rank += 1 }
        last = next.keys
        own[next.row] = rank
        if next.row % Self.releaseCount == 0 { arena.release() }
      }
      ranks.append(own)
    }
  }

  /// Memory behind so many values in files is let go together, about.
  private static let releaseCount = 1024

  /// Whether row `lhs` comes before row `rhs`; rows that are equal keep their order.
  func precedes(_ lhs: Int, _ rhs: Int) -> Bool {
    for ranks in ranks where ranks[lhs] != ranks[rhs] { return ranks[lhs] < ranks[rhs] }
    return lhs < rhs
  }

  /// Whether two rows are equal in all keys.
  func isTie(_ lhs: Int, _ rhs: Int) -> Bool { ranks.allSatisfy { $0[lhs] == $0[rhs] } }

  /// All rows in order.
  func sorted() -> [Int] { radixOrder().map { Int($0) } }

  /// All rows in the order of the keys, those of a group together where groups are given.
  func radixOrder(in groups: [UInt32]? = nil) -> [UInt32] {
    var order = RadixOrder(rowCount: rowCount)
    for ranks in ranks.reversed() {
      ranks.withUnsafeBufferPointer { ranks in order.sort { ranks[$0] } }
    }
    groups?.withUnsafeBufferPointer { groups in order.sort { Int64(groups[$0]) } }
    return order.rows
  }

  private static func rank(_ batches: [Batch], _ key: SortKey) throws -> [Int64] {
    let vectors = try batches.map { batch in
      (vector: try batch.columns[key.column]?.vector() ?? .constant(.null), count: batch.rowCount)
    }
    if let seconds = seconds(vectors.map(\.vector)) {
      // Seconds that have no text are NULL.
      let null: Int64 = key.nullsFirst ? .min : .max
      return seconds.flatMap { seconds in
        seconds.map { !EventTime.canonicalRange.contains($0) ? null : key.isDescending ? -$0 : $0 }
      }
    }
    if let whole = wholeNumbers(vectors, key) { return whole }
    if let ranks = texts(vectors, key) { return ranks }
    var entries: [EngineValue] = []
    var firstEntries: [Int] = []
    var columns: [Vector.Coded] = []
    for (vector, count) in vectors {
      let coded = vector.coded(count: count)
      firstEntries.append(entries.count)
      entries += coded.entries
      columns.append(coded)
    }
    let ranks = rank(entries, key)
    var output: [Int64] = []
    for (coded, first) in zip(columns, firstEntries) {
      for code in coded.codes { output.append(ranks[first + Int(code)]) }
    }
    return output
  }

  /// Ranks of values, equal ones alike, with the direction and the place of NULL taken into account.
  private static func rank(_ entries: [EngineValue], _ key: SortKey) -> [Int64] {
    let compared = entries.map { ComparedValue($0) }
    func compare(_ lhs: Int, _ rhs: Int) -> Int {
      ComparedValue.compare(compared[lhs], compared[rhs], isTime: key.isTime)
    }
    let order = entries.indices.sorted { compare($0, $1) < 0 }
    var ranks = [Int64](repeating: 0, count: entries.count)
    var rank: Int64 = 0
    var previous: Int?
    for index in order {
      if let previous, compare(previous, index) != 0 {
        rank += 1
      }
      previous = index
      ranks[index] = key.isDescending ? -rank : rank
      if entries[index].isNull { ranks[index] = key.nullsFirst ? .min : .max }
    }
    return ranks
  }

  /// Ranks of texts; nil where there is anything else, and where they may be times.
  private static func texts(_ vectors: [(vector: Vector, count: Int)], _ key: SortKey) -> [Int64]? {
    if key.isTime { return nil }
    var texts: [Vector.Texts] = []
    for (vector, count) in vectors {
      guard let part = vector.texts(count: count) else { return nil }
      texts.append(part)
    }
    return TextRanks.ofRows(texts).map { rank in
      rank < 0 ? (key.nullsFirst ? .min : .max) : key.isDescending ? -rank : rank
    }
  }

  /// Whole numbers order as they are; nil where there is anything else.
  private static func wholeNumbers(_ vectors: [(vector: Vector, count: Int)], _ key: SortKey)
    -> [Int64]?
  {
    var output: [Int64] = []
    for (vector, count) in vectors {
      if case .wholes(let numbers) = vector {
        for row in numbers.values.indices {
          let whole = numbers.values[row]
          if numbers.isNull(row) {
            output.append(key.nullsFirst ? .min : .max)
          } else if whole > .min + 1 && whole < .max {
            output.append(key.isDescending ? -whole : whole)
          } else {
            return nil
          }
        }
        continue
      }
      guard case .plain(let values) = vector, values.count == count else { return nil }
      for value in values {
        guard case .number(.integer(let whole)) = value, whole > .min else { return nil }
        output.append(key.isDescending ? -whole : whole)
      }
    }
    return output
  }

  /// All rows in order.
  static func order(_ batches: [Batch], _ keys: [SortKey]) throws -> [Int] {
    guard keys.count > 1, let first = keys.first else {
      return try RankedRows(batches, keys).sorted()
    }
    let ranks = try rank(batches, first)
    if let order = try order(by: ranks, batches, keys) { return order }
    var ranked = try RankedRows(batches, Array(keys.dropFirst()))
    ranked.ranks.insert(ranks, at: 0)
    return ranked.sorted()
  }

  /// The same where the first key, of which the ranks are given, tells most rows apart: the others are looked at only
  /// for rows that it does not. Nil where these are many.
  private static func order(by ranks: [Int64], _ batches: [Batch], _ keys: [SortKey]) throws
    -> [Int]?
  {
    var (least, greatest) = (Int64.max, Int64.min)
    for rank in ranks where rank != .min && rank != .max {
      (least, greatest) = (min(least, rank), max(greatest, rank))
    }
    // There are no more different ranks than that.
    let width = least > greatest ? 0 : UInt64(bitPattern: greatest) &- UInt64(bitPattern: least)
    if width < UInt64(ranks.count / 2) { return nil }
    var radix = RadixOrder(rowCount: ranks.count)
    ranks.withUnsafeBufferPointer { ranks in radix.sort { ranks[$0] } }
    let order = radix.rows
    var isTied = [Bool](repeating: false, count: ranks.count)
    var places: [Int] = []
    for place in order.indices {
      let rank = ranks[Int(order[place])]
      guard
        place > 0 && ranks[Int(order[place - 1])] == rank
          || place + 1 < order.count && ranks[Int(order[place + 1])] == rank
      else { continue }
      isTied[Int(order[place])] = true
      places.append(place)
    }
    if places.count * 2 > order.count { return nil }
    var rows: [Int] = []
    var few: [Batch] = []
    var start = 0
    for batch in batches {
      let tied = (0..<batch.rowCount).filter { isTied[start + $0] }
      rows += tied.map { start + $0 }
      few.append(batch.select(tied.map { UInt32(truncatingIfNeeded: $0) }))
      start += batch.rowCount
    }
    var output = order.map { Int($0) }
    // Rows of one rank stand together, in the order of ranks, here as there.
    for (place, row) in zip(places, try RankedRows(few, keys).radixOrder()) {
      output[place] = rows[Int(row)]
    }
    return output
  }

  /// The places of the rows among which the first `count` are, told by the first key alone: all rows that do not
  /// come after the `count`-th by it.
  static func leading(_ count: Int, _ batches: [Batch], _ key: SortKey) throws -> [[UInt32]]? {
    let ranks = try rank(batches, key)
    guard count > 0, count < ranks.count else { return nil }
    let border = ranks.sorted()[count - 1]
    var start = 0
    return batches.map { batch in
      defer { start += batch.rowCount }
      return (0..<batch.rowCount).filter { ranks[start + $0] <= border }.map { UInt32($0) }
    }
  }

  /// Times order as their seconds do.
  private static func seconds(_ vectors: [Vector]) -> [[Int64]]? {
    var output: [[Int64]] = []
    for vector in vectors {
      switch (vector, vectors[0]) {
      case (.times(let times), .times), (.timestamps(let times), .timestamps): output.append(times.seconds)
      default: return nil
      }
    }
    return output.isEmpty ? nil : output
  }
}
