/// A regular expression of S52, ready to be found.
struct RegexPattern: Sendable {
  private enum Form: Sendable {
    /// A pattern without operators is a part of the text.
    case literal([UInt8])
    case program(RegexProgram)
  }

  private let form: Form

  /// Reads a pattern, which must be UTF-8.
  init(_ pattern: [UInt8]) throws(RegexFailure) {
    guard let text = String(validating: pattern, as: UTF8.self) else {
      throw RegexFailure(message: "is not UTF-8")
    }
    // U+FFFD stands for other bytes in the text (S52), so that it is no literal.
    let operators = Set("\\^$.|?*+()[]{}\u{FFFD}".unicodeScalars)
    if text.unicodeScalars.allSatisfy({ !operators.contains($0) }) {
      form = .literal(pattern)
    } else {
      form = .program(try RegexProgram(try RegexParser.parse(text).tree))
    }
  }

  /// Whether it is found anywhere in a text.
  func matches(_ text: [UInt8]) -> Bool {
    switch form {
    case .literal(let part):
      return ByteOrder.find(part, in: text) != nil
    case .program(let program):
      var search = RegexSearch(program, RegexPattern.scalars(text))
      return search.run()
    }
  }

  /// The characters of a text, U+FFFD for those that are not Unicode.
  static func scalars(_ text: [UInt8]) -> [UInt32] {
    if text.allSatisfy({ $0 < 0x80 }) { return text.map { UInt32($0) } }
    return Characters.split(text).map { Characters.scalar($0)?.value ?? 0xFFFD }
  }
}
