import CairnShims
import Glibc

package func systemMessage(_ number: Int32) -> String { String(cString: strerror(number)) }

/// An open file. Closed when the last reference goes.
package final class File: @unchecked Sendable {
  package let path: String
  package let descriptor: Int32

  private init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  package static func openForReading(_ path: String) throws -> File {
    try open(path, O_RDONLY | O_CLOEXEC, action: "open")
  }

  /// A new file with mode 0600 (records hold session tokens); an existing one is emptied.
  package static func create(_ path: String) throws -> File {
    try open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, action: "create")
  }

  /// Opens or creates without touching the contents: for lock files.
  package static func openForLocking(_ path: String) throws -> File {
    try open(path, O_RDWR | O_CREAT | O_CLOEXEC, action: "open")
  }

  /// Takes over an open descriptor.
  package static func adopt(_ descriptor: Int32, path: String) -> File {
    File(path: path, descriptor: descriptor)
  }

  package static func standardInput() -> File { File(path: "-", descriptor: dup(0)) }

  private static func open(_ path: String, _ flags: Int32, action: String) throws -> File {
    while true {
      let descriptor = Glibc.open(path, flags, 0o600)
      if descriptor >= 0 { return File(path: path, descriptor: descriptor) }
      if errno != EINTR { throw CairnError.io(path: path, action: action, errno: errno) }
    }
  }

  package func byteCount() throws -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw CairnError.io(path: path, action: "stat", errno: errno)
    }
    return Int(status.st_size)
  }

  /// Reads up to `byteCount` bytes at `offset`; fewer only at the end of the file.
  package func read(
    at offset: Int, into target: UnsafeMutablePointer<UInt8>, byteCount: Int
  ) throws -> Int {
    var got = 0
    while got < byteCount {
      let result = pread(descriptor, target + got, byteCount - got, off_t(offset + got))
      if result < 0 {
        if errno == EINTR { continue }
        throw CairnError.io(path: path, action: "read", errno: errno)
      }
      if result == 0 { break }
      got += result
    }
    return got
  }

  /// Reads from the current position: pipes and terminals.
  package func readNext(into target: UnsafeMutablePointer<UInt8>, byteCount: Int) throws -> Int {
    while true {
      let result = Glibc.read(descriptor, target, byteCount)
      if result >= 0 { return result }
      if errno != EINTR { throw CairnError.io(path: path, action: "read", errno: errno) }
    }
  }

  package func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBufferPointer { try write($0) }
  }

  package func write(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    var done = 0
    while done < bytes.count {
      guard let start = bytes.baseAddress else { return }
      let result = Glibc.write(descriptor, start + done, bytes.count - done)
      if result < 0 {
        if errno == EINTR { continue }
        throw CairnError.io(path: path, action: "write", errno: errno)
      }
      done += result
    }
  }

  package func sync() throws {
    guard fsync(descriptor) == 0 else { throw CairnError.io(path: path, action: "sync", errno: errno) }
  }

  /// Takes the exclusive lock; false where another process has it.
  package func tryLock() throws -> Bool {
    switch cairn_lock_exclusive(descriptor) {
    case 0: return true
    case EWOULDBLOCK: return false
    case let number: throw CairnError.io(path: path, action: "lock", errno: number)
    }
  }

  package func unlock() { _ = cairn_unlock(descriptor) }

  package func truncate(to byteCount: Int) throws {
    guard ftruncate(descriptor, off_t(byteCount)) == 0 else {
      throw CairnError.io(path: path, action: "truncate", errno: errno)
    }
  }

  package static func readAll(_ path: String, limit: Int = .max) throws -> [UInt8] {
    let file = try openForReading(path)
    let size = min(try file.byteCount(), limit)
    var failure: (any Error)?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { target, count in
      guard let start = target.baseAddress else { return }
      do { count = try file.read(at: 0, into: start, byteCount: size) } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }
}

/// Directory operations, each with the path and the system's reason in its error.
package enum Directory {
  package static func create(_ path: String, mode: mode_t = 0o700) throws {
    if mkdir(path, mode) != 0, errno != EEXIST {
      throw CairnError.io(path: path, action: "create directory", errno: errno)
    }
  }

  /// Creates `path` and its missing parents.
  package static func createAll(_ path: String, mode: mode_t = 0o700) throws {
    if isDirectory(path) { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try createAll(String(path[..<slash]), mode: mode)
    }
    try create(path, mode: mode)
  }

  package static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Names in the directory, sorted by bytes, without `.` and `..`.
  package static func names(_ path: String) throws -> [String] {
    guard let stream = opendir(path) else {
      throw CairnError.io(path: path, action: "read directory", errno: errno)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw CairnError.io(path: path, action: "read directory", errno: errno) }
        break
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  package static func sync(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CairnError.io(path: path, action: "open directory", errno: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else {
      throw CairnError.io(path: path, action: "sync directory", errno: errno)
    }
  }

  package static func rename(_ from: String, to: String) throws {
    guard Glibc.rename(from, to) == 0 else {
      throw CairnError.io(path: to, action: "rename \(from) to it", errno: errno)
    }
  }

  package static func remove(_ path: String) throws {
    guard unlink(path) == 0 || errno == ENOENT else {
      throw CairnError.io(path: path, action: "remove", errno: errno)
    }
  }
}
