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
    guard let number = value.decimal else { return .null }
    if case .real(let spelling) = value {
      return sign == .minus ? real(Float(String(decoding: spelling, as: UTF8.self)).map { -$0 }) : value
    }
    if value.isDouble {
      return value.asDouble.map { OracleValue(double: sign == .minus ? -$0 : $0) } ?? .null
    }
    if let own = value.integer { return whole(0, sign == .minus ? .subtract : .add, own) }
    guard let plain = number.plain else { return .null }
    var precision: Int?
    if case .exact(_, let typed) = value { precision = typed }
    return (sign == .minus ? plain.negated : plain).map { .exact(spelling: $0.text, precision: precision) }
      ?? .null
  }

  static func combine(
    _ lhs: OracleValue, _ operation: BinaryOperator, _ rhs: OracleValue,
    sides: (Expression, Expression)? = nil
  ) throws(OracleError) -> OracleValue {
    if let result = combineTimes(lhs, operation, rhs) { return result }
    guard let left = lhs.decimal, let right = rhs.decimal else {
      return operation == .subtract ? difference(lhs, rhs) : .null
    }
    if let a = lhs.integer, let b = rhs.integer { return whole(a, operation, b) }
    if lhs.isDouble || rhs.isDouble { return double(lhs, operation, rhs) }
    if lhs.isReal || rhs.isReal { return real(left, operation, right) }
    let shape = OracleDecimalShape(lhs, sides?.0).flatMap { one in
      OracleDecimalShape(rhs, sides?.1).flatMap { OracleDecimalShape.result(one, operation, $0) }
    }
    let exact: OracleDecimal?
    switch operation {
    case .add: exact = OracleDecimal.sum(left, right)
    case .subtract: exact = right.negated.flatMap { OracleDecimal.sum(left, $0) }
    case .multiply: exact = OracleDecimal.product(left, right)
    case .divide: exact = shape.flatMap { OracleDecimal.quotient(left, right, scale: $0.scale) }
    default: exact = shape == nil ? nil : OracleDecimal.remainder(left, right)
    }
    return shape?.value(exact) ?? OracleValue(exact)
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

  /// The same on 32 bits.
  private static func real(_ lhs: OracleDecimal, _ operation: BinaryOperator, _ rhs: OracleDecimal)
    -> OracleValue
  {
    guard let a = Float(String(decoding: lhs.text, as: UTF8.self)),
      let b = Float(String(decoding: rhs.text, as: UTF8.self)), a.isFinite, b.isFinite
    else { return .null }
    switch operation {
    case .add: return real(a + b)
    case .subtract: return real(a - b)
    case .multiply: return real(a * b)
    case .divide: return real(a / b)
    default: return real(a.truncatingRemainder(dividingBy: b))
    }
  }

  static func real(_ value: Float?) -> OracleValue {
    guard let value, value.isFinite else { return .null }
    return .real(spelling: Array(value.description.utf8))
  }

  /// Between two texts that both spell times.
  private static func difference(_ end: OracleValue, _ start: OracleValue) -> OracleValue {
    guard end.isTextual, start.isTextual, let a = end.instant, let b = start.instant else { return .null }
    return a.interval(since: b)
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
    if case .date = lhs, let days = rhs.decimal?.wholeNumber, operation == .add || operation == .subtract {
      return moved(lhs, days: operation == .add ? days : 0 &- days)
    }
    if case .date = rhs, let days = lhs.decimal?.wholeNumber, operation == .add {
      return moved(rhs, days: days)
    }
    if case .subtract = operation {
      switch rhs {
      case .dayInterval, .monthInterval: return combineTimes(lhs, .add, signed(.minus, rhs))
      case .timestamp, .zoned, .date:
        guard let a = lhs.instant, let b = rhs.instant else { return .null }
        return a.interval(since: b)
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
    case (.timestamp, _), (.date, _), (_, .timestamp), (_, .date), (.zoned, _), (_, .zoned):
      guard operation == .subtract, let a = lhs.instant, let b = rhs.instant else { return .null }
      return a.interval(since: b)
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
    return day(
      OracleValue(value.instant?.adding(seconds: seconds, nanoseconds: nanoseconds), in: value.zone),
      from: value)
  }

  private static func adding(_ months: Int64, to value: OracleValue) -> OracleValue {
    if case .monthInterval(let own) = value { return .monthInterval(own + months) }
    return day(
      OracleValue(
        clock: value.clock.flatMap { OracleCalendar.adding(months: months, to: $0) }, in: value.zone),
      from: value)
  }

  private static func moved(_ date: OracleValue, days: Int64) -> OracleValue {
    guard days.magnitude < 10_000_000 else { return .null }
    return adding(days * OracleCalendar.secondsPerDay, 0, to: date)
  }

  /// A date to which whole days or months are added stays a date.
  private static func day(_ result: OracleValue, from value: OracleValue) -> OracleValue {
    guard case .date = value, case .timestamp(let seconds, 0, 0) = result,
      seconds % OracleCalendar.secondsPerDay == 0
    else { return result }
    return .date(days: seconds / OracleCalendar.secondsPerDay)
  }
}

extension OracleValue {
  /// Whether operations with it are those of doubles: it is one, or it is spelled with an exponent (S57).
  var isDouble: Bool {
    switch self {
    case .double: true
    case .number, .exact, .text, .record: decimal?.hasExponent ?? false
    default: false
    }
  }

  var isReal: Bool { if case .real = self { true } else { false } }

  /// The number if it is whole in the sense of S56.
  var integer: Int64? {
    switch self {
    case .exact, .double, .real: nil
    default: decimal?.wholeNumber
    }
  }
}

extension OracleDecimal {
  /// Spelled without an exponent, a sign before a positive number and zeros before the whole part.
  var plain: OracleDecimal? {
    let result = OracleDecimal(isNegative: isNegative, digits: digits, exponent: exponent)
    return exponent > 0 ? result.rounded(toScale: 0) : result
  }
}
