extension OracleDecimal {
  /// The number with the other sign and otherwise the same spelling.
  var negated: OracleDecimal? {
    let unsigned = text.first.map { "+-".utf8.contains($0) } == true ? text.dropFirst() : text[...]
    return OracleDecimal((isNegative || isZero ? [] : [UInt8(ascii: "-")]) + unsigned)
  }

  /// The sum at the larger scale of the two, or nil beyond the span that S56 allows.
  static func sum(_ lhs: OracleDecimal, _ rhs: OracleDecimal) -> OracleDecimal? {
    let exponent = min(lhs.exponent, rhs.exponent, 0)
    guard exponent >= -largestSpan, let left = lhs.digits(at: exponent), let right = rhs.digits(at: exponent)
    else { return nil }
    if lhs.isNegative == rhs.isNegative {
      return OracleDecimal(isNegative: lhs.isNegative, digits: add(left, right), exponent: exponent).inSpan
    }
    if compareMagnitudesPadded(left, right) >= 0 {
      return OracleDecimal(isNegative: lhs.isNegative, digits: subtract(left, right), exponent: exponent)
    }
    return OracleDecimal(isNegative: rhs.isNegative, digits: subtract(right, left), exponent: exponent)
  }

  /// The product at the sum of the scales.
  static func product(_ lhs: OracleDecimal, _ rhs: OracleDecimal) -> OracleDecimal? {
    guard let left = lhs.digits(at: min(lhs.exponent, 0)), let right = rhs.digits(at: min(rhs.exponent, 0)),
      left.count + right.count <= largestSpan + 1, min(lhs.exponent, 0) + min(rhs.exponent, 0) >= -largestSpan
    else { return nil }
    var cells = [Int](repeating: 0, count: left.count + right.count + 1)
    for (i, x) in left.reversed().enumerated() {
      for (j, y) in right.reversed().enumerated() { cells[i + j] += Int(x) * Int(y) }
    }
    for place in 0..<(cells.count - 1) {
      cells[place + 1] += cells[place] / 10
      cells[place] %= 10
    }
    return OracleDecimal(
      isNegative: lhs.isNegative != rhs.isNegative, digits: cells.reversed().map { UInt8($0 % 10) },
      exponent: min(lhs.exponent, 0) + min(rhs.exponent, 0)
    ).inSpan
  }

  /// The number, or nil where its digits span more places than S56 allows.
  private var inSpan: OracleDecimal? {
    digits.count + max(exponent, 0) <= OracleDecimal.largestSpan ? self : nil
  }

  /// Rounded half away from zero to a number of decimal places.
  func rounded(toScale scale: Int) -> OracleDecimal? {
    if exponent >= -scale {
      guard let padded = digits(at: -scale) else { return nil }
      return OracleDecimal(isNegative: isNegative, digits: padded, exponent: -scale)
    }
    let dropped = -scale - exponent
    guard dropped <= digits.count else {
      return OracleDecimal(isNegative: false, digits: [], exponent: -scale)
    }
    let kept = Array(digits.prefix(digits.count - dropped))
    let isUp = digits[digits.count - dropped] >= 5
    return OracleDecimal(
      isNegative: isNegative, digits: isUp ? OracleDecimal.add(kept, [1]) : kept, exponent: -scale)
  }

  /// The digits as a whole number of a smaller or equal unit.
  private func digits(at unit: Int) -> [UInt8]? {
    guard !isZero else { return [] }
    let zeros = exponent - unit
    guard zeros >= 0, zeros + digits.count <= OracleDecimal.largestSpan else { return nil }
    return digits + [UInt8](repeating: 0, count: zeros)
  }

  private static func padded(_ digits: [UInt8], to count: Int) -> [UInt8] {
    [UInt8](repeating: 0, count: max(0, count - digits.count)) + digits
  }

  private static func compareMagnitudesPadded(_ lhs: [UInt8], _ rhs: [UInt8]) -> Int {
    let count = max(lhs.count, rhs.count)
    let (left, right) = (padded(lhs, to: count), padded(rhs, to: count))
    return left == right ? 0 : left.lexicographicallyPrecedes(right) ? -1 : 1
  }

  private static func add(_ lhs: [UInt8], _ rhs: [UInt8]) -> [UInt8] {
    let count = max(lhs.count, rhs.count) + 1
    var carry: UInt8 = 0
    var result: [UInt8] = []
    for (x, y) in zip(padded(lhs, to: count), padded(rhs, to: count)).reversed() {
      let total = x + y + carry
      carry = total / 10
      result.append(total % 10)
    }
    return result.reversed()
  }

  /// The difference; the left one is not smaller.
  private static func subtract(_ lhs: [UInt8], _ rhs: [UInt8]) -> [UInt8] {
    var borrow: Int8 = 0
    var result: [UInt8] = []
    for (x, y) in zip(lhs, padded(rhs, to: lhs.count)).reversed() {
      var difference = Int8(x) - Int8(y) - borrow
      borrow = difference < 0 ? 1 : 0
      if difference < 0 { difference += 10 }
      result.append(UInt8(difference))
    }
    return result.reversed()
  }

  /// Whether an exponent is written.
  var hasExponent: Bool { text.contains { $0 | 0x20 == UInt8(ascii: "e") } }

  /// The decimal places that are written.
  var scale: Int { max(0, -exponent) }

  /// `/` with a number of places, rounded half away from zero.
  static func quotient(_ lhs: OracleDecimal, _ rhs: OracleDecimal, scale: Int) -> OracleDecimal? {
    let unit = max(lhs.scale, rhs.scale)
    let whole = [lhs, rhs].map { $0.digits.count + max($0.exponent, 0) }
    guard !rhs.isZero, whole.allSatisfy({ $0 <= 38 }), let top = lhs.digits(at: -unit),
      let bottom = rhs.digits(at: -unit)
    else { return nil }
    let (quotient, remainder) = longDivided(top + [UInt8](repeating: 0, count: scale), by: bottom)
    let isUp = compareMagnitudesPadded(add(remainder, remainder), bottom) >= 0
    return OracleDecimal(
      isNegative: lhs.isNegative != rhs.isNegative, digits: isUp ? add(quotient, [1]) : quotient,
      exponent: -scale)
  }

  /// `%`, with the sign of the left side.
  static func remainder(_ lhs: OracleDecimal, _ rhs: OracleDecimal) -> OracleDecimal? {
    let scale = max(lhs.scale, rhs.scale)
    guard !rhs.isZero, let top = lhs.digits(at: -scale), let bottom = rhs.digits(at: -scale) else {
      return nil
    }
    return OracleDecimal(
      isNegative: lhs.isNegative, digits: longDivided(top, by: bottom).remainder, exponent: -scale)
  }

  /// The whole part of a whole number divided by a number (S54).
  static func cutQuotient(_ lhs: OracleDecimal, _ rhs: OracleDecimal) -> OracleDecimal? {
    guard !rhs.isZero, lhs.digits.count + rhs.scale <= 38, rhs.digits.count + max(rhs.exponent, 0) <= 38,
      let top = lhs.digits(at: -rhs.scale), let bottom = rhs.digits(at: -rhs.scale)
    else { return nil }
    return OracleDecimal(
      isNegative: lhs.isNegative != rhs.isNegative, digits: longDivided(top, by: bottom).quotient, exponent: 0
    )
  }

  /// Long division, digit by digit.
  private static func longDivided(_ top: [UInt8], by bottom: [UInt8]) -> (
    quotient: [UInt8], remainder: [UInt8]
  ) {
    var quotient: [UInt8] = []
    var rest: [UInt8] = []
    for digit in top {
      rest = Array((rest + [digit]).drop { $0 == 0 })
      var count: UInt8 = 0
      while compareMagnitudesPadded(rest, bottom) >= 0 {
        rest = Array(subtract(padded(rest, to: max(rest.count, bottom.count)), bottom).drop { $0 == 0 })
        count += 1
      }
      quotient.append(count)
    }
    return (quotient, rest)
  }
}
