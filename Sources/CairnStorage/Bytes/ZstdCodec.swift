import CZstd

/// Zstandard for stored blocks. One compressor or decompressor serves one thread.
package final class ZstdCompressor {
  private let context: OpaquePointer?

  /// Without `isEnabled` nothing is ever smaller: for tests that change the bytes of blocks.
  package init(isEnabled: Bool = true) { context = isEnabled ? ZSTD_createCCtx() : nil }

  deinit { ZSTD_freeCCtx(context) }

  /// The frame of `source`, or nil where it is not smaller than `source` by at least `minimumGain` bytes.
  package func compress(_ source: UnsafeBufferPointer<UInt8>, level: Int32, minimumGain: Int) -> [UInt8]? {
    guard source.count > minimumGain, let context else { return nil }
    let room = source.count - minimumGain
    var written = 0
    let frame = [UInt8](unsafeUninitializedCapacity: room) { target, count in
      let result = ZSTD_compressCCtx(
        context, target.baseAddress, room, source.baseAddress, source.count, level)
      if ZSTD_isError(result) == 0 { written = result }
      count = written
    }
    return written > 0 ? frame : nil
  }
}

package enum ZstdDecompressor {
  /// Exactly `byteCount` bytes of the frame, or nil where the frame is broken or of another size.
  package static func decompress(_ frame: UnsafeBufferPointer<UInt8>, byteCount: Int) -> [UInt8]? {
    // Asked before memory is taken for what the frame does not hold. Errors are huge numbers, so they differ too.
    guard ZSTD_getFrameContentSize(frame.baseAddress, frame.count) == UInt64(byteCount) else { return nil }
    var failed = false
    let output = [UInt8](unsafeUninitializedCapacity: byteCount) { target, count in
      let result = ZSTD_decompress(target.baseAddress, byteCount, frame.baseAddress, frame.count)
      failed = ZSTD_isError(result) != 0 || result != byteCount
      count = failed ? 0 : byteCount
    }
    return failed ? nil : output
  }
}
