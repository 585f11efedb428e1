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
    if expression.accessPath != nil {
      return (try? scope.isTimeColumn(expression)) == true ? second : nil
    }
    switch expression.kind {
    case .cast(let operand, let type, _):
      guard let inner = seconds(of: operand, scope) else { return nil }
      return type.name == "date" ? max(inner, day) : inner
    case .extract(let field, let operand):
      guard let inner = seconds(of: operand, scope) else { return nil }
      return max(inner, part(field.text.lowercased()) ?? second)
    case .call(let call) where call.window == nil && call.filter == nil && !call.isDistinct:
      return seconds(of: call, scope)
    default:
      // Whatever else is made of one such value and constants changes no more often than it.
      let inputs = expression.children.filter { !$0.isLiteral }
      guard inputs.count == 1, expression.query == nil, expression.isPlainOperation else { return nil }
      return seconds(of: inputs[0], scope)
    }
  }

  private static func seconds(of call: FunctionCall, _ scope: Scope) -> Int64? {
    let inputs = call.arguments.filter { !$0.isLiteral }
    guard inputs.count == 1, let inner = seconds(of: inputs[0], scope) else { return nil }
    let name = call.name.text.lowercased()
    switch name {
    case "date_trunc":
      guard case .literal(.string(let unit))? = call.arguments.first?.kind else { return inner }
      return max(inner, part(unit.lowercased()) ?? second)
    case "substr", "substring":
      // `YYYY-MM-DDTHH:MM:SSZ` from its first character on.
      guard inputs[0].accessPath != nil, call.arguments.count == 3,
        case .literal(.number("1")) = call.arguments[1].kind,
        case .literal(.number(let spelling)) = call.arguments[2].kind, let length = Int(spelling), length > 0
      else { return inner }
      return length <= 11 ? day : length <= 14 ? hour : length <= 17 ? minute : second
    default:
      return max(inner, part(name) ?? second)
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
