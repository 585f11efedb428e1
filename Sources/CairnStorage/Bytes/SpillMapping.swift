import Glibc

/// Memory that lies in an unlinked temporary file: the kernel may write it out and take it back, so it does
/// not count against the memory that Cairn is asked to stay within.
///
/// Disk space is reserved before the memory is used, so a full disk is an error here and not a signal later.
/// While a mapping lives its pages are let go of time and again (`ResidentPages`).
package final class SpillMapping: @unchecked Sendable {
  package private(set) var base: UnsafeMutableRawPointer
  package private(set) var byteCount: Int
  private let descriptor: Int32
  private let directory: String
  /// A run that ends between making the file and unlinking it leaves this and six letters or digits.
  package static let namePrefix = "spill-"

  /// Maps `byteCount` bytes of a new temporary file in `directory`. Throws `CairnError.io`.
  package init(byteCount: Int, directory: String) throws {
    self.directory = directory
    self.byteCount = byteCount
    var template: [CChar] = []
    descriptor = uninterrupted {
      template = Array((directory + "/" + Self.namePrefix + "XXXXXX").utf8CString)
      return mkstemp(&template)
    }
    guard descriptor >= 0 else {
      throw CairnError.io(path: directory, action: "create a temporary file in", errno: errno)
    }
    unlink(&template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    do {
      base = try Self.map(descriptor, byteCount, directory)
    } catch {
      close(descriptor)
      throw error
    }
    ResidentPages.shared.add(base, byteCount)
  }

  private static func map(
    _ descriptor: Int32, _ byteCount: Int, _ directory: String
  ) throws -> UnsafeMutableRawPointer {
    var failure: Int32
    repeat { failure = posix_fallocate(descriptor, 0, off_t(byteCount)) } while failure == EINTR
    guard failure == 0 else {
      throw CairnError.io(path: directory, action: "reserve \(byteCount) temporary bytes in", errno: failure)
    }
    let mapped = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let mapped, mapped != MAP_FAILED else {
      throw CairnError.io(path: directory, action: "map a temporary file in", errno: errno)
    }
    return mapped
  }

  deinit {
    ResidentPages.shared.remove(base)
    munmap(base, byteCount)
    close(descriptor)
  }

  /// Makes it `newByteCount` bytes long, contents kept; `base` changes. Throws `CairnError.io`, and then nothing has
  /// changed.
  package func grow(to newByteCount: Int) throws {
    let mapped = try Self.map(descriptor, newByteCount, directory)
    ResidentPages.shared.remove(base)
    munmap(base, byteCount)
    (base, byteCount) = (mapped, newByteCount)
    ResidentPages.shared.add(base, byteCount)
  }

  /// Copies some of the bytes by a call, which takes no memory of the process as looking at them in place does: the
  /// kernel maps up to 2 MiB around a byte that is met (large folios, Linux 6.16). Where the call fails, in place.
  package func copy(from offset: Int, to target: UnsafeMutableRawBufferPointer) {
    guard let start = target.baseAddress else { return }
    var count = 0
    while count < target.count {
      let got = uninterrupted {
        pread(descriptor, start + count, target.count - count, off_t(offset + count))
      }
      if got <= 0 { break }
      count += got
    }
    (start + count).copyMemory(from: base + offset + count, byteCount: target.count - count)
  }

  /// Lets go of the memory behind all whole pages of `range`; the bytes stay readable.
  package func release(_ range: Range<Int>) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let start = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound / page * page
    if start < end { madvise(base + start, end - start, MADV_DONTNEED) }
  }
}

/// Many bytes kept in a temporary file, or few in memory.
package final class SpilledBytes: Sendable {
  private enum Place: Sendable {
    case memory([UInt8])
    case file(SpillMapping)
  }

  package let byteCount: Int
  private let place: Place

  /// Copies `bytes` to a temporary file in `directory`, or to memory where there is none. Throws `CairnError.io`.
  package init(_ bytes: UnsafeBufferPointer<UInt8>, directory: String?) throws {
    byteCount = bytes.count
    guard let directory, let start = bytes.baseAddress else {
      place = .memory(Array(bytes))
      return
    }
    let mapping = try SpillMapping(byteCount: bytes.count, directory: directory)
    mapping.base.copyMemory(from: start, byteCount: bytes.count)
    mapping.release(0..<bytes.count)
    place = .file(mapping)
  }

  package func withBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R {
    switch place {
    case .memory(let bytes): try bytes.withUnsafeBufferPointer(body)
    case .file(let mapping):
      try body(
        UnsafeBufferPointer(
          start: mapping.base.assumingMemoryBound(to: UInt8.self), count: byteCount))
    }
  }
}
