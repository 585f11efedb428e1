import CairnSQL

/// How coarse functions of eventTime are: `date(eventTime)` is the same all day long, so that it need not be
/// computed for each second that occurs.
enum TimeGranularity {
  fileprivate static let second: Int64 = 1
  fileprivate static let minute: Int64 = 60
  fileprivate static let hour: Int64 = 3600
  fileprivate static let day: Int64 = 86_400

  /// Seconds of the steps, aligned to 1970 in UTC, within which the expression has one value for canonical times and
  /// equal values of all else that it reads; nil where that is not known, or where it does not read eventTime.
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
      guard expression.query == nil, expression.isPlainOperation else { return nil }
      return common(of: expression.children, scope)
    }
  }

  /// Whatever is made of such values and constants changes only where one of them does: at multiples of all their
  /// steps' greatest common divisor.
  private static func common(of operands: [Expression], _ scope: Scope) -> Steps? {
    var divisor: Int64 = 0
    for operand in operands where !isTimeless(operand, scope) {
      guard let steps = steps(of: operand, scope) else { return nil }
      var rest = steps.seconds
      while rest > 0 { (divisor, rest) = (rest, divisor % rest) }
    }
    return divisor > 0 ? Steps(seconds: divisor, isStart: false) : nil
  }

  /// Whether a literal, or an operation with paths and literals that does not read eventTime.
  private static func isTimeless(_ expression: Expression, _ scope: Scope) -> Bool {
    if expression.isLiteral { return true }
    if expression.accessPath != nil { return (try? scope.isTimeColumn(expression)) == false }
    switch expression.kind {
    case .cast, .extract: break
    case .call(let call): if call.window != nil || call.filter != nil || call.isDistinct { return false }
    default: if expression.query != nil || !expression.isPlainOperation { return false }
    }
    return expression.children.allSatisfy { isTimeless($0, scope) }
  }

  private static func steps(of call: FunctionCall, _ scope: Scope) -> Steps? {
    let inputs = call.arguments.filter { !isTimeless($0, scope) }
    guard inputs.count == 1 else { return common(of: call.arguments, scope) }
    guard let inner = steps(of: inputs[0], scope) else { return nil }
    let name = call.name.text.lowercased()
    switch name {
    case "floor": return rounded(inputs[0], inner, scope)
    case "from_iso8601_timestamp": return inner.part(second, isStart: true)
    case "date": return inner.part(day, isStart: true)
    case "date_trunc":
      guard case .literal(.string(let unit))? = call.arguments.first?.kind else { return inner.part(nil) }
      return inner.part(part(unit.lowercased()) ?? second, isStart: true)
    case "date_format", "strftime", "format_datetime":
      guard call.arguments.count == 2, case .literal(.string(let text)) = call.arguments[1].kind,
        let spelling = TimePatternFunction.spelling(of: name),
        let pattern = TimePattern(Array(text.utf8), spelling)
      else { return inner.part(nil) }
      return inner.part(pattern.granularity)
    default:
      guard inputs[0].isTimeText else { return inner.part(part(name)) }
      return Steps(seconds: max(inner.seconds, ofText(name, call.arguments)), isStart: false)
    }
  }

  /// `floor(to_unixtime(t) / n)` is the same for `n` seconds.
  private static func rounded(_ quotient: Expression, _ inner: Steps, _ scope: Scope) -> Steps {
    guard case .binary(.divide, let seconds, let divisor) = quotient.kind,
      case .literal(.number(let spelling)) = divisor.kind, let step = Int64(spelling), step > 0,
      case .call(let call) = seconds.kind, call.name.text.lowercased() == "to_unixtime",
      call.arguments.count == 1, let time = steps(of: call.arguments[0], scope), time.isStart
    else { return inner.part(nil) }
    return Steps(seconds: time.seconds == second ? step : second, isStart: false)
  }

  /// The steps of a function of the text `YYYY-MM-DDTHH:MM:SSZ`.
  private static func ofText(_ name: String, _ arguments: [Expression]) -> Int64 {
    func whole(_ index: Int) -> Int? {
      guard index < arguments.count, case .literal(.number(let spelling)) = arguments[index].kind else {
        return nil
      }
      return Int(spelling)
    }
    switch name {
    case "substr", "substring":
      guard let start = whole(1), start > 0, let length = whole(2), length > 0 else { return second }
      let (end, overflows) = (start - 1).addingReportingOverflow(length)
      return overflows ? second : step(ofFirst: end)
    case "left": return whole(1).map { $0 > 0 ? step(ofFirst: $0) : second } ?? second
    case "split_part":
      guard arguments.count == 3, case .literal(.string("T")) = arguments[1].kind, whole(2) == 1 else {
        return second
      }
      return day
    default: return part(name) ?? second
    }
  }

  /// How long the text's first characters are the same.
  private static func step(ofFirst count: Int) -> Int64 {
    count <= 11 ? day : count <= 14 ? hour : count <= 17 ? minute : second
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
    case .unary, .binary, .comparison, .between, .inList, .like, .isNull, .isDistinct, .isTruth, .not, .and,
      .or,
      .caseWhen:
      true
    default: false
    }
  }
}

extension TimePattern {
  /// Seconds of the steps within which what it writes of a time in UTC is the same.
  fileprivate var granularity: Int64 {
    parts.reduce(TimeGranularity.day) { steps, part in
      switch part {
      case .literal, .shortYear, .monthName, .weekdayName, .offset, .zoneName: steps
      case .halfDay: min(steps, TimeGranularity.hour)
      case .fraction: TimeGranularity.second
      case .number(let number, _):
        switch number {
        case .year, .month, .day, .dayOfYear, .week, .weekYear, .weekday: steps
        case .hour, .hourFrom1, .halfHour, .halfHourFrom1: min(steps, TimeGranularity.hour)
        case .minute: min(steps, TimeGranularity.minute)
        case .second: TimeGranularity.second
        }
      }
    }
  }
}
