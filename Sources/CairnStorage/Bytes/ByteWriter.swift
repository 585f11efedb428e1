/// Appends little-endian integers, varints and byte strings: the writing half of every stored structure.
package struct ByteWriter {
  package var bytes: [UInt8] = []

  package init() {}

  package var count: Int { bytes.count }

  package mutating func writeByte(_ value: UInt8) { bytes.append(value) }

  package mutating func writeUInt32(_ value: UInt32) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  package mutating func writeUInt64(_ value: UInt64) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Unsigned LEB128: seven bits a byte, least significant first, high bit set on all but the last.
  package mutating func writeVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  package mutating func writeVarint(_ value: Int) { writeVarint(UInt64(value)) }

  /// Zigzag, then LEB128: 0, -1, 1, -2 … become 0, 1, 2, 3 …
  package mutating func writeSignedVarint(_ value: Int64) { writeVarint(zigzag(value)) }

  package mutating func writeBytes(_ source: [UInt8]) { bytes.append(contentsOf: source) }

  package mutating func writeBytes(_ source: UnsafeBufferPointer<UInt8>) { bytes.append(contentsOf: source) }

  /// A varint byte count, then the bytes.
  package mutating func writeCounted(_ source: [UInt8]) {
    writeVarint(source.count)
    writeBytes(source)
  }

  package mutating func writeCounted(_ source: UnsafeBufferPointer<UInt8>) {
    writeVarint(source.count)
    writeBytes(source)
  }
}

@inline(__always)
package func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value << 1) ^ (value >> 63)) }

@inline(__always)
package func unzigzag(_ value: UInt64) -> Int64 {
  Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
}
