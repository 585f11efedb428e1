/// A part of a point in time that can be asked for (S76).
enum TimeField: String, CaseIterable, Sendable {
  case year, quarter, month, week, day, hour, minute, second, millisecond, microsecond, epoch
  case dayOfWeek = "day_of_week"
  case dayOfYear = "day_of_year"
  case yearOfWeek = "year_of_week"
  case zoneHour = "timezone_hour"
  case zoneMinute = "timezone_minute"

  /// The names that `EXTRACT` and functions know besides.
  private static let synonyms: [String: TimeField] = [
    "day_of_month": .day, "dow": .dayOfWeek, "doy": .dayOfYear, "yow": .yearOfWeek, "week_of_year": .week,
    "weekofyear": .week, "dayofmonth": .day, "dayofweek": .dayOfWeek, "dayofyear": .dayOfYear,
  ]

  static var names: [String] { allCases.map(\.rawValue) + synonyms.keys.sorted() }

  init?(name: String) {
    let name = name.lowercased()
    guard let field = TimeField(rawValue: name) ?? TimeField.synonyms[name] else { return nil }
    self = field
  }

  /// The functions that are called as the fields.
  static let table: [FunctionTable.Entry] = names.filter { $0 != "epoch" }.compactMap { name in
    TimeField(name: name).map { field in
      .plain(name, 1...1, kernel: .timeField(field)) { field.value(of: $0[0]) }
    }
  }

  /// The part of a time as its zone's clocks show it, or of an interval.
  func value(of value: EngineValue) -> EngineValue {
    if case .interval(let span) = value { return self.value(of: span) }
    switch self {
    case .epoch: return value.timePoint.map(TimeFunctions.unixTime) ?? .null
    case .zoneHour, .zoneMinute: return zonePart(of: value)
    default: break
    }
    return value.clock.map(self.value) ?? .null
  }

  /// The offset of a time's zone, both parts with its sign.
  private func zonePart(of value: EngineValue) -> EngineValue {
    let time = EngineValue(timeOf: value)
    guard time.timePoint != nil else { return .null }
    let offset = if case .zoned(let zoned) = time { zoned.offset } else { 0 }
    return EngineValue(self == .zoneHour ? offset / 3600 : offset / 60 % 60)
  }

  /// The part of an interval: what its text shows, with its sign; NULL where an interval of its sort has none.
  private func value(of span: TimeSpan) -> EngineValue {
    func part(_ unit: Int128, _ limit: Int128? = nil) -> EngineValue {
      let count = span.count / unit
      return Int64(exactly: limit.map { count % $0 } ?? count).map { .number(.integer($0)) } ?? .null
    }
    let second = TimeSpan.nanosecondsPerSecond
    switch (span, self) {
    case (.months, .year): return part(12)
    case (.months, .month): return part(1, 12)
    case (.nanoseconds, .day): return part(second * 86_400)
    case (.nanoseconds, .hour): return part(second * 3600, 24)
    case (.nanoseconds, .minute): return part(second * 60, 60)
    case (.nanoseconds, .second): return part(second, 60)
    case (.nanoseconds, .millisecond): return part(second / 1000, 1000)
    case (.nanoseconds(let count), .epoch): return EngineValue(double: Double(count) / 1e9)
    default: return .null
    }
  }

  private func value(of point: TimePoint) -> EngineValue {
    self == .epoch ? TimeFunctions.unixTime(point) : EngineValue(part(of: point))
  }

  /// Whether `part` tells it of a point in time.
  var isWhole: Bool { self != .epoch }

  /// The part of a point in time; 0 for seconds since 1970, which are no whole number.
  func part(of point: TimePoint) -> Int {
    let second = Int(point.secondOfDay)
    switch self {
    case .year: return EventTime.civil(days: point.day).year
    case .quarter: return (EventTime.civil(days: point.day).month - 1) / 3 + 1
    case .month: return EventTime.civil(days: point.day).month
    case .week: return TimeField.week(of: point.day).week
    case .day: return EventTime.civil(days: point.day).day
    case .hour: return second / 3600
    case .minute: return second / 60 % 60
    case .second: return second % 60
    case .millisecond: return Int(point.nanoseconds) / 1_000_000
    case .microsecond: return Int(point.nanoseconds) / 1000
    case .dayOfWeek: return TimeField.weekday(of: point.day)
    case .dayOfYear: return TimeField.dayOfYear(point.day)
    case .yearOfWeek: return TimeField.week(of: point.day).year
    // The former are those of a time with its zone.
    case .zoneHour, .zoneMinute, .epoch: return 0
    }
  }

  /// From 1, Monday, to 7. 1970-01-01 was a Thursday.
  static func weekday(of day: Int) -> Int { ((day + 3) % 7 + 7) % 7 + 1 }

  /// From 1.
  static func dayOfYear(_ day: Int) -> Int {
    day - EventTime.days(year: EventTime.civil(days: day).year, month: 1, day: 1) + 1
  }

  /// ISO 8601's week and the year that it belongs to: that of its Thursday.
  static func week(of day: Int) -> (year: Int, week: Int) {
    let thursday = day - weekday(of: day) + 4
    return (year: EventTime.civil(days: thursday).year, week: (dayOfYear(thursday) - 1) / 7 + 1)
  }
}
