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

  /// The value as JSON; nil for a missing one. Strings are escaped as little as JSON allows.
  public var json: String? {
    switch self {
    case .missing: nil
    case .null: "null"
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .number(let bytes), .json(let bytes): String(decoding: bytes, as: UTF8.self)
    case .string(let bytes):
      "\"" + Self.escaped(bytes) + "\""
    }
  }

  private static func escaped(_ bytes: [UInt8]) -> String {
    var output = RawVector<UInt8>()
    defer { output.free() }
    bytes.withUnsafeBufferPointer { StringSpelling.append($0, style: .minimal, to: &output) }
    return String(decoding: output.buffer, as: UTF8.self)
  }
}
