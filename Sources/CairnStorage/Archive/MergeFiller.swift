/// Reads objects of several segments, some at a time: what stands around their records, and these as texts.
struct MergeReader: Sendable {
  private let segments: [SegmentEntry]
  private let snapshot: ArchiveSnapshot
  private let objects: [MergeObject]

  init(_ segments: [SegmentEntry], _ snapshot: ArchiveSnapshot, _ objects: [MergeObject]) {
    (self.segments, self.snapshot, self.objects) = (segments, snapshot, objects)
  }

  /// An object as a segment has it.
  struct Found {
    var object: StoredObject
    var envelope: Envelope
    /// In the buffer: its records, or its bytes where it is kept as such.
    var texts: [Range<Int>] = []
  }

  /// The objects in `range`, in order; appends their texts to `buffer`.
  func read(_ range: Range<Int>, into buffer: ByteBuffer) throws -> [Found] {
    var found = [Found?](repeating: nil, count: range.count)
    let bySegment = Dictionary(grouping: range) { objects[$0].place.segment }
    for (segment, indices) in bySegment.sorted(by: { $0.key < $1.key }) {
      let reader = try snapshot.open(segments[segment], readsMarks: false)
      var stored: [StoredObject] = []
      for (block, indices) in Dictionary(grouping: indices, by: { objects[$0].place.block }).sorted(by: {
        $0.key < $1.key
      }) {
        let all = try reader.objects(block: block)
        stored += indices.map { all[objects[$0].place.index] }
      }
      let order = indices.sorted { (objects[$0].place.block, $0) < (objects[$1].place.block, $1) }
      var next = 0
      try ObjectRebuilder(reader, threads: 1).visitRecords(stored) { object, envelope in
        found[order[next] - range.lowerBound] = Found(object: object, envelope: envelope)
        next += 1
      } record: { text in
        let start = buffer.count
        buffer.bytes.append(contentsOf: text)
        found[order[next - 1] - range.lowerBound]?.texts.append(start..<buffer.count)
      }
    }
    return found.compactMap { $0 }
  }

  func damaged(_ range: Range<Int>, _ cause: String) -> CairnError {
    let object = objects[range.lowerBound]
    return .damaged(file: segments[object.place.segment].name, offset: 0, cause: cause)
  }
}

/// Makes pieces of stored objects.
struct MergeFiller {
  private let options: CompactionOptions
  private let hashSeed: UInt64
  private let tally: ByteTally
  private let directory: String
  private var piece = Piece()
  private var output = PieceFiller.Output()
  private var layoutHashes: [Layout: UInt64] = [:]

  init(_ options: CompactionOptions, _ hashSeed: UInt64, _ tally: ByteTally, _ directory: String) {
    (self.options, self.hashSeed, self.tally, self.directory) = (options, hashSeed, tally, directory)
  }

  mutating func fill(_ reader: MergeReader, _ range: Range<Int>) throws -> PieceFiller.Output {
    let texts = ByteBuffer()
    let objects = try reader.read(range, into: texts)
    // What the parser needs behind the last record.
    let padded = PaddedBuffer()
    try padded.reserve(texts.count)
    if texts.count > 0 { padded.base.update(from: texts.bytes.base, count: texts.count) }
    padded.seal(texts.count)
    for found in objects {
      if piece.isFull { try finishPiece() }
      if try !add(found, padded.bytes) {
        try finishPiece()
        guard try add(found, padded.bytes) else {
          throw reader.damaged(range, "object \(shownName(found.object.key)) does not fit a piece")
        }
      }
    }
    if !piece.objects.isEmpty { try finishPiece() }
    return output
  }

  private mutating func finishPiece() throws {
    piece.state.close()
    if tally.add(piece.state.memoryByteCount) > options.memoryByteLimit / 4 {
      tally.subtract(piece.state.memoryByteCount)
      try piece.spill(to: directory)
    }
    output.pieces.append(piece)
    piece = Piece()
  }

  /// False, with no row added, where the piece has no room.
  private mutating func add(_ found: MergeReader.Found, _ bytes: UnsafeBufferPointer<UInt8>) throws -> Bool {
    let stored = found.object
    var entry = ObjectEntry(key: stored.key)
    entry.sourceByteCount = stored.sourceByteCount
    entry.modified = stored.modified
    entry.byteCount = stored.byteCount
    entry.digest = stored.digest
    entry.fragment = stored.fragment
    entry.isLastFragment = stored.isLastFragment
    entry.objectByteCount = stored.objectByteCount
    entry.objectDigest = stored.objectDigest
    entry.envelope = found.envelope
    entry.flags = stored.flags
    entry.firstRow = piece.state.rows.count
    entry.rejectedCount = stored.rejectedCount
    entry.version = stored.version
    if stored.flags.contains(.opaque) {
      keepBytes(found, bytes, &entry)
    } else {
      guard try addRows(found, bytes, &entry) else { return false }
    }
    piece.jsonByteCount += entry.byteCount + entry.hiddenByteCount
    piece.envelopeByteCount += entry.envelope.byteCount
    piece.objects.append(entry)
    return true
  }

  private func keepBytes(
    _ found: MergeReader.Found, _ bytes: UnsafeBufferPointer<UInt8>, _ entry: inout ObjectEntry
  ) {
    // Its texts lie end to end.
    let start = found.texts.first?.lowerBound ?? 0
    let end = found.texts.last?.upperBound ?? start
    entry.opaque = piece.state.keep(UnsafeBufferPointer(rebasing: bytes[start..<end]))
  }

  private mutating func addRows(
    _ found: MergeReader.Found, _ bytes: UnsafeBufferPointer<UInt8>, _ entry: inout ObjectEntry
  ) throws -> Bool {
    let layout = found.envelope.layout
    let layoutHash = layoutHash(layout)
    let (rowCount, tapeCount) = (piece.state.rows.count, piece.state.tape.count)
    let (verbatimCount, heapCount) = (piece.state.verbatim.count, piece.state.heap.count)
    var parser = RecordParser(bytes, layout: layout)
    for text in found.texts {
      let record = UnsafeBufferPointer(rebasing: bytes[text])
      let tapeStart = piece.state.tape.count
      do throws(ParseFailure) {
        let end = try parser.parseRecord(&piece.state, start: text.lowerBound)
        guard end == text.upperBound else {
          throw ParseFailure(position: end, reason: "bytes behind the record")
        }
      } catch {
        piece.state.tape.truncate(to: tapeCount)
        piece.state.rows.truncate(to: rowCount)
        piece.state.verbatim.truncate(to: verbatimCount)
        piece.state.heap.truncate(to: heapCount)
        guard error.kind == .limit else {
          throw CairnError.damaged(
            file: shownName(found.object.key), offset: UInt64(max(0, error.position - text.lowerBound)),
            cause: "a stored record does not parse: \(error.reason)")
        }
        return false
      }
      if parser.isIrregular { piece.keepVerbatim(record) }
      piece.state.rows.append(
        parser.row(record, tapeStart: tapeStart, layoutHash: layoutHash, seed: hashSeed))
      if found.envelope.quoting == .silent { entry.hiddenByteCount += record.count }
    }
    entry.rowCount = found.texts.count
    return true
  }

  private mutating func layoutHash(_ layout: Layout) -> UInt64 {
    if let known = layoutHashes[layout] { return known }
    var writer = ByteWriter()
    layout.encode(into: &writer)
    let hash = checksum(writer.bytes, seed: hashSeed)
    layoutHashes[layout] = hash
    return hash
  }
}
