/// The one type that Trino gives to numbers that stand in one array.
enum CommonNumbers {
  /// Typed numbers as doubles or reals where one is among them, as decimals with the largest number of places where one
  /// is; anything else, such as a record's value, leaves all as they are.
  static func unified(_ items: [EngineValue]) -> [EngineValue] {
    var (hasDouble, hasReal, hasDecimal, hasWhole) = (false, false, false, false)
    var (whole, places) = (0, 0)
    for item in items {
      switch item {
      case .null: continue
      case .number(.integer): hasWhole = true
      case .number(.double): hasDouble = true
      case .number(.real): hasReal = true
      case .number(.decimal(let decimal)) where decimal.isDecimal:
        hasDecimal = true
        let shape = decimal.shape
        (whole, places) = (max(whole, shape.digits - shape.places), max(places, shape.places))
      default: return items
      }
    }
    if hasDouble { return items.map { item in item.number?.double.map { .number(.double($0)) } ?? item } }
    if hasReal { return items.map { item in item.number?.real.map { .number(.real($0)) } ?? item } }
    guard hasDecimal else { return items }
    if hasWhole { whole = max(whole, WholeDigits().lhs) }
    let shape = DecimalShape(digits: min(whole + places, ExactDecimal.mostDigits), places: places)
    let padded = items.map { $0.number?.decimal.padded(to: shape) }
    guard zip(items, padded).allSatisfy({ $0.isNull || $1 != nil }) else { return items }
    return padded.map { $0.map { .number(.decimal($0)) } ?? .null }
  }
}

extension ExactDecimal {
  /// With the digits and places of a shape; nil where it has more digits than decimals may.
  fileprivate func padded(to shape: DecimalShape) -> ExactDecimal? {
    guard max(magnitude, 0) + shape.places <= ExactDecimal.mostDigits else { return nil }
    return ExactDecimal(
      isNegative: isNegative, allDigits: aligned(whole: max(magnitude, 0), places: shape.places),
      places: shape.places
    ).typed(digits: shape.digits)
  }
}
