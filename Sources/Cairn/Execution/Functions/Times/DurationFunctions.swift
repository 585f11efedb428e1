/// Functions of spans of time (S104). No argument is NULL.
enum DurationFunctions {
  static let table: [FunctionTable.Entry] = [
    .plain("to_milliseconds", 1...1, milliseconds),
    .plain("parse_duration", 1...1, parsed),
    .plain("human_readable_seconds", 1...1, readable),
    .plain("timezone", 1...1) { zoneName($0[0]) },
    .plain("current_timezone", 0...0) { _ in .text(NamedZone.utc.name) },
  ]

  /// Of an interval of days to seconds.
  @Sendable private static func milliseconds(_ arguments: [EngineValue]) -> EngineValue {
    guard case .interval(.nanoseconds(let count)) = arguments[0] else { return .null }
    return Int64(exactly: count / 1_000_000).map { .number(.integer($0)) } ?? .null
  }

  private static let units: [(name: String, nanoseconds: Int64)] = [
    ("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
    ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
  ]

  /// `3.81 d`, rounded to whole milliseconds.
  @Sendable private static func parsed(_ arguments: [EngineValue]) -> EngineValue {
    guard let text = arguments[0].text else { return .null }
    let trimmed = TextFunctions.trim([.text(text)]).text ?? []
    let number = trimmed.prefix { $0 &- UInt8(ascii: "0") <= 9 || $0 == UInt8(ascii: ".") }
    let unit = trimmed[number.count...].drop { $0 == 0x20 || $0 == 0x09 }
    guard number.first != UInt8(ascii: "."), number.last != UInt8(ascii: "."),
      let size = units.first(where: { unit.elementsEqual($0.name.utf8) }),
      let value = ExactDecimal(spelling: Array(number)),
      let product = Arithmetic.product(value, ExactDecimal(size.nanoseconds)),
      let rounded = ExactDecimal(movingPointOf: product, by: -6).rounded(toPlaces: 0)?.wholeValue
    else { return .null }
    return TimeSpan.nanoseconds(0).with(count: Int128(rounded) * 1_000_000).map(EngineValue.interval) ?? .null
  }

  /// `2 weeks, 1 day, 6 seconds`: rounded to whole seconds, without a sign.
  @Sendable private static func readable(_ arguments: [EngineValue]) -> EngineValue {
    guard let rounded = arguments[0].number?.decimal.rounded(toPlaces: 0)?.wholeValue else { return .null }
    var rest = rounded.magnitude
    var parts: [String] = []
    for (name, size) in [("week", 604_800), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)]
      as [(String, UInt64)]
    {
      let count = rest / size
      rest %= size
      if count > 0 { parts.append("\(count) \(name)\(count == 1 ? "" : "s")") }
    }
    return .text(Array((parts.isEmpty ? "0 seconds" : parts.joined(separator: ", ")).utf8))
  }

  /// The name of a time's zone.
  private static func zoneName(_ value: EngineValue) -> EngineValue {
    let time = EngineValue(timeOf: value)
    return time.timePoint == nil ? .null : .text(time.zone.name)
  }
}
