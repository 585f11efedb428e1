/// Parts of URLs (RFC 3986), and the spelling of texts in them (S73).
enum URLFunctions {
  static let table: [FunctionTable.Entry] = [
    .plain("url_extract_protocol", 1...1) { part($0, \.scheme) },
    .plain("url_extract_host", 1...1) { part($0, \.host) },
    .plain("url_extract_port", 1...1, port),
    .plain("url_extract_path", 1...1) { part($0, \.path) },
    .plain("url_extract_query", 1...1) { part($0, \.query) },
    .plain("url_extract_fragment", 1...1) { part($0, \.fragment) },
    .plain("url_extract_parameter", 2...2, parameter),
    .plain("url_encode", 1...1, encode),
    .plain("url_decode", 1...1) { decode($0[0].text ?? []).map(EngineValue.text) ?? .null },
  ]

  private struct Parts {
    var scheme: ArraySlice<UInt8>?
    var host: ArraySlice<UInt8>?
    var port: ArraySlice<UInt8>?
    var path: ArraySlice<UInt8>?
    var query: ArraySlice<UInt8>?
    var fragment: ArraySlice<UInt8>?
  }

  /// Nil where the text is no URL: it has white space, control characters or one of `"<>\^`{|}`.
  private static func parts(_ value: EngineValue) -> Parts? {
    guard let text = value.text,
      text.allSatisfy({ $0 > 0x20 && $0 != 0x7F && !"\"<>\\^`{|}".utf8.contains($0) })
    else { return nil }
    var parts = Parts()
    var rest = text[...]
    func cut(_ mark: Character) -> ArraySlice<UInt8>? {
      guard let mark = mark.asciiValue, let place = rest.firstIndex(of: mark) else { return nil }
      defer { rest = rest[..<place] }
      return rest[(place + 1)...]
    }
    parts.fragment = cut("#")
    parts.query = cut("?")
    if let colon = rest.firstIndex(of: UInt8(ascii: ":")), isScheme(rest[..<colon]) {
      parts.scheme = rest[..<colon]
      rest = rest[(colon + 1)...]
    }
    if rest.starts(with: "//".utf8) {
      let authority = rest.dropFirst(2).prefix { $0 != UInt8(ascii: "/") }
      rest = rest[authority.endIndex...]
      (parts.host, parts.port) = hostAndPort(authority)
    }
    // What follows a scheme without a slash (`mailto:a@b`) is no path.
    if parts.scheme == nil || parts.host != nil || rest.isEmpty || rest.first == UInt8(ascii: "/") {
      parts.path = rest
    }
    return parts
  }

  private static func isScheme(_ text: ArraySlice<UInt8>) -> Bool {
    guard let first = text.first, isLetter(first) else { return false }
    return text.allSatisfy { isLetter($0) || $0 &- UInt8(ascii: "0") <= 9 || "+-.".utf8.contains($0) }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

  private static func hostAndPort(_ authority: ArraySlice<UInt8>) -> (ArraySlice<UInt8>?, ArraySlice<UInt8>?)
  {
    var rest = authority
    if let at = rest.lastIndex(of: UInt8(ascii: "@")) { rest = rest[(at + 1)...] }
    // The colons of an address in brackets are none before a port.
    let end = rest.lastIndex(of: UInt8(ascii: "]")) ?? rest.startIndex
    var port: ArraySlice<UInt8>?
    if let colon = rest[end...].lastIndex(of: UInt8(ascii: ":")) {
      port = rest[(colon + 1)...]
      rest = rest[..<colon]
    }
    return (rest.isEmpty ? nil : rest, port)
  }

  private static func part(_ arguments: [EngineValue], _ part: KeyPath<Parts, ArraySlice<UInt8>?>)
    -> EngineValue
  {
    guard let parts = parts(arguments[0]) else { return .null }
    // A part that is not there is empty, as Trino has it.
    return .text(Array(parts[keyPath: part] ?? []))
  }

  @Sendable private static func port(_ arguments: [EngineValue]) -> EngineValue {
    guard let port = parts(arguments[0])?.port, port.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 }),
      let number = Int(String(decoding: port, as: UTF8.self)), number <= 65_535
    else { return .null }
    return EngineValue(number)
  }

  /// The decoded value of the first parameter of a name.
  @Sendable private static func parameter(_ arguments: [EngineValue]) -> EngineValue {
    guard let query = parts(arguments[0])?.query, let name = arguments[1].text else { return .null }
    for item in query.split(separator: UInt8(ascii: "&")) {
      let key = item.prefix { $0 != UInt8(ascii: "=") }
      guard decode(Array(key)) == name else { continue }
      return decode(Array(item[key.endIndex...].dropFirst())).map(EngineValue.text) ?? .null
    }
    return .null
  }

  // MARK: Spelling

  @Sendable private static func encode(_ arguments: [EngineValue]) -> EngineValue {
    let digits = Array("0123456789ABCDEF".utf8)
    var output: [UInt8] = []
    for byte in arguments[0].text ?? [] {
      if isLetter(byte) || byte &- UInt8(ascii: "0") <= 9 || "-_.*".utf8.contains(byte) {
        output.append(byte)
      } else if byte == 0x20 {
        output.append(UInt8(ascii: "+"))
      } else {
        output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return EngineValue(limited: output)
  }

  /// Nil where a `%` is not followed by two digits.
  private static func decode(_ text: [UInt8]) -> [UInt8]? {
    var output: [UInt8] = []
    var rest = text[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+"): output.append(0x20)
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(Hexadecimal.value),
          let low = rest.popFirst().flatMap(Hexadecimal.value)
        else { return nil }
        output.append(high << 4 | low)
      default: output.append(byte)
      }
    }
    return output
  }
}
