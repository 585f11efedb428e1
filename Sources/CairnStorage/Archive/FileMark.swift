/// A source file in the state in which it was met, as 80 bits of a hash: its place, or a last name that no other object
/// has, with size and modification time.
package struct FileMark: Hashable, Comparable, Sendable {
  package var head: UInt64
  package var tail: UInt16

  package init(head: UInt64, tail: UInt16) { (self.head, self.tail) = (head, tail) }

  /// Of 40 bits each.
  init(trace: UInt64, state: UInt64) {
    self.init(head: trace << 24 | state >> 16, tail: UInt16(truncatingIfNeeded: state))
  }

  package static func < (a: FileMark, b: FileMark) -> Bool { (a.head, a.tail) < (b.head, b.tail) }
}

/// A set of marks: flat, since there may be millions.
struct FileMarks {
  private var heads: [UInt64]
  private var tails: [UInt16]
  private let mask: Int
  private(set) var isEmpty = true

  /// With room for `count` of them.
  init(count: Int) {
    var capacity = 16
    while capacity < count * 2 { capacity *= 2 }
    heads = [UInt64](repeating: 0, count: capacity)
    tails = [UInt16](repeating: 0, count: capacity)
    mask = capacity - 1
  }

  /// Where the mark is, or would be. A head of 0 stands for an empty place: such a mark is never there.
  private func place(_ mark: FileMark) -> Int {
    var at = Int(truncatingIfNeeded: mark.head ^ mark.head >> 32) & mask
    while heads[at] != 0, heads[at] != mark.head || tails[at] != mark.tail { at = (at + 1) & mask }
    return at
  }

  mutating func insert(_ mark: FileMark) {
    let at = place(mark)
    (heads[at], tails[at]) = (mark.head, mark.tail)
    isEmpty = false
  }

  func contains(_ mark: FileMark) -> Bool { heads[place(mark)] != 0 }
}

/// How an archive's `KNOWN` tells files, contents and names. The seed is random and the archive's own: nobody outside
/// can make two of them meet.
struct KnownHashes: Sendable {
  let seed: UInt64

  private enum Kind: UInt64 {
    case file = 1
    case place, content, name
  }

  private func hash(_ kind: Kind, _ words: (UInt64, UInt64, UInt64, UInt64)) -> Hash128 {
    withUnsafeBytes(of: words) { Hash128($0, seed: seed &+ kind.rawValue) }
  }

  private func state(_ kind: Kind, _ name: Hash128, _ byteCount: Int, _ modified: Int64) -> Hash128 {
    hash(kind, (name.low, name.high, UInt64(bitPattern: Int64(byteCount)), UInt64(bitPattern: modified)))
  }

  /// Of a file that lay at a place.
  func mark(place: Hash128, byteCount: Int, modified: Int64) -> FileMark {
    let hash = state(.place, place, byteCount, modified)
    return FileMark(head: hash.low, tail: UInt16(truncatingIfNeeded: hash.high))
  }

  /// Of a file whose last name no other has.
  func mark(base: Hash128, byteCount: Int, modified: Int64) -> FileMark {
    FileMark(trace: trace(base), state: state(base: base, byteCount: byteCount, modified: modified))
  }

  /// The half of such a mark that is not the name's trace.
  func state(base: Hash128, byteCount: Int, modified: Int64) -> UInt64 {
    state(.file, base, byteCount, modified).low & Self.traceMask
  }

  /// Bits of a trace: one in a million million of other objects has the same.
  static let traceWidth = 40
  private static let traceMask: UInt64 = 1 << UInt64(traceWidth) - 1

  /// What objects of one content have in common, and few others.
  func trace(_ digest: ContentDigest) -> UInt64 { hash(.content, digest.words).low & Self.traceMask }

  /// What objects have in common, and few others, whose last name no other has, or which have one delivered name, or
  /// where there is none one key.
  func trace(_ name: ObjectName, key: Hash128) -> UInt64 {
    trace(name.isUnique ? name.base : name.delivered ?? key)
  }

  private func trace(_ name: Hash128) -> UInt64 {
    hash(.name, (name.low, name.high, 0, 0)).low & Self.traceMask
  }
}
