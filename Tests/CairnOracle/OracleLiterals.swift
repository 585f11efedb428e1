import CairnSQL

enum OracleLiterals {
  static func value(of literal: Literal) throws(OracleError) -> OracleValue {
    switch literal {
    case .null: return .null
    case .boolean(let value): return .boolean(value)
    case .number(let spelling): return .number(spelling: Array(spelling.utf8))
    case .string(let text): return OracleValue(text)
    case .binary(let bytes): return .text(bytes)
    case .typed(let type, let text): return try typed(type, text)
    case .interval(let interval): return try value(of: interval)
    }
  }

  /// `TIMESTAMP '…'` and its kin are casts that must succeed.
  private static func typed(_ type: String, _ text: String) throws(OracleError) -> OracleValue {
    if type == "json" {
      guard let json = OracleJSONParser.parse(Array(text.utf8)) else { throw .invalidLiteral("JSON") }
      return OracleValue(json)
    }
    let value = try OracleCast.cast(OracleValue(text), toName: type, parameters: [])
    guard !value.isNull else { throw .invalidLiteral("\(type) '\(text)'") }
    return value
  }

  private static let secondsPerUnit: [IntervalUnit: Int64] = [
    .week: 604_800, .day: 86_400, .hour: 3_600, .minute: 60, .second: 1,
  ]

  private static func value(of interval: IntervalLiteral) throws(OracleError) -> OracleValue {
    let sign: Int64 = interval.isNegative ? -1 : 1
    let refusal = OracleError.invalidLiteral("INTERVAL '\(interval.text)'")
    if interval.to != nil { throw .unsupported("intervals with two units") }
    guard let count = Int64(interval.text), count.magnitude < 1_000_000_000 else { throw refusal }
    switch interval.from {
    case .year: return .monthInterval(sign * count * 12)
    case .month: return .monthInterval(sign * count)
    default:
      return .dayInterval(seconds: sign * count * (secondsPerUnit[interval.from] ?? 0), nanoseconds: 0)
    }
  }
}
