import CairnSQL
import Glibc

/// Functions of numbers (S75): exact of exact numbers where the result is one, else doubles.
enum MathFunctions {
  static let table: [FunctionTable.Entry] = [
    .plain("abs", 1...1) { exact($0) { $0.isNegative ? $0.negated : $0 } },
    .plain("ceil", 1...1, kernel: .ceiling) { exact($0) { $0.roundedUp } },
    .plain("ceiling", 1...1, kernel: .ceiling) { exact($0) { $0.roundedUp } },
    .plain("floor", 1...1, kernel: .floor) { exact($0) { $0.negated.roundedUp?.negated } },
    .plain("round", 1...2) { rounded($0, isCut: false) },
    .plain("truncate", 1...2) { rounded($0, isCut: true) },
    .plain("sign", 1...1) { exact($0) { ExactDecimal($0.digits.isEmpty ? 0 : $0.isNegative ? -1 : 1) } },
    .plain("mod", 2...2) { Arithmetic.apply(.remainder, $0[0], $0[1]) },
    .plain("power", 2...2) { double($0, pow) },
    .plain("pow", 2...2) { double($0, pow) },
    .plain("sqrt", 1...1) { double($0, sqrt) },
    .plain("cbrt", 1...1) { double($0, cbrt) },
    .plain("exp", 1...1) { double($0, exp) },
    .plain("ln", 1...1) { double($0, log) },
    .plain("log2", 1...1) { double($0, log2) },
    .plain("log10", 1...1) { double($0, log10) },
    .plain("log", 2...2) { double($0) { log($1) / log($0) } },
    .plain("pi", 0...0) { _ in EngineValue(double: .pi) },
    .plain("e", 0...0) { _ in EngineValue(double: M_E) },
    .plain("greatest", 1...Int.max) { extreme($0, .greater) },
    .plain("least", 1...Int.max) { extreme($0, .less) },
    .plain("sin", 1...1) { double($0, sin) },
    .plain("cos", 1...1) { double($0, cos) },
    .plain("tan", 1...1) { double($0, tan) },
    .plain("asin", 1...1) { double($0, asin) },
    .plain("acos", 1...1) { double($0, acos) },
    .plain("atan", 1...1) { double($0, atan) },
    .plain("atan2", 2...2) { double($0, atan2) },
    .plain("sinh", 1...1) { double($0, sinh) },
    .plain("cosh", 1...1) { double($0, cosh) },
    .plain("tanh", 1...1) { double($0, tanh) },
    .plain("degrees", 1...1) { double($0) { $0 * 180 / .pi } },
    .plain("radians", 1...1) { double($0) { $0 / 180 * .pi } },
    // Doubles that are infinite or no number are NULL (S57), and so are these questions of them.
    .special("is_finite", 1...1, isCondition: true, .finiteness(.finite)),
    .special("is_infinite", 1...1, isCondition: true, .finiteness(.infinite)),
    .special("is_nan", 1...1, isCondition: true, .finiteness(.noNumber)),
    .special("infinity", 0...0, .refused("an infinite number is NULL here: there is no infinity()")),
    .special("nan", 0...0, .refused("what is no number is NULL here: there is no nan()")),
    .plain("to_base", 2...2, toBase),
    .plain("from_base", 2...2, fromBase),
  ]

  // MARK: Exact

  /// A function that is exact: of a double it is the double nearest to the result for its spelling.
  private static func exact(_ arguments: [EngineValue], _ function: (ExactDecimal) -> ExactDecimal?)
    -> EngineValue
  {
    guard let number = arguments[0].number?.plain, let result = function(number.decimal) else { return .null }
    switch number {
    // What becomes zero keeps its sign.
    case .double(let value):
      return EngineValue(double: ExactNumber.decimal(result).double.map { $0 == 0 ? value * 0 : $0 } ?? .nan)
    case .real(let value):
      return ExactNumber.decimal(result).real.map { .number(.real($0 == 0 ? value * 0 : $0)) } ?? .null
    // A number of 64 bits that leaves them, as the lowest one's amount does, is NULL (S56).
    case .integer: return result.wholeValue.map { .number(.integer($0)) } ?? .null
    case .decimal: return .number(.decimal(result.plain))
    }
  }

  /// `round` and `truncate` to a number of places, which may be negative.
  private static func rounded(_ arguments: [EngineValue], isCut: Bool) -> EngineValue {
    func cut(_ number: ExactDecimal, _ places: Int) -> ExactDecimal? {
      isCut ? number.truncated(toPlaces: places) : number.rounded(toPlaces: places)
    }
    guard let places = arguments.count > 1 ? arguments[1].count : 0 else { return .null }
    return exact(arguments) { number in
      if places >= number.places { return number }
      let span = Arithmetic.longestSpan
      guard places <= span, number.places <= span, number.magnitude <= span else { return nil }
      if places >= 0 { return cut(number, places) }
      guard places >= -span else { return ExactDecimal(0) }
      return cut(number.scaled(by: places), 0)?.scaled(by: -places)
    }
  }

  /// By the comparisons of S20, from left to right.
  private static func extreme(_ arguments: [EngineValue], _ wanted: ComparisonOperator) -> EngineValue {
    var best = arguments[0]
    for value in arguments.dropFirst() {
      guard let order = Comparison.order(value, best) else { return .null }
      if wanted.holds(order) { best = value }
    }
    return best
  }

  // MARK: Doubles

  private static func double(_ arguments: [EngineValue], _ function: (Double) -> Double) -> EngineValue {
    guard let value = arguments[0].number?.double else { return .null }
    return EngineValue(double: function(value))
  }

  private static func double(_ arguments: [EngineValue], _ function: (Double, Double) -> Double)
    -> EngineValue
  {
    guard let left = arguments[0].number?.double, let right = arguments[1].number?.double else {
      return .null
    }
    return EngineValue(double: function(left, right))
  }

  // MARK: Bases

  @Sendable private static func toBase(_ arguments: [EngineValue]) -> EngineValue {
    guard let value = arguments[0].number?.whole, let radix = arguments[1].count, (2...36).contains(radix)
    else {
      return .null
    }
    return .text(Array(String(value, radix: radix).utf8))
  }

  @Sendable private static func fromBase(_ arguments: [EngineValue]) -> EngineValue {
    guard let text = arguments[0].text, let radix = arguments[1].count, (2...36).contains(radix),
      let value = Int64(String(decoding: text, as: UTF8.self), radix: radix)
    else { return .null }
    return .number(.integer(value))
  }
}

extension ExactDecimal {
  /// The least whole number that is not below.
  fileprivate var roundedUp: ExactDecimal? {
    guard let cut = truncated(toPlaces: 0) else { return nil }
    if isNegative || ExactDecimal.compareMagnitudes(cut, self) == 0 { return cut }
    return Arithmetic.sum(cut, ExactDecimal(1))
  }

  /// Times ten to a power.
  fileprivate func scaled(by power: Int) -> ExactDecimal {
    let whole = max(magnitude + power, 0)
    let scaled = ExactDecimal(movingPointOf: self, by: power)
    return ExactDecimal(
      isNegative: isNegative, allDigits: scaled.aligned(whole: whole, places: scaled.places),
      places: scaled.places)
  }
}
