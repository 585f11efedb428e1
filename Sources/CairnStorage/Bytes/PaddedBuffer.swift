import Glibc

/// The bytes of one source object, followed by a `"`, 47 zero bytes, another `"` and 16 zero bytes.
///
/// The tokenizer relies on all of it: the first quote ends every string that the bytes begin, the second one the
/// string that the first would begin where they end before a key or a value, and wide loads near the end stay inside.
/// A buffer is reused from object to object. Past `residentByteLimit` its bytes lie in a temporary file.
package final class PaddedBuffer {
  package static let paddingByteCount = 65
  private static let secondQuote = 48
  private static let startCapacity = 1 << 16

  package private(set) var base: UnsafeMutablePointer<UInt8>
  package private(set) var count: Int
  private(set) var capacity: Int
  private var mapping: SpillMapping?
  /// Bytes of the mapping whose memory was let go of while they were written.
  private var releasedByteCount = 0
  private let residentByteLimit: Int
  private let spillDirectory: String?

  /// - Parameter spillDirectory: where larger contents go; nil to keep all in memory.
  package init(residentByteLimit: Int = .max, spillDirectory: String? = nil) {
    self.residentByteLimit = residentByteLimit
    self.spillDirectory = spillDirectory
    capacity = Self.startCapacity
    base = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + Self.paddingByteCount)
    count = 0
    seal(0)
  }

  deinit { if mapping == nil { free(base) } }

  /// Written bytes of a mapping whose memory is let go of at once.
  private static let releaseStep = 16 << 20

  private static func allocate(_ byteCount: Int) throws -> UnsafeMutablePointer<UInt8> {
    guard let raw = malloc(byteCount + paddingByteCount) else {
      throw CairnError.io(path: "memory", action: "allocate \(byteCount) bytes of", errno: ENOMEM)
    }
    return raw.bindMemory(to: UInt8.self, capacity: byteCount + paddingByteCount)
  }

  package var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

  /// Room for `byteCount` bytes, contents up to `count` kept. Throws `CairnError.io` where a temporary file is
  /// needed, or memory, and cannot be had.
  package func reserve(_ byteCount: Int) throws {
    if byteCount <= capacity { return }
    let newCapacity = max(byteCount, capacity + capacity / 2)
    if let mapping {
      try mapping.grow(to: newCapacity + Self.paddingByteCount)
      base = mapping.base.bindMemory(to: UInt8.self, capacity: mapping.byteCount)
    } else if newCapacity > residentByteLimit, let spillDirectory {
      let mapped = try SpillMapping(byteCount: newCapacity + Self.paddingByteCount, directory: spillDirectory)
      let fresh = mapped.base.bindMemory(to: UInt8.self, capacity: mapped.byteCount)
      fresh.update(from: base, count: count)
      mapped.release(0..<count)
      free(base)
      (mapping, base, releasedByteCount) = (mapped, fresh, count)
    } else {
      let fresh = try Self.allocate(newCapacity)
      fresh.update(from: base, count: count)
      free(base)
      base = fresh
    }
    capacity = newCapacity
  }

  /// Fixes the length after the owner has written `byteCount` bytes at `base`, and lays the padding.
  package func seal(_ byteCount: Int) {
    precondition(byteCount <= capacity)
    count = byteCount
    Self.pad(base + byteCount)
    if let mapping {
      if byteCount < releasedByteCount { releasedByteCount = 0 }
      if byteCount - releasedByteCount >= Self.releaseStep {
        mapping.release(releasedByteCount..<byteCount)
        releasedByteCount = byteCount
      }
    }
  }

  /// Lays the padding at the end of some bytes.
  package static func pad(_ end: UnsafeMutablePointer<UInt8>) {
    end.update(repeating: 0, count: paddingByteCount)
    end[0] = UInt8(ascii: "\"")
    end[secondQuote] = UInt8(ascii: "\"")
  }

  /// Appends bytes; false, with nothing appended, where there would be more than `limit`.
  func append(_ bytes: UnsafeBufferPointer<UInt8>, limit: Int) throws -> Bool {
    guard bytes.count <= limit - count else { return false }
    let end = count
    try reserve(end + bytes.count)
    if let start = bytes.baseAddress { (base + end).update(from: start, count: bytes.count) }
    seal(end + bytes.count)
    return true
  }

  func append(_ bytes: [UInt8], limit: Int) throws -> Bool {
    try bytes.withUnsafeBufferPointer { try append($0, limit: limit) }
  }

  /// Lets go of the memory of bytes that were read for the last time in a while.
  package func release(_ range: Range<Int>) { mapping?.release(range) }

  /// Gives memory back after an unusually large object.
  package func shrink(above limit: Int) {
    if capacity <= limit { return }
    if mapping == nil { free(base) }
    mapping = nil
    capacity = min(limit, Self.startCapacity)
    base = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + Self.paddingByteCount)
    seal(0)
  }
}
