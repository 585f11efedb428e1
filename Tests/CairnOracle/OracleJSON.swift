/// A JSON value with everything that the record's text says about it: spelling of numbers, escapes,
/// order of keys and repeated keys. Rules S10 to S13.
indirect enum OracleJSON: Sendable, Equatable {
  case null
  case boolean(Bool)
  /// As spelled.
  case number([UInt8])
  /// The bytes between the quotes, escapes not undone.
  case string([UInt8])
  case array([OracleJSON])
  case object([Member])

  struct Member: Sendable, Equatable {
    /// The key between its quotes, escapes not undone.
    let rawKey: [UInt8]
    /// The key with escapes undone.
    let key: [UInt8]
    let value: OracleJSON
  }

  /// The one text of a value (S12).
  var text: [UInt8] {
    if case .string(let raw) = self { return OracleJSON.unescaped(raw) }
    return compact
  }

  /// Compact JSON: the record's bytes less the white space between tokens.
  var compact: [UInt8] {
    switch self {
    case .null: Array("null".utf8)
    case .boolean(let value): Array((value ? "true" : "false").utf8)
    case .number(let spelling): spelling
    case .string(let raw): [0x22] + raw + [0x22]
    case .array(let items):
      [0x5B] + items.map(\.compact).joined(separator: [0x2C]) + [0x5D]
    case .object(let members):
      [0x7B] + members.map { [0x22] + $0.rawKey + [0x22, 0x3A] + $0.value.compact }.joined(separator: [0x2C])
        + [0x7D]
    }
  }

  /// A string as JSON functions write it (S80), anything else as it is.
  var respelled: OracleJSON {
    guard case .string(let raw) = self else { return self }
    return .string(OracleJSON.escaped(OracleJSON.unescaped(raw)))
  }

  /// Undoes the escapes of a string. Pairs of surrogates join; a lone one becomes three bytes (S13).
  static func unescaped(_ raw: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var rest = raw[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let escape = rest.popFirst() else {
        result.append(byte)
        continue
      }
      switch escape {
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0C)
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "u"):
        var code = hex(rest.prefix(4))
        rest = rest.dropFirst(4)
        if (0xD800..<0xDC00).contains(code), rest.starts(with: Array("\\u".utf8)) {
          let low = hex(rest.dropFirst(2).prefix(4))
          if (0xDC00..<0xE000).contains(low) {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
            rest = rest.dropFirst(6)
          }
        }
        result += encoded(code)
      default: result.append(escape)
      }
    }
    return result
  }

  /// A member with a key that is not escaped yet.
  static func member(key: [UInt8], _ value: OracleJSON) -> Member {
    Member(rawKey: escaped(key), key: key, value: value)
  }

  /// Text between quotes: `"`, `\` and control characters escaped and nothing else (S80).
  static func escaped(_ text: [UInt8]) -> [UInt8] {
    text.flatMap { byte -> [UInt8] in
      switch byte {
      case 0x22, 0x5C: return [0x5C, byte]
      case 0x08: return Array("\\b".utf8)
      case 0x09: return Array("\\t".utf8)
      case 0x0A: return Array("\\n".utf8)
      case 0x0C: return Array("\\f".utf8)
      case 0x0D: return Array("\\r".utf8)
      case 0..<0x20:
        let hex = String(byte, radix: 16)
        return Array("\\u00".utf8) + Array((hex.count < 2 ? "0" + hex : hex).utf8)
      default: return [byte]
      }
    }
  }

  private static func hex(_ digits: ArraySlice<UInt8>) -> UInt32 {
    UInt32(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0xFFFD
  }

  /// UTF-8's bit pattern for any number, surrogates included.
  private static func encoded(_ code: UInt32) -> [UInt8] {
    func tail(_ shift: UInt32) -> UInt8 { 0x80 | UInt8((code >> shift) & 0x3F) }
    switch code {
    case 0..<0x80: return [UInt8(code)]
    case 0x80..<0x800: return [0xC0 | UInt8(code >> 6), tail(0)]
    case 0x800..<0x10000: return [0xE0 | UInt8(code >> 12), tail(6), tail(0)]
    default: return [0xF0 | UInt8((code >> 18) & 0x07), tail(12), tail(6), tail(0)]
    }
  }
}
