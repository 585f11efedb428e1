/// Turns SQL text into tokens. Never fails as a whole: where it cannot go on it puts an `invalid`
/// token, and the parser reports the error if it gets that far.
struct Lexer {
  let source: SourceText
  var offset = 0
  private(set) var tokens: [Token] = []
  private(set) var failure: SQLSyntaxError?

  init(_ source: SourceText) {
    self.source = source
  }

  /// All tokens of the text; the last one is `end` or `invalid`.
  mutating func run() {
    do throws(SQLSyntaxError) {
      guard source.bytes.count <= ParserLimits.textByteCount else {
        throw error("the text is longer than \(ParserLimits.textByteCount) bytes", from: 0, to: 1)
      }
      while true {
        try skipBlanks()
        let start = offset
        guard let byte = source.byte(at: offset) else {
          append(.end, from: start)
          return
        }
        append(try token(startingWith: byte), from: start)
      }
    } catch {
      failure = error
      tokens.append(Token(kind: .invalid, span: error.span))
    }
  }

  private mutating func append(_ kind: Token.Kind, from start: Int) {
    tokens.append(Token(kind: kind, span: SourceSpan(start: start, end: offset)))
  }

  private mutating func token(startingWith byte: UInt8) throws(SQLSyntaxError) -> Token.Kind {
    switch byte {
    case UInt8(ascii: "'"):
      return .string(try quoted(by: byte, what: "string"))
    case UInt8(ascii: "\""), UInt8(ascii: "`"):
      return .quotedName(try quoted(by: byte, what: "quoted name"))
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      return try numberOrWord()
    case UInt8(ascii: "."):
      if let next = source.byte(at: offset + 1), next.isDigit, !followsName { return try numberOrWord() }
      return try symbolToken(byte)
    case UInt8(ascii: "$"):
      return try placeholder()
    case UInt8(ascii: "{"):
      return try bracedPlaceholder()
    default:
      if let literal = try prefixedLiteral(byte) { return literal }
      if byte.startsName { return try word() }
      return try symbolToken(byte)
    }
  }

  /// Whether the token before ends right here and can be the base of a path, so that `.1` is not a number.
  private var followsName: Bool {
    guard let last = tokens.last, last.span.end == offset else { return false }
    switch last.kind {
    case .word, .quotedName, .symbol(.rightBracket), .symbol(.rightParenthesis): return true
    default: return false
    }
  }

  private mutating func word() throws(SQLSyntaxError) -> Token.Kind {
    let start = offset
    while let byte = source.byte(at: offset), byte.continuesName {
      if byte >= 0x80, let message = foreignCharacter() {
        throw error(message, from: offset, to: offset + 1)
      }
      // A pasted no-break space ends a word, though its bytes look like letters.
      if byte >= 0x80, blankByteCount() > 0 { break }
      offset += 1
    }
    let text = source.text(SourceSpan(start: start, end: offset))
    return .word(text, Keyword(spelling: text))
  }

  /// `X'…'` and `U&'…'`, or nil where the letter starts an ordinary word.
  private mutating func prefixedLiteral(_ byte: UInt8) throws(SQLSyntaxError) -> Token.Kind? {
    let quote = UInt8(ascii: "'")
    if byte | 0x20 == UInt8(ascii: "x"), source.byte(at: offset + 1) == quote {
      return .binary(try binaryLiteral())
    }
    if byte | 0x20 == UInt8(ascii: "u"), source.byte(at: offset + 1) == UInt8(ascii: "&"),
      source.byte(at: offset + 2) == quote
    {
      return .string(try unicodeLiteral())
    }
    return nil
  }

  private mutating func placeholder() throws(SQLSyntaxError) -> Token.Kind {
    let start = offset
    offset += 1
    let isBraced = source.byte(at: offset) == UInt8(ascii: "{")
    if isBraced { offset += 1 }
    let nameStart = offset
    while let byte = source.byte(at: offset), byte.continuesName, byte < 0x80 { offset += 1 }
    guard offset > nameStart else {
      throw error("expected a name after '$'", from: start, to: offset)
    }
    if isBraced {
      guard source.byte(at: offset) == UInt8(ascii: "}") else {
        throw error("expected '}' at the end of the placeholder", from: start, to: offset)
      }
      offset += 1
    }
    return .placeholder(source.text(SourceSpan(start: start, end: offset)))
  }

  /// `{event_data_store_id}`, `{{ table }}`: what a program puts its values in place of.
  private mutating func bracedPlaceholder() throws(SQLSyntaxError) -> Token.Kind {
    let start = offset
    var depth = 0
    while let byte = source.byte(at: offset), byte >= 0x20, offset - start < Self.longestPlaceholder {
      offset += 1
      if byte == UInt8(ascii: "{") { depth += 1 }
      if byte == UInt8(ascii: "}") { depth -= 1 }
      if depth == 0 { return .placeholder(source.text(SourceSpan(start: start, end: offset))) }
    }
    throw error("the placeholder has no closing '}' on its line", from: start, to: start + 1)
  }

  private static let longestPlaceholder = 256

  private mutating func symbolToken(_ byte: UInt8) throws(SQLSyntaxError) -> Token.Kind {
    // Longest first, so that `<=` is not read as `<` and `=`.
    for length in [3, 2, 1] {
      let span = SourceSpan(start: offset, end: offset + length)
      guard span.end <= source.bytes.count else { continue }
      let text = source.text(span)
      guard let symbol = text == "!=" ? .notEqual : Symbol(rawValue: text) else { continue }
      offset += length
      return .symbol(symbol)
    }
    if byte == UInt8(ascii: "@") || byte == UInt8(ascii: "#") {
      throw error(
        "unexpected '\(Character(Unicode.Scalar(byte)))'; put names with such characters in double quotes",
        from: offset, to: offset + 1)
    }
    let shown =
      byte > 0x20 && byte < 0x7F
      ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x\(String(byte, radix: 16))"
    let note = byte == UInt8(ascii: "~") ? ": expressions are matched by regexp_like(value, pattern)" : ""
    throw error("unexpected \(shown)\(note)", from: offset, to: offset + 1)
  }

  func error(_ message: String, from start: Int, to end: Int) -> SQLSyntaxError {
    SQLSyntaxError(
      message: message, span: SourceSpan(start: start, end: end), location: source.location(at: start))
  }
}

extension UInt8 {
  var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

  var isASCIILetter: Bool {
    let lower = self | 0x20
    return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
  }

  /// Keys of real records have letters beyond ASCII, so names may too.
  var startsName: Bool { isASCIILetter || self == UInt8(ascii: "_") || self >= 0x80 }

  var continuesName: Bool { startsName || isDigit }

  /// The value of a hexadecimal digit.
  var hexDigitValue: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
