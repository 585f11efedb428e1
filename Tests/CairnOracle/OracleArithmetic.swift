import CairnSQL

/// Arithmetic (S54 for times, S56 for numbers).
enum OracleArithmetic {
  static func signed(_ sign: UnaryOperator, _ value: OracleValue) -> OracleValue {
    switch value {
    case .dayInterval(let seconds, let nanoseconds) where sign == .minus:
      let negative = OracleInstant(seconds: 0, nanoseconds: 0).adding(
        seconds: -seconds, nanoseconds: -nanoseconds)
      return .dayInterval(seconds: negative.seconds, nanoseconds: negative.nanoseconds)
    case .monthInterval(let months) where sign == .minus: return .monthInterval(-months)
    case .dayInterval, .monthInterval: return value
    default: break
    }
    if case .double = value {
      return sign == .minus ? value.asDouble.map { OracleValue(double: -$0) } ?? .null : value
    }
    guard let number = value.decimal else { return .null }
    if sign == .minus, let value = number.wholeNumber { return whole(0, .subtract, value) }
    return OracleValue(sign == .minus ? number.negated : number)
  }

  static func combine(
    _ lhs: OracleValue, _ operation: BinaryOperator, _ rhs: OracleValue
  ) throws(OracleError) -> OracleValue {
    if let result = combineTimes(lhs, operation, rhs) { return result }
    guard let left = lhs.decimal, let right = rhs.decimal else { return .null }
    if lhs.isDouble || rhs.isDouble { return double(lhs, operation, rhs) }
    if let a = left.wholeNumber, let b = right.wholeNumber { return whole(a, operation, b) }
    switch operation {
    case .add: return OracleValue(OracleDecimal.sum(left, right))
    case .subtract: return OracleValue(right.negated.flatMap { OracleDecimal.sum(left, $0) })
    case .multiply: return OracleValue(OracleDecimal.product(left, right))
    default:
      if left.hasExponent || right.hasExponent { return double(lhs, operation, rhs) }
      return OracleValue(OracleDecimal.divided(left, right, isRemainder: operation == .remainder))
    }
  }

  /// IEEE 754's operations (S57).
  private static func double(_ lhs: OracleValue, _ operation: BinaryOperator, _ rhs: OracleValue)
    -> OracleValue
  {
    guard let a = lhs.asDouble, let b = rhs.asDouble else { return .null }
    switch operation {
    case .add: return OracleValue(double: a + b)
    case .subtract: return OracleValue(double: a - b)
    case .multiply: return OracleValue(double: a * b)
    case .divide: return OracleValue(double: a / b)
    default: return OracleValue(double: a.truncatingRemainder(dividingBy: b))
    }
  }

  private static func whole(_ lhs: Int64, _ operation: BinaryOperator, _ rhs: Int64) -> OracleValue {
    let (result, overflow): (Int64, Bool)
    switch operation {
    case .add: (result, overflow) = lhs.addingReportingOverflow(rhs)
    case .subtract: (result, overflow) = lhs.subtractingReportingOverflow(rhs)
    case .multiply: (result, overflow) = lhs.multipliedReportingOverflow(by: rhs)
    case .divide: (result, overflow) = lhs.dividedReportingOverflow(by: rhs)
    // Swift reports the smallest number's remainder by -1 as an overflow, since the quotient is one.
    default: (result, overflow) = rhs == -1 ? (0, false) : lhs.remainderReportingOverflow(dividingBy: rhs)
    }
    return overflow ? .null : OracleValue(result)
  }

  /// Times and intervals; nil where neither side is one.
  private static func combineTimes(
    _ lhs: OracleValue, _ operation: BinaryOperator, _ rhs: OracleValue
  ) -> OracleValue? {
    if case .subtract = operation {
      switch rhs {
      case .dayInterval, .monthInterval: return combineTimes(lhs, .add, signed(.minus, rhs))
      case .timestamp, .date:
        guard let a = lhs.instant, let b = rhs.instant else { return .null }
        let difference = a.adding(seconds: -b.seconds, nanoseconds: -b.nanoseconds)
        return .dayInterval(seconds: difference.seconds, nanoseconds: difference.nanoseconds)
      default: break
      }
    }
    switch (operation, lhs, rhs) {
    case (.multiply, .dayInterval, _), (.multiply, .monthInterval, _), (.divide, .dayInterval, _),
      (.divide, .monthInterval, _):
      return scaled(lhs, operation, rhs)
    case (.multiply, _, .dayInterval), (.multiply, _, .monthInterval):
      return scaled(rhs, operation, lhs)
    default: break
    }
    switch (lhs, rhs) {
    case (.dayInterval(let seconds, let nanoseconds), _):
      return operation == .add ? adding(seconds, nanoseconds, to: rhs) : .null
    case (_, .dayInterval(let seconds, let nanoseconds)):
      return operation == .add ? adding(seconds, nanoseconds, to: lhs) : .null
    case (.monthInterval(let months), _): return operation == .add ? adding(months, to: rhs) : .null
    case (_, .monthInterval(let months)): return operation == .add ? adding(months, to: lhs) : .null
    case (.timestamp, _), (.date, _), (_, .timestamp), (_, .date): return .null
    default: return nil
    }
  }

  /// An interval times or divided by a number, cut to months or nanoseconds.
  private static func scaled(
    _ interval: OracleValue, _ operation: BinaryOperator, _ number: OracleValue
  ) -> OracleValue {
    let unit: Int128 = 1_000_000_000
    let (count, longest): (Int128, Int128)
    switch interval {
    case .dayInterval(let seconds, let nanoseconds):
      (count, longest) = (Int128(seconds) * unit + Int128(nanoseconds), 999_999_999 * 604_800 * unit)
    case .monthInterval(let months): (count, longest) = (Int128(months), 999_999_999 * 12)
    default: return .null
    }
    guard let factor = number.decimal, let whole = OracleDecimal(Array("\(count)".utf8)) else { return .null }
    let result =
      operation == .multiply
      ? OracleDecimal.product(whole, factor)?.truncated : OracleDecimal.cutQuotient(whole, factor)
    guard let result, result.digits.count <= 30 else { return .null }
    let magnitude = result.digits.reduce(Int128(0)) { $0 * 10 + Int128($1) }
    guard result.exponent == 0 || magnitude == 0, magnitude <= longest else { return .null }
    let signed = result.isNegative ? -magnitude : magnitude
    if case .monthInterval = interval { return .monthInterval(Int64(signed)) }
    let rest = (signed % unit + unit) % unit
    return .dayInterval(seconds: Int64((signed - rest) / unit), nanoseconds: Int64(rest))
  }

  private static func adding(_ seconds: Int64, _ nanoseconds: Int64, to value: OracleValue) -> OracleValue {
    if case .dayInterval(let own, let fraction) = value {
      let sum = OracleInstant(seconds: own, nanoseconds: fraction).adding(
        seconds: seconds, nanoseconds: nanoseconds)
      return .dayInterval(seconds: sum.seconds, nanoseconds: sum.nanoseconds)
    }
    return day(OracleValue(value.instant?.adding(seconds: seconds, nanoseconds: nanoseconds)), from: value)
  }

  private static func adding(_ months: Int64, to value: OracleValue) -> OracleValue {
    if case .monthInterval(let own) = value { return .monthInterval(own + months) }
    return day(
      OracleValue(value.instant.flatMap { OracleCalendar.adding(months: months, to: $0) }), from: value)
  }

  /// A date to which whole days or months are added stays a date.
  private static func day(_ result: OracleValue, from value: OracleValue) -> OracleValue {
    guard case .date = value, case .timestamp(let seconds, 0) = result,
      seconds % OracleCalendar.secondsPerDay == 0
    else { return result }
    return .date(days: seconds / OracleCalendar.secondsPerDay)
  }
}

extension OracleValue {
  var isDouble: Bool { if case .double = self { true } else { false } }
}
