/// Where bytes came from, for error messages.
package struct ByteOrigin: Sendable {
  package var file: String
  package var offset: UInt64

  package init(file: String, offset: UInt64) {
    self.file = file
    self.offset = offset
  }

  package func damaged(at position: Int = 0, _ cause: String) -> CairnError {
    .damaged(file: file, offset: offset &+ UInt64(position), cause: cause)
  }
}

/// A bounds-checked cursor over stored bytes: the reading half of every stored structure.
///
/// Every read throws `CairnError.damaged` where the bytes end too early or a value is out of its range;
/// nothing that is read is trusted as a count or an offset before it has passed a check here.
package struct ByteReader: Sendable {
  package let bytes: [UInt8]
  package private(set) var position: Int
  package let end: Int
  package let origin: ByteOrigin

  package init(_ bytes: [UInt8], origin: ByteOrigin) {
    self.bytes = bytes
    self.position = 0
    self.end = bytes.count
    self.origin = origin
  }

  /// A reader over `range` of the same bytes. Throws where the range leaves them.
  package init(_ bytes: [UInt8], start: Int, byteCount: Int, origin: ByteOrigin) throws {
    guard start >= 0, byteCount >= 0, start <= bytes.count, byteCount <= bytes.count - start else {
      throw origin.damaged("a part of \(byteCount) bytes at \(start) leaves its block of \(bytes.count)")
    }
    self.bytes = bytes
    self.position = start
    self.end = start + byteCount
    self.origin = origin
  }

  package var remaining: Int { end - position }
  package var isAtEnd: Bool { position == end }

  package func damaged(_ cause: String) -> CairnError { origin.damaged(at: position, cause) }

  package mutating func readByte() throws -> UInt8 {
    guard position < end else { throw damaged("bytes end inside a structure") }
    defer { position += 1 }
    return bytes[position]
  }

  package mutating func readUInt32() throws -> UInt32 {
    var value: UInt32 = 0
    for shift in stride(from: 0, to: 32, by: 8) { value |= UInt32(try readByte()) << UInt32(shift) }
    return value
  }

  package mutating func readUInt64() throws -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 8) { value |= UInt64(try readByte()) << UInt64(shift) }
    return value
  }

  package mutating func readVarint() throws -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try readByte()
      if shift == 63, byte > 1 { throw damaged("varint exceeds 64 bits") }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
      if shift > 63 { throw damaged("varint longer than 10 bytes") }
    }
  }

  package mutating func readSignedVarint() throws -> Int64 { unzigzag(try readVarint()) }

  /// A varint that must not exceed `limit`: use for every count and index.
  package mutating func readCount(limit: Int, of what: String) throws -> Int {
    let value = try readVarint()
    guard value <= UInt64(limit) else { throw damaged("\(what) \(value) exceeds \(limit)") }
    return Int(value)
  }

  /// A count of items that take at least one byte each of what remains, so memory can be reserved for them.
  package mutating func readItemCount(of what: String) throws -> Int {
    let value = try readVarint()
    guard value <= UInt64(remaining) else { throw damaged("\(what) count \(value) exceeds the bytes left") }
    return Int(value)
  }

  package mutating func readBytes(_ byteCount: Int) throws -> [UInt8] {
    let range = try readRange(byteCount)
    return Array(bytes[range])
  }

  /// Moves past `byteCount` bytes and gives their range in `bytes`.
  package mutating func readRange(_ byteCount: Int) throws -> Range<Int> {
    guard byteCount >= 0, byteCount <= remaining else { throw damaged("bytes end inside a structure") }
    defer { position += byteCount }
    return position..<(position + byteCount)
  }

  package mutating func readCounted() throws -> [UInt8] {
    let byteCount = try readCount(limit: remaining, of: "byte count")
    return try readBytes(byteCount)
  }

  /// A reader over the next `byteCount` bytes; this reader moves past them.
  package mutating func readSub(_ byteCount: Int) throws -> ByteReader {
    let range = try readRange(byteCount)
    return try ByteReader(bytes, start: range.lowerBound, byteCount: byteCount, origin: origin)
  }

  package func expectEnd(of what: String) throws {
    guard isAtEnd else { throw damaged("\(remaining) bytes left over after \(what)") }
  }
}
