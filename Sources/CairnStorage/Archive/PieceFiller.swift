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
  /// Of files that are read one after another before the first of them is taken.
  private var slots: [Buffers] = []
  /// By depth of containers.
  private var levels: [Buffers] = []
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

  /// What is delivered and inflated.
  typealias Buffers = (delivered: PaddedBuffer, inflated: PaddedBuffer)

  /// For members of containers, by how many these are in.
  func buffers(_ depth: Int) -> Buffers {
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
    if shredder.holdsUnreadRecords {
      let content = ForeignContent(
        what: "kept as other JSON, with what looks like CloudTrail records in a form that is not read",
        wayOut: "make JSON lines of them", holdsLogs: true)
      output.rejects.append(FileRejects(key: entry.key, content.reason, at: 0, foreign: content))
    }
    return shredder.isKept
  }

  // MARK: Files

  func fill(_ files: ArraySlice<SourceFile>) throws -> Output {
    ownObjects = KnownObjects()
    output.tally = residentPieceBytes
    output.isRepeatable = !files.contains { $0.isStream }
    var left = files
    while !left.isEmpty {
      let sights = try readSome(of: &left)
      defer { shrinkBuffers() }
      for sight in sights {
        try take(sight)
        if piece.isFull { try finishPiece() }
      }
    }
    if !piece.objects.isEmpty || !piece.rejects.isEmpty { try finishPiece() }
    defer { output = Output() }
    giveBackBuffers()
    return output
  }

  /// What reading a file gave.
  private enum Sight {
    case unreadable(FileRejects)
    case foreign(Delivery, ForeignContent)
    case faulty(Delivery, reason: String)
    case content(Delivery, Content)
  }

  /// Files that are read before the first of them is taken, so that several are hashed at a time; larger ones, and those
  /// behind so many bytes of content, wait.
  private static let readLimit = 16
  private static let readByteLimit = 1 << 20

  /// Reads the first files.
  private func readSome(of files: inout ArraySlice<SourceFile>) throws -> [Sight] {
    var sights: [Sight] = []
    var contents: [(sight: Int, bytes: UnsafeBufferPointer<UInt8>)] = []
    var byteCount = 0
    while sights.count < Self.readLimit, let file = files.first {
      if !sights.isEmpty, file.isStream || byteCount + file.byteCount > Self.readByteLimit { break }
      try options.checkCancelled()
      files.removeFirst()
      if slots.count == sights.count { slots.append((makeBuffer(), makeBuffer())) }
      let sight = try read(file, into: slots[sights.count])
      if case .content(_, let content) = sight {
        contents.append((sights.count, content.bytes.bytes))
        byteCount += content.bytes.count
      }
      sights.append(sight)
      if file.isStream { break }
    }
    let digests = SHA256.digests(contents.map(\.bytes))
    for (digest, content) in zip(digests, contents) {
      guard case .content(let delivery, var known) = sights[content.sight] else { continue }
      known.digest = digest
      sights[content.sight] = .content(delivery, known)
    }
    return sights
  }

  private func read(_ file: SourceFile, into buffers: Buffers) throws -> Sight {
    let source: SourceReader.Delivered
    do {
      source = try reader.read(file, into: buffers.delivered)
    } catch CairnError.io(let path, let action, let number)
      where path != temporaryDirectory && number != ENOMEM
    {
      return .unreadable(FileRejects(key: file.key, "cannot \(action): \(systemMessage(number))", at: 0))
    }
    let delivery = Delivery(
      file: file, source: source, fileByteCount: buffers.delivered.count, key: file.key,
      bytes: buffers.delivered)
    if let content = source.foreign { return .foreign(delivery, content) }
    if let fault = source.fault { return .faulty(delivery, reason: fault) }
    return .content(delivery, try content(of: delivery, buffers.inflated))
  }

  private func take(_ sight: Sight) throws {
    switch sight {
    case .unreadable(let rejects): output.rejects.append(rejects)
    case .foreign(let delivery, let content): try leave(delivery, content)
    case .faulty(let delivery, let reason):
      try reject(delivery, offset: delivery.fileByteCount, reason: reason)
    case .content(let delivery, let content): try take(delivery, content)
    }
  }

  /// What is read next may come after a segment has been sealed, which needs the memory: where it is scarce, buffers of
  /// files that are read together are worth less than the pages that they lie on.
  private func giveBackBuffers() {
    let held = slots.reduce(0) { $0 + $1.delivered.capacity + $1.inflated.capacity }
    if held > options.memoryByteLimit / 64 { slots = [] }
  }

  private func shrinkBuffers() {
    view.shrink(above: Self.keptBufferByteCount)
    for buffers in slots + levels {
      buffers.delivered.shrink(above: Self.keptBufferByteCount)
      buffers.inflated.shrink(above: Self.keptBufferByteCount)
    }
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
