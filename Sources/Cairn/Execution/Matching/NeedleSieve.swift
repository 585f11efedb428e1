/// Many texts of some length that are looked for at once: a search after Wu and Manber, which steps over as many bytes as
/// the shortest needle allows wherever four bytes stand in none, and compares whole needles only where four bytes end the
/// beginning of one. An automaton takes every byte, and a row of its own for each.
struct NeedleSieve: Sendable {
  /// Bytes that are looked at together.
  static let blockLength = 4
  private let needles: [[UInt8]]
  /// Bytes of each needle's beginning that are looked at: as many as the shortest has.
  private let windowLength: Int
  /// By block: how far the window may move when it ends in it.
  private let shifts: [UInt8]
  private let tableBits: UInt32
  /// Needles by the block that ends their beginning, those of one hash after one another.
  private let candidates: [UInt32: [Int32]]

  private static let longestWindow = 64
  private static let leastTableBits: UInt32 = 12
  /// A table that stays in the caches of a core.
  private static let mostTableBits: UInt32 = 20

  /// - Parameter needles: none shorter than a block.
  init(_ needles: [[UInt8]]) {
    self.needles = needles
    let shortest = needles.map(\.count).min() ?? Self.blockLength
    windowLength = min(max(shortest, Self.blockLength), Self.longestWindow)
    let blockCount = windowLength - Self.blockLength + 1
    var bits = Self.leastTableBits
    while bits < Self.mostTableBits, 1 << Int(bits) < needles.count * blockCount * 8 { bits += 1 }
    var shifts = [UInt8](repeating: UInt8(blockCount), count: 1 << Int(bits))
    var candidates: [UInt32: [Int32]] = [:]
    for (number, needle) in needles.enumerated() {
      needle.withUnsafeBufferPointer { needle in
        for start in 0..<blockCount {
          let slot = Self.slot(Self.block(needle, start), bits)
          let shift = UInt8(blockCount - 1 - start)
          if shift < shifts[Int(slot)] { shifts[Int(slot)] = shift }
          if shift == 0 { candidates[slot, default: []].append(Int32(number)) }
        }
      }
    }
    (self.shifts, tableBits, self.candidates) = (shifts, bits, candidates)
  }

  /// Case is no part of a block, so that one table serves texts as they are and folded ones.
  @inline(__always)
  private static func block(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> UInt32 {
    let bytes =
      UInt32(text[start]) | UInt32(text[start &+ 1]) &<< 8 | UInt32(text[start &+ 2]) &<< 16
      | UInt32(text[start &+ 3]) &<< 24
    return bytes | 0x2020_2020
  }

  @inline(__always)
  private static func slot(_ block: UInt32, _ bits: UInt32) -> UInt32 {
    (block &* 0x9E37_79B1) &>> (32 &- bits)
  }

  /// Calls `found` with the number of each needle for each place where it stands, until it returns true; whether it did.
  ///
  /// - Parameter foldsASCII: whether capital letters of ASCII count as small ones; needles are in small ones then.
  func search(_ text: UnsafeBufferPointer<UInt8>, foldsASCII: Bool = false, _ found: (Int) -> Bool) -> Bool {
    if text.count < windowLength { return false }
    return shifts.withUnsafeBufferPointer { shifts in
      let last = text.count - Self.blockLength
      var place = windowLength - Self.blockLength
      while place <= last {
        let slot = Self.slot(Self.block(text, place), tableBits)
        let shift = shifts[Int(slot)]
        if shift > 0 {
          place &+= Int(shift)
          continue
        }
        let start = place - (windowLength - Self.blockLength)
        for number in candidates[slot] ?? [] where isAt(start, Int(number), text, foldsASCII) {
          if found(Int(number)) { return true }
        }
        place &+= 1
      }
      return false
    }
  }

  private func isAt(
    _ start: Int, _ number: Int, _ text: UnsafeBufferPointer<UInt8>, _ foldsASCII: Bool
  ) -> Bool {
    let needle = needles[number]
    guard needle.count <= text.count - start else { return false }
    for (offset, wanted) in needle.enumerated() {
      var byte = text[start &+ offset]
      if foldsASCII, byte &- 0x41 <= 25 { byte |= 0x20 }
      if byte != wanted { return false }
    }
    return true
  }
}
