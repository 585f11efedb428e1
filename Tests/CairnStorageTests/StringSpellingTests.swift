import CairnStorage
import CairnTestSupport
import Testing

/// Escapes are written and read by runs of bytes that need none: as one by one.
@Suite struct StringSpellingTests {
  private static let alphabet: [[UInt8]] =
    [
      [0x22], [0x5C], [0x2F], [0x3D], [0x26], [0x3C], [0x3E], [0x27], [0x08], [0x09], [0x0A], [0x0C], [0x0D],
      [0x00],
      [0x1F], [0x7F], [0x20], [0xC3, 0xA9], [0xE2, 0x80, 0xA8], [0xE2, 0x80, 0xA9], [0xE2, 0x82, 0xAC],
      [0xF0, 0x9F, 0x98, 0x80], [0xED, 0xA0, 0x80], [0x80], [0xFF], [0xC3], [0xE2, 0x82],
    ] + "abcXYZ019:.-_".utf8.map { [$0] }

  private static func value(_ random: inout SeededGenerator) -> [UInt8] {
    var value: [UInt8] = []
    for _ in 0..<random.below(12) {
      if random.below(2) == 0 {
        value += Array(repeating: UInt8(ascii: "x"), count: random.below(40))
      } else {
        value += alphabet[random.below(alphabet.count)]
      }
    }
    return value
  }

  private static func appended(_ value: [UInt8], _ style: StringStyle) -> [UInt8] {
    var output = RawVector<UInt8>()
    defer { output.free() }
    value.withUnsafeBufferPointer { StringSpelling.append($0, style: style, to: &output) }
    return Array(output.buffer)
  }

  private static func unicode(_ unit: UInt32, isUpper: Bool = false) -> [UInt8] {
    let digits = String(unit, radix: 16, uppercase: isUpper)
    return Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
  }

  /// Byte by byte, after the description of the styles.
  private static func spelled(_ value: [UInt8], _ style: StringStyle) -> [UInt8] {
    var output: [UInt8] = []
    var at = 0
    let shorts: [UInt8: Character] = [
      0x22: "\"", 0x5C: "\\", 0x08: "b", 0x0C: "f", 0x0A: "n", 0x0D: "r", 0x09: "t",
    ]
    while at < value.count {
      let byte = value[at]
      let (scalar, byteCount) = value.withUnsafeBufferPointer { StringSpelling.decodeScalar($0, at: at) }
      if let short = shorts[byte] {
        output += Array("\\\(short)".utf8)
      } else if byte == 0x2F, style == .slash {
        output += Array("\\/".utf8)
      } else if byte < 0x20 || style == .html && "=&<>'".utf8.contains(byte) {
        output += unicode(UInt32(byte), isUpper: style == .asciiUpper)
      } else if byte >= 0x80, let scalar, style == .html, scalar == 0x2028 || scalar == 0x2029 {
        output += unicode(scalar)
        at += byteCount - 1
      } else if byte >= 0x80, let scalar, style == .ascii || style == .asciiUpper {
        let units =
          scalar < 0x10000 ? [scalar] : [0xD800 + (scalar - 0x10000) >> 10, 0xDC00 + (scalar & 0x3FF)]
        for unit in units { output += unicode(unit, isUpper: style == .asciiUpper) }
        at += byteCount - 1
      } else {
        output.append(byte)
      }
      at += 1
    }
    return output
  }

  @Test(arguments: StringStyle.tried)
  func spellsAsByteByByte(style: StringStyle) {
    var random = SeededGenerator(seed: UInt64(style.rawValue))
    for byte in UInt8.min...UInt8.max {
      for value in [[byte], [0x61, byte], [byte, 0x61]] {
        #expect(Self.appended(value, style) == Self.spelled(value, style))
      }
    }
    for _ in 0..<500 {
      let value = Self.value(&random)
      #expect(Self.appended(value, style) == Self.spelled(value, style), "\(value)")
    }
  }

  @Test(arguments: StringStyle.tried)
  func readsWhatItSpells(style: StringStyle) {
    var random = SeededGenerator(seed: 77 + UInt64(style.rawValue))
    for _ in 0..<500 {
      let value = Self.value(&random)
      let spelling = Self.spelled(value, style)
      #expect(spelling.withUnsafeBufferPointer { StringSpelling.unescape($0) } == value, "\(value)")
      guard spelling.contains(0x5C) else { continue }
      // An earlier style may spell it so too.
      let found = spelling.withUnsafeBufferPointer { StringSpelling.style(of: $0, value: value) }
      #expect(Self.spelled(value, found) == spelling)
    }
  }

  /// A spelling that ends within an escape never comes from the parser, and is read to its end all the same.
  @Test(arguments: ["\\", "ab\\", "\\u", "\\u0", "x\\u00e", "\\ud83d\\u", "\\ud83d\\", "\\\\\\", ""])
  func endsWithinEscapes(spelling: String) {
    let value = Array(spelling.utf8).withUnsafeBufferPointer { StringSpelling.unescape($0) }
    #expect(value.count <= spelling.utf8.count)
  }
}
