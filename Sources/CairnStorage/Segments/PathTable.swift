/// Where a path leads from every value word of one slot, told by shapes alone, and how many values each word has
/// in the columns that it leads to. Depends on the segment only, so it is made once for each path.
///
/// Names resolve as `docs/semantics.md` says: the first equal key in record order, else for inexact names the
/// first key that is equal without regard to ASCII case.
///
/// A word's own value is always its first in the target column: members before it on the way are of other
/// slots, and so are all columns below them.
struct PathTable: Sendable {
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

  let targets: [Target]
  /// Number of a word's target; words from its count on are not in the catalogue.
  let targetOfWord: [UInt32]
  private let builder: PathTableBuilder
  private let knownCounts = Memo<Int, [UInt32]>()

  init(_ catalogue: Catalogue, slot: Int, path: ArraySlice<PathName>) {
    var builder = PathTableBuilder(catalogue, root: slot)
    let wordCount = Int(ValueKind.firstShapeWord) + catalogue.shapes[slot].count
    var targets: [Target] = []
    var numbers: [Target: UInt32] = [:]
    var targetOfWord: [UInt32] = []
    targetOfWord.reserveCapacity(wordCount)
    var last: (target: Target, number: UInt32)?
    for word in 0..<wordCount {
      let target = builder.target(slot: slot, word: UInt32(word), path: path)
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
    self.targets = targets
    self.targetOfWord = targetOfWord
    self.builder = builder
  }

  /// A path has one or two targets; where keys differ in case it can have thousands, which are not kept.
  private static let keptTargetLimit = 64

  /// Number of values that each word has in the column of target number `target`.
  func counts(target: Int) -> [UInt32] {
    guard let column = targets[target].column else { return [] }
    if targets.count > Self.keptTargetLimit { return builder.counts(column: column) }
    return knownCounts.value(target) { builder.counts(column: column) }
  }
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

  private mutating func shapeTargets(slot: Int, path: ArraySlice<PathName>) -> [PathTable.Target] {
    guard let name = path.first else { return [] }
    let key = Key(slot: slot, namesLeft: path.count)
    if let targets = known[key] { return targets }
    // Keys are compared once for each slot, then shapes by slot number.
    var equal: [Int] = []
    var folded: [Int] = []
    for child in catalogue.children[slot] where !catalogue.slots[child].isElement {
      switch PathResolver.matches(name, catalogue.slots[child].name) {
      case .equal: equal.append(child)
      case .folded: folded.append(child)
      case .different: break
      }
    }
    var targets = [PathTable.Target](repeating: .missing, count: catalogue.shapes[slot].count)
    if !equal.isEmpty || !folded.isEmpty {
      for (index, shape) in catalogue.shapes[slot].enumerated() {
        let entry =
          shape.entries.first { equal.contains($0.slot) } ?? shape.entries.first { folded.contains($0.slot) }
        if let entry { targets[index] = target(slot: entry.slot, word: entry.word, path: path.dropFirst()) }
      }
    }
    known[key] = targets
    return targets
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
