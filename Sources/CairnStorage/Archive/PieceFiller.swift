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
  private let delivered: PaddedBuffer
  private let inflated: PaddedBuffer
  private let temporaryDirectory: String
  private let residentPieceBytes: ByteTally

  /// Buffers larger than this lie in temporary files where memory is short, and are given back after the object that
  /// needed them.
  static let keptBufferByteCount = 16 << 20

  init(
    known: KnownObjects, options: CompactionOptions, hashSeed: UInt64, temporaryDirectory: String,
    residentPieceBytes: ByteTally
  ) {
    self.residentPieceBytes = residentPieceBytes
    self.known = known
    self.options = options
    self.hashSeed = hashSeed
    self.temporaryDirectory = temporaryDirectory
    let resident = max(Self.keptBufferByteCount, options.memoryByteLimit / 16)
    delivered = PaddedBuffer(residentByteLimit: resident, spillDirectory: temporaryDirectory)
    inflated = PaddedBuffer(residentByteLimit: resident, spillDirectory: temporaryDirectory)
  }

  func rollOver(consumed: Int) throws {
    (inflated.count > 0 ? inflated : delivered).release(0..<consumed)
    try finishPiece()
  }

  func spill(_ bytes: UnsafeBufferPointer<UInt8>) throws -> SpilledBytes {
    try SpilledBytes(bytes, directory: temporaryDirectory)
  }

  private func finishPiece() throws {
    piece.outline = PieceOutline(piece.state.automaton, seed: hashSeed)
    let resident = options.memoryByteLimit / 4
    if residentPieceBytes.add(piece.state.byteCount) > resident {
      residentPieceBytes.subtract(piece.state.byteCount)
      try piece.spill(to: temporaryDirectory)
    }
    output.pieces.append(piece)
    piece = Piece()
  }

  func fill(_ files: ArraySlice<SourceFile>) throws -> Output {
    for file in files {
      try options.checkCancelled()
      try add(file)
      if piece.isFull { try finishPiece() }
    }
    if !piece.objects.isEmpty || !piece.rejects.isEmpty { try finishPiece() }
    defer { output = Output() }
    return output
  }

  private func add(_ file: SourceFile) throws {
    defer {
      delivered.shrink(above: Self.keptBufferByteCount)
      inflated.shrink(above: Self.keptBufferByteCount)
    }
    inflated.seal(0)
    do {
      try read(file)
    } catch CairnError.io(let path, let action, let number)
      where path != temporaryDirectory && number != ENOMEM
    {
      reject(file, offset: 0, reason: "cannot \(action): \(systemMessage(number))")
      return
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
      fault = try inflater.inflate(delivered.bytes, into: inflated, limit: options.objectByteLimit)
    }
    if let fault, fault.isLimit {
      reject(file, offset: fault.offset, reason: fault.reason)
      return
    }
    try shred(file, compression == .none ? delivered : inflated, compression, fault)
  }

  private func shred(
    _ file: SourceFile, _ bytes: PaddedBuffer, _ compression: Inflater.Compression, _ fault: Inflater.Fault?
  ) throws {
    var entry = ObjectEntry(key: Array(file.key.utf8))
    entry.sourceByteCount = delivered.count
    entry.modified = file.modified
    switch compression {
    case .none: break
    case .gzip: entry.flags.insert(.gzip)
    case .zstd: entry.flags.insert(.zstd)
    }
    let versions = known.versions(file.key)
    if !versions.isEmpty {
      let digest = SHA256.digest(bytes.bytes)
      if versions.contains(where: { $0.digest == digest }) {
        output.skippedCount += 1
        return
      }
      output.changed.append(file.key)
    }
    entry.version = (versions.map(\.version).max() ?? 0) + 1 + file.sameKeyCount
    let rejectCount = piece.rejects.count
    var shredder = ObjectShredder(
      bytes.bytes, entry: entry, sink: self, hashSeed: hashSeed, fragmentByteLimit: options.fragmentByteLimit)
    try shredder.shred(fault: fault)
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
    try delivered.reserve(min(size, options.objectByteLimit + 1))
    let got = try source.read(at: 0, into: delivered.base, byteCount: min(size, options.objectByteLimit + 1))
    delivered.seal(got)
  }

  private func readStream(_ source: File) throws {
    delivered.seal(0)
    var count = 0
    while count <= options.objectByteLimit {
      try delivered.reserve(count + (1 << 20))
      let got = try source.readNext(into: delivered.base + count, byteCount: 1 << 20)
      if got == 0 { break }
      count += got
      delivered.seal(count)
    }
  }
}

/// Bytes of the pieces that wait in memory for their segment, over all workers.
final class ByteTally: @unchecked Sendable {
  private let lock = Lock()
  private var total = 0

  /// The new total.
  func add(_ byteCount: Int) -> Int {
    lock.withLock {
      total += byteCount
      return total
    }
  }

  func subtract(_ byteCount: Int) { lock.withLock { total -= byteCount } }
}
