import CairnSQL

/// The digits that the type of a decimal has, and how many of them stand behind the point (S56).
struct DecimalShape: Sendable, Equatable {
  let digits: Int
  let places: Int

  /// A quotient has at least so many places, and no number loses more of them where digits are cut.
  private static let leastPlaces = 6

  init(digits: Int, places: Int) {
    self.digits = digits
    self.places = places
  }

  /// Of a number with so many digits before and behind the point, those behind cut where they are too many.
  private init(whole: Int, places: Int) {
    let cut = max(ExactDecimal.mostDigits - whole, min(places, DecimalShape.leastPlaces))
    self.places = whole + places <= ExactDecimal.mostDigits ? places : cut
    digits = min(whole + self.places, ExactDecimal.mostDigits)
  }

  private var whole: Int { digits - places }

  /// The shape of a result; nil where a side has more digits than a decimal of SQL.
  static func result(_ operation: BinaryOperator, _ lhs: DecimalShape, _ rhs: DecimalShape) -> DecimalShape? {
    guard max(lhs.digits, lhs.places, rhs.digits, rhs.places) <= ExactDecimal.mostDigits else { return nil }
    let places = max(lhs.places, rhs.places)
    switch operation {
    case .add, .subtract:
      let whole = max(lhs.whole, rhs.whole)
      let kept = min(places, ExactDecimal.mostDigits - whole)
      return DecimalShape(digits: min(whole + kept + 1, ExactDecimal.mostDigits), places: kept)
    case .multiply: return DecimalShape(whole: lhs.whole + rhs.whole + 1, places: lhs.places + rhs.places)
    case .divide:
      return DecimalShape(
        whole: lhs.whole + rhs.places, places: max(leastPlaces, lhs.places + rhs.digits + 1))
    case .remainder: return DecimalShape(whole: min(lhs.whole, rhs.whole), places: places)
    default: return nil
    }
  }
}

/// The digits that the types of an operation's sides have where these are whole numbers, which do not say it.
struct WholeDigits: Sendable {
  var lhs = 19
  var rhs = 19

  /// As the bits of the sides' types have them (S101).
  init(_ lhs: Expression, _ rhs: Expression) {
    (self.lhs, self.rhs) = (WholeDigits.digits(lhs), WholeDigits.digits(rhs))
  }

  init() {}

  private static func digits(_ side: Expression) -> Int {
    switch side.integerBitCount {
    case 8: 3
    case 16: 5
    case 32: 10
    default: 19
    }
  }
}

extension ExactNumber {
  /// The shape of its type, where it is neither a double nor a real.
  func shape(wholeDigits: Int) -> DecimalShape {
    integer != nil ? DecimalShape(digits: wholeDigits, places: 0) : decimal.shape
  }
}

extension ExactDecimal {
  /// The digits that a decimal of SQL has at most.
  static let mostDigits = 38

  /// As its type has it, else as it is spelled.
  var shape: DecimalShape {
    let spelled = max(1, max(magnitude, 0) + places)
    return DecimalShape(digits: typeDigits == 0 ? spelled : Int(typeDigits), places: places)
  }

  /// The number with the digits of a type.
  func typed(digits: Int) -> ExactDecimal {
    ExactDecimal(
      spelling: spelling, isNegative: isNegative, digits: self.digits, magnitude: magnitude, places: places,
      isDecimal: isDecimal, typeDigits: UInt8(clamping: digits))
  }

  /// With the places and digits of a shape, rounded half away from zero; nil where it has more digits than fit.
  func fitted(to shape: DecimalShape) -> ExactDecimal? {
    guard let rounded = places > shape.places ? rounded(toPlaces: shape.places) : self,
      max(rounded.magnitude, 0) + rounded.places <= ExactDecimal.mostDigits
    else { return nil }
    return rounded.typed(digits: shape.digits)
  }
}
