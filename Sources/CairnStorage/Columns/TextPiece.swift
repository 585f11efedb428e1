/// A text that stands inside one token of a record's compact JSON wherever it stands there: a part of a longer text
/// that is looked for.
///
/// Where a text has a quote, what is left and right of it are parts for themselves. Such a part never reaches over
/// a string's end, so it is inside one string or outside all strings. With a byte that only strings have it is in
/// a string as a whole, `:` and `,` included. Else it may lie over numbers, literals and punctuation, and its
/// pieces are what stands between punctuation.
package struct TextPiece: Sendable {
  package let finder: ByteFinder
  /// Whether it can be in a number or a literal, or only in strings and keys.
  package let mayBeBare: Bool
  /// What of it stands in the value of a string whose spelling has escapes: its beginning may be the end of an
  /// escape. Nil where nothing of it need be there.
  package let core: ByteFinder?

  package var text: [UInt8] { finder.text }

  /// - Parameter foldsCase: whether capital letters of ASCII count as small ones.
  package init(_ text: [UInt8], mayBeBare: Bool, foldsCase: Bool = false) {
    finder = ByteFinder(text, foldsCase: foldsCase)
    self.mayBeBare = mayBeBare
    let rest = text.dropFirst(Self.escapeTailByteCount(text))
    core = rest.isEmpty || text.contains(0x5C) ? nil : ByteFinder(Array(rest), foldsCase: foldsCase)
  }

  /// Pieces that are in the record's text wherever all of `texts` are; the longest first.
  package static func pieces(of texts: [[UInt8]], foldsCase: Bool = false) -> [TextPiece] {
    var pieces: [TextPiece] = []
    for text in texts {
      let text = ByteFinder(text, foldsCase: foldsCase).text
      for part in text.split(separator: UInt8(ascii: "\"")) {
        if part.allSatisfy({ bare.contains($0) }) {
          for piece in part.split(whereSeparator: { punctuation.contains($0) }) {
            pieces.append(TextPiece(Array(piece), mayBeBare: true, foldsCase: foldsCase))
          }
        } else {
          pieces.append(TextPiece(Array(part), mayBeBare: false, foldsCase: foldsCase))
        }
      }
    }
    pieces.sort { $0.text.count > $1.text.count }
    var kept: [TextPiece] = []
    for piece in pieces {
      // What is in another piece asks nothing more.
      let isInside = kept.contains { $0.text.withUnsafeBufferPointer { piece.finder.find(in: $0) } != nil }
      if !isInside { kept.append(piece) }
    }
    return kept
  }

  private static let punctuation = Set(":,{}[]".utf8)
  /// Bytes outside strings.
  private static let bare = punctuation.union("0123456789+-.eEtrufalsn".utf8)

  /// Bytes at the beginning that may be the end of an escape such as `\n` or `\u003d`.
  private static func escapeTailByteCount(_ text: [UInt8]) -> Int {
    func isHexadecimal(_ byte: UInt8) -> Bool {
      byte &- 0x30 <= 9 || (byte | 0x20) &- 0x61 <= 5
    }
    guard let first = text.first else { return 0 }
    if first == UInt8(ascii: "u"), text.count >= 5, text[1..<5].allSatisfy(isHexadecimal) { return 5 }
    if first == UInt8(ascii: "u"), text.count < 5, text.dropFirst().allSatisfy(isHexadecimal) {
      return text.count
    }
    let digits = text.prefix(4).prefix(while: isHexadecimal).count
    return max(digits, "bfnrt/".utf8.contains(first) ? 1 : 0)
  }

  // MARK: Kinds of values that can have it

  /// Whether it can be in the decimal spelling of an integer.
  package var mayBeInteger: Bool {
    mayBeBare && text.count <= 20 && text.dropFirst().allSatisfy { $0 &- 0x30 <= 9 }
      && text.first.map { $0 &- 0x30 <= 9 || $0 == UInt8(ascii: "-") } ?? false
  }

  /// Whether it can be in a canonical time, `YYYY-MM-DDTHH:MM:SSZ`.
  package var mayBeTime: Bool {
    let form = ByteFinder(Array("0000-00-00T00:00:00Z".utf8), foldsCase: finder.foldsCase).text
    guard text.count <= form.count else { return false }
    return (0...(form.count - text.count)).contains { start in
      text.indices.allSatisfy { index in
        form[start + index] == 0x30 ? text[index] &- 0x30 <= 9 : form[start + index] == text[index]
      }
    }
  }
}
