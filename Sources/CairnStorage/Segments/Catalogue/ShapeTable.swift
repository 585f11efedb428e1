/// An object's members in record order: for each its slot and its value word (a kind, or 16 + the index of a
/// shape of that slot, which then is laid inline).
package struct Shape: Sendable, Hashable {
  package struct Entry: Sendable, Hashable {
    /// Slot numbers stay below `SegmentFormat.slotLimit`: half the memory of the largest part of a catalogue.
    private let slotNumber: UInt32
    package let word: UInt32

    package init(slot: Int, word: UInt32) {
      slotNumber = UInt32(clamping: slot)
      self.word = word
    }

    package var slot: Int { Int(slotNumber) }
  }

  package var entries: [Entry]

  package init(entries: [Entry]) { self.entries = entries }
}

/// The shapes of a segment: for each slot a list, all members end to end.
///
/// ```
/// shapes := count:varint slots:integers entryCounts:integers childSlots:integers (child - slot) words:integers
/// ```
package struct ShapeTable: RandomAccessCollection, Sendable {
  /// Members of all shapes end to end: slots and words. A shape's first one, and the number of all.
  private let memberSlots: [UInt32]
  private let memberWords: [UInt32]
  private let firstEntries: [Int]
  /// A slot's first shape, and the number of all.
  private let firstShapes: [Int]
  private let uses = Memo<Int, UseTable>()

  /// The shapes of one slot.
  package struct List: RandomAccessCollection {
    fileprivate let table: ShapeTable
    fileprivate let range: Range<Int>

    package var startIndex: Int { 0 }
    package var endIndex: Int { range.count }
    package subscript(index: Int) -> Members { Members(entries: table.entries(range.lowerBound + index)) }
  }

  /// One shape.
  package struct Members {
    package let entries: Entries
  }

  /// Members in record order.
  package struct Entries: RandomAccessCollection {
    fileprivate let slots: ArraySlice<UInt32>
    fileprivate let words: ArraySlice<UInt32>

    package var startIndex: Int { slots.startIndex }
    package var endIndex: Int { slots.endIndex }
    package subscript(index: Int) -> Shape.Entry { Shape.Entry(slot: Int(slots[index]), word: words[index]) }
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { firstShapes.count - 1 }

  package subscript(slot: Int) -> List {
    List(table: self, range: firstShapes[slot]..<firstShapes[slot + 1])
  }

  /// Members of all shapes.
  var memberCount: Int { memberSlots.count }

  /// Slots of the members of all shapes of a slot, with repetitions.
  func members(of slot: Int) -> ArraySlice<UInt32> {
    memberSlots[firstEntries[firstShapes[slot]]..<firstEntries[firstShapes[slot + 1]]]
  }

  private func entries(_ shape: Int) -> Entries {
    let range = firstEntries[shape]..<firstEntries[shape + 1]
    return Entries(slots: memberSlots[range], words: memberWords[range])
  }

  package init(_ shapes: [[Shape]]) {
    let entries = shapes.joined().flatMap(\.entries)
    memberSlots = entries.map { UInt32(truncatingIfNeeded: $0.slot) }
    memberWords = entries.map(\.word)
    var firstEntries = [0]
    for shape in shapes.joined() {
      firstEntries.append(firstEntries[firstEntries.count - 1] + shape.entries.count)
    }
    self.firstEntries = firstEntries
    firstShapes = shapes.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
  }

  // MARK: Where slots are used

  /// That a shape of the parent has a slot as a member.
  package struct Use: BitwiseCopyable, Sendable {
    /// Number among the shapes of the slot's parent.
    package let shape: UInt32
    package let word: UInt32
  }

  private struct UseTable: Sendable {
    var uses: [Use]
    var first: [Int]
  }

  /// The shapes that have a slot as a member, ascending; one that has it twice is there twice, in record order.
  package func uses(of slot: Int) -> ArraySlice<Use> {
    let table = uses.value(0) { useTable() }
    return table.uses[table.first[slot]..<table.first[slot + 1]]
  }

  private func useTable() -> UseTable {
    var first = [Int](repeating: 0, count: count + 1)
    for slot in memberSlots { first[Int(slot) + 1] += 1 }
    for slot in indices { first[slot + 1] += first[slot] }
    var next = first
    let uses = [Use](unsafeUninitializedCapacity: memberSlots.count) { uses, written in
      next.withUnsafeMutableBufferPointer { next in
        memberSlots.withUnsafeBufferPointer { slots in
          memberWords.withUnsafeBufferPointer { words in
            for owner in indices {
              for shape in firstShapes[owner]..<firstShapes[owner + 1] {
                for at in firstEntries[shape]..<firstEntries[shape + 1] {
                  let slot = Int(slots[at])
                  uses[next[slot]] = Use(
                    shape: UInt32(truncatingIfNeeded: shape &- firstShapes[owner]), word: words[at])
                  next[slot] &+= 1
                }
              }
            }
          }
        }
      }
      written = memberSlots.count
    }
    return UseTable(uses: uses, first: first)
  }

  // MARK: Stored form

  package func encode(into writer: inout ByteWriter) {
    var owners: [Int64] = []
    var counts: [Int64] = []
    var children: [Int64] = []
    var words: [Int64] = []
    for (slot, list) in enumerated() {
      for shape in list {
        owners.append(Int64(slot))
        counts.append(Int64(shape.entries.count))
        children.append(contentsOf: shape.entries.map { Int64($0.slot - slot) })
        words.append(contentsOf: shape.entries.map { Int64($0.word) })
      }
    }
    writer.writeVarint(owners.count)
    for list in [owners, counts] { IntegerEncoding.encode(list, into: &writer) }
    for list in [children, words] { IntegerEncoding.encodePlanes(list, into: &writer) }
  }

  package static func decode(_ reader: inout ByteReader, slots: [Slot]) throws -> ShapeTable {
    let count = try reader.readCount(limit: SegmentFormat.slotLimit, of: "shape count")
    let owners = try IntegerEncoding.decode(&reader, count: count)
    let counts = try IntegerEncoding.decode(&reader, count: count)
    var firstShapes = [Int](repeating: 0, count: slots.count + 1)
    var firstEntries = [0]
    firstEntries.reserveCapacity(count + 1)
    var total = 0
    var last: Int64 = 0
    for (owner, entryCount) in zip(owners, counts) {
      guard owner >= last, owner < Int64(slots.count) else { throw reader.damaged("shape without a slot") }
      guard entryCount >= 0, entryCount <= Int64(SegmentFormat.memberLimit - total) else {
        throw reader.damaged("shape with \(entryCount) members")
      }
      last = owner
      firstShapes[Int(owner) + 1] += 1
      total += Int(entryCount)
      firstEntries.append(total)
    }
    for slot in slots.indices { firstShapes[slot + 1] += firstShapes[slot] }
    var slotsOfMembers = try IntegerEncoding.decode32(&reader, count: total)
    let words = try IntegerEncoding.decode32(&reader, count: total)
    try reader.expectEnd(of: "shapes")
    if let wrong = place(&slotsOfMembers, words, owners, firstEntries, slots, firstShapes) {
      throw reader.damaged("shape \(wrong) has a member that its slot cannot have")
    }
    return ShapeTable(slotsOfMembers, words, firstEntries: firstEntries, firstShapes: firstShapes)
  }

  private init(_ slots: [UInt32], _ words: [UInt32], firstEntries: [Int], firstShapes: [Int]) {
    memberSlots = slots
    memberWords = words
    self.firstEntries = firstEntries
    self.firstShapes = firstShapes
  }

  /// Turns members' distances from their shapes' slots into slots. Gives a shape with a member that is no child of its
  /// slot, or whose word is neither a kind nor a shape of that child. Slots only point to children, so inlining cannot
  /// loop.
  private static func place(
    _ distances: inout [UInt32], _ words: [UInt32], _ owners: [Int64], _ firstEntries: [Int], _ slots: [Slot],
    _ firstShapes: [Int]
  ) -> Int? {
    // By slot: words from here on are none.
    let ends = slots.indices.map { firstShapes[$0 + 1] - firstShapes[$0] + Int(ValueKind.firstShapeWord) }
    let parents = slots.map(\.parent)
    let kindCount = ValueKind.allCases.count
    return distances.withUnsafeMutableBufferPointer { members in
      words.withUnsafeBufferPointer { words in
        for (shape, owner) in owners.enumerated() {
          for at in firstEntries[shape]..<firstEntries[shape + 1] {
            let child = Int(owner) &+ Int(members[at])
            let word = Int(words[at])
            guard members[at] >= 1, child < parents.count, parents[child] == Int(owner), word < ends[child],
              word < kindCount || word >= Int(ValueKind.firstShapeWord)
            else { return shape }
            members[at] = UInt32(truncatingIfNeeded: child)
          }
        }
        return nil
      }
    }
  }
}
