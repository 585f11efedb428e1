/// Canonical `YYYY-MM-DDTHH:MM:SSZ` strings as seconds since 1970.
package enum TimestampStrings {
  package static func encode<Source: StringSource>(_ source: Source, into writer: inout ByteWriter) -> Bool {
    var seconds: [Int64] = []
    seconds.reserveCapacity(source.count)
    for index in 0..<source.count {
      let text = source.value(index)
      guard source.style(index) == .plain, let base = text.baseAddress,
        let value = EventTime.canonicalSeconds(base, text.count)
      else { return false }
      seconds.append(value)
    }
    writer.writeByte(StringEncoding.timestamp.rawValue)
    IntegerEncoding.encode(seconds, into: &writer)
    return true
  }

  package static func decode(
    _ reader: inout ByteReader, count: Int, positions: [UInt32]?
  ) throws -> StringTable {
    let seconds = try IntegerEncoding.decode(&reader, count: count)
    guard let table = format(seconds, positions: positions) else {
      throw reader.damaged("timestamp outside the years 1 to 9999")
    }
    return table
  }

  /// The canonical spellings, or nil where one cannot be spelled.
  package static func format(_ seconds: [Int64], positions: [UInt32]?) -> StringTable? {
    let wanted = positions?.count ?? seconds.count
    let size = EventTime.canonicalByteCount
    let table = StringTable(entryCapacity: wanted, byteCapacity: wanted * size)
    var text = [UInt8](repeating: 0, count: size)
    for index in 0..<wanted {
      let value = seconds[positions.map { Int($0[index]) } ?? index]
      guard EventTime.canonicalRange.contains(value) else { return nil }
      text.withUnsafeMutableBufferPointer { buffer in
        if let base = buffer.baseAddress { EventTime.writeCanonical(value, to: base) }
      }
      table.append(text)
    }
    return table
  }
}
