/// A value in the evaluation of an expression. Literals and results have a type; record values adapt to what
/// they meet (S10, S20).
package enum EngineValue: Sendable, Equatable {
  case null
  case boolean(Bool)
  case number(ExactNumber)
  case text([UInt8])
  case timestamp(TimePoint)
  /// A point in time that is shown in another zone than UTC.
  case zoned(ZonedTime)
  /// A day, counted from 1970-01-01.
  case date(Int)
  case address(NetworkAddress)
  case interval(TimeSpan)
  /// `ARRAY[…]`.
  case array([EngineValue])
  /// `MAP(…)`; objects of a record stay record values.
  case map(MapValue)
  /// `ROW(…)`.
  case row(RowValue)
  /// A value that a record has, neither missing nor null.
  case record(FieldValue)

  /// A record's value; missing and null are NULL (S11).
  package init(_ field: FieldValue) {
    switch field {
    case .missing, .null: self = .null
    default: self = .record(field)
    }
  }

  /// What steps are taken from: the record value that it is, or one like it.
  var field: FieldValue {
    switch self {
    case .null: .missing
    case .record(let field): field
    case .text(let text): .string(text)
    case .boolean(let value): .boolean(value)
    case .number(let number): .number(number.json)
    default: self.json.first == UInt8(ascii: "[") ? .json(json) : .string(text ?? [])
    }
  }

  /// An outcome of three-valued logic.
  package init(_ truth: Bool?) {
    self = truth.map(EngineValue.boolean) ?? .null
  }

  /// Whether it is NULL.
  package var isNull: Bool {
    if case .null = self { true } else { false }
  }
}

// MARK: Conversions (S20, S50)

extension EngineValue {
  /// The value's one text (S12); nil for NULL.
  package var text: [UInt8]? {
    switch self {
    case .null: nil
    case .boolean(let value): value ? EngineValue.trueText : EngineValue.falseText
    case .number(let number): number.text
    case .text(let bytes): bytes
    case .timestamp(let point): point.text
    case .zoned(let time): time.text
    case .date(let days): TimePoint.dateText(days: days)
    case .address(let address): address.text
    case .interval(let span): span.text
    case .array(let items): EngineValue.json(items)
    case .map(let map): map.json
    case .row(let row): row.json
    case .record(let field): field.engineText
    }
  }

  static let trueText = Array("true".utf8)
  static let falseText = Array("false".utf8)

  /// The characters of a string, typed or of a record; nil for values of other kinds.
  var string: [UInt8]? {
    switch self {
    case .text(let bytes), .record(.string(let bytes)): bytes
    default: nil
    }
  }

  /// A boolean, typed or of a record; nil for values of other kinds.
  var boolean: Bool? {
    switch self {
    case .boolean(let value), .record(.boolean(let value)): value
    default: nil
    }
  }

  /// What it counts as where a condition is needed (S30).
  package var truth: Bool? {
    switch self {
    case .boolean(let value), .record(.boolean(let value)): value
    case .text(let bytes), .record(.string(let bytes)):
      bytes == EngineValue.trueText ? true : bytes == EngineValue.falseText ? false : nil
    default: nil
    }
  }

  /// The exact decimal: numbers, and text by S15.
  var number: ExactNumber? {
    switch self {
    case .number(let number): number
    case .record(.integer(let value)): .integer(value)
    case .text(let bytes), .record(.string(let bytes)), .record(.number(let bytes)):
      ExactNumber(spelling: bytes)
    default: nil
    }
  }

  /// The point in time: timestamps, the midnight of dates, and text by S16.
  var timePoint: TimePoint? {
    switch self {
    case .timestamp(let point): point
    case .zoned(let time): time.point
    case .date(let days): TimePoint(days: days)
    case .text(let bytes), .record(.string(let bytes)): TimePoint(spelling: bytes)
    default: nil
    }
  }

  /// The address: addresses, and text by S53.
  var networkAddress: NetworkAddress? {
    switch self {
    case .address(let address): address
    case .text(let bytes), .record(.string(let bytes)): NetworkAddress(spelling: bytes)
    default: nil
    }
  }

  /// The value as JSON: null, numbers, booleans, arrays and objects as they are, everything else a string.
  package var json: [UInt8] {
    switch self {
    case .null: return Array("null".utf8)
    case .number(let number): return number.json
    case .boolean, .array, .map, .row, .record(.json), .record(.number), .record(.integer),
      .record(.boolean):
      return text ?? []
    default:
      var output: [UInt8] = []
      JSONText.appendQuoted(text ?? [], to: &output)
      return output
    }
  }

  static func json(_ items: [EngineValue]) -> [UInt8] {
    var output: [UInt8] = [UInt8(ascii: "[")]
    for (index, item) in items.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      output += item.json
    }
    output.append(UInt8(ascii: "]"))
    return output
  }
}

extension FieldValue {
  /// The value's one text (S12); nil where there is no value.
  var engineText: [UInt8]? {
    switch self {
    case .missing, .null: nil
    case .boolean(let value): value ? EngineValue.trueText : EngineValue.falseText
    case .integer(let value): Array(String(value).utf8)
    case .number(let bytes), .string(let bytes), .json(let bytes): bytes
    }
  }
}
