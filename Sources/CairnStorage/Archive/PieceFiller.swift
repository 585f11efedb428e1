import Glibc

/// Reads, inflates and shreds consecutive files into pieces: one worker's share of a segment.
final class PieceFiller: PieceSink {
  struct Output: Sendable {
    var pieces: [Piece] = []
    var skippedCount = 0
    var changed: [String] = []
    /// Files of rejected objects, by key: their bytes go to `rejects/`.
    var rejectPaths: [[UInt8]: String] = [:]
  }

  private(set) var piece = Piece()
  private var output = Output()
  private let known: KnownObjects
  private let options: CompactionOptions
  private let hashSeed: UInt64
  private let inflater = Inflater()
  private let delivered = PaddedBuffer()
  private let inflated = PaddedBuffer()

  /// Buffers larger than this are given back after the object that needed them.
  static let keptBufferByteCount = 64 << 20

  init(known: KnownObjects, options: CompactionOptions, hashSeed: UInt64) {
    self.known = known
    self.options = options
    self.hashSeed = hashSeed
  }

  func rollOver() {
    output.pieces.append(piece)
    piece = Piece()
  }

  func fill(_ files: ArraySlice<SourceFile>) throws -> Output {
    for file in files {
      try options.checkCancelled()
      add(file)
    }
    rollOver()
    defer { output = Output() }
    return output
  }

  private func add(_ file: SourceFile) {
    do {
      try read(file)
    } catch {
      let reason =
        if case .io(_, let action, let number) = error as? CairnError {
          "cannot \(action): \(systemMessage(number))"
        } else { "\(error)" }
      reject(file, offset: 0, reason: reason)
      return
    }
    defer {
      delivered.shrink(above: Self.keptBufferByteCount)
      inflated.shrink(above: Self.keptBufferByteCount)
    }
    let compression = Inflater.compression(of: delivered.bytes)
    var fault: Inflater.Fault?
    if compression == .none {
      if delivered.count > options.objectByteLimit {
        fault = Inflater.Fault(
          offset: options.objectByteLimit,
          reason: "larger than the limit of \(options.objectByteLimit) bytes",
          isLimit: true)
      }
    } else {
      fault = inflater.inflate(delivered.bytes, into: inflated, limit: options.objectByteLimit)
    }
    if let fault, fault.isLimit {
      reject(file, offset: fault.offset, reason: fault.reason)
      return
    }
    shred(file, compression == .none ? delivered : inflated, compression, fault)
  }

  private func shred(
    _ file: SourceFile, _ bytes: PaddedBuffer, _ compression: Inflater.Compression, _ fault: Inflater.Fault?
  ) {
    var entry = ObjectEntry(key: Array(file.key.utf8))
    entry.sourceByteCount = delivered.count
    entry.modified = file.modified
    switch compression {
    case .none: break
    case .gzip: entry.flags.insert(.gzip)
    case .zstd: entry.flags.insert(.zstd)
    }
    entry.version += file.earlierUnderKey
    let versions = known.versions(file.key)
    if !versions.isEmpty {
      let digest = SHA256.digest(bytes.bytes)
      if versions.contains(where: { $0.digest == digest }) {
        output.skippedCount += 1
        return
      }
      entry.version += versions.map(\.version).max() ?? 0
      output.changed.append(file.key)
    }
    let rejectCount = piece.rejects.count
    var shredder = ObjectShredder(
      bytes.bytes, entry: entry, sink: self, hashSeed: hashSeed, fragmentByteLimit: options.fragmentByteLimit)
    shredder.shred(fault: fault)
    if piece.rejects.count > rejectCount { output.rejectPaths[entry.key] = file.path }
  }

  private func reject(_ file: SourceFile, offset: Int, reason: String) {
    let key = Array(file.key.utf8)
    piece.rejects.append(Reject(key: key, offset: offset, reason: reason, bytes: [], isObject: true))
    output.rejectPaths[key] = file.path
  }

  private func read(_ file: SourceFile) throws {
    if file.isStream {
      try readStream(file.path == "-" ? File.standardInput() : try File.openForReading(file.path))
      return
    }
    let source = try File.openForReading(file.path)
    let size = try source.byteCount()
    delivered.seal(0)
    // Compressed or not, more than the limit is never kept, so it is never read.
    delivered.reserve(min(size, options.objectByteLimit + 1))
    let got = try source.read(at: 0, into: delivered.base, byteCount: min(size, options.objectByteLimit + 1))
    delivered.seal(got)
  }

  private func readStream(_ source: File) throws {
    delivered.seal(0)
    var count = 0
    while count <= options.objectByteLimit {
      delivered.reserve(count + (1 << 20))
      let got = try source.readNext(into: delivered.base + count, byteCount: 1 << 20)
      if got == 0 { break }
      count += got
      delivered.seal(count)
    }
  }
}
