import Cairn
import Glibc

/// Directories and all below them, followed by inotify.
///
/// What it tells is a hint, never a proof: its queue may run over, a network's other machines change files without its
/// knowledge, and the system may not watch as many directories as there are. So whoever uses it lists everything anew
/// now and then.
final class TreeWatch {
  enum Event {
    /// Whoever wrote the file has closed it, or it was moved here whole.
    case complete(FilePath)
    /// Somebody writes to the file.
    case written(FilePath)
    /// The file is there, and nothing tells whether it is whole.
    case appeared(FilePath)
    /// No file has the name any more.
    case gone(FilePath)
    /// Something was missed: only a listing tells what.
    case lost
  }

  private let descriptor: Int32
  private var paths: [Int32: FilePath] = [:]
  /// Where the archive is, which may lie in the tree.
  private let archive: FilePath
  /// Why directories are not followed; nil where all are.
  private(set) var failure: String?

  var directoryCount: Int { paths.count }

  private static let mask = UInt32(
    bitPattern: IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE
      | IN_MOVE_SELF | IN_ONLYDIR)

  init(archive: FilePath) {
    self.archive = archive
    descriptor = inotify_init1(Int32(O_NONBLOCK | O_CLOEXEC))
    if descriptor < 0 { failure = systemMessage(errno) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Follows a directory and all below it; `found` gets the files that are there already. Archives are left out.
  func follow(_ root: FilePath, found: (FilePath) -> Void = { _ in }) {
    guard descriptor >= 0 else { return }
    let own = archive.status()?.identity
    var directories = [root]
    while let directory = directories.popLast() {
      guard directory.status()?.identity != own || own == nil else { continue }
      let number = directory.withCString { inotify_add_watch(descriptor, $0, Self.mask) }
      guard number >= 0 else {
        // One that has gone meanwhile, or is none, is nothing to follow.
        if errno != ENOENT, errno != ENOTDIR { failure = "\(directory.shown): \(systemMessage(errno))" }
        if errno == ENOSPC { return }
        continue
      }
      // The same by another path.
      if let known = paths[number], known != directory { continue }
      paths[number] = directory
      guard let names = try? Directory.entries(directory).entries.map(\.name) else { continue }
      if names.contains(where: ArchivePaths.isOfArchive), (try? ArchivePaths.isArchive(directory)) == true {
        _ = inotify_rm_watch(descriptor, number)
        paths[number] = nil
        continue
      }
      for name in names {
        let path = directory.appending(name)
        switch path.status()?.kind {
        case .directory: directories.append(path)
        case .regular: found(path)
        default: break
        }
      }
    }
  }

  /// What has happened, waited for so long that something does, or a signal comes, or the time has passed.
  func events(within milliseconds: Int32) -> [Event] {
    guard descriptor >= 0 else {
      _ = poll(nil, 0, milliseconds)
      return []
    }
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&request, 1, milliseconds) > 0 else { return [] }
    var events: [Event] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      guard count > 0 else { return events }
      var at = 0
      while at + Self.headerByteCount <= count {
        let number = buffer.loadUnaligned(fromByteOffset: at, as: Int32.self)
        let mask = buffer.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self)
        let end =
          at + Self.headerByteCount
          + Int(buffer.loadUnaligned(fromByteOffset: at + 12, as: UInt32.self))
        guard end <= count else { break }
        let name = buffer[(at + Self.headerByteCount)..<end].prefix { $0 != 0 }
        take(number, Int32(bitPattern: mask), Array(name), &events)
        at = end
      }
    }
  }

  private static let headerByteCount = 16

  private func take(_ number: Int32, _ mask: Int32, _ name: [UInt8], _ events: inout [Event]) {
    if mask & (IN_Q_OVERFLOW | IN_UNMOUNT | IN_MOVE_SELF) != 0 { return events.append(.lost) }
    if mask & IN_IGNORED != 0 {
      paths[number] = nil
      return
    }
    guard let directory = paths[number], !name.isEmpty else { return }
    let path = directory.appending(name)
    if mask & (IN_DELETE | IN_MOVED_FROM) != 0 {
      events.append(.gone(path))
    } else if mask & IN_ISDIR != 0 {
      // What was put into it before it was followed.
      follow(path) { events.append(.appeared($0)) }
    } else if mask & (IN_CLOSE_WRITE | IN_MOVED_TO) != 0 {
      events.append(.complete(path))
    } else {
      events.append(mask & IN_CREATE != 0 ? .appeared(path) : .written(path))
    }
  }
}
