import Glibc

/// What the system knows of a file.
package struct FileStatus: Sendable, Equatable {
  package enum Kind: String, Sendable {
    case regular = "a file"
    case directory = "a directory"
    case link = "a symbolic link"
    case other = "a pipe, socket or device"
  }

  /// Tells a file from any other that is there at the same time, whatever they are called.
  package struct Identity: Hashable, Sendable {
    package var device: UInt64
    package var inode: UInt64
  }

  package var kind: Kind
  package var isPipe: Bool
  package var identity: Identity
  package var byteCount: Int
  /// Seconds and nanoseconds since 1970: as nanoseconds alone not every time fits.
  package var modifiedSeconds: Int
  package var modifiedNanoseconds: Int

  package init(_ status: stat) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: kind = .regular
    case S_IFDIR: kind = .directory
    case S_IFLNK: kind = .link
    default: kind = .other
    }
    isPipe = status.st_mode & S_IFMT == S_IFIFO
    identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    byteCount = Int(status.st_size)
    modifiedSeconds = Int(status.st_mtim.tv_sec)
    modifiedNanoseconds = Int(status.st_mtim.tv_nsec)
  }
}

/// The result of a system call, which is repeated for as long as a signal interrupts it.
@inline(__always)
package func uninterrupted<Result: FixedWidthInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result != -1 || errno != EINTR { return result }
  }
}
