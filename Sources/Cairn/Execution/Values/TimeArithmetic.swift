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
    case (.add, let point, .interval(let span)), (.add, .interval(let span), let point):
      return moved(point, by: span)
    case (.subtract, let point, .interval(let span)):
      return moved(point, by: span.negated)
    case (.subtract, let end, let start):
      guard let end = end.timePoint, let start = start.timePoint else { return .null }
      return .interval(TimeSpan(from: start, to: end))
    default:
      return .null
    }
  }

  /// A date stays one where whole days are added, as in Trino.
  private static func moved(_ value: EngineValue, by span: TimeSpan) -> EngineValue {
    guard let point = value.timePoint?.adding(span) else { return .null }
    if case .date = value, point.secondOfDay == 0, point.nanoseconds == 0 { return .date(point.day) }
    return .timestamp(point)
  }
}

extension EngineValue {
  /// Whether it is typed as a time or an interval.
  fileprivate var isTemporal: Bool {
    switch self {
    case .timestamp, .date, .interval: true
    default: false
    }
  }
}
