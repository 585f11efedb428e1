/// Rows in which something was found, with what is where.
package struct FoundRows: Sendable {
  /// Something that is at a path.
  package struct Place: Hashable, Comparable, Sendable {
    /// The finder's.
    package var number: Int
    package var path: String

    package init(number: Int, path: String) { (self.number, self.path) = (number, path) }

    package static func < (lhs: Place, rhs: Place) -> Bool {
      lhs.number != rhs.number ? lhs.number < rhs.number : lhs.path < rhs.path
    }
  }

  /// Positions in the row group.
  package var rows: Positions
  /// Which of the combinations each of the rows has.
  package var codes: [UInt32]
  /// Ascending lists of places.
  package var combinations: [[Place]]

  /// The rows at ascending `indices`.
  package func select(_ indices: Positions) -> FoundRows {
    FoundRows(rows: rows.select(indices), codes: indices.take(codes), combinations: combinations)
  }
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

/// What each row of a row group has, as the number of a combination. A combination is another one and something more:
/// rows that have the same share it, however many these are.
struct RowCombinations {
  private struct Node {
    var rest: UInt32
    var path: Int
    var set: UInt32
  }

  /// A step from one combination to another that was taken lately.
  private struct Step {
    var from: UInt32 = .max
    var set: UInt32 = 0
    var to: UInt32 = 0
  }

  private struct Key: Hashable {
    var from: UInt32
    var path: Int
    var set: UInt32
  }

  /// The first is of nothing.
  private var nodes = [Node(rest: 0, path: -1, set: 0)]
  private var known: [Key: UInt32] = [:]
  private var codes: [UInt32]
  private static let stepBits: UInt32 = 10

  init(rowCount: Int) { codes = Array(repeating: 0, count: rowCount) }

  /// Adds what was found at a path: `rows` are those of its positions.
  mutating func add(_ found: FoundPositions, of rows: [UInt32], path: Int) {
    var steps = [Step](repeating: Step(), count: 1 << Int(Self.stepBits))
    let isUniform = found.isUniform
    guard let first = found.sets.first else { return }
    for (index, row) in rows.enumerated() {
      let set = isUniform ? first : found.sets[index]
      let from = codes[Int(row)]
      let slot = Int((from &* 0x9E37_79B1 ^ set &* 0x85EB_CA6B) &>> (32 &- Self.stepBits))
      if steps[slot].from != from || steps[slot].set != set {
        steps[slot] = Step(from: from, set: set, to: step(from, path, set))
      }
      codes[Int(row)] = steps[slot].to
    }
  }

  private mutating func step(_ from: UInt32, _ path: Int, _ set: UInt32) -> UInt32 {
    // Arrays have the same at a path again and again.
    var at = from
    while nodes[Int(at)].path == path {
      if nodes[Int(at)].set == set { return from }
      at = nodes[Int(at)].rest
    }
    let key = Key(from: from, path: path, set: set)
    if let to = known[key] { return to }
    let to = UInt32(nodes.count)
    nodes.append(Node(rest: from, path: path, set: set))
    known[key] = to
    return to
  }

  /// Those of `rows` that have something.
  func found(among rows: Positions, paths: [String], sets: [[Int]]) -> FoundRows {
    var numbers = [UInt32](repeating: .max, count: nodes.count)
    var output = FoundRows(rows: .listed([]), codes: [], combinations: [])
    var list: [UInt32] = []
    for index in 0..<rows.count {
      let row = rows[index]
      let code = Int(codes[Int(row)])
      if code == 0 { continue }
      if numbers[code] == .max {
        numbers[code] = UInt32(output.combinations.count)
        output.combinations.append(places(code, paths, sets))
      }
      list.append(row)
      output.codes.append(numbers[code])
    }
    output.rows = Positions(list)
    return output
  }

  private func places(_ code: Int, _ paths: [String], _ sets: [[Int]]) -> [FoundRows.Place] {
    var places: Set<FoundRows.Place> = []
    var at = code
    while at != 0 {
      let node = nodes[at]
      for number in sets[Int(node.set)] {
        places.insert(FoundRows.Place(number: number, path: paths[node.path]))
      }
      at = Int(node.rest)
    }
    return places.sorted()
  }
}
