import CairnSQL

/// An interval: months or nanoseconds, which do not compare with each other (S20, S54).
package enum TimeSpan: Sendable, Hashable {
  case months(Int64)
  case nanoseconds(Int128)

  /// The largest number of units that an interval has.
  static let largestCount = 999_999_999

  static let nanosecondsPerSecond: Int128 = 1_000_000_000

  init(count: Int64, unit: IntervalUnit) {
    switch unit {
    case .year: self = .months(count * 12)
    case .month: self = .months(count)
    case .week: self = TimeSpan(seconds: count * 7 * TimePoint.secondsPerDay)
    case .day: self = TimeSpan(seconds: count * TimePoint.secondsPerDay)
    case .hour: self = TimeSpan(seconds: count * 3600)
    case .minute: self = TimeSpan(seconds: count * 60)
    case .second: self = TimeSpan(seconds: count)
    }
  }

  private init(seconds: Int64) {
    self = .nanoseconds(Int128(seconds) * TimeSpan.nanosecondsPerSecond)
  }

  /// From one point to another, rounded to milliseconds, half up.
  init(from start: TimePoint, to end: TimePoint) {
    let picoseconds =
      (end.nanosecondCount - start.nanosecondCount) * 1000 + Int128(end.picoseconds - start.picoseconds)
    let unit = Int128(TimePoint.picosecondsPerSecond) / 1000
    let raised = picoseconds + unit / 2
    let whole = (raised - (raised % unit + unit) % unit) / unit
    self = .nanoseconds(whole * (TimeSpan.nanosecondsPerSecond / 1000))
  }

  /// The span the other way; spans are far from the limits of their integers.
  var negated: TimeSpan {
    switch self {
    case .months(let count): .months(0 &- count)
    case .nanoseconds(let count): .nanoseconds(0 &- count)
    }
  }

  /// Its months or nanoseconds.
  var count: Int128 {
    switch self {
    case .months(let count): Int128(count)
    case .nanoseconds(let count): count
    }
  }

  /// A span of the same sort; nil where it is longer than the longest that can be written.
  func with(count: Int128?) -> TimeSpan? {
    guard let count else { return nil }
    switch self {
    case .months:
      let longest = TimeSpan(count: Int64(TimeSpan.largestCount), unit: .year).count
      return count.magnitude <= longest.magnitude ? Int64(exactly: count).map { .months($0) } : nil
    case .nanoseconds:
      let longest = TimeSpan(count: Int64(TimeSpan.largestCount), unit: .week).count
      return count.magnitude <= longest.magnitude ? .nanoseconds(count) : nil
    }
  }

  /// The sum of two spans of the same sort.
  static func sum(_ lhs: TimeSpan, _ rhs: TimeSpan) -> TimeSpan? {
    switch (lhs, rhs) {
    case (.months(let left), .months(let right)): .months(left &+ right)
    case (.nanoseconds(let left), .nanoseconds(let right)): .nanoseconds(left &+ right)
    default: nil
    }
  }

  /// Negative, zero or positive; nil for spans of different sorts.
  static func compare(_ lhs: TimeSpan, _ rhs: TimeSpan) -> Int? {
    switch (lhs, rhs) {
    case (.months(let left), .months(let right)): left == right ? 0 : left < right ? -1 : 1
    case (.nanoseconds(let left), .nanoseconds(let right)): left == right ? 0 : left < right ? -1 : 1
    default: nil
    }
  }

  /// Trino's text: `2-3` for years and months, `4 05:06:07.000` for days and the time.
  var text: [UInt8] {
    func padded(_ value: UInt128, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
    switch self {
    case .months(let count):
      return Array("\(count < 0 ? "-" : "")\(count.magnitude / 12)-\(count.magnitude % 12)".utf8)
    case .nanoseconds(let count):
      let milliseconds = count.magnitude / 1_000_000
      let seconds = milliseconds / 1000
      let time = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }
        .joined(separator: ":")
      return Array(
        "\(count < 0 ? "-" : "")\(seconds / 86_400) \(time).\(padded(milliseconds % 1000, 3))".utf8)
    }
  }
}

extension TimePoint {
  /// Whole nanoseconds since 1970.
  var nanosecondCount: Int128 { Int128(seconds) * TimeSpan.nanosecondsPerSecond + Int128(nanoseconds) }

  /// The point a span later, or nil outside the years 1 to 9999.
  func adding(_ span: TimeSpan) -> TimePoint? {
    switch span {
    case .nanoseconds(let count):
      let sum = nanosecondCount &+ count
      let unit = TimeSpan.nanosecondsPerSecond
      let fraction = (sum % unit + unit) % unit
      guard let whole = Int64(exactly: (sum - fraction) / unit) else { return nil }
      return TimePoint(seconds: whole, fraction: Int64(fraction) * 1000 + Int64(picoseconds))
    case .months(let count):
      guard let moved = TimePoint.day(day, plusMonths: count) else { return nil }
      return TimePoint(
        seconds: Int64(moved) * TimePoint.secondsPerDay + secondOfDay, fraction: fraction)
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
