/// Makes of a record's text JSON that every parser takes.
///
/// Records keep what was delivered, control characters and bytes that are no UTF-8 in strings among it. Their
/// original bytes are for restoring and for raw output; where JSON is promised, a control character in a string is
/// escaped and a malformed byte becomes U+FFFD.
package enum ValidJSON {
  /// Whether there is nothing to mend: only printable ASCII. Other text may be valid all the same.
  @inline(__always)
  package static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = bytes.baseAddress else { return true }
    let raw = UnsafeRawPointer(base)
    var at = 0
    // A byte below 0x20 borrows from its highest bit; one from 0x80 on has it.
    while at &+ 8 <= bytes.count {
      let word = raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      if (word | (word &- 0x2020_2020_2020_2020)) & 0x8080_8080_8080_8080 != 0 { return false }
      at &+= 8
    }
    while at < bytes.count {
      if base[at] < 0x20 || base[at] >= 0x80 { return false }
      at &+= 1
    }
    return true
  }

  /// The text, mended; nil where it is valid as it is.
  package static func mended(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    if isPlain(bytes) { return nil }
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count + 16)
    var isInString = false
    var at = 0
    while at < bytes.count {
      let byte = bytes[at]
      switch byte {
      case 0x5C where isInString && at + 1 < bytes.count && bytes[at + 1] >= 0x20 && bytes[at + 1] < 0x80:
        output.append(byte)
        output.append(bytes[at + 1])
        at += 2
      case 0..<0x20:
        output += isInString ? escape(byte) : [0x20]
        at += 1
      case 0x80...:
        let byteCount = unicodeByteCount(bytes, at: at)
        output += byteCount > 0 ? Array(bytes[at..<(at + byteCount)]) : [0xEF, 0xBF, 0xBD]
        at += max(1, byteCount)
      default:
        if byte == UInt8(ascii: "\"") { isInString.toggle() }
        output.append(byte)
        at += 1
      }
    }
    return output
  }

  private static func escape(_ byte: UInt8) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    switch byte {
    case 0x08: return Array("\\b".utf8)
    case 0x09: return Array("\\t".utf8)
    case 0x0A: return Array("\\n".utf8)
    case 0x0C: return Array("\\f".utf8)
    case 0x0D: return Array("\\r".utf8)
    default: return Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }

  /// Bytes of the character at `at`, a surrogate being none; 0 where they are malformed.
  private static func unicodeByteCount(_ bytes: UnsafeBufferPointer<UInt8>, at: Int) -> Int {
    let (scalar, byteCount) = StringSpelling.decodeScalar(bytes, at: at)
    guard let scalar, Unicode.Scalar(scalar) != nil else { return 0 }
    return byteCount
  }
}
