/// Many texts of some length that are looked for at once: a search after Wu and Manber, which steps over as many bytes as
/// the shortest needle allows wherever four bytes stand in none, and compares whole needles only where four bytes end the
/// beginning of one. An automaton takes every byte, and a row of its own for each.
struct NeedleSieve: Sendable {
  /// Bytes that are looked at together.
  static let blockLength = 4
  /// The needles end to end, and where each begins and the last ends.
  private let bytes: [UInt8]
  private let starts: [Int]
  /// Bytes of each needle's beginning that are looked at: as many as the shortest has.
  private let windowLength: Int
  /// By block: how far the window may move when it ends in it.
  private let shifts: [UInt8]
  private let tableBits: UInt32
  /// By block: the first needle whose beginning it may end; and by needle the next one. -1 for none.
  private let firstNeedle: [Int32]
  private let nextNeedle: [Int32]

  private static let longestWindow = 64
  private static let leastTableBits: UInt32 = 12
  /// A table that stays in the caches of a core.
  private static let mostTableBits: UInt32 = 20

  /// - Parameter needles: none shorter than a block.
  init(_ needles: [[UInt8]]) {
    let shortest = needles.map(\.count).min() ?? Self.blockLength
    windowLength = min(max(shortest, Self.blockLength), Self.longestWindow)
    let blockCount = windowLength - Self.blockLength + 1
    var bits = Self.leastTableBits
    while bits < Self.mostTableBits, 1 << Int(bits) < needles.count * blockCount * 8 { bits += 1 }
    var shifts = [UInt8](repeating: UInt8(blockCount), count: 1 << Int(bits))
    var firstNeedle = [Int32](repeating: -1, count: 1 << Int(bits))
    var nextNeedle = [Int32](repeating: -1, count: needles.count)
    var bytes: [UInt8] = []
    var starts = [0]
    // From the last on, so that those of one block come in order.
    for (number, needle) in needles.enumerated().reversed() {
      needle.withUnsafeBufferPointer { needle in
        for start in 0..<blockCount {
          let slot = Int(Self.slot(Self.block(needle, start), bits))
          let shift = UInt8(blockCount - 1 - start)
          if shift < shifts[slot] { shifts[slot] = shift }
          if shift == 0 {
            nextNeedle[number] = firstNeedle[slot]
            firstNeedle[slot] = Int32(number)
          }
        }
      }
    }
    for needle in needles {
      bytes += needle
      starts.append(bytes.count)
    }
    (self.bytes, self.starts) = (bytes, starts)
    (self.shifts, tableBits) = (shifts, bits)
    (self.firstNeedle, self.nextNeedle) = (firstNeedle, nextNeedle)
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

  /// Calls `found` with the number of each needle for each place where it stands.
  ///
  /// - Parameter foldsASCII: whether capital letters of ASCII count as small ones; needles are in small ones then.
  func search(_ text: UnsafeBufferPointer<UInt8>, foldsASCII: Bool = false, _ found: (Int) -> Void) {
    if text.count < windowLength { return }
    shifts.withUnsafeBufferPointer { shifts in
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
        var number = firstNeedle[Int(slot)]
        while number >= 0 {
          if isAt(start, Int(number), text, foldsASCII) { found(Int(number)) }
          number = nextNeedle[Int(number)]
        }
        place &+= 1
      }
    }
  }

  private func isAt(
    _ start: Int, _ number: Int, _ text: UnsafeBufferPointer<UInt8>, _ foldsASCII: Bool
  ) -> Bool {
    bytes.withUnsafeBufferPointer { bytes in
      let first = starts[number]
      let count = starts[number + 1] - first
      guard count <= text.count - start else { return false }
      for offset in 0..<count {
        var byte = text[start &+ offset]
        if foldsASCII, byte &- 0x41 <= 25 { byte |= 0x20 }
        if byte != bytes[first &+ offset] { return false }
      }
      return true
    }
  }
}
