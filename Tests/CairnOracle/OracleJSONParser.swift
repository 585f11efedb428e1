/// Reads RFC 8259 JSON, any bytes being allowed inside strings. Plain and slow on purpose: it shares
/// nothing with the engine's tokenizer.
struct OracleJSONParser {
  /// AWS's records nest 11 deep at most; deeper than this is refused, since the parser recurses.
  static let maximumDepth = 512

  private let bytes: [UInt8]
  private var offset = 0

  /// The value that bytes spell from the first to the last, or nil if they are not JSON.
  static func parse(_ bytes: [UInt8]) -> OracleJSON? {
    var parser = OracleJSONParser(bytes: bytes)
    guard let value = parser.value(depth: 0) else { return nil }
    parser.skipSpace()
    return parser.offset == bytes.count ? value : nil
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  private var byte: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func skipSpace() {
    while let byte, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { offset += 1 }
  }

  private mutating func accept(_ wanted: Character) -> Bool {
    guard let code = wanted.asciiValue, byte == code else { return false }
    offset += 1
    return true
  }

  private mutating func accept(word: String) -> Bool {
    guard bytes[offset...].starts(with: word.utf8) else { return false }
    offset += word.utf8.count
    return true
  }

  private mutating func value(depth: Int) -> OracleJSON? {
    guard depth < OracleJSONParser.maximumDepth else { return nil }
    skipSpace()
    switch byte {
    case UInt8(ascii: "{"): return object(depth: depth)
    case UInt8(ascii: "["): return array(depth: depth)
    case UInt8(ascii: "\""): return string().map(OracleJSON.string)
    case UInt8(ascii: "t"): return accept(word: "true") ? .boolean(true) : nil
    case UInt8(ascii: "f"): return accept(word: "false") ? .boolean(false) : nil
    case UInt8(ascii: "n"): return accept(word: "null") ? .null : nil
    default: return number()
    }
  }

  private mutating func object(depth: Int) -> OracleJSON? {
    guard accept("{") else { return nil }
    var members: [OracleJSON.Member] = []
    skipSpace()
    if accept("}") { return .object([]) }
    repeat {
      skipSpace()
      guard let raw = string() else { return nil }
      skipSpace()
      guard accept(":"), let value = value(depth: depth + 1) else { return nil }
      members.append(.init(rawKey: raw, key: OracleJSON.unescaped(raw), value: value))
      skipSpace()
    } while accept(",")
    return accept("}") ? .object(members) : nil
  }

  private mutating func array(depth: Int) -> OracleJSON? {
    guard accept("[") else { return nil }
    var items: [OracleJSON] = []
    skipSpace()
    if accept("]") { return .array([]) }
    repeat {
      guard let value = value(depth: depth + 1) else { return nil }
      items.append(value)
      skipSpace()
    } while accept(",")
    return accept("]") ? .array(items) : nil
  }

  /// The raw inside of a string.
  private mutating func string() -> [UInt8]? {
    guard accept("\"") else { return nil }
    let start = offset
    while let byte {
      offset += 1
      if byte == UInt8(ascii: "\"") { return Array(bytes[start..<(offset - 1)]) }
      guard byte == UInt8(ascii: "\\") else { continue }
      guard let escape = self.byte else { return nil }
      offset += 1
      if escape == UInt8(ascii: "u") {
        let digits = bytes[offset...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit && $0 < 0x80 })
        else { return nil }
        offset += 4
      } else if !"\"\\/bfnrt".utf8.contains(escape) {
        return nil
      }
    }
    return nil
  }

  private mutating func number() -> OracleJSON? {
    let start = offset
    _ = accept("-")
    if !accept("0") {
      guard digits() else { return nil }
    }
    if accept("."), !digits() { return nil }
    if accept("e") || accept("E") {
      if !accept("+") { _ = accept("-") }
      guard digits() else { return nil }
    }
    return .number(Array(bytes[start..<offset]))
  }

  private mutating func digits() -> Bool {
    let start = offset
    while let byte, (0x30...0x39).contains(byte) { offset += 1 }
    return offset > start
  }
}
