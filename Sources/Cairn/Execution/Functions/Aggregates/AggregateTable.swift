/// The aggregates that queries may call.
enum AggregateTable {
  /// The entry of a name, ignoring case.
  static func entry(_ name: String) -> AggregateFunction? { entries[name.lowercased()] }

  /// The entry for a first argument that is a time column itself: `min` and `max` order by points in time (S26).
  static func entryForTimeColumn(_ name: String) -> AggregateFunction? {
    switch name.lowercased() {
    case "min": AggregateFunction("min", 1...2, ExtremeRule(end: .least, isByTime: true))
    case "max": AggregateFunction("max", 1...2, ExtremeRule(end: .greatest, isByTime: true))
    default: entry(name)
    }
  }

  /// `count`.
  static let count = AggregateFunction("count", 0...1) { CountState() }

  /// `reduce_agg`, whose lambdas a call has.
  static let reduce = AggregateFunction.reducing([])

  static var names: [String] { entries.keys.sorted() }

  private static let entries: [String: AggregateFunction] = {
    let functions =
      counting + [
        AggregateFunction("sum", 1...1, kernel: .sum) { SumState() },
        AggregateFunction("avg", 1...1, kernel: .average) { AverageState() },
        AggregateFunction("geometric_mean", 1...1) { GeometricMeanState() },
        AggregateFunction("approx_percentile", 2...3) { PercentileState() },
      ] + choosing + spread + collecting + pairs + bits + summaries
    return Dictionary(functions.map { ($0.name, $0) }) { first, _ in first }
  }()

  private static let counting = [
    count, AggregateFunction("count_if", 1...1, kernel: .countIf) { CountIfState() },
    AggregateFunction("approx_distinct", 1...2) { DistinctCountState() },
    logic("bool_and", isConjunction: true), logic("every", isConjunction: true),
    logic("bool_or", isConjunction: false),
  ]

  private static func logic(_ name: String, isConjunction: Bool) -> AggregateFunction {
    AggregateFunction(name, 1...1, kernel: .logic(isConjunction: isConjunction)) {
      LogicState(isConjunction: isConjunction)
    }
  }

  private static let choosing = [
    AggregateFunction("min", 1...2, ExtremeRule(end: .least)),
    AggregateFunction("max", 1...2, ExtremeRule(end: .greatest)),
    AggregateFunction("min_by", 2...3, ExtremeRule(end: .least, isByKey: true)),
    AggregateFunction("max_by", 2...3, ExtremeRule(end: .greatest, isByKey: true)),
    AggregateFunction("arbitrary", 1...1, ExtremeRule(end: .least)),
    AggregateFunction("any_value", 1...1, ExtremeRule(end: .least)),
    AggregateFunction("first", 1...1, dependsOnOrder: true, skipsNull: false) { FirstState() },
    AggregateFunction("last", 1...1, dependsOnOrder: true, skipsNull: false) { LastState() },
  ]

  private static let spread = [
    spread("variance", isDeviation: false), spread("var_samp", isDeviation: false),
    spread("var_pop", isDeviation: false, isSample: false), spread("stddev", isDeviation: true),
    spread("stddev_samp", isDeviation: true), spread("stddev_pop", isDeviation: true, isSample: false),
  ]

  private static func spread(_ name: String, isDeviation: Bool, isSample: Bool = true) -> AggregateFunction {
    let rule = VarianceRule(isDeviation: isDeviation, isSample: isSample)
    return AggregateFunction(name, 1...1, kernel: .variance(rule)) { VarianceState(rule) }
  }

  private static let collecting = [
    AggregateFunction("array_agg", 1...1, dependsOnOrder: true, skipsNull: false, collects: .array) {
      ArrayState()
    },
    joining("string_agg", separator: [UInt8(ascii: ",")]), joining("listagg", separator: []),
    AggregateFunction("set_agg", 1...1, skipsNull: false) { SetState() },
    AggregateFunction("histogram", 1...1) { HistogramState() },
    AggregateFunction("map_agg", 2...2, dependsOnOrder: true) { MapState() },
    AggregateFunction("multimap_agg", 2...2, dependsOnOrder: true) { MultimapState() },
    AggregateFunction("map_union", 1...1, dependsOnOrder: true) { MapUnionState() },
    reduce,
  ]

  private static func joining(_ name: String, separator: [UInt8]) -> AggregateFunction {
    AggregateFunction(name, 1...2, dependsOnOrder: true, collects: .text(separator: separator)) {
      TextState(separator: separator)
    }
  }

  private static let pairs = PairState.Measure.allCases.map { measure in
    AggregateFunction(measure.rawValue, 2...2) { PairState(measure) }
  }

  private static let bits = BitState.Operation.allCases.map { operation in
    AggregateFunction(operation.rawValue, 1...1) { BitState(operation) }
  }

  private static let summaries = [
    AggregateFunction("skewness", 1...1) { MomentState(.skewness) },
    AggregateFunction("kurtosis", 1...1) { MomentState(.kurtosis) },
    AggregateFunction("entropy", 1...1) { EntropyState() },
    AggregateFunction("checksum", 1...1, skipsNull: false) { ChecksumState() },
    AggregateFunction("approx_most_frequent", 3...3) { MostFrequentState() },
    AggregateFunction("numeric_histogram", 2...3) { NumericHistogramState() },
  ]
}
