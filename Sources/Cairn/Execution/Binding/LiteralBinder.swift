import CairnSQL

/// The values of literals.
enum LiteralBinder {
  static func value(_ literal: Literal, _ span: SourceSpan) throws(BindError) -> EngineValue {
    switch literal {
    case .null: return .null
    case .boolean(let value): return .boolean(value)
    case .string(let text): return .text(Array(text.utf8))
    case .number(let spelling): return .number(try number(Array(spelling.utf8), span))
    case .binary(let bytes): return .text(bytes)
    case .typed(let type, let text): return try typed(type, Array(text.utf8), span)
    case .interval(let interval): return .interval(try self.interval(interval, span))
    }
  }

  private static func typed(
    _ type: String, _ text: [UInt8], _ span: SourceSpan
  ) throws(BindError) -> EngineValue {
    if type == "json" {
      guard let compact = JSONDocument.compact(text) else {
        throw BindError(message: "the text is no json", span: span)
      }
      return EngineValue(JSONText(compact).field)
    }
    guard let target = CastTarget(typeName: type) else {
      throw BindError(message: "literals of type \(type) are not supported", span: span)
    }
    let value =
      switch target {
      case .timestamp: EngineValue(timeOf: .text(text), allowsNames: true)
      case .decimal: decimal(text)
      default: target.cast(.text(text))
      }
    guard !value.isNull else {
      throw BindError(message: "the text is no \(type)", span: span)
    }
    return value
  }

  /// What has an exponent is a double; what has a point is a decimal.
  private static func number(_ spelling: [UInt8], _ span: SourceSpan) throws(BindError) -> ExactNumber {
    if spelling.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
      guard let double = Double(String(decoding: spelling, as: UTF8.self)), double.isFinite else {
        throw BindError(message: "the number is beyond all doubles", span: span)
      }
      return .double(double)
    }
    guard let number = ExactNumber(spelling: spelling)?.plain else {
      throw BindError(message: "this is no number", span: span)
    }
    return number
  }

  /// With the places that are written.
  private static func decimal(_ text: [UInt8]) -> EngineValue {
    guard let number = ExactDecimal(spelling: text), !number.hasExponent,
      max(number.magnitude, 0) + number.places <= CastTarget.largestPrecision
    else { return .null }
    return .number(.decimal(number.decimal))
  }

  private static func interval(_ literal: IntervalLiteral, _ span: SourceSpan) throws(BindError) -> TimeSpan {
    guard let length = TimeSpan(literal) else {
      throw BindError(
        message:
          "an interval of \(literal.from.rawValue)\(literal.to.map { " TO \($0.rawValue)" } ?? "") has "
          + "numbers up to \(TimeSpan.largestCount), such as "
          + "\(TimeSpan.example(from: literal.from, to: literal.to))",
        span: span)
    }
    return length
  }
}
