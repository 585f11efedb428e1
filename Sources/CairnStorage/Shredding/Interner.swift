import CairnShims

/// Distinct byte strings of one column of one piece, each with a number.
///
/// Open addressing over slices of one heap; a value equal to the last one costs one compare. A column whose
/// values hardly repeat stops hashing: then every value gets a new number, and numbers no longer tell values
/// apart (`isAppendOnly`).
package struct Interner: BitwiseCopyable, @unchecked Sendable {
  package private(set) var heap = RawVector<UInt8>()
  /// End of each entry in `heap`.
  package private(set) var ends = RawVector<UInt32>()
  /// Entries by hash: the hash in the upper half, the entry in the lower; `.max` where there is none.
  private var table = RawVector<UInt64>()
  private var mask: UInt32 = 0
  private let seed = cairn_process_seed()
  private var last: UInt32 = 0
  package private(set) var valueCount = 0
  package private(set) var isAppendOnly = false

  /// Values after which the share of distinct ones decides whether hashing goes on.
  static let sampleCount = 1024
  /// More distinct values than this many sixteenths of the sample: stop hashing.
  static let appendOnlySixteenths = 14

  package init() {}

  package func free() {
    heap.free()
    ends.free()
    table.free()
  }

  package var count: Int { ends.count }

  package var byteCount: Int { heap.byteCount + ends.byteCount }

  /// Moves the entries to memory that `place` gives for a byte count. Nothing may be interned afterwards.
  mutating func move(_ place: (Int) -> UnsafeMutableRawPointer) {
    close()
    heap.move(to: place(heap.byteCount))
    ends.move(to: place(ends.byteCount))
  }

  /// Lets go of what finds entries. Nothing may be interned afterwards.
  mutating func close() {
    table.free()
    table = RawVector()
    isAppendOnly = true
  }

  @inline(__always)
  package subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
    let start = index == 0 ? 0 : Int(ends[index &- 1])
    return UnsafeBufferPointer(start: heap.base + start, count: Int(ends[index]) &- start)
  }

  @inline(__always)
  package mutating func intern(_ bytes: UnsafePointer<UInt8>, _ byteCount: Int) -> UInt32 {
    valueCount &+= 1
    if ends.count > 0, equals(last, bytes, byteCount) { return last }
    if isAppendOnly { return add(bytes, byteCount) }
    return lookUp(bytes, byteCount)
  }

  @inline(__always)
  private func equals(_ index: UInt32, _ bytes: UnsafePointer<UInt8>, _ byteCount: Int) -> Bool {
    let start = index == 0 ? 0 : Int(ends[Int(index) &- 1])
    return Int(ends[Int(index)]) &- start == byteCount
      && cairn_equal(heap.base + start, bytes, byteCount) != 0
  }

  private mutating func lookUp(_ bytes: UnsafePointer<UInt8>, _ byteCount: Int) -> UInt32 {
    if ends.count &* 2 >= table.count { growTable() }
    let hash = hashBytes(bytes, byteCount, seed: seed)
    var slot = hash & mask
    while true {
      let found = table[Int(slot)]
      if found == .max { break }
      let entry = UInt32(truncatingIfNeeded: found)
      if UInt32(truncatingIfNeeded: found >> 32) == hash, equals(entry, bytes, byteCount) {
        last = entry
        return entry
      }
      slot = (slot &+ 1) & mask
    }
    let index = add(bytes, byteCount)
    table[Int(slot)] = UInt64(hash) << 32 | UInt64(index)
    if valueCount == Self.sampleCount { decide() }
    return index
  }

  @inline(__always)
  private mutating func add(_ bytes: UnsafePointer<UInt8>, _ byteCount: Int) -> UInt32 {
    heap.append(from: bytes, count: byteCount)
    ends.append(UInt32(truncatingIfNeeded: heap.count))
    last = UInt32(truncatingIfNeeded: ends.count &- 1)
    return last
  }

  private mutating func decide() {
    guard ends.count > Self.sampleCount / 16 * Self.appendOnlySixteenths else { return }
    close()
  }

  private mutating func growTable() {
    let old = table
    let capacity = max(16, old.count * 2)
    table = RawVector(capacity: capacity)
    table.appendUninitialized(count: capacity).update(repeating: .max, count: capacity)
    mask = UInt32(capacity - 1)
    for found in old.buffer where found != .max {
      var slot = UInt32(truncatingIfNeeded: found >> 32) & mask
      while table[Int(slot)] != .max { slot = (slot &+ 1) & mask }
      table[Int(slot)] = found
    }
    old.free()
  }
}

/// A hash for short strings: eight bytes a step, multiply and fold. Not for storage. The seed is the process's own,
/// so that nobody can choose values that meet in a table.
@inline(__always)
package func hashBytes(_ bytes: UnsafePointer<UInt8>, _ byteCount: Int, seed: UInt64) -> UInt32 {
  let raw = UnsafeRawPointer(bytes)
  var state = seed ^ UInt64(truncatingIfNeeded: byteCount) &* 0x9E37_79B9_7F4A_7C15
  var at = 0
  while at &+ 8 <= byteCount {
    state = fold(state ^ raw.loadUnaligned(fromByteOffset: at, as: UInt64.self))
    at &+= 8
  }
  if at < byteCount {
    var tail: UInt64 = 0
    if byteCount >= 8 {
      tail = raw.loadUnaligned(fromByteOffset: byteCount &- 8, as: UInt64.self)
    } else {
      for index in 0..<byteCount { tail |= UInt64(bytes[index]) << UInt64(index &* 8) }
    }
    state = fold(state ^ tail)
  }
  return UInt32(truncatingIfNeeded: state ^ (state >> 32))
}

@inline(__always)
private func fold(_ value: UInt64) -> UInt64 {
  let product = value.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
  return product.high ^ product.low ^ 0xE703_7ED1_A0B4_28DB
}
