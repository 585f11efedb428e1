/// Lower-case UUIDs as 16 bytes each; values that are none are exceptions, stored plain.
///
/// ```
/// uuid       := exceptions count × 16 bytes (zeros where an exception stands)
/// exceptions := number:varint [positions:integers byteCount:varint plain]
/// ```
package enum UUIDStrings {
  /// Fewer UUIDs than this share of the values, and the chunk is stored another way.
  package static let minimumShare = 0.25
  package static let textByteCount = 36

  package static func encode<Source: StringSource>(_ source: Source, into writer: inout ByteWriter) -> Bool {
    var exceptions: [Int64] = []
    var packed = [UInt8](repeating: 0, count: source.count * 16)
    let allowed = Int(Double(source.count) * (1 - minimumShare))
    let complete = packed.withUnsafeMutableBufferPointer { target -> Bool in
      guard let base = target.baseAddress else { return false }
      for index in 0..<source.count {
        if source.style(index) != .plain || !parse(source.value(index), into: base + index * 16) {
          exceptions.append(Int64(index))
          if exceptions.count > allowed { return false }
        }
      }
      return true
    }
    guard complete else { return false }
    writer.writeByte(StringEncoding.uuid.rawValue)
    writer.writeVarint(exceptions.count)
    if !exceptions.isEmpty {
      let rest = StringTable()
      for index in exceptions {
        for byte in 0..<16 { packed[Int(index) * 16 + byte] = 0 }
        let at = Int(index)
        rest.append(source.value(at), style: source.style(at), spelling: source.spelling(at))
      }
      IntegerEncoding.encode(exceptions, into: &writer)
      var body = ByteWriter()
      PlainStrings.encode(rest, into: &body)
      writer.writeCounted(body.bytes)
    }
    writer.writeBytes(packed)
    return true
  }

  package static func decode(
    _ reader: inout ByteReader, count: Int, positions: [UInt32]?
  ) throws -> StringTable {
    let exceptions = try decodeExceptions(&reader, count: count)
    let range = try reader.readRange(count * 16)
    let wanted = positions?.count ?? count
    if exceptions.index.isEmpty { return decodePlain(reader.bytes, range, positions, count: wanted) }
    let table = StringTable(entryCapacity: wanted, byteCapacity: wanted * textByteCount)
    reader.bytes.withUnsafeBufferPointer { bytes in
      var text = [UInt8](repeating: 0, count: textByteCount)
      for index in 0..<wanted {
        let position = positions?[index] ?? UInt32(index)
        if !exceptions.index.isEmpty, let entry = exceptions.index[position] {
          table.append(entry: entry, of: exceptions.table)
          continue
        }
        let start = range.lowerBound + Int(position) * 16
        text.withUnsafeMutableBufferPointer { text in
          if let base = text.baseAddress {
            format(UnsafeBufferPointer(rebasing: bytes[start..<(start + 16)]), into: base)
          }
        }
        table.append(text)
      }
    }
    return table
  }

  private static func decodePlain(
    _ bytes: [UInt8], _ range: Range<Int>, _ positions: [UInt32]?, count: Int
  ) -> StringTable {
    var heap = RawVector<UInt8>(capacity: count * textByteCount)
    var ends = RawVector<UInt64>(capacity: count)
    let texts = heap.appendUninitialized(count: count * textByteCount)
    let places = ends.appendUninitialized(count: count)
    bytes.withUnsafeBufferPointer { bytes in
      for index in 0..<count {
        let start = range.lowerBound + Int(positions?[index] ?? UInt32(truncatingIfNeeded: index)) * 16
        format(
          UnsafeBufferPointer(rebasing: bytes[start..<(start + 16)]), into: texts + index * textByteCount)
        places[index] = UInt64((index + 1) * textByteCount)
      }
    }
    return StringTable(heap: heap, ends: ends)
  }

  /// Positions of the values that are one of `needles`, ascending, without spelling out the others.
  package static func positions(of needles: [[UInt8]], _ reader: inout ByteReader, count: Int) throws
    -> [UInt32]
  {
    let exceptions = try decodeExceptions(&reader, count: count)
    let range = try reader.readRange(count * 16)
    try reader.expectEnd(of: "chunk")
    var found: [UInt32] = []
    for (position, entry) in exceptions.index
    where needles.contains(where: { $0.elementsEqual(exceptions.table[entry]) }) {
      found.append(position)
    }
    for needle in needles {
      var key: (UInt64, UInt64) = (0, 0)
      let isUUID = withUnsafeMutableBytes(of: &key) { bytes in
        needle.withUnsafeBufferPointer { text in
          bytes.baseAddress.map { parse(text, into: $0.assumingMemoryBound(to: UInt8.self)) } ?? false
        }
      }
      guard isUUID else { continue }
      reader.bytes.withUnsafeBytes { bytes in
        let values = UnsafeRawBufferPointer(rebasing: bytes[range])
        for position in positions(of: key, in: values) where exceptions.index[UInt32(position)] == nil {
          found.append(UInt32(position))
        }
      }
    }
    return found.sorted()
  }

  /// Positions of one value among values of 16 bytes. Eight first halves are compared without a branch between them.
  private static func positions(of key: (UInt64, UInt64), in values: UnsafeRawBufferPointer) -> [Int] {
    guard let base = values.baseAddress else { return [] }
    let count = values.count / 16
    var found: [Int] = []
    func check(_ range: Range<Int>) {
      for position in range
      where base.loadUnaligned(fromByteOffset: position &* 16, as: UInt64.self) == key.0
        && base.loadUnaligned(fromByteOffset: position &* 16 &+ 8, as: UInt64.self) == key.1
      {
        found.append(position)
      }
    }
    var at = 0
    while at &+ 8 <= count {
      var borrows: UInt64 = 0
      for lane in 0..<8 {
        let half = base.loadUnaligned(fromByteOffset: (at &+ lane) &* 16, as: UInt64.self)
        let difference = half ^ key.0
        // Only 0 borrows from a bit above all its own.
        borrows |= (difference &- 1) & ~difference
      }
      if borrows >> 63 == 1 { check(at..<(at &+ 8)) }
      at &+= 8
    }
    check(at..<count)
    return found
  }

  /// Values that are no UUID: their entries in a table, by position.
  static func decodeExceptions(
    _ reader: inout ByteReader, count: Int
  ) throws -> (index: [UInt32: Int], table: StringTable) {
    let number = try reader.readCount(limit: count, of: "exception count")
    guard number > 0 else { return ([:], StringTable()) }
    var index: [UInt32: Int] = [:]
    var least: Int64 = 0
    for (entry, position) in try IntegerEncoding.decode(&reader, count: number).enumerated() {
      guard position >= least, position < Int64(count) else {
        throw reader.damaged("exception at \(position)")
      }
      index[UInt32(position)] = entry
      least = position + 1
    }
    var body = try reader.readSub(try reader.readCount(limit: reader.remaining, of: "byte count"))
    let table = try PlainStrings.decode(&body, count: number, positions: nil)
    try body.expectEnd(of: "exceptions")
    return (index, table)
  }

  /// Parses the canonical lower-case text; false where it is anything else.
  static func parse(_ text: UnsafeBufferPointer<UInt8>, into output: UnsafeMutablePointer<UInt8>) -> Bool {
    guard text.count == textByteCount, let p = text.baseAddress, p[8] == 0x2D, p[13] == 0x2D, p[18] == 0x2D,
      p[23] == 0x2D
    else { return false }
    var at = 0
    for index in 0..<16 {
      if at == 8 || at == 13 || at == 18 || at == 23 { at += 1 }
      let high = nibble(p[at])
      let low = nibble(p[at + 1])
      if high | low > 15 { return false }
      output[index] = high << 4 | low
      at += 2
    }
    return true
  }

  @inline(__always)
  private static func nibble(_ byte: UInt8) -> UInt8 {
    let digit = byte &- 0x30
    if digit <= 9 { return digit }
    let letter = byte &- 0x61
    return letter <= 5 ? letter + 10 : 0xFF
  }

  /// Writes the text of 16 bytes to `out`, which has room for it.
  static func format(_ bytes: UnsafeBufferPointer<UInt8>, into out: UnsafeMutablePointer<UInt8>) {
    let digits: StaticString = "0123456789abcdef"
    let table = digits.utf8Start
    var at = 0
    for index in 0..<16 {
      if at == 8 || at == 13 || at == 18 || at == 23 {
        out[at] = 0x2D
        at += 1
      }
      out[at] = table[Int(bytes[index] >> 4)]
      out[at + 1] = table[Int(bytes[index] & 15)]
      at += 2
    }
  }
}
