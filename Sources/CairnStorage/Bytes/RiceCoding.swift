/// Ascending numbers that are as good as random: their distances as Golomb and Rice have it, which takes half a bit more
/// than there is to tell.
///
/// ```
/// traces := count:varint width:u8 packed(width) { bits }
/// ```
/// The low `width` bits of each distance, then how often `1 << width` goes into each: so many bits 0, and a 1.
package enum RiceCoding {
  /// - Parameter range: what all numbers are below.
  package static func encode(_ numbers: [UInt64], range: UInt64, into writer: inout ByteWriter) {
    writer.writeVarint(numbers.count)
    if numbers.isEmpty { return }
    let width = max(1, BitPacking.width(of: range / UInt64(numbers.count))) - 1
    writer.writeByte(UInt8(width))
    var distances: [UInt64] = []
    distances.reserveCapacity(numbers.count)
    var last: UInt64 = 0
    for number in numbers {
      distances.append(number - last)
      last = number
    }
    let mask: UInt64 = 1 << UInt64(width) - 1
    BitPacking.pack(distances.map { $0 & mask }, width: width, into: &writer)
    var (byte, bit): (UInt8, UInt8) = (0, 0)
    func write(_ value: UInt8) {
      byte |= value << bit
      bit += 1
      if bit == 8 {
        writer.writeByte(byte)
        (byte, bit) = (0, 0)
      }
    }
    for distance in distances {
      for _ in 0..<(distance >> UInt64(width)) { write(0) }
      write(1)
    }
    if bit > 0 { writer.writeByte(byte) }
  }

  /// - Parameter limit: of their number.
  package static func decode(_ reader: inout ByteReader, limit: Int) throws -> [UInt64] {
    let count = try reader.readCount(limit: limit, of: "count")
    if count == 0 { return [] }
    let width = Int(try reader.readByte())
    guard width < 64 else { throw reader.damaged("\(width) bits of distances") }
    var numbers = try BitPacking.decode(&reader, count: count, width: width)
    var (byte, left) = (0, 0)
    var last: UInt64 = 0
    for index in numbers.indices {
      var quotient: UInt64 = 0
      while true {
        if left == 0 { (byte, left) = (Int(try reader.readByte()), 8) }
        let isEnd = byte & 1 == 1
        byte >>= 1
        left -= 1
        if isEnd { break }
        quotient += 1
      }
      last &+= quotient &<< UInt64(width) &+ numbers[index]
      numbers[index] = last
    }
    return numbers
  }
}
