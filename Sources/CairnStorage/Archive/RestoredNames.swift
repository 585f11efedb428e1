/// The file of each object: one of its own, whatever else the archive holds.
///
/// The newest version of a key has the key's own name, older ones get `~` and their version behind it. Where that name
/// is an earlier object's, or a directory's, `~` and eight digits of the key's hash stand before the version, and where
/// even that is taken, `~2`, `~3` and so on behind it. Newest versions are named first, each kind in the archive's
/// order, so that what one restore gives, another gives as well.
struct RestoredNames {
  private let gzip: Bool
  /// Of keys that have several versions: the newest.
  private var latest: [[UInt8]: Int] = [:]
  /// Hashes of paths that are taken, directories among them. A false match only lengthens a name.
  private var taken: Set<UInt64> = []
  /// What objects have behind their names, where that is not what their version says.
  private var suffixes: [ObjectIdentity: String] = [:]

  /// - Parameter objects: calls its argument with all objects of the archive, in its order; used up to three times.
  init(gzip: Bool, objects: ((StoredObject) -> Void) throws -> Void) rethrows {
    self.gzip = gzip
    var files: Set<UInt64> = []
    var hasClash = false
    try objects { object in
      if object.version > 1 { latest[object.key] = max(latest[object.key] ?? 1, object.version) }
      var hash: UInt64 = 0
      let names = RestoredPath.names(object.key, gzip: gzip)
      for name in names.dropLast() {
        hash = checksum(name, seed: hash)
        taken.insert(hash)
      }
      if !files.insert(checksum(names[names.count - 1], seed: hash)).inserted { hasClash = true }
    }
    // Mostly every key has a name for itself.
    if latest.isEmpty, !hasClash, files.isDisjoint(with: taken) { return }
    try objects { if isLatest($0) { name($0) } }
    try objects { if !isLatest($0) { name($0) } }
  }

  private func isLatest(_ object: StoredObject) -> Bool { (latest[object.key] ?? 1) == object.version }

  private func versionSuffix(_ object: StoredObject) -> String {
    isLatest(object) ? "" : "~\(object.version)"
  }

  private mutating func name(_ object: StoredObject) {
    let names = RestoredPath.names(object.key, gzip: gzip)
    let directory = names.dropLast().reduce(0) { checksum($1, seed: $0) }
    let wanted = versionSuffix(object)
    var suffix = wanted
    var number = 1
    while true {
      let name = RestoredPath.adding(suffix, to: names[names.count - 1])
      if taken.insert(checksum(name, seed: directory)).inserted { break }
      suffix = RestoredPath.tag(object.key) + wanted + (number > 1 ? "~\(number)" : "")
      number += 1
    }
    if suffix != wanted { suffixes[ObjectIdentity(object)] = suffix }
  }

  /// The names on the way to an object's file, the file's last.
  func names(_ object: StoredObject) -> [[UInt8]] {
    var names = RestoredPath.names(object.key, gzip: gzip)
    let suffix = (suffixes.isEmpty ? nil : suffixes[ObjectIdentity(object)]) ?? versionSuffix(object)
    names[names.count - 1] = RestoredPath.adding(suffix, to: names[names.count - 1])
    return names
  }
}
