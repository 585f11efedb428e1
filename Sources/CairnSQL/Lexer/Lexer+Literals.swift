extension Lexer {
  /// The inside of `'…'`, `"…"` or `` `…` ``, where the quote doubled stands for itself.
  mutating func quoted(by quote: UInt8, what: String) throws(SQLSyntaxError) -> String {
    let start = offset
    offset += 1
    var content: [UInt8] = []
    while let byte = source.byte(at: offset) {
      offset += 1
      if byte == quote {
        guard source.byte(at: offset) == quote else { return String(decoding: content, as: UTF8.self) }
        offset += 1
      }
      content.append(byte)
    }
    throw error("the \(what) has no closing \(Character(Unicode.Scalar(quote)))", from: start, to: start + 1)
  }

  /// `X'48 69'`: pairs of hexadecimal digits, with blanks between.
  mutating func binaryLiteral() throws(SQLSyntaxError) -> [UInt8] {
    let start = offset
    offset += 1
    let text = try quoted(by: UInt8(ascii: "'"), what: "binary literal")
    var digits: [UInt8] = []
    for byte in text.utf8 where byte != 0x20 && !(0x09...0x0D).contains(byte) {
      guard let digit = byte.hexDigitValue else {
        throw error("a binary literal holds hexadecimal digits only", from: start, to: offset)
      }
      digits.append(digit)
    }
    guard digits.count.isMultiple(of: 2) else {
      throw error("a binary literal holds pairs of hexadecimal digits", from: start, to: offset)
    }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  /// `U&'\0041\+01F600'`, optionally with `UESCAPE '!'` behind it.
  mutating func unicodeLiteral() throws(SQLSyntaxError) -> String {
    let start = offset
    offset += 2
    let text = try quoted(by: UInt8(ascii: "'"), what: "string")
    let escape = try unicodeEscape(literalStart: start)
    var result = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == escape else {
        result.append(scalar)
        continue
      }
      if rest.first == escape {
        rest.removeFirst()
        result.append(escape)
        continue
      }
      let isLong = rest.first == "+"
      if isLong { rest.removeFirst() }
      let digits = rest.prefix(isLong ? 6 : 4)
      guard digits.count == (isLong ? 6 : 4), let value = UInt32(hexDigits: digits),
        let decoded = Unicode.Scalar(value)
      else {
        throw error("a Unicode escape is \\XXXX or \\+XXXXXX, and a character", from: start, to: offset)
      }
      rest = rest.dropFirst(digits.count)
      result.append(decoded)
    }
    return String(result)
  }

  private mutating func unicodeEscape(literalStart: Int) throws(SQLSyntaxError) -> Unicode.Scalar {
    let afterLiteral = offset
    try skipBlanks()
    let word = source.text(SourceSpan(start: offset, end: offset + 7))
    guard word.uppercased() == "UESCAPE" else {
      offset = afterLiteral
      return "\\"
    }
    offset += 7
    try skipBlanks()
    guard source.byte(at: offset) == UInt8(ascii: "'") else {
      throw error("expected a string after UESCAPE", from: literalStart, to: offset)
    }
    let escape = try quoted(by: UInt8(ascii: "'"), what: "string").unicodeScalars
    guard let scalar = escape.first, escape.count == 1 else {
      throw error("UESCAPE takes one character", from: literalStart, to: offset)
    }
    return scalar
  }

  /// A number, or a name that starts with digits (as in pasted table names).
  mutating func numberOrWord() throws(SQLSyntaxError) -> Token.Kind {
    let start = offset
    if let integer = try prefixedInteger() { return .number(integer) }
    var text = digits()
    var isPlain = true
    if source.byte(at: offset) == UInt8(ascii: ".") {
      offset += 1
      text += "." + digits()
      isPlain = false
    }
    if let exponent = exponent() {
      text += exponent
      isPlain = false
    }
    if isPlain, let next = source.byte(at: offset), next.startsName, blankByteCount() == 0,
      foreignCharacter() == nil
    {
      while let byte = source.byte(at: offset), byte.continuesName, byte < 0x80 { offset += 1 }
      return .word(source.text(SourceSpan(start: start, end: offset)), nil)
    }
    return .number(text)
  }

  /// Digits, which may have single `_` between them.
  private mutating func digits() -> String {
    var text = ""
    while let byte = source.byte(at: offset) {
      if byte.isDigit {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else if !(byte == UInt8(ascii: "_") && !text.isEmpty && source.byte(at: offset + 1)?.isDigit == true)
      {
        break
      }
      offset += 1
    }
    return text
  }

  /// `e10`, `E-3`; nothing is read where no digit follows, or where a name goes on behind the digits.
  private mutating func exponent() -> String? {
    guard let letter = source.byte(at: offset), letter | 0x20 == UInt8(ascii: "e") else { return nil }
    var end = offset + 1
    if let sign = source.byte(at: end), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { end += 1 }
    let firstDigit = end
    while let byte = source.byte(at: end), byte.isDigit { end += 1 }
    if end == firstDigit { return nil }
    if firstDigit == offset + 1, let next = source.byte(at: end), next.startsName, next < 0x80 { return nil }
    defer { offset = end }
    return source.text(SourceSpan(start: offset, end: end))
  }

  /// `0x1F`, `0o17`, `0b101`, as decimal text.
  private mutating func prefixedInteger() throws(SQLSyntaxError) -> String? {
    guard source.byte(at: offset) == UInt8(ascii: "0"), let letter = source.byte(at: offset + 1) else {
      return nil
    }
    let radixes: [UInt8: Int] = [UInt8(ascii: "x"): 16, UInt8(ascii: "o"): 8, UInt8(ascii: "b"): 2]
    guard let radix = radixes[letter | 0x20] else { return nil }
    var end = offset + 2
    while let byte = source.byte(at: end), byte.continuesName, byte < 0x80 { end += 1 }
    // A pasted table name such as 0b1c-… continues with a minus sign.
    if source.byte(at: end) == UInt8(ascii: "-") { return nil }
    let text = source.text(SourceSpan(start: offset + 2, end: end)).filter { $0 != "_" }
    guard !text.isEmpty, text.utf8.allSatisfy({ ($0.hexDigitValue.map(Int.init) ?? 99) < radix }) else {
      return nil
    }
    guard let value = UInt64(text, radix: radix) else {
      throw error("the number does not fit 64 bits", from: offset, to: end)
    }
    offset = end
    return String(value)
  }
}

extension UInt32 {
  /// The number that hexadecimal digits spell.
  fileprivate init?(hexDigits: some Sequence<Unicode.Scalar>) {
    var value: UInt32 = 0
    for scalar in hexDigits {
      guard scalar.isASCII, let digit = UInt8(truncatingIfNeeded: scalar.value).hexDigitValue else {
        return nil
      }
      value = value << 4 | UInt32(digit)
    }
    self = value
  }
}
