/// A point in time, UTC.
public struct OracleInstant: Sendable, Equatable {
  /// Seconds since 1970.
  var seconds: Int64
  /// 0 to 999,999,999.
  var nanoseconds: Int64
  /// 0 to 999.
  var picoseconds: Int64 = 0

  static func compare(_ lhs: OracleInstant, _ rhs: OracleInstant) -> Int {
    let left = (lhs.seconds, lhs.nanoseconds, lhs.picoseconds)
    let right = (rhs.seconds, rhs.nanoseconds, rhs.picoseconds)
    return left < right ? -1 : left == right ? 0 : 1
  }

  /// Whether a text starts as a date does, `dddd-dd-dd` alone or with a time behind it, that no calendar has.
  static func isImpossibleDate(_ text: [UInt8]) -> Bool {
    let text = String(decoding: text, as: UTF8.self)
    guard let date = text.prefixMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}(?=$|[T ])/) else { return false }
    return OracleValue.text(Array(date.0.utf8)).instant == nil
  }

  /// Rounded to so many digits of the second's fraction, half up.
  func rounded(toDigits digits: Int) -> OracleInstant {
    if digits >= 12 { return self }
    let parts = String(1_000_000_000_000 + nanoseconds * 1000 + picoseconds).dropFirst()
    let kept = Int64(parts.prefix(digits)) ?? 0
    let isUp = parts.dropFirst(digits).first.map { $0 >= "5" } ?? false
    let all = String(kept + (isUp ? 1 : 0)) + String(repeating: "0", count: 12 - digits)
    let fraction = Int64(all) ?? 0
    let carry = fraction / 1_000_000_000_000
    return OracleInstant(
      seconds: seconds + carry, nanoseconds: (fraction - carry * 1_000_000_000_000) / 1000,
      picoseconds: fraction % 1000)
  }

  /// What lies between another instant and this one, picoseconds left out of both.
  func since(_ other: OracleInstant) -> OracleInstant {
    OracleInstant(seconds: seconds, nanoseconds: nanoseconds)
      .adding(seconds: -other.seconds, nanoseconds: -other.nanoseconds)
  }

  /// The same as an interval, rounded to milliseconds, half up; picoseconds count.
  func interval(since other: OracleInstant) -> OracleValue {
    // Half a millisecond more, then what is less than one is cut off.
    let raised = since(other).adding(
      seconds: 0, nanoseconds: 500_000 - (picoseconds < other.picoseconds ? 1 : 0))
    return .dayInterval(seconds: raised.seconds, nanoseconds: raised.nanoseconds / 1_000_000 * 1_000_000)
  }

  /// The instant some nanoseconds on.
  func adding(seconds more: Int64, nanoseconds fraction: Int64) -> OracleInstant {
    let total = nanoseconds + fraction
    let carry = OracleCalendar.floorDivide(total, 1_000_000_000)
    return OracleInstant(
      seconds: seconds + more + carry, nanoseconds: total - carry * 1_000_000_000, picoseconds: picoseconds)
  }
}

/// The proleptic Gregorian calendar.
enum OracleCalendar {
  static let secondsPerDay: Int64 = 86_400

  /// The first second of the year 1 to the last of 9999.
  static let secondsOfYears: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

  static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor)
  }

  static func isLeap(_ year: Int64) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  static func dayCount(year: Int64, month: Int64) -> Int64 {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days from 1970-01-01, by counting the leap years before.
  static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let before = year - 1
    var days = before * 365 + floorDivide(before, 4) - floorDivide(before, 100) + floorDivide(before, 400)
    for past in 1..<max(1, month) { days += dayCount(year: year, month: past) }
    return days + day - 1 - 719_162
  }

  /// Year, month and day of a day number, by search from an estimate that is never too late.
  static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    var year = 1970 + floorDivide(days, days < 0 ? 365 : 366)
    while self.days(year: year + 1, month: 1, day: 1) <= days { year += 1 }
    var month: Int64 = 1
    while month < 12, self.days(year: year, month: month + 1, day: 1) <= days { month += 1 }
    return (year, month, days - self.days(year: year, month: month, day: 1) + 1)
  }

  /// The instant some months on: the same day, or the month's last (S54). Nil beyond any year that can be
  /// written.
  static func adding(months: Int64, to instant: OracleInstant) -> OracleInstant? {
    guard months.magnitude <= 12 * 10_000 else { return nil }
    let day = floorDivide(instant.seconds, secondsPerDay)
    let date = civil(day)
    let total = date.year * 12 + date.month - 1 + months
    let year = floorDivide(total, 12)
    let month = total - year * 12 + 1
    let moved = days(year: year, month: month, day: min(date.day, dayCount(year: year, month: month)))
    return OracleInstant(
      seconds: moved * secondsPerDay + instant.seconds - day * secondsPerDay,
      nanoseconds: instant.nanoseconds, picoseconds: instant.picoseconds)
  }

  /// The start of the unit that an instant is in; nil for an unknown unit.
  static func truncated(_ instant: OracleInstant, to unit: String) -> OracleInstant? {
    let day = floorDivide(instant.seconds, secondsPerDay)
    let date = civil(day)
    func start(_ seconds: Int64) -> OracleInstant { OracleInstant(seconds: seconds, nanoseconds: 0) }
    func first(month: Int64) -> OracleInstant {
      start(days(year: date.year, month: month, day: 1) * secondsPerDay)
    }
    switch unit {
    case "millisecond":
      return OracleInstant(
        seconds: instant.seconds, nanoseconds: instant.nanoseconds / 1_000_000 * 1_000_000)
    case "second": return start(instant.seconds)
    case "minute": return start(floorDivide(instant.seconds, 60) * 60)
    case "hour": return start(floorDivide(instant.seconds, 3600) * 3600)
    case "day": return start(day * secondsPerDay)
    // 1970-01-01 was a Thursday, three days after a Monday.
    case "week": return start((floorDivide(day + 3, 7) * 7 - 3) * secondsPerDay)
    case "month": return first(month: date.month)
    case "quarter": return first(month: (date.month - 1) / 3 * 3 + 1)
    case "year": return first(month: 1)
    default: return nil
    }
  }

  /// `YYYY-MM-DD`.
  static func text(day: Int64) -> String {
    let date = civil(day)
    return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
  }

  /// `YYYY-MM-DD HH:MM:SS` and the fraction that is needed.
  static func text(_ instant: OracleInstant) -> String {
    let day = floorDivide(instant.seconds, secondsPerDay)
    let second = instant.seconds - day * secondsPerDay
    var result = text(day: day)
    result += " \(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
    guard instant.nanoseconds + instant.picoseconds > 0 else { return result }
    var fraction = padded(instant.nanoseconds, 9) + padded(instant.picoseconds, 3)
    while fraction.last == "0" { fraction.removeLast() }
    return result + "." + fraction
  }

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value.magnitude)
    return (value < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
