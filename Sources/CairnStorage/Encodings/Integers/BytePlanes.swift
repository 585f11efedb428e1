/// Integers that zstd comes after: what each is above the least of them, byte by byte, the low bytes of all first, so
/// that bytes that are alike stand together.
///
/// ```
/// planes := base:svarint width:u8 width × count bytes
/// ```
package enum BytePlanes {
  package static func encode(_ values: [Int64], into writer: inout ByteWriter) {
    let least = values.min() ?? 0
    let range = UInt64(bitPattern: (values.max() ?? 0) &- least)
    let width = (BitPacking.width(of: range) + 7) / 8
    writer.writeSignedVarint(least)
    writer.writeByte(UInt8(width))
    for plane in 0..<width {
      for value in values {
        writer.writeByte(UInt8(truncatingIfNeeded: UInt64(bitPattern: value &- least) >> UInt64(plane * 8)))
      }
    }
  }

  package static func decode(_ reader: inout ByteReader, count: Int) throws -> [Int64] {
    let least = try reader.readSignedVarint()
    let width = Int(try reader.readByte())
    guard width <= 8 else { throw reader.damaged("\(width) planes") }
    var values = [Int64](repeating: least, count: count)
    for plane in 0..<width {
      let range = try reader.readRange(count)
      reader.bytes.withUnsafeBufferPointer { bytes in
        values.withUnsafeMutableBufferPointer { values in
          for index in 0..<count {
            let byte = UInt64(bytes[range.lowerBound &+ index])
            values[index] &+= Int64(bitPattern: byte &<< UInt64(plane &* 8))
          }
        }
      }
    }
    return values
  }
}
