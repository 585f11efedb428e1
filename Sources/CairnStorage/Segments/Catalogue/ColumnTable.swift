/// A place in a record: the root, a key of an object, or the elements (`[]`) of an array.
package struct Slot: Sendable, Equatable {
  /// Index of the parent; the root (0) is its own.
  package var parent: Int
  package var isElement: Bool
  /// The key as spelled between its quotes; empty for the root and for elements.
  package var name: [UInt8]

  package init(parent: Int, isElement: Bool, name: [UInt8]) {
    self.parent = parent
    self.isElement = isElement
    self.name = name
  }
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

/// Names and columns of a segment: enough to find a column by its path, and to tell that there is none.
///
/// ```
/// catalogue := slots columns
/// slots   := count:varint parents:integers (index - parent) flags:integers names (each counted)
/// columns := count:varint slots:integers kinds:integers valueCounts:integers places:integers
///            (0 = own block, n = pack n - 1) then byteCounts:integers, then for own blocks offsets:integers
/// ```
package struct ColumnTable: Sendable {
  /// Parents before children, depth first.
  package let slots: [Slot]
  /// Sorted by slot, then kind.
  package let columns: [ColumnInfo]
  /// By slot: its first column; then the number of columns.
  private let firstColumns: [Int]
  /// Children of slot 0, of slot 1, and so on, each in slot order.
  private let childList: [Int]
  private let firstChildren: [Int]
  /// By slot: the child that stands for the elements of its arrays, 0 where it has none.
  private let elementSlots: [UInt32]

  package init(slots: [Slot], columns: [ColumnInfo]) {
    self.slots = slots
    self.columns = columns
    var firstColumns = [Int](repeating: 0, count: slots.count + 1)
    for column in columns { firstColumns[column.slot + 1] += 1 }
    var firstChildren = [Int](repeating: 0, count: slots.count + 1)
    for slot in slots.dropFirst() { firstChildren[slot.parent + 1] += 1 }
    for index in slots.indices {
      firstColumns[index + 1] += firstColumns[index]
      firstChildren[index + 1] += firstChildren[index]
    }
    var next = firstChildren
    var list = [Int](repeating: 0, count: max(0, slots.count - 1))
    for (index, slot) in slots.enumerated().dropFirst() {
      list[next[slot.parent]] = index
      next[slot.parent] += 1
    }
    self.firstColumns = firstColumns
    self.firstChildren = firstChildren
    childList = list
    var elements = [UInt32](repeating: 0, count: slots.count)
    for (index, slot) in slots.enumerated().dropFirst() where slot.isElement && elements[slot.parent] == 0 {
      elements[slot.parent] = UInt32(truncatingIfNeeded: index)
    }
    elementSlots = elements
  }

  /// Columns of a slot, by kind.
  package func columns(of slot: Int) -> Range<Int> { firstColumns[slot]..<firstColumns[slot + 1] }

  /// Children of a slot, in slot order.
  package func children(of slot: Int) -> ArraySlice<Int> {
    childList[firstChildren[slot]..<firstChildren[slot + 1]]
  }

  package func column(_ slot: Int, _ kind: ColumnKind) -> Int? {
    columns(of: slot).first { columns[$0].kind == kind }
  }

  package func elementSlot(of slot: Int) -> Int? {
    elementSlots[slot] == 0 ? nil : Int(elementSlots[slot])
  }

  /// Slots that a path of names may mean in some record.
  package func slots(at path: some Collection<PathName>) -> [Int] {
    path.reduce([0]) { level, name in
      level.flatMap { children(of: $0) }.filter {
        !slots[$0].isElement && PathResolver.matches(name, slots[$0].name) != .different
      }
    }
  }

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
    IntegerEncoding.encodePlanes(slots.indices.map { Int64($0 - slots[$0].parent) }, into: &writer)
    IntegerEncoding.encode(slots.map { $0.isElement ? 1 : 0 }, into: &writer)
    for slot in slots { writer.writeCounted(slot.name) }
    encodeColumns(into: &writer)
  }

  private func encodeColumns(into writer: inout ByteWriter) {
    writer.writeVarint(columns.count)
    IntegerEncoding.encode(columns.map { Int64($0.slot) }, into: &writer)
    IntegerEncoding.encodePlanes(columns.map { Int64($0.kind.rawValue) }, into: &writer)
    IntegerEncoding.encodePlanes(columns.map { Int64($0.valueCount) }, into: &writer)
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
    IntegerEncoding.encodePlanes(byteCounts, into: &writer)
    IntegerEncoding.encode(offsets, into: &writer)
  }

  package static func decode(_ reader: inout ByteReader, packCount: Int) throws -> ColumnTable {
    let slots = try decodeSlots(&reader)
    let columns = try decodeColumns(&reader, slotCount: slots.count, packCount: packCount)
    try reader.expectEnd(of: "catalogue")
    return ColumnTable(slots: slots, columns: columns)
  }

  private static func decodeSlots(_ reader: inout ByteReader) throws -> [Slot] {
    // Each has a name, which takes a byte.
    let count = try reader.readCount(limit: min(SegmentFormat.slotLimit, reader.remaining), of: "slot count")
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

  private static func decodeColumns(
    _ reader: inout ByteReader, slotCount: Int, packCount: Int
  ) throws -> [ColumnInfo] {
    let count = try reader.readCount(
      limit: min(SegmentFormat.slotLimit, slotCount * ColumnKind.allCases.count), of: "column count")
    let slots = try IntegerEncoding.decode(&reader, count: count)
    let kinds = try IntegerEncoding.decode(&reader, count: count)
    let valueCounts = try IntegerEncoding.decode(&reader, count: count)
    let places = try IntegerEncoding.decode(&reader, count: count)
    let byteCounts = try IntegerEncoding.decode(&reader, count: count)
    let offsets = try IntegerEncoding.decode(&reader, count: places.filter { $0 == 0 }.count)
    var columns: [ColumnInfo] = []
    var packEnds = [Int](repeating: 0, count: packCount)
    var nextOffset = 0
    var valueCount = 0
    for index in 0..<count {
      guard slots[index] >= 0, slots[index] < Int64(slotCount), let raw = UInt8(exactly: kinds[index]),
        let kind = ColumnKind(rawValue: raw), valueCounts[index] >= 0,
        valueCounts[index] <= Int64(SegmentFormat.segmentValueLimit - valueCount), byteCounts[index] >= 0,
        byteCounts[index] <= Int64(SegmentFormat.blockByteLimit), places[index] >= 0,
        places[index] <= Int64(packCount)
      else { throw reader.damaged("column \(index) is malformed") }
      valueCount += Int(valueCounts[index])
      let place: ColumnPlace
      if places[index] == 0 {
        guard let offset = UInt64(exactly: offsets[nextOffset]),
          offset <= UInt64(SegmentFormat.segmentByteLimit)
        else { throw reader.damaged("column \(index) is malformed") }
        place = .block(BlockRef(offset: offset, byteCount: Int(byteCounts[index])))
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
