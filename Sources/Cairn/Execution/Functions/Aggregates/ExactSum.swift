/// A sum of numbers that does not depend on their order: exact, and a double only at the end.
struct ExactSum: Sendable {
  /// Numbers taken.
  private(set) var count = 0
  private var whole: Int128 = 0
  /// The sum of the others.
  private var rest: ExactDecimal?
  /// Whether a double was among them, so that the sum is one.
  private var hasDouble = false
  /// Whether a real was, so that the sum is one without a double.
  private var hasReal = false
  /// Whether a number that is neither whole nor of the type decimal was: an average is a double then.
  private var hasOther = false
  /// The places of those of the type decimal; nil without any.
  private var decimalPlaces: Int?
  /// Whether the digits would span more places than results may (S56).
  private var isTooLong = false

  init() {}

  /// The sum of `count` whole numbers.
  init(whole: Int128, count: Int) {
    self.whole = whole
    self.count = count
  }

  /// The sum of `count` numbers, of which some were no whole ones.
  init(decimal: ExactDecimal, count: Int, hasDouble: Bool) {
    rest = decimal
    self.count = count
    self.hasDouble = hasDouble
    hasOther = true
  }

  /// The sum of `count` numbers, in units of so many places.
  init(unscaled: Int128, places: Int, count: Int, hasDouble: Bool) {
    let digits = String(unscaled.magnitude).utf8.map { $0 - UInt8(ascii: "0") }
    let padded = Array(repeating: UInt8(0), count: max(0, places - digits.count)) + digits
    self.init(
      decimal: ExactDecimal(isNegative: unscaled < 0, allDigits: padded, places: places), count: count,
      hasDouble: hasDouble)
  }

  mutating func add(_ number: ExactNumber, times: Int) {
    count += times
    switch number {
    case .integer(let value): add(whole: Int128(value), times: times)
    case .decimal(let decimal):
      if let whole = number.integer { return add(whole: Int128(whole), times: times) }
      if decimal.isDecimal {
        decimalPlaces = max(decimalPlaces ?? 0, decimal.places)
      } else {
        hasOther = true
      }
      hasDouble = hasDouble || decimal.hasExponent
      add(decimal, times: times)
    case .double, .real:
      if case .real = number { hasReal = true } else { hasDouble = true }
      hasOther = true
      add(number.decimal, times: times)
    }
  }

  /// A number's square.
  mutating func addSquare(_ number: ExactNumber, times: Int) {
    count += times
    if case .integer(let value) = number {
      return add(whole: Int128(value) * Int128(value), times: times)
    }
    guard let square = Arithmetic.product(number.decimal, number.decimal) else { return isTooLong = true }
    add(square, times: times)
  }

  /// The product of two numbers.
  mutating func addProduct(_ lhs: ExactNumber, _ rhs: ExactNumber, times: Int) {
    count += times
    if case .integer(let left) = lhs, case .integer(let right) = rhs {
      return add(whole: Int128(left) * Int128(right), times: times)
    }
    guard let product = Arithmetic.product(lhs.decimal, rhs.decimal) else { return isTooLong = true }
    add(product, times: times)
  }

  mutating func merge(_ other: ExactSum) {
    count += other.count
    hasDouble = hasDouble || other.hasDouble
    hasReal = hasReal || other.hasReal
    hasOther = hasOther || other.hasOther
    if let places = other.decimalPlaces { decimalPlaces = max(decimalPlaces ?? 0, places) }
    isTooLong = isTooLong || other.isTooLong
    add(whole: other.whole, times: 1)
    if let rest = other.rest { add(rest, times: 1) }
  }

  private mutating func add(whole value: Int128, times: Int) {
    let (product, overflow) = value.multipliedReportingOverflow(by: Int128(times))
    let (sum, more) = whole.addingReportingOverflow(product)
    if !overflow, !more {
      whole = sum
    } else {
      add(ExactDecimal(whole: value), times: times)
    }
  }

  private mutating func add(_ decimal: ExactDecimal, times: Int) {
    guard let product = times == 1 ? decimal : Arithmetic.product(decimal, ExactDecimal(Int64(times))),
      let sum = rest == nil ? product : rest.flatMap({ Arithmetic.sum($0, product) })
    else { return isTooLong = true }
    rest = sum
  }

  /// The exact sum; nil where it is too long.
  var decimal: ExactDecimal? {
    if isTooLong { return nil }
    guard let rest else { return ExactDecimal(whole: whole) }
    return Arithmetic.sum(ExactDecimal(whole: whole), rest)
  }

  /// The sum as the function `sum` gives it.
  var number: ExactNumber? {
    if rest == nil, !isTooLong, let total = Int64(exactly: whole) { return .integer(total) }
    guard let decimal else { return nil }
    if hasDouble { return ExactNumber.decimal(decimal).double.flatMap { ExactNumber($0) } }
    if hasReal { return ExactNumber.decimal(decimal).real.flatMap { ExactNumber($0) } }
    return .decimal(decimal.typed(digits: ExactDecimal.mostDigits))
  }

  /// The average: a decimal with as many places as the numbers had where all were decimals or whole, a real of reals,
  /// else the double nearest to the sum, divided.
  var average: ExactNumber? {
    guard count > 0, let decimal else { return nil }
    if let decimalPlaces, !hasOther {
      let places = max(decimalPlaces, decimal.places)
      return Arithmetic.quotient(decimal, ExactDecimal(Int64(count)), places: places)
        .map { .decimal($0.typed(digits: ExactDecimal.mostDigits)) }
    }
    guard let total = ExactNumber.decimal(decimal).double else { return nil }
    let average = total / Double(count)
    return hasReal && !hasDouble ? ExactNumber(Float(average)) : ExactNumber(average)
  }
}
