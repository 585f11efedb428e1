/// Values as bytes that order, byte by byte, as the values do by S26, so that arrays, rows, maps and objects are looked
/// through once and not at each comparison. Equal bytes are equal values (S63).
///
/// A value is a tag, its rank, and what tells it from others of the rank: numbers have the most significant byte first,
/// a text ends by two zeros, an array or object by one. Members of an object are in the order of their keys, so that
/// how they are written makes no difference.
struct OrderedBytes {
  var bytes: [UInt8] = []

  init(_ value: EngineValue) { append(value, depth: CompositeOrder.nesting) }

  mutating func append(_ value: EngineValue, depth: Int) {
    switch value {
    case .null, .record(.missing), .record(.null): append(.null)
    case .boolean(let truth), .record(.boolean(let truth)):
      append(.boolean)
      bytes.append(truth ? 1 : 0)
    case .text(let text), .record(.string(let text)): append(.text, text)
    case .number(let number): append(number)
    case .record(.integer(let whole)): append(.integer(whole))
    case .record(.number(let spelling)):
      if let number = value.number { append(number) } else { append(.text, spelling) }
    case .interval(let span): append(span)
    case .timestamp(let point): append(point)
    case .zoned(let time): append(time.point)
    case .date(let days): append(TimePoint(days: days))
    case .address(let address):
      append(.address)
      append(raw: address.high)
      append(raw: address.low)
    case .array, .map, .row: append(composite: value, depth: depth)
    case .record(.json(let text)): text.withUnsafeBufferPointer { _ = append(json: $0, at: 0, depth: depth) }
    }
  }

  mutating func append(_ rank: ValueOrder.Rank) { bytes.append(UInt8(rank.rawValue) + 1) }

  /// Ends the parts of an array or object: no tag is as low.
  mutating func appendEnd() { bytes.append(0) }

  // MARK: Arrays and objects

  private mutating func append(composite value: EngineValue, depth: Int) {
    if depth == 0 { return append(.object, value.text ?? []) }
    if let items = value.orderedElements {
      append(.array)
      for item in items { append(item, depth: depth - 1) }
    } else {
      append(.object)
      let pairs = value.entries?.pairs ?? []
      for pair in pairs.sorted(by: { ValueOrder.compare($0.key, $1.key) < 0 }) {
        append(pair.key, depth: depth - 1)
        append(pair.value, depth: depth - 1)
      }
    }
    appendEnd()
  }

  // MARK: Other values

  /// The text with zeros told from its end.
  mutating func append(_ rank: ValueOrder.Rank, _ text: some Collection<UInt8>) {
    append(rank)
    if text.contains(0) {
      for byte in text {
        bytes.append(byte)
        if byte == 0 { bytes.append(.max) }
      }
    } else {
      bytes.append(contentsOf: text)
    }
    bytes.append(0)
    bytes.append(0)
  }

  /// The sign, the magnitude and the digits; of negative numbers all bits turned.
  mutating func append(_ number: ExactNumber) {
    append(.number)
    if case .integer(let whole) = number { return append(whole: whole) }
    let decimal = number.decimal
    if decimal.digits.isEmpty { return bytes.append(1) }
    bytes.append(decimal.isNegative ? 0 : 2)
    let start = bytes.count
    append(signed: Int64(decimal.magnitude))
    for digit in decimal.digits { bytes.append(digit + 1) }
    bytes.append(0)
    if decimal.isNegative {
      for index in start..<bytes.count { bytes[index] = ~bytes[index] }
    }
  }

  /// The same of a whole number: its digits down to the last that is not 0.
  private mutating func append(whole: Int64) {
    if whole == 0 { return bytes.append(1) }
    bytes.append(whole < 0 ? 0 : 2)
    let start = bytes.count
    var left = whole.magnitude
    var (unit, magnitude): (UInt64, Int64) = (1, 1)
    while left / unit >= 10 {
      unit *= 10
      magnitude += 1
    }
    append(signed: magnitude)
    while left > 0 {
      bytes.append(UInt8(truncatingIfNeeded: left / unit) + 1)
      left %= unit
      unit /= 10
    }
    bytes.append(0)
    if whole < 0 {
      for index in start..<bytes.count { bytes[index] = ~bytes[index] }
    }
  }

  private mutating func append(_ point: TimePoint) {
    append(.time)
    append(signed: point.seconds)
    append(signed: point.fraction)
  }

  /// Months before nanoseconds.
  private mutating func append(_ span: TimeSpan) {
    append(.interval)
    if case .months = span { bytes.append(0) } else { bytes.append(1) }
    append(signed: span.count)
  }

  private mutating func append<Number: FixedWidthInteger & SignedInteger>(signed number: Number) {
    append(raw: number ^ .min)
  }

  private mutating func append<Number: FixedWidthInteger>(raw number: Number) {
    withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
  }
}
