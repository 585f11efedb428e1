import CNettle
import CairnShims

/// XXH3 with 64 bits. Blocks are sealed with it, seeded by their file offset so that a block that lies at the
/// wrong place fails as well.
package func checksum(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt64) -> UInt64 {
  cairn_xxh3_64(bytes.baseAddress, bytes.count, seed)
}

package func checksum(_ bytes: [UInt8], seed: UInt64) -> UInt64 {
  bytes.withUnsafeBufferPointer { checksum($0, seed: seed) }
}

/// SHA-256 (FIPS 180-4), by Nettle, which uses the processor's SHA instructions where it has them.
package struct SHA256 {
  private var context = sha256_ctx()

  package init() { nettle_sha256_init(&context) }

  package mutating func update(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return }
    nettle_sha256_update(&context, bytes.count, base)
  }

  package mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { update($0) }
  }

  /// The 32-byte digest; the state starts anew.
  package mutating func finish() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    nettle_sha256_digest(&context, 32, &digest)
    return digest
  }

  package static func digest(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var state = SHA256()
    state.update(bytes)
    return state.finish()
  }

  /// The digests of several byte strings, which take less time together.
  package static func digests(_ strings: [UnsafeBufferPointer<UInt8>]) -> [[UInt8]] {
    digests(strings, cairn_sha256_each)
  }

  /// The same, computed one by one.
  package static func digestsAlone(_ strings: [UnsafeBufferPointer<UInt8>]) -> [[UInt8]] {
    digests(strings, cairn_sha256_each_alone)
  }

  private static func digests(
    _ strings: [UnsafeBufferPointer<UInt8>],
    _ compute: (
      UnsafePointer<UnsafePointer<UInt8>>, UnsafePointer<Int>, Int, UnsafeMutablePointer<UInt8>
    ) -> Void
  ) -> [[UInt8]] {
    var all = [UInt8](repeating: 0, count: strings.count * ContentDigest.byteCount)
    // Of no bytes any address will do.
    let nowhere = UnsafePointer<UInt8>(bitPattern: 1).unsafelyUnwrapped
    let starts = strings.map { $0.baseAddress ?? nowhere }
    compute(starts, strings.map(\.count), strings.count, &all)
    return strings.indices.map {
      Array(all[($0 * ContentDigest.byteCount)..<(($0 + 1) * ContentDigest.byteCount)])
    }
  }
}

/// A SHA-256.
package struct ContentDigest: Sendable, BitwiseCopyable, Equatable {
  package var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  package static let byteCount = 32

  package init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

  /// `bytes` are 32.
  package init(_ bytes: [UInt8]) {
    precondition(bytes.count == Self.byteCount)
    withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
  }

  package static func == (a: Self, b: Self) -> Bool { a.words == b.words }
}

/// 128 bits of XXH3.
package struct Hash128: Hashable, Sendable, BitwiseCopyable {
  package var low: UInt64
  package var high: UInt64

  package init(low: UInt64, high: UInt64) { (self.low, self.high) = (low, high) }

  package init(_ bytes: some Sequence<UInt8>, seed: UInt64 = 0) {
    let hash =
      bytes.withContiguousStorageIfAvailable { cairn_xxh3_128($0.baseAddress, $0.count, seed) }
      ?? Array(bytes).withUnsafeBufferPointer { cairn_xxh3_128($0.baseAddress, $0.count, seed) }
    (low, high) = (hash.low, hash.high)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(low) }
}

extension Hash128 {
  /// Of bytes and their SHA-256, to be compared within this process only: with its own seed.
  package static func fingerprint(_ bytes: UnsafeBufferPointer<UInt8>, _ digest: ContentDigest) -> Hash128 {
    let seed = withUnsafeBytes(of: digest.words) {
      cairn_xxh3_64($0.baseAddress, $0.count, cairn_process_seed())
    }
    return Hash128(bytes, seed: seed)
  }
}

/// Lower-case hexadecimal.
package func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  text.reserveCapacity(bytes.count * 2)
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}
