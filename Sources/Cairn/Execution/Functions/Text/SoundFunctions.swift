@_spi(_Unicode) import Swift

/// Functions of what texts sound or look like (S103).
enum SoundFunctions {
  static let table: [FunctionTable.Entry] = [
    .plain("soundex", 1...1, soundex),
    .plain("luhn_check", 1...1, luhn),
    .plain("char2hexint", 1...1, utf16),
    .special("normalize", 1...2, .normalize),
  ]

  /// The code of each letter from A: 0 for those that are not heard.
  private static let codes: [UInt8] = "01230120022455012623010202".utf8.map { $0 - UInt8(ascii: "0") }

  /// A letter and three digits; NULL for letters that are not ASCII's.
  @Sendable private static func soundex(_ arguments: [EngineValue]) -> EngineValue {
    let text = arguments[0].text ?? []
    let others = String(decoding: text, as: UTF8.self).unicodeScalars.filter { !$0.isASCII }
    if others.contains(where: { $0.properties.isAlphabetic }) { return .null }
    let letters = text.map { $0 & 0xDF }.filter { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") }
    guard let first = letters.first else { return .text([]) }
    func code(_ letter: UInt8) -> UInt8 { codes[Int(letter - UInt8(ascii: "A"))] }
    var output = [first]
    var last = code(first)
    for letter in letters.dropFirst() where output.count < 4 {
      // H and W stand between letters of the same sound as if they were not there.
      if letter == UInt8(ascii: "H") || letter == UInt8(ascii: "W") { continue }
      let sound = code(letter)
      if sound != 0, sound != last { output.append(UInt8(ascii: "0") + sound) }
      last = sound
    }
    return .text(output + [UInt8](repeating: UInt8(ascii: "0"), count: 4 - output.count))
  }

  /// Whether the digits of a card's number are as Luhn's sum says; NULL where there are other characters.
  @Sendable private static func luhn(_ arguments: [EngineValue]) -> EngineValue {
    guard let text = arguments[0].text, text.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 }) else {
      return .null
    }
    if text.isEmpty { return .boolean(false) }
    let sum = text.reversed().enumerated().reduce(0) { sum, digit in
      let value = Int(digit.element - UInt8(ascii: "0")) * (digit.offset % 2 + 1)
      return (sum + value / 10 + value % 10) % 10
    }
    return .boolean(sum == 0)
  }

  /// The units of UTF-16, each with four hexadecimal digits.
  @Sendable private static func utf16(_ arguments: [EngineValue]) -> EngineValue {
    let digits = Array("0123456789ABCDEF".utf8)
    let units = String(decoding: arguments[0].text ?? [], as: UTF8.self).utf16
    return EngineValue(limited: units.flatMap { unit in [12, 8, 4, 0].map { digits[Int(unit >> $0 & 15)] } })
  }

  /// The canonical forms of Unicode.
  enum Form: String {
    case nfc, nfd
  }

  /// Bytes that are not UTF-8 are U+FFFD, as the forms are of characters alone.
  static func normalized(_ value: EngineValue, _ form: Form) -> EngineValue {
    guard let text = value.text else { return .null }
    if text.allSatisfy({ $0 < 0x80 }) { return .text(text) }
    let string = String(decoding: text, as: UTF8.self)
    var result = String.UnicodeScalarView()
    switch form {
    case .nfc: result.append(contentsOf: string._nfc)
    case .nfd: result.append(contentsOf: string._nfd)
    }
    return EngineValue(limited: Array(String(result).utf8))
  }
}
