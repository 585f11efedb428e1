import Glibc

/// Whether stored values and keys are those that their printed bytes have: what would print as more than one string
/// or number, or is stored beside another value than its own, restores like an honest value and is searched wrongly.
package enum ValueProof {
  /// Every value prints as one string, and is that string without its escapes.
  package static func areStrings(_ table: StringTable) -> Bool {
    if table.styles.isEmpty { return !needsEscape(table.heap.buffer) }
    var spelled = RawVector<UInt8>(capacity: 64)
    defer { spelled.free() }
    for index in 0..<table.count {
      if table.style(index) == .plain {
        if needsEscape(table[index]) { return false }
        continue
      }
      spelled.truncate(to: 0)
      table.appendSpelling(of: index, to: &spelled)
      guard isSpelling(spelled.buffer), table[index].elementsEqual(StringSpelling.unescape(spelled.buffer))
      else { return false }
    }
    return true
  }

  /// Whether a plain value cannot be plain.
  private static func needsEscape(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return false }
    return memchr(base, 0x22, bytes.count) != nil || memchr(base, 0x5C, bytes.count) != nil
  }

  package static func isSpelling(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { isSpelling($0) }
  }

  /// Whether the bytes can stand between the quotes of one string.
  private static func isSpelling(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var at = 0
    while at < bytes.count {
      if bytes[at] == 0x22 { return false }
      at += bytes[at] == 0x5C ? 2 : 1
    }
    return at == bytes.count
  }

  /// Every value is a number as JSON spells it.
  package static func areNumbers(_ table: StringTable) -> Bool {
    table.styles.isEmpty && (0..<table.count).allSatisfy { isNumber(table[$0]) }
  }

  private static func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var at = 0
    func byte() -> UInt8 { at < text.count ? text[at] : 0 }
    func skipDigits() -> Bool {
      let start = at
      while byte() &- 0x30 <= 9 { at += 1 }
      return at > start
    }
    if byte() == UInt8(ascii: "-") { at += 1 }
    let first = at
    guard skipDigits(), text[first] != 0x30 || at == first + 1 else { return false }
    if byte() == UInt8(ascii: ".") {
      at += 1
      guard skipDigits() else { return false }
    }
    if byte() | 0x20 == UInt8(ascii: "e") {
      at += 1
      if byte() == UInt8(ascii: "+") || byte() == UInt8(ascii: "-") { at += 1 }
      guard skipDigits() else { return false }
    }
    return at == text.count
  }

  /// JSON without the white space between its tokens.
  package static func withoutWhitespace(_ json: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(json.count)
    var isInString = false
    var at = 0
    while at < json.count {
      let byte = json[at]
      at += 1
      if isInString {
        output.append(byte)
        if byte == 0x5C, at < json.count {
          output.append(json[at])
          at += 1
        }
        isInString = byte != 0x22
      } else if !isWhitespace(byte) {
        output.append(byte)
        isInString = byte == 0x22
      }
    }
    return output
  }
}
