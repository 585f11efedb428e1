import CNettle
import CairnShims

/// Digests for SQL's functions. What the archive trusts is `SHA256` alone.
package enum Digest: String, CaseIterable, Sendable {
  case md5, sha1, sha256, sha512

  /// The digest of some bytes.
  package func of(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBufferPointer { buffer in
      switch self {
      case .md5:
        var context = md5_ctx()
        nettle_md5_init(&context)
        if let base = buffer.baseAddress { nettle_md5_update(&context, buffer.count, base) }
        return Digest.bytes(16) { nettle_md5_digest(&context, $0, $1) }
      case .sha1:
        var context = sha1_ctx()
        nettle_sha1_init(&context)
        if let base = buffer.baseAddress { nettle_sha1_update(&context, buffer.count, base) }
        return Digest.bytes(20) { nettle_sha1_digest(&context, $0, $1) }
      case .sha256: return SHA256.digest(buffer)
      case .sha512:
        var context = sha512_ctx()
        nettle_sha512_init(&context)
        if let base = buffer.baseAddress { nettle_sha512_update(&context, buffer.count, base) }
        return Digest.bytes(64) { nettle_sha512_digest(&context, $0, $1) }
      }
    }
  }

  private static func bytes(_ count: Int, _ write: (Int, UnsafeMutablePointer<UInt8>) -> Void) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
      if let base = buffer.baseAddress { write(count, base) }
      written = count
    }
  }

  /// The message authentication code of some bytes with a key (RFC 2104).
  package func of(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
    let blockSize = self == .sha512 ? 128 : 64
    var block = key.count > blockSize ? of(key) : key
    block += [UInt8](repeating: 0, count: blockSize - block.count)
    return of(block.map { $0 ^ 0x5C } + of(block.map { $0 ^ 0x36 } + bytes))
  }
}

/// CRC-32 as zip and gzip have it.
package func crc32(of bytes: [UInt8]) -> UInt32 {
  bytes.withUnsafeBufferPointer { Inflater.checksum32($0) }
}

/// XXH64 with seed 0.
package func xxHash64(_ bytes: [UInt8]) -> UInt64 {
  bytes.withUnsafeBufferPointer { cairn_xxh64($0.baseAddress, $0.count) }
}
