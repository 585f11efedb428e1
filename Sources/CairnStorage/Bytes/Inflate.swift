import CDeflate
import CZlib
import CZstd
import Glibc

/// Turns delivered bytes (gzip of any number of members, zstd, or plain) into the object's own bytes.
///
/// Whole-buffer libdeflate first, since it is more than twice as fast as zlib; where it refuses, zlib runs as
/// a stream so that what came before a fault is kept.
package final class Inflater {
  private let deflate = libdeflate_alloc_decompressor()

  package init() {}

  deinit { libdeflate_free_decompressor(deflate) }

  /// Bytes inflated at a time where it is not all at once: what is written beyond memory is let go of in between.
  private static let stepByteCount = 1 << 20

  package enum Compression: UInt8, Sendable { case none, gzip, zstd }

  /// What went wrong, and at which byte of the delivered (compressed) object.
  package struct Fault: Error, Sendable {
    package var offset: Int
    package var reason: String
    /// The output limit was reached: nothing of the object is kept.
    package var isLimit = false
  }

  package static func compression(of bytes: UnsafeBufferPointer<UInt8>) -> Compression {
    if bytes.count >= 2, bytes[0] == 0x1F, bytes[1] == 0x8B { return .gzip }
    if bytes.count >= 4, bytes[0] == 0x28, bytes[1] == 0xB5, bytes[2] == 0x2F, bytes[3] == 0xFD {
      return .zstd
    }
    // pzstd begins with a frame that is to be skipped.
    if bytes.count >= 8, bytes[0] & 0xF0 == 0x50, bytes[1] == 0x2A, bytes[2] == 0x4D, bytes[3] == 0x18 {
      return .zstd
    }
    return .none
  }

  /// Fills `output` with the inflated bytes. A fault is returned, not thrown: the output before it is good.
  package func inflate(
    _ input: UnsafeBufferPointer<UInt8>, into output: PaddedBuffer, limit: Int
  ) throws -> Fault? {
    switch Self.compression(of: input) {
    case .none: return try copy(input, into: output, limit: limit)
    case .gzip: return try inflateGzip(input, into: output, limit: limit)
    case .zstd: return try inflateZstd(input, into: output, limit: limit)
    }
  }

  private func limitFault(_ limit: Int, at offset: Int) -> Fault {
    Fault(offset: offset, reason: "inflates to more than the limit of \(limit) bytes", isLimit: true)
  }

  private func copy(_ input: UnsafeBufferPointer<UInt8>, into output: PaddedBuffer, limit: Int) throws
    -> Fault?
  {
    guard input.count <= limit else {
      output.seal(0)
      return limitFault(limit, at: limit)
    }
    try output.reserve(input.count)
    if let start = input.baseAddress { output.base.update(from: start, count: input.count) }
    output.seal(input.count)
    return nil
  }

  /// Fills `output` with what deflate without any frame holds; false where that is not so many bytes.
  func inflateBare(
    _ input: UnsafeBufferPointer<UInt8>, into output: PaddedBuffer, byteCount: Int
  ) throws -> Bool {
    output.seal(0)
    // Deflate cannot exceed 1032:1.
    guard let deflate, byteCount / 1032 <= input.count else { return false }
    try output.reserve(byteCount)
    var produced = 0
    guard
      libdeflate_deflate_decompress(
        deflate, input.baseAddress, input.count, output.base, byteCount, &produced)
        == LIBDEFLATE_SUCCESS, produced == byteCount
    else { return false }
    output.seal(byteCount)
    return true
  }

  /// CRC-32, as zip and gzip have it.
  static func checksum32(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
    libdeflate_crc32(0, bytes.baseAddress, bytes.count)
  }

  /// ISIZE, the last four bytes, is the size of a single small member: a hint only.
  private func inflateGzip(
    _ input: UnsafeBufferPointer<UInt8>, into output: PaddedBuffer, limit: Int
  ) throws -> Fault? {
    let inputCount = input.count
    guard let start = input.baseAddress, inputCount >= 18, let deflate else {
      return try streamGzip(input, into: output, limit: limit)
    }
    let hint = (0..<4).reduce(0) { $0 | Int(input[inputCount - 4 + $1]) << (8 * $1) }
    // Deflate cannot exceed 1032:1, so a larger hint belongs to something else.
    guard hint <= limit, hint <= inputCount * 1032 else {
      return try streamGzip(input, into: output, limit: limit)
    }
    try output.reserve(hint)
    var consumed = 0
    var produced = 0
    let result = libdeflate_gzip_decompress_ex(
      deflate, start, inputCount, output.base, hint, &consumed, &produced)
    guard result == LIBDEFLATE_SUCCESS, consumed == inputCount else {
      return try streamGzip(input, into: output, limit: limit)
    }
    output.seal(produced)
    return nil
  }

  private func streamGzip(
    _ input: UnsafeBufferPointer<UInt8>, into output: PaddedBuffer, limit: Int
  ) throws -> Fault? {
    var stream = z_stream()
    guard
      inflateInit2_(&stream, 15 + 16, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return Fault(offset: 0, reason: "zlib cannot start") }
    defer { inflateEnd(&stream) }
    var produced = 0
    var consumed = 0
    output.seal(0)
    while consumed < input.count {
      if produced >= limit {
        output.seal(0)
        return limitFault(limit, at: consumed)
      }
      output.seal(produced)
      let room = min(limit - produced, Self.stepByteCount)
      try output.reserve(produced + room)
      let step = min(input.count - consumed, 1 << 30)
      stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + consumed })
      stream.avail_in = UInt32(step)
      stream.next_out = output.base + produced
      stream.avail_out = UInt32(room)
      let status = CZlib.inflate(&stream, Z_NO_FLUSH)
      produced += room - Int(stream.avail_out)
      consumed += step - Int(stream.avail_in)
      if status == Z_STREAM_END {
        if consumed == input.count { break }
        // Another member follows; anything else behind the last one is a fault.
        guard consumed + 1 < input.count, input[consumed] == 0x1F, input[consumed + 1] == 0x8B else {
          output.seal(produced)
          return Fault(offset: consumed, reason: "\(input.count - consumed) bytes behind the gzip data")
        }
        inflateReset(&stream)
      } else if status != Z_OK && status != Z_BUF_ERROR {
        output.seal(produced)
        return Fault(offset: consumed, reason: "gzip data is damaged")
      } else if stream.avail_in == 0 && consumed == input.count && stream.avail_out > 0 {
        output.seal(produced)
        return Fault(offset: consumed, reason: "gzip data is truncated")
      } else if consumed == input.count && stream.avail_out == 0 {
        // The output was full exactly at the end of input: drain what zlib still holds.
        if let fault = try drain(&stream, into: output, produced: &produced, limit: limit, offset: consumed) {
          return fault
        }
        break
      }
    }
    output.seal(produced)
    return input.isEmpty ? Fault(offset: 0, reason: "empty file") : nil
  }

  private func drain(
    _ stream: inout z_stream, into output: PaddedBuffer, produced: inout Int, limit: Int, offset: Int
  ) throws -> Fault? {
    while true {
      output.seal(produced)
      if produced >= limit {
        output.seal(0)
        return limitFault(limit, at: offset)
      }
      let room = min(limit - produced, Self.stepByteCount)
      try output.reserve(produced + room)
      stream.next_out = output.base + produced
      stream.avail_out = UInt32(room)
      let status = CZlib.inflate(&stream, Z_NO_FLUSH)
      produced += room - Int(stream.avail_out)
      if status == Z_STREAM_END { return nil }
      if status != Z_OK || stream.avail_out > 0 {
        output.seal(produced)
        return Fault(offset: offset, reason: "gzip data is truncated")
      }
    }
  }

  private func inflateZstd(
    _ input: UnsafeBufferPointer<UInt8>, into output: PaddedBuffer, limit: Int
  ) throws -> Fault? {
    guard let stream = ZSTD_createDStream() else { return Fault(offset: 0, reason: "zstd cannot start") }
    defer { ZSTD_freeDStream(stream) }
    var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var produced = 0
    var pending = 1
    output.seal(0)
    while source.pos < source.size || pending != 0 {
      if produced >= limit {
        output.seal(0)
        return limitFault(limit, at: source.pos)
      }
      output.seal(produced)
      let room = min(limit - produced, Self.stepByteCount)
      try output.reserve(produced + room)
      var target = ZSTD_outBuffer(dst: output.base + produced, size: room, pos: 0)
      pending = ZSTD_decompressStream(stream, &target, &source)
      produced += target.pos
      if ZSTD_isError(pending) != 0 {
        output.seal(produced)
        return Fault(offset: source.pos, reason: "zstd data is damaged")
      }
      if source.pos == source.size && target.pos < room && pending != 0 {
        output.seal(produced)
        return Fault(offset: source.pos, reason: "zstd data is truncated")
      }
    }
    output.seal(produced)
    return nil
  }
}

/// Writes gzip, for `restore --gzip`.
package enum GzipCompressor {
  /// Throws `CairnError.io` where there is no memory for it.
  package static func compress(_ source: UnsafeBufferPointer<UInt8>, level: Int32) throws -> [UInt8] {
    guard let compressor = libdeflate_alloc_compressor(level) else {
      throw CairnError.io(path: "gzip", action: "compress", errno: ENOMEM)
    }
    defer { libdeflate_free_compressor(compressor) }
    let bound = libdeflate_gzip_compress_bound(compressor, source.count)
    return [UInt8](unsafeUninitializedCapacity: bound) { target, count in
      count = libdeflate_gzip_compress(
        compressor, source.baseAddress, source.count, target.baseAddress, bound)
    }
  }
}
