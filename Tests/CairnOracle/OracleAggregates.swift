import CairnSQL

/// Aggregates over rows (S64).
enum OracleAggregates {
  static let argumentCounts: [String: ClosedRange<Int>] = [
    "any_value": 1...1, "approx_distinct": 1...2, "arbitrary": 1...1, "array_agg": 1...1, "avg": 1...1,
    "bool_and": 1...1, "bool_or": 1...1, "count": 0...1, "count_if": 1...1, "every": 1...1, "max": 1...1,
    "max_by": 2...2, "min": 1...1, "min_by": 2...2, "sum": 1...1,
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
      return (try row.conditionsOrValues(of: call.arguments), keys)
    }
    _ = try input(sample)
    var inputs: [Input] = []
    for row in rows {
      if let input = try input(row) { inputs.append(input) }
    }
    let keepsNull = ["array_agg", "max_by", "min_by"].contains(call.key)
    if !keepsNull { inputs = inputs.filter { !$0.values.contains(.null) } }
    if call.isDistinct {
      var seen: Set<[UInt8]> = []
      inputs = inputs.filter { seen.insert(OracleSameness.key($0.values)).inserted }
    }
    let order = inputs.indices.sorted { a, b in
      let order = OracleSortKey.compare(inputs[a].keys, inputs[b].keys)
      return order == 0 ? a < b : order < 0
    }
    var areTimes: [Bool] = []
    for argument in call.arguments { areTimes.append(try sample.isTimeColumn(argument)) }
    return value(call.key, order.map { inputs[$0].values }, areTimes)
  }

  private static func value(_ name: String, _ rows: [[OracleValue]], _ areTimes: [Bool]) -> OracleValue {
    let first = rows.compactMap(\.first)
    switch name {
    case "count": return OracleValue(Int64(rows.count))
    case "count_if": return OracleValue(Int64(first.filter { $0.truth == true }.count))
    case "approx_distinct": return OracleValue(Int64(Set(first.map(OracleSameness.key)).count))
    case "min": return extreme(first, isLeast: true, isTime: areTimes[0])
    case "max": return extreme(first, isLeast: false, isTime: areTimes[0])
    case "min_by", "max_by":
      let known = rows.filter { !$0[1].isNull }
      let best = extreme(known.map { $0[1] }, isLeast: name == "min_by", isTime: areTimes[1])
      return known.first { OracleOrdering.isSame($0[1], best, isTime: areTimes[1]) }?[0] ?? .null
    case "arbitrary", "any_value": return first.first ?? .null
    case "array_agg": return rows.isEmpty ? .null : .array(first)
    case "bool_and", "every":
      let truths = first.compactMap(\.truth)
      return truths.isEmpty ? .null : .boolean(!truths.contains(false))
    case "bool_or":
      let truths = first.compactMap(\.truth)
      return truths.isEmpty ? .null : .boolean(truths.contains(true))
    case "sum": return OracleSums.sum(first)
    default: return OracleSums.average(first)
    }
  }

  /// The first of the least or greatest values (S26).
  private static func extreme(_ values: [OracleValue], isLeast: Bool, isTime: Bool) -> OracleValue {
    var best: OracleValue?
    for value in values {
      guard let known = best else {
        best = value
        continue
      }
      let order =
        isTime ? OracleOrdering.compareTimeColumn(value, known) : OracleOrdering.compare(value, known)
      if isLeast ? order < 0 : order > 0 { best = value }
    }
    return best ?? .null
  }
}

/// Sums and averages of numbers, exact.
enum OracleSums {
  static func sum(_ values: [OracleValue]) -> OracleValue {
    let numbers = values.filter { $0.decimal != nil }
    guard var total = numbers.first.map({ OracleArithmetic.signed(.plus, $0) }) else { return .null }
    for number in numbers.dropFirst() {
      total = (try? OracleArithmetic.combine(total, .add, number)) ?? .null
    }
    return total
  }

  static func average(_ values: [OracleValue]) -> OracleValue {
    let numbers = values.compactMap { value in
      value.decimal.flatMap { Double(String(decoding: $0.text, as: UTF8.self)) }
    }
    guard !numbers.isEmpty else { return .null }
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    return mean.isFinite ? .number(spelling: Array(mean.description.utf8)) : .null
  }
}

extension OracleOrdering {
  static func isSame(_ lhs: OracleValue, _ rhs: OracleValue, isTime: Bool) -> Bool {
    (isTime ? compareTimeColumn(lhs, rhs) : compare(lhs, rhs)) == 0
  }
}
