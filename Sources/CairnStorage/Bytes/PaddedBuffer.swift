import Glibc

/// The bytes of one source object, followed by a `"` and 64 zero bytes.
///
/// The tokenizer relies on both: the quote ends every string scan, and wide loads near the end stay inside.
/// A buffer is reused from object to object, so it only ever grows.
package final class PaddedBuffer {
  package static let paddingByteCount = 65

  package private(set) var base: UnsafeMutablePointer<UInt8>
  package private(set) var count: Int
  private var capacity: Int

  package init() {
    capacity = 1 << 16
    base = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + Self.paddingByteCount)
    count = 0
    seal(0)
  }

  deinit { base.deallocate() }

  package var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

  /// Room for `byteCount` bytes, contents up to `count` kept.
  package func reserve(_ byteCount: Int) {
    if byteCount <= capacity { return }
    let newCapacity = max(byteCount, capacity + capacity / 2)
    let fresh = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity + Self.paddingByteCount)
    fresh.update(from: base, count: count)
    base.deallocate()
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

  /// Gives memory back after an unusually large object.
  package func shrink(above limit: Int) {
    if capacity <= limit { return }
    base.deallocate()
    capacity = limit
    base = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + Self.paddingByteCount)
    seal(0)
  }
}
