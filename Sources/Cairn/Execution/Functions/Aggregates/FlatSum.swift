/// What numbers of few digits are added up in, a place for each group.
protocol SummandState: Sendable {
  init()
  mutating func add(_ summand: FlatSum.Summand)
  /// The same for a number that comes several times.
  mutating func add(_ summand: FlatSum.Summand, times: Int)
  /// Whether it holds all that was added.
  var fits: Bool { get }
}

/// Sum and number of a group's numbers of few digits, exact: in millionths. Whole numbers of 64 bits fit so often that
/// no archive has enough rows to leave it.
struct FlatSum: SummandState {
  private(set) var millionths: Int128 = 0
  private(set) var count = 0
  /// Whether a double was among them, and whether a decimal of a record was.
  private(set) var hasDouble = false
  private(set) var hasDecimal = false
  /// The most places that one of these decimals had.
  private(set) var places: UInt8 = 0

  static let mostPlaces = 6
  static let unit: Int128 = 1_000_000

  var fits: Bool { true }

  init() {}

  /// So many whole numbers with that sum.
  init(whole: Int64, count: Int) { (millionths, self.count) = (Int128(whole) * Self.unit, count) }

  /// What one number adds.
  struct Summand: BitwiseCopyable {
    fileprivate(set) var millionths: Int128
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

  mutating func add(_ summand: Summand, times: Int) {
    var more = summand
    more.millionths = summand.millionths * Int128(times)
    add(more)
    count += times - 1
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

  /// The sum of whole numbers; nil where there were others, or it is too large.
  var whole: Int64? { hasDouble || hasDecimal ? nil : Int64(exactly: millionths / Self.unit) }

  /// The same as a sum of any numbers.
  var exact: ExactSum {
    if !hasDouble, !hasDecimal { return ExactSum(whole: millionths / Self.unit, count: count) }
    let places = hasDouble ? Self.mostPlaces : Int(places)
    return ExactSum(
      unscaled: millionths / Self.power(Self.mostPlaces - places), places: places, count: count,
      hasDouble: hasDouble)
  }
}

/// Sum and sum of squares of a group's numbers of few digits, exact.
struct FlatMoments: SummandState {
  private(set) var sum = FlatSum()
  /// In millionths of millionths.
  private var squares: Int128 = 0
  private(set) var fits = true

  @inline(__always)
  mutating func add(_ summand: FlatSum.Summand) {
    sum.add(summand)
    let (square, isLarge) = summand.millionths.multipliedReportingOverflow(by: summand.millionths)
    let (total, isOver) = squares.addingReportingOverflow(square)
    squares = total
    fits = fits && !isLarge && !isOver
  }

  mutating func add(_ summand: FlatSum.Summand, times: Int) {
    sum.add(summand, times: times)
    let (square, isLarge) = summand.millionths.multipliedReportingOverflow(by: summand.millionths)
    let (all, areLarge) = square.multipliedReportingOverflow(by: Int128(times))
    let (total, isOver) = squares.addingReportingOverflow(all)
    squares = total
    fits = fits && !isLarge && !areLarge && !isOver
  }

  mutating func merge(_ later: FlatMoments) {
    sum.merge(later.sum)
    let (total, isOver) = squares.addingReportingOverflow(later.squares)
    squares = total
    fits = fits && later.fits && !isOver
  }

  /// n Σx² − (Σx)² where that is a whole number in reach; nil else.
  var dividend: Double? {
    let (unit, square) = (FlatSum.unit, FlatSum.unit * FlatSum.unit)
    guard squares % square == 0, sum.millionths % unit == 0 else { return nil }
    let whole = sum.millionths / unit
    let (scaled, isOver) = (squares / square).multipliedReportingOverflow(by: Int128(sum.count))
    let (product, isLarge) = whole.multipliedReportingOverflow(by: whole)
    let (difference, isBeyond) = scaled.subtractingReportingOverflow(product)
    return isOver || isLarge || isBeyond ? nil : Double(difference)
  }

  /// The squares as a sum of any numbers.
  var exactSquares: ExactSum {
    ExactSum(unscaled: squares, places: 2 * FlatSum.mostPlaces, count: sum.count, hasDouble: true)
  }
}
