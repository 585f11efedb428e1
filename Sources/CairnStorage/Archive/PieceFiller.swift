import Glibc

/// Reads, inflates and shreds consecutive files into pieces: one worker's share of a segment.
final class PieceFiller: PieceSink {
  struct Output: Sendable {
    var pieces: [Piece] = []
    var skippedCount = 0
    /// Keys, for people.
    var changed: [String] = []
    /// Of each file that has any, in order.
    var rejects: [FileRejects] = []
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
  private let rejectDirectory: String
  private let reader: SourceReader
  private let residentPieceBytes: ByteTally

  /// Buffers larger than this lie in temporary files where memory is short, and are given back after the object that
  /// needed them.
  static let keptBufferByteCount = 16 << 20

  init(
    known: KnownObjects, options: CompactionOptions, hashSeed: UInt64, paths: ArchivePaths,
    residentPieceBytes: ByteTally
  ) {
    self.residentPieceBytes = residentPieceBytes
    self.known = known
    self.options = options
    self.hashSeed = hashSeed
    temporaryDirectory = paths.temporary
    rejectDirectory = paths.rejects
    reader = SourceReader(objectByteLimit: options.objectByteLimit)
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
    let source: SourceReader.Delivered
    do {
      source = try reader.read(file, into: delivered)
    } catch CairnError.io(let path, let action, let number)
      where path != temporaryDirectory && number != ENOMEM
    {
      return try reject(file, nil, offset: 0, reason: "cannot \(action): \(systemMessage(number))")
    }
    if let content = source.foreign { return try leave(file, source, content) }
    if let fault = source.fault {
      return try reject(file, source, offset: delivered.count, reason: fault)
    }
    let compression = Inflater.compression(of: delivered.bytes)
    let isCut = delivered.count > options.objectByteLimit
    if compression == .none, let content = foreign(delivered, .none, isCut ? .beginning : .whole) {
      return try leave(file, source, content)
    }
    let fault = try inflate(compression)
    if let fault, fault.isLimit {
      return try reject(file, source, offset: fault.offset, reason: fault.reason)
    }
    if compression != .none, let content = foreign(inflated, compression, fault == nil ? .whole : .damaged) {
      return try leave(file, source, content)
    }
    try shred(file, source, compression == .none ? delivered : inflated, compression, fault)
  }

  private func inflate(_ compression: Inflater.Compression) throws -> Inflater.Fault? {
    if compression != .none {
      return try inflater.inflate(delivered.bytes, into: inflated, limit: options.objectByteLimit)
    }
    guard delivered.count > options.objectByteLimit else { return nil }
    return Inflater.Fault(
      offset: options.objectByteLimit, reason: "larger than the limit of \(options.objectByteLimit) bytes",
      isLimit: true)
  }

  private func foreign(
    _ buffer: PaddedBuffer, _ compression: Inflater.Compression, _ extent: ForeignContent.Extent
  ) -> ForeignContent? {
    ForeignContent.recognise(buffer.bytes, compression: compression, extent: extent)
  }

  private func shred(
    _ file: SourceFile, _ source: SourceReader.Delivered, _ bytes: PaddedBuffer,
    _ compression: Inflater.Compression, _ fault: Inflater.Fault?
  ) throws {
    var entry = ObjectEntry(key: file.key)
    entry.sourceByteCount = delivered.count
    entry.modified = source.modified
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
      output.changed.append(shownName(file.key))
    }
    entry.version = (versions.map(\.version).max() ?? 0) + 1 + file.sameKeyCount
    let firstPiece = output.pieces.count
    var shredder = ObjectShredder(
      bytes.bytes, entry: entry, sink: self, hashSeed: hashSeed, fragmentByteLimit: options.fragmentByteLimit)
    try shredder.shred(fault: fault)
    try takeRejects(of: file, source, from: firstPiece)
  }

  /// Takes what the shredder rejected out of the pieces: the next file may have the same key.
  private func takeRejects(of file: SourceFile, _ source: SourceReader.Delivered, from firstPiece: Int) throws
  {
    let pieces = output.pieces[firstPiece...] + [piece]
    let rejects = pieces.flatMap(\.rejects)
    if rejects.isEmpty { return }
    for piece in pieces { piece.rejects = [] }
    let isWhole = rejects.contains { $0.isObject }
    output.rejects.append(
      FileRejects(key: file.key, rejects: rejects, delivered: isWhole ? try keep(source) : nil))
  }

  /// Rejects a file as a whole; `source` where anything of it could be read.
  private func reject(
    _ file: SourceFile, _ source: SourceReader.Delivered?, offset: Int, reason: String
  ) throws {
    let reject = Reject(key: file.key, offset: offset, reason: reason, bytes: [], isObject: true)
    output.rejects.append(
      FileRejects(key: file.key, rejects: [reject], delivered: try source.map { try keep($0) }))
  }

  /// Leaves a file that holds no log where it is, unless CloudTrail gave it its name: then a log is missing.
  private func leave(
    _ file: SourceFile, _ source: SourceReader.Delivered, _ content: ForeignContent
  ) throws {
    if SourceKey(file.key).hasDeliveredName {
      return try reject(file, source, offset: 0, reason: content.reason)
    }
    let reject = Reject(key: file.key, offset: 0, reason: content.reason, bytes: [], isObject: true)
    output.rejects.append(
      FileRejects(
        key: file.key, rejects: [reject], delivered: options.keepsForeignFiles ? try keep(source) : nil,
        foreign: content))
  }

  /// Sets a file's bytes aside, those that were read and those behind them: it may change before the run ends.
  private func keep(_ source: SourceReader.Delivered) throws -> KeptDelivery {
    try KeptDelivery(delivered.bytes, restOf: source.file, isStream: source.isStream, in: rejectDirectory)
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
