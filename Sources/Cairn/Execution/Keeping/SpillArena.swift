import CairnStorage

/// Bytes in unlinked temporary files: appended by one thread, read by many.
final class SpillArena {
  /// Some of them, which stay where they are.
  struct Part: Sendable {
    fileprivate let mapping: SpillMapping
    fileprivate let range: Range<Int>

    fileprivate init(_ mapping: SpillMapping, _ range: Range<Int>) {
      self.mapping = mapping
      self.range = range
    }

    var byteCount: Int { range.count }

    /// Reads them in place; the memory behind them is let go afterwards.
    func read<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
      defer { mapping.release(around: range) }
      return try body(UnsafeRawBufferPointer(start: mapping.base + range.lowerBound, count: range.count))
    }

    /// Reads a copy of a few of them.
    func peek<Result>(_ some: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows
      -> Result
    {
      try withUnsafeTemporaryAllocation(byteCount: some.count, alignment: SpillArena.alignment) { copy in
        mapping.copy(from: range.lowerBound + some.lowerBound, to: copy)
        return try body(UnsafeRawBufferPointer(copy))
      }
    }

    /// The element at a place.
    func element<Element: BitwiseCopyable>(_ place: Int, _ type: Element.Type) -> Element {
      let size = MemoryLayout<Element>.stride
      return peek(place * size..<(place + 1) * size) { $0.loadUnaligned(as: Element.self) }
    }
  }

  private let directory: String
  private let kept: KeptBytes
  private var mappings: [SpillMapping] = []
  private var used = 0

  /// Files begin small, for little that is too much, and grow, since their number is bounded.
  private static let smallestFileByteCount = 1 << 20
  private static let largestFileByteCount = 64 << 20
  fileprivate static let alignment = 8
  /// What is put into a file at a time.
  private static let copiedByteCount = 4 << 20

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
    for start in stride(from: 0, to: bytes.count, by: Self.copiedByteCount) {
      let slice = UnsafeRawBufferPointer(
        rebasing: bytes[start..<min(start + Self.copiedByteCount, bytes.count)])
      guard let source = slice.baseAddress else { break }
      (target.base + range.lowerBound + start).copyMemory(from: source, byteCount: slice.count)
      target.release(around: range.lowerBound + start..<range.lowerBound + start + slice.count)
    }
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
    let wanted = byteCount / MemoryLayout<Element>.stride
    return [Element](unsafeUninitializedCapacity: wanted) { buffer, count in
      mapping.copy(
        from: range.lowerBound,
        to: UnsafeMutableRawBufferPointer(
          start: buffer.baseAddress, count: wanted * MemoryLayout<Element>.stride))
      count = wanted
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
