/// `date_add` and `date_diff` (S77).
enum TimeUnitFunction: Sendable {
  case add, difference

  static let table: [FunctionTable.Entry] = [
    .special("date_add", 2...3, .timeUnit(.add)),
    .special("date_diff", 3...3, .timeUnit(.difference)),
  ]

  var kernel: FlatKernel {
    switch self {
    case .add: .addition
    case .difference: .difference
    }
  }

  /// The value for arguments none of which is NULL.
  func value(_ unit: TimeUnit, _ arguments: [EngineValue]) -> EngineValue {
    switch self {
    case .add:
      guard let count = arguments[0].number?.whole, let span = unit.span(count) else { return .null }
      if case .zoned(let time) = arguments[1], unit.isCalendar {
        return time.clock.adding(span).map { EngineValue(clock: $0, in: time.zone) } ?? .null
      }
      return Arithmetic.apply(.add, arguments[1].typedTime, .interval(span))
    case .difference:
      guard let (start, end) = TimeUnitFunction.clocks(arguments[0], arguments[1], unit) else { return .null }
      return unit.count(from: start, to: end).map { .number(.integer($0)) } ?? .null
    }
  }
}

extension TimeUnitFunction {
  /// Two times as the first one's zone shows them where days are counted, else as they are.
  private static func clocks(
    _ start: EngineValue, _ end: EngineValue, _ unit: TimeUnit
  ) -> (TimePoint, TimePoint)? {
    guard let first = start.timePoint, let last = end.timePoint else { return nil }
    let zone = start.zone
    guard !zone.isUTC, unit.isCalendar else { return (first, last) }
    return (
      ZonedTime(point: first, zone: zone).clock, ZonedTime(point: last, zone: zone).clock
    )
  }
}

extension EngineValue {
  /// The value as a time: text is read.
  fileprivate var typedTime: EngineValue {
    switch self {
    case .timestamp, .zoned, .date: self
    default: timePoint.map(EngineValue.timestamp) ?? .null
    }
  }
}

extension TimeUnit {
  /// Months of a unit; nil for those that are a number of nanoseconds.
  private var months: Int64? {
    switch self {
    case .month: 1
    case .quarter: 3
    case .year: 12
    default: nil
    }
  }

  /// Seconds of a unit; nil for those that are no number of them.
  var seconds: Int64? {
    if months != nil || nanoseconds < 1_000_000_000 { return nil }
    return Int64(nanoseconds / 1_000_000_000)
  }

  /// Whether it is made of days.
  fileprivate var isCalendar: Bool {
    switch self {
    case .millisecond, .second, .minute, .hour: false
    default: true
    }
  }

  private var nanoseconds: Int128 {
    switch self {
    case .millisecond: 1_000_000
    case .second: 1_000_000_000
    case .minute: 60_000_000_000
    case .hour: 3_600_000_000_000
    case .week: 7 * 86_400_000_000_000
    default: 86_400_000_000_000
    }
  }

  /// So many of the unit; nil where that is out of all range.
  fileprivate func span(_ count: Int64) -> TimeSpan? {
    if let months {
      let (product, overflow) = count.multipliedReportingOverflow(by: months)
      return overflow ? nil : .months(product)
    }
    return .nanoseconds(Int128(count) * nanoseconds)
  }

  /// Whole units between two points, negative where the end is earlier.
  fileprivate func count(from start: TimePoint, to end: TimePoint) -> Int64? {
    if TimePoint.compare(end, start) < 0 { return count(from: end, to: start).map { -$0 } }
    guard let months else {
      let difference =
        (end.nanosecondCount - start.nanosecondCount) * 1000 + Int128(end.picoseconds - start.picoseconds)
      return Int64(exactly: difference / (nanoseconds * 1000))
    }
    let (first, last) = (EventTime.civil(days: start.day), EventTime.civil(days: end.day))
    var count = Int64((last.year - first.year) * 12 + last.month - first.month)
    // The last month counts if the start, moved by so many months, is not behind the end.
    if let moved = start.adding(.months(count)), TimePoint.compare(moved, end) > 0 { count -= 1 }
    return count / months
  }
}
