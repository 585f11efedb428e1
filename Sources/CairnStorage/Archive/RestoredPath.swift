/// Where a key's file goes: always below the target, and made of names that every Linux file system takes.
package enum RestoredPath {
  /// Bytes that a name may have (`NAME_MAX`).
  static let nameByteLimit = 255
  /// Bytes that a path may have: no file was ever read by a longer one (`PATH_MAX`, its zero left out).
  static let pathByteLimit = 4095
  private static let slash = UInt8(ascii: "/")

  /// The names on the way to a key's file, the file's last: the key without anything that leads out of the target
  /// and without its compression suffix.
  package static func names(_ key: [UInt8], gzip: Bool) -> [[UInt8]] {
    var names = SourceKey.parts(ofPath: key).map { part in
      // A byte that ends a path in the system's eyes would cut the name short.
      part.map { $0 == 0 ? UInt8(ascii: "_") : $0 }
    }
    if names.isEmpty { names = [Array("object".utf8)] }
    if names.reduce(names.count - 1, { $0 + $1.count }) > pathByteLimit { names = [names[names.count - 1]] }
    for index in names.indices.dropLast() { names[index] = fitted(names[index]) }
    var file = names[names.count - 1]
    // A name that is nothing but a suffix keeps it.
    for suffix in [".gz", ".zst"]
    where file.count > suffix.utf8.count && file.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) {
      file.removeLast(suffix.utf8.count)
      break
    }
    names[names.count - 1] = fitted(gzip ? file + Array(".gz".utf8) : file)
    return names
  }

  package static func relative(_ key: [UInt8], gzip: Bool) -> [UInt8] {
    Array(names(key, gzip: gzip).joined(separator: [slash]))
  }

  /// A name with `suffix` behind it, cut before that where both are too long together.
  static func adding(_ suffix: String, to name: [UInt8]) -> [UInt8] {
    cut(name, to: nameByteLimit - suffix.utf8.count) + Array(suffix.utf8)
  }

  /// A name that is too long, cut, and told from others by its hash.
  private static func fitted(_ name: [UInt8]) -> [UInt8] {
    name.count <= nameByteLimit ? name : adding(tag(name), to: name)
  }

  /// `~` and eight hexadecimal digits of a hash.
  static func tag(_ bytes: [UInt8]) -> String { "~" + hexadecimal(checksum(bytes, seed: 0)).prefix(8) }

  /// Cut at the beginning of a character.
  private static func cut(_ name: [UInt8], to count: Int) -> [UInt8] {
    if name.count <= count { return name }
    var end = count
    while end > count - 3, end > 0, name[end] & 0xC0 == 0x80 { end -= 1 }
    return Array(name[..<(name[end] & 0xC0 == 0x80 ? count : end)])
  }
}
