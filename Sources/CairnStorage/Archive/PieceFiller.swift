import Glibc

/// Reads, inflates and shreds consecutive files into pieces: one worker's share of a segment.
final class PieceFiller: PieceSink {
  struct Output: Sendable {
    var pieces: [Piece] = []
    /// Objects that were in the archive, and those that the run has twice.
    var skippedCount = 0
    var repeatedCount = 0
    /// Objects whose content is there under another name.
    var renamedCount = 0
    /// Keys of objects whose name is there with other content, for people.
    var changed: [String] = []
    /// Files whose objects are in the archive or about to be.
    var sightings: [FileMark] = []
    /// Whether its files can be read again: no streams.
    var isRepeatable = true
    /// Of each file that has any, in order.
    var rejects: [FileRejects] = []
    fileprivate var tally: ByteTally?

    /// Gives back what it holds outside itself.
    mutating func discard() {
      for piece in pieces where !piece.isSpilled { tally?.subtract(piece.state.memoryByteCount) }
      for reject in rejects { reject.delivered?.discard() }
      (pieces, rejects) = ([], [])
    }
  }

  private(set) var piece = Piece()
  var output = Output()
  let known: KnownIndex
  let runObjects: RunObjects
  /// Objects of the output in work.
  private(set) var ownObjects = KnownObjects()
  let options: CompactionOptions
  let hashSeed: UInt64
  let inflater = Inflater()
  let temporaryDirectory: String
  let rejectDirectory: String
  private let reader: SourceReader
  private let residentPieceBytes: ByteTally
  private let residentBufferBytes: Int
  /// By depth of containers, what is delivered and inflated.
  private var levels: [(delivered: PaddedBuffer, inflated: PaddedBuffer)] = []
  lazy var view = ObjectView(
    byteLimit: options.objectByteLimit, wrapping: options.wrapping, makeBuffer: makeBuffer)
  /// What is being shredded.
  private var shredded: PaddedBuffer?

  /// Buffers larger than this lie in temporary files where memory is short, and are given back after the object that
  /// needed them.
  static let keptBufferByteCount = 16 << 20

  init(
    known: KnownIndex, runObjects: RunObjects, options: CompactionOptions, hashSeed: UInt64,
    paths: ArchivePaths, residentPieceBytes: ByteTally
  ) {
    self.runObjects = runObjects
    self.residentPieceBytes = residentPieceBytes
    self.known = known
    self.options = options
    self.hashSeed = hashSeed
    temporaryDirectory = paths.temporary
    rejectDirectory = paths.rejects
    reader = SourceReader(objectByteLimit: options.objectByteLimit)
    residentBufferBytes = max(Self.keptBufferByteCount, options.memoryByteLimit / 16)
  }

  private func makeBuffer() -> PaddedBuffer {
    PaddedBuffer(residentByteLimit: residentBufferBytes, spillDirectory: temporaryDirectory)
  }

  func buffers(_ depth: Int) -> (delivered: PaddedBuffer, inflated: PaddedBuffer) {
    while levels.count <= depth { levels.append((makeBuffer(), makeBuffer())) }
    return levels[depth]
  }

  // MARK: Pieces

  func rollOver(consumed: Int) throws {
    shredded?.release(0..<consumed)
    try finishPiece()
  }

  func spill(_ bytes: UnsafeBufferPointer<UInt8>) throws -> SpilledBytes {
    try SpilledBytes(bytes, directory: temporaryDirectory)
  }

  func finishPiece() throws {
    piece.state.close()
    if residentPieceBytes.add(piece.state.memoryByteCount) > options.residentPieceByteLimit {
      residentPieceBytes.subtract(piece.state.memoryByteCount)
      try piece.spill(to: temporaryDirectory)
    }
    output.pieces.append(piece)
    piece = Piece()
  }

  /// Shreds an object whose `bytes` are kept or, where it has a view, read of it.
  func shred(
    _ bytes: PaddedBuffer, of original: PaddedBuffer?, _ entry: ObjectEntry, _ object: KnownObjects.Object,
    _ fault: Inflater.Fault?
  ) throws -> Bool {
    shredded = bytes
    defer { shredded = nil }
    var shredder = ObjectShredder(
      bytes.bytes, of: original?.bytes, entry: entry, sink: self, hashSeed: hashSeed,
      fragmentByteLimit: options.fragmentByteLimit, wrapping: options.wrapping)
    try shredder.shred(fault: fault)
    if shredder.isKept { ownObjects.add(object) }
    return shredder.isKept
  }

  // MARK: Files

  func fill(_ files: ArraySlice<SourceFile>) throws -> Output {
    ownObjects = KnownObjects()
    output.tally = residentPieceBytes
    output.isRepeatable = !files.contains { $0.isStream }
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
      view.shrink(above: Self.keptBufferByteCount)
      for level in levels {
        level.delivered.shrink(above: Self.keptBufferByteCount)
        level.inflated.shrink(above: Self.keptBufferByteCount)
      }
    }
    let delivered = buffers(0).delivered
    let source: SourceReader.Delivered
    do {
      source = try reader.read(file, into: delivered)
    } catch CairnError.io(let path, let action, let number)
      where path != temporaryDirectory && number != ENOMEM
    {
      return output.rejects.append(
        FileRejects(key: file.key, "cannot \(action): \(systemMessage(number))", at: 0))
    }
    let delivery = Delivery(
      file: file, source: source, fileByteCount: delivered.count, key: file.key, bytes: delivered)
    if let content = source.foreign { return try leave(delivery, content) }
    if let fault = source.fault { return try reject(delivery, offset: delivered.count, reason: fault) }
    try take(delivery)
  }
}

/// Bytes of the pieces that wait in memory for their segment, over all workers.
final class ByteTally: @unchecked Sendable {
  private let lock = Lock()
  private var total = 0
  private var largest = 0

  /// The new total.
  func add(_ byteCount: Int) -> Int {
    lock.withLock {
      total += byteCount
      largest = max(largest, byteCount)
      return total
    }
  }

  /// Whether so many pieces, each as large as any so far, may come without passing the limit.
  func hasRoom(for pieces: Int, below limit: Int) -> Bool {
    lock.withLock { total + largest * pieces <= limit }
  }

  func subtract(_ byteCount: Int) { lock.withLock { total -= byteCount } }
}
