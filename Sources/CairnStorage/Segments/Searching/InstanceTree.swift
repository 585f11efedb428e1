/// What has value words in a segment, and which of it each column's values belong to.
///
/// Instances are the rows, the elements of arrays, and the objects with a shape column of their own. A column's
/// values stand in the order of the instances that they belong to, so an instance's values are found by counting,
/// and a value's instance too.
final class InstanceTree: Sendable {
  let catalogue: Catalogue
  /// By slot: the column of its instances' words, nil where it has none.
  let shapeColumn: [Int?]
  /// By slot: the slot whose instances a value there belongs to.
  let owner: [Int]
  private let knownCounts = Memo<Int, [UInt32]>()

  init(_ catalogue: Catalogue) {
    self.catalogue = catalogue
    let columns = catalogue.slots.indices.map { slot in
      catalogue.column(slot, .shape).flatMap { catalogue.columns[$0].valueCount > 0 ? $0 : nil }
    }
    var owner = [Int](repeating: 0, count: catalogue.slots.count)
    for (slot, info) in catalogue.slots.enumerated().dropFirst() {
      owner[slot] = info.isElement ? slot : columns[info.parent] != nil ? info.parent : owner[info.parent]
    }
    shapeColumn = columns
    self.owner = owner
  }

  /// Slots that have instances, the root first.
  var slots: [Int] { shapeColumn.indices.filter { shapeColumn[$0] != nil } }

  /// Number of values in a column that an instance has, by its word.
  func counts(column: Int) -> [UInt32] {
    knownCounts.value(column) {
      catalogue.valueCounts(of: column, inInstancesOf: owner[catalogue.columns[column].slot])
    }
  }
}

extension Catalogue {
  /// Values in `column` by value word of `root`, a slot at or above the column's.
  func valueCounts(of column: Int, inInstancesOf root: Int) -> [UInt32] {
    let info = columns[column]
    var words = [UInt32](repeating: 0, count: Int(ValueKind.firstShapeWord))
    for kind in ValueKind.allCases where kind.columnKind == info.kind { words[Int(kind.rawValue)] = 1 }
    // From the column's slot up to the root, each level from the words of the one below.
    var slot = info.slot
    while slot != root, slot != 0 {
      let parent = slots[slot].parent
      let kinds = Int(ValueKind.firstShapeWord)
      var above = [UInt32](repeating: 0, count: kinds + shapes[parent].count)
      for use in shapes.uses(of: slot) where Int(use.word) < words.count {
        let (sum, overflow) = above[kinds + Int(use.shape)].addingReportingOverflow(words[Int(use.word)])
        above[kinds + Int(use.shape)] = overflow ? .max : sum
      }
      words = above
      slot = parent
    }
    // The column's own slot: its shapes hold values of other slots only.
    if words.count == Int(ValueKind.firstShapeWord) {
      words += [UInt32](repeating: 0, count: shapes[root].count)
    }
    return words
  }
}

/// The instances of one row group: their words, and how many values these have.
struct InstanceWords {
  let reader: SegmentReader
  let rowGroup: Int
  let tree: InstanceTree

  func damaged(_ cause: String) -> CairnError {
    .damaged(file: reader.name, offset: 0, cause: "row group \(rowGroup): \(cause)")
  }

  /// Those of a slot.
  func words(of slot: Int) throws -> CodedWords {
    guard let column = tree.shapeColumn[slot] else { throw damaged("values without instances") }
    return try reader.column(column).words(in: rowGroup)
  }

  /// What a column's values belong to: the slot, its words, and by code how many of the values each has.
  func owners(ofValuesIn column: Int) throws -> (slot: Int, words: CodedWords, counts: [Int]) {
    let slot = tree.owner[tree.catalogue.columns[column].slot]
    let words = try words(of: slot)
    let byWord = tree.counts(column: column)
    let counts = try words.words.map { word in
      guard Int(word) < byWord.count else { throw damaged("word \(word) in a shape column") }
      return Int(byWord[Int(word)])
    }
    return (slot, words, counts)
  }

  /// Instances of a slot whose word is one of `wanted`, a flag for each word.
  func instances(of slot: Int, where wanted: [Bool]) throws -> [UInt32] {
    guard let column = tree.shapeColumn[slot] else { return [] }
    let list = try reader.column(column).wordList(in: rowGroup) ?? []
    let verdicts = list.map { Int($0) < wanted.count && wanted[Int($0)] ? UInt8(1) : 0 }
    if !verdicts.contains(1) { return [] }
    let words = try words(of: slot)
    return words.indices(of: .run(0..<words.count), passing: verdicts).list
  }

  /// The number of elements of each array, and the slot's column of arrays.
  func arrays(of slot: Int) throws -> (column: Int, lengths: [Int64]) {
    guard let column = tree.catalogue.column(tree.catalogue.slots[slot].parent, .length) else {
      throw damaged("elements without an array")
    }
    return (column, try reader.column(column).integers(in: rowGroup))
  }
}

/// Instances of one row group that are marked, and the way from them to their rows.
struct InstanceMarks {
  private let instances: InstanceWords
  /// By slot: a flag for each of its instances.
  private var marks: [Int: [Bool]] = [:]

  init(_ reader: SegmentReader, rowGroup: Int, tree: InstanceTree) {
    instances = InstanceWords(reader: reader, rowGroup: rowGroup, tree: tree)
  }

  /// Marks the instances that have the values at `positions` (ascending) of a column.
  mutating func add(column: Int, positions: [UInt32]) throws {
    if positions.isEmpty { return }
    let (slot, words, counts) = try instances.owners(ofValuesIn: column)
    var flags = marks.removeValue(forKey: slot) ?? [Bool](repeating: false, count: words.count)
    let isComplete =
      switch words.codes {
      case .constant: Self.mark([UInt8](repeating: 0, count: words.count), counts, positions, &flags)
      case .bytes(let codes): Self.mark(codes, counts, positions, &flags)
      case .shorts(let codes): Self.mark(codes, counts, positions, &flags)
      case .longs(let codes): Self.mark(codes, counts, positions, &flags)
      }
    guard isComplete else { throw instances.damaged("a value is behind its instances") }
    marks[slot] = flags
  }

  /// Walks over the instances with the values that each has. False where positions are left over.
  private static func mark<Code: FixedWidthInteger & BitwiseCopyable>(
    _ codes: [Code], _ counts: [Int], _ positions: [UInt32], _ flags: inout [Bool]
  ) -> Bool {
    codes.withUnsafeBufferPointer { codes in
      counts.withUnsafeBufferPointer { counts in
        var next = 0
        var end = 0
        for instance in codes.indices {
          end &+= counts[Int(codes[instance])]
          if Int(positions[next]) >= end { continue }
          flags[instance] = true
          repeat { next &+= 1 } while next < positions.count && Int(positions[next]) < end
          if next == positions.count { return true }
        }
        return false
      }
    }
  }

  /// Marks the instances of a slot whose word is one of `wanted` (a flag for each word).
  mutating func add(slot: Int, wanted: [Bool]) throws {
    let found = try instances.instances(of: slot, where: wanted)
    if found.isEmpty { return }
    var flags =
      try marks.removeValue(forKey: slot)
      ?? [Bool](repeating: false, count: instances.words(of: slot).count)
    for instance in found { flags[Int(instance)] = true }
    marks[slot] = flags
  }

  /// A flag for each row: whether something in it is marked. Empty where no row is.
  mutating func rows() throws -> [Bool] {
    // Instances belong to instances of smaller slots.
    while let slot = marks.keys.max(), slot != 0, let flags = marks.removeValue(forKey: slot) {
      let marked = flags.indices.filter { flags[$0] }
      if instances.tree.catalogue.slots[slot].isElement {
        let (column, lengths) = try instances.arrays(of: slot)
        try add(column: column, positions: arrays(lengths, marked, elementCount: flags.count))
      } else if let column = instances.tree.shapeColumn[slot] {
        try add(column: column, positions: marked.map { UInt32($0) })
      }
    }
    return marks[0] ?? []
  }

  /// The arrays that have the elements.
  private func arrays(_ lengths: [Int64], _ elements: [Int], elementCount: Int) throws -> [UInt32] {
    var found: [UInt32] = []
    var end = 0
    var next = 0
    for (array, length) in lengths.enumerated() where next < elements.count {
      guard length >= 1, length <= Int64(elementCount - end) else {
        throw instances.damaged("array lengths exceed their elements")
      }
      end += Int(length)
      if elements[next] >= end { continue }
      found.append(UInt32(array))
      while next < elements.count, elements[next] < end { next += 1 }
    }
    guard next == elements.count else {
      throw instances.damaged("array lengths fall short of their elements")
    }
    return found
  }
}
