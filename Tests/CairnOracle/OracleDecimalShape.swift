import CairnSQL

/// Precision and scale of decimals, as Trino types the results of operations (S56).
struct OracleDecimalShape {
  let precision: Int
  let scale: Int

  /// Nil where a side is no decimal of SQL, for it has too many digits.
  static func result(
    _ lhs: OracleDecimalShape, _ operation: BinaryOperator, _ rhs: OracleDecimalShape
  ) -> OracleDecimalShape? {
    guard [lhs, rhs].allSatisfy({ $0.precision <= 38 && $0.scale <= 38 }) else { return nil }
    let (p, s, q, t) = (lhs.precision, lhs.scale, rhs.precision, rhs.scale)
    switch operation {
    case .add, .subtract:
      let whole = max(p - s, q - t)
      let scale = min(max(s, t), 38 - whole)
      return OracleDecimalShape(precision: min(38, whole + scale + 1), scale: scale)
    case .multiply: return cut(p + q + 1, s + t)
    case .divide:
      let scale = max(6, s + q + 1)
      return cut(p - s + t + scale, scale)
    default: return OracleDecimalShape(precision: min(p - s, q - t) + max(s, t), scale: max(s, t))
    }
  }

  /// Of too many digits those behind the point go, but for six.
  private static func cut(_ precision: Int, _ scale: Int) -> OracleDecimalShape {
    precision <= 38
      ? OracleDecimalShape(precision: precision, scale: scale)
      : OracleDecimalShape(precision: 38, scale: max(38 - precision + scale, min(scale, 6)))
  }

  /// Of a value that is neither a double nor a real, and of the expression that it comes from.
  init?(_ value: OracleValue, _ expression: Expression?) {
    guard let number = value.decimal else { return nil }
    if value.integer != nil {
      let bits = expression.map { OracleMore.integerBits(of: $0) } ?? 64
      self.init(precision: [8: 3, 16: 5, 32: 10][bits] ?? 19, scale: 0)
      return
    }
    let whole = number.isZero ? 0 : max(0, number.digits.count + number.exponent)
    var precision = max(1, whole + number.scale)
    if case .exact(_, let typed?) = value { precision = typed }
    self.init(precision: precision, scale: number.scale)
  }

  init(precision: Int, scale: Int) {
    (self.precision, self.scale) = (precision, scale)
  }

  /// An exact result with this scale; NULL where it has more digits than a decimal of SQL.
  func value(_ exact: OracleDecimal?) -> OracleValue {
    guard let exact, let rounded = exact.scale > scale ? exact.rounded(toScale: scale) : exact,
      max(rounded.digits.count + rounded.exponent, 0) + rounded.scale <= 38
    else { return .null }
    return .exact(spelling: rounded.text, precision: precision)
  }

  /// Typed numbers in one array have one type: double, real, or decimal with as many places as any has.
  static func unified(_ items: [OracleValue]) -> [OracleValue] {
    func contains(_ test: (OracleValue) -> Bool) -> Bool { items.contains(where: test) }
    let areTyped = items.allSatisfy { item in
      switch item {
      case .null, .double, .real, .exact: true
      case .number: item.integer != nil
      default: false
      }
    }
    if !areTyped { return items }
    if contains({ if case .double = $0 { true } else { false } }) {
      return items.map { $0.asDouble.map { OracleValue(double: $0) } ?? $0 }
    }
    if contains(\.isReal) {
      return items.map { item in
        item.isNull
          ? item : OracleArithmetic.real(Float(String(decoding: item.decimal?.text ?? [], as: UTF8.self)))
      }
    }
    guard contains({ if case .exact = $0 { true } else { false } }) else { return items }
    let shapes = items.compactMap { OracleDecimalShape($0, nil) }
    let scale = shapes.map(\.scale).max() ?? 0
    let precision = min(38, scale + (shapes.map { $0.precision - $0.scale }.max() ?? 0))
    let padded = items.map { item in item.decimal.flatMap { $0.rounded(toScale: scale) } }
    for (item, number) in zip(items, padded) where !item.isNull {
      guard let number, max(0, number.digits.count + number.exponent) + scale <= 38 else { return items }
    }
    return padded.map { $0.map { .exact(spelling: $0.text, precision: precision) } ?? .null }
  }
}
