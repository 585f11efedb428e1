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
  /// Folding stops for the most varied members where a parent would exceed this many shapes.
  static let parentShapeLimit = 8192

  /// Shapes by merged slot, entries with merged slots, words final.
  private(set) var shapes: [[Shape]]
  private let catalogue: MergedCatalogue
  private let rowGroups: [RowGroupColumns]
  /// Merged object slots that still have a shape column.
  private var instanceCounts: [Int]

  /// Rewrites the shape columns of `rowGroups` in place; folded columns become empty.
  init(catalogue: MergedCatalogue, rowGroups: [RowGroupColumns]) {
    self.catalogue = catalogue
    self.rowGroups = rowGroups
    shapes = Array(repeating: [], count: catalogue.slots.count)
    instanceCounts = Array(repeating: 0, count: catalogue.slots.count)
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
    var members = foldableMembers(of: slot, column: column)
    while true {
      if let folded = attempt(slot, column: column, members: members) {
        apply(folded, slot: slot, column: column, members: members)
        return
      }
      // Too many combinations: the most varied member keeps its column.
      guard let worst = members.max(by: { shapes[$0].count < shapes[$1].count }) else { return }
      members.remove(worst)
    }
  }

  /// Object members of `slot`'s shapes that may be folded.
  private func foldableMembers(of slot: Int, column: Int) -> Set<Int> {
    var members: Set<Int> = []
    var seen: Set<UInt32> = []
    for group in rowGroups {
      for word in group[column] where word >= ValueKind.firstShapeWord && seen.insert(word).inserted {
        let key = catalogue.shapes[Int(word - ValueKind.firstShapeWord)]
        for (member, kind) in zip(key.slots, key.kinds) where kind == .object {
          let count = shapes[member].count
          let repeats = instanceCounts[member] >= count * Self.minimumInstancesPerShape
          if count <= Self.alwaysInlinedShapeCount || count <= Self.memberShapeLimit && repeats {
            members.insert(member)
          }
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

  /// The folded words, or nil where there would be too many shapes.
  private func attempt(_ slot: Int, column: Int, members: Set<Int>) -> Folded? {
    var folded = Folded()
    var numbers: [FoldKey: UInt32] = [:]
    let limit = members.isEmpty ? Int.max : Self.parentShapeLimit
    var states: [FoldState?] = Array(repeating: nil, count: catalogue.shapes.count)
    for group in rowGroups {
      var cursors = [Int](repeating: 0, count: catalogue.columns.count)
      var words: [UInt32] = []
      words.reserveCapacity(group[column].count)
      for word in group[column] {
        guard word >= ValueKind.firstShapeWord else {
          words.append(word)
          continue
        }
        let index = Int(word - ValueKind.firstShapeWord)
        if states[index] == nil { states[index] = FoldState(columns: foldedColumns(index, members)) }
        // Most objects repeat the last one of their shape, so that is compared before anything is hashed.
        if let number = states[index]?.advance(group, &cursors) {
          words.append(number)
          continue
        }
        let memberWords = states[index]?.words ?? []
        let key = FoldKey(shape: word, members: memberWords)
        let number = numbers[key] ?? ValueKind.firstShapeWord + UInt32(folded.shapes.count)
        if numbers.updateValue(number, forKey: key) == nil {
          folded.shapes.append(shape(word, memberWords, members))
          if folded.shapes.count > limit { return nil }
        }
        states[index]?.number = number
        words.append(number)
      }
      folded.words.append(words)
    }
    return folded
  }

  /// The last object seen of one shape: its folded members' words and the number they got.
  private struct FoldState {
    let columns: [Int]
    var words: [UInt32]
    var number: UInt32?

    init(columns: [Int]) {
      self.columns = columns
      words = Array(repeating: .max, count: columns.count)
    }

    /// Takes the next object's member words; the number where they equal the last ones.
    mutating func advance(_ group: RowGroupColumns, _ cursors: inout [Int]) -> UInt32? {
      for index in columns.indices {
        let column = columns[index]
        let word = group[column][cursors[column]]
        cursors[column] += 1
        if word != words[index] {
          words[index] = word
          number = nil
        }
      }
      return number
    }
  }

  private func foldedColumns(_ shape: Int, _ members: Set<Int>) -> [Int] {
    let key = catalogue.shapes[shape]
    return zip(key.slots, key.kinds).compactMap { member, kind in
      kind == .object && members.contains(member) ? catalogue.knownColumn(member, .shape) : nil
    }
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
