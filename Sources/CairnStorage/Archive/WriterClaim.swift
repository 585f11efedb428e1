import Glibc

/// The right to change an archive: its directory and the lock on its `LOCK`, as they were opened.
///
/// The lock keeps writers apart as long as all of them find the same file. Somebody who removes `LOCK` because it looks
/// stale, or puts another directory in the place of this one, takes the archive away from a run that holds the lock:
/// so the run proves before each commit that the archive is still its own.
final class WriterClaim {
  private let root: DirectoryHandle
  private let identity: FileStatus.Identity
  private let lock: File
  private let lockIdentity: FileStatus.Identity

  /// Takes the lock. Throws `CairnError.locked` where another process has it.
  init(_ root: DirectoryHandle) throws {
    self.root = root
    identity = try root.status().identity
    let isNew = try root.status(of: ArchiveDirectory.lock) == nil
    (lock, lockIdentity) = try Self.takeLock(root)
    try lock.truncate(to: 0)
    try lock.write(Array("pid \(getpid())\n".utf8))
    if isNew { try root.sync() }
  }

  // Closing alone leaves the lock with any child process that was being forked at that moment.
  deinit { lock.unlock() }

  /// Whoever removes the file between its opening and its locking gives us a lock on nothing: then once more.
  private static func takeLock(_ root: DirectoryHandle) throws -> (File, FileStatus.Identity) {
    for _ in 0..<Self.attemptLimit {
      let file = try root.openOwn(ArchiveDirectory.lock)
      let status = try file.status()
      guard status.kind == .regular else {
        throw CairnError.io(path: file.path, action: "lock \(status.kind.rawValue)", errno: EINVAL)
      }
      guard try file.tryLock() else {
        throw CairnError.locked(path: root.path, owner: Self.owner(file))
      }
      if try root.status(of: ArchiveDirectory.lock)?.identity == status.identity {
        return (file, status.identity)
      }
      file.unlock()
    }
    throw CairnError.locked(path: root.path, owner: "LOCK is being replaced all the time")
  }

  private static let attemptLimit = 100

  /// What the holder wrote into the file.
  private static func owner(_ file: File) -> String {
    let text = (try? file.readAll(limit: 64)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let line = text.split(separator: "\n").first ?? ""
    return line.isEmpty || !line.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } ? "owner unknown" : "\(line)"
  }

  /// Throws `CairnError.superseded` where directory, lock or state are not those that this run has, `.io` where that
  /// cannot be told.
  func prove(_ pointer: CurrentPointer) throws {
    guard let there = try Directory.status(root.path) else {
      throw superseded("the archive's directory was removed or renamed while this run had it open")
    }
    guard there.identity == identity else {
      throw superseded("another directory was put in the archive's place while this run had it open")
    }
    guard try root.status(of: ArchiveDirectory.lock)?.identity == lockIdentity else {
      throw superseded("LOCK was removed or replaced while this run held it")
    }
    let current = try root.readStored(ArchiveDirectory.current, limit: CurrentPointer.byteLimit)
    guard current == pointer.encode() else {
      throw superseded(
        "CURRENT was \(current == nil ? "removed" : "changed") by somebody else during this run")
    }
  }

  func superseded(_ cause: String) -> CairnError { .superseded(path: root.path, cause: cause) }
}
