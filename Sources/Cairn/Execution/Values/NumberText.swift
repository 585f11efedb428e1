/// How doubles and reals are written, of the shortest decimal that is nearest to them.
enum NumberText {
  /// `3.77E1`, `1.0E0`, `0E0`: what a cast to varchar gives.
  static func scientific(_ shortest: String) -> [UInt8] {
    let (sign, digits, magnitude) = parts(shortest)
    guard let first = digits.first else { return sign + Array("0E0".utf8) }
    let rest = digits.dropFirst()
    return sign + [first, UInt8(ascii: ".")] + (rest.isEmpty ? [UInt8(ascii: "0")] : rest)
      + exponent(magnitude)
  }

  /// The digits without more zeros than are needed, and an exponent: to calculate with.
  static func digits(_ shortest: String) -> [UInt8] {
    let (sign, digits, magnitude) = parts(shortest)
    guard let first = digits.first else { return sign + Array("0E0".utf8) }
    let rest = digits.dropFirst()
    return sign + [first] + (rest.isEmpty ? [] : [UInt8(ascii: ".")] + rest) + exponent(magnitude)
  }

  /// `37.7`, `1.0E7`: a number of JSON, as Java and so Trino's and Athena's results print it.
  static func plain(_ shortest: String) -> [UInt8] {
    let bytes = Array(shortest.utf8)
    if isPlain(bytes) { return bytes }
    let (sign, digits, magnitude) = parts(shortest)
    guard let first = digits.first else { return sign + Array("0.0".utf8) }
    if (-2...7).contains(magnitude) {
      let values = digits.map { $0 - UInt8(ascii: "0") }
      return sign
        + ExactDecimal.plainSpelling(
          isNegative: false, values, magnitude, places: max(1, digits.count - magnitude))
    }
    let rest = digits.dropFirst()
    return sign + [first, UInt8(ascii: ".")] + (rest.isEmpty ? [UInt8(ascii: "0")] : rest)
      + exponent(magnitude)
  }

  /// Whether a text is digits, a point and digits as such numbers have them, from a thousandth to ten millions.
  private static func isPlain(_ text: [UInt8]) -> Bool {
    let start = text.first == UInt8(ascii: "-") ? 1 : 0
    guard let point = text.firstIndex(of: UInt8(ascii: ".")), 1...7 ~= point - start, point + 1 < text.count,
      text.indices.allSatisfy({ $0 < start || $0 == point || text[$0] &- UInt8(ascii: "0") <= 9 })
    else { return false }
    let zero = UInt8(ascii: "0")
    return text[start] != zero
      || point == start + 1
        && (text.count == point + 2 || text[point...].dropFirst().prefix(3).contains { $0 != zero })
  }

  private static func exponent(_ magnitude: Int) -> [UInt8] { Array("E\(magnitude - 1)".utf8) }

  private static func parts(_ shortest: String) -> (sign: [UInt8], digits: [UInt8], magnitude: Int) {
    let bytes = Array(shortest.utf8)
    let decimal = ExactDecimal(spelling: bytes) ?? ExactDecimal(0)
    return (
      bytes.first == UInt8(ascii: "-") ? [UInt8(ascii: "-")] : [],
      decimal.digits.map { $0 + UInt8(ascii: "0") }, decimal.magnitude
    )
  }
}
