/// Text in UTF-16, with or without a byte-order mark.
struct WideText {
  enum Order { case little, big }

  private let bytes: UnsafeBufferPointer<UInt8>
  private let order: Order

  init(_ bytes: UnsafeBufferPointer<UInt8>, _ order: Order) { (self.bytes, self.order) = (bytes, order) }

  /// A byte-order mark, or `{` or `[` in two bytes, perhaps behind white space.
  static func order(of bytes: UnsafeBufferPointer<UInt8>) -> Order? {
    guard bytes.count >= 4 else { return nil }
    if bytes[0] == 0xFF, bytes[1] == 0xFE { return .little }
    if bytes[0] == 0xFE, bytes[1] == 0xFF { return .big }
    let order: Order = bytes[0] == 0 ? .big : .little
    // What is not zero in each two bytes, and what is.
    let (low, high) = order == .little ? (0, 1) : (1, 0)
    var at = 0
    while at + 3 < bytes.count, bytes[at + high] == 0, isWhitespace(bytes[at + low]) { at += 2 }
    guard at + 3 < bytes.count, bytes[at + high] == 0, "{[".utf8.contains(bytes[at + low]),
      bytes[at + 2 + high] == 0, bytes[at + 2 + low] != 0
    else { return nil }
    return order
  }

  /// Appends the text in UTF-8; halves of characters alone become three bytes, as escapes of them do. False where it
  /// is longer than `limit`.
  func write(to output: PaddedBuffer, limit: Int) throws -> Bool {
    var text: [UInt8] = []
    var at = unit(0) == 0xFEFF ? 2 : 0
    while at + 1 < bytes.count {
      var scalar = unit(at)
      at += 2
      if (0xD800...0xDBFF).contains(scalar), at + 1 < bytes.count, (0xDC00...0xDFFF).contains(unit(at)) {
        scalar = 0x10000 + (scalar - 0xD800) << 10 + (unit(at) - 0xDC00)
        at += 2
      }
      StringSpelling.appendScalar(scalar, to: &text)
      if text.count >= 1 << 16 {
        guard try output.append(text, limit: limit) else { return false }
        text.removeAll(keepingCapacity: true)
      }
    }
    return try output.append(text, limit: limit)
  }

  private func unit(_ at: Int) -> UInt32 {
    let (first, second) = (UInt32(bytes[at]), UInt32(bytes[at + 1]))
    return order == .little ? first | second << 8 : first << 8 | second
  }
}
