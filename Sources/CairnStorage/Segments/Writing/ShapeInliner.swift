/// Decides which objects' shapes are laid inline into the shape around them, and builds the segment's shapes.
///
/// A piece keeps one shape word per object. Most members' shapes go with their parent's, so a row would carry
/// ten words where one says it all; but members that vary freely would multiply the parent's shapes. So from
/// the leaves up, a member with few shapes is folded into its parent's word, and one with many keeps a shape
/// column of its own. Which rows have a path then mostly follows from the root's word alone.
struct ShapeInliner {
  /// A member with more shapes than this keeps its own column …
  static let memberShapeLimit = 512
  /// … as does one whose shapes hardly repeat: instances per shape below this (unless it has few anyway).
  static let minimumInstancesPerShape = 8
  static let alwaysInlinedShapeCount = 4
  /// Folding stops for the most varied members where a parent would exceed this many shapes, or members of them.
  static let parentShapeLimit = 8192
  static let parentMemberLimit = 1 << 20
  /// Members that are left out one by one where a parent has too many shapes; then half of them at once, so that the
  /// work does not grow with their number.
  static let singleRemovalCount = 16

  /// Shapes by merged slot, entries with merged slots, words final.
  private(set) var shapes: [[Shape]]
  private let catalogue: MergedCatalogue
  private let rowGroups: [RowGroupColumns]
  /// Merged object slots that still have a shape column.
  private var instanceCounts: [Int]
  /// By merged shape: its number among the shapes that the column in work has, or none.
  private var stateNumbers: [Int32]

  /// Rewrites the shape columns of `rowGroups` in place; folded columns become empty.
  init(catalogue: MergedCatalogue, rowGroups: [RowGroupColumns]) {
    self.catalogue = catalogue
    self.rowGroups = rowGroups
    shapes = Array(repeating: [], count: catalogue.slots.count)
    instanceCounts = Array(repeating: 0, count: catalogue.slots.count)
    stateNumbers = Array(repeating: -1, count: catalogue.shapes.count)
    // Parents come before children in the numbering, so the reverse order is leaves first.
    for slot in catalogue.slots.indices.reversed() {
      guard let column = catalogue.knownColumn(slot, .shape) else { continue }
      let count = rowGroups.reduce(0) { $0 + $1[column].count }
      if count > 0 {
        instanceCounts[slot] = count
        fold(slot, column: column)
      }
    }
  }

  private mutating func fold(_ slot: Int, column: Int) {
    let distinct = distinctShapes(column: column)
    defer { for shape in distinct { stateNumbers[shape] = -1 } }
    var members = foldableMembers(of: distinct)
    var attempts = 0
    while true {
      if let folded = attempt(column: column, members: members, distinct: distinct) {
        apply(folded, slot: slot, column: column, members: members)
        return
      }
      attempts += 1
      // Too many combinations: the most varied members keep their columns.
      let excess = attempts <= Self.singleRemovalCount ? 1 : max(1, members.count / 2)
      let order = members.sorted { (shapes[$1].count, $0) < (shapes[$0].count, $1) }
      if order.isEmpty { return }
      members.subtract(order.prefix(excess))
    }
  }

  /// The merged shapes that stand in a column, in order of first appearance, which they are numbered by.
  private mutating func distinctShapes(column: Int) -> [Int] {
    var distinct: [Int] = []
    for group in rowGroups {
      for word in group[column] where word >= ValueKind.firstShapeWord {
        let shape = Int(word - ValueKind.firstShapeWord)
        if stateNumbers[shape] >= 0 { continue }
        stateNumbers[shape] = Int32(distinct.count)
        distinct.append(shape)
      }
    }
    return distinct
  }

  /// Object members of these shapes that may be folded.
  private func foldableMembers(of distinct: [Int]) -> Set<Int> {
    var members: Set<Int> = []
    for shape in distinct {
      let key = catalogue.shapes[shape]
      for (member, kind) in zip(key.slots, key.kinds) where kind == .object {
        let count = shapes[member].count
        let repeats = instanceCounts[member] >= count * Self.minimumInstancesPerShape
        if count <= Self.alwaysInlinedShapeCount || count <= Self.memberShapeLimit && repeats {
          members.insert(member)
        }
      }
    }
    return members
  }

  private struct Folded {
    var shapes: [Shape] = []
    /// New words of the slot, by row group.
    var words: [[UInt32]] = []
  }

  private struct FoldKey: Hashable {
    var shape: UInt32
    var members: [UInt32]
  }

  /// A member that is folded: its slot and its shape column.
  private struct Member {
    let slot: Int
    let column: Int
  }

  /// The folded words, or nil where there would be too many shapes.
  private func attempt(column: Int, members: Set<Int>, distinct: [Int]) -> Folded? {
    let list = members.sorted().compactMap { slot in
      catalogue.knownColumn(slot, .shape).map { Member(slot: slot, column: $0) }
    }
    let numberOfMember = Dictionary(uniqueKeysWithValues: list.enumerated().map { ($1.slot, $0) })
    var folded = Folded()
    var numbers: [FoldKey: UInt32] = [:]
    var memberCount = 0
    var states = distinct.map { FoldState(members: foldedMembers($0, numberOfMember)) }
    for group in rowGroups {
      let sources = list.map { group[$0.column] }
      var cursors = [Int](repeating: 0, count: list.count)
      var words: [UInt32] = []
      words.reserveCapacity(group[column].count)
      for word in group[column] {
        guard word >= ValueKind.firstShapeWord else {
          words.append(word)
          continue
        }
        let index = Int(stateNumbers[Int(word - ValueKind.firstShapeWord)])
        // Most objects repeat the last one of their shape, so that is compared before anything is hashed.
        if let number = states[index].advance(sources, &cursors) {
          words.append(number)
          continue
        }
        let memberWords = states[index].words
        let key = FoldKey(shape: word, members: memberWords)
        let number = numbers[key] ?? ValueKind.firstShapeWord + UInt32(folded.shapes.count)
        if numbers.updateValue(number, forKey: key) == nil {
          let shape = shape(word, memberWords, members)
          memberCount += shape.entries.count
          folded.shapes.append(shape)
          if !members.isEmpty,
            folded.shapes.count > Self.parentShapeLimit || memberCount > Self.parentMemberLimit
          {
            return nil
          }
        }
        states[index].number = number
        words.append(number)
      }
      folded.words.append(words)
    }
    return folded
  }

  /// The last object seen of one shape: its folded members' words and the number they got.
  private struct FoldState {
    /// Numbers of the folded members that the shape has, in record order.
    let members: [Int]
    var words: [UInt32]
    var number: UInt32?

    init(members: [Int]) {
      self.members = members
      words = Array(repeating: .max, count: members.count)
    }

    /// Takes the next object's member words; the number where they equal the last ones.
    mutating func advance(_ sources: [UnsafeBufferPointer<UInt32>], _ cursors: inout [Int]) -> UInt32? {
      for index in members.indices {
        let member = members[index]
        let word = sources[member][cursors[member]]
        cursors[member] += 1
        if word != words[index] {
          words[index] = word
          number = nil
        }
      }
      return number
    }
  }

  private func foldedMembers(_ shape: Int, _ numbers: [Int: Int]) -> [Int] {
    let key = catalogue.shapes[shape]
    return zip(key.slots, key.kinds).compactMap { member, kind in kind == .object ? numbers[member] : nil }
  }

  private func shape(_ word: UInt32, _ memberWords: [UInt32], _ members: Set<Int>) -> Shape {
    let key = catalogue.shapes[Int(word - ValueKind.firstShapeWord)]
    var next = 0
    var entries: [Shape.Entry] = []
    for (member, kind) in zip(key.slots, key.kinds) {
      if kind == .object, members.contains(member) {
        entries.append(Shape.Entry(slot: member, word: memberWords[next]))
        next += 1
      } else {
        entries.append(Shape.Entry(slot: member, word: UInt32(kind.rawValue)))
      }
    }
    return Shape(entries: entries)
  }

  private mutating func apply(_ folded: Folded, slot: Int, column: Int, members: Set<Int>) {
    shapes[slot] = folded.shapes
    for (group, words) in zip(rowGroups, folded.words) { group.replace(column, with: words) }
    for member in members {
      guard let memberColumn = catalogue.knownColumn(member, .shape) else { continue }
      for group in rowGroups { group.replace(memberColumn, with: []) }
    }
  }
}
