import CairnStorage

/// Bytes in unlinked temporary files: appended by one thread, read by many.
final class SpillArena {
  /// Some of them, which stay where they are.
  struct Part: Sendable {
    private let mapping: SpillMapping
    private let range: Range<Int>

    fileprivate init(_ mapping: SpillMapping, _ range: Range<Int>) {
      self.mapping = mapping
      self.range = range
    }

    var byteCount: Int { range.count }

    /// Reads them; the memory behind them is let go afterwards, unless more is read there soon.
    func read<Result>(
      releasing: Bool = true, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
      defer { if releasing { mapping.release(around: range) } }
      return try body(UnsafeRawBufferPointer(start: mapping.base + range.lowerBound, count: range.count))
    }

    /// Reads some of them, and lets nothing go: for many small reads.
    func peek<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
      try read(releasing: false, body)
    }
  }

  private let directory: String
  private let kept: KeptBytes
  private var mappings: [SpillMapping] = []
  private var used = 0

  /// Files begin small, for little that is too much, and grow, since their number is bounded.
  private static let smallestFileByteCount = 1 << 20
  private static let largestFileByteCount = 64 << 20
  private static let alignment = 8

  init(_ context: ExecutionContext) {
    directory = context.options.temporaryDirectory
    kept = context.recorder.kept
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws -> Part {
    let start = (used + Self.alignment - 1) / Self.alignment * Self.alignment
    let target: SpillMapping
    if let mapping = mappings.last, start + bytes.count <= mapping.byteCount {
      target = mapping
      used = start + bytes.count
    } else {
      let grown = min(Self.largestFileByteCount, (mappings.last?.byteCount ?? 0) * 2)
      target = try SpillMapping(
        byteCount: max(Self.smallestFileByteCount, grown, bytes.count), directory: directory)
      mappings.append(target)
      used = bytes.count
    }
    let range = (used - bytes.count)..<used
    if let source = bytes.baseAddress, bytes.count > 0 {
      (target.base + range.lowerBound).copyMemory(from: source, byteCount: bytes.count)
    }
    target.release(around: range)
    kept.spill(bytes.count)
    return Part(target, range)
  }

  /// Lets go of all memory; the bytes stay readable.
  func release() {
    for mapping in mappings { mapping.release(0..<mapping.byteCount) }
  }

  func append<Element: BitwiseCopyable>(_ elements: [Element]) throws -> Part {
    try elements.withUnsafeBytes { try append($0) }
  }
}

extension SpillArena.Part {
  /// Elements as they were appended.
  func elements<Element: BitwiseCopyable>(_ type: Element.Type) -> [Element] {
    read { bytes in
      [Element](unsafeUninitializedCapacity: bytes.count / MemoryLayout<Element>.stride) { buffer, count in
        count = bytes.count / MemoryLayout<Element>.stride
        UnsafeMutableRawBufferPointer(buffer).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[..<(count * MemoryLayout<Element>.stride)]))
      }
    }
  }
}

extension SpillMapping {
  /// No page of any machine is larger.
  private static let pageByteCount = 1 << 16

  /// Lets go of all pages that have a byte of the range; others' bytes in them stay readable too.
  fileprivate func release(around range: Range<Int>) {
    release(
      max(0, range.lowerBound - Self.pageByteCount)..<min(byteCount, range.upperBound + Self.pageByteCount))
  }
}
