import Glibc

/// `lost+found` in an archive: what a writer finds where only its own should be, and may not destroy. `REASONS` says
/// what each is and where it was.
struct LostAndFound {
  private let root: DirectoryHandle
  static let reasons: FileName = "REASONS"

  init(_ root: DirectoryHandle) { self.root = root }

  /// Moves a file or a whole directory here; gives its new name. `place` is where it was, for people.
  ///
  /// The reason is on disk before the move is: what lies here is never without one.
  @discardableResult
  func take(_ name: FileName, from source: DirectoryHandle, place: String, reason: String) throws -> FileName
  {
    if try root.makeDirectory(ArchiveDirectory.lostAndFound) { try root.sync() }
    let directory = try root.directory(ArchiveDirectory.lostAndFound)
    let log = try directory.openOwn(Self.reasons, appending: true)
    guard try log.status().kind == .regular else {
      throw CairnError.io(path: log.path, action: "write", errno: EINVAL)
    }
    var number = 1
    while true {
      let new = Self.name(name, number)
      number += 1
      if try directory.status(of: new) != nil { continue }
      try log.write(Array("\(new): was \(place): \(reason)\n".utf8))
      try log.sync()
      do {
        try source.move(name, to: directory, as: new)
      } catch CairnError.io(_, _, EEXIST) {
        continue
      }
      try directory.sync()
      try source.sync()
      return new
    }
  }

  /// Longest name that file systems take.
  private static let nameByteLimit = 255

  /// The name itself, then with `~2`, `~3`, …
  private static func name(_ name: FileName, _ number: Int) -> FileName {
    if number == 1 { return name }
    let suffix = Array("~\(number)".utf8)
    return FileName(bytes: name.bytes.prefix(nameByteLimit - suffix.count) + suffix)
  }
}
