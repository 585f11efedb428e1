/// What a search looks for in the keys and values of a segment.
protocol SoughtText: Sendable {
  /// Whether it can be in a number or a literal, or only in strings and keys.
  var mayBeBare: Bool { get }
  /// Whether it can be in the decimal spelling of an integer.
  var mayBeInteger: Bool { get }
  /// Whether it can be in a canonical time, `YYYY-MM-DDTHH:MM:SSZ`.
  var mayBeTime: Bool { get }

  /// Whether it is in a key, as spelled between its quotes.
  func isIn(key: UnsafeBufferPointer<UInt8>) -> Bool
  /// Whether it is in the text of a number, a literal or a time.
  func isIn(bare text: UnsafeBufferPointer<UInt8>) -> Bool
  /// Entries that have it, ascending.
  func entries(of table: StringTable) -> [UInt32]
  /// Positions of the values of a plain chunk that have it, ascending.
  func positions(plain reader: inout ByteReader, count: Int) throws -> [UInt32]
  /// Positions of the values of a chunk of tokens that have it, ascending.
  func positions(of tokens: TokenStrings) -> [UInt32]
}

extension TextPiece: SoughtText {
  func isIn(key: UnsafeBufferPointer<UInt8>) -> Bool { finder.find(in: key) != nil }

  func isIn(bare text: UnsafeBufferPointer<UInt8>) -> Bool { finder.find(in: text) != nil }

  func entries(of table: StringTable) -> [UInt32] { table.entries(containing: self) }

  func positions(plain reader: inout ByteReader, count: Int) throws -> [UInt32] {
    try PlainStrings.positions(containing: self, &reader, count: count)
  }

  func positions(of tokens: TokenStrings) -> [UInt32] { tokens.positions(containing: self) }
}

/// A judgement on single keys and values, strings without their escapes: many texts at once, networks, expressions.
package struct ValueJudge: SoughtText {
  /// Values that are stored in another way than as text. What it can accept none of is not spelled out for it.
  package struct Forms: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Numbers, `true` and `false`.
    package static let bare = Forms(rawValue: 1)
    /// Integers.
    package static let integers = Forms(rawValue: 2)
    /// `YYYY-MM-DDTHH:MM:SSZ`.
    package static let times = Forms(rawValue: 4)
    /// UUIDs with lower-case digits.
    package static let uuids = Forms(rawValue: 8)
  }

  private let forms: Forms
  private let accepts: @Sendable (UnsafeBufferPointer<UInt8>) -> Bool

  /// - Parameter accepts: called from several threads.
  package init(_ forms: Forms, _ accepts: @escaping @Sendable (UnsafeBufferPointer<UInt8>) -> Bool) {
    (self.forms, self.accepts) = (forms, accepts)
  }

  /// What of the forms a text can be in.
  package static func forms(of text: [UInt8]) -> Forms {
    var forms: Forms = []
    let isBare = !text.contains { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "E"),
        UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
        false
      default: true
      }
    }
    if isBare { forms.insert(.bare) }
    let piece = TextPiece(text, mayBeBare: isBare)
    if piece.mayBeInteger { forms.insert(.integers) }
    if piece.mayBeTime { forms.insert(.times) }
    if !TokenPattern.all(for: text, in: .uuid).isEmpty { forms.insert(.uuids) }
    return forms
  }

  var mayBeBare: Bool { forms.contains(.bare) }
  var mayBeInteger: Bool { forms.contains(.integers) }
  var mayBeTime: Bool { forms.contains(.times) }

  func isIn(key: UnsafeBufferPointer<UInt8>) -> Bool {
    key.contains(0x5C) ? StringSpelling.unescape(key).withUnsafeBufferPointer(accepts) : accepts(key)
  }

  func isIn(bare text: UnsafeBufferPointer<UInt8>) -> Bool { accepts(text) }

  func entries(of table: StringTable) -> [UInt32] {
    var found: [UInt32] = []
    for entry in 0..<table.count where accepts(table[entry]) { found.append(UInt32(entry)) }
    return found
  }

  func positions(plain reader: inout ByteReader, count: Int) throws -> [UInt32] {
    try PlainStrings.positions(&reader, count: count, where: accepts)
  }

  func positions(of tokens: TokenStrings) -> [UInt32] {
    if forms.contains(.uuids) || !tokens.areUUIDs { return entries(of: tokens.values(at: nil)) }
    return tokens.positions(ofExceptions: entries(of: tokens.exceptions))
  }
}
