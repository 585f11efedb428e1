/// Order and search on texts, which are bytes (S13, S21).
enum ByteOrder {
  /// Negative, zero or positive, by unsigned bytes.
  static func compare(_ lhs: [UInt8], _ rhs: [UInt8]) -> Int {
    let common = min(lhs.count, rhs.count)
    return lhs.withUnsafeBufferPointer { left in
      rhs.withUnsafeBufferPointer { right in
        for index in 0..<common where left[index] != right[index] {
          return left[index] < right[index] ? -1 : 1
        }
        return lhs.count == rhs.count ? 0 : lhs.count < rhs.count ? -1 : 1
      }
    }
  }

  /// Whether `part` stands in `text` at `start`.
  static func matches(_ text: UnsafeBufferPointer<UInt8>, at start: Int, _ part: UnsafeBufferPointer<UInt8>)
    -> Bool
  {
    guard start >= 0, part.count <= text.count - start else { return false }
    for index in 0..<part.count where text[start + index] != part[index] { return false }
    return true
  }

  /// The first place of `part` in `text` from `start` on.
  static func find(_ part: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>, from start: Int)
    -> Int?
  {
    guard let first = part.first else { return start <= text.count ? start : nil }
    var position = start
    let last = text.count - part.count
    while position <= last {
      if text[position] == first, matches(text, at: position, part) { return position }
      position += 1
    }
    return nil
  }

  /// The first place of `part` in `text` from `start` on.
  static func find(_ part: [UInt8], in text: [UInt8], from start: Int = 0) -> Int? {
    part.withUnsafeBufferPointer { part in
      text.withUnsafeBufferPointer { find(part, in: $0, from: start) }
    }
  }
}
