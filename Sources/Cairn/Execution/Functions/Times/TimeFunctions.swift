/// Functions of times (S76 to S79).
enum TimeFunctions {
  static let table: [FunctionTable.Entry] =
    [
      .special("date_trunc", 2...2, .dateTrunc),
      .special("now", 0...0, .now),
      .special("current_timestamp", 0...1, .now),
      .special("localtimestamp", 0...1, .now),
      .special("current_date", 0...0, .today),
      .plain("date", 1...1, ValueFunctions.date),
      .plain("from_iso8601_timestamp", 1...1, kernel: .point) { EngineValue(timeOf: $0[0]) },
      .plain("from_iso8601_date", 1...1) { isoDate($0) },
      .special("to_iso8601", 1...1, .isoText),
      .plain("to_unixtime", 1...1, kernel: .unixTime) { $0[0].timePoint.map(unixTime) ?? .null },
      .plain("from_iso8601_timestamp_nanos", 1...1) { EngineValue(timeOf: $0[0]) },
      .special("from_unixtime", 1...3, .unixTime),
      .plain("from_unixtime_nanos", 1...1) { fromUnixNanoseconds($0[0]) },
      .plain("last_day_of_month", 1...1) { lastDayOfMonth($0) },
      .special("at_timezone", 2...2, .zone(isShownIn: true)),
      .special("with_timezone", 2...2, .zone(isShownIn: false)),
    ] + DurationFunctions.table + TimeField.table + TimeUnitFunction.table + TimePatternFunction.table

  /// Seconds since 1970 as a double.
  static func unixTime(_ point: TimePoint) -> EngineValue {
    let fraction = ExactDecimal(whole: point.nanosecondCount)
    return EngineValue(
      double: ExactNumber.decimal(ExactDecimal(movingPointOf: fraction, by: -9).respelled).double ?? .nan)
  }

  /// Digits behind the nanosecond are cut.
  static func fromUnixTime(_ value: EngineValue) -> EngineValue {
    guard let seconds = value.number?.decimal, seconds.magnitude <= 12,
      let whole = ExactDecimal(movingPointOf: seconds, by: 9).truncated(toPlaces: 0),
      let count = Int128(String(decoding: whole.spelling, as: UTF8.self))
    else { return .null }
    return TimePoint.epoch.adding(.nanoseconds(count)).map(EngineValue.timestamp) ?? .null
  }

  private static func fromUnixNanoseconds(_ value: EngineValue) -> EngineValue {
    guard let count = value.number?.decimal.rounded(toPlaces: 0)?.wholeValue else { return .null }
    return TimePoint.epoch.adding(.nanoseconds(Int128(count))).map(EngineValue.timestamp) ?? .null
  }

  /// `YYYY-MM-DD`, nothing else.
  private static func isoDate(_ arguments: [EngineValue]) -> EngineValue {
    guard let point = arguments[0].clock else { return .null }
    if let text = arguments[0].string, text.count > 10 { return .null }
    return .date(point.day)
  }

  /// `2023-07-10`, `2023-07-10T11:42:19.250Z`: as many digits of a second as its type has, else three, or as many as
  /// are needed.
  static func isoText(_ time: EngineValue, digits: Int?) -> EngineValue {
    guard let point = time.clock else { return .null }
    if case .date(let days) = time { return .text(TimePoint.dateText(days: days)) }
    var fraction: [UInt8] = []
    TimePoint.append(Int(point.fraction), width: 12, to: &fraction)
    let digits = digits ?? max(3, (fraction.lastIndex { $0 != UInt8(ascii: "0") } ?? -1) + 1)
    var parts: [TimePattern.Part] = [
      .number(.year, width: 4), .literal([UInt8(ascii: "-")]), .number(.month, width: 2),
      .literal([UInt8(ascii: "-")]), .number(.day, width: 2), .literal([UInt8(ascii: "T")]),
      .number(.hour, width: 2), .literal([UInt8(ascii: ":")]), .number(.minute, width: 2),
      .literal([UInt8(ascii: ":")]), .number(.second, width: 2),
    ]
    if digits > 0 { parts += [.literal([UInt8(ascii: ".")]), .fraction(digits: digits)] }
    let zone: [UInt8] = if case .zoned(let time) = time { TimePattern.offset(time.offset) } else { [0x5A] }
    return .text(TimePattern(parts: parts).text(.timestamp(point)) + zone)
  }

  private static func lastDayOfMonth(_ arguments: [EngineValue]) -> EngineValue {
    guard let point = arguments[0].clock else { return .null }
    let date = EventTime.civil(days: point.day)
    return .date(point.day - date.day + EventTime.daysInMonth(year: date.year, month: date.month))
  }

  /// The same point shown in a zone, or the point at which the zone's clocks show the time (S79).
  static func zoned(_ value: EngineValue, _ zone: NamedZone, isShownIn: Bool) -> EngineValue {
    if isShownIn { return value.timePoint.map { EngineValue($0, shownIn: zone) } ?? .null }
    return value.clock.map { EngineValue(clock: $0, in: zone) } ?? .null
  }
}

extension TimePoint {
  /// The start of 1970.
  fileprivate static let epoch = TimePoint(days: 0)
}

extension ExactDecimal {
  /// The same number spelled without an exponent.
  fileprivate var respelled: ExactDecimal {
    ExactDecimal(
      isNegative: isNegative, allDigits: aligned(whole: max(magnitude, 0), places: places), places: places)
  }
}
