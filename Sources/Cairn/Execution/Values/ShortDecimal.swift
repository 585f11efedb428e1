/// A number of few digits as it is spelled: `-17`, `81030.0`. What most numbers of records are, without a digit in a
/// box.
struct ShortDecimal {
  /// The digits without the point.
  let unscaled: Int64
  /// How many of them stand behind it.
  let places: Int

  /// So many digits are told apart by doubles.
  private static let mostDigits = 15
  private static let powers: [Double] = (0...mostDigits).map { power in
    (0..<power).reduce(1) { product, _ in product * 10 }
  }

  /// Nil for more digits, exponents, a zero with a sign, and what is no number.
  init?(_ spelling: [UInt8]) {
    let isNegative = spelling.first == UInt8(ascii: "-")
    var (value, digits, places): (Int64, Int, Int?) = (0, 0, nil)
    for byte in spelling.dropFirst(isNegative ? 1 : 0) {
      let digit = byte &- UInt8(ascii: "0")
      if digit <= 9 {
        value = value &* 10 &+ Int64(digit)
        digits += 1
        if digits > Self.mostDigits { return nil }
        if let before = places { places = before + 1 }
      } else if byte == UInt8(ascii: "."), places == nil, digits > 0 {
        places = 0
      } else {
        return nil
      }
    }
    if digits == 0 || places == 0 || isNegative && value == 0 { return nil }
    unscaled = isNegative ? -value : value
    self.places = places ?? 0
  }

  /// The nearest double: both numbers are exact, and division rounds once.
  var double: Double { Double(unscaled) / Self.powers[places] }

  /// The nearest whole number, half away from zero.
  var rounded: Int64 {
    if places == 0 { return unscaled }
    let power = Int64(Self.powers[places])
    let (whole, rest) = unscaled.quotientAndRemainder(dividingBy: power)
    return rest.magnitude * 2 >= UInt64(power) ? whole + unscaled.signum() : whole
  }
}
