import Glibc

/// The bytes of one source object, followed by a `"` and 64 zero bytes.
///
/// The tokenizer relies on both: the quote ends every string scan, and wide loads near the end stay inside.
/// A buffer is reused from object to object. Past `residentByteLimit` its bytes lie in a temporary file.
package final class PaddedBuffer {
  package static let paddingByteCount = 65

  package private(set) var base: UnsafeMutablePointer<UInt8>
  package private(set) var count: Int
  private var capacity: Int
  private var mapping: SpillMapping?
  private let residentByteLimit: Int
  private let spillDirectory: String?

  /// - Parameter spillDirectory: where larger contents go; nil to keep all in memory.
  package init(residentByteLimit: Int = .max, spillDirectory: String? = nil) {
    self.residentByteLimit = residentByteLimit
    self.spillDirectory = spillDirectory
    capacity = 1 << 16
    base = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + Self.paddingByteCount)
    count = 0
    seal(0)
  }

  deinit { if mapping == nil { base.deallocate() } }

  package var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

  /// Room for `byteCount` bytes, contents up to `count` kept. Throws `CairnError.io` where a temporary file is
  /// needed and cannot be had.
  package func reserve(_ byteCount: Int) throws {
    if byteCount <= capacity { return }
    let newCapacity = max(byteCount, capacity + capacity / 2)
    var newMapping: SpillMapping?
    let fresh: UnsafeMutablePointer<UInt8>
    if newCapacity > residentByteLimit, let spillDirectory {
      let mapped = try SpillMapping(byteCount: newCapacity + Self.paddingByteCount, directory: spillDirectory)
      fresh = mapped.base.bindMemory(to: UInt8.self, capacity: mapped.byteCount)
      newMapping = mapped
    } else {
      fresh = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity + Self.paddingByteCount)
    }
    fresh.update(from: base, count: count)
    newMapping?.release(0..<count)
    if mapping == nil { base.deallocate() }
    mapping = newMapping
    base = fresh
    capacity = newCapacity
  }

  /// Fixes the length after the owner has written `byteCount` bytes at `base`, and lays the padding.
  package func seal(_ byteCount: Int) {
    precondition(byteCount <= capacity)
    count = byteCount
    base[byteCount] = UInt8(ascii: "\"")
    (base + byteCount + 1).update(repeating: 0, count: Self.paddingByteCount - 1)
  }

  /// Lets go of the memory of bytes that were read for the last time in a while.
  package func release(_ range: Range<Int>) { mapping?.release(range) }

  /// Gives memory back after an unusually large object.
  package func shrink(above limit: Int) {
    if capacity <= limit { return }
    if mapping == nil { base.deallocate() }
    mapping = nil
    capacity = limit
    base = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + Self.paddingByteCount)
    seal(0)
  }
}
