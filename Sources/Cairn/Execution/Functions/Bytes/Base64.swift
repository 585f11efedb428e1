/// Bytes as letters (RFC 4648).
package enum Base64 {
  package enum Alphabet: Sendable {
    case standard, url

    fileprivate var letters: [UInt8] {
      Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        + (self == .standard
          ? [UInt8(ascii: "+"), UInt8(ascii: "/")] : [UInt8(ascii: "-"), UInt8(ascii: "_")])
    }
  }

  private static let padding = UInt8(ascii: "=")

  static func encode(_ arguments: [EngineValue], _ alphabet: Alphabet) -> EngineValue {
    EngineValue(limited: encoded(arguments[0].text ?? [], alphabet))
  }

  /// With padding.
  package static func encoded(_ bytes: [UInt8], _ alphabet: Alphabet = .standard) -> [UInt8] {
    let letters = alphabet.letters
    var output: [UInt8] = []
    output.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits: UInt32 = 0
      for index in 0..<3 { bits = bits << 8 | (index < group.count ? UInt32(group[start + index]) : 0) }
      for index in 0..<4 {
        output.append(index <= group.count ? letters[Int(bits >> UInt32(18 - 6 * index) & 63)] : padding)
      }
    }
    return output
  }

  /// NULL where the text is not of the alphabet. The padding may be left out.
  static func decode(_ arguments: [EngineValue], _ alphabet: Alphabet) -> EngineValue {
    var text = (arguments[0].text ?? [])[...]
    if text.count % 4 == 0 { for _ in 0..<2 where text.last == padding { text.removeLast() } }
    guard text.count % 4 != 1 else { return .null }
    var values = [UInt8](repeating: 255, count: 256)
    for (value, letter) in alphabet.letters.enumerated() { values[Int(letter)] = UInt8(value) }
    var output: [UInt8] = []
    output.reserveCapacity(text.count / 4 * 3 + 2)
    var bits: UInt32 = 0
    var bitCount = 0
    for letter in text {
      let value = values[Int(letter)]
      guard value < 64 else { return .null }
      bits = bits << 6 | UInt32(value)
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        output.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
      }
    }
    return .text(output)
  }
}
