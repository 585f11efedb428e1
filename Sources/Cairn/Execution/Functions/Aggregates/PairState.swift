import Glibc

/// Aggregates of pairs of numbers, the dependent one first: correlation, covariance, regression. All sums are exact,
/// so that the order of the rows makes no difference.
struct PairState: AggregateState {
  enum Measure: String, CaseIterable, Sendable {
    case corr
    case covarPop = "covar_pop"
    case covarSamp = "covar_samp"
    case slope = "regr_slope"
    case intercept = "regr_intercept"
    case averageX = "regr_avgx"
    case averageY = "regr_avgy"
    case count = "regr_count"
    case determination = "regr_r2"
    case squaresX = "regr_sxx"
    case products = "regr_sxy"
    case squaresY = "regr_syy"
  }

  private let measure: Measure
  private var sumX = ExactSum()
  private var sumY = ExactSum()
  private var squaresX = ExactSum()
  private var squaresY = ExactSum()
  private var products = ExactSum()

  init(_ measure: Measure) { self.measure = measure }

  mutating func add(_ arguments: [EngineValue], times: Int) {
    guard arguments.count > 1, let y = arguments[0].number, let x = arguments[1].number else { return }
    sumX.add(x, times: times)
    sumY.add(y, times: times)
    squaresX.addSquare(x, times: times)
    squaresY.addSquare(y, times: times)
    products.addProduct(x, y, times: times)
  }

  mutating func merge(_ later: PairState) {
    sumX.merge(later.sumX)
    sumY.merge(later.sumY)
    squaresX.merge(later.squaresX)
    squaresY.merge(later.squaresY)
    products.merge(later.products)
  }

  /// n Σab − Σa Σb as a double.
  private func spread(_ products: ExactSum, _ lhs: ExactSum, _ rhs: ExactSum) -> Double? {
    guard let products = products.decimal, let left = lhs.decimal, let right = rhs.decimal,
      let scaled = Arithmetic.product(products, ExactDecimal(Int64(sumX.count))),
      let square = Arithmetic.product(left, right), let spread = Arithmetic.sum(scaled, square.negated)
    else { return nil }
    return ExactNumber.decimal(spread).double
  }

  private func average(_ sum: ExactSum) -> EngineValue {
    guard let total = sum.decimal.flatMap({ ExactNumber.decimal($0).double }) else { return .null }
    return EngineValue(double: total / Double(sum.count))
  }

  var result: EngineValue {
    let count = Double(sumX.count)
    switch measure {
    case .count: return EngineValue(sumX.count)
    case .averageX: return sumX.count == 0 ? .null : average(sumX)
    case .averageY: return sumX.count == 0 ? .null : average(sumY)
    default: break
    }
    guard count > 0, let xx = spread(squaresX, sumX, sumX), let yy = spread(squaresY, sumY, sumY),
      let xy = spread(products, sumX, sumY)
    else { return .null }
    switch measure {
    case .covarPop: return EngineValue(double: xy / (count * count))
    case .covarSamp: return count < 2 ? .null : EngineValue(double: xy / (count * (count - 1)))
    case .corr: return EngineValue(double: xy / (xx * yy).squareRoot())
    case .slope: return EngineValue(double: xy / xx)
    case .intercept: return intercept(xy / xx)
    case .squaresX: return EngineValue(double: xx / count)
    case .squaresY: return EngineValue(double: yy / count)
    case .products: return EngineValue(double: xy / count)
    case .determination where xx == 0: return .null
    case .determination: return EngineValue(double: yy == 0 ? 1 : xy / xx * (xy / yy))
    case .count, .averageX, .averageY: return .null
    }
  }

  private func intercept(_ slope: Double) -> EngineValue {
    guard let x = sumX.decimal.flatMap({ ExactNumber.decimal($0).double }),
      let y = sumY.decimal.flatMap({ ExactNumber.decimal($0).double })
    else { return .null }
    return EngineValue(double: (y - slope * x) / Double(sumX.count))
  }
}
