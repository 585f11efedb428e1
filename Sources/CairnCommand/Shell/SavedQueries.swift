import Cairn
import Glibc

/// Queries that someone has given names: one file each in `~/.config/cairn/queries`, readable by its owner only, since
/// queries tell what someone looks for.
struct SavedQueries {
  private let folder: String?

  init() { folder = Settings.folder.map { $0 + "/queries" } }

  /// The SQL of a name; nil where there is none.
  ///
  /// Throws `CairnError.usage` where the text is no name, `.io`.
  func load(_ name: String) throws -> String? {
    let path = try path(name)
    guard FilePath(path).status() != nil else { return nil }
    return try SQLInput.read(file: path)
  }

  /// Keeps SQL under a name, in place of what it had.
  ///
  /// Throws `CairnError.usage` where the text is no name, `.io`.
  func save(_ sql: String, as name: String) throws -> String {
    let path = try path(name)
    try Directory.createAll(String(path.dropLast("/\(name).sql".count)))
    let temporary = path + ".new"
    unlink(temporary)
    let descriptor = uninterrupted { open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
    guard descriptor >= 0 else { throw CairnError.io(path: path, action: "write", errno: errno) }
    defer { close(descriptor) }
    let bytes = Array((sql + "\n").utf8)
    guard bytes.withUnsafeBytes({ writeAll($0, to: descriptor) }), rename(temporary, path) == 0 else {
      let code = errno
      unlink(temporary)
      throw CairnError.io(path: path, action: "write", errno: code)
    }
    return path
  }

  /// All names, in order.
  var names: [String] {
    guard let folder, let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".sql"), Self.isName(String(name.dropLast(4))) {
        names.append(String(name.dropLast(4)))
      }
    }
    return names.sorted()
  }

  /// All of them as tables for statements.
  var tables: NamedQueries {
    NamedQueries {
      names
    } text: {
      try load($0)
    }
  }

  private func path(_ name: String) throws -> String {
    guard Self.isName(name) else {
      throw CairnError.usage("\(name): a name has letters, digits, - and _, at most 64 of them")
    }
    guard let folder else { throw CairnError.usage("there is no folder for settings: HOME is not set") }
    return "\(folder)/\(name).sql"
  }

  static func isName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
          || "-_".utf8.contains($0)
      }
  }
}
