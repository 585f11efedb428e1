import CairnShims

/// Numbers of pairs of 32-bit numbers: open addressing.
package struct PairNumbers: Sendable {
  private struct Slot: BitwiseCopyable {
    var key: UInt64 = 0
    /// `UInt32.max` where there is no key.
    var number = UInt32.max
  }

  private var slots: [Slot]
  private var count = 0
  /// Leaves as many of 64 bits as there are places. The upper bits of a product depend on both numbers of a pair; the
  /// lower ones are the same for all pairs of which the second number is.
  private var shift: UInt64

  package init(capacity: Int = 0) {
    var size = 64
    while size < capacity * 2 { size *= 2 }
    shift = UInt64(64 - size.trailingZeroBitCount)
    slots = Array(repeating: Slot(), count: size)
  }

  /// The number of a key, which is `next` for a new one.
  package mutating func number(of key: UInt64, next: UInt32) -> UInt32 {
    if (count + 1) * 2 > slots.count { grow() }
    let shift = shift
    let (number, isNew) = slots.withUnsafeMutableBufferPointer { Self.number($0, shift, key, next) }
    if isNew { count += 1 }
    return number
  }

  /// Puts the number of a pair in place of its first part, for many pairs. New ones get numbers from `next` on.
  package mutating func replace(_ firsts: inout [UInt32], with seconds: [UInt32], next: inout UInt32) {
    firsts.withUnsafeMutableBufferPointer { firsts in
      seconds.withUnsafeBufferPointer { seconds in
        for start in stride(from: 0, to: firsts.count, by: Self.strideCount) {
          let end = min(start + Self.strideCount, firsts.count)
          while (count + end - start) * 2 > slots.count { grow() }
          let shift = shift
          slots.withUnsafeMutableBufferPointer { slots in
            let base = UnsafePointer(slots.baseAddress)
            for index in start..<end {
              // Places of large tables are on their way while those before are looked at.
              let ahead = index &+ Self.aheadCount
              if ahead < end { cairn_prefetch(base.map { $0 + Self.place(key(ahead), shift) }) }
              let (number, isNew) = Self.number(slots, shift, key(index), next)
              if isNew {
                next &+= 1
                count &+= 1
              }
              firsts[index] = number
            }
          }
        }
        func key(_ index: Int) -> UInt64 { UInt64(firsts[index]) &<< 32 | UInt64(seconds[index]) }
      }
    }
  }

  /// Pairs for which there is room before any of them is looked up.
  private static let strideCount = 1024
  private static let aheadCount = 12

  /// The number of a key that there is; `UInt32.max` for others.
  package func known(_ key: UInt64) -> UInt32 {
    slots.withUnsafeBufferPointer { slots in
      var place = Self.place(key, shift)
      while slots[place].number != .max, slots[place].key != key { place = (place &+ 1) & (slots.count &- 1) }
      return slots[place].number
    }
  }

  /// Bytes held.
  package var byteCount: Int { slots.count * MemoryLayout<Slot>.stride }

  @inline(__always)
  private static func place(_ key: UInt64, _ shift: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> shift)
  }

  @inline(__always)
  private static func number(
    _ slots: UnsafeMutableBufferPointer<Slot>, _ shift: UInt64, _ key: UInt64, _ next: UInt32
  ) -> (number: UInt32, isNew: Bool) {
    var place = place(key, shift)
    while slots[place].number != .max {
      if slots[place].key == key { return (slots[place].number, false) }
      place = (place &+ 1) & (slots.count &- 1)
    }
    slots[place] = Slot(key: key, number: next)
    return (next, true)
  }

  private mutating func grow() {
    let old = slots
    // Each key is put again: small tables grow by more.
    let factor = old.count < Self.largeCount ? 4 : 2
    shift -= UInt64(factor.trailingZeroBitCount)
    let shift = shift
    slots = Array(repeating: Slot(), count: old.count * factor)
    slots.withUnsafeMutableBufferPointer { slots in
      for slot in old where slot.number != .max { _ = Self.number(slots, shift, slot.key, slot.number) }
    }
  }

  /// Places that take more than the caches hold.
  private static let largeCount = 1 << 15
}
