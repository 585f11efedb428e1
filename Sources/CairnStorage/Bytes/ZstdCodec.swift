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
  package func compress(
    _ source: UnsafeBufferPointer<UInt8>, _ search: ZstdSearch = .level(0), minimumGain: Int
  ) -> [UInt8]? {
    guard source.count > minimumGain, let context else { return nil }
    return frame(source, minimumGain) { target, room in
      if case .level(let more) = search {
        return ZSTD_compressCCtx(context, target, room, source.baseAddress, source.count, level + more)
      }
      search.set(context)
      return ZSTD_compress2(context, target, room, source.baseAddress, source.count)
    }
  }

  private func frame(
    _ source: UnsafeBufferPointer<UInt8>, _ minimumGain: Int,
    _ write: (UnsafeMutablePointer<UInt8>?, Int) -> Int
  ) -> [UInt8]? {
    let room = source.count - minimumGain
    var written = 0
    let frame = [UInt8](unsafeUninitializedCapacity: room) { target, count in
      let result = write(target.baseAddress, room)
      if ZSTD_isError(result) == 0 { written = result }
      count = written
    }
    return written > 0 ? frame : nil
  }
}

/// How zstd looks for what has come before.
package enum ZstdSearch: Sendable, Equatable {
  /// As the compressor's level has it, or one that is so much above it.
  case level(Int32)
  /// Only for long repeats: in random characters short ones cost more than they save, and take long to find.
  case longRepeats
  /// For the cheapest way to tell texts put together from others, at little depth: it weighs what characters cost, which
  /// greedy levels do not, and that is most of what high ones gain.
  case cheapest

  private var parameters: [(ZSTD_cParameter, Int32)] {
    switch self {
    case .level: []
    case .longRepeats:
      [
        (ZSTD_c_windowLog, 21), (ZSTD_c_hashLog, 14), (ZSTD_c_minMatch, 7), (ZSTD_c_targetLength, 0),
        (ZSTD_c_strategy, Int32(ZSTD_fast.rawValue)),
      ]
    case .cheapest:
      [
        (ZSTD_c_windowLog, 20), (ZSTD_c_hashLog, 16), (ZSTD_c_chainLog, 16), (ZSTD_c_searchLog, 3),
        (ZSTD_c_minMatch, 4), (ZSTD_c_targetLength, 24), (ZSTD_c_strategy, Int32(ZSTD_btopt.rawValue)),
      ]
    }
  }

  fileprivate func set(_ context: OpaquePointer) {
    ZSTD_CCtx_reset(context, ZSTD_reset_parameters)
    for (parameter, value) in parameters { ZSTD_CCtx_setParameter(context, parameter, value) }
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
