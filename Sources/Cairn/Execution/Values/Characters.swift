/// Characters of texts that need not be Unicode (S13).
enum Characters {
  /// Bytes of the character that starts at a place: a well-formed UTF-8 sequence, an encoded lone surrogate,
  /// else one byte.
  @inline(__always)
  static func length(_ text: UnsafeBufferPointer<UInt8>, at start: Int) -> Int {
    let lead = text[start]
    if lead < 0x80 { return 1 }
    return multibyteLength(text, at: start)
  }

  private static func multibyteLength(_ text: UnsafeBufferPointer<UInt8>, at start: Int) -> Int {
    let lead = text[start]
    func tail(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
      start + offset < text.count && range.contains(text[start + offset])
    }
    switch lead {
    case 0xC2...0xDF: return tail(1) ? 2 : 1
    case 0xE0: return tail(1, 0xA0...0xBF) && tail(2) ? 3 : 1
    // 0xED with any second byte: surrogates count as characters.
    case 0xE1...0xEF: return tail(1) && tail(2) ? 3 : 1
    case 0xF0: return tail(1, 0x90...0xBF) && tail(2) && tail(3) ? 4 : 1
    case 0xF1...0xF3: return tail(1) && tail(2) && tail(3) ? 4 : 1
    case 0xF4: return tail(1, 0x80...0x8F) && tail(2) && tail(3) ? 4 : 1
    default: return 1
    }
  }

  /// How many characters a text has.
  static func count(_ text: [UInt8]) -> Int {
    text.withUnsafeBufferPointer { count($0, from: 0, to: $0.count) }
  }

  static func count(_ text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Int {
    if start == 0, end == text.count, text.isASCII { return end }
    var position = start
    var count = 0
    while position < end {
      position += length(text, at: position)
      count += 1
    }
    return count
  }

  /// The offset behind the first `count` characters; the end where there are fewer.
  static func offset(_ text: [UInt8], behind count: Int) -> Int {
    text.withUnsafeBufferPointer { buffer in
      var position = 0
      var left = count
      while left > 0, position < buffer.count {
        position += length(buffer, at: position)
        left -= 1
      }
      return position
    }
  }

  /// The characters of a text.
  static func split(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
    var characters: [ArraySlice<UInt8>] = []
    text.withUnsafeBufferPointer { buffer in
      var position = 0
      while position < buffer.count {
        let end = position + length(buffer, at: position)
        characters.append(text[position..<end])
        position = end
      }
    }
    return characters
  }

  /// The Unicode scalar of a character, or nil for a surrogate or a stray byte.
  static func scalar(_ character: ArraySlice<UInt8>) -> Unicode.Scalar? {
    guard let lead = character.first else { return nil }
    if lead < 0x80 { return Unicode.Scalar(lead) }
    guard character.count > 1 else { return nil }
    let head = UInt32(lead) & (0x7F >> UInt32(character.count))
    return Unicode.Scalar(character.dropFirst().reduce(head) { $0 << 6 | UInt32($1 & 0x3F) })
  }

  // MARK: Case (S51)

  static func lower(_ text: [UInt8]) -> [UInt8] {
    if text.allSatisfy({ $0 < 0x80 }) {
      return text.map { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") ? $0 | 0x20 : $0 }
    }
    // The only lower case that has a simple mapping beside its full one of two characters.
    return mapped(text) { $0 == "\u{130}" ? "i" : $0.properties.lowercaseMapping }
  }

  static func upper(_ text: [UInt8]) -> [UInt8] {
    if text.allSatisfy({ $0 < 0x80 }) {
      return text.map { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") ? $0 & 0xDF : $0 }
    }
    return mapped(text) { scalar in
      // Greek letters with a subscript have a simple mapping that is their title case.
      let full = scalar.properties.uppercaseMapping
      return full.unicodeScalars.count == 1 ? full : scalar.properties.titlecaseMapping
    }
  }

  /// Each character's mapping where that is one character, else the character.
  private static func mapped(_ text: [UInt8], _ mapping: (Unicode.Scalar) -> String) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(text.count)
    for character in split(text) {
      guard let scalar = scalar(character) else {
        output += character
        continue
      }
      let replacement = mapping(scalar)
      if replacement.unicodeScalars.count == 1 { output += replacement.utf8 } else { output += character }
    }
    return output
  }

  /// White space, as `trim` takes it off.
  static func isBlank(_ character: ArraySlice<UInt8>) -> Bool {
    scalar(character)?.properties.isWhitespace == true
  }
}
