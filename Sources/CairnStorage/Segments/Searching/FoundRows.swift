/// Rows in which something was found, with what is where: kept by what was found, since a row may have many things and
/// most are only counted.
package struct FoundRows: Sendable {
  /// Something that is at a path.
  package struct Place: Hashable, Sendable {
    /// The finder's.
    package var number: Int
    package var path: String

    package init(number: Int, path: String) { (self.number, self.path) = (number, path) }
  }

  /// Rows with one of the finder's numbers.
  package struct Sum: Sendable {
    package var number: Int
    /// How many have it at which path; at least one.
    package var paths: [(path: String, count: Int)]
    /// Which of `rows` have it.
    package var indices: Positions
  }

  /// Positions in the row group.
  package private(set) var rows: Positions
  private let occurrences: [RowOccurrences.Item]
  private let rowCount: Int
  /// Whether `rows` are all rows of the occurrences.
  private var isComplete: Bool
  /// In the order of their texts.
  private let paths: [String]
  private let sets: [[Int]]

  init(_ found: RowOccurrences, among rows: Positions, paths: [String], sets: [[Int]]) {
    occurrences = found.items
    rowCount = found.rowCount
    (self.paths, self.sets) = (paths, sets)
    var all = RowBits(rowCount: rowCount)
    for item in occurrences { all.insert(item.rows) }
    isComplete = rows.isAll(of: rowCount)
    self.rows =
      isComplete
      ? all.positions : Positions((0..<rows.count).map { rows[$0] }.filter { all.contains($0) })
  }

  /// The rows at ascending `indices`.
  package func select(_ indices: Positions) -> FoundRows {
    var part = self
    part.rows = rows.select(indices)
    part.isComplete = isComplete && part.rows.count == rows.count
    return part
  }

  // MARK: Counting

  /// What the rows have, by number.
  package func sums() -> [Sum] {
    var items: [Int: [Int]] = [:]
    for (index, item) in occurrences.enumerated() {
      for number in sets[item.set] { items[number, default: []].append(index) }
    }
    let chosen = isComplete ? nil : RowBits(rows, rowCount: rowCount)
    let places = RowPlaces(rows, rowCount: rowCount)
    var scratch = RowBits(rowCount: rowCount)
    return items.sorted { $0.key < $1.key }.compactMap { number, items in
      let counts = counts(items, chosen, &scratch)
      if counts.isEmpty { return nil }
      return Sum(
        number: number, paths: counts.map { (paths[$0.path], $0.count) },
        indices: indices(items, chosen, places, &scratch))
    }
  }

  /// Rows by path, in the order of paths.
  private func counts(
    _ items: [Int], _ chosen: RowBits?, _ scratch: inout RowBits
  ) -> [(path: Int, count: Int)] {
    let ordered = items.sorted { (occurrences[$0].path, $0) < (occurrences[$1].path, $1) }
    var counts: [(path: Int, count: Int)] = []
    var start = 0
    while start < ordered.count {
      let path = occurrences[ordered[start]].path
      let end = ordered[start...].firstIndex { occurrences[$0].path != path } ?? ordered.count
      let count: Int
      if end - start == 1 {
        count = occurrences[ordered[start]].rows.count(among: chosen)
      } else {
        let same = ordered[start..<end].map { occurrences[$0].rows }
        for rows in same { scratch.insert(rows) }
        count = scratch.count(among: chosen)
        for rows in same { scratch.remove(rows) }
      }
      if count > 0 { counts.append((path, count)) }
      start = end
    }
    return counts
  }

  private func indices(
    _ items: [Int], _ chosen: RowBits?, _ places: RowPlaces, _ scratch: inout RowBits
  ) -> Positions {
    if items.count == 1, case .listed(let list) = occurrences[items[0]].rows {
      return Positions(
        list.compactMap { row in chosen?.contains(row) == false ? nil : places.index(of: row) })
    }
    if chosen == nil, items.contains(where: { occurrences[$0].rows.count(among: nil) == rows.count }) {
      return .run(0..<rows.count)
    }
    for item in items { scratch.insert(occurrences[item].rows) }
    var found: [UInt32] = []
    scratch.visit { row in if chosen?.contains(row) != false { found.append(places.index(of: row)) } }
    for item in items { scratch.remove(occurrences[item].rows) }
    return Positions(found)
  }

  // MARK: What is where

  /// What the rows at ascending `indices` have, in order of numbers and paths.
  package func places(at indices: [UInt32]) -> [[Place]] {
    let wanted = indices.map { rows[Int($0)] }
    var found = [[UInt64]](repeating: [], count: wanted.count)
    let chosen = RowBits(Positions(wanted), rowCount: rowCount)
    for item in occurrences {
      var have: [Int] = []
      switch item.rows {
      case .listed(let list) where list.count < wanted.count:
        for row in list where chosen.contains(row) { have.append(wanted.partitioningIndex { $0 >= row }) }
      case .listed(let list):
        have = wanted.indices.filter { index in
          let at = list.partitioningIndex { $0 >= wanted[index] }
          return at < list.count && list[at] == wanted[index]
        }
      case .bits(let bits): have = wanted.indices.filter { bits.contains(wanted[$0]) }
      }
      for number in sets[item.set] {
        let key = UInt64(number) << 32 | UInt64(item.path)
        for index in have { found[index].append(key) }
      }
    }
    return found.map { keys in
      var places: [Place] = []
      var last: UInt64?
      for key in keys.sorted() where key != last {
        last = key
        places.append(Place(number: Int(key >> 32), path: paths[Int(key & 0xFFFF_FFFF)]))
      }
      return places
    }
  }
}

/// Which of some rows a row of the row group is.
private struct RowPlaces {
  private let start: UInt32
  private var indices: [UInt32] = []

  init(_ rows: Positions, rowCount: Int) {
    switch rows {
    case .run(let range): start = UInt32(truncatingIfNeeded: range.lowerBound)
    case .listed(let list):
      start = 0
      indices = [UInt32](repeating: 0, count: rowCount)
      for (index, row) in list.enumerated() { indices[Int(row)] = UInt32(truncatingIfNeeded: index) }
    }
  }

  @inline(__always)
  func index(of row: UInt32) -> UInt32 { indices.isEmpty ? row &- start : indices[Int(row)] }
}

/// Positions with something there, ascending.
struct FoundPositions {
  private(set) var positions: [UInt32] = []
  /// What is there: one for all positions where there are no more.
  private(set) var sets: [UInt32]

  init() { sets = [] }

  init(positions: [UInt32], set: UInt32) { (self.positions, sets) = (positions, [set]) }

  init(positions: [UInt32], sets: [UInt32]) { (self.positions, self.sets) = (positions, sets) }

  mutating func add(_ position: UInt32, _ set: UInt32) {
    if sets.isEmpty {
      sets = [set]
    } else if sets.count > 1 {
      sets.append(set)
    } else if sets[0] != set {
      sets = Array(repeating: sets[0], count: positions.count) + [set]
    }
    positions.append(position)
  }

  var isUniform: Bool { sets.count == 1 }
}

/// What is where in a row group: the rows of each thing at each path. Many rows are bits, so that nothing takes more
/// than a bit for each row.
struct RowOccurrences {
  struct Item: Sendable {
    var path: Int
    /// Number of what is there.
    var set: Int
    var rows: RowSet
  }

  let rowCount: Int
  private(set) var items: [Item] = []

  init(rowCount: Int) { self.rowCount = rowCount }

  /// Adds what was found at a path: `rows` are those of its positions.
  mutating func add(_ found: FoundPositions, of rows: [UInt32], path: Int) {
    guard let first = found.sets.first else { return }
    if found.isUniform {
      items.append(Item(path: path, set: Int(first), rows: RowSet(rows, rowCount: rowCount)))
      return
    }
    var places: [UInt32: Int] = [:]
    var last: (set: UInt32, place: Int)?
    var lists: [(set: UInt32, rows: [UInt32])] = []
    for (index, row) in rows.enumerated() {
      let set = found.sets[index]
      var place = last?.place ?? 0
      if last?.set != set {
        place = places[set] ?? lists.count
        if place == lists.count {
          places[set] = place
          lists.append((set, []))
        }
        last = (set, place)
      }
      lists[place].rows.append(row)
    }
    for list in lists {
      items.append(Item(path: path, set: Int(list.set), rows: RowSet(list.rows, rowCount: rowCount)))
    }
  }
}

/// Rows of a row group: listed where they are few, else a bit for each row.
enum RowSet: Sendable {
  /// Ascending.
  case listed([UInt32])
  case bits(RowBits)

  /// - Parameter rows: ascending, some of them more than once.
  init(_ rows: [UInt32], rowCount: Int) {
    if rows.count >= rowCount / 32 {
      var bits = RowBits(rowCount: rowCount)
      for row in rows { bits.insert(row) }
      self = .bits(bits)
      return
    }
    var distinct: [UInt32] = []
    distinct.reserveCapacity(rows.count)
    for row in rows where row != distinct.last { distinct.append(row) }
    self = .listed(distinct)
  }

  /// Those of them that were chosen; nil for all.
  func count(among chosen: RowBits?) -> Int {
    switch self {
    case .bits(let bits): bits.count(among: chosen)
    case .listed(let list): chosen.map { bits in list.count { bits.contains($0) } } ?? list.count
    }
  }
}

/// A bit for each row of a row group.
struct RowBits: Sendable {
  private var words: [UInt64]

  init(rowCount: Int) { words = [UInt64](repeating: 0, count: (rowCount + 63) / 64) }

  init(_ rows: Positions, rowCount: Int) {
    self.init(rowCount: rowCount)
    for index in 0..<rows.count { insert(rows[index]) }
  }

  @inline(__always)
  func contains(_ row: UInt32) -> Bool { words[Int(row &>> 6)] &>> UInt64(row & 63) & 1 == 1 }

  @inline(__always)
  mutating func insert(_ row: UInt32) { words[Int(row &>> 6)] |= 1 &<< UInt64(row & 63) }

  mutating func insert(_ rows: RowSet) {
    switch rows {
    case .listed(let list): for row in list { insert(row) }
    case .bits(let bits): for index in words.indices { words[index] |= bits.words[index] }
    }
  }

  mutating func remove(_ rows: RowSet) {
    switch rows {
    case .listed(let list): for row in list { words[Int(row >> 6)] &= ~(1 << UInt64(row & 63)) }
    case .bits(let bits): for index in words.indices { words[index] &= ~bits.words[index] }
    }
  }

  func count(among chosen: RowBits?) -> Int {
    guard let chosen else { return words.reduce(0) { $0 + $1.nonzeroBitCount } }
    return words.indices.reduce(0) { $0 + (words[$1] & chosen.words[$1]).nonzeroBitCount }
  }

  /// Calls `body` with each row, ascending.
  func visit(_ body: (UInt32) -> Void) {
    for (index, word) in words.enumerated() {
      var word = word
      while word != 0 {
        body(UInt32(truncatingIfNeeded: index &<< 6 &+ word.trailingZeroBitCount))
        word &= word &- 1
      }
    }
  }

  var positions: Positions {
    var rows: [UInt32] = []
    rows.reserveCapacity(count(among: nil))
    visit { rows.append($0) }
    return Positions(rows)
  }
}
