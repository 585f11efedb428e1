/// Text as bytes, cut into characters (S13).
enum OracleText {
  /// Longer results are NULL (S86).
  static let largestByteCount = 16 << 20

  /// The characters: well-formed sequences, encoded lone surrogates, and other bytes one by one.
  static func characters(_ bytes: [UInt8]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var index = 0
    while index < bytes.count {
      let length = sequenceLength(bytes[index...])
      result.append(Array(bytes[index..<(index + length)]))
      index += length
    }
    return result
  }

  /// The length of the well-formed sequence at the start, or 1 where there is none.
  private static func sequenceLength(_ bytes: ArraySlice<UInt8>) -> Int {
    guard let first = bytes.first else { return 0 }
    let (length, second): (Int, ClosedRange<UInt8>) =
      switch first {
      case 0xC2...0xDF: (2, 0x80...0xBF)
      case 0xE0: (3, 0xA0...0xBF)
      case 0xE1...0xEF: (3, 0x80...0xBF)  // 0xED with a surrogate's number too
      case 0xF0: (4, 0x90...0xBF)
      case 0xF1...0xF3: (4, 0x80...0xBF)
      case 0xF4: (4, 0x80...0x8F)
      default: (1, 0...0)
      }
    let tail = bytes.dropFirst().prefix(length - 1)
    guard tail.count == length - 1, tail.first.map(second.contains) ?? true,
      tail.dropFirst().allSatisfy({ (0x80...0xBF).contains($0) })
    else { return 1 }
    return length
  }

  /// The Unicode scalar that a character is, if it is one.
  private static func scalar(_ character: [UInt8]) -> Unicode.Scalar? {
    String(validating: character, as: UTF8.self)?.unicodeScalars.first
  }

  static func lowercased(_ text: [UInt8]) -> [UInt8] {
    // Simple mappings: of U+0130 it is one letter, unlike the full one.
    mapped(text) { $0.value == 0x130 ? "i" : $0.properties.lowercaseMapping }
  }

  static func uppercased(_ text: [UInt8]) -> [UInt8] {
    mapped(text) { scalar in
      let (upper, title) = (scalar.properties.uppercaseMapping, scalar.properties.titlecaseMapping)
      return upper.unicodeScalars.count > 1 ? title : upper
    }
  }

  /// Maps the characters that have a mapping to exactly one character (S51).
  private static func mapped(_ text: [UInt8], _ mapping: (Unicode.Scalar) -> String) -> [UInt8] {
    characters(text).flatMap { character -> [UInt8] in
      guard let scalar = scalar(character) else { return character }
      let image = mapping(scalar)
      return image.unicodeScalars.count == 1 ? Array(image.utf8) : character
    }
  }

  /// Text for the regular expression engine: what is not Unicode becomes U+FFFD (S52).
  static func repaired(_ text: [UInt8]) -> String {
    var view = String.UnicodeScalarView()
    for character in characters(text) { view.append(scalar(character) ?? "\u{FFFD}") }
    return String(view)
  }

  /// `substr` (S51).
  static func substring(_ text: [UInt8], from start: Int64, count: Int64?) -> [UInt8] {
    let characters = characters(text)
    let size = Int64(characters.count)
    guard start != 0, start <= size, start >= -size else { return [] }
    let first = start > 0 ? start - 1 : size + start
    let wanted = min(max(count ?? size, 0), size - first)
    return Array(characters[Int(first)..<Int(first + wanted)].joined())
  }

  /// The place of the first occurrence, from 1, or 0 (S51).
  static func position(of part: [UInt8], in text: [UInt8]) -> Int64 {
    let (whole, wanted) = (characters(text), characters(part))
    guard wanted.count <= whole.count else { return 0 }
    for start in 0...(whole.count - wanted.count) where Array(whole[start..<(start + wanted.count)]) == wanted
    {
      return Int64(start + 1)
    }
    return 0
  }

  /// `replace`: with an empty search text the replacement goes before and behind every character.
  static func replaced(_ text: [UInt8], _ search: [UInt8], with replacement: [UInt8]) -> [UInt8] {
    if search.isEmpty {
      return replacement + characters(text).flatMap { $0 + replacement }
    }
    var result: [UInt8] = []
    var rest = text[...]
    while !rest.isEmpty {
      if rest.starts(with: search) {
        result += replacement
        rest = rest.dropFirst(search.count)
      } else {
        result += rest.prefix(1)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  /// `split_part`, nil beyond the last field; an empty delimiter splits into characters.
  static func field(_ text: [UInt8], delimiter: [UInt8], index: Int64) -> [UInt8]? {
    guard index > 0 else { return nil }
    var fields: [[UInt8]] = [[]]
    if delimiter.isEmpty {
      fields = characters(text)
    } else {
      var rest = text[...]
      while !rest.isEmpty {
        if rest.starts(with: delimiter) {
          fields.append([])
          rest = rest.dropFirst(delimiter.count)
        } else {
          fields[fields.count - 1] += rest.prefix(1)
          rest = rest.dropFirst()
        }
      }
    }
    return index <= fields.count ? fields[Int(index) - 1] : nil
  }

  /// White space as Java and so Trino's `trim` sees it: no-break spaces are none.
  static let whiteSpace: Set<[UInt8]> = Set(
    ([0x1680, 0x2028, 0x2029, 0x205F, 0x3000] + Array(0x09...0x0D) + Array(0x1C...0x20)
      + Array(0x2000...0x2006) + Array(0x2008...0x200A)).compactMap(Unicode.Scalar.init)
      .map { Array(String($0).utf8) })

  static func trimmed(_ text: [UInt8], _ set: Set<[UInt8]>, leading: Bool, trailing: Bool) -> [UInt8] {
    var kept = characters(text)[...]
    if leading { kept = kept.drop(while: set.contains) }
    if trailing { while let last = kept.last, set.contains(last) { kept.removeLast() } }
    return Array(kept.joined())
  }
}
