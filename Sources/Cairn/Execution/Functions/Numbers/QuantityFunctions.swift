/// Numbers as people write them: amounts, sizes (S102).
enum QuantityFunctions {
  static let table: [FunctionTable.Entry] = [
    .plain("format_number", 1...1, formatted),
    .plain("parse_data_size", 1...1, dataSize),
    .plain("parse_presto_data_size", 1...1, dataSize),
  ]

  private static let units = ["", "K", "M", "B", "T", "Q"]

  /// `123K`: with one or two places below 100 and 10.
  @Sendable private static func formatted(_ arguments: [EngineValue]) -> EngineValue {
    guard var value = arguments[0].number?.plain?.decimal else { return .null }
    var unit = 0
    while unit < units.count - 1, value.magnitude > 3 {
      value = ExactDecimal(movingPointOf: value, by: -3)
      unit += 1
    }
    // Negative numbers always have two, as Trino's do.
    let places = value.isNegative || value.magnitude <= 1 ? 2 : value.magnitude == 2 ? 1 : 0
    guard let rounded = value.rounded(toPlaces: places) else { return .null }
    var digits = rounded.spelling
    if places > 0 {
      while digits.last == UInt8(ascii: "0") { digits.removeLast() }
      if digits.last == UInt8(ascii: ".") { digits.removeLast() }
    }
    return .text(digits + units[unit].utf8)
  }

  private static let sizes = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"]

  /// `2.3MB` as a number of bytes, each unit 1,024 of the one before, cut to a whole one.
  @Sendable private static func dataSize(_ arguments: [EngineValue]) -> EngineValue {
    guard let text = arguments[0].text else { return .null }
    let number = text.prefix { $0 &- UInt8(ascii: "0") <= 9 || $0 == UInt8(ascii: ".") }
    guard number.first != UInt8(ascii: "."), number.last != UInt8(ascii: "."),
      let unit = sizes.firstIndex(where: { text[number.count...].elementsEqual($0.utf8) }),
      var size = ExactDecimal(spelling: Array(number))
    else { return .null }
    for _ in 0..<unit {
      guard let next = Arithmetic.product(size, ExactDecimal(1024)) else { return .null }
      size = next
    }
    guard let whole = size.truncated(toPlaces: 0), whole.magnitude <= ExactDecimal.mostDigits else {
      return .null
    }
    return .number(.decimal(whole))
  }
}
