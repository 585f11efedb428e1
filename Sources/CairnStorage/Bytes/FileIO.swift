import CairnShims
import Glibc

package func systemMessage(_ number: Int32) -> String { String(cString: strerror(number)) }

/// An open file. Closed when the last reference goes.
package final class File: @unchecked Sendable {
  private let name: Name
  package let descriptor: Int32

  private enum Name {
    case shown(String)
    /// Of a file that was found: hardly any has to be shown.
    case found(FilePath)
  }

  package var path: String {
    switch name {
    case .shown(let path): path
    case .found(let path): path.shown
    }
  }

  private init(path: String, descriptor: Int32) {
    (name, self.descriptor) = (.shown(path), descriptor)
  }

  /// Takes over an open descriptor.
  init(_ path: FilePath, descriptor: Int32) { (name, self.descriptor) = (.found(path), descriptor) }

  // An interrupted close has closed on Linux: a second one could hit somebody else's descriptor. What must be on disk
  // has been synced before, so that a close has nothing left to report.
  deinit { close(descriptor) }

  package static func openForReading(_ path: String) throws -> File {
    try open(path, O_RDONLY | O_CLOEXEC, action: "open")
  }

  /// A new file with mode 0600 (records hold session tokens); an existing one is emptied.
  package static func create(_ path: String) throws -> File {
    try open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, action: "create")
  }

  /// Opens a file that a program has stored: what is no regular file is damage, and a pipe does not hang.
  package static func openStored(_ path: String) throws -> File {
    try open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, action: "open").checkedAsStored()
  }

  /// The same for a name, or a relative path, in a directory.
  static func openStored(_ name: FileName, in directory: DirectoryHandle) throws -> File {
    try open(name, in: directory, O_RDONLY | O_NONBLOCK, action: "open").checkedAsStored()
  }

  private func checkedAsStored() throws -> File {
    let kind = try status().kind
    if kind == .regular { return self }
    throw CairnError.damaged(file: path, offset: 0, cause: "is \(kind.rawValue) where a file should be")
  }

  /// Takes over an open descriptor.
  package static func adopt(_ descriptor: Int32, path: String) -> File {
    File(path: path, descriptor: descriptor)
  }

  package static func standardInput() -> File { File(path: "-", descriptor: dup(0)) }

  private static func open(_ path: String, _ flags: Int32, action: String) throws -> File {
    let descriptor = uninterrupted { Glibc.open(path, flags, 0o600) }
    guard descriptor >= 0 else { throw CairnError.io(path: path, action: action, errno: errno) }
    return File(path: path, descriptor: descriptor)
  }

  static func open(
    _ name: FileName, in directory: DirectoryHandle, _ flags: Int32, action: String
  ) throws -> File {
    let path = directory.path(of: name)
    let descriptor = name.withPointer { pointer in
      uninterrupted { openat(directory.descriptor, pointer, flags | O_CLOEXEC, 0o600) }
    }
    guard descriptor >= 0 else { throw CairnError.io(path: path, action: action, errno: errno) }
    return File(path: path, descriptor: descriptor)
  }

  package func status() throws -> FileStatus {
    var status = stat()
    guard uninterrupted({ fstat(descriptor, &status) }) == 0 else {
      throw CairnError.io(path: path, action: "stat", errno: errno)
    }
    return FileStatus(status)
  }

  package func byteCount() throws -> Int { try status().byteCount }

  /// Reads up to `byteCount` bytes at `offset`; fewer only at the end of the file.
  package func read(
    at offset: Int, into target: UnsafeMutablePointer<UInt8>, byteCount: Int
  ) throws -> Int {
    var got = 0
    while got < byteCount {
      let result = uninterrupted { pread(descriptor, target + got, byteCount - got, off_t(offset + got)) }
      if result < 0 { throw CairnError.io(path: path, action: "read", errno: errno) }
      if result == 0 { break }
      got += result
    }
    return got
  }

  /// Reads from the current position: pipes and terminals.
  package func readNext(into target: UnsafeMutablePointer<UInt8>, byteCount: Int) throws -> Int {
    let result = uninterrupted { Glibc.read(descriptor, target, byteCount) }
    guard result >= 0 else { throw CairnError.io(path: path, action: "read", errno: errno) }
    return result
  }

  package func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBufferPointer { try write($0) }
  }

  package func write(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    var done = 0
    while done < bytes.count {
      guard let start = bytes.baseAddress else { return }
      let result = uninterrupted { Glibc.write(descriptor, start + done, bytes.count - done) }
      // A device that takes nothing without saying why would be asked for ever.
      guard result > 0 else {
        throw CairnError.io(path: path, action: "write", errno: result == 0 ? ENOSPC : errno)
      }
      done += result
    }
  }

  /// Begins to put what was written on disk, and does not wait for it.
  package func startWriting() { cairn_start_writing(descriptor) }

  package func sync() throws {
    guard uninterrupted({ fsync(descriptor) }) == 0 else {
      throw CairnError.io(path: path, action: "sync", errno: errno)
    }
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
    guard uninterrupted({ ftruncate(descriptor, off_t(byteCount)) }) == 0 else {
      throw CairnError.io(path: path, action: "truncate", errno: errno)
    }
  }

  package static func readAll(_ path: String, limit: Int = .max) throws -> [UInt8] {
    try openForReading(path).readAll(limit: limit)
  }

  /// All bytes of a regular file, or its first `limit`.
  package func readAll(limit: Int) throws -> [UInt8] {
    let size = min(try byteCount(), limit)
    var failure: (any Error)?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { target, count in
      guard let start = target.baseAddress else { return }
      do { count = try read(at: 0, into: start, byteCount: size) } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }
}
