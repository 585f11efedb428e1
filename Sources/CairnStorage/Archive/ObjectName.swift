import CairnShims
import Glibc

/// What an object is called, however the path to it was typed and whether it was compressed.
///
/// The delivered name is the key from `AWSLogs/` on; objects without one are told apart by their last name. Neither
/// has a `.gz` or `.zst` at its end.
package struct ObjectName: Sendable {
  /// Nil where the key is not below `AWSLogs`.
  package let delivered: Hash128?
  package let base: Hash128
  /// CloudTrail gives the last name to one object only.
  package let isUnique: Bool

  init(delivered: Hash128?, base: Hash128, isUnique: Bool) {
    (self.delivered, self.base, self.isUnique) = (delivered, base, isUnique)
  }

  package init(_ key: [UInt8]) {
    let plain = Self.withoutSuffix(key)
    delivered = Self.deliveredStart(key).map { Hash128(plain[min($0, plain.count)...]) }
    let last = plain.lastIndex { $0 == UInt8(ascii: "/") || $0 == Self.memberMark }.map { $0 + 1 } ?? 0
    base = Hash128(plain[last...])
    isUnique = DeliveredFile(plain[last...])?.isUnique ?? false
  }

  /// Stands between a container's name and its member's.
  package static let memberMark = UInt8(ascii: "!")

  private static func withoutSuffix(_ key: [UInt8]) -> ArraySlice<UInt8> {
    for suffix in [".gz", ".zst"] where key.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) {
      return key.dropLast(suffix.utf8.count)
    }
    return key[...]
  }

  private static let logs = ByteFinder(Array("AWSLogs/".utf8))

  /// Where in a path the delivered name begins: at the last `AWSLogs` that an account or organization follows.
  package static func deliveredStart(_ path: [UInt8]) -> Int? {
    path.withUnsafeBufferPointer { bytes in
      var found: Int?
      var start = 0
      while let at = logs.find(in: bytes, from: start) {
        start = at + logs.text.count
        let isName = at == 0 || bytes[at - 1] == UInt8(ascii: "/") || bytes[at - 1] == memberMark
        let next = bytes[start...].prefix { $0 != UInt8(ascii: "/") }
        let isOwner =
          next.starts(with: "o-".utf8) || !next.isEmpty && next.allSatisfy { $0 &- 0x30 <= 9 }
        if isName, isOwner, start + next.count < bytes.count { found = at }
      }
      return found
    }
  }
}
