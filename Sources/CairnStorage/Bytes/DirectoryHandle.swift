import CairnShims
import Glibc

/// An open directory. Names are looked up in it and not in whatever its path has come to mean since it was opened.
package final class DirectoryHandle: @unchecked Sendable {
  /// The path that it was opened by: for messages.
  package let path: String
  package let descriptor: Int32

  private init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  // An interrupted close has closed on Linux: a second one could hit somebody else's descriptor.
  deinit { close(descriptor) }

  /// Opens a directory to read, change and sync it.
  package static func open(_ path: String) throws -> DirectoryHandle {
    try opened(path, uninterrupted { Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
  }

  /// Opens a directory whose names are known: needs no right to list it.
  package static func openForLookup(_ path: String) throws -> DirectoryHandle {
    try openForLookup(FilePath(path))
  }

  package static func openForLookup(_ path: FilePath) throws -> DirectoryHandle {
    let descriptor = path.withCString { text in
      uninterrupted { cairn_open_directory_for_lookup(AT_FDCWD, text) }
    }
    return try opened(path.shown, descriptor)
  }

  /// Opens a directory in this one. A symbolic link is followed only where that is asked for.
  package func directory(_ name: FileName, followsLinks: Bool = false) throws -> DirectoryHandle {
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (followsLinks ? 0 : O_NOFOLLOW)
    return try Self.opened(
      path(of: name),
      name.withPointer { pointer in uninterrupted { Glibc.openat(descriptor, pointer, flags) } })
  }

  private static func opened(_ path: String, _ descriptor: Int32) throws -> DirectoryHandle {
    guard descriptor >= 0 else { throw CairnError.io(path: path, action: "read directory", errno: errno) }
    return DirectoryHandle(path: path, descriptor: descriptor)
  }

  package func path(of name: FileName) -> String { path == "/" ? "/\(name)" : "\(path)/\(name)" }

  private func failure(_ action: String, _ name: FileName? = nil) -> CairnError {
    .io(path: name.map { path(of: $0) } ?? path, action: action, errno: errno)
  }

  // MARK: Looking

  package func status() throws -> FileStatus {
    var status = stat()
    guard uninterrupted({ fstat(descriptor, &status) }) == 0 else { throw failure("stat") }
    return FileStatus(status)
  }

  /// What has the name, a symbolic link itself and not its target; nil only where the system says that nothing has.
  package func status(of name: FileName) throws -> FileStatus? {
    var status = stat()
    let result = name.withPointer { pointer in
      uninterrupted { fstatat(descriptor, pointer, &status, AT_SYMLINK_NOFOLLOW) }
    }
    if result == 0 { return FileStatus(status) }
    if errno == ENOENT { return nil }
    throw failure("stat", name)
  }

  /// Names in the directory, sorted by bytes, without `.` and `..`.
  package func names() throws -> [FileName] {
    // A stream moves its descriptor's position and closes it: it gets one of its own.
    let own = uninterrupted { Glibc.openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard own >= 0 else { throw failure("read directory") }
    guard let stream = fdopendir(own) else {
      let error = failure("read directory")
      close(own)
      throw error
    }
    defer { closedir(stream) }
    var names: [FileName] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno == EINTR { continue }
        if errno != 0 { throw failure("read directory") }
        break
      }
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if bytes != [0x2E], bytes != [0x2E, 0x2E] { names.append(FileName(bytes: bytes)) }
    }
    return names.sorted()
  }

  // MARK: Files

  /// Opens a file for reading that a program has stored here: whatever else has its name is damage, and a pipe does
  /// not hang.
  package func openStored(_ name: FileName) throws -> File { try File.openStored(name, in: self) }

  /// Up to `limit` bytes of a stored file; nil only where the system says that there is none.
  package func readStored(_ name: FileName, limit: Int) throws -> [UInt8]? {
    do {
      return try openStored(name).readAll(limit: limit)
    } catch CairnError.io(_, "open", ENOENT) {
      return nil
    }
  }

  /// A new file, 0600. Throws where the name is taken, were it by a link that leads nowhere.
  package func createFile(_ name: FileName) throws -> File {
    try File.open(name, in: self, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, action: "create")
  }

  /// A file of its own for writing, made where there is none; never one that a link leads to.
  package func openOwn(_ name: FileName, appending: Bool = false) throws -> File {
    try File.open(
      name, in: self, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | (appending ? O_APPEND : 0), action: "open")
  }

  /// Writes a file anew and syncs it; what had the name is gone before.
  package func writeSynced(_ name: FileName, _ bytes: [UInt8]) throws {
    try remove(name)
    let file = try createFile(name)
    try file.write(bytes)
    try file.sync()
  }

  // MARK: Changing

  /// Makes a directory; gives false where something of that name is there.
  @discardableResult
  package func makeDirectory(_ name: FileName) throws -> Bool {
    let result = name.withPointer { pointer in uninterrupted { mkdirat(descriptor, pointer, 0o700) } }
    if result == 0 { return true }
    guard errno == EEXIST else { throw failure("create directory", name) }
    return false
  }

  /// Renames within the directory, replacing a file of the new name.
  package func replace(_ new: FileName, with old: FileName) throws {
    let result = old.withPointer { from in
      new.withPointer { to in uninterrupted { renameat(descriptor, from, descriptor, to) } }
    }
    guard result == 0 else { throw failure("rename \(old) to it", new) }
  }

  /// Moves into another directory, replacing nothing: `CairnError.io` with EEXIST where the name is taken.
  package func move(_ name: FileName, to target: DirectoryHandle, as new: FileName) throws {
    let result = name.withPointer { from in
      new.withPointer { to in
        uninterrupted { cairn_rename_to_new(descriptor, from, target.descriptor, to) }
      }
    }
    guard result == 0 else { throw target.failure("move \(path(of: name)) to it", new) }
  }

  /// Removes a file; it is no error where there is none.
  package func remove(_ name: FileName) throws {
    let result = name.withPointer { pointer in uninterrupted { unlinkat(descriptor, pointer, 0) } }
    guard result == 0 || errno == ENOENT else { throw failure("remove", name) }
  }

  package func sync() throws {
    guard uninterrupted({ fsync(descriptor) }) == 0 else { throw failure("sync directory") }
  }
}
