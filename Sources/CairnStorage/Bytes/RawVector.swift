import CairnShims
import Glibc

/// A growable run of trivial values in memory that its owner frees.
///
/// Deliberately a plain copyable struct: arrays of these sit behind one pointer in the hot loops of the
/// shredder and the segment builder, where class properties and noncopyable boxes cost several times more.
/// The rule that makes it safe: exactly one owner (a class with a `deinit`) calls `free()`, once.
package struct RawVector<Element: BitwiseCopyable>: BitwiseCopyable, @unchecked Sendable {
  package private(set) var base: UnsafeMutablePointer<Element>
  package private(set) var count: Int
  package private(set) var capacity: Int

  package init(capacity: Int = 0) {
    self.base = allocateOrEnd(capacity)
    self.count = 0
    self.capacity = capacity
  }

  package func free() {
    if capacity >= 0 { Glibc.free(base) }
  }

  /// Moves the elements to `target` and frees their memory. What is left reads as before and
  /// does not own `target`.
  package mutating func move(to target: UnsafeMutableRawPointer) {
    let moved = target.bindMemory(to: Element.self, capacity: count)
    moved.update(from: base, count: count)
    free()
    base = moved
    capacity = -1
  }

  package var isEmpty: Bool { count == 0 }

  package var byteCount: Int { count * MemoryLayout<Element>.stride }

  @inline(__always)
  package mutating func append(_ element: Element) {
    if count >= capacity { grow(to: count &+ 1) }
    base[count] = element
    count &+= 1
  }

  @inline(__always)
  package mutating func append(from source: UnsafePointer<Element>, count added: Int) {
    if capacity &- count < added { grow(to: count &+ added) }
    (base + count).update(from: source, count: added)
    count &+= added
  }

  /// Appends `added` elements whose value the caller writes next.
  @inline(__always)
  package mutating func appendUninitialized(count added: Int) -> UnsafeMutablePointer<Element> {
    if capacity &- count < added { grow(to: count &+ added) }
    let start = base + count
    count &+= added
    return start
  }

  /// Forgets all elements from `newCount` on. `newCount` must not exceed `count`.
  @inline(__always)
  package mutating func truncate(to newCount: Int) {
    precondition(newCount <= count)
    count = newCount
  }

  package mutating func reserve(_ wanted: Int) {
    if wanted > capacity { grow(to: wanted) }
  }

  @inline(__always)
  package subscript(index: Int) -> Element {
    get { base[index] }
    nonmutating set { base[index] = newValue }
  }

  package var buffer: UnsafeBufferPointer<Element> { UnsafeBufferPointer(start: base, count: count) }

  @inline(never)
  private mutating func grow(to wanted: Int) {
    // Doubling what is large would take three times what is needed while the elements move.
    let isLarge = capacity &* MemoryLayout<Element>.stride >= 16 << 20
    let newCapacity = Swift.max(wanted, isLarge ? capacity &+ capacity / 2 : capacity &* 2, 16)
    if capacity < 0 {
      let fresh: UnsafeMutablePointer<Element> = allocateOrEnd(newCapacity)
      fresh.update(from: base, count: count)
      base = fresh
    } else {
      // Large ones keep their pages, which are neither copied nor touched.
      base = reallocateOrEnd(base, newCapacity)
    }
    capacity = newCapacity
  }
}

extension RawVector where Element == UInt8 {
  /// Most runs of bytes are short: they are copied without a call.
  @inline(__always)
  package mutating func append(from source: UnsafePointer<UInt8>, count added: Int) {
    cairn_copy(appendUninitialized(count: added), source, added)
  }

  @inline(__always)
  package mutating func append(contentsOf bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { append(from: start, count: source.count) }
    }
  }

  @inline(__always)
  package mutating func append(contentsOf bytes: UnsafeBufferPointer<UInt8>) {
    if let start = bytes.baseAddress { append(from: start, count: bytes.count) }
  }
}

/// A `RawVector` of bytes with an owner: output of printers and decoders that outlives one function.
package final class ByteBuffer: @unchecked Sendable {
  package var bytes: RawVector<UInt8>

  package init(capacity: Int = 0) { bytes = RawVector(capacity: capacity) }

  deinit { bytes.free() }

  package var count: Int { bytes.count }
  package var buffer: UnsafeBufferPointer<UInt8> { bytes.buffer }
  package func removeAll() { bytes.truncate(to: 0) }
}
