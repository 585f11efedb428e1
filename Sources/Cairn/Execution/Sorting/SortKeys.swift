import CairnStorage

/// One item of ORDER BY, computed as a column.
struct SortKey: Sendable {
  let column: ColumnID
  let isDescending: Bool
  let nullsFirst: Bool
  /// Whether texts order as time (S23, S26).
  let isTime: Bool
}

/// What rows in temporary files are ordered by, as numbers that compare fast: a rank for each row and key.
struct RankedRows {
  private var ranks: [[Int64]] = []

  /// Ranks of rows in temporary files; keys whose values do not fit are ordered there.
  init(
    stored store: RowStore, _ keys: [SortKey], _ arena: SpillArena, byteLimit: Int,
    _ context: ExecutionContext
  ) throws {
    for key in keys {
      let byteCount = store.batches.reduce(0) {
        $0 + ($1.columns[key.column]?.rowByteCount(rowCount: $1.rowCount) ?? 0) * $1.rowCount
      }
      if byteCount <= byteLimit {
        ranks.append(try Self.rank(store.batches.map { $0.handedOut() }, key))
        continue
      }
      var runs = try SortRuns(store, [key], arena, context)
      var own = [Int64](repeating: 0, count: store.rowCount)
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
  private func isTie(_ lhs: Int, _ rhs: Int) -> Bool { ranks.allSatisfy { $0[lhs] == $0[rhs] } }

  /// Where the peers of each row of a partition begin and end, of rows in order.
  func peers(_ rows: [Int]) -> [Range<Int>] {
    var peers: [Range<Int>] = []
    peers.reserveCapacity(rows.count)
    var start = 0
    while start < rows.count {
      var end = start + 1
      while end < rows.count, isTie(rows[start], rows[end]) { end += 1 }
      for _ in start..<end { peers.append(start..<end) }
      start = end
    }
    return peers
  }

  // MARK: Ranks

  /// A number for each row, in the order of the key.
  static func rank(_ batches: [Batch], _ key: SortKey, threads: Int = 1) throws -> [Int64] {
    rank(try vectors(batches, key, threads: threads), key)
  }

  /// A key's values with the number of rows.
  static func vectors(_ batches: [Batch], _ key: SortKey, threads: Int) throws -> [(
    vector: Vector, count: Int
  )] {
    try parallelMap(count: batches.count, threads: threads) { index in
      (try batches[index].columns[key.column]?.vector() ?? .constant(.null), batches[index].rowCount)
    }
  }

  static func rank(_ vectors: [(vector: Vector, count: Int)], _ key: SortKey) -> [Int64] {
    if let seconds = seconds(vectors.map(\.vector)) {
      // Seconds that have no text are NULL.
      let null: Int64 = key.nullsFirst ? .min : .max
      return seconds.flatMap { seconds in
        seconds.map { !EventTime.canonicalRange.contains($0) ? null : key.isDescending ? -$0 : $0 }
      }
    }
    if let whole = wholeNumbers(vectors, key) { return whole }
    if let texts = plainTexts(vectors, key) { return rank(texts, key) }
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

  /// The values as texts; nil where there is anything else, and where they may be times.
  static func plainTexts(_ vectors: [(vector: Vector, count: Int)], _ key: SortKey) -> [Vector.Texts]? {
    if key.isTime { return nil }
    var texts: [Vector.Texts] = []
    for (vector, count) in vectors {
      guard let part = vector.texts(count: count) else { return nil }
      texts.append(part)
    }
    return texts
  }

  /// Ranks of texts.
  static func rank(_ texts: [Vector.Texts], _ key: SortKey) -> [Int64] {
    TextRanks.ofRows(texts).map { rank in
      rank < 0 ? (key.nullsFirst ? .min : .max) : key.isDescending ? -rank : rank
    }
  }

  /// Whole numbers order as they are; nil where there is anything but them and NULL.
  private static func wholeNumbers(_ vectors: [(vector: Vector, count: Int)], _ key: SortKey)
    -> [Int64]?
  {
    var output: [Int64] = []
    for (vector, count) in vectors {
      guard let numbers = vector.wholes(count: count) else { return nil }
      for (row, whole) in numbers.values.enumerated() {
        if numbers.isNull(row) {
          output.append(key.nullsFirst ? .min : .max)
        } else if whole > .min + 1 && whole < .max {
          output.append(key.isDescending ? -whole : whole)
        } else {
          return nil
        }
      }
    }
    return output
  }

  /// The places of the rows among which the first `count` are, told by the first key alone: all rows that do not
  /// come after the `count`-th by it.
  static func leading(_ count: Int, _ batches: [Batch], _ key: SortKey) throws -> [[UInt32]]? {
    let ranks = try rank(batches, key)
    guard count > 0, count < ranks.count else { return nil }
    let border = ranks.element(count)
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
