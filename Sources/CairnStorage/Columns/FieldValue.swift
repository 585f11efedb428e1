/// A value of a record at a path.
public enum FieldValue: Sendable, Hashable {
  /// The record has no such path.
  case missing
  /// JSON null.
  case null
  /// `true` or `false`.
  case boolean(Bool)
  /// A number that fits 64 bits and prints back the same.
  case integer(Int64)
  /// Any other number, as spelled.
  case number([UInt8])
  /// A string's value, unescaped.
  case string([UInt8])
  /// An object or array as compact JSON, escapes as they were.
  case json([UInt8])

  /// The value as text; nil for a missing one and for null.
  public var text: String? {
    switch self {
    case .missing, .null: nil
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .number(let bytes), .string(let bytes), .json(let bytes): String(decoding: bytes, as: UTF8.self)
    }
  }
}
