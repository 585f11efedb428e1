extension Lexer {
  /// Skips white space and comments. Comments do not nest, as in Trino.
  mutating func skipBlanks() throws(SQLSyntaxError) {
    while let byte = source.byte(at: offset) {
      switch byte {
      case 0x09...0x0D, 0x20:
        offset += 1
      case UInt8(ascii: "-") where source.byte(at: offset + 1) == UInt8(ascii: "-"):
        skipLine()
      case UInt8(ascii: "#") where startsWord:
        skipLine()
      case UInt8(ascii: "/") where source.byte(at: offset + 1) == UInt8(ascii: "*"):
        try skipComment()
      default:
        let length = byte >= 0x80 ? blankByteCount() : 0
        if length == 0 {
          if byte >= 0x80, let message = foreignCharacter() {
            throw error(message, from: offset, to: offset + 1)
          }
          return
        }
        offset += length
      }
    }
  }

  private mutating func skipLine() {
    while let next = source.byte(at: offset), next != UInt8(ascii: "\n") { offset += 1 }
  }

  /// Whether nothing but white space stands right before.
  private var startsWord: Bool {
    guard let before = source.byte(at: offset - 1) else { return true }
    return before == 0x20 || (0x09...0x0D).contains(before)
  }

  private mutating func skipComment() throws(SQLSyntaxError) {
    let start = offset
    offset += 2
    while let byte = source.byte(at: offset) {
      if byte == UInt8(ascii: "*"), source.byte(at: offset + 1) == UInt8(ascii: "/") {
        offset += 2
        return
      }
      offset += 1
    }
    throw error("the comment has no end", from: start, to: start + 2)
  }

  /// The three bytes here as one number, which tells the characters that pasted text brings.
  private var threeBytes: UInt32 {
    var value: UInt32 = 0
    for index in 0..<3 { value = value << 8 | UInt32(source.byte(at: offset + index) ?? 0) }
    return value
  }

  /// The length of a white space character beyond ASCII that stands here (no-break spaces and their kin
  /// come with text pasted from web pages), or 0.
  func blankByteCount() -> Int {
    let value = threeBytes
    if value >> 8 == 0xC2A0 { return 2 }  // U+00A0
    switch value {
    case 0xE28080...0xE2808B, 0xE280AF, 0xE2819F, 0xE38080, 0xEFBBBF: return 3
    default: return 0
    }
  }

  /// What to say about a character that word processors put in place of SQL's own, if one stands here.
  func foreignCharacter() -> String? {
    switch threeBytes {
    case 0xE28098, 0xE28099: "a curly quotation mark; strings are written between straight '…'"
    case 0xE2809C, 0xE2809D:
      "a curly quotation mark; names are written between straight \"…\", strings between '…'"
    case 0xE28090...0xE28095: "a typographic dash; minus is '-'"
    default: nil
    }
  }
}
