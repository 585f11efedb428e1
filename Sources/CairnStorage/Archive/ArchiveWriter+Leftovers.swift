import Glibc

/// What an interrupted run, or anybody else, has left in an archive.
extension ArchiveWriter {
  static func temporaryName(_ number: Int, _ token: String) -> FileName {
    FileName("segment-\(Manifest.padded(number))-\(token).tmp")
  }

  static func temporaryMarksName(_ number: Int, _ token: String) -> FileName {
    FileName("marks-\(Manifest.padded(number))-\(token).tmp")
  }

  /// Removes what can only be an unfinished temporary file of this program; moves everything else that no state names
  /// to `lost+found`.
  func setLeftoversAside() throws {
    let lost = LostAndFound(directory.root)
    try setAsideTemporaryStates(lost)
    try setAsideUnfinishedManifests(lost)
    try setAsideTemporaryFiles(lost)
    try setAsideUnnamedSegments(lost)
  }

  private func setAsideTemporaryStates(_ lost: LostAndFound) throws {
    let root = directory.root
    for name in [
      ArchiveDirectory.temporaryCurrent, ArchiveDirectory.temporaryManifest, KnownLog.temporaryName,
    ] {
      guard let status = try root.status(of: name) else { continue }
      if status.kind == .regular {
        try root.remove(name)
      } else {
        try lost.take(
          name, from: root, place: "\(name)", reason: "is \(status.kind.rawValue), which no run leaves here")
      }
    }
  }

  private func setAsideUnfinishedManifests(_ lost: LostAndFound) throws {
    for name in try directory.root.names() {
      guard let sequence = ArchiveDirectory.sequence(of: name), sequence > manifest.sequence else { continue }
      try lost.take(
        name, from: directory.root, place: "\(name)",
        reason: "its commit was not finished: CURRENT names \(Manifest.fileName(manifest.sequence))")
    }
  }

  private func setAsideTemporaryFiles(_ lost: LostAndFound) throws {
    for name in try temporary.names() {
      guard let status = try temporary.status(of: name) else { continue }
      if status.kind == .regular, Self.isTemporary(name) {
        if try !isInUse(name) { try temporary.remove(name) }
      } else {
        try lost.take(
          name, from: temporary, place: "tmp/\(name)",
          reason: "no temporary file of this program has such a name")
      }
    }
  }

  /// Another writer's, which has lost its claim and does not know it yet: its to keep aside.
  private func isInUse(_ name: FileName) throws -> Bool {
    let file = try temporary.openStored(name)
    guard try file.tryLock() else { return true }
    file.unlock()
    return false
  }

  /// Whether a name is one that only this program gives to files in `tmp`.
  static func isTemporary(_ name: FileName) -> Bool {
    guard let text = name.text else { return false }
    if text.hasPrefix(SpillMapping.namePrefix) {
      let rest = text.utf8.dropFirst(SpillMapping.namePrefix.utf8.count)
      return rest.count == 6 && rest.allSatisfy(isLetterOrDigit)
    }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, let number = Int(parts[1]), parts[2].hasSuffix(".tmp") else { return false }
    let token = parts[2].dropLast(4)
    guard let value = UInt64(token, radix: 16), hexadecimal(value) == token else { return false }
    return number >= 0
      && (temporaryName(number, String(token)) == name || temporaryMarksName(number, String(token)) == name)
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: false
    }
  }

  private func setAsideUnnamedSegments(_ lost: LostAndFound) throws {
    let named = StoredNames(manifest)
    for name in try segments.names() where !named.contains(name) {
      let reason =
        ArchiveDirectory.isStored(name)
        ? "\(Manifest.fileName(manifest.sequence)), which was in force, does not name it: of a commit that was not"
          + " finished, or of a state that was lost"
        : "no segment has such a name"
      try lost.take(name, from: segments, place: "segments/\(name)", reason: reason)
    }
  }
}
