import Glibc

/// Lengths, styles where any is not plain, then the bytes end to end.
///
/// ```
/// plain  := lengths:integers styles bytes
/// styles := 0:u8 | 1:u8 styles:integers then for each verbatim entry its spelling (counted)
/// ```
package enum PlainStrings {
  package static func encode<Source: StringSource>(_ source: Source, into writer: inout ByteWriter) {
    IntegerEncoding.encode((0..<source.count).map { Int64(source.value($0).count) }, into: &writer)
    encodeStyles(source, into: &writer)
    for index in 0..<source.count { writer.writeBytes(source.value(index)) }
  }

  package static func encodeStyles<Source: StringSource>(_ source: Source, into writer: inout ByteWriter) {
    let styles = (0..<source.count).map { Int64(source.style($0).rawValue) }
    guard styles.contains(where: { $0 != 0 }) else {
      writer.writeByte(0)
      return
    }
    writer.writeByte(1)
    IntegerEncoding.encode(styles, into: &writer)
    for index in 0..<source.count where source.style(index) == .verbatim {
      writer.writeCounted(source.spelling(index) ?? [])
    }
  }

  package struct Styles {
    package var styles: [StringStyle] = []
    package var spellings: [Int: [UInt8]] = [:]

    package func style(_ index: Int) -> StringStyle { styles.isEmpty ? .plain : styles[index] }
  }

  package static func decodeStyles(_ reader: inout ByteReader, count: Int) throws -> Styles {
    var result = Styles()
    switch try reader.readByte() {
    case 0: return result
    case 1: break
    case let flag: throw reader.damaged("style flag \(flag)")
    }
    result.styles.reserveCapacity(count)
    for value in try IntegerEncoding.decode(&reader, count: count) {
      guard let raw = UInt8(exactly: value), let style = StringStyle(rawValue: raw) else {
        throw reader.damaged("unknown string style \(value)")
      }
      result.styles.append(style)
    }
    for index in 0..<count where result.styles[index] == .verbatim {
      result.spellings[index] = try reader.readCounted()
    }
    return result
  }

  /// Entries at `positions` (ascending, below `count`), or all where it is nil.
  package static func decode(
    _ reader: inout ByteReader, count: Int, positions: [UInt32]?
  ) throws -> StringTable {
    let lengths = try IntegerEncoding.decode(&reader, count: count)
    let styles = try decodeStyles(&reader, count: count)
    var total: UInt64 = 0
    for length in lengths {
      guard length >= 0, length <= Int64(reader.remaining) else {
        throw reader.damaged("string length \(length)")
      }
      total += UInt64(length)
    }
    guard total == UInt64(reader.remaining) else {
      throw reader.damaged("string lengths add up to \(total), not to the \(reader.remaining) bytes there")
    }
    let range = try reader.readRange(reader.remaining)
    if styles.styles.isEmpty { return decodePlain(reader.bytes, range, lengths, positions) }
    let table = StringTable(entryCapacity: positions?.count ?? count)
    reader.bytes.withUnsafeBufferPointer { bytes in
      var start = range.lowerBound
      var next = 0
      for index in 0..<count {
        let end = start + Int(lengths[index])
        if let positions {
          // A position may repeat: one value can be asked for more than once.
          while next < positions.count, Int(positions[next]) == index {
            append(UnsafeBufferPointer(rebasing: bytes[start..<end]), index, styles, to: table)
            next += 1
          }
          if next == positions.count { break }
        } else {
          append(UnsafeBufferPointer(rebasing: bytes[start..<end]), index, styles, to: table)
        }
        start = end
      }
    }
    return table
  }

  /// Where all are plain. `lengths` add up to the range.
  private static func decodePlain(
    _ bytes: [UInt8], _ range: Range<Int>, _ lengths: [Int64], _ positions: [UInt32]?
  ) -> StringTable {
    var heap = RawVector<UInt8>()
    var ends = RawVector<UInt64>(capacity: positions?.count ?? lengths.count)
    bytes.withUnsafeBufferPointer { bytes in
      lengths.withUnsafeBufferPointer { lengths in
        guard let positions else {
          heap.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[range]))
          var end: UInt64 = 0
          for length in lengths {
            end &+= UInt64(length)
            ends.append(end)
          }
          return
        }
        var start = range.lowerBound
        var index = 0
        // A position may repeat: one value can be asked for more than once.
        for position in positions {
          while index < Int(position) {
            start &+= Int(lengths[index])
            index &+= 1
          }
          heap.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<(start + Int(lengths[index]))]))
          ends.append(UInt64(heap.count))
        }
      }
    }
    return StringTable(heap: heap, ends: ends)
  }

  private static func append(
    _ value: UnsafeBufferPointer<UInt8>, _ index: Int, _ styles: Styles, to table: StringTable
  ) {
    table.append(value, style: styles.style(index), spelling: styles.spellings[index])
  }
}
