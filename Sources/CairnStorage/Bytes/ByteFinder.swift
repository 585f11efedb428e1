import CairnShims
import Glibc

/// Finds a text in runs of bytes: two of its rarer bytes are compared at sixteen places at once, and the whole
/// text only where both are right.
package struct ByteFinder: Sendable {
  package let text: [UInt8]
  /// Whether capital letters of ASCII count as small ones; the text has small ones then.
  package let foldsCase: Bool
  /// Offsets of the two bytes that are looked for, the first not behind the second.
  private let first: Int
  private let second: Int

  /// - Parameter foldsCase: whether capital letters of ASCII count as small ones, in the text and where it is looked
  ///   for.
  package init(_ text: [UInt8], foldsCase: Bool = false) {
    self.text = foldsCase ? text.map { Self.isCapital($0) ? $0 | 0x20 : $0 } : text
    self.foldsCase = foldsCase
    let order = text.indices.sorted { (Self.frequency(text[$0]), $0) < (Self.frequency(text[$1]), $1) }
    let rarest = order.first ?? 0
    // The same byte twice tells less than two different ones.
    let other = order.first { text[$0] != text[rarest] } ?? order.last ?? 0
    first = min(rarest, other)
    second = max(rarest, other)
  }

  /// Roughly how common a byte is in names, identifiers and ARNs.
  private static func frequency(_ byte: UInt8) -> Int {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return 6
    case UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "."), UInt8(ascii: "/"): return 5
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): return 3
    case UInt8(ascii: "a")...UInt8(ascii: "z"):
      if "aeinorst".utf8.contains(byte) { return 7 }
      return "jkqvwxyz".utf8.contains(byte) ? 2 : 5
    default: return 1
    }
  }

  @inline(__always)
  private static func isCapital(_ byte: UInt8) -> Bool { byte &- 0x41 <= 25 }

  /// The bits that make a capital letter the small one that is looked for.
  private static func fold(_ wanted: UInt8) -> UInt8 { wanted &- 0x61 <= 25 ? 0x20 : 0 }

  /// A byte as it is compared.
  @inline(__always)
  package func folded(_ byte: UInt8) -> UInt8 { foldsCase && Self.isCapital(byte) ? byte | 0x20 : byte }

  /// The first place at or after `start` where the text stands; nil where there is none.
  package func find(in bytes: UnsafeBufferPointer<UInt8>, from start: Int = 0) -> Int? {
    if foldsCase { return findFolded(in: bytes, from: start) }
    return text.withUnsafeBufferPointer { text in
      guard let base = bytes.baseAddress, let wanted = text.baseAddress, start >= 0,
        text.count <= bytes.count - start
      else { return nil }
      let end = base + (bytes.count - text.count + 1)
      var place = base + start
      while place < end {
        place =
          cairn_find_pair(place + first, end + first, second - first, wanted[first], wanted[second]) - first
        if place >= end { return nil }
        if memcmp(place, wanted, text.count) == 0 { return place - base }
        place += 1
      }
      return nil
    }
  }

  private func findFolded(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    text.withUnsafeBufferPointer { text in
      guard let base = bytes.baseAddress, let wanted = text.baseAddress, start >= 0,
        text.count <= bytes.count - start
      else { return nil }
      let end = base + (bytes.count - text.count + 1)
      var place = base + start
      while place < end {
        place =
          cairn_find_pair_folded(
            place + first, end + first, second - first, wanted[first], wanted[second],
            Self.fold(wanted[first]), Self.fold(wanted[second])) - first
        if place >= end { return nil }
        var offset = 0
        while offset < text.count, place[offset] | Self.fold(wanted[offset]) == wanted[offset] {
          offset &+= 1
        }
        if offset == text.count { return place - base }
        place += 1
      }
      return nil
    }
  }
}
