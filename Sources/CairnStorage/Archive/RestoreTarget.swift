import CairnShims
import Glibc

/// A directory that restored files go below. Names are walked one by one and links are never followed; a file is
/// written under a temporary name, synced, and gets its own by renaming.
final class RestoreTarget: @unchecked Sendable {
  private let root: RestoreDirectory
  private let rootLock: File
  private let lock = Lock()
  private var recent: [(names: [[UInt8]], directory: RestoreDirectory)] = []
  private var waiting: [PartFile] = []
  /// Directories that got entries, to be synced.
  private var changed: [RestoreDirectory] = []
  /// Files that this run has finished: where the target's file system takes two names for one, the second object must
  /// not replace the first.
  private var finished: Set<FileStatus.Identity> = []

  /// The file system of the target where all of it may be synced at once: a tenth of the time of many small files.
  private let wholeDevice: UInt64?
  /// Whether names below the target wait to be synced with their file system.
  private var hasUnsynced = false

  private static let recentLimit = DescriptorCache.share(16, atMost: 32)
  /// Files that are synced together: the system then writes them together, too. Each may hold its directory open.
  private let batchCount: Int
  /// Fewer are synced one by one: what other programs have written would be waited for, too.
  private static let leastTogether = 16

  /// Opens the directory at `path`, made where there is none. Throws `CairnError.io`, also where another
  /// restoration writes to it.
  init(_ path: String) throws {
    try Directory.createAll(path)
    // The target itself may be a link: that is the user's own.
    let descriptor = uninterrupted { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw CairnError.io(path: path, action: "open", errno: errno) }
    root = RestoreDirectory(descriptor, path: FilePath(path))
    wholeDevice = cairn_syncs_as_a_whole(descriptor) == 1 ? root.device : nil
    batchCount =
      wholeDevice == nil ? DescriptorCache.share(16, atMost: 64) : DescriptorCache.share(8, atMost: 512)
    rootLock = File.adopt(dup(descriptor), path: path)
    // Two runs would take each other's temporary files for left ones.
    if (try? rootLock.tryLock()) == false {
      throw CairnError.io(path: path, action: "restore there while another restore does", errno: EWOULDBLOCK)
    }
  }

  deinit { rootLock.unlock() }

  /// A new file below the target, to be written and handed to `finish`. Throws `RestoreFault`. Where the process has no
  /// descriptor left, those that wait here are given up first.
  func create(_ names: [[UInt8]]) throws -> PartFile {
    do {
      return try makeFile(names)
    } catch CairnError.io(_, _, let number) where number == EMFILE || number == ENFILE {
      try flush()
      lock.withLock { recent = [] }
      DescriptorCache.shared.closeAll()
      return try makeFile(names)
    }
  }

  private func makeFile(_ names: [[UInt8]]) throws -> PartFile {
    guard let name = names.last else { throw RestoreFault(reason: "has no name") }
    return try PartFile(in: try directory(Array(names.dropLast())), name: name)
  }

  private func directory(_ names: [[UInt8]]) throws -> RestoreDirectory {
    var (directory, depth) = lock.withLock { nearest(names) }
    while depth < names.count {
      let (child, isNew) = try directory.child(names[depth])
      depth += 1
      let due = lock.withLock { () -> [RestoreDirectory] in
        if recent.count >= Self.recentLimit { recent.removeFirst() }
        recent.append((Array(names[..<depth]), child))
        if isNew, directory.device == wholeDevice {
          hasUnsynced = true
        } else if isNew {
          changed.append(directory)
        }
        return changed.count >= batchCount ? takeChanged() : []
      }
      for directory in due { try directory.sync() }
      directory = child
    }
    return directory
  }

  /// The lowest directory on the way that is open, and its depth.
  private func nearest(_ names: [[UInt8]]) -> (RestoreDirectory, Int) {
    var best = (root, 0)
    for entry in recent.reversed() where entry.names.count > best.1 && names.starts(with: entry.names) {
      best = (entry.directory, entry.names.count)
      if best.1 == names.count { break }
    }
    return best
  }

  /// Takes a file that is written. `done` of it and of others is called once they have their names, or cannot.
  func finish(_ file: PartFile) throws {
    let batch = lock.withLock {
      waiting.append(file)
      return waiting.count >= batchCount ? takeWaiting() : []
    }
    try publish(batch)
  }

  /// Gives names to all files that wait. Throws `CairnError.io` where a directory cannot be synced.
  func flush() throws {
    try publish(lock.withLock { takeWaiting() })
    for directory in lock.withLock({ takeChanged() }) { try directory.sync() }
    let isDue = lock.withLock { () -> Bool in
      defer { hasUnsynced = false }
      return hasUnsynced
    }
    if isDue, !syncWhole() {
      throw CairnError.io(path: root.path.shown, action: "sync file system", errno: errno)
    }
  }

  private func syncWhole() -> Bool { uninterrupted { cairn_sync_file_system(root.descriptor) } == 0 }

  private func takeChanged() -> [RestoreDirectory] {
    defer { changed = [] }
    return changed
  }

  private func takeWaiting() -> [PartFile] {
    defer { waiting = [] }
    return waiting
  }

  private func publish(_ batch: [PartFile]) throws {
    // Where that fails, syncing each tells which.
    let isSynced = wholeDevice != nil && batch.count >= Self.leastTogether && syncWhole()
    if !isSynced { for file in batch { cairn_start_writing(file.descriptor) } }
    var failure: (any Error)?
    var directories: [ObjectIdentifier: RestoreDirectory] = [:]
    for file in batch {
      do {
        let isWhole = isSynced && file.identity.device == wholeDevice
        try file.publish(isSynced: isWhole) { identity in lock.withLock { finished.contains(identity) } }
        _ = lock.withLock { finished.insert(file.identity) }
        if isWhole {
          lock.withLock { hasUnsynced = true }
        } else {
          directories[ObjectIdentifier(file.directory)] = file.directory
        }
        file.done(nil)
      } catch let fault as RestoreFault {
        file.done(fault)
      } catch {
        file.done(RestoreFault(reason: "\(error)"))
        failure = failure ?? error
      }
    }
    for directory in directories.values { try directory.sync() }
    if let failure { throw failure }
  }
}

/// Why one object could not be written; others may well be.
struct RestoreFault: Error {
  var reason: String

  /// The error of a system call: a fault of one path, or an error of the whole target, where nothing more can be
  /// written.
  static func of(_ number: Int32, _ action: String, _ path: FilePath) -> any Error {
    let ofTarget = [ENOSPC, EDQUOT, EROFS, EIO, ESTALE, ENXIO, ENODEV, EMFILE, ENFILE, ENOMEM]
    if ofTarget.contains(number) { return CairnError.io(path: path.shown, action: action, errno: number) }
    return RestoreFault(reason: "cannot \(action): \(systemMessage(number))")
  }
}

/// An open directory below the target.
final class RestoreDirectory: @unchecked Sendable {
  let descriptor: Int32
  let path: FilePath
  /// Nil where the system does not tell.
  let device: UInt64?

  init(_ descriptor: Int32, path: FilePath) {
    self.descriptor = descriptor
    self.path = path
    var status = stat()
    let isKnown = uninterrupted { fstat(descriptor, &status) } == 0
    device = isKnown ? FileStatus(status).identity.device : nil
  }

  deinit { close(descriptor) }

  /// The directory of that name in this one, made where there is none. Throws `RestoreFault`, `CairnError.io`.
  func child(_ name: [UInt8]) throws -> (RestoreDirectory, isNew: Bool) {
    let path = path.appending(name)
    return try FilePath(name).withCString { text in
      var isNew = false
      while true {
        let child = openat(descriptor, text, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if child >= 0 { return (RestoreDirectory(child, path: path), isNew) }
        switch errno {
        case EINTR: continue
        case ENOENT where !isNew:
          guard uninterrupted({ mkdirat(descriptor, text, 0o700) }) == 0 || errno == EEXIST else {
            throw RestoreFault.of(errno, "create directory", path)
          }
          isNew = true
        case ENOTDIR, ELOOP, EMLINK:
          throw RestoreFault(reason: "\(path.shown) is in the way, \(kind(text)) and no directory")
        case let number: throw RestoreFault.of(number, "open directory", path)
        }
      }
    }
  }

  /// What stands under a name, for people.
  func kind(_ name: UnsafePointer<CChar>) -> String {
    switch (try? status(name)).map({ $0.st_mode & S_IFMT }) {
    case S_IFLNK: "a symbolic link"
    case S_IFDIR: "a directory"
    case S_IFIFO: "a pipe"
    case S_IFREG: "a file"
    case S_IFSOCK: "a socket"
    default: "a device"
    }
  }

  /// Links are not followed; nil where nothing has the name. Throws `RestoreFault`, `CairnError.io`.
  func status(_ name: UnsafePointer<CChar>) throws -> stat? {
    var status = stat()
    if uninterrupted({ fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) }) == 0 { return status }
    if errno == ENOENT { return nil }
    throw RestoreFault.of(errno, "stat", path.appending(Array(String(cString: name).utf8)))
  }

  func sync() throws {
    // Some file systems have nothing to sync in directories, and say so.
    guard uninterrupted({ fsync(descriptor) }) == 0 || errno == EINVAL || errno == ENOTSUP else {
      throw CairnError.io(path: path.shown, action: "sync directory", errno: errno)
    }
  }
}
