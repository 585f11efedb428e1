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
    return lookUp(bytes, byteCount, hashBytes(bytes, byteCount, seed: seed))
  }

  @inline(__always)
  private func equals(_ index: UInt32, _ bytes: UnsafePointer<UInt8>, _ byteCount: Int) -> Bool {
    let start = index == 0 ? 0 : Int(ends[Int(index) &- 1])
    return Int(ends[Int(index)]) &- start == byteCount
      && cairn_equal(heap.base + start, bytes, byteCount) != 0
  }

  // MARK: In two steps

  /// Whether values wait for their number: those that come behind them have to wait as well.
  var isWaitedFor = false

  /// The number of a value, where it is the last one's or needs no looking up; nil where it does, or has to wait.
  @inline(__always)
  mutating func internAtOnce(_ bytes: UnsafePointer<UInt8>, _ byteCount: Int) -> UInt32? {
    if isWaitedFor { return nil }
    if ends.count > 0, equals(last, bytes, byteCount) {
      valueCount &+= 1
      return last
    }
    guard isAppendOnly else { return nil }
    valueCount &+= 1
    return add(bytes, byteCount)
  }

  /// The hash of a value that is looked up later; where it may stand in the table is fetched.
  @inline(__always)
  func fetchSlot(_ bytes: UnsafePointer<UInt8>, _ byteCount: Int) -> UInt32 {
    let hash = hashBytes(bytes, byteCount, seed: seed)
    cairn_prefetch(table.base + Int(hash & mask))
    return hash
  }

  /// Then what it is probably compared with.
  @inline(__always)
  func fetchEntry(_ hash: UInt32) {
    guard table.count > 0 else { return }
    let found = table[Int(hash & mask)]
    if found == .max { return }
    let entry = Int(UInt32(truncatingIfNeeded: found))
    cairn_prefetch(heap.base + (entry == 0 ? 0 : Int(ends[entry &- 1])))
  }

  /// As `intern`, for a value with this hash.
  @inline(__always)
  mutating func intern(_ bytes: UnsafePointer<UInt8>, _ byteCount: Int, hash: UInt32) -> UInt32 {
    valueCount &+= 1
    if ends.count > 0, equals(last, bytes, byteCount) { return last }
    if isAppendOnly { return add(bytes, byteCount) }
    return lookUp(bytes, byteCount, hash)
  }

  /// Interns all entries of another; gives the number of each.
  mutating func internAll(of other: Interner) -> [UInt32] {
    [UInt32](unsafeUninitializedCapacity: other.count) { numbers, count in
      let step = 64
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: step) { hashes in
        for first in stride(from: 0, to: other.count, by: step) {
          let next = min(step, other.count - first)
          for index in 0..<next {
            let value = other[first &+ index]
            hashes[index] = fetchSlot(other.start(of: first &+ index), value.count)
          }
          for index in 0..<next { fetchEntry(hashes[index]) }
          for index in 0..<next {
            let value = other[first &+ index]
            numbers[first &+ index] = intern(
              other.start(of: first &+ index), value.count, hash: hashes[index])
          }
        }
      }
      count = other.count
    }
  }

  @inline(__always)
  private func start(of index: Int) -> UnsafePointer<UInt8> {
    UnsafePointer(heap.base + (index == 0 ? 0 : Int(ends[index &- 1])))
  }

  private mutating func lookUp(
    _ bytes: UnsafePointer<UInt8>, _ byteCount: Int, _ hash: UInt32
  ) -> UInt32 {
    if ends.count &* 2 >= table.count { growTable() }
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

/// A hash for short strings: sixteen bytes a step, multiply and fold. Not for storage. The seed is the process's own,
/// so that nobody can choose values that meet in a table.
@inline(__always)
package func hashBytes(_ bytes: UnsafePointer<UInt8>, _ byteCount: Int, seed: UInt64) -> UInt32 {
  let raw = UnsafeRawPointer(bytes)
  var state = seed ^ UInt64(truncatingIfNeeded: byteCount) &* 0x9E37_79B9_7F4A_7C15
  // Nobody who does not know the seed can make a factor zero.
  let other = seed &* 0x9FB2_1C65_1E98_DF25 ^ 0xE703_7ED1_A0B4_28DB
  func load(_ at: Int) -> UInt64 { raw.loadUnaligned(fromByteOffset: at, as: UInt64.self) }
  if byteCount >= 8 {
    var at = 0
    while at &+ 16 < byteCount {
      state = fold(state ^ load(at), other ^ load(at &+ 8))
      at &+= 16
    }
    // The last sixteen bytes, or fewer twice.
    let tail = byteCount &- 16
    state = fold(state ^ load(tail < 0 ? 0 : tail), other ^ load(byteCount &- 8))
  } else {
    var tail: UInt64 = 0
    if byteCount >= 4 {
      tail =
        UInt64(raw.loadUnaligned(as: UInt32.self))
        | UInt64(raw.loadUnaligned(fromByteOffset: byteCount &- 4, as: UInt32.self)) &<< 32
    } else {
      for index in 0..<byteCount { tail |= UInt64(bytes[index]) &<< UInt64(index &* 8) }
    }
    state = fold(state ^ tail, other)
  }
  return UInt32(truncatingIfNeeded: state ^ (state >> 32))
}

@inline(__always)
private func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
  let product = a.multipliedFullWidth(by: b)
  return product.high ^ product.low
}
