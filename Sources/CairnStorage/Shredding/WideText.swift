/// Text in UTF-16, with or without a byte-order mark.
struct WideText {
  enum Order { case little, big }

  private let bytes: UnsafeBufferPointer<UInt8>
  private let order: Order

  init(_ bytes: UnsafeBufferPointer<UInt8>, _ order: Order) { (self.bytes, self.order) = (bytes, order) }

  /// A byte-order mark, or `{` or `[` in two bytes.
  static func order(of bytes: UnsafeBufferPointer<UInt8>) -> Order? {
    guard bytes.count >= 4 else { return nil }
    switch (bytes[0], bytes[1]) {
    case (0xFF, 0xFE): return .little
    case (0xFE, 0xFF): return .big
    case (UInt8(ascii: "{"), 0), (UInt8(ascii: "["), 0): return bytes[3] == 0 && bytes[2] != 0 ? .little : nil
    case (0, UInt8(ascii: "{")), (0, UInt8(ascii: "[")): return bytes[2] == 0 && bytes[3] != 0 ? .big : nil
    default: return nil
    }
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
