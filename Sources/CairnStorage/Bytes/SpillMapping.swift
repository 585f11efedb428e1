import Glibc

/// Memory that lies in an unlinked temporary file: the kernel may write it out and take it back, so it does
/// not count against the memory that Cairn is asked to stay within.
///
/// Disk space is reserved before the memory is used, so a full disk is an error here and not a signal later.
package final class SpillMapping: @unchecked Sendable {
  package let base: UnsafeMutableRawPointer
  package let byteCount: Int
  /// A run that ends between making the file and unlinking it leaves this and six letters or digits.
  package static let namePrefix = "spill-"

  /// Maps `byteCount` bytes of a new temporary file in `directory`. Throws `CairnError.io`.
  package init(byteCount: Int, directory: String) throws {
    var template: [CChar] = []
    let descriptor = uninterrupted {
      template = Array((directory + "/" + Self.namePrefix + "XXXXXX").utf8CString)
      return mkstemp(&template)
    }
    guard descriptor >= 0 else {
      throw CairnError.io(path: directory, action: "create a temporary file in", errno: errno)
    }
    unlink(&template)
    defer { close(descriptor) }
    var failure: Int32
    repeat { failure = posix_fallocate(descriptor, 0, off_t(byteCount)) } while failure == EINTR
    guard failure == 0 else {
      throw CairnError.io(path: directory, action: "reserve \(byteCount) temporary bytes in", errno: failure)
    }
    let mapped = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let mapped, mapped != MAP_FAILED else {
      throw CairnError.io(path: directory, action: "map a temporary file in", errno: errno)
    }
    base = mapped
    self.byteCount = byteCount
  }

  deinit { munmap(base, byteCount) }

  /// Lets go of the memory behind all whole pages of `range`; the bytes stay readable.
  package func release(_ range: Range<Int>) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let start = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound / page * page
    if start < end { madvise(base + start, end - start, MADV_DONTNEED) }
  }
}
