/// Values in temporary files, put there one by one for the places of a list and looked at in any order.
struct StoredValues {
  private var parts: [SpillArena.Part] = []
  /// What has no part yet.
  private var open = ValueBytes()
  /// Part and offset of each value; those that have none are NULL.
  private var places: [UInt64]
  private(set) var byteCount = 0

  /// Bytes that go to a file together.
  private static let partByteCount = 1 << 18
  private static let none = UInt64.max

  init(count: Int) { places = Array(repeating: Self.none, count: count) }

  mutating func set(_ value: EngineValue, at index: Int, _ arena: SpillArena) throws {
    if value.isNull { return }
    let offset = open.bytes.count
    open.append(value)
    places[index] = UInt64(parts.count) << 32 | UInt64(offset)
    byteCount += open.bytes.count - offset
    if open.bytes.count >= Self.partByteCount { try finish(arena) }
  }

  /// Puts what is left into a file.
  mutating func finish(_ arena: SpillArena) throws {
    if open.bytes.isEmpty { return }
    parts.append(try arena.append(open.bytes))
    open = ValueBytes()
  }

  subscript(index: Int) -> EngineValue {
    let place = places[index]
    if place == Self.none { return .null }
    return parts[Int(place >> 32)].peek {
      var reader = ValueBytes.Reader($0, at: Int(place & 0xFFFF_FFFF))
      return reader.value()
    }
  }
}
