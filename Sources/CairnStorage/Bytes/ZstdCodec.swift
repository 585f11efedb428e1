import CZstd

/// Zstandard for stored blocks. One compressor or decompressor serves one thread.
package final class ZstdCompressor {
  /// What is fast to write and to read: `Formats/segment.md` has what others give.
  package static let defaultLevel: Int32 = 6
  /// What it takes effort to write; reading takes the same time whatever the level.
  package static let levels: ClosedRange<Int32> = 1...19
  private let context: OpaquePointer?
  let level: Int32

  /// - Parameter level: how hard to try; nil where nothing is to be smaller, for tests that change the bytes of blocks.
  package init(level: Int32? = ZstdCompressor.defaultLevel) {
    context = level == nil ? nil : ZSTD_createCCtx()
    self.level = level ?? Self.defaultLevel
  }

  deinit { ZSTD_freeCCtx(context) }

  /// The frame of `source`, or nil where it is not smaller than `source` by at least `minimumGain` bytes.
  ///
  /// - Parameter level: in place of the compressor's own.
  package func compress(
    _ source: UnsafeBufferPointer<UInt8>, level: Int32? = nil, minimumGain: Int
  ) -> [UInt8]? {
    guard source.count > minimumGain, let context else { return nil }
    let room = source.count - minimumGain
    var written = 0
    let frame = [UInt8](unsafeUninitializedCapacity: room) { target, count in
      let result = ZSTD_compressCCtx(
        context, target.baseAddress, room, source.baseAddress, source.count, level ?? self.level)
      if ZSTD_isError(result) == 0 { written = result }
      count = written
    }
    return written > 0 ? frame : nil
  }
}

package enum ZstdDecompressor {
  private static let contexts = IdlePool<OpaquePointer>()

  /// Exactly `byteCount` bytes of the frame, or nil where the frame is broken or of another size.
  package static func decompress(_ frame: UnsafeBufferPointer<UInt8>, byteCount: Int) -> [UInt8]? {
    // Asked before memory is taken for what the frame does not hold. Errors are huge numbers, so they differ too.
    guard ZSTD_getFrameContentSize(frame.baseAddress, frame.count) == UInt64(byteCount) else { return nil }
    // A context takes longer to make than a small frame to read.
    guard let context = contexts.take() ?? ZSTD_createDCtx() else { return nil }
    defer { contexts.give(context) }
    var failed = false
    let output = [UInt8](unsafeUninitializedCapacity: byteCount) { target, count in
      let result = ZSTD_decompressDCtx(
        context, target.baseAddress, byteCount, frame.baseAddress, frame.count)
      failed = ZSTD_isError(result) != 0 || result != byteCount
      count = failed ? 0 : byteCount
    }
    return failed ? nil : output
  }
}
