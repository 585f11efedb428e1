/// An exact decimal number with its spelling (S14, S15).
struct OracleDecimal: Sendable, Equatable {
  /// Exponents beyond this make a text no number.
  static let largestExponent = 999_999_999
  /// Sums and products that span more decimal places than this are NULL (S56).
  static let largestSpan = 1_000

  let isNegative: Bool
  /// Most significant first, no leading zeros; empty for zero.
  let digits: [UInt8]
  /// The power of ten of the last digit.
  let exponent: Int
  let text: [UInt8]

  var isZero: Bool { digits.isEmpty }

  /// The number that a text spells by S15.
  init?(_ text: [UInt8]) {
    var rest = text[...]
    var isNegative = false
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      rest = rest.dropFirst()
    }
    let whole = rest.prefix { (0x30...0x39).contains($0) }
    rest = rest.dropFirst(whole.count)
    var fraction: ArraySlice<UInt8> = []
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      fraction = rest.prefix { (0x30...0x39).contains($0) }
      rest = rest.dropFirst(fraction.count)
    }
    guard !whole.isEmpty || !fraction.isEmpty else { return nil }
    var power = 0
    if let letter = rest.first {
      guard letter | 0x20 == UInt8(ascii: "e") else { return nil }
      let digits = String(decoding: rest.dropFirst(), as: UTF8.self)
      guard let unsigned = digits.first.map({ "+-".contains($0) ? digits.dropFirst() : digits[...] }),
        !unsigned.isEmpty, unsigned.utf8.allSatisfy({ (0x30...0x39).contains($0) })
      else { return nil }
      let significant = unsigned.drop { $0 == "0" }
      guard significant.count <= 9 else { return nil }
      power = Int(significant) ?? 0
      if digits.first == "-" { power = -power }
    }
    self.isNegative = isNegative
    digits = Array((whole + fraction).map { $0 - 0x30 }.drop { $0 == 0 })
    exponent = power - fraction.count
    self.text = text
  }

  /// A result of arithmetic, spelled plainly: no exponent, as many decimal places as its scale.
  init(isNegative: Bool, digits: [UInt8], exponent: Int) {
    let significant = Array(digits.drop { $0 == 0 })
    self.isNegative = isNegative && !significant.isEmpty
    self.digits = significant
    self.exponent = exponent
    var plain = significant.map { $0 + 0x30 } + [UInt8](repeating: 0x30, count: max(0, exponent))
    if exponent < 0 {
      let padding = max(0, 1 - exponent - plain.count)
      plain = [UInt8](repeating: 0x30, count: padding) + plain
      plain.insert(UInt8(ascii: "."), at: plain.count + exponent)
    } else if plain.isEmpty || significant.isEmpty {
      plain = [0x30]
    }
    text = (self.isNegative ? [UInt8(ascii: "-")] : []) + plain
  }

  init(_ value: Int64) {
    self.init(
      isNegative: value < 0, digits: String(value.magnitude).utf8.map { $0 - 0x30 }, exponent: 0)
  }

  /// The number as a 64 bit integer, if it is spelled as one (S56).
  var wholeNumber: Int64? {
    let spelling = String(decoding: text, as: UTF8.self)
    return spelling.contains { ".eE".contains($0) } ? nil : Int64(spelling)
  }

  /// -1, 0 or 1.
  static func compare(_ lhs: OracleDecimal, _ rhs: OracleDecimal) -> Int {
    let signs = (lhs.sign, rhs.sign)
    if signs.0 != signs.1 { return signs.0 < signs.1 ? -1 : 1 }
    return signs.0 == 0 ? 0 : signs.0 * compareMagnitudes(lhs, rhs)
  }

  private var sign: Int { isZero ? 0 : isNegative ? -1 : 1 }

  private static func compareMagnitudes(_ lhs: OracleDecimal, _ rhs: OracleDecimal) -> Int {
    let tops = (lhs.digits.count + lhs.exponent, rhs.digits.count + rhs.exponent)
    if tops.0 != tops.1 { return tops.0 < tops.1 ? -1 : 1 }
    for place in 0..<max(lhs.digits.count, rhs.digits.count) {
      let left = place < lhs.digits.count ? lhs.digits[place] : 0
      let right = place < rhs.digits.count ? rhs.digits[place] : 0
      if left != right { return left < right ? -1 : 1 }
    }
    return 0
  }
}
