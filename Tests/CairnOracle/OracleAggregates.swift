import CairnSQL

/// Aggregates over rows (S64).
enum OracleAggregates {
  static let argumentCounts: [String: ClosedRange<Int>] = [
    "any_value": 1...1, "approx_distinct": 1...2, "approx_percentile": 2...3, "arbitrary": 1...1,
    "array_agg": 1...1, "avg": 1...1, "bool_and": 1...1, "bool_or": 1...1, "count": 0...1, "count_if": 1...1,
    "every": 1...1, "first": 1...1, "histogram": 1...1, "last": 1...1, "listagg": 1...2, "map_agg": 2...2,
    "max": 1...2, "max_by": 2...3, "min": 1...2, "min_by": 2...3, "set_agg": 1...1, "stddev": 1...1,
    "stddev_pop": 1...1, "stddev_samp": 1...1, "string_agg": 1...2, "sum": 1...1, "var_pop": 1...1,
    "var_samp": 1...1, "variance": 1...1, "approx_most_frequent": 3...3, "bitwise_and_agg": 1...1,
    "bitwise_or_agg": 1...1, "bitwise_xor_agg": 1...1, "checksum": 1...1, "corr": 2...2, "covar_pop": 2...2,
    "covar_samp": 2...2, "entropy": 1...1, "kurtosis": 1...1, "map_union": 1...1, "numeric_histogram": 2...3,
    "reduce_agg": 4...4, "regr_avgx": 2...2, "regr_avgy": 2...2, "regr_count": 2...2,
    "regr_intercept": 2...2, "regr_r2": 2...2, "regr_slope": 2...2, "regr_sxx": 2...2, "regr_sxy": 2...2,
    "regr_syy": 2...2, "skewness": 1...1,
  ]

  static let names = Set(argumentCounts.keys)

  /// One row's arguments, and where a row has several orders, what they are ordered by.
  private typealias Input = (values: [OracleValue], keys: [OracleSortKey])

  /// The value of an aggregate over rows; `sample` is a row to check and to ask for types.
  static func evaluate(
    _ call: FunctionCall, _ rows: [OracleEvaluator], sample: OracleEvaluator
  ) throws(OracleError) -> OracleValue {
    guard let counts = argumentCounts[call.key], counts.contains(call.arguments.count) else {
      throw .wrongArguments(call.key)
    }
    guard call.isStar == (call.key == "count" && call.arguments.isEmpty) else {
      throw .wrongArguments(call.key)
    }
    if call.isStar, call.isDistinct { throw .wrongArguments("count(DISTINCT *)") }
    func input(_ row: OracleEvaluator) throws(OracleError) -> Input? {
      if let filter = call.filter {
        guard try row.truth(of: filter) == true else { return nil }
      }
      var keys: [OracleSortKey] = []
      for item in call.ordering { keys.append(try row.sortKey(item)) }
      return (
        try row.conditionsOrValues(
          of: call.key == "reduce_agg" ? Array(call.arguments.prefix(2)) : call.arguments), keys
      )
    }
    _ = try input(sample)
    var inputs: [Input] = []
    for row in rows {
      if let input = try input(row) { inputs.append(input) }
    }
    let keepsNull: Set = ["array_agg", "max_by", "min_by", "first", "last", "map_agg", "set_agg", "checksum"]
    if !keepsNull.contains(call.key) { inputs = inputs.filter { !$0.values.contains(.null) } }
    if call.isDistinct { inputs = distinct(inputs) }
    let order = inputs.indices.sorted { a, b in
      let order = OracleSortKey.compare(inputs[a].keys, inputs[b].keys)
      return order == 0 ? a < b : order < 0
    }
    if call.key == "reduce_agg" {
      return try OracleStatistics.reduced(call, order.map { inputs[$0].values }, sample)
    }
    var areTimes: [Bool] = []
    for argument in call.arguments where !argument.isLambda {
      areTimes.append(try sample.isTimeColumn(argument))
    }
    return value(call.key, order.map { inputs[$0].values }, areTimes)
  }

  /// Of the same inputs the first by S26, then by text, at the place of the first.
  private static func distinct(_ inputs: [Input]) -> [Input] {
    var kept: [Input] = []
    var places: [[UInt8]: Int] = [:]
    for input in inputs {
      let key = OracleSameness.key(input.values)
      guard let place = places[key] else {
        places[key] = kept.count
        kept.append(input)
        continue
      }
      let pairs = zip(input.values, kept[place].values)
      if let other = pairs.first(where: { precedes($0, $1) || precedes($1, $0) }), precedes(other.0, other.1)
      {
        kept[place] = input
      }
    }
    return kept
  }

  /// S26, then the text.
  private static func precedes(_ lhs: OracleValue, _ rhs: OracleValue, isTime: Bool = false) -> Bool {
    let order =
      isTime ? OracleOrdering.compareTimeColumn(lhs, rhs) : OracleOrdering.compare(lhs, rhs)
    if order != 0 { return order < 0 }
    return OracleComparison.bytes(lhs.text ?? [], rhs.text ?? []) < 0
  }

  /// What two values are by S26 alone.
  private static func order(_ lhs: OracleValue, _ rhs: OracleValue, isTime: Bool) -> Int {
    isTime ? OracleOrdering.compareTimeColumn(lhs, rhs) : OracleOrdering.compare(lhs, rhs)
  }

  private static func value(_ name: String, _ rows: [[OracleValue]], _ areTimes: [Bool]) -> OracleValue {
    let first = rows.compactMap(\.first)
    switch name {
    case "count": return OracleValue(Int64(rows.count))
    case "count_if": return OracleValue(Int64(first.filter { $0.truth == true }.count))
    case "approx_distinct": return OracleValue(Int64(Set(first.map(OracleSameness.key)).count))
    case "min", "max":
      guard let sample = rows.first, sample.count == 2 else {
        return extreme(first, isLeast: name == "min", isTime: areTimes[0])
      }
      return several(
        rows.map { ($0[0], $0[0]) }, count: sample[1], isLeast: name == "min", isTime: areTimes[0])
    case "min_by", "max_by":
      let known = rows.filter { !$0[1].isNull }
      if let sample = known.first, sample.count == 3 {
        return several(
          known.map { ($0[0], $0[1]) }, count: sample[2], isLeast: name == "min_by", isTime: areTimes[1])
      }
      let best = extreme(known.map { $0[1] }, isLeast: name == "min_by", isTime: areTimes[1])
      let tied = known.filter { order($0[1], best, isTime: areTimes[1]) == 0 }.map { $0[0] }
      return tied.min { precedes($0, $1) } ?? .null
    case "arbitrary", "any_value": return extreme(first, isLeast: true, isTime: areTimes[0])
    case "first": return first.first ?? .null
    case "last": return first.last ?? .null
    case "array_agg": return rows.isEmpty ? .null : .array(first)
    case "set_agg":
      if rows.isEmpty { return .null }
      let kept = distinct(first.map { Input(values: [$0], keys: []) }).map { $0.values[0] }
      return .array(kept.sorted { precedes($0, $1) })
    case "histogram":
      if rows.isEmpty { return .null }
      let kept = distinct(first.map { Input(values: [$0], keys: []) }).map { $0.values[0] }
      return .map(
        kept.sorted { precedes($0, $1) }.map { key in
          let count = first.filter { OracleSameness.key($0) == OracleSameness.key(key) }.count
          return OracleEntry(key: key, value: OracleValue(Int64(count)))
        })
    case "map_agg":
      var entries: [OracleEntry] = []
      for row in rows where !row[0].isNull {
        guard
          let place = entries.firstIndex(where: { OracleSameness.key($0.key) == OracleSameness.key(row[0]) })
        else {
          entries.append(OracleEntry(key: row[0], value: row[1]))
          continue
        }
        // Of the same keys the first by S26 is shown, with the value of the first row.
        if precedes(row[0], entries[place].key) {
          entries[place] = OracleEntry(key: row[0], value: entries[place].value)
        }
      }
      return entries.isEmpty ? .null : .map(entries.sorted { precedes($0.key, $1.key) })
    case "string_agg", "listagg":
      if rows.isEmpty { return .null }
      let separator = rows[0].count > 1 ? rows[0][1].text ?? [] : name == "listagg" ? [] : [0x2C]
      return .text(Array(first.compactMap(\.text).joined(separator: separator)))
    case "bool_and", "every":
      let truths = first.compactMap(\.truth)
      return truths.isEmpty ? .null : .boolean(!truths.contains(false))
    case "bool_or":
      let truths = first.compactMap(\.truth)
      return truths.isEmpty ? .null : .boolean(truths.contains(true))
    case "approx_percentile": return percentile(rows)
    case "sum": return OracleSums.sum(first)
    case "avg": return OracleSums.average(first)
    case _ where name.hasPrefix("var") || name.hasPrefix("stddev"): return OracleSums.deviation(first, name)
    default:
      return OracleStatistics.value(name, rows) {
        distinct($0.map { Input(values: [$0], keys: []) }).map { $0.values[0] }
      }
    }
  }

  /// The least or greatest value by S26, of those that it does not tell apart the one with the least text.
  private static func extreme(_ values: [OracleValue], isLeast: Bool, isTime: Bool) -> OracleValue {
    var best: OracleValue?
    for value in values {
      guard let known = best else {
        best = value
        continue
      }
      let order = order(value, known, isTime: isTime)
      let isBetter =
        order == 0
        ? OracleComparison.bytes(value.text ?? [], known.text ?? []) < 0 : isLeast ? order < 0 : order > 0
      if isBetter { best = value }
    }
    return best ?? .null
  }

  /// Several of the least or greatest, best first.
  private static func several(
    _ rows: [(value: OracleValue, key: OracleValue)], count: OracleValue, isLeast: Bool, isTime: Bool
  ) -> OracleValue {
    guard let count = count.decimal?.wholeNumber, (1...10_000).contains(count) else { return .null }
    let sorted = rows.sorted { a, b in
      let order = order(a.key, b.key, isTime: isTime)
      if order != 0 { return isLeast ? order < 0 : order > 0 }
      return precedes(a.value, b.value)
    }
    return .array(sorted.prefix(Int(count)).map(\.value))
  }

  /// The least number such that at least a part of all is not above it.
  private static func percentile(_ rows: [[OracleValue]]) -> OracleValue {
    var weighted: [(value: OracleValue, weight: Int64)] = []
    for row in rows where row[0].decimal != nil {
      let weight = row.count > 2 ? row[1].decimal?.wholeNumber ?? 0 : 1
      if weight > 0 { weighted.append((row[0], weight)) }
    }
    guard let parts = rows.first?.last, !weighted.isEmpty else { return .null }
    weighted.sort { precedes($0.value, $1.value) }
    let total = Double(weighted.reduce(0) { $0 + $1.weight })
    func at(_ part: OracleValue) -> OracleValue {
      guard let part = part.asDouble, (0...1).contains(part) else { return .null }
      var sum = 0.0
      for (value, weight) in weighted {
        sum += Double(weight)
        if sum >= part * total { return OracleArithmetic.signed(.plus, value) }
      }
      return weighted.last.map { OracleArithmetic.signed(.plus, $0.value) } ?? .null
    }
    return parts.elements.map { .array($0.map(at)) } ?? at(parts)
  }
}

/// Sums and averages of numbers, exact.
enum OracleSums {
  static func sum(_ values: [OracleValue]) -> OracleValue {
    let intervals = values.filter(\.isInterval)
    let numbers = values.filter { $0.decimal != nil }
    if !intervals.isEmpty {
      guard numbers.isEmpty, var total = intervals.first else { return .null }
      for interval in intervals.dropFirst() {
        total = (try? OracleArithmetic.combine(total, .add, interval)) ?? .null
      }
      return total
    }
    guard let total = exact(numbers) else { return .null }
    if numbers.contains(where: \.isDouble) { return double(total).map { OracleValue(double: $0) } ?? .null }
    if numbers.contains(where: \.isReal) {
      return OracleArithmetic.real(Float(String(decoding: total.text, as: UTF8.self)))
    }
    if numbers.allSatisfy({ $0.integer != nil }), let whole = total.wholeNumber { return OracleValue(whole) }
    return .exact(spelling: total.text, precision: 38)
  }

  /// The exact sum, the largest number of places kept.
  private static func exact(_ numbers: [OracleValue]) -> OracleDecimal? {
    guard !numbers.isEmpty else { return nil }
    var total: OracleDecimal? = OracleDecimal(0)
    for number in numbers.compactMap(\.decimal) { total = total.flatMap { OracleDecimal.sum($0, number) } }
    return total
  }

  static func double(_ number: OracleDecimal) -> Double? {
    Double(String(decoding: number.text, as: UTF8.self))
  }

  static func average(_ values: [OracleValue]) -> OracleValue {
    let numbers = values.filter { $0.decimal != nil }
    let intervals = values.filter(\.isInterval)
    if !intervals.isEmpty { return numbers.isEmpty ? average(ofIntervals: intervals) : .null }
    guard let sum = exact(numbers) else { return .null }
    let decimals = numbers.compactMap { number -> Int? in
      if case .exact = number { number.decimal?.scale } else { nil }
    }
    if let places = decimals.max(), numbers.allSatisfy({ $0.integer != nil || $0.isExact }) {
      let scale = max(places, sum.scale)
      guard let average = OracleDecimal.quotient(sum, OracleDecimal(Int64(numbers.count)), scale: scale),
        average.digits.count <= 38
      else { return .null }
      return .exact(spelling: average.text, precision: 38)
    }
    guard let total = double(sum) else { return .null }
    let average = total / Double(numbers.count)
    if numbers.contains(where: \.isReal), !numbers.contains(where: \.isDouble) {
      return OracleArithmetic.real(Float(average))
    }
    return OracleValue(double: average)
  }

  /// Rounded to whole months or nanoseconds, half away from zero.
  private static func average(ofIntervals intervals: [OracleValue]) -> OracleValue {
    let unit: Int128 = 1_000_000_000
    let count = Int128(intervals.count)
    func rounded(_ total: Int128) -> Int128 { (total * 2 + (total < 0 ? -count : count)) / (2 * count) }
    switch sum(intervals) {
    case .monthInterval(let months): return .monthInterval(Int64(rounded(Int128(months))))
    case .dayInterval(let seconds, let nanoseconds):
      let average = rounded(Int128(seconds) * unit + Int128(nanoseconds))
      let rest = (average % unit + unit) % unit
      return .dayInterval(seconds: Int64((average - rest) / unit), nanoseconds: Int64(rest))
    default: return .null
    }
  }

  static func deviation(_ values: [OracleValue], _ name: String) -> OracleValue {
    let numbers = values.compactMap(\.decimal)
    let count = Int64(numbers.count)
    let isPopulation = name.hasSuffix("_pop")
    guard count > (isPopulation ? 0 : 1) else { return .null }
    var (sum, squares): (OracleDecimal?, OracleDecimal?) = (OracleDecimal(0), OracleDecimal(0))
    for number in numbers {
      sum = sum.flatMap { OracleDecimal.sum($0, number) }
      let square = OracleDecimal.product(number, number)
      squares = squares.flatMap { squares in square.flatMap { OracleDecimal.sum(squares, $0) } }
    }
    guard let sum, let squares, let scaled = OracleDecimal.product(squares, OracleDecimal(count)),
      let negative = OracleDecimal.product(sum, sum)?.negated,
      let top = OracleDecimal.sum(scaled, negative).flatMap(double)
    else { return .null }
    let variance = top / Double(isPopulation ? count * count : count * (count - 1))
    return OracleValue(double: name.hasPrefix("stddev") ? variance.squareRoot() : variance)
  }
}

extension OracleValue {
  fileprivate var isExact: Bool { if case .exact = self { true } else { false } }

  var isInterval: Bool {
    switch self {
    case .dayInterval, .monthInterval: true
    default: false
    }
  }
}
