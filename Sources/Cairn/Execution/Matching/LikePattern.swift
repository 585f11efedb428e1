import CairnStorage

/// A LIKE pattern, ready to match (S25).
struct LikePattern: Sendable {
  /// What stands between two `%`: characters, nil for `_`.
  private typealias Piece = [[UInt8]?]

  private enum Form: Sendable {
    /// Literal texts only, which are found by their bytes: with `%` before the first and behind the last, or not.
    case literals([[UInt8]], isOpenAtStart: Bool, isOpenAtEnd: Bool)
    /// `_`, or bytes that are not UTF-8: found character by character. One piece more than there are `%`.
    case pieces([[[UInt8]?]])
  }

  private let form: Form
  let ignoresCase: Bool

  /// Reads a pattern; nil if its escapes are wrong, or the escape is not one character.
  init?(_ pattern: [UInt8], escape: [UInt8]?, ignoresCase: Bool) {
    if escape == nil, pattern.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "_") }) {
      let text = ignoresCase ? Characters.lower(pattern) : pattern
      let texts = text.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false)
      self.ignoresCase = ignoresCase
      form = Self.form(texts.map { Array($0) })
      return
    }
    let characters = Characters.split(pattern)
    if let escape, Characters.count(escape) != 1 { return nil }
    var pieces: [Piece] = [[]]
    var position = 0
    while position < characters.count {
      var character = characters[position]
      var isLiteral = false
      if let escape, character.elementsEqual(escape) {
        position += 1
        guard position < characters.count else { return nil }
        character = characters[position]
        guard [[UInt8(ascii: "%")], [UInt8(ascii: "_")], escape].contains(Array(character)) else {
          return nil
        }
        isLiteral = true
      }
      if !isLiteral, character.elementsEqual([UInt8(ascii: "%")]) {
        pieces.append([])
      } else if !isLiteral, character.elementsEqual([UInt8(ascii: "_")]) {
        pieces[pieces.count - 1].append(nil)
      } else {
        let bytes = Array(character)
        pieces[pieces.count - 1].append(ignoresCase ? Characters.lower(bytes) : bytes)
      }
      position += 1
    }
    self.ignoresCase = ignoresCase
    form = LikePattern.form(pieces)
  }

  private static func form(_ pieces: [Piece]) -> Form {
    let isPlain = pieces.allSatisfy { piece in
      piece.allSatisfy { $0.map { $0.count > 1 || $0.allSatisfy { $0 < 0x80 } } ?? false }
    }
    return isPlain ? form(pieces.map { $0.flatMap { $0 ?? [] } }) : .pieces(pieces)
  }

  /// - Parameter texts: what stands before, between and behind the `%`.
  private static func form(_ texts: [[UInt8]]) -> Form {
    guard texts.count > 1, let first = texts.first, let last = texts.last else {
      return .literals(texts, isOpenAtStart: false, isOpenAtEnd: false)
    }
    return .literals(
      texts.filter { !$0.isEmpty }, isOpenAtStart: first.isEmpty, isOpenAtEnd: last.isEmpty)
  }

  /// Texts that every text that matches has in it, in lower case where case does not count.
  var needles: TextNeedles {
    switch form {
    case .literals(let texts, let isOpenAtStart, let isOpenAtEnd):
      let texts = texts.filter { !$0.isEmpty }
      return TextNeedles(texts, isSufficient: texts.count == 1 && isOpenAtStart && isOpenAtEnd)
    case .pieces(let pieces):
      return TextNeedles(
        pieces.flatMap { $0.split(whereSeparator: { $0 == nil }).map { $0.flatMap { $0 ?? [] } } })
    }
  }

  /// Whether the whole text matches.
  func matches(_ text: [UInt8]) -> Bool { text.withUnsafeBufferPointer { matches($0) } }

  /// Whether the whole text matches.
  func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    switch form {
    case .literals(let texts, let isOpenAtStart, let isOpenAtEnd):
      if !ignoresCase { return LikePattern.match(text, texts, isOpenAtStart, isOpenAtEnd) }
      return Characters.lower(Array(text)).withUnsafeBufferPointer {
        LikePattern.match($0, texts, isOpenAtStart, isOpenAtEnd)
      }
    case .pieces(let pieces):
      let text = Array(text)
      return LikePattern.match(Characters.split(ignoresCase ? Characters.lower(text) : text), pieces)
    }
  }

  private static func match(
    _ text: UnsafeBufferPointer<UInt8>, _ literals: [[UInt8]], _ isOpenAtStart: Bool, _ isOpenAtEnd: Bool
  ) -> Bool {
    if !isOpenAtStart, !isOpenAtEnd, literals.count == 1 { return text.elementsEqual(literals[0]) }
    var (start, end) = (0, text.count)
    for (index, literal) in literals.enumerated() {
      let isFound = literal.withUnsafeBufferPointer { literal in
        if index == literals.count - 1, !isOpenAtEnd {
          end -= literal.count
          return end >= start && ByteOrder.matches(text, at: end, literal)
        }
        guard index > 0 || isOpenAtStart else {
          start = literal.count
          return ByteOrder.matches(text, at: 0, literal)
        }
        guard let place = ByteOrder.find(literal, in: text, from: start) else { return false }
        start = place + literal.count
        return true
      }
      if !isFound { return false }
    }
    return start <= end
  }

  /// Pieces between `%`, each at its earliest place; the last one at the end.
  private static func match(_ text: [ArraySlice<UInt8>], _ pieces: [[[UInt8]?]]) -> Bool {
    func fits(_ piece: [[UInt8]?], at start: Int) -> Bool {
      guard start >= 0, start + piece.count <= text.count else { return false }
      return piece.indices.allSatisfy { index in
        piece[index].map { text[start + index].elementsEqual($0) } ?? true
      }
    }
    guard let first = pieces.first, let last = pieces.last else { return text.isEmpty }
    if pieces.count == 1 { return first.count == text.count && fits(first, at: 0) }
    guard fits(first, at: 0) else { return false }
    var start = first.count
    let end = text.count - last.count
    for piece in pieces.dropFirst().dropLast() {
      while start + piece.count <= end, !fits(piece, at: start) { start += 1 }
      guard start + piece.count <= end else { return false }
      start += piece.count
    }
    return end >= start && fits(last, at: end)
  }
}
