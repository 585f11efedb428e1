/// Values in temporary files, put there one by one for the places of a list and looked at in any order.
struct StoredValues {
  private var parts: [SpillArena.Part] = []
  /// What has no part yet.
  private var open = ValueBytes()
  /// Part and offset of each value; those that have none are NULL.
  private var places: [UInt64]
  /// The same in a file, once there are no more.
  private var storedPlaces: SpillArena.Part?
  private(set) var byteCount = 0

  /// Bytes that go to a file together.
  private static let partByteCount = 1 << 18
  private static let none = UInt64.max

  /// All values of a list, one after the other.
  init(_ values: [EngineValue], _ arena: SpillArena) throws {
    self.init(count: values.count)
    for (index, value) in values.enumerated() { try set(value, at: index, arena) }
    try finish(arena)
  }

  init(count: Int) { places = Array(repeating: Self.none, count: count) }

  mutating func set(_ value: EngineValue, at index: Int, _ arena: SpillArena) throws {
    if value.isNull { return }
    let offset = open.append(counted: value)
    places[index] = UInt64(parts.count) << 32 | UInt64(offset)
    byteCount += open.bytes.count - offset
    if open.bytes.count >= Self.partByteCount { try store(arena) }
  }

  /// Puts what is left into a file, after the last value.
  mutating func finish(_ arena: SpillArena) throws {
    if !open.bytes.isEmpty { try store(arena) }
    storedPlaces = try arena.append(places)
    places = []
  }

  private mutating func store(_ arena: SpillArena) throws {
    parts.append(try arena.append(open.bytes))
    open = ValueBytes()
  }

  subscript(index: Int) -> EngineValue {
    let place = storedPlaces?.element(index, UInt64.self) ?? places[index]
    if place == Self.none { return .null }
    let (part, offset) = (parts[Int(place >> 32)], Int(place & 0xFFFF_FFFF))
    let count = part.peek(offset..<offset + 8) { $0.loadUnaligned(as: Int.self) }
    return part.peek(offset + 8..<offset + 8 + count) {
      var reader = ValueBytes.Reader($0, at: 0)
      return reader.value()
    }
  }
}
