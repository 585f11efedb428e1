import CairnSQL
import Foundation

/// Parts of times, units, patterns and zones (S76 to S79).
enum OracleTimeFunctions {
  // MARK: Parts (S76)

  static let parts: Set<String> = [
    "year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond", "microsecond",
    "day_of_week", "dow", "day_of_month", "day_of_year", "doy", "year_of_week", "yow", "dayofmonth",
    "dayofweek",
    "dayofyear", "weekofyear", "week_of_year", "timezone_hour", "timezone_minute",
  ]

  static func part(_ name: String, _ value: OracleValue) throws(OracleError) -> OracleValue {
    guard parts.contains(name) || name == "epoch" else { throw .invalidLiteral("the part \(name)") }
    switch value {
    case .dayInterval(let seconds, let nanoseconds): return part(name, seconds: seconds, nanoseconds)
    case .monthInterval(let months):
      return name == "year" ? OracleValue(months / 12) : name == "month" ? OracleValue(months % 12) : .null
    default: break
    }
    if name == "epoch" { return unixTime(value) }
    if name.hasPrefix("timezone") {
      let time = OracleValue.time(value, allowsNames: false)
      guard let instant = time.instant else { return .null }
      let offset = time.zone.offset(at: instant.seconds)
      return OracleValue(name == "timezone_hour" ? offset / 3600 : offset % 3600 / 60)
    }
    guard let instant = value.clock else { return .null }
    let days = OracleCalendar.floorDivide(instant.seconds, OracleCalendar.secondsPerDay)
    let date = OracleCalendar.civil(days)
    let second = instant.seconds - days * OracleCalendar.secondsPerDay
    let week = isoWeek(days)
    switch name {
    case "year": return OracleValue(date.year)
    case "quarter": return OracleValue((date.month - 1) / 3 + 1)
    case "month": return OracleValue(date.month)
    case "week", "week_of_year", "weekofyear": return OracleValue(week.week)
    case "year_of_week", "yow": return OracleValue(week.year)
    case "day", "day_of_month", "dayofmonth": return OracleValue(date.day)
    case "hour": return OracleValue(second / 3600)
    case "minute": return OracleValue(second / 60 % 60)
    case "second": return OracleValue(second % 60)
    case "millisecond": return OracleValue(instant.nanoseconds / 1_000_000)
    case "microsecond": return OracleValue(instant.nanoseconds / 1_000)
    case "day_of_week", "dow", "dayofweek": return OracleValue(weekday(days))
    default: return OracleValue(days - OracleCalendar.days(year: date.year, month: 1, day: 1) + 1)
    }
  }

  /// The part of an interval that its text shows.
  private static func part(_ name: String, seconds: Int64, _ nanoseconds: Int64) -> OracleValue {
    if name == "epoch" {
      return OracleValue(double: Double(Int128(seconds) * 1_000_000_000 + Int128(nanoseconds)) / 1e9)
    }
    // Seconds and nanoseconds of one sign.
    let (whole, rest) =
      seconds < 0 && nanoseconds > 0 ? (seconds + 1, nanoseconds - 1_000_000_000) : (seconds, nanoseconds)
    switch name {
    case "day", "day_of_month", "dayofmonth": return OracleValue(whole / 86_400)
    case "hour": return OracleValue(whole / 3600 % 24)
    case "minute": return OracleValue(whole / 60 % 60)
    case "second": return OracleValue(whole % 60)
    case "millisecond": return OracleValue(rest / 1_000_000)
    default: return .null
    }
  }

  /// Monday is 1; 1970-01-01 was a Thursday.
  private static func weekday(_ days: Int64) -> Int64 {
    days + 3 - OracleCalendar.floorDivide(days + 3, 7) * 7 + 1
  }

  /// The week of a day belongs to the year of its Thursday.
  private static func isoWeek(_ days: Int64) -> (year: Int64, week: Int64) {
    let thursday = days - weekday(days) + 4
    let year = OracleCalendar.civil(thursday).year
    return (year, (thursday - OracleCalendar.days(year: year, month: 1, day: 1)) / 7 + 1)
  }

  // MARK: Units (S77)

  private static let seconds: [String: Int64] = [
    "second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800,
  ]
  private static let months: [String: Int64] = ["month": 1, "quarter": 3, "year": 12]

  static func add(_ unit: String, _ count: Int64, _ time: OracleValue) throws(OracleError) -> OracleValue {
    let start: OracleValue = OracleOrdering.isTime(time) ? time : OracleValue(time.instant)
    if start.isNull { return .null }
    if let months = months[unit] {
      guard count.magnitude < 1_000_000 else { return .null }
      return try OracleArithmetic.combine(start, .add, .monthInterval(months * count))
    }
    if unit == "millisecond" {
      let (whole, rest) = (
        OracleCalendar.floorDivide(count, 1000), count - OracleCalendar.floorDivide(count, 1000) * 1000
      )
      return try OracleArithmetic.combine(
        start, .add, .dayInterval(seconds: whole, nanoseconds: rest * 1_000_000))
    }
    guard let size = seconds[unit] else { throw .invalidLiteral("the unit \(unit)") }
    guard count.magnitude < 1_000_000_000_000 else { return .null }
    if case .zoned = start, size >= 86_400 {
      // Days and weeks are those of the zone's calendar.
      return OracleValue(clock: start.clock?.adding(seconds: size * count, nanoseconds: 0), in: start.zone)
    }
    return try OracleArithmetic.combine(start, .add, .dayInterval(seconds: size * count, nanoseconds: 0))
  }

  static func difference(_ unit: String, _ start: OracleValue, _ end: OracleValue) throws(OracleError)
    -> OracleValue
  {
    guard seconds[unit] != nil || months[unit] != nil || unit == "millisecond" else {
      throw .invalidLiteral("the unit \(unit)")
    }
    guard var a = start.instant, var b = end.instant else { return .null }
    if !["millisecond", "second", "minute", "hour"].contains(unit) {
      // Days are those of the first one's zone.
      a = OracleValue(a, in: start.zone).clock ?? a
      b = OracleValue(b, in: start.zone).clock ?? b
    }
    if OracleInstant.compare(a, b) > 0 {
      return OracleArithmetic.signed(.minus, try difference(unit, OracleValue(b), OracleValue(a)))
    }
    if let divisor = months[unit] {
      var count: Int64 = (b.seconds - a.seconds) / (31 * 86_400) - 1
      if count < 0 { count = 0 }
      while let next = OracleCalendar.adding(months: count + 1, to: a), OracleInstant.compare(next, b) <= 0 {
        count += 1
      }
      return OracleValue(count / divisor)
    }
    // What is less than the last whole nanosecond between them counts as one less.
    let span = b.since(a).adding(seconds: 0, nanoseconds: b.picoseconds < a.picoseconds ? -1 : 0)
    if unit == "millisecond" { return OracleValue(span.seconds * 1000 + span.nanoseconds / 1_000_000) }
    return OracleValue(span.seconds / (seconds[unit] ?? 1))
  }

  // MARK: Seconds and zones (S79)

  static func unixTime(_ value: OracleValue) -> OracleValue {
    guard let instant = value.instant else { return .null }
    let fraction = String(instant.nanoseconds)
    let padded = String(repeating: "0", count: 9 - fraction.count) + fraction
    if instant.seconds >= 0 {
      return Double("\(instant.seconds).\(padded)").map { OracleValue(double: $0) } ?? .null
    }
    return OracleValue(double: Double(instant.seconds) + Double(instant.nanoseconds) / 1e9)
  }

  static func fromUnixTime(_ value: OracleValue) -> OracleValue {
    guard let number = value.decimal, let scaled = OracleDecimal.product(number, OracleDecimal(1_000_000_000))
    else {
      return .null
    }
    guard let nanoseconds = scaled.truncated.wholeNumber else { return .null }
    let whole = OracleCalendar.floorDivide(nanoseconds, 1_000_000_000)
    return OracleValue(OracleInstant(seconds: whole, nanoseconds: nanoseconds - whole * 1_000_000_000))
  }

  static func iso8601(_ value: OracleValue, digits: Int?) -> OracleValue {
    if case .date = value { return value.text.map(OracleValue.text) ?? .null }
    guard let instant = value.clock else { return .null }
    let text = OracleCalendar.text(OracleInstant(seconds: instant.seconds, nanoseconds: 0, picoseconds: 0))
    var fraction = String(
      String(1_000_000_000_000 + instant.nanoseconds * 1000 + instant.picoseconds).dropFirst())
    if let digits { fraction = String(fraction.prefix(digits)) }
    while digits == nil, fraction.count > 3, fraction.hasSuffix("0") { fraction.removeLast() }
    return OracleValue(
      text.replacing(" ", with: "T") + (fraction.isEmpty ? "" : "." + fraction)
        + (value.zone == .utc ? "Z" : OracleZone.offsetText(instant.seconds - (value.instant?.seconds ?? 0))))
  }

  static func zoned(
    _ value: OracleValue, _ zone: OracleValue, isConstant: Bool, isInverse: Bool
  ) throws(OracleError) -> OracleValue {
    switch zone {
    case .dayInterval(let seconds, 0) where seconds % 60 == 0 && abs(seconds) <= 840 * 60:
      let zone = OracleZone(fixed: seconds)
      return isInverse ? OracleValue(clock: value.clock, in: zone) : OracleValue(value.instant, in: zone)
    case .dayInterval, .monthInterval: return .null
    default: break
    }
    guard let text = zone.text.map({ String(decoding: $0, as: UTF8.self) }) else { return .null }
    guard isConstant || offset(text) != nil else { return .null }
    guard let zone = OracleZone(text) else { throw .invalidLiteral("the zone \(text)") }
    return isInverse ? OracleValue(clock: value.clock, in: zone) : OracleValue(value.instant, in: zone)
  }

  /// Seconds east of UTC.
  static func offset(_ zone: String) -> Int64? {
    var name = zone.uppercased()
    if name.hasPrefix("ETC/") { name = String(name.dropFirst(4)) }
    if ["UTC", "GMT", "Z"].contains(name) { return 0 }
    guard let sign = name.first, sign == "+" || sign == "-" else { return nil }
    let digits = name.dropFirst().filter { $0 != ":" }
    let hasForm =
      [3, 5, 6].contains(name.count) && digits.allSatisfy(\.isNumber) && [2, 4].contains(digits.count)
    guard hasForm, let hours = Int64(digits.prefix(2)), hours < 24 else { return nil }
    let minutes = Int64(digits.dropFirst(2)) ?? 0
    guard minutes < 60 else { return nil }
    return (sign == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
  }

  // MARK: Writing by MySQL's patterns (S78)

  private static let monthNames = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November",
    "December",
  ]
  private static let dayNames = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ]

  /// `date_format`, or `strftime` with C's letters; nil if the pattern is none.
  static func written(_ time: OracleValue, _ pattern: String, isC: Bool) -> String? {
    guard let exact = time.clock else { return nil }
    let instant = isC ? exact : exact.rounded(toDigits: 3)
    func number(_ name: String) -> Int64 {
      (try? part(name, OracleValue(instant)))?.decimal?.wholeNumber ?? 0
    }
    func padded(_ value: Int64, _ width: Int = 2) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    func named(_ names: [String], _ place: Int64) -> String { names[Int(place) - 1] }
    let hour = number("hour")
    let twelve = hour % 12 == 0 ? 12 : hour % 12
    let half = hour < 12 ? "AM" : "PM"
    func letter(_ letter: Character) -> String? {
      switch (letter, isC) {
      case ("Y", _): padded(number("year"), 4)
      case ("y", _): padded(number("year") % 100)
      case ("m", _): padded(number("month"))
      case ("c", false): String(number("month"))
      case ("M", false), ("B", true): named(monthNames, number("month"))
      case ("b", _): String(named(monthNames, number("month")).prefix(3))
      case ("d", _): padded(number("day"))
      case ("e", false): String(number("day"))
      case ("j", _): padded(number("day_of_year"), 3)
      case ("W", false), ("A", true): named(dayNames, number("day_of_week"))
      case ("a", _): String(named(dayNames, number("day_of_week")).prefix(3))
      case ("u", true): String(number("day_of_week"))
      case ("v", false), ("V", true): padded(number("week"))
      case ("x", false), ("G", true): padded(number("year_of_week"), 4)
      case ("H", _): padded(hour)
      case ("k", false): String(hour)
      case ("h", false), ("I", _): padded(twelve)
      case ("l", false): String(twelve)
      case ("i", false), ("M", true): padded(number("minute"))
      case ("s", false), ("S", _): padded(number("second"))
      case ("f", _): padded(instant.nanoseconds / 1000, 6)
      case ("g", true): padded(instant.nanoseconds / 1_000_000, 3)
      case ("n", true): padded(instant.nanoseconds, 9)
      case ("p", _): half
      case ("T", _): "\(padded(hour)):\(padded(number("minute"))):\(padded(number("second")))"
      case ("r", false): "\(padded(twelve)):\(padded(number("minute"))):\(padded(number("second"))) \(half)"
      case ("F", true): "\(padded(number("year"), 4))-\(padded(number("month")))-\(padded(number("day")))"
      case ("z", true): OracleZone.offsetText(exact.seconds - (time.instant?.seconds ?? 0), separator: "")
      case ("Z", true): time.zone.name
      case ("%", _): "%"
      default: nil
      }
    }
    var result = ""
    var rest = Substring(pattern)
    while let character = rest.popFirst() {
      if character != "%" {
        result.append(character)
        continue
      }
      guard let next = rest.popFirst(), let text = letter(next) else { return nil }
      result += text
    }
    return result
  }
}

extension OracleDecimal {
  /// Without the digits behind the point.
  var truncated: OracleDecimal {
    if exponent >= 0 { return rounded(toScale: 0) ?? self }
    let kept = Array(digits.dropLast(min(digits.count, -exponent)))
    return OracleDecimal(isNegative: isNegative, digits: kept, exponent: 0)
  }
}
