import CairnStorage

/// `checksum`: a sum of hashes of all values, NULL too, as eight bytes.
struct ChecksumState: AggregateState {
  private static let prime: UInt64 = 0x9E37_79B1_85EB_CA87

  private var sum: UInt64?

  mutating func add(_ arguments: [EngineValue], times: Int) {
    let value = arguments.first ?? .null
    let term = value.isNull ? Self.prime : Self.hash(value) &* Self.prime
    sum = (sum ?? 0) &+ term &* UInt64(truncatingIfNeeded: times)
  }

  mutating func merge(_ later: ChecksumState) {
    if let other = later.sum { sum = (sum ?? 0) &+ other }
  }

  /// Those of whole numbers, doubles, texts, booleans, dates and arrays of them are Trino's.
  private static func hash(_ value: EngineValue) -> UInt64 {
    if let text = value.string { return xxHash64(text) }
    if let truth = value.boolean { return hash(word: truth ? 1 : 0) }
    if let items = value.elements { return items.reduce(0) { 31 &* $0 &+ ($1.isNull ? 0 : hash($1)) } }
    if case .date(let days) = value { return hash(word: UInt64(bitPattern: Int64(days))) }
    guard let number = value.number else { return xxHash64(GroupingKey(value).bytes) }
    if case .double(let double) = number { return hash(word: double == 0 ? 0 : double.bitPattern) }
    if let whole = number.integral { return hash(word: UInt64(bitPattern: whole)) }
    return xxHash64(GroupingKey(value).bytes)
  }

  /// Of eight bytes, the lowest first.
  private static func hash(word: UInt64) -> UInt64 { xxHash64(BinaryNumbers.bigEndian(word.byteSwapped)) }

  var result: EngineValue { sum.map { .text(BinaryNumbers.bigEndian($0.byteSwapped)) } ?? .null }
}
