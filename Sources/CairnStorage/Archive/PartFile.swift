import Glibc

/// A file below the target that has a temporary name until it is whole.
final class PartFile: @unchecked Sendable {
  let directory: RestoreDirectory
  private let name: [UInt8]
  private let temporary: [UInt8]
  private let file: File
  let identity: FileStatus.Identity
  private var isPublished = false
  /// Called when the file has its name, or with the reason why not.
  var done: (RestoreFault?) -> Void = { _ in }

  var descriptor: Int32 { file.descriptor }
  private var path: FilePath { directory.path.appending(name) }

  /// Throws `RestoreFault`, `CairnError.io` where nothing can be made in the target.
  init(in directory: RestoreDirectory, name: [UInt8]) throws {
    self.directory = directory
    self.name = name
    let temporary = Array(".cairn-part-\(hexadecimal(checksum(name, seed: 0)))".utf8)
    self.temporary = temporary
    let path = directory.path.appending(name)
    if let reason = try Self.obstacle(directory, name) { throw RestoreFault(reason: reason) }
    var descriptor = Self.create(directory, temporary)
    if descriptor < 0, errno == EEXIST {
      // A run that was ended left it; another that is running would hold the target's lock.
      Self.remove(directory, temporary)
      descriptor = Self.create(directory, temporary)
    }
    guard descriptor >= 0 else { throw RestoreFault.of(errno, "create", path) }
    file = File.adopt(descriptor, path: path.shown)
    var status = stat()
    guard uninterrupted({ fstat(descriptor, &status) }) == 0 else {
      let number = errno
      // What is thrown from here is not deinitialized.
      Self.remove(directory, temporary)
      throw RestoreFault.of(number, "stat", path)
    }
    identity = FileStatus(status).identity
  }

  deinit { if !isPublished { Self.remove(directory, temporary) } }

  private static func remove(_ directory: RestoreDirectory, _ name: [UInt8]) {
    _ = FilePath(name).withCString { text in uninterrupted { unlinkat(directory.descriptor, text, 0) } }
  }

  private static func create(_ directory: RestoreDirectory, _ name: [UInt8]) -> Int32 {
    FilePath(name).withCString { text in
      while true {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = openat(directory.descriptor, text, flags, 0o600)
        if descriptor >= 0 || errno != EINTR { return descriptor }
      }
    }
  }

  /// A regular file is replaced, whatever links to it; anything else stays.
  private static func obstacle(_ directory: RestoreDirectory, _ name: [UInt8]) throws -> String? {
    try FilePath(name).withCString { text in
      guard let status = try directory.status(text), status.st_mode & S_IFMT != S_IFREG else { return nil }
      return "\(directory.kind(text)) has its name"
    }
  }

  /// Throws `RestoreFault`, `CairnError.io`.
  func write(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    do { try file.write(bytes) } catch CairnError.io(_, let action, let number) {
      throw RestoreFault.of(number, action, path)
    }
  }

  /// Its own time helps incremental tools.
  func setTime(_ nanoseconds: Int64) {
    guard let time = SourceFile.timespec(nanoseconds) else { return }
    _ = uninterrupted { futimens(descriptor, [time, time]) }
  }

  /// Syncs and renames. `isFinished` says whether a file is one that this run has written.
  ///
  /// - Parameter isSynced: what was written is on the disk.
  func publish(isSynced: Bool, _ isFinished: (FileStatus.Identity) -> Bool) throws {
    if !isSynced {
      do { try file.sync() } catch CairnError.io(_, let action, let number) {
        throw RestoreFault.of(number, action, path)
      }
    }
    try FilePath(name).withCString { target in
      try FilePath(temporary).withCString { source in
        if let reason = try Self.obstacle(directory, name) { throw RestoreFault(reason: reason) }
        if let status = try directory.status(target), isFinished(FileStatus(status).identity) {
          throw RestoreFault(reason: "the file system takes its name for another's that was restored")
        }
        guard let status = try directory.status(source), FileStatus(status).identity == identity else {
          throw RestoreFault(reason: "another program took its temporary file away")
        }
        let renamed = uninterrupted {
          renameat(directory.descriptor, source, directory.descriptor, target)
        }
        guard renamed == 0 else {
          throw RestoreFault.of(errno, "rename", path)
        }
      }
    }
    isPublished = true
  }
}
