import CairnSQL

/// Exact arithmetic (S56).
enum Arithmetic {
  /// Results whose digits would span more places are NULL.
  static let longestSpan = 1000

  static func apply(
    _ operation: BinaryOperator, _ lhs: EngineValue, _ rhs: EngineValue, _ digits: WholeDigits = WholeDigits()
  ) -> EngineValue {
    if lhs.isNull || rhs.isNull { return .null }
    if let result = TimeArithmetic.apply(operation, lhs, rhs) { return result }
    guard let left = lhs.number, let right = rhs.number else {
      return operation == .subtract ? TimeArithmetic.difference(lhs, rhs) : .null
    }
    if let left = left.integer, let right = right.integer {
      return whole(operation, left, right).map { .number(.integer($0)) } ?? .null
    }
    if left.isDouble || right.isDouble {
      return double(operation, left, right).map(EngineValue.number) ?? .null
    }
    if left.isReal || right.isReal {
      return real(operation, left, right).map(EngineValue.number) ?? .null
    }
    let shape = DecimalShape.result(
      operation, left.shape(wholeDigits: digits.lhs), right.shape(wholeDigits: digits.rhs))
    guard let result = decimal(operation, left.decimal, right.decimal, shape) else { return .null }
    return .number(.decimal(result))
  }

  /// Of two numbers one of which is a double (S57).
  private static func double(
    _ operation: BinaryOperator, _ lhs: ExactNumber, _ rhs: ExactNumber
  ) -> ExactNumber? {
    guard let left = lhs.double, let right = rhs.double else { return nil }
    return double(operation, left, right).flatMap { ExactNumber($0) }
  }

  /// The same of floating-point numbers of either width; the result may be no number. Nil for other operations.
  static func double<Number: BinaryFloatingPoint>(
    _ operation: BinaryOperator, _ left: Number, _ right: Number
  ) -> Number? {
    switch operation {
    case .add: left + right
    case .subtract: left - right
    case .multiply: left * right
    case .divide: left / right
    case .remainder: left.truncatingRemainder(dividingBy: right)
    default: nil
    }
  }

  /// Of two numbers one of which is a real and none a double.
  private static func real(
    _ operation: BinaryOperator, _ lhs: ExactNumber, _ rhs: ExactNumber
  ) -> ExactNumber? {
    guard let left = lhs.real, let right = rhs.real else { return nil }
    return double(operation, left, right).flatMap { ExactNumber($0) }
  }

  /// Nil beyond 64 bits, and for other operations.
  static func whole(_ operation: BinaryOperator, _ lhs: Int64, _ rhs: Int64) -> Int64? {
    let (result, overflow): (Int64, Bool)
    switch operation {
    case .add: (result, overflow) = lhs.addingReportingOverflow(rhs)
    case .subtract: (result, overflow) = lhs.subtractingReportingOverflow(rhs)
    case .multiply: (result, overflow) = lhs.multipliedReportingOverflow(by: rhs)
    case .divide: (result, overflow) = lhs.dividedReportingOverflow(by: rhs)
    case .remainder where rhs == -1: return 0
    case .remainder: (result, overflow) = lhs.remainderReportingOverflow(dividingBy: rhs)
    default: return nil
    }
    return overflow ? nil : result
  }

  /// Without a shape, where a side has more digits than decimals of SQL, sums and products keep all digits.
  private static func decimal(
    _ operation: BinaryOperator, _ lhs: ExactDecimal, _ rhs: ExactDecimal, _ shape: DecimalShape?
  ) -> ExactDecimal? {
    let exact: ExactDecimal?
    switch operation {
    case .add: exact = sum(lhs, rhs)
    case .subtract: exact = sum(lhs, rhs.negated)
    case .multiply: exact = product(lhs, rhs)
    case .divide: exact = shape.flatMap { quotient(lhs, rhs, places: $0.places) }
    case .remainder: exact = shape == nil ? nil : remainder(lhs, rhs)
    default: return nil
    }
    guard let exact, let shape else { return exact }
    return exact.fitted(to: shape)
  }

  static func sum(_ lhs: ExactDecimal, _ rhs: ExactDecimal) -> ExactDecimal? {
    let places = max(lhs.places, rhs.places)
    let whole = max(lhs.magnitude, rhs.magnitude, 0)
    guard places <= longestSpan, whole <= longestSpan + 1 else { return nil }
    let (left, right) = (lhs.aligned(whole: whole, places: places), rhs.aligned(whole: whole, places: places))
    var digits: [UInt8]
    var isNegative = lhs.isNegative
    if lhs.isNegative == rhs.isNegative {
      digits = DigitArithmetic.sum(left, right)
    } else if ExactDecimal.compareMagnitudes(lhs, rhs) >= 0 {
      digits = DigitArithmetic.difference(left, right)
    } else {
      digits = DigitArithmetic.difference(right, left)
      isNegative = rhs.isNegative
    }
    return checked(ExactDecimal(isNegative: isNegative, allDigits: digits, places: places))
  }

  static func product(_ lhs: ExactDecimal, _ rhs: ExactDecimal) -> ExactDecimal? {
    let places = lhs.places + rhs.places
    guard places <= longestSpan, lhs.magnitude + rhs.magnitude <= longestSpan + 1 else { return nil }
    let left = lhs.aligned(whole: max(lhs.magnitude, 0), places: lhs.places)
    let right = rhs.aligned(whole: max(rhs.magnitude, 0), places: rhs.places)
    if lhs.digits.isEmpty || rhs.digits.isEmpty {
      return ExactDecimal(isNegative: false, allDigits: [], places: places)
    }
    return checked(
      ExactDecimal(
        isNegative: lhs.isNegative != rhs.isNegative, allDigits: DigitArithmetic.product(left, right),
        places: places))
  }

  /// With a number of places, at least as many as the left side has more than the right one, rounded half away from
  /// zero.
  static func quotient(_ lhs: ExactDecimal, _ rhs: ExactDecimal, places: Int) -> ExactDecimal? {
    guard lhs.magnitude + lhs.places <= ExactDecimal.mostDigits, places <= ExactDecimal.mostDigits,
      let divisor = rhs.unscaled(places: rhs.places), divisor > 0
    else { return nil }
    guard let dividend = lhs.unscaled(places: places + rhs.places) else {
      return longQuotient(lhs, rhs, places: places)
    }
    let (whole, rest) = dividend.quotientAndRemainder(dividingBy: divisor)
    return ExactDecimal(
      isNegative: lhs.isNegative != rhs.isNegative, unscaled: rest >= divisor - rest ? whole + 1 : whole,
      places: places)
  }

  /// The same where the dividend has more digits than an integer.
  private static func longQuotient(_ lhs: ExactDecimal, _ rhs: ExactDecimal, places: Int) -> ExactDecimal? {
    let dividend = lhs.aligned(whole: max(lhs.magnitude, 0), places: places + rhs.places)
    let divisor = rhs.aligned(whole: max(rhs.magnitude, 0), places: rhs.places)
    let result = ExactDecimal(
      isNegative: lhs.isNegative != rhs.isNegative,
      allDigits: DigitArithmetic.roundedQuotient(dividend, divisor), places: places)
    return result.magnitude + places <= ExactDecimal.mostDigits ? result : nil
  }

  /// With the larger number of places of the two and the sign of the left one.
  private static func remainder(_ lhs: ExactDecimal, _ rhs: ExactDecimal) -> ExactDecimal? {
    if rhs.digits.isEmpty { return nil }
    let places = max(lhs.places, rhs.places)
    if let dividend = lhs.unscaled(places: places), let divisor = rhs.unscaled(places: places) {
      return ExactDecimal(isNegative: lhs.isNegative, unscaled: dividend % divisor, places: places)
    }
    let dividend = lhs.aligned(whole: max(lhs.magnitude, 0), places: places)
    let divisor = rhs.aligned(whole: max(rhs.magnitude, 0), places: places)
    return ExactDecimal(
      isNegative: lhs.isNegative, allDigits: DigitArithmetic.quotient(dividend, divisor).rest, places: places)
  }

  private static func checked(_ result: ExactDecimal) -> ExactDecimal? {
    max(result.magnitude, 0) + result.places <= longestSpan ? result : nil
  }
}

extension ExactNumber {
  /// The number as the result of a function or operation: spelled plainly, and a double where it was spelled with
  /// an exponent. Nil beyond all doubles.
  var plain: ExactNumber? {
    guard case .decimal(let decimal) = self else { return self }
    if decimal.hasExponent { return double.map { .double($0) } }
    if !decimal.isDecimal, !decimal.hasPoint, let whole = decimal.wholeValue { return .integer(whole) }
    return .decimal(decimal.plain)
  }

  /// The digits of its type, which a sign before it keeps.
  private var typeDigits: Int { if case .decimal(let decimal) = self { Int(decimal.typeDigits) } else { 0 } }

  /// The number behind a plus; nil beyond all doubles.
  var positive: ExactNumber? {
    guard case .decimal(let decimal)? = plain else { return plain }
    return .decimal(decimal.typed(digits: typeDigits))
  }

  /// The number with the other sign; nil where it is beyond 64 bits.
  var negated: ExactNumber? {
    switch plain {
    case .double(let value): return .double(-value)
    case .real(let value): return .real(-value)
    case .decimal(let decimal): return .decimal(decimal.negated.typed(digits: typeDigits))
    case .integer(let whole):
      let (result, overflow) = Int64(0).subtractingReportingOverflow(whole)
      return overflow ? nil : .integer(result)
    case nil: return nil
    }
  }

  /// Whether an operation with it is one of doubles: it is one, or it is spelled with an exponent as SQL's doubles
  /// are (S57).
  var isDouble: Bool {
    switch self {
    case .integer, .real: false
    case .double: true
    case .decimal(let decimal): decimal.hasExponent
    }
  }

  var isReal: Bool { if case .real = self { true } else { false } }
}

extension ExactDecimal {
  var hasExponent: Bool { spelling.contains { $0 | 0x20 == UInt8(ascii: "e") } }

  fileprivate var hasPoint: Bool { spelling.contains(UInt8(ascii: ".")) }

  /// As it is spelled without an exponent, a sign before a positive number or zeros before the whole part.
  var plain: ExactDecimal {
    let result = decimal
    return result.spelling == spelling && !hasPoint ? self : result
  }

  /// The same number of the type decimal.
  var decimal: ExactDecimal {
    ExactDecimal(
      isNegative: isNegative, allDigits: aligned(whole: max(magnitude, 0), places: places), places: places)
  }
}

extension ExactDecimal {
  /// The magnitude times ten to the power of `places`, which must make it whole; nil beyond 38 digits.
  func unscaled(places: Int) -> UInt128? {
    guard magnitude + places <= ExactDecimal.mostDigits else { return nil }
    return aligned(whole: max(magnitude, 0), places: places).reduce(0) { $0 * 10 + UInt128($1) }
  }

  /// A result: a whole number of which the last `places` digits stand behind the point.
  init(isNegative: Bool, unscaled: UInt128, places: Int) {
    let digits = String(unscaled).utf8.map { $0 - UInt8(ascii: "0") }
    let zeros = [UInt8](repeating: 0, count: max(0, places - digits.count))
    self.init(isNegative: isNegative, allDigits: zeros + digits, places: places)
  }

  init(whole value: Int128) {
    self.init(isNegative: value < 0, unscaled: value.magnitude, places: 0)
  }

  /// Cut after a number of places; nil where the result would have very many digits.
  func truncated(toPlaces places: Int) -> ExactDecimal? {
    guard magnitude <= Arithmetic.longestSpan, places <= Arithmetic.longestSpan else { return nil }
    return ExactDecimal(
      isNegative: isNegative, allDigits: aligned(whole: max(magnitude, 0), places: places), places: places)
  }

  /// With the other sign.
  var negated: ExactDecimal {
    ExactDecimal(negating: self)
  }

  /// Digits with `whole` of them before the point and `places` behind it.
  func aligned(whole: Int, places: Int) -> [UInt8] {
    let width = max(0, whole + places)
    var output = [UInt8](repeating: 0, count: width)
    for (index, digit) in digits.enumerated() {
      let place = whole - magnitude + index
      if place >= 0, place < width { output[place] = digit }
    }
    return output
  }

  /// Rounded half away from zero; nil where the result would have very many digits.
  func rounded(toPlaces places: Int) -> ExactDecimal? {
    guard magnitude <= Arithmetic.longestSpan else { return nil }
    let whole = max(magnitude, 0)
    var kept = aligned(whole: whole, places: places)
    let next = magnitude + places
    if next >= 0, next < digits.count, digits[next] >= 5 {
      kept = DigitArithmetic.sum(kept, [UInt8](repeating: 0, count: max(0, kept.count - 1)) + [1])
    }
    return ExactDecimal(isNegative: isNegative, allDigits: kept, places: places)
  }
}
