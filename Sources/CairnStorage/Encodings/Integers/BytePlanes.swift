import Glibc

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

  /// What a coder of single bytes makes of `planes` of `count` bytes each.
  static func entropyByteCount(_ planes: ArraySlice<UInt8>, _ count: Int) -> Double {
    var bits = 0.0
    for start in stride(from: planes.startIndex, to: planes.endIndex, by: count) {
      var counts = [Int](repeating: 0, count: 256)
      for byte in planes[start..<min(start + count, planes.endIndex)] { counts[Int(byte)] += 1 }
      for number in counts where number > 0 { bits -= Double(number) * log2(Double(number) / Double(count)) }
    }
    return bits / 8
  }

  package static func decode(_ reader: inout ByteReader, count: Int) throws -> [Int64] {
    let (least, planes) = try read(&reader, count)
    return reader.bytes.withUnsafeBufferPointer { bytes in
      [Int64](unsafeUninitializedCapacity: count) { target, written in
        target.update(repeating: least)
        add(UnsafeBufferPointer(rebasing: bytes[planes]), count, to: target)
        written = count
      }
    }
  }

  /// `first`, and then `count` values that differ from the one before each by what stands there.
  static func decode(_ reader: inout ByteReader, count: Int, first: Int64) throws -> [Int64] {
    let (least, planes) = try read(&reader, count)
    return reader.bytes.withUnsafeBufferPointer { bytes in
      [Int64](unsafeUninitializedCapacity: count + 1) { target, written in
        target.update(repeating: least)
        target[0] = first
        add(
          UnsafeBufferPointer(rebasing: bytes[planes]), count,
          to: UnsafeMutableBufferPointer(rebasing: target[1..<(count + 1)]))
        for index in 0..<count { target[index &+ 1] &+= target[index] }
        written = count + 1
      }
    }
  }

  private static func read(_ reader: inout ByteReader, _ count: Int) throws -> (Int64, Range<Int>) {
    let least = try reader.readSignedVarint()
    let width = Int(try reader.readByte())
    guard width <= 8 else { throw reader.damaged("\(width) planes") }
    return (least, try reader.readRange(count * width))
  }

  private static func add(
    _ planes: UnsafeBufferPointer<UInt8>, _ count: Int, to target: UnsafeMutableBufferPointer<Int64>
  ) {
    if count == 0 { return }
    for plane in 0..<(planes.count / count) {
      let shift = UInt64(plane &* 8)
      let start = plane &* count
      for index in 0..<count {
        target[index] &+= Int64(bitPattern: UInt64(planes[start &+ index]) &<< shift)
      }
    }
  }
}
