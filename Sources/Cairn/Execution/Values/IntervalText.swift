import CairnSQL

extension TimeSpan {
  /// The units that may follow one another in an interval, longest first, with what stands before them.
  private static let daysToSeconds: [(unit: IntervalUnit, separator: Character)] = [
    (.day, " "), (.hour, " "), (.minute, ":"), (.second, ":"),
  ]
  private static let yearsToMonths: [(unit: IntervalUnit, separator: Character)] = [
    (.year, "-"), (.month, "-"),
  ]

  /// An interval as it is written (S54); nil where the text is none of its units.
  init?(_ literal: IntervalLiteral) {
    var text = Substring(literal.text)
    var isNegative = literal.isNegative
    if let sign = text.first, sign == "-" || sign == "+" {
      isNegative = isNegative != (sign == "-")
      text.removeFirst()
    }
    guard let units = TimeSpan.units(from: literal.from, to: literal.to) else { return nil }
    var total: TimeSpan?
    for (index, part) in units.enumerated() {
      // The units behind the last one that is written are 0.
      if index > 0, text.isEmpty { break }
      if index > 0 {
        guard text.first == part.separator else { return nil }
        text.removeFirst()
      }
      guard let length = TimeSpan.read(&text, part.unit) else { return nil }
      total = total.map { TimeSpan.sum($0, length) } ?? length
    }
    guard text.isEmpty, let total else { return nil }
    self = isNegative ? total.negated : total
  }

  private static func units(
    from first: IntervalUnit, to last: IntervalUnit?
  ) -> ArraySlice<(unit: IntervalUnit, separator: Character)>? {
    guard let last, last != first else { return [(first, " ")] }
    for units in [daysToSeconds, yearsToMonths] {
      guard let start = units.firstIndex(where: { $0.unit == first }),
        let end = units.firstIndex(where: { $0.unit == last }), start < end
      else { continue }
      return units[start...end]
    }
    return nil
  }

  /// A whole number of a unit; seconds may have a fraction.
  private static func read(_ text: inout Substring, _ unit: IntervalUnit) -> TimeSpan? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let count = Int64(digits), count <= largestCount else { return nil }
    text = text.dropFirst(digits.count)
    let whole = TimeSpan(count: count, unit: unit)
    guard unit == .second, text.first == "." else { return whole }
    let fraction = text.dropFirst().prefix { $0.isASCII && $0.isNumber }
    guard (1...9).contains(fraction.count), let number = Int128(fraction) else { return nil }
    text = text.dropFirst(fraction.count + 1)
    let scale = (fraction.count..<9).reduce(Int128(1)) { product, _ in product * 10 }
    return sum(whole, .nanoseconds(number * scale))
  }

  /// How an interval of some units is written, for messages.
  static func example(from first: IntervalUnit, to last: IntervalUnit?) -> String {
    guard let units = units(from: first, to: last) else { return "INTERVAL '1 02:03:04' DAY TO SECOND" }
    let text = units.reduce("") { $0.isEmpty ? "1" : "\($0)\($1.separator)\($1.unit == .month ? "2" : "02")" }
    return "INTERVAL '\(text)' \(first.rawValue)\(last.map { " TO \($0.rawValue)" } ?? "")"
  }
}
