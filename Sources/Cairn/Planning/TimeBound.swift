import CairnSQL
import CairnStorage

/// What a condition says about eventTime, as a half-open range of milliseconds since 1970.
struct TimeBound: Sendable, Equatable {
  var since: Int64?
  var until: Int64?

  static func all(_ bounds: [TimeBound]) -> TimeBound {
    bounds.reduce(into: TimeBound()) { sum, bound in
      sum.since = [sum.since, bound.since].compactMap { $0 }.max()
      sum.until = [sum.until, bound.until].compactMap { $0 }.min()
    }
  }

  /// For rows whose times are whole milliseconds.
  var exact: TimePruning { TimePruning(since: since, until: until) }

  /// For rows whose times may have been cut to milliseconds: what is outside is outside for sure.
  var widened: TimePruning {
    TimePruning(
      since: since.map { $0.subtractingReportingOverflow(1).overflow ? $0 : $0 - 1 },
      until: until.map { $0.addingReportingOverflow(1).overflow ? $0 : $0 + 1 })
  }

  /// `2023-07-10T00:00:00Z … 2023-07-11T00:00:00Z`; nil for no bound.
  var description: String? {
    if since == nil, until == nil { return nil }
    return "\(since.map(EventTime.text) ?? "") … \(until.map(EventTime.text) ?? "")"
  }

  private static let picosecondsPerMillisecond: Int64 = 1_000_000_000

  /// `eventTime operation point`.
  init?(_ operation: ComparisonOperator, _ point: TimePoint) {
    let milliseconds = point.seconds * 1000 + point.fraction / Self.picosecondsPerMillisecond
    let isWhole = point.fraction % Self.picosecondsPerMillisecond == 0
    let next = milliseconds + 1
    switch operation {
    case .equal:
      guard isWhole else { return nil }
      (since, until) = (milliseconds, next)
    case .less: until = isWhole ? milliseconds : next
    case .lessOrEqual: until = next
    case .greater: since = next
    case .greaterOrEqual: since = isWhole ? milliseconds : next
    case .notEqual: return nil
    }
  }

  init() {}
}

extension Scope {
  /// What a conjunct says about eventTime, if that is all it says: `eventTime >= '2023-07-10'`, `eventTime BETWEEN …`,
  /// `date(eventTime) = DATE '…'`, with `from_iso8601_timestamp` or a cast around eventTime.
  ///
  /// The range and the condition agree for every row whose eventTime is canonical.
  func timeBound(of conjunct: Expression, now: TimePoint) throws(BindError) -> TimeBound? {
    switch conjunct.kind {
    case .comparison(let operation, let lhs, let rhs):
      if let column = try timeColumn(lhs) { return try bound(column, operation, rhs, now) }
      if let column = try timeColumn(rhs) { return try bound(column, operation.mirrored, lhs, now) }
      return nil
    case .between(let value, let lower, let upper, false):
      guard let column = try timeColumn(value), let since = try bound(column, .greaterOrEqual, lower, now),
        let until = try bound(column, .lessOrEqual, upper, now)
      else { return nil }
      return TimeBound.all([since, until])
    default:
      return nil
    }
  }

  private enum TimeColumn {
    /// eventTime itself, which compares with texts as time.
    case column
    /// A timestamp made of it.
    case timestamp
    /// Its day.
    case day
  }

  private func timeColumn(_ expression: Expression) throws(BindError) -> TimeColumn? {
    if let path = expression.accessPath {
      switch try resolve(path, expression.span) {
      case .events(_, let path):
        return path.keys?.count == 1 && path.steps.count == 1 && path.isTimeColumn ? .column : nil
      // Where it is handed on from records, a scan may come to know the bound.
      case .column(let column, let rest): return column.isTime && rest.steps.isEmpty ? .column : nil
      default: return nil
      }
    }
    let inner: Expression
    let isDay: Bool
    switch expression.kind {
    case .call(let call) where call.arguments.count == 1 && !call.isDistinct && call.window == nil:
      switch call.name.text.lowercased() {
      case "from_iso8601_timestamp": isDay = false
      case "date": isDay = true
      default: return nil
      }
      inner = call.arguments[0]
    case .cast(let operand, let type, _):
      switch type.name {
      case "timestamp", "timestamp with time zone":
        // A cast that rounds to less than milliseconds moves times over a bound.
        if case .number(let digits)? = type.parameters.first, digits < 3 { return nil }
        isDay = false
      case "date": isDay = true
      default: return nil
      }
      inner = operand
    default: return nil
    }
    switch try timeColumn(inner) {
    case .column: return isDay ? .day : .timestamp
    case .timestamp: return isDay ? .day : .timestamp
    case .day, nil: return nil
    }
  }

  private func bound(
    _ column: TimeColumn, _ operation: ComparisonOperator, _ constant: Expression, _ now: TimePoint
  ) throws(BindError) -> TimeBound? {
    let bound = try Binder.bind(constant, in: Scope(tables: [], outer: nil), orNil: now)
    guard let value = bound?.constant, let point = value.timePoint else { return nil }
    switch column {
    case .column, .timestamp: return TimeBound(operation, point)
    case .day:
      // A day compares by its midnight; only a whole day as the other side makes a simple range.
      guard point.secondOfDay == 0, point.fraction == 0,
        let next = TimePoint(seconds: point.seconds + TimePoint.secondsPerDay)
      else { return nil }
      switch operation {
      case .equal:
        return [TimeBound(.greaterOrEqual, point), TimeBound(.less, next)].compactMap { $0 }.joined
      case .less, .greaterOrEqual: return TimeBound(operation, point)
      case .lessOrEqual: return TimeBound(.less, next)
      case .greater: return TimeBound(.greaterOrEqual, next)
      case .notEqual: return nil
      }
    }
  }
}

extension [TimeBound] {
  fileprivate var joined: TimeBound? { count == 2 ? TimeBound.all(self) : nil }
}

extension Binder {
  /// Binds an expression that must not read anything; nil where it does.
  fileprivate static func bind(
    _ expression: Expression, in scope: Scope, orNil now: TimePoint
  ) throws(BindError) -> BoundExpression? {
    try? bind(expression, in: scope, now: now)
  }
}

extension ComparisonOperator {
  /// The same with its sides exchanged.
  var mirrored: ComparisonOperator {
    switch self {
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    case .equal, .notEqual: self
    }
  }
}
