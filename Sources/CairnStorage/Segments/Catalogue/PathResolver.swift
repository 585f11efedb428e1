/// Which keys a name of a path means.
///
/// Names resolve as `docs/semantics.md` says: the first equal key in record order, else for inexact names the
/// first key that is equal without regard to ASCII case.
package enum PathResolver {
  enum Match {
    case equal, folded, different
  }

  /// How a key as spelled between its quotes compares with a name.
  static func matches(_ name: PathName, _ spelled: [UInt8]) -> Match {
    let key =
      spelled.contains(0x5C) ? spelled.withUnsafeBufferPointer { StringSpelling.unescape($0) } : spelled
    if key == name.bytes { return .equal }
    return !name.isExact && equalsFolded(key, name.bytes) ? .folded : .different
  }

  /// Position of the key that `name` means among keys as spelled.
  package static func match(_ name: PathName, _ spelled: some Collection<[UInt8]>) -> Int? {
    var folded: Int?
    for (position, key) in spelled.enumerated() {
      switch matches(name, key) {
      case .equal: return position
      case .folded: folded = folded ?? position
      case .different: break
      }
    }
    return folded
  }

  package static func equalsFolded(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    func lower(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
    return a.count == b.count && zip(a, b).allSatisfy { lower($0) == lower($1) }
  }
}
