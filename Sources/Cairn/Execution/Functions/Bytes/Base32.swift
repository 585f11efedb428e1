/// Bytes as letters and digits of five bits each (RFC 4648).
enum Base32 {
  static let table: [FunctionTable.Entry] = [
    .plain("to_base32", 1...1) { encode($0[0].text ?? []) },
    .plain("from_base32", 1...1) { decode($0[0].text ?? []).map(EngineValue.text) ?? .null },
  ]

  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
  private static let padding = UInt8(ascii: "=")

  private static func encode(_ bytes: [UInt8]) -> EngineValue {
    var output: [UInt8] = []
    output.reserveCapacity((bytes.count + 4) / 5 * 8)
    for start in stride(from: 0, to: bytes.count, by: 5) {
      let group = bytes[start..<min(start + 5, bytes.count)]
      var bits: UInt64 = 0
      for index in 0..<5 { bits = bits << 8 | (index < group.count ? UInt64(group[start + index]) : 0) }
      let count = (group.count * 8 + 4) / 5
      for index in 0..<8 {
        output.append(index < count ? letters[Int(bits >> UInt64(35 - 5 * index) & 31)] : padding)
      }
    }
    return EngineValue(limited: output)
  }

  /// Nil where the text is not of the alphabet or of no length that bytes have. The padding may be left out.
  private static func decode(_ text: [UInt8]) -> [UInt8]? {
    var text = text[...]
    while text.last == padding { text.removeLast() }
    guard [0, 2, 4, 5, 7].contains(text.count % 8) else { return nil }
    var output: [UInt8] = []
    var (bits, bitCount): (UInt32, Int) = (0, 0)
    for letter in text {
      guard let value = letters.firstIndex(of: letter) else { return nil }
      bits = bits << 5 | UInt32(value)
      bitCount += 5
      if bitCount >= 8 {
        bitCount -= 8
        output.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
      }
    }
    return output
  }
}
