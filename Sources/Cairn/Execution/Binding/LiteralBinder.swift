import CairnSQL

/// The values of literals.
enum LiteralBinder {
  static func value(_ literal: Literal, _ span: SourceSpan) throws(BindError) -> EngineValue {
    switch literal {
    case .null: return .null
    case .boolean(let value): return .boolean(value)
    case .string(let text): return .text(Array(text.utf8))
    case .number(let spelling):
      let bytes = Array(spelling.utf8)
      return ExactNumber(spelling: bytes).map(EngineValue.number) ?? .noNumber(spelling: bytes)
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
    let value = target.cast(.text(text))
    guard !value.isNull else {
      throw BindError(message: "the text is no \(type)", span: span)
    }
    return value
  }

  private static func interval(_ literal: IntervalLiteral, _ span: SourceSpan) throws(BindError) -> TimeSpan {
    if literal.to != nil {
      throw BindError(message: "intervals of more than one unit are not supported", span: span)
    }
    let text = Array(literal.text.utf8)
    let isSigned = text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+")
    let digits = text[(isSigned ? 1 : 0)...]
    guard !digits.isEmpty, digits.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 }),
      let count = Int64(String(decoding: digits, as: UTF8.self)), count <= TimeSpan.largestCount
    else {
      throw BindError(
        message: "an interval is a whole number up to \(TimeSpan.largestCount) of one unit", span: span)
    }
    let span = TimeSpan(count: count, unit: literal.from)
    return literal.isNegative != (text.first == UInt8(ascii: "-")) ? span.negated : span
  }
}
