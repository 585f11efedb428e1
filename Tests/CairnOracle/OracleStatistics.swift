import CairnSQL
import Foundation

/// The aggregates of S108.
enum OracleStatistics {
  static func value(
    _ name: String, _ rows: [[OracleValue]], _ distinct: ([OracleValue]) -> [OracleValue]
  ) -> OracleValue {
    switch name {
    case "bitwise_and_agg", "bitwise_or_agg", "bitwise_xor_agg":
      let numbers = rows.compactMap { $0[0].integer }
      guard var result = numbers.first else { return .null }
      for number in numbers.dropFirst() {
        result =
          name == "bitwise_and_agg"
          ? result & number : name == "bitwise_or_agg" ? result | number : result ^ number
      }
      return OracleValue(result)
    case "entropy":
      let counts = rows.compactMap { $0[0].asDouble }
      let total = counts.reduce(0, +)
      if counts.contains(where: { $0 < 0 }) { return .null }
      return OracleValue(
        double: total == 0 ? 0 : counts.filter { $0 > 0 }.map { -$0 / total * log2($0 / total) }.reduce(0, +))
    case "checksum": return rows.isEmpty ? .null : OracleValue("checksum")
    case "approx_most_frequent":
      let values = rows.map { $0[1] }
      guard let limit = rows.first?[0].decimal?.wholeNumber, limit > 1 else { return .null }
      let counted = distinct(values).map { value in
        (value, values.filter { OracleSameness.key($0) == OracleSameness.key(value) }.count)
      }
      let sorted = counted.sorted {
        $0.1 != $1.1 ? $0.1 > $1.1 : OracleOrdering.compare($0.0, $1.0) < 0
      }
      return .map(sorted.prefix(Int(limit)).map { OracleEntry(key: $0.0, value: OracleValue(Int64($0.1))) })
    case "map_union":
      let maps = rows.compactMap { $0[0].entries }
      guard !maps.isEmpty else { return .null }
      return .map(
        OracleMaps.distinct(maps.flatMap { $0 }).sorted { OracleOrdering.compare($0.key, $1.key) < 0 })
    case "numeric_histogram": return histogram(rows)
    case "skewness", "kurtosis": return moments(name, rows.compactMap { $0[0].decimal })
    default:
      return regression(
        name, rows.compactMap { row in row[0].decimal.flatMap { y in row[1].decimal.map { (y, $0) } } })
    }
  }

  /// Row by row; the second lambda is only bound.
  static func reduced(
    _ call: FunctionCall, _ rows: [[OracleValue]], _ sample: OracleEvaluator
  ) throws(OracleError) -> OracleValue {
    let (step, merge) = (try sample.lambda(call.arguments[2], 2), try sample.lambda(call.arguments[3], 2))
    for lambda in [step, merge]
    where !lambda.body.names.isSubset(of: Set(lambda.parameters.map { $0.text.lowercased() })) {
      throw .unsupported("names in the lambdas of reduce_agg")
    }
    _ = try sample.apply(merge, [.null, .null])
    guard let first = rows.first else { return .null }
    var state = first[1]
    for row in rows { state = try sample.apply(step, [state, row[0]]) }
    return state
  }

  // MARK: Exact sums

  private static func sum(_ numbers: [OracleDecimal]) -> OracleDecimal? {
    numbers.reduce(OracleDecimal(0) as OracleDecimal?) { total, number in
      total.flatMap { OracleDecimal.sum($0, number) }
    }
  }

  private static func product(_ numbers: [OracleDecimal]) -> OracleDecimal? {
    numbers.reduce(OracleDecimal(1) as OracleDecimal?) { total, number in
      total.flatMap { OracleDecimal.product($0, number) }
    }
  }

  /// Σ of products of distances from the means, times n to a power, exactly: each number is taken times n, so that the
  /// distances are whole multiples of its digits.
  private static func spread(_ columns: [[OracleDecimal]]) -> Double? {
    guard let count = columns.first?.count else { return nil }
    let n = OracleDecimal(Int64(count))
    let distances = columns.map { column -> [OracleDecimal?] in
      guard let mean = sum(column)?.negated else { return [] }
      return column.map { number in OracleDecimal.product(number, n).flatMap { OracleDecimal.sum($0, mean) } }
    }
    var terms: [OracleDecimal] = []
    for row in 0..<count {
      let factors = distances.compactMap { $0.indices.contains(row) ? $0[row] : nil }
      guard factors.count == columns.count, let term = product(factors) else { return nil }
      terms.append(term)
    }
    return sum(terms).flatMap(OracleSums.double).map { $0 / pow(Double(count), Double(columns.count)) }
  }

  private static func moments(_ name: String, _ numbers: [OracleDecimal]) -> OracleValue {
    let n = Double(numbers.count)
    guard n >= (name == "skewness" ? 3 : 4), let two = spread([numbers, numbers]), two > 0 else {
      return .null
    }
    if name == "skewness" {
      return spread([numbers, numbers, numbers]).map {
        OracleValue(double: n.squareRoot() * $0 / pow(two, 1.5))
      } ?? .null
    }
    guard let four = spread([numbers, numbers, numbers, numbers]) else { return .null }
    let divisor = (n - 2) * (n - 3)
    return OracleValue(
      double: n * (n + 1) * (n - 1) / divisor * four / (two * two) - 3 * (n - 1) * (n - 1) / divisor)
  }

  private static func regression(_ name: String, _ pairs: [(OracleDecimal, OracleDecimal)]) -> OracleValue {
    let (y, x) = (pairs.map(\.0), pairs.map(\.1))
    let n = Double(pairs.count)
    if name == "regr_count" { return OracleValue(Int64(pairs.count)) }
    guard n > 0, let xx = spread([x, x]), let yy = spread([y, y]), let xy = spread([x, y]),
      let sumX = sum(x).flatMap(OracleSums.double), let sumY = sum(y).flatMap(OracleSums.double)
    else { return .null }
    switch name {
    case "regr_avgx": return OracleValue(double: sumX / n)
    case "regr_avgy": return OracleValue(double: sumY / n)
    case "regr_sxx": return OracleValue(double: xx)
    case "regr_syy": return OracleValue(double: yy)
    case "regr_sxy": return OracleValue(double: xy)
    case "covar_pop": return OracleValue(double: xy / n)
    case "covar_samp": return n < 2 ? .null : OracleValue(double: xy / (n - 1))
    case "corr": return OracleValue(double: xy / (xx * yy).squareRoot())
    case "regr_slope": return OracleValue(double: xy / xx)
    case "regr_intercept": return OracleValue(double: (sumY - xy / xx * sumX) / n)
    default: return xx == 0 ? .null : OracleValue(double: yy == 0 ? 1 : xy * xy / (xx * yy))
    }
  }

  // MARK: Buckets

  private static func histogram(_ rows: [[OracleValue]]) -> OracleValue {
    guard let limit = rows.first?[0].decimal?.wholeNumber, limit > 1 else { return .null }
    var buckets: [(value: Double, weight: Double)] = []
    for row in rows {
      guard let value = row[1].asDouble, let weight = row.count > 2 ? row[2].asDouble : 1, weight > 0 else {
        continue
      }
      if let place = buckets.firstIndex(where: { $0.value == value }) {
        buckets[place].weight += weight
      } else {
        buckets.append((value, weight))
      }
    }
    buckets.sort { $0.value < $1.value }
    while buckets.count > Int(limit) {
      func cost(_ place: Int) -> Double {
        let (a, b) = (buckets[place], buckets[place + 1])
        return (a.value - b.value) * (a.value - b.value) * a.weight * b.weight / (a.weight + b.weight)
      }
      guard let place = (0..<buckets.count - 1).min(by: { cost($0) < cost($1) }) else { break }
      let (a, b) = (buckets[place], buckets.remove(at: place + 1))
      let weight = a.weight + b.weight
      buckets[place] = ((a.value * a.weight + b.value * b.weight) / weight, weight)
    }
    return .map(
      buckets.map { OracleEntry(key: OracleValue(double: $0.value), value: OracleValue(double: $0.weight)) })
  }
}
