/// Values as bytes that order, byte by byte, as the values do by S26, so that arrays, rows, maps and objects are looked
/// through once and not at each comparison. Equal bytes are equal values (S63).
///
/// A value is a tag, its rank, and what tells it from others of the rank: numbers have the most significant byte first,
/// a text ends by two zeros, an array or object by one. Members of an object are in the order of their keys, so that
/// how they are written makes no difference.
struct OrderedBytes {
  private(set) var bytes: [UInt8] = []

  init(_ value: EngineValue) { append(value, depth: CompositeOrder.nesting) }

  private mutating func append(_ value: EngineValue, depth: Int) {
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
    case .record(.json(let text)): append(JSONText(text), depth: depth)
    }
  }

  private mutating func append(_ rank: ValueOrder.Rank) { bytes.append(UInt8(rank.rawValue) + 1) }

  /// Ends the parts of an array or object: no tag is as low.
  private mutating func appendEnd() { bytes.append(0) }

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

  /// A part of a record: of equal keys the first one counts, as everywhere.
  private mutating func append(_ json: JSONText, depth: Int) {
    guard json.isObject || json.isArray else { return append(EngineValue(json.field), depth: depth) }
    // What lies too deep is told apart by its text.
    if depth == 0 { return append(.object, json.slice) }
    if json.isArray {
      append(.array)
      for element in json.elements ?? [] { append(element, depth: depth - 1) }
    } else {
      append(.object)
      var last: [UInt8]?
      for member in (json.members ?? []).sorted(by: { ByteOrder.compare($0.key, $1.key) < 0 })
      where member.key != last {
        append(.text, member.key)
        append(member.value, depth: depth - 1)
        last = member.key
      }
    }
    appendEnd()
  }

  // MARK: Other values

  /// The text with zeros told from its end.
  private mutating func append(_ rank: ValueOrder.Rank, _ text: some Collection<UInt8>) {
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
  private mutating func append(_ number: ExactNumber) {
    append(.number)
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

/// A value that is going to be compared many times.
struct ComparedValue {
  let value: EngineValue
  /// Of an array, row, map or object.
  private let bytes: [UInt8]?

  init(_ value: EngineValue) {
    self.value = value
    bytes = value.isComposite ? OrderedBytes(value).bytes : nil
  }

  /// The order of S26; of a time column points in time come first.
  static func compare(_ lhs: ComparedValue, _ rhs: ComparedValue, isTime: Bool) -> Int {
    if let left = lhs.bytes, let right = rhs.bytes { return ByteOrder.compare(left, right) }
    return isTime ? ValueOrder.compareTimes(lhs.value, rhs.value) : ValueOrder.compare(lhs.value, rhs.value)
  }
}
