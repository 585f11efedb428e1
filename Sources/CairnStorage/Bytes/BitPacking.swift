/// Fixed-width unsigned integers packed without gaps, least significant bit first.
///
/// ```
/// width 3: byte 0 = c1 c0 b2 b1 b0 a2 a1 a0 (high … low), byte 1 = … d2 d1 d0 c2
/// ```
package enum BitPacking {
  /// Bits that hold `value`: 0 for 0.
  package static func width(of value: UInt64) -> Int { 64 - value.leadingZeroBitCount }

  package static func byteCount(count: Int, width: Int) -> Int { (count * width + 7) / 8 }

  package static func pack(_ values: [UInt64], width: Int, into writer: inout ByteWriter) {
    values.withUnsafeBufferPointer { pack($0, width: width, into: &writer) }
  }

  package static func pack(_ values: UnsafeBufferPointer<UInt64>, width: Int, into writer: inout ByteWriter) {
    if width == 0 || values.isEmpty { return }
    let count = byteCount(count: values.count, width: width)
    let packed = [UInt8](unsafeUninitializedCapacity: count) { target, written in
      if let base = target.baseAddress { pack(values, width: width, into: UnsafeMutableRawPointer(base)) }
      written = count
    }
    writer.writeBytes(packed)
  }

  /// - Parameter target: has room for `byteCount(count:width:)`.
  private static func pack(
    _ values: UnsafeBufferPointer<UInt64>, width: Int, into target: UnsafeMutableRawPointer
  ) {
    var accumulator: UInt64 = 0
    var filled = 0
    var at = 0
    for value in values {
      accumulator |= value &<< UInt64(filled)
      let room = 64 &- filled
      filled &+= width
      if filled >= 64 {
        target.storeBytes(of: accumulator.littleEndian, toByteOffset: at, as: UInt64.self)
        at &+= 8
        filled &-= 64
        accumulator = room < 64 && width > room ? value &>> UInt64(room) : 0
      }
    }
    while filled > 0 {
      target.storeBytes(of: UInt8(truncatingIfNeeded: accumulator), toByteOffset: at, as: UInt8.self)
      accumulator &>>= 8
      at &+= 1
      filled &-= 8
    }
  }

  /// Reads `count` values of `width` bits.
  package static func decode(_ reader: inout ByteReader, count: Int, width: Int) throws -> [UInt64] {
    guard width <= 64 else { throw reader.damaged("bit width \(width)") }
    let range = try reader.readRange(byteCount(count: count, width: width))
    return [UInt64](unsafeUninitializedCapacity: count) { target, written in
      reader.bytes.withUnsafeBufferPointer { bytes in
        if let base = target.baseAddress {
          unpack(UnsafeBufferPointer(rebasing: bytes[range]), count: count, width: width, into: base)
        }
      }
      written = count
    }
  }

  /// Unpacks `count` values; `packed` must hold `byteCount(count:width:)` bytes (the caller has checked).
  /// What a value has above the bits of `Output` is lost.
  package static func unpack<Output: FixedWidthInteger & UnsignedInteger>(
    _ packed: UnsafeBufferPointer<UInt8>, count: Int, width: Int,
    into output: UnsafeMutablePointer<Output>
  ) {
    if width == 0 {
      output.update(repeating: 0, count: count)
      return
    }
    precondition(packed.count >= byteCount(count: count, width: width) && width <= 64)
    let mask: UInt64 = width == 64 ? .max : (1 << UInt64(width)) - 1
    var bit = 0
    let total = packed.count
    guard let base = UnsafeRawPointer(packed.baseAddress) else { return }
    // Up to 57 bits one load has the whole value, wherever in a byte it begins.
    let fast = width <= 57 && total >= 8 ? min(count, ((total - 8) * 8 + 7) / width + 1) : 0
    for index in 0..<fast {
      let value = base.loadUnaligned(fromByteOffset: bit &>> 3, as: UInt64.self).littleEndian
      output[index] = Output(truncatingIfNeeded: value &>> UInt64(bit & 7) & mask)
      bit &+= width
    }
    for index in fast..<count {
      let byte = bit >> 3
      let shift = UInt64(bit & 7)
      if byte + 9 <= total {
        var value = base.loadUnaligned(fromByteOffset: byte, as: UInt64.self).littleEndian >> shift
        if shift != 0, Int(shift) + width > 64 {
          value |= UInt64(packed[byte + 8]) << (64 - shift)
        }
        output[index] = Output(truncatingIfNeeded: value & mask)
      } else {
        output[index] = Output(
          truncatingIfNeeded: slowRead(packed, byte: byte, shift: shift, width: width) & mask)
      }
      bit &+= width
    }
  }

  /// Near the end of the buffer, where an eight-byte load would leave it.
  private static func slowRead(
    _ packed: UnsafeBufferPointer<UInt8>, byte: Int, shift: UInt64, width: Int
  ) -> UInt64 {
    var value: UInt64 = 0
    var got = -Int(shift)
    var at = byte
    while got < width, at < packed.count {
      let piece = UInt64(packed[at])
      value |= got >= 0 ? piece << UInt64(got) : piece >> UInt64(-got)
      got += 8
      at += 1
    }
    return value
  }
}
