/// Sum and number of a group's numbers of few digits, exact: in millionths. Whole numbers of 64 bits fit so often that
/// no archive has enough rows to leave it.
struct FlatSum: Sendable {
  private(set) var millionths: Int128 = 0
  private(set) var count = 0
  /// Whether a double was among them, and whether a decimal of a record was.
  private(set) var hasDouble = false
  private(set) var hasDecimal = false
  /// The most places that one of these decimals had.
  private(set) var places: UInt8 = 0

  static let mostPlaces = 6
  private static let unit: Int128 = 1_000_000

  /// What one number adds.
  struct Summand: BitwiseCopyable {
    fileprivate var millionths: Int128
    fileprivate var isDouble = false
    fileprivate var isDecimal = false
    fileprivate var places: UInt8 = 0

    init(_ whole: Int64) { millionths = Int128(whole) * unit }

    /// The shortest decimal that is nearest to a double; nil where it has more places or digits, and for a zero with
    /// a sign. With up to 15 digits no other decimal as short has the same nearest double.
    init?(_ double: Double) {
      let scaled = (double * 1e6).rounded()
      if abs(scaled) < 1e15, scaled / 1e6 == double, double != 0 || double.sign == .plus {
        millionths = Int128(scaled)
      } else if abs(double) < 0x1p53, double.rounded() == double, double != 0 {
        millionths = Int128(double) * unit
      } else {
        return nil
      }
      isDouble = true
    }

    /// A number that a record spells; nil for one with more places.
    init?(_ decimal: ShortDecimal) {
      guard decimal.places <= mostPlaces else { return nil }
      millionths = Int128(decimal.unscaled) * FlatSum.power(mostPlaces - decimal.places)
      isDecimal = decimal.places > 0
      places = UInt8(decimal.places)
    }
  }

  @inline(__always)
  mutating func add(_ summand: Summand) {
    millionths += summand.millionths
    count += 1
    hasDouble = hasDouble || summand.isDouble
    hasDecimal = hasDecimal || summand.isDecimal
    places = max(places, summand.places)
  }

  mutating func merge(_ later: FlatSum) {
    millionths += later.millionths
    count += later.count
    hasDouble = hasDouble || later.hasDouble
    hasDecimal = hasDecimal || later.hasDecimal
    places = max(places, later.places)
  }

  fileprivate static func power(_ exponent: Int) -> Int128 {
    (0..<exponent).reduce(1) { product, _ in product * 10 }
  }

  /// The same as a sum of any numbers.
  var exact: ExactSum {
    if !hasDouble, !hasDecimal { return ExactSum(whole: millionths / Self.unit, count: count) }
    let places = hasDouble ? Self.mostPlaces : Int(places)
    let unscaled = millionths / Self.power(Self.mostPlaces - places)
    let digits = String(unscaled.magnitude).utf8.map { $0 - UInt8(ascii: "0") }
    let padded = Array(repeating: UInt8(0), count: max(0, places - digits.count)) + digits
    return ExactSum(
      decimal: ExactDecimal(isNegative: unscaled < 0, allDigits: padded, places: places), count: count,
      hasDouble: hasDouble)
  }
}
