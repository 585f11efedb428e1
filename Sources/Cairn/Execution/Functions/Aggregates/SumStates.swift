import Glibc

/// `sum` of numbers and of intervals.
struct SumState: AggregateState {
  private var numbers = ExactSum()
  private var spans: TimeSpan?
  /// Whether intervals of both sorts were among the values, which have no sum.
  private var isMixed = false

  init() {}

  /// Of numbers that have been added up.
  init(_ numbers: ExactSum) { self.numbers = numbers }

  mutating func add(_ arguments: [EngineValue], times: Int) {
    guard let value = arguments.first else { return }
    if case .interval(let span) = value {
      add(span.repeated(times))
    } else if let number = value.number {
      numbers.add(number, times: times)
    }
  }

  private mutating func add(_ span: TimeSpan) {
    guard let spans else { return self.spans = span }
    if let sum = TimeSpan.sum(spans, span) { self.spans = sum } else { isMixed = true }
  }

  mutating func merge(_ later: SumState) {
    numbers.merge(later.numbers)
    if let spans = later.spans { add(spans) }
    isMixed = isMixed || later.isMixed
  }

  var result: EngineValue {
    if let spans { return isMixed || numbers.count > 0 ? .null : .interval(spans) }
    return numbers.count == 0 ? .null : numbers.number.map(EngineValue.number) ?? .null
  }
}

extension TimeSpan {
  fileprivate func repeated(_ times: Int) -> TimeSpan {
    switch self {
    case .months(let count): .months(count &* Int64(times))
    case .nanoseconds(let count): .nanoseconds(count &* Int128(times))
    }
  }
}

/// `avg` of numbers and of intervals.
struct AverageState: AggregateState {
  private var numbers = ExactSum()
  private var spans = SumState()
  private var spanCount = 0

  init() {}

  /// Of numbers that have been added up.
  init(_ numbers: ExactSum) { self.numbers = numbers }

  mutating func add(_ arguments: [EngineValue], times: Int) {
    guard let value = arguments.first else { return }
    if case .interval = value {
      spanCount += times
      spans.add(arguments, times: times)
    } else if let number = value.number {
      numbers.add(number, times: times)
    }
  }

  mutating func merge(_ later: AverageState) {
    numbers.merge(later.numbers)
    spans.merge(later.spans)
    spanCount += later.spanCount
  }

  var result: EngineValue {
    if case .interval(let span) = spans.result {
      return numbers.count > 0 ? .null : span.divided(by: spanCount).map(EngineValue.interval) ?? .null
    }
    return spanCount > 0 ? .null : numbers.average.map(EngineValue.number) ?? .null
  }
}

extension TimeSpan {
  /// The part of it, rounded to whole months or nanoseconds, half away from zero.
  fileprivate func divided(by divisor: Int) -> TimeSpan? {
    let (whole, rest) = count.quotientAndRemainder(dividingBy: Int128(divisor))
    let isUp = rest.magnitude * 2 >= UInt128(divisor)
    return with(count: isUp ? whole + (count < 0 ? -1 : 1) : whole)
  }
}

/// `geometric_mean` of positive numbers.
struct GeometricMeanState: AggregateState {
  /// Logarithms are added as whole multiples of this, so that their order makes no difference.
  private static let step = 0x1p-60

  private var count = 0
  private var logarithms: Int128 = 0
  private var hasZero = false
  private var hasNegative = false

  mutating func add(_ arguments: [EngineValue], times: Int) {
    guard let value = arguments.first?.number?.double else { return }
    count += times
    if value > 0 {
      logarithms &+= Int128((log(value) / Self.step).rounded()) &* Int128(times)
    } else if value == 0 {
      hasZero = true
    } else {
      hasNegative = true
    }
  }

  mutating func merge(_ later: GeometricMeanState) {
    count += later.count
    logarithms &+= later.logarithms
    hasZero = hasZero || later.hasZero
    hasNegative = hasNegative || later.hasNegative
  }

  var result: EngineValue {
    guard count > 0, !hasNegative else { return .null }
    return EngineValue(double: hasZero ? 0 : exp(Double(logarithms) * Self.step / Double(count)))
  }
}

/// Variances and standard deviations.
struct VarianceState: AggregateState {
  private let rule: VarianceRule
  private var numbers = ExactSum()
  private var squares = ExactSum()

  init(_ rule: VarianceRule) { self.rule = rule }

  /// Of numbers that have been added up.
  init(_ rule: VarianceRule, _ moments: FlatMoments) {
    self.rule = rule
    (numbers, squares) = (moments.sum.exact, moments.exactSquares)
  }

  mutating func add(_ arguments: [EngineValue], times: Int) {
    guard let number = arguments.first?.number else { return }
    numbers.add(number, times: times)
    squares.addSquare(number, times: times)
  }

  mutating func merge(_ later: VarianceState) {
    numbers.merge(later.numbers)
    squares.merge(later.squares)
  }

  var result: EngineValue {
    guard numbers.count > 0, let sum = numbers.decimal, let squares = squares.decimal,
      let scaled = Arithmetic.product(squares, ExactDecimal(Int64(numbers.count))),
      let square = Arithmetic.product(sum, sum), let difference = Arithmetic.sum(scaled, square.negated),
      let dividend = ExactNumber.decimal(difference).double
    else { return .null }
    return rule.result(dividend, count: numbers.count)
  }
}

/// Which of the variances and standard deviations is wanted.
struct VarianceRule: Sendable {
  var isDeviation: Bool
  /// Whether the values are a sample, so that the divisor is one less than their number.
  var isSample: Bool

  /// (n Σx² − (Σx)²) / (n (n − 1)), of the exact dividend.
  func result(_ dividend: Double, count: Int) -> EngineValue {
    let count = Double(count)
    let divisor = count * (isSample ? count - 1 : count)
    guard divisor > 0 else { return .null }
    let variance = dividend / divisor
    return EngineValue(double: isDeviation ? variance.squareRoot() : variance)
  }

  /// That of numbers that have been added up.
  func result(_ moments: FlatMoments) -> EngineValue {
    if moments.sum.count == 0 { return .null }
    return moments.dividend.map { result($0, count: moments.sum.count) }
      ?? VarianceState(self, moments).result
  }
}

extension EngineValue {
  /// A double; NULL where it is infinite or not a number.
  init(double: Double) {
    self = ExactNumber(double).map(EngineValue.number) ?? .null
  }
}
