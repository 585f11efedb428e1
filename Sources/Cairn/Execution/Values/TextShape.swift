/// What a text may spell beside itself, told by a look at a few of its bytes.
enum TextShape {
  /// False where it may spell a number (S15), a time (S16), an address (S53), an object or an array; it need not.
  static func isOnlyText(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = text.first else { return true }
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") { return false }
    if text.count >= 8, text[4] == UInt8(ascii: "-"), text[..<4].allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 })
    {
      return false
    }
    if hasDashesOfUUID(text) { return true }
    var (mayBeNumber, mayBeAddress) = (true, true)
    for byte in text {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
        continue
      case UInt8(ascii: "+"), UInt8(ascii: "-"): mayBeAddress = false
      case UInt8(ascii: ":"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
        mayBeNumber = false
      default: return true
      }
      if !mayBeNumber, !mayBeAddress { return true }
    }
    return false
  }

  /// Whether dashes stand where a UUID has them: more than a number has, and no address has one. Most identities do.
  @inline(__always)
  private static func hasDashesOfUUID(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let dash = UInt8(ascii: "-")
    return text.count == 36 && text[8] == dash && text[13] == dash && text[18] == dash && text[23] == dash
  }
}
