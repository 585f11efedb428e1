/// A sum of numbers that does not depend on their order: exact, and a double only at the end.
struct ExactSum: Sendable {
  /// Numbers taken.
  private(set) var count = 0
  private var whole: Int128 = 0
  /// The sum of the others.
  private var rest: ExactDecimal?
  /// Whether a double was among them, so that the sum is one.
  private var hasDouble = false
  /// Whether the digits would span more places than results may (S56).
  private var isTooLong = false

  mutating func add(_ number: ExactNumber, times: Int) {
    count += times
    switch number {
    case .integer(let value): add(whole: Int128(value), times: times)
    case .decimal(let decimal): add(decimal, times: times)
    case .double:
      hasDouble = true
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

  mutating func merge(_ other: ExactSum) {
    count += other.count
    hasDouble = hasDouble || other.hasDouble
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
    return ExactNumber.decimal(decimal).canonical
  }
}
