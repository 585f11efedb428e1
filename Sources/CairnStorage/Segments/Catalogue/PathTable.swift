/// Where a path leads from every value word of one slot, told by shapes alone, and how many values each word has
/// in the columns that it leads to. Depends on the segment only, so it is made once for each path.
///
/// Names resolve as `docs/semantics.md` says: the first equal key in record order, else for inexact names the
/// first key that is equal without regard to ASCII case.
///
/// A word's own value is always its first in the target column: members before it on the way are of other
/// slots, and so are all columns below them.
final class PathTable: Sendable {
  enum Target: Hashable, Sendable {
    case missing
    case literal(ValueKind)
    case value(column: Int)
    /// Into an object with a shape column of its own; `rest` names are left.
    case object(column: Int, slot: Int, rest: Int)
    /// An object or array as a whole.
    case composite

    var column: Int? {
      switch self {
      case .value(let column), .object(let column, _, _): column
      default: nil
      }
    }
  }

  /// The table's number among those of its segment.
  let number: Int
  let targets: [Target]
  /// Number of a word's target; words from its count on are not in the catalogue.
  let targetOfWord: [UInt32]
  private let builder: PathTableBuilder
  private let path: [PathName]
  private let knownCounts = Memo<Int, [UInt32]>()
  private let knownPlaces = Memo<Int, [Place?]>()

  /// A value's slot and word.
  struct Place: Hashable, Sendable {
    var slot: Int
    var word: UInt32
  }

  init(_ catalogue: Catalogue, slot: Int, path: ArraySlice<PathName>, number: Int) {
    self.number = number
    var builder = PathTableBuilder(catalogue, root: slot)
    var targets: [Target] = []
    var numbers: [Target: UInt32] = [:]
    var targetOfWord: [UInt32] = []
    targetOfWord.reserveCapacity(Int(ValueKind.firstShapeWord) + catalogue.shapes[slot].count)
    var last: (target: Target, number: UInt32)?
    func add(_ target: Target) {
      if last?.target != target {
        let number = numbers[target] ?? UInt32(targets.count)
        if Int(number) == targets.count {
          targets.append(target)
          numbers[target] = number
        }
        last = (target, number)
      }
      targetOfWord.append(last?.number ?? 0)
    }
    for word in 0..<ValueKind.firstShapeWord { add(builder.target(slot: slot, word: word, path: path)) }
    for target in builder.shapeTargets(slot: slot, path: path) { add(target) }
    self.targets = targets
    self.targetOfWord = targetOfWord
    // Without the targets of every shape on the way, which take much more than what came of them.
    self.builder = PathTableBuilder(catalogue, root: slot)
    self.path = Array(path)
  }

  /// By word: the object or array as a whole that the path leads to; nil where it leads elsewhere, or into an object
  /// with a shape column of its own.
  func places() -> [Place?] { knownPlaces.value(0) { builder.places(path[...]) } }

  /// A path has one or two targets; where keys differ in case it can have thousands, which are not kept.
  private static let keptTargetLimit = 64
  /// Nor are those of very many shapes.
  private static let keptCountLimit = 1 << 24

  /// Number of values that each word has in the column of target number `target`.
  func counts(target: Int) -> [UInt32] {
    guard let column = targets[target].column else { return [] }
    if targets.count > Self.keptTargetLimit || targets.count * targetOfWord.count > Self.keptCountLimit {
      return builder.counts(column: column)
    }
    return knownCounts.value(target) { builder.counts(column: column) }
  }
}

/// Where a path leads from the instances of one row group, by code of their words.
final class PathRoute: Sendable {
  /// Target numbers that occur, ascending.
  let used: [Int]
  /// Place in `used` of each code's target.
  let placeOfCode: [Int]
  /// By place in `used`, then by code: values in the target's column. Empty for targets without one.
  let counts: [[UInt32]]
  /// By place in `used`: whether every instance has one value in the target's column.
  let hasOneEach: [Bool]

  /// - Parameters:
  ///   - list: the words of the row group's instances, all of which the table has.
  init(_ table: PathTable, list: [UInt32]) {
    let targets = list.map { Int(table.targetOfWord[Int($0)]) }
    var isUsed = [Bool](repeating: false, count: table.targets.count)
    for target in targets { isUsed[target] = true }
    let used = isUsed.indices.filter { isUsed[$0] }
    var places = [Int](repeating: 0, count: table.targets.count)
    for (place, target) in used.enumerated() { places[target] = place }
    placeOfCode = targets.map { places[$0] }
    self.used = used
    counts = used.map { target in
      let byWord = table.counts(target: target)
      return byWord.isEmpty ? [] : list.map { byWord[Int($0)] }
    }
    hasOneEach = counts.map { counts in !counts.isEmpty && counts.allSatisfy { $0 == 1 } }
  }

  var byteCount: Int { (placeOfCode.count * 2 + counts.reduce(0) { $0 + $1.count }) * 4 + 96 }
}

/// Follows names through shapes.
private struct PathTableBuilder: Sendable {
  private let catalogue: Catalogue
  private let root: Int
  /// Targets of a slot's shapes with so many names left.
  private var known: [Key: [PathTable.Target]] = [:]

  private struct Key: Hashable {
    var slot: Int
    var namesLeft: Int
  }

  init(_ catalogue: Catalogue, root: Int) {
    self.catalogue = catalogue
    self.root = root
  }

  mutating func target(slot: Int, word: UInt32, path: ArraySlice<PathName>) -> PathTable.Target {
    guard !path.isEmpty else { return leaf(slot: slot, word: word) }
    guard word >= ValueKind.firstShapeWord else {
      guard word == UInt32(ValueKind.object.rawValue), let column = catalogue.column(slot, .shape) else {
        return .missing
      }
      return .object(column: column, slot: slot, rest: path.count)
    }
    let targets = shapeTargets(slot: slot, path: path)
    let index = Int(word - ValueKind.firstShapeWord)
    return index < targets.count ? targets[index] : .missing
  }

  /// By shape of the slot.
  mutating func shapeTargets(slot: Int, path: ArraySlice<PathName>) -> [PathTable.Target] {
    guard let name = path.first else {
      return Array(repeating: .composite, count: catalogue.shapes[slot].count)
    }
    let key = Key(slot: slot, namesLeft: path.count)
    if let targets = known[key] { return targets }
    var targets = [PathTable.Target](repeating: .missing, count: catalogue.shapes[slot].count)
    var last: (entry: Shape.Entry, target: PathTable.Target)?
    for (index, entry) in members(of: slot, named: name) {
      // Mostly the same member with the same word.
      if last?.entry != entry {
        last = (entry, target(slot: entry.slot, word: entry.word, path: path.dropFirst()))
      }
      targets[index] = last?.target ?? .missing
    }
    known[key] = targets
    return targets
  }

  /// For each shape of the slot that has a member that the name means: that member.
  private func members(of slot: Int, named name: PathName) -> [(shape: Int, entry: Shape.Entry)] {
    var equal: [Int] = []
    var folded: [Int] = []
    for child in catalogue.children(of: slot) where !catalogue.slots[child].isElement {
      switch PathResolver.matches(name, catalogue.slots[child].name) {
      case .equal: equal.append(child)
      case .folded: folded.append(child)
      case .different: break
      }
    }
    if equal.count + folded.count == 1, let child = equal.first ?? folded.first {
      var last: UInt32?
      return catalogue.shapes.uses(of: child).compactMap { use in
        // A key that stands twice means its first value.
        defer { last = use.shape }
        return use.shape == last ? nil : (Int(use.shape), Shape.Entry(slot: child, word: use.word))
      }
    }
    if equal.isEmpty && folded.isEmpty { return [] }
    return catalogue.shapes[slot].enumerated().compactMap { index, shape in
      let entry =
        shape.entries.first { equal.contains($0.slot) } ?? shape.entries.first { folded.contains($0.slot) }
      return entry.map { (index, $0) }
    }
  }

  private func leaf(slot: Int, word: UInt32) -> PathTable.Target {
    guard word < ValueKind.firstShapeWord, let kind = ValueKind(rawValue: UInt8(word)) else {
      return .composite
    }
    let columnKind: ColumnKind
    switch kind {
    case .string: columnKind = .string
    case .integer: columnKind = .integer
    case .number: columnKind = .number
    case .array, .object: return .composite
    default: return .literal(kind)
    }
    return catalogue.column(slot, columnKind).map { .value(column: $0) } ?? .missing
  }

  /// By word of the root slot: the object or array that the path ends at.
  func places(_ path: ArraySlice<PathName>) -> [PathTable.Place?] {
    let known = [PathTable.Place?](repeating: nil, count: Int(ValueKind.firstShapeWord))
    var places = places(slot: root, path)
    if path.isEmpty {
      places = catalogue.shapes[root].indices.map { place(root, UInt32($0) + ValueKind.firstShapeWord) }
    }
    return known + places
  }

  /// By shape of the slot.
  private func places(slot: Int, _ path: ArraySlice<PathName>) -> [PathTable.Place?] {
    guard let name = path.first else { return [] }
    let rest = path.dropFirst()
    var places = [PathTable.Place?](repeating: nil, count: catalogue.shapes[slot].count)
    var below: [Int: [PathTable.Place?]] = [:]
    for (index, entry) in members(of: slot, named: name) {
      if rest.isEmpty {
        places[index] = place(entry.slot, entry.word)
      } else if entry.word >= ValueKind.firstShapeWord {
        if below[entry.slot] == nil { below[entry.slot] = self.places(slot: entry.slot, rest) }
        let shape = Int(entry.word - ValueKind.firstShapeWord)
        places[index] = below[entry.slot].flatMap { $0.indices.contains(shape) ? $0[shape] : nil }
      }
    }
    return places
  }

  private func place(_ slot: Int, _ word: UInt32) -> PathTable.Place? {
    let isWhole = word >= ValueKind.firstShapeWord || word == UInt32(ValueKind.array.rawValue)
    return isWhole ? PathTable.Place(slot: slot, word: word) : nil
  }

  /// Values of `column` by word of the root slot.
  func counts(column: Int) -> [UInt32] { catalogue.valueCounts(of: column, inInstancesOf: root) }
}

extension ValueKind {
  /// Kind of the column that a value of this kind has its value in.
  var columnKind: ColumnKind? {
    switch self {
    case .string: .string
    case .integer: .integer
    case .number: .number
    case .array: .length
    case .object: .shape
    default: nil
    }
  }
}
