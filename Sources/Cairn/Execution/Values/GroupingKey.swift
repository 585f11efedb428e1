/// What values that are the same have in common (S63): those that S26 does not tell apart, whoever gave them.
struct GroupingKey: Hashable, Sendable {
  let sort: UInt8
  let bytes: [UInt8]
  /// The same in every run, unlike Swift's own.
  let stableHash: UInt64

  init(_ value: EngineValue) {
    var bytes: [UInt8] = []
    sort = Self.append(value, to: &bytes)
    self.bytes = bytes
    stableHash = checksum(bytes, seed: UInt64(sort))
  }

  /// `sort` of texts.
  static let textSort: UInt8 = 1

  /// `stableHash` of a text.
  static func textHash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
    checksum(text, seed: UInt64(textSort))
  }

  static func == (lhs: GroupingKey, rhs: GroupingKey) -> Bool {
    lhs.stableHash == rhs.stableHash && lhs.sort == rhs.sort && lhs.bytes == rhs.bytes
  }

  func hash(into hasher: inout Hasher) { hasher.combine(stableHash) }

  // MARK: Bytes

  /// Appends what tells a value from others of its sort, which is given back.
  private static func append(_ value: EngineValue, to bytes: inout [UInt8]) -> UInt8 {
    switch value {
    case .null, .record(.missing), .record(.null): return 0
    case .text(let text), .record(.string(let text)):
      bytes = text
      return textSort
    case .record(.integer(let whole)): return append(whole, to: &bytes)
    case .record(.number(let spelling)):
      if let number = value.number { return append(number, to: &bytes) }
      bytes = spelling
      return textSort
    case .number(let number): return append(number, to: &bytes)
    case .boolean(let truth), .record(.boolean(let truth)):
      bytes = [truth ? 1 : 0]
      return 5
    case .timestamp(let point): return append(point, to: &bytes)
    case .zoned(let time): return append(time.point, to: &bytes)
    case .date(let days): return append(TimePoint(days: days), to: &bytes)
    case .address(let address):
      append(raw: address.high, to: &bytes)
      append(raw: address.low, to: &bytes)
      return 11
    case .interval(.months(let count)):
      append(raw: count, to: &bytes)
      return 12
    case .interval(.nanoseconds(let count)):
      append(raw: count, to: &bytes)
      return 13
    case .array, .map, .row, .record(.json):
      bytes = OrderedBytes(value).bytes
      return 14
    }
  }

  private static func append(_ number: ExactNumber, to bytes: inout [UInt8]) -> UInt8 {
    if let whole = number.integral { return append(whole, to: &bytes) }
    let decimal = number.decimal
    bytes.append(decimal.isNegative ? 1 : 0)
    append(raw: decimal.magnitude, to: &bytes)
    bytes += decimal.digits
    return 3
  }

  private static func append(_ whole: Int64, to bytes: inout [UInt8]) -> UInt8 {
    append(raw: whole, to: &bytes)
    return 2
  }

  private static func append(_ point: TimePoint, to bytes: inout [UInt8]) -> UInt8 {
    append(raw: point.seconds, to: &bytes)
    append(raw: point.fraction, to: &bytes)
    return 10
  }

  private static func append<Number: FixedWidthInteger>(raw number: Number, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }
}
