import Glibc

/// Functions of statistics (S102).
enum DistributionFunctions {
  static let table: [FunctionTable.Entry] = [
    .plain("normal_cdf", 3...3) { normal($0) },
    .plain("inverse_normal_cdf", 3...3) { inverseNormal($0) },
    .plain("beta_cdf", 3...3) { beta($0) },
    .plain("inverse_beta_cdf", 3...3) { inverseBeta($0) },
    .plain("t_cdf", 2...2) { student($0, studentPart) },
    .plain("t_pdf", 2...2) { student($0, studentDensity) },
    .plain("wilson_interval_lower", 3...3) { wilson($0, sign: -1) },
    .plain("wilson_interval_upper", 3...3) { wilson($0, sign: 1) },
  ]

  private static func doubles(_ arguments: [EngineValue]) -> (Double, Double, Double)? {
    let numbers = arguments.compactMap { $0.number?.double }
    return numbers.count == 3 ? (numbers[0], numbers[1], numbers[2]) : nil
  }

  // MARK: Normal

  /// `normal_cdf(mean, deviation, x)`.
  private static func normal(_ arguments: [EngineValue]) -> EngineValue {
    guard let (mean, deviation, value) = doubles(arguments), deviation > 0 else { return .null }
    return EngineValue(double: erfc((mean - value) / (deviation * 2.0.squareRoot())) / 2)
  }

  /// `inverse_normal_cdf(mean, deviation, p)`.
  private static func inverseNormal(_ arguments: [EngineValue]) -> EngineValue {
    guard let (mean, deviation, part) = doubles(arguments), deviation > 0, part > 0, part < 1 else {
      return .null
    }
    // The smaller side of the curve, where differences are not lost.
    let tail = min(part, 1 - part)
    let distance = bisected(0, 40) { erfc($0 / 2.0.squareRoot()) / 2 < tail }
    return EngineValue(double: mean + deviation * (part < 0.5 ? -distance : part > 0.5 ? distance : 0))
  }

  /// The least value from which on a condition holds, as near as doubles have it.
  private static func bisected(_ from: Double, _ to: Double, _ holds: (Double) -> Bool) -> Double {
    var (low, high) = (from, to)
    for _ in 0..<200 {
      let middle = low + (high - low) / 2
      if middle <= low || middle >= high { break }
      if holds(middle) { high = middle } else { low = middle }
    }
    return high
  }

  // MARK: Beta

  /// `beta_cdf(a, b, x)`.
  private static func beta(_ arguments: [EngineValue]) -> EngineValue {
    guard let (a, b, value) = doubles(arguments), a > 0, b > 0, (0...1).contains(value) else { return .null }
    return EngineValue(double: regularizedBeta(value, a, b))
  }

  /// `inverse_beta_cdf(a, b, p)`.
  private static func inverseBeta(_ arguments: [EngineValue]) -> EngineValue {
    guard let (a, b, part) = doubles(arguments), a > 0, b > 0, (0...1).contains(part) else { return .null }
    if part == 0 || part == 1 { return EngineValue(double: part) }
    return EngineValue(double: bisected(0, 1) { regularizedBeta($0, a, b) >= part })
  }

  /// The regularized incomplete beta function, by its continued fraction.
  private static func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 || x >= 1 { return x <= 0 ? 0 : 1 }
    // The fraction converges fast on the one side only.
    if x > (a + 1) / (a + b + 2) { return 1 - regularizedBeta(1 - x, b, a, depth: 1) }
    return regularizedBeta(x, a, b, depth: 1)
  }

  private static func regularizedBeta(_ x: Double, _ a: Double, _ b: Double, depth: Int) -> Double {
    let scale: Double = lgamma(a + b) - lgamma(a) - lgamma(b)
    let powers: Double = a * log(x) + b * log1p(-x)
    let front: Double = exp(scale + powers) / a
    let tiny = 1e-300
    func safe(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / safe(1 - (a + b) * x / (a + 1))
    var fraction = d
    for step in 1...10_000 {
      let m = Double(step)
      let place: Double = a + 2 * m
      let even: Double = m * (b - m) * x / ((place - 1) * place)
      d = 1 / safe(1 + even * d)
      c = safe(1 + even / c)
      fraction *= d * c
      let odd: Double = -(a + m) * (a + b + m) * x / (place * (place + 1))
      d = 1 / safe(1 + odd * d)
      c = safe(1 + odd / c)
      let change = d * c
      fraction *= change
      if abs(change - 1) < 1e-16 { break }
    }
    return front * fraction
  }

  // MARK: Student's t

  /// A function of a value and of degrees of freedom.
  private static func student(_ arguments: [EngineValue], _ function: (Double, Double) -> Double)
    -> EngineValue
  {
    guard let value = arguments[0].number?.double, let freedom = arguments[1].number?.double, freedom > 0
    else {
      return .null
    }
    return EngineValue(double: function(value, freedom))
  }

  private static func studentPart(_ value: Double, _ freedom: Double) -> Double {
    let tail = regularizedBeta(freedom / (freedom + value * value), freedom / 2, 0.5) / 2
    return value < 0 ? tail : 1 - tail
  }

  private static func studentDensity(_ value: Double, _ freedom: Double) -> Double {
    // In steps with types: as one expression the compiler needs ten seconds for it.
    let half: Double = (freedom + 1) / 2
    let scale: Double = lgamma(half) - lgamma(freedom / 2) - log(freedom * Double.pi) / 2
    let decline: Double = half * log1p(value * value / freedom)
    return exp(scale - decline)
  }

  // MARK: Wilson

  /// `wilson_interval_lower(successes, trials, z)` and `_upper`.
  private static func wilson(_ arguments: [EngineValue], sign: Double) -> EngineValue {
    guard let successes = arguments[0].number?.whole, let trials = arguments[1].number?.whole,
      let z = arguments[2].number?.double, successes >= 0, trials > 0, successes <= trials, z >= 0
    else { return .null }
    let (n, part) = (Double(trials), Double(successes) / Double(trials))
    let spread = z * (part * (1 - part) / n + z * z / (4 * n * n)).squareRoot()
    return EngineValue(double: (part + z * z / (2 * n) + sign * spread) / (1 + z * z / n))
  }
}
