import Glibc

/// `skewness` and `kurtosis`, from exact sums of the numbers' powers.
struct MomentState: AggregateState {
  enum Measure: Sendable { case skewness, kurtosis }

  private let measure: Measure
  /// Of the numbers, their squares, cubes and fourth powers.
  private var powers = [ExactSum](repeating: ExactSum(), count: 4)

  init(_ measure: Measure) { self.measure = measure }

  mutating func add(_ arguments: [EngineValue], times: Int) {
    guard let number = arguments.first?.number else { return }
    let square = Arithmetic.product(number.decimal, number.decimal).map(ExactNumber.decimal)
    // A square that has too many digits makes the sums too long as well.
    powers[0].add(number, times: times)
    powers[1].addSquare(number, times: times)
    guard let square else { return }
    powers[2].addProduct(square, number, times: times)
    powers[3].addSquare(square, times: times)
  }

  mutating func merge(_ later: MomentState) {
    for index in powers.indices { powers[index].merge(later.powers[index]) }
  }

  /// A sum of products, each a factor and numbers.
  private static func sum(_ terms: [(factor: Int64, numbers: [ExactDecimal])]) -> Double? {
    var total: ExactDecimal? = ExactDecimal(0)
    for term in terms {
      var product: ExactDecimal? = ExactDecimal(term.factor)
      for number in term.numbers { product = product.flatMap { Arithmetic.product($0, number) } }
      total = total.flatMap { total in product.flatMap { Arithmetic.sum(total, $0) } }
    }
    return total.flatMap { ExactNumber.decimal($0).double }
  }

  var result: EngineValue {
    let sums = powers.compactMap(\.decimal)
    let count = powers[0].count
    guard count >= (measure == .skewness ? 3 : 4), sums.count == 4 else { return .null }
    let (n, one, two, three, four) = (ExactDecimal(Int64(count)), sums[0], sums[1], sums[2], sums[3])
    let size = Double(count)
    // The sums of the powers of the distances from the mean, each times a power of n.
    guard let second = Self.sum([(1, [n, two]), (-1, [one, one])]), second > 0 else { return .null }
    if measure == .skewness {
      guard let third = Self.sum([(1, [n, n, three]), (-3, [n, two, one]), (2, [one, one, one])]) else {
        return .null
      }
      return EngineValue(double: size.squareRoot() * (third / (size * size)) / pow(second / size, 1.5))
    }
    guard
      let fourth = Self.sum([
        (1, [n, n, n, four]), (-4, [n, n, three, one]), (6, [n, two, one, one]), (-3, [one, one, one, one]),
      ])
    else { return .null }
    let ratio = fourth / (size * size * size) / (second / size * (second / size))
    let divisor = (size - 2) * (size - 3)
    return EngineValue(
      double: size * (size + 1) * (size - 1) / divisor * ratio - 3 * (size - 1) * (size - 1) / divisor)
  }
}
