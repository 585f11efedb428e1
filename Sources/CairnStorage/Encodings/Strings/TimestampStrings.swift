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

  /// The canonical spelling, or nil where there is none.
  package static func text(_ seconds: Int64) -> [UInt8]? {
    guard EventTime.canonicalRange.contains(seconds) else { return nil }
    return [UInt8](unsafeUninitializedCapacity: EventTime.canonicalByteCount) { buffer, count in
      if let base = buffer.baseAddress { EventTime.writeCanonical(seconds, to: base) }
      count = EventTime.canonicalByteCount
    }
  }

  /// The canonical spellings, or nil where one cannot be spelled.
  package static func format(_ seconds: [Int64], positions: [UInt32]?) -> StringTable? {
    let wanted = positions?.count ?? seconds.count
    let length = EventTime.canonicalByteCount
    var heap = RawVector<UInt8>(capacity: wanted * length)
    var ends = RawVector<UInt64>(capacity: wanted)
    for index in 0..<wanted {
      let second = seconds[positions.map { Int($0[index]) } ?? index]
      guard EventTime.canonicalRange.contains(second) else {
        heap.free()
        ends.free()
        return nil
      }
      EventTime.writeCanonical(second, to: heap.appendUninitialized(count: length))
      ends.append(UInt64(heap.count))
    }
    return StringTable(heap: heap, ends: ends)
  }
}
