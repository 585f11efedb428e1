/// A number with its spelling, compared and added without rounding (S14), or a double or real, which round (S57).
package enum ExactNumber: Sendable, Equatable {
  /// Spelled canonically.
  case integer(Int64)
  indirect case decimal(ExactDecimal)
  /// Finite; spelled and compared as the shortest decimal that is nearest to it.
  case double(Double)
  /// Of 32 bits; finite, and spelled and compared likewise.
  case real(Float)

  /// A double; nil where it is infinite or not a number.
  init?(_ value: Double) {
    guard value.isFinite else { return nil }
    self = .double(value)
  }

  /// A real; nil where it is infinite or not a number.
  init?(_ value: Float) {
    guard value.isFinite else { return nil }
    self = .real(value)
  }

  /// The number that a text spells (S15); nil if it spells none, or one with too large an exponent (S14).
  package init?(spelling: [UInt8]) {
    if let value = ExactNumber.canonicalInteger(spelling) {
      self = .integer(value)
    } else if let decimal = ExactDecimal(spelling: spelling) {
      self = .decimal(decimal)
    } else {
      return nil
    }
  }

  /// The value of `0`, `-17`, `243` of up to 18 digits.
  private static func canonicalInteger(_ spelling: [UInt8]) -> Int64? {
    let isNegative = spelling.first == UInt8(ascii: "-")
    let digits = spelling[(isNegative ? 1 : 0)...]
    guard let first = digits.first, digits.count <= 18 else { return nil }
    if first == UInt8(ascii: "0") { return digits.count == 1 && !isNegative ? 0 : nil }
    var value: Int64 = 0
    for byte in digits {
      let digit = byte &- UInt8(ascii: "0")
      if digit > 9 { return nil }
      value = value * 10 + Int64(digit)
    }
    return isNegative ? -value : value
  }

  /// The spelling.
  package var text: [UInt8] {
    switch self {
    case .integer(let value): Array(String(value).utf8)
    case .decimal(let decimal): decimal.spelling
    case .double(let value): NumberText.scientific(value.description)
    case .real(let value): NumberText.scientific(value.description)
    }
  }

  /// The number as JSON.
  var json: [UInt8] {
    switch self {
    case .integer, .decimal: text
    case .double(let value): NumberText.plain(value.description)
    case .real(let value): NumberText.plain(value.description)
    }
  }

  /// The value if it is spelled with digits only and within 64 bits, as arguments that count take it.
  var whole: Int64? {
    switch self {
    case .integer(let value): value
    case .decimal(let decimal): decimal.whole
    case .double, .real: nil
    }
  }

  /// The value if it is whole in the sense of S56: no decimal either.
  var integer: Int64? {
    if case .decimal(let decimal) = self, decimal.isDecimal { return nil }
    return whole
  }

  /// The same as sign, digits and place of the point.
  var decimal: ExactDecimal {
    switch self {
    case .integer(let value): ExactDecimal(value)
    case .decimal(let decimal): decimal
    case .double(let value): ExactDecimal(spelling: NumberText.digits(value.description)) ?? ExactDecimal(0)
    case .real(let value): ExactDecimal(spelling: NumberText.digits(value.description)) ?? ExactDecimal(0)
    }
  }

  /// Whether it is zero.
  var isZero: Bool {
    switch self {
    case .integer(let value): value == 0
    case .decimal(let decimal): decimal.digits.isEmpty
    case .double(let value): value == 0
    case .real(let value): value == 0
    }
  }

  /// The nearest double; nil where that is infinite.
  var double: Double? {
    switch self {
    case .integer(let value): return Double(value)
    case .double(let value): return value
    case .real(let value): return Double(value)
    case .decimal(let decimal):
      guard let value = Double(String(decoding: decimal.spelling, as: UTF8.self)), value.isFinite else {
        return nil
      }
      return value
    }
  }

  /// The nearest real; nil where that is infinite.
  var real: Float? {
    let value: Float? =
      switch self {
      case .integer(let value): Float(value)
      case .double(let value): Float(value)
      case .real(let value): value
      case .decimal(let decimal): Float(String(decoding: decimal.spelling, as: UTF8.self))
      }
    return value.flatMap { $0.isFinite ? $0 : nil }
  }

  /// The value if it has no fraction and fits 64 bits, however it is spelled.
  var integral: Int64? {
    if case .integer(let value) = self { return value }
    return decimal.wholeValue
  }

  /// Negative, zero or positive.
  static func compare(_ lhs: ExactNumber, _ rhs: ExactNumber) -> Int {
    if case .integer(let left) = lhs, case .integer(let right) = rhs {
      return left == right ? 0 : left < right ? -1 : 1
    }
    return ExactDecimal.compare(lhs.decimal, rhs.decimal)
  }
}

/// Sign, significant digits and the place of the point: `0.digits × 10^magnitude`.
package struct ExactDecimal: Sendable, Equatable {
  /// As spelled.
  let spelling: [UInt8]
  let isNegative: Bool
  /// Values 0 to 9 without zeros at either end; empty for zero.
  let digits: [UInt8]
  /// The place of the point, in digits behind the first one's left side; 0 for zero.
  let magnitude: Int
  /// Decimal places of the spelling, its exponent taken into account.
  let places: Int
  /// Whether it is of the type decimal, also where it is spelled without a point: the result of a cast or of an
  /// operation of decimals, which is no whole number in the sense of S56.
  let isDecimal: Bool
  /// The digits of its type where a cast, an operation or a sum says them (S56), else 0.
  let typeDigits: UInt8

  /// Larger exponents make a text no number (S14).
  private static let largestExponent = 999_999_999

  init(_ value: Int64) {
    spelling = Array(String(value).utf8)
    isNegative = value < 0
    let all = spelling[(value < 0 ? 1 : 0)...].map { $0 - UInt8(ascii: "0") }
    (digits, magnitude) = ExactDecimal.trimmed(all[...], magnitude: all.count)
    places = 0
    isDecimal = false
    typeDigits = 0
  }

  /// With all of its parts, as another one had them.
  init(
    spelling: [UInt8], isNegative: Bool, digits: [UInt8], magnitude: Int, places: Int, isDecimal: Bool,
    typeDigits: UInt8
  ) {
    self.isDecimal = isDecimal
    self.typeDigits = typeDigits
    self.spelling = spelling
    self.isNegative = isNegative
    self.digits = digits
    self.magnitude = magnitude
    self.places = places
  }

  /// A result: digits, most significant first, of which the last `places` stand behind the point.
  init(isNegative: Bool, allDigits: [UInt8], places: Int) {
    (digits, magnitude) = ExactDecimal.trimmed(allDigits[...], magnitude: allDigits.count - places)
    self.isNegative = isNegative && !digits.isEmpty
    self.places = places
    isDecimal = true
    typeDigits = 0
    spelling = ExactDecimal.plainSpelling(isNegative: self.isNegative, digits, magnitude, places: places)
  }

  /// Times ten to a power. The spelling stays that of the other number.
  init(movingPointOf other: ExactDecimal, by power: Int) {
    digits = other.digits
    magnitude = other.digits.isEmpty ? 0 : other.magnitude + power
    isNegative = other.isNegative
    places = max(0, other.places - power)
    spelling = other.spelling
    isDecimal = other.isDecimal
    typeDigits = 0
  }

  /// The same digits with the other sign, spelled without an exponent.
  init(negating other: ExactDecimal) {
    digits = other.digits
    magnitude = other.magnitude
    isNegative = !other.isNegative && !other.digits.isEmpty
    places = other.places
    isDecimal = other.isDecimal
    typeDigits = other.typeDigits
    let unsigned = other.spelling.first.map { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") } == true
    spelling =
      (isNegative ? [UInt8(ascii: "-")] : []) + (unsigned ? other.spelling.dropFirst() : other.spelling[...])
  }

  init?(spelling: [UInt8]) {
    var position = 0
    var isNegative = false
    if let sign = spelling.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      position = 1
    }
    let wholePart = ExactDecimal.digitRun(spelling, from: position)
    position = wholePart.endIndex
    var fraction: ArraySlice<UInt8> = []
    if position < spelling.count, spelling[position] == UInt8(ascii: ".") {
      fraction = ExactDecimal.digitRun(spelling, from: position + 1)
      position = fraction.endIndex
    }
    guard !(wholePart.isEmpty && fraction.isEmpty),
      let exponent = ExactDecimal.exponent(spelling[position...])
    else { return nil }
    let all = (wholePart + fraction).map { $0 - UInt8(ascii: "0") }
    (digits, magnitude) = ExactDecimal.trimmed(all[...], magnitude: wholePart.count + exponent)
    self.isNegative = isNegative && !digits.isEmpty
    self.spelling = spelling
    places = max(0, fraction.count - exponent)
    isDecimal = false
    typeDigits = 0
  }

  private static func digitRun(_ text: [UInt8], from start: Int) -> ArraySlice<UInt8> {
    text[start...].prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
  }

  /// The exponent at the end of a spelling; 0 where there is none, nil where it is no exponent.
  private static func exponent(_ text: ArraySlice<UInt8>) -> Int? {
    guard let letter = text.first else { return 0 }
    guard letter | 0x20 == UInt8(ascii: "e") else { return nil }
    var rest = text.dropFirst()
    var isNegative = false
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      rest = rest.dropFirst()
    }
    guard !rest.isEmpty else { return nil }
    var value = 0
    for byte in rest {
      let digit = byte &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      value = min(value * 10 + Int(digit), largestExponent + 1)
    }
    return value > largestExponent ? nil : isNegative ? -value : value
  }

  private static func trimmed(_ all: ArraySlice<UInt8>, magnitude: Int) -> ([UInt8], Int) {
    let leading = all.prefix { $0 == 0 }.count
    guard leading < all.count else { return ([], 0) }
    var kept = all.dropFirst(leading)
    while kept.last == 0 { kept.removeLast() }
    return (Array(kept), magnitude - leading)
  }

  /// The value if it is spelled with digits only and fits 64 bits.
  var whole: Int64? {
    let unsigned =
      spelling.first.map { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") } == true
      ? spelling.dropFirst() : spelling[...]
    guard unsigned.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else { return nil }
    return wholeValue
  }

  /// The value if it has no fraction and fits 64 bits.
  var wholeValue: Int64? {
    guard magnitude <= 19, digits.count <= magnitude || digits.isEmpty else { return nil }
    var value: Int64 = 0
    for place in 0..<max(magnitude, 0) {
      let digit = Int64(place < digits.count ? digits[place] : 0)
      let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, more) = scaled.subtractingReportingOverflow(digit)
      if overflow || more { return nil }
      value = sum
    }
    if isNegative { return value }
    return value == .min ? nil : -value
  }

  /// Negative, zero or positive.
  static func compare(_ lhs: ExactDecimal, _ rhs: ExactDecimal) -> Int {
    let signs = (lhs.sign, rhs.sign)
    if signs.0 != signs.1 { return signs.0 < signs.1 ? -1 : 1 }
    return signs.0 * compareMagnitudes(lhs, rhs)
  }

  private var sign: Int { digits.isEmpty ? 0 : isNegative ? -1 : 1 }

  /// Negative, zero or positive, signs left out.
  static func compareMagnitudes(_ lhs: ExactDecimal, _ rhs: ExactDecimal) -> Int {
    if lhs.digits.isEmpty || rhs.digits.isEmpty {
      return (lhs.digits.isEmpty ? 0 : 1) - (rhs.digits.isEmpty ? 0 : 1)
    }
    if lhs.magnitude != rhs.magnitude { return lhs.magnitude < rhs.magnitude ? -1 : 1 }
    return ByteOrder.compare(lhs.digits, rhs.digits)
  }

  /// `-123.40`: no exponent, a given number of places.
  static func plainSpelling(isNegative: Bool, _ digits: [UInt8], _ magnitude: Int, places: Int) -> [UInt8] {
    func digit(_ index: Int) -> UInt8 {
      UInt8(ascii: "0") + (index >= 0 && index < digits.count ? digits[index] : 0)
    }
    var output: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
    if magnitude <= 0 { output.append(UInt8(ascii: "0")) }
    for index in 0..<max(magnitude, 0) { output.append(digit(index)) }
    guard places > 0 else { return output }
    output.append(UInt8(ascii: "."))
    for index in magnitude..<(magnitude + places) { output.append(digit(index)) }
    return output
  }
}
