import CairnSQL

/// An interval: months or seconds, which do not compare with each other (S20, S54).
package enum TimeSpan: Sendable, Hashable {
  case months(Int64)
  case seconds(Int64)

  /// The largest number of units that an interval has.
  static let largestCount = 999_999_999

  init(count: Int64, unit: IntervalUnit) {
    switch unit {
    case .year: self = .months(count * 12)
    case .month: self = .months(count)
    case .week: self = .seconds(count * 7 * TimePoint.secondsPerDay)
    case .day: self = .seconds(count * TimePoint.secondsPerDay)
    case .hour: self = .seconds(count * 3600)
    case .minute: self = .seconds(count * 60)
    case .second: self = .seconds(count)
    }
  }

  /// The span the other way; spans are far from the limits of 64 bits.
  var negated: TimeSpan {
    switch self {
    case .months(let count): .months(0 &- count)
    case .seconds(let count): .seconds(0 &- count)
    }
  }

  /// Negative, zero or positive; nil for spans of different sorts.
  static func compare(_ lhs: TimeSpan, _ rhs: TimeSpan) -> Int? {
    switch (lhs, rhs) {
    case (.months(let left), .months(let right)), (.seconds(let left), .seconds(let right)):
      left == right ? 0 : left < right ? -1 : 1
    default: nil
    }
  }

  /// Trino's text: `2-3` for years and months, `4 05:06:07.000` for days and the time.
  var text: [UInt8] {
    func padded(_ value: UInt64) -> String { value < 10 ? "0\(value)" : String(value) }
    switch self {
    case .months(let count):
      return Array("\(count < 0 ? "-" : "")\(count.magnitude / 12)-\(count.magnitude % 12)".utf8)
    case .seconds(let count):
      let all = count.magnitude
      let time = "\(padded(all / 3600 % 24)):\(padded(all / 60 % 60)):\(padded(all % 60)).000"
      return Array("\(count < 0 ? "-" : "")\(all / 86_400) \(time)".utf8)
    }
  }
}

extension TimePoint {
  /// The point a span later, or nil outside the years 1 to 9999.
  func adding(_ span: TimeSpan) -> TimePoint? {
    switch span {
    case .seconds(let count):
      let (sum, overflow) = seconds.addingReportingOverflow(count)
      return overflow ? nil : TimePoint(seconds: sum, nanoseconds: nanoseconds)
    case .months(let count):
      guard let moved = TimePoint.day(day, plusMonths: count) else { return nil }
      return TimePoint(
        seconds: Int64(moved) * TimePoint.secondsPerDay + secondOfDay, nanoseconds: nanoseconds)
    }
  }

  /// The same day of another month, or that month's last (S54).
  static func day(_ days: Int, plusMonths count: Int64) -> Int? {
    let date = EventTime.civil(days: days)
    let (months, overflow) = Int64(date.year * 12 + date.month - 1).addingReportingOverflow(count)
    guard !overflow, months >= 12, months < 120_000 else { return nil }
    let (year, month) = (Int(months) / 12, Int(months) % 12 + 1)
    return EventTime.days(
      year: year, month: month, day: min(date.day, EventTime.daysInMonth(year: year, month: month)))
  }
}

/// What `date_trunc` cuts to.
enum TimeUnit: String, CaseIterable {
  case millisecond, second, minute, hour, day, week, month, quarter, year

  /// The start of the unit that a point lies in; nil where that is before the year 1.
  func start(of point: TimePoint) -> TimePoint? {
    let second = point.seconds - point.secondOfDay
    switch self {
    case .millisecond:
      return TimePoint(seconds: point.seconds, nanoseconds: point.nanoseconds / 1_000_000 * 1_000_000)
    case .second: return TimePoint(seconds: point.seconds)
    case .minute: return TimePoint(seconds: second + point.secondOfDay / 60 * 60)
    case .hour: return TimePoint(seconds: second + point.secondOfDay / 3600 * 3600)
    default:
      let day = startDay(of: point.day)
      return TimePoint.days.contains(day) ? TimePoint(days: day) : nil
    }
  }

  /// The first day of the unit that a day lies in.
  private func startDay(of day: Int) -> Int {
    let date = EventTime.civil(days: day)
    switch self {
    // 1970-01-01 was a Thursday.
    case .week: return day - ((day + 3) % 7 + 7) % 7
    case .month: return EventTime.days(year: date.year, month: date.month, day: 1)
    case .quarter: return EventTime.days(year: date.year, month: (date.month - 1) / 3 * 3 + 1, day: 1)
    case .year: return EventTime.days(year: date.year, month: 1, day: 1)
    default: return day
    }
  }
}
