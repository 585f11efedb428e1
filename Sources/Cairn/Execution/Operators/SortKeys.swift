import CairnStorage

/// One item of ORDER BY, computed as a column.
struct SortKey: Sendable {
  let column: ColumnID
  let isDescending: Bool
  let nullsFirst: Bool
  /// Whether texts order as time (S23, S26).
  let isTime: Bool
}

/// What some rows are ordered by, as numbers that compare fast: a rank for each row and key. A key tells apart rows
/// that those before it do not; what it says of others means nothing.
struct RankedRows {
  private var ranks: [[Int64]] = []
  let rowCount: Int
  /// All rows in the order of the keys, those of a group together where groups are given.
  private(set) var order: [UInt32]

  /// Ranks of the rows of some batches, counted over all.
  ///
  /// - Parameter groups: a number for each row; rows of several groups are not compared.
  init(_ batches: [Batch], _ keys: [SortKey], in groups: [UInt32]? = nil) throws {
    rowCount = batches.reduce(0) { $0 + $1.rowCount }
    var radix = RadixOrder(rowCount: rowCount)
    let first = try keys.first.map { try Self.rank(batches, $0) }
    first?.withUnsafeBufferPointer { ranks in radix.sort { ranks[$0] } }
    groups?.withUnsafeBufferPointer { groups in radix.sort { Int64(groups[$0]) } }
    order = radix.rows
    guard let first else { return }
    ranks = [first]
    if keys.count > 1 { try orderTies(batches, Array(keys.dropFirst()), in: groups) }
  }

  /// Orders rows that the first key does not tell apart by the others, which are looked at for these alone.
  private mutating func orderTies(_ batches: [Batch], _ keys: [SortKey], in groups: [UInt32]?) throws {
    let first = ranks[0]
    // Rows alike have the same number.
    var runs = [UInt32](repeating: 0, count: rowCount)
    var isTied = [Bool](repeating: false, count: rowCount)
    var tiedCount = 0
    var run: UInt32 = 0
    var start = 0
    while start < rowCount {
      let row = Int(order[start])
      var end = start + 1
      while end < rowCount, first[Int(order[end])] == first[row], groups?[Int(order[end])] == groups?[row] {
        end += 1
      }
      for place in start..<end { runs[Int(order[place])] = run }
      if end - start > 1 {
        for place in start..<end { isTied[Int(order[place])] = true }
        tiedCount += end - start
      }
      run += 1
      start = end
    }
    if tiedCount == 0 { return ranks += keys.map { _ in [Int64](repeating: 0, count: rowCount) } }
    if tiedCount > rowCount / 2 {
      let later = try RankedRows(batches, keys, in: runs)
      order = later.order
      ranks += later.ranks
      return
    }
    var rows: [Int] = []
    var few: [Batch] = []
    start = 0
    for batch in batches {
      let tied = (0..<batch.rowCount).filter { isTied[start + $0] }
      rows += tied.map { start + $0 }
      let part = Batch(
        rowCount: batch.rowCount,
        columns: batch.columns.filter { column in keys.contains { $0.column == column.key } })
      few.append(part.select(tied.map { UInt32(truncatingIfNeeded: $0) }))
      start += batch.rowCount
    }
    let later = try RankedRows(few, keys, in: rows.map { runs[$0] })
    // Runs stand in one order here and there.
    let places = order.indices.filter { isTied[Int(order[$0])] }
    for (place, row) in zip(places, later.order) {
      order[place] = UInt32(truncatingIfNeeded: rows[Int(row)])
    }
    for laterRanks in later.ranks {
      var all = [Int64](repeating: 0, count: rowCount)
      for (index, row) in rows.enumerated() { all[row] = laterRanks[index] }
      ranks.append(all)
    }
  }

  /// Ranks of rows in temporary files; keys whose values do not fit are ordered there.
  init(
    stored store: RowStore, _ keys: [SortKey], _ arena: SpillArena, byteLimit: Int,
    _ context: ExecutionContext
  ) throws {
    rowCount = store.rowCount
    order = []
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
  func sorted() -> [Int] { order.map { Int($0) } }

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
