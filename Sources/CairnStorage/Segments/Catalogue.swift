/// A place in a record: the root, a key of an object, or the elements (`[]`) of an array.
package struct Slot: Sendable, Equatable {
  /// Index of the parent; the root (0) is its own.
  package var parent: Int
  package var isElement: Bool
  /// The key as spelled between its quotes; empty for the root and for elements.
  package var name: [UInt8]
}

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
}

/// Which column it is, and where its directory stands.
package struct ColumnInfo: Sendable {
  package var slot: Int
  package var kind: ColumnKind
  package var valueCount: Int
  package var place: ColumnPlace
}

package enum ColumnPlace: Sendable, Equatable {
  /// The directory is a block of its own.
  case block(BlockRef)
  /// The directory, with all its parts inline, is a stretch of a pack.
  case pack(index: Int, start: Int, byteCount: Int)
}

/// Names, shapes and columns of a segment: everything needed to find a path's columns and to rebuild records.
///
/// ```
/// catalogue := slots shapes columns
/// slots   := count:varint parents:integers (index - parent) flags:integers names (each counted)
/// shapes  := count:varint slots:integers entryCounts:integers childSlots:integers (child - slot) words:integers
/// columns := count:varint slots:integers kinds:integers valueCounts:integers places:integers
///            (0 = own block, n = pack n - 1) then byteCounts:integers, then for own blocks offsets:integers
/// ```
package struct Catalogue: Sendable {
  /// Parents before children, depth first.
  package var slots: [Slot]
  /// Shapes of each slot, by slot.
  package var shapes: [[Shape]]
  /// Sorted by slot, then kind.
  package var columns: [ColumnInfo]

  /// Column numbers by slot.
  package private(set) var columnsOfSlot: [[Int]] = []
  /// Children by slot, in slot order.
  package private(set) var children: [[Int]] = []

  package init(slots: [Slot], shapes: [[Shape]], columns: [ColumnInfo]) {
    self.slots = slots
    self.shapes = shapes
    self.columns = columns
    columnsOfSlot = Array(repeating: [], count: slots.count)
    for (index, column) in columns.enumerated() { columnsOfSlot[column.slot].append(index) }
    children = Array(repeating: [], count: slots.count)
    for (index, slot) in slots.enumerated().dropFirst() { children[slot.parent].append(index) }
  }

  package func column(_ slot: Int, _ kind: ColumnKind) -> Int? {
    columnsOfSlot[slot].first { columns[$0].kind == kind }
  }

  package func elementSlot(of slot: Int) -> Int? { children[slot].first { slots[$0].isElement } }

  /// The path as people write it: `requestParameters.tagSet.items[].key`.
  package func path(of slot: Int) -> String {
    if slot == 0 { return "$" }
    var parts: [String] = []
    var at = slot
    while at != 0 {
      parts.append(slots[at].isElement ? "[]" : String(decoding: slots[at].name, as: UTF8.self))
      at = slots[at].parent
    }
    return parts.reversed().reduce(into: "") { text, part in
      if part == "[]" || text.isEmpty { text += part } else { text += "." + part }
    }
  }

  // MARK: Stored form

  package func encode(into writer: inout ByteWriter) {
    writer.writeVarint(slots.count)
    IntegerEncoding.encode(slots.indices.map { Int64($0 - slots[$0].parent) }, into: &writer)
    IntegerEncoding.encode(slots.map { $0.isElement ? 1 : 0 }, into: &writer)
    for slot in slots { writer.writeCounted(slot.name) }
    encodeShapes(into: &writer)
    encodeColumns(into: &writer)
  }

  private func encodeShapes(into writer: inout ByteWriter) {
    var owners: [Int64] = []
    var counts: [Int64] = []
    var children: [Int64] = []
    var words: [Int64] = []
    for (slot, list) in shapes.enumerated() {
      for shape in list {
        owners.append(Int64(slot))
        counts.append(Int64(shape.entries.count))
        children.append(contentsOf: shape.entries.map { Int64($0.slot - slot) })
        words.append(contentsOf: shape.entries.map { Int64($0.word) })
      }
    }
    writer.writeVarint(owners.count)
    for list in [owners, counts, children, words] { IntegerEncoding.encode(list, into: &writer) }
  }

  private func encodeColumns(into writer: inout ByteWriter) {
    writer.writeVarint(columns.count)
    IntegerEncoding.encode(columns.map { Int64($0.slot) }, into: &writer)
    IntegerEncoding.encode(columns.map { Int64($0.kind.rawValue) }, into: &writer)
    IntegerEncoding.encode(columns.map { Int64($0.valueCount) }, into: &writer)
    var places: [Int64] = []
    var byteCounts: [Int64] = []
    var offsets: [Int64] = []
    for column in columns {
      switch column.place {
      case .block(let ref):
        places.append(0)
        byteCounts.append(Int64(ref.byteCount))
        offsets.append(Int64(ref.offset))
      case .pack(let index, _, let byteCount):
        places.append(Int64(index + 1))
        byteCounts.append(Int64(byteCount))
      }
    }
    IntegerEncoding.encode(places, into: &writer)
    IntegerEncoding.encode(byteCounts, into: &writer)
    IntegerEncoding.encode(offsets, into: &writer)
  }

  package static func decode(_ reader: inout ByteReader, packCount: Int) throws -> Catalogue {
    let slots = try decodeSlots(&reader)
    let shapes = try decodeShapes(&reader, slots: slots)
    let columns = try decodeColumns(&reader, slotCount: slots.count, packCount: packCount)
    try reader.expectEnd(of: "catalogue")
    return Catalogue(slots: slots, shapes: shapes, columns: columns)
  }

  private static func decodeSlots(_ reader: inout ByteReader) throws -> [Slot] {
    let count = try reader.readCount(limit: SegmentFormat.slotLimit, of: "slot count")
    guard count >= 1 else { throw reader.damaged("catalogue without a root slot") }
    let distances = try IntegerEncoding.decode(&reader, count: count)
    let flags = try IntegerEncoding.decode(&reader, count: count)
    var slots: [Slot] = []
    var depths = [Int](repeating: 0, count: count)
    for index in 0..<count {
      guard distances[index] >= (index == 0 ? 0 : 1), distances[index] <= Int64(index), 0...1 ~= flags[index]
      else {
        throw reader.damaged("slot \(index) has no valid parent")
      }
      depths[index] = depths[index - Int(distances[index])] + 1
      guard depths[index] <= SegmentFormat.slotDepthLimit else { throw reader.damaged("slots nest too deep") }
      slots.append(
        Slot(
          parent: index - Int(distances[index]), isElement: flags[index] == 1, name: try reader.readCounted())
      )
    }
    return slots
  }

  private static func decodeShapes(_ reader: inout ByteReader, slots: [Slot]) throws -> [[Shape]] {
    let count = try reader.readCount(limit: SegmentFormat.slotLimit, of: "shape count")
    let owners = try IntegerEncoding.decode(&reader, count: count)
    let counts = try IntegerEncoding.decode(&reader, count: count)
    var total = 0
    for entryCount in counts {
      guard entryCount >= 0, entryCount <= Int64(SegmentFormat.slotLimit), total <= SegmentFormat.slotLimit
      else {
        throw reader.damaged("shape with \(entryCount) members")
      }
      total += Int(entryCount)
    }
    let children = try IntegerEncoding.decode(&reader, count: total)
    let words = try IntegerEncoding.decode(&reader, count: total)
    var shapes = [[Shape]](repeating: [], count: slots.count)
    var next = 0
    for index in 0..<count {
      guard owners[index] >= 0, owners[index] < Int64(slots.count) else {
        throw reader.damaged("shape without a slot")
      }
      let owner = Int(owners[index])
      var entries: [Shape.Entry] = []
      entries.reserveCapacity(Int(counts[index]))
      for _ in 0..<counts[index] {
        guard children[next] >= 1, children[next] < Int64(slots.count - owner),
          slots[owner + Int(children[next])].parent == owner, let word = UInt32(exactly: words[next])
        else { throw reader.damaged("shape \(index) has a member that is no child of its slot") }
        entries.append(Shape.Entry(slot: owner + Int(children[next]), word: word))
        next += 1
      }
      shapes[owner].append(Shape(entries: entries))
    }
    try checkWords(shapes, reader)
    return shapes
  }

  /// Every word is a kind or a shape of its slot. Slots only point to children, so inlining cannot loop.
  private static func checkWords(_ shapes: [[Shape]], _ reader: ByteReader) throws {
    for shape in shapes.joined() {
      for entry in shape.entries {
        let isKind = entry.word < ValueKind.firstShapeWord && ValueKind(rawValue: UInt8(entry.word)) != nil
        let isShape =
          entry.word >= ValueKind.firstShapeWord
          && Int(entry.word - ValueKind.firstShapeWord) < shapes[entry.slot].count
        guard isKind || isShape else { throw reader.damaged("unknown value word \(entry.word) in a shape") }
      }
    }
  }

  private static func decodeColumns(
    _ reader: inout ByteReader, slotCount: Int, packCount: Int
  ) throws -> [ColumnInfo] {
    let count = try reader.readCount(limit: SegmentFormat.slotLimit, of: "column count")
    let slots = try IntegerEncoding.decode(&reader, count: count)
    let kinds = try IntegerEncoding.decode(&reader, count: count)
    let valueCounts = try IntegerEncoding.decode(&reader, count: count)
    let places = try IntegerEncoding.decode(&reader, count: count)
    let byteCounts = try IntegerEncoding.decode(&reader, count: count)
    let offsets = try IntegerEncoding.decode(&reader, count: places.filter { $0 == 0 }.count)
    var columns: [ColumnInfo] = []
    var packEnds = [Int](repeating: 0, count: packCount)
    var nextOffset = 0
    for index in 0..<count {
      guard slots[index] >= 0, slots[index] < Int64(slotCount), let raw = UInt8(exactly: kinds[index]),
        let kind = ColumnKind(rawValue: raw), valueCounts[index] >= 0, byteCounts[index] >= 0,
        byteCounts[index] <= Int64(SegmentFormat.blockByteLimit), places[index] >= 0,
        places[index] <= Int64(packCount)
      else { throw reader.damaged("column \(index) is malformed") }
      let place: ColumnPlace
      if places[index] == 0 {
        place = .block(
          BlockRef(offset: UInt64(bitPattern: offsets[nextOffset]), byteCount: Int(byteCounts[index])))
        nextOffset += 1
      } else {
        let pack = Int(places[index]) - 1
        place = .pack(index: pack, start: packEnds[pack], byteCount: Int(byteCounts[index]))
        packEnds[pack] += Int(byteCounts[index])
      }
      let column = ColumnInfo(
        slot: Int(slots[index]), kind: kind, valueCount: Int(valueCounts[index]), place: place)
      if let last = columns.last, (last.slot, last.kind) >= (column.slot, column.kind) {
        throw reader.damaged("columns are not in order")
      }
      columns.append(column)
    }
    return columns
  }
}
