import CairnSQL

/// Points in time and intervals (S54).
enum TimeArithmetic {
  /// The result; nil where neither side is a time or an interval.
  static func apply(_ operation: BinaryOperator, _ lhs: EngineValue, _ rhs: EngineValue) -> EngineValue? {
    guard lhs.isTemporal || rhs.isTemporal else { return nil }
    switch (operation, lhs, rhs) {
    case (.add, .interval(let left), .interval(let right)):
      return TimeSpan.sum(left, right).map(EngineValue.interval) ?? .null
    case (.subtract, .interval(let left), .interval(let right)):
      return TimeSpan.sum(left, right.negated).map(EngineValue.interval) ?? .null
    case (.multiply, .interval(let span), let factor), (.multiply, let factor, .interval(let span)):
      return factor.number.flatMap { span.times($0.decimal) }.map(EngineValue.interval) ?? .null
    case (.divide, .interval(let span), let divisor):
      return divisor.number.flatMap { span.divided(by: $0.decimal) }.map(EngineValue.interval) ?? .null
    case (.add, let point, .interval(let span)), (.add, .interval(let span), let point):
      return moved(point, by: span)
    case (.subtract, let point, .interval(let span)):
      return moved(point, by: span.negated)
    case (.subtract, .date, let count) where count.number?.whole != nil:
      return count.number?.whole.flatMap { TimeSpan.days($0) }.map { moved(lhs, by: $0.negated) } ?? .null
    case (.subtract, let end, let start):
      guard let end = end.timePoint, let start = start.timePoint else { return .null }
      return .interval(TimeSpan(from: start, to: end))
    case (.add, .date, let count), (.add, let count, .date):
      guard let days = count.number?.whole.flatMap({ TimeSpan.days($0) }) else { return .null }
      if case .date = lhs { return moved(lhs, by: days) }
      return moved(rhs, by: days)
    default:
      return .null
    }
  }

  /// Between two texts that both spell times (S16), as eventTime's are.
  static func difference(_ end: EngineValue, _ start: EngineValue) -> EngineValue {
    guard end.string != nil, start.string != nil, let end = end.timePoint, let start = start.timePoint else {
      return .null
    }
    return .interval(TimeSpan(from: start, to: end))
  }

  /// A date stays one where whole days are added, as in Trino.
  private static func moved(_ value: EngineValue, by span: TimeSpan) -> EngineValue {
    if case .zoned(let time) = value, case .months = span {
      // Months are those of the zone's calendar.
      return time.clock.adding(span).map { EngineValue(clock: $0, in: time.zone) } ?? .null
    }
    guard let point = value.timePoint?.adding(span) else { return .null }
    if case .zoned(let time) = value { return EngineValue(point, shownIn: time.zone) }
    if case .date = value, point.secondOfDay == 0, point.fraction == 0 { return .date(point.day) }
    return .timestamp(point)
  }
}

extension TimeSpan {
  /// So many days; nil beyond the longest interval.
  fileprivate static func days(_ count: Int64) -> TimeSpan? {
    count.magnitude <= UInt64(largestCount) * 7
      ? .nanoseconds(Int128(count) * 86_400 * nanosecondsPerSecond) : nil
  }

  /// So many times as long, cut to whole months or nanoseconds; nil beyond the longest interval.
  fileprivate func times(_ factor: ExactDecimal) -> TimeSpan? {
    guard let product = Arithmetic.product(ExactDecimal(whole: count), factor),
      let whole = product.truncated(toPlaces: 0)
    else { return nil }
    return with(count: Int128(String(decoding: whole.spelling, as: UTF8.self)))
  }

  /// The part of it, cut likewise; nil as for decimals (S56).
  fileprivate func divided(by divisor: ExactDecimal) -> TimeSpan? {
    let places = max(0, divisor.places)
    guard let dividend = ExactDecimal(whole: count).unscaled(places: places),
      let unscaled = divisor.unscaled(places: places), unscaled > 0
    else { return nil }
    let magnitude = Int128(exactly: dividend / unscaled)
    return with(count: magnitude.map { (count < 0) == divisor.isNegative ? $0 : -$0 })
  }
}

extension EngineValue {
  /// Whether it is typed as a time or an interval.
  fileprivate var isTemporal: Bool {
    switch self {
    case .timestamp, .zoned, .date, .interval: true
    default: false
    }
  }
}
