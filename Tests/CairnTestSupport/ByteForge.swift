import CairnStorage

/// Changes of stored bytes that decoders may not expect: odd bytes, numbers at the ends of their ranges, parts that
/// are missing, doubled, or stand for very many values.
package enum ByteForge {
  /// Numbers that limits, shifts and sums stumble over.
  package static let numbers: [UInt64] = [
    0, 1, 2, 3, 15, 16, 17, 127, 128, 255, 256, 65_535, 65_536, 1 << 20, (1 << 24) - 1, 1 << 25, 1 << 26,
    1 << 28,
    (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 40, 1 << 50, 1 << 62, (1 << 63) - 1, 1 << 63,
    .max - 1,
    .max,
  ]

  package static func change(_ bytes: inout [UInt8], keepsSize: Bool, _ random: inout SeededGenerator) {
    for _ in 0..<(1 + random.below(3)) {
      guard !bytes.isEmpty else { return }
      // Structure stands at the beginnings of blocks.
      let reach = random.chance(2) ? bytes.count : min(bytes.count, 80)
      let at = random.below(reach)
      switch random.below(keepsSize ? 6 : 12) {
      case 0: bytes[at] = UInt8(random.below(256))
      case 1: bytes[at] = random.pick([0, 1, 2, 3, 4, 0x7F, 0x80, 0xFE, 0xFF])
      case 2: bytes[at] &+= 1
      case 3: bytes[at] &-= 1
      case 4: bytes[at] ^= 1 << UInt8(random.below(8))
      case 5: for offset in 0..<min(random.below(10), bytes.count - at - 1) { bytes[at + offset] = 0xFF }
      case 6, 7, 8: bytes.replaceSubrange(at..<varintEnd(bytes, at), with: varint(random.pick(numbers)))
      case 9:
        // A run of one value, however many are wanted.
        bytes.replaceSubrange(
          at..<min(bytes.count, at + 1 + random.below(6)), with: [0] + varint(random.pick(numbers)))
      case 10: bytes.removeSubrange(at..<min(bytes.count, at + 1 + random.below(8)))
      default:
        let part = Array(bytes[at..<min(bytes.count, at + 1 + random.below(16))])
        let count = random.chance(6) ? 4096 : 1 + random.below(3)
        bytes.insert(contentsOf: repeatElement(part, count: count).joined(), at: at)
      }
    }
  }

  private static func varintEnd(_ bytes: [UInt8], _ start: Int) -> Int {
    var end = start
    while end < bytes.count - 1, bytes[end] >= 0x80, end - start < 9 { end += 1 }
    return end + 1
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var writer = ByteWriter()
    writer.writeVarint(value)
    return writer.bytes
  }
}
