import CairnSQL

enum OracleLiterals {
  static func value(of literal: Literal) throws(OracleError) -> OracleValue {
    switch literal {
    case .null: return .null
    case .boolean(let value): return .boolean(value)
    case .number(let spelling): return try number(spelling)
    case .string(let text): return OracleValue(text)
    case .binary(let bytes): return .text(bytes)
    case .typed(let type, let text): return try typed(type, text)
    case .interval(let interval): return try value(of: interval)
    }
  }

  /// With an exponent a double, with a point a decimal.
  private static func number(_ spelling: String) throws(OracleError) -> OracleValue {
    if spelling.contains(where: { "eE".contains($0) }) {
      guard let double = Double(spelling), double.isFinite else { throw .invalidLiteral(spelling) }
      return OracleValue(double: double)
    }
    if let whole = Int64(spelling) { return OracleValue(whole) }
    guard let number = OracleDecimal(Array(spelling.utf8))?.plain else { throw .invalidLiteral(spelling) }
    return OracleValue(number)
  }

  /// `TIMESTAMP '…'` and its kin are casts that must succeed.
  private static func typed(_ type: String, _ text: String) throws(OracleError) -> OracleValue {
    if type == "json" {
      guard let json = OracleJSONParser.parse(Array(text.utf8)) else { throw .invalidLiteral("JSON") }
      return OracleValue(json)
    }
    let value: OracleValue
    switch type {
    case "timestamp": value = OracleValue.time(OracleValue(text), allowsNames: true)
    case "decimal":
      let number = OracleDecimal(Array(text.utf8))
      let fits = number.map { !$0.hasExponent && $0.digits.count <= 38 } ?? false
      value = fits ? OracleValue(number?.plain) : .null
    default: value = try OracleCast.cast(OracleValue(text), toName: type, parameters: [])
    }
    guard !value.isNull else { throw .invalidLiteral("\(type) '\(text)'") }
    return value
  }

  private static let secondsPerUnit: [IntervalUnit: Int64] = [
    .week: 604_800, .day: 86_400, .hour: 3_600, .minute: 60, .second: 1,
  ]

  private static func value(of interval: IntervalLiteral) throws(OracleError) -> OracleValue {
    let refusal = OracleError.invalidLiteral("INTERVAL '\(interval.text)'")
    var text = interval.text
    var isNegative = interval.isNegative
    if let sign = text.first, "+-".contains(sign) {
      text.removeFirst()
      isNegative = isNegative != (sign == "-")
    }
    let orders: [[IntervalUnit]] = [[.day, .hour, .minute, .second], [.year, .month]]
    var units = [interval.from]
    if let last = interval.to, last != interval.from {
      guard let order = orders.first(where: { $0.contains(interval.from) }),
        let start = order.firstIndex(of: interval.from), let end = order.firstIndex(of: last), start < end
      else { throw refusal }
      units = Array(order[start...end])
    }
    // `1 02:03:04.5`: the marks are those between the units that are written.
    var fraction = ""
    if units.last == .second, let point = text.firstIndex(of: ".") {
      fraction = String(text[text.index(after: point)...])
      text = String(text[..<point])
      guard (1...9).contains(fraction.count), fraction.allSatisfy(\.isWholeNumber) else { throw refusal }
    }
    let parts = text.split(omittingEmptySubsequences: false) { " :-".contains($0) }
    let marks = text.filter { " :-".contains($0) }
    let wanted = units.dropFirst().map { $0 == .hour ? " " : $0 == .month ? "-" : ":" }.joined()
    guard parts.count <= units.count, wanted.hasPrefix(marks), fraction.isEmpty || parts.count == units.count
    else {
      throw refusal
    }
    var (months, seconds): (Int64, Int64) = (0, 0)
    for (unit, part) in zip(units, parts) {
      guard !part.isEmpty, part.allSatisfy({ "0123456789".contains($0) }), let count = Int64(part),
        count < 1_000_000_000
      else { throw refusal }
      switch unit {
      case .year: months += count * 12
      case .month: months += count
      default: seconds += count * (secondsPerUnit[unit] ?? 0)
      }
    }
    let nanoseconds = Int64(fraction + String(repeating: "0", count: 9 - fraction.count)) ?? 0
    if [.year, .month].contains(interval.from) { return .monthInterval(isNegative ? -months : months) }
    let value = OracleValue.dayInterval(seconds: seconds, nanoseconds: nanoseconds)
    return isNegative ? OracleArithmetic.signed(.minus, value) : value
  }
}
