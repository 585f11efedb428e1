import CairnStorage

/// Digests, authentication codes and checksums of bytes (S100).
enum HashFunctions {
  static let table: [FunctionTable.Entry] =
    Digest.allCases.map { digest in
      .plain(digest.rawValue, 1...1) { .text(digest.of($0[0].text ?? [])) }
    }
    + Digest.allCases.map { digest in
      .plain("hmac_\(digest.rawValue)", 2...2) { .text(digest.of($0[0].text ?? [], key: $0[1].text ?? [])) }
    } + [
      .plain("crc32", 1...1) { EngineValue(Int(crc32(of: $0[0].text ?? []))) },
      .plain("xxhash64", 1...1) { .text(BinaryNumbers.bigEndian(xxHash64($0[0].text ?? []))) },
      .plain("murmur3", 1...1) { .text(Murmur3.hash($0[0].text ?? [])) },
    ]
}

/// Murmur3 with 128 bits for machines of 64 bits, seed 0.
private enum Murmur3 {
  private static let first: UInt64 = 0x87C3_7B91_1142_53D5
  private static let second: UInt64 = 0x4CF5_AD43_2745_937F

  static func hash(_ bytes: [UInt8]) -> [UInt8] {
    var (low, high): (UInt64, UInt64) = (0, 0)
    let whole = bytes.count / 16 * 16
    for start in stride(from: 0, to: whole, by: 16) {
      low ^= mixedFirst(word(bytes, start..<start + 8))
      low = (rotated(low, 27) &+ high) &* 5 &+ 0x52DC_E729
      high ^= mixedSecond(word(bytes, start + 8..<start + 16))
      high = (rotated(high, 31) &+ low) &* 5 &+ 0x3849_5AB5
    }
    high ^= mixedSecond(word(bytes, min(whole + 8, bytes.count)..<bytes.count))
    low ^= mixedFirst(word(bytes, whole..<min(whole + 8, bytes.count)))
    low ^= UInt64(bytes.count)
    high ^= UInt64(bytes.count)
    low &+= high
    high &+= low
    low = finished(low)
    high = finished(high)
    low &+= high
    high &+= low
    return BinaryNumbers.bigEndian(low.byteSwapped) + BinaryNumbers.bigEndian(high.byteSwapped)
  }

  /// Up to eight bytes, the first one lowest.
  private static func word(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64 {
    bytes[range].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func mixedFirst(_ word: UInt64) -> UInt64 { rotated(word &* first, 31) &* second }
  private static func mixedSecond(_ word: UInt64) -> UInt64 { rotated(word &* second, 33) &* first }

  private static func rotated(_ value: UInt64, _ bits: UInt64) -> UInt64 {
    value << bits | value >> (64 - bits)
  }

  private static func finished(_ value: UInt64) -> UInt64 {
    var value = value
    value ^= value >> 33
    value &*= 0xFF51_AFD7_ED55_8CCD
    value ^= value >> 33
    value &*= 0xC4CE_B9FE_1A85_EC53
    value ^= value >> 33
    return value
  }
}
