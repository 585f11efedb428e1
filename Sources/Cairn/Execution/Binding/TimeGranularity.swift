import CairnSQL

/// How coarse functions of eventTime are: `date(eventTime)` is the same all day long, so that it need not be
/// computed for each second that occurs.
enum TimeGranularity {
  private static let second: Int64 = 1
  private static let minute: Int64 = 60
  private static let hour: Int64 = 3600
  private static let day: Int64 = 86_400

  /// Seconds of the steps, aligned to 1970 in UTC, within which the expression has one value for canonical times;
  /// nil where it is not known to be a function of eventTime alone.
  static func seconds(of expression: Expression, _ scope: Scope) -> Int64? {
    steps(of: expression, scope)?.seconds
  }

  private struct Steps {
    var seconds: Int64
    /// Whether the value is the start of the step. Only then is the hour of it the same for all of an hour: that of
    /// a shifted time is not.
    var isStart: Bool

    /// The steps of a part of the value.
    func part(_ seconds: Int64?, isStart: Bool = false) -> Steps {
      guard self.isStart, let seconds else { return Steps(seconds: self.seconds, isStart: false) }
      return Steps(seconds: max(self.seconds, seconds), isStart: isStart)
    }
  }

  private static func steps(of expression: Expression, _ scope: Scope) -> Steps? {
    if expression.accessPath != nil {
      return (try? scope.isTimeColumn(expression)) == true ? Steps(seconds: second, isStart: true) : nil
    }
    switch expression.kind {
    case .cast(let operand, let type, _):
      let isTime = type.name.hasPrefix("timestamp")
      return steps(of: operand, scope)?.part(
        type.name == "date" ? day : isTime ? second : nil, isStart: true)
    case .extract(let field, let operand):
      return steps(of: operand, scope)?.part(part(field.text.lowercased()))
    case .call(let call) where call.window == nil && call.filter == nil && !call.isDistinct:
      return steps(of: call, scope)
    default:
      // Whatever else is made of one such value and constants changes no more often than it.
      let inputs = expression.children.filter { !$0.isLiteral }
      guard inputs.count == 1, expression.query == nil, expression.isPlainOperation else { return nil }
      return steps(of: inputs[0], scope)?.part(nil)
    }
  }

  private static func steps(of call: FunctionCall, _ scope: Scope) -> Steps? {
    let inputs = call.arguments.filter { !$0.isLiteral }
    guard inputs.count == 1, let inner = steps(of: inputs[0], scope) else { return nil }
    let name = call.name.text.lowercased()
    switch name {
    case "from_iso8601_timestamp": return inner.part(second, isStart: true)
    case "date": return inner.part(day, isStart: true)
    case "date_trunc":
      guard case .literal(.string(let unit))? = call.arguments.first?.kind else { return inner.part(nil) }
      return inner.part(part(unit.lowercased()) ?? second, isStart: true)
    case "substr", "substring":
      // `YYYY-MM-DDTHH:MM:SSZ` from its first character on.
      guard inputs[0].isTimeText, call.arguments.count == 3,
        case .literal(.number("1")) = call.arguments[1].kind,
        case .literal(.number(let spelling)) = call.arguments[2].kind, let length = Int(spelling), length > 0
      else { return inner.part(nil) }
      return inner.part(length <= 11 ? day : length <= 14 ? hour : length <= 17 ? minute : second)
    default:
      return inner.part(part(name))
    }
  }

  /// The step of a unit of time, or of the function that reads it. Longer units than days are made of days.
  private static func part(_ name: String) -> Int64? {
    switch name {
    case "minute": minute
    case "hour": hour
    case "date", "day", "day_of_month", "day_of_week", "dow", "day_of_year", "doy", "week", "week_of_year",
      "year_of_week", "yow", "month", "quarter", "year", "last_day_of_month":
      day
    default: nil
    }
  }
}

extension Expression {
  /// Whether it is a path, or the whole text of one.
  fileprivate var isTimeText: Bool {
    if case .cast(let operand, let type, _) = kind {
      return operand.accessPath != nil && type.name == "varchar" && type.parameters.isEmpty
    }
    return accessPath != nil
  }

  fileprivate var isLiteral: Bool {
    if case .literal = kind { true } else { false }
  }

  /// Whether its value depends on its operands' values alone.
  fileprivate var isPlainOperation: Bool {
    switch kind {
    case .unary, .binary, .comparison, .between, .inList, .like, .isNull, .isDistinct, .not: true
    default: false
    }
  }
}
