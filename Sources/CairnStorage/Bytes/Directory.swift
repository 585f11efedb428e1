import CairnShims
import Glibc

/// Directory operations by path, each with the path and the system's reason in its error.
package enum Directory {
  /// Makes the directory; gives false where it is there already. Its entry is not on disk before its parent is
  /// synced.
  @discardableResult
  package static func create(_ path: String, mode: mode_t = 0o700) throws -> Bool {
    if uninterrupted({ mkdir(path, mode) }) == 0 { return true }
    guard errno == EEXIST else {
      throw CairnError.io(path: path, action: "create directory", errno: errno)
    }
    return false
  }

  /// Creates `path` and its missing parents. Each that is made is on disk, entry and all, when this returns.
  package static func createAll(_ path: String, mode: mode_t = 0o700) throws {
    if let status = try status(path) {
      guard status.kind == .directory else {
        throw CairnError.io(path: path, action: "create directory", errno: ENOTDIR)
      }
      return
    }
    let parent = parent(of: path)
    if parent != path { try createAll(parent, mode: mode) }
    try create(path, mode: mode)
    try syncEntry(of: path, in: parent)
  }

  /// The directory that a path's last name is in, by its text: `.` where that is all there is.
  package static func parent(of path: String) -> String {
    var bytes = path.utf8[...]
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == bytes.startIndex ? "/" : String(decoding: bytes[..<slash], as: UTF8.self)
  }

  /// A directory may be written to by someone who may not read it, and so not sync it: then all of its file system.
  private static func syncEntry(of path: String, in parent: String) throws {
    do {
      try sync(parent)
    } catch CairnError.io(_, _, EACCES) {
      let made = try DirectoryHandle.open(path)
      guard uninterrupted({ cairn_sync_file_system(made.descriptor) }) == 0 else {
        throw CairnError.io(path: path, action: "sync directory", errno: errno)
      }
    }
  }

  /// What is at `path`, symbolic links followed; nil only where the system says that nothing is.
  package static func status(_ path: String) throws -> FileStatus? {
    var status = stat()
    if uninterrupted({ stat(path, &status) }) == 0 { return FileStatus(status) }
    if errno == ENOENT { return nil }
    throw CairnError.io(path: path, action: "stat", errno: errno)
  }

  /// Names in the directory, sorted by bytes, without `.` and `..`.
  package static func names(_ path: String) throws -> [String] {
    try DirectoryHandle.open(path).names().map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  package static func sync(_ path: String) throws { try DirectoryHandle.open(path).sync() }

  package static func rename(_ from: String, to: String) throws {
    guard uninterrupted({ Glibc.rename(from, to) }) == 0 else {
      throw CairnError.io(path: to, action: "rename \(from) to it", errno: errno)
    }
  }

  package static func remove(_ path: String) throws {
    guard uninterrupted({ unlink(path) }) == 0 || errno == ENOENT else {
      throw CairnError.io(path: path, action: "remove", errno: errno)
    }
  }
}
