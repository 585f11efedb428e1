/// A column's distinct strings, sorted by value bytes (then style, then spelling) and cut into blocks, so that
/// a lookup reads one block and a prefix is a range of ids.
///
/// ```
/// block := styles entries                  (entry count and first value stand in the column's directory)
/// entry := shared:varint rest:counted      the value is `shared` bytes of the one before, then `rest`
/// ```
package enum DictionaryBlocks {
  /// Target size of a block before compression: small enough to decode for one lookup, large enough for zstd.
  package static let targetByteCount = 32 << 10

  package struct Block {
    package var entryCount: Int
    package var firstValue: [UInt8]
    package var bytes: [UInt8]
  }

  package static func encode(_ table: StringTable) -> [Block] {
    var blocks: [Block] = []
    var start = 0
    while start < table.count {
      var end = start
      var byteCount = 0
      while end < table.count, byteCount < targetByteCount {
        byteCount += table[end].count + 2
        end += 1
      }
      blocks.append(encodeBlock(table, start..<end))
      start = end
    }
    return blocks
  }

  private static func encodeBlock(_ table: StringTable, _ range: Range<Int>) -> Block {
    var writer = ByteWriter()
    let part = TableSlice(table: table, range: range)
    PlainStrings.encodeStyles(part, into: &writer)
    var previous = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    for index in range {
      let value = table[index]
      var shared = 0
      while shared < min(previous.count, value.count), previous[shared] == value[shared] { shared += 1 }
      writer.writeVarint(shared)
      writer.writeCounted(UnsafeBufferPointer(rebasing: value[shared...]))
      previous = value
    }
    return Block(entryCount: range.count, firstValue: Array(table[range.lowerBound]), bytes: writer.bytes)
  }

  package static func decode(_ reader: inout ByteReader, count: Int) throws -> StringTable {
    let styles = try PlainStrings.decodeStyles(&reader, count: count)
    if styles.styles.isEmpty { return try decodePlain(&reader, count: count) }
    let table = StringTable(entryCapacity: count, byteCapacity: reader.remaining * 2)
    var value: [UInt8] = []
    for index in 0..<count {
      let shared = try reader.readCount(limit: value.count, of: "shared prefix")
      let rest = try reader.readRange(try reader.readCount(limit: reader.remaining, of: "byte count"))
      value.removeLast(value.count - shared)
      value.append(contentsOf: reader.bytes[rest])
      table.append(value, style: styles.style(index), spelling: styles.spellings[index])
    }
    try reader.expectEnd(of: "dictionary block")
    return table
  }

  /// Where all are plain: each entry is copied once, its beginning from the entry before.
  private static func decodePlain(_ reader: inout ByteReader, count: Int) throws -> StringTable {
    var heap = RawVector<UInt8>(capacity: reader.remaining * 2)
    var ends = RawVector<UInt64>(capacity: count)
    do {
      var start = 0
      for _ in 0..<count {
        let shared = try reader.readCount(limit: heap.count - start, of: "shared prefix")
        let rest = try reader.readRange(try reader.readCount(limit: reader.remaining, of: "byte count"))
        let next = heap.count
        // Room first: growing moves the entry before.
        heap.reserve(next + shared + rest.count)
        heap.append(from: heap.base + start, count: shared)
        reader.bytes.withUnsafeBufferPointer { bytes in
          if let base = bytes.baseAddress { heap.append(from: base + rest.lowerBound, count: rest.count) }
        }
        ends.append(UInt64(heap.count))
        start = next
      }
      try reader.expectEnd(of: "dictionary block")
    } catch {
      heap.free()
      ends.free()
      throw error
    }
    return StringTable(heap: heap, ends: ends)
  }
}

private struct TableSlice: StringSource {
  let table: StringTable
  let range: Range<Int>
  var count: Int { range.count }
  func value(_ index: Int) -> UnsafeBufferPointer<UInt8> { table[range.lowerBound + index] }
  func style(_ index: Int) -> StringStyle { table.style(range.lowerBound + index) }
  func spelling(_ index: Int) -> [UInt8]? { table.spellings[range.lowerBound + index] }
}
