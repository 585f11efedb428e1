/// Where shredded fragments go. A fragment closes when it has grown past the limit, so that an object of any
/// size passes through in parts.
package protocol PieceSink: AnyObject {
  /// The piece that the next records go to.
  var piece: Piece { get }
  /// Called when an object's fragment has ended and more of the object follows: `piece` must be a fresh one.
  ///
  /// `consumed` bytes of the object will not be read again.
  func rollOver(consumed: Int) throws
  /// Keeps a copy of many bytes outside memory. Throws `CairnError.io`.
  func spill(_ bytes: UnsafeBufferPointer<UInt8>) throws -> SpilledBytes
}

extension PieceSink {
  package func spill(_ bytes: UnsafeBufferPointer<UInt8>) throws -> SpilledBytes {
    try SpilledBytes(bytes, directory: nil)
  }
}

/// Takes one source object apart: envelopes, records, gaps, rejects.
///
/// An object is any number of documents one after another, each an envelope (`{"Records":[…]}`), an array or a bare
/// record, with or without white space between. Whatever is none of them is a reject; all of it stands in the gaps
/// between records, so that the object is restored whole.
package struct ObjectShredder {
  /// JSON bytes after which an object's fragment ends.
  package static let fragmentByteLimit = 24 << 20
  /// A longer stretch without a record is a fragment of its own, kept as bytes.
  package static let gapByteLimit = 1 << 20
  /// JSON bytes of a fragment that is kept as bytes.
  package static let opaqueByteLimit = 32 << 20

  let bytes: UnsafeBufferPointer<UInt8>
  /// The object itself, where `bytes` are only what is read of it: then it is kept as it is, and its records print
  /// nothing.
  let original: UnsafeBufferPointer<UInt8>?
  /// The only wrapping that is looked for, or all.
  let wrapping: Wrapping?
  let sink: any PieceSink
  /// Random for each run: nobody outside can make two records collide.
  let hashSeed: UInt64
  private let fragmentLimit: Int
  /// The entry came with the SHA-256 of the whole object, and maybe the fingerprint.
  private let isDigestKnown: Bool
  private let knownFingerprint: Hash128?
  var entry: ObjectEntry
  private var parser: RecordParser
  /// What the parser reads: `bytes`, or the inside of a string without its escapes.
  private var text: UnsafeBufferPointer<UInt8>
  private lazy var scratch = PaddedBuffer()
  private var layoutHash: UInt64 = 0
  private var hasLayout = false
  /// First byte not yet accounted for by a gap or a record.
  private(set) var consumed = 0
  private var fragmentStart = 0
  /// Of `original`, in this fragment.
  private var originalPart = 0..<0
  /// From where a line begins to where that was asked.
  private var knownLine = 0..<0
  private var envelopeByteCount = 0
  private var gapTexts = GapTexts()
  private var whole = SHA256()
  /// Whether all of the object is in the sink's pieces, not rejected.
  package private(set) var isKept = false
  /// The object is kept as other JSON, and has records in a form that is not read.
  private(set) var holdsUnreadRecords = false
  var lastFailure = ParseFailure(position: 0, reason: "")
  /// Bytes that were read in vain so far, since reading went on before where it had come to.
  var rereadByteCount = 0
  var lines: DocumentLines
  /// Where looking whether a document is a record has come to so far.
  var readAheadEnd = 0
  /// Rejects of the object that are listed one by one so far.
  var listedRejectCount = 0
  /// What came beyond them.
  var unlisted = UnlistedRejects()

  package init(
    _ bytes: UnsafeBufferPointer<UInt8>, of original: UnsafeBufferPointer<UInt8>? = nil, entry: ObjectEntry,
    sink: any PieceSink, hashSeed: UInt64, fragmentByteLimit: Int = Self.fragmentByteLimit,
    wrapping: Wrapping? = nil
  ) {
    self.original = original
    self.wrapping = wrapping
    text = bytes
    fragmentLimit = fragmentByteLimit
    self.bytes = bytes
    self.sink = sink
    self.hashSeed = hashSeed
    self.entry = entry
    isDigestKnown = !entry.objectDigest.isEmpty
    knownFingerprint = entry.fingerprint
    parser = RecordParser(bytes, layout: .compact)
    lines = DocumentLines(bytes)
    startFragment()
  }

  private mutating func startFragment() {
    entry.firstRow = sink.piece.state.rows.count
    entry.rowCount = 0
    entry.rejectedCount = 0
    entry.hiddenByteCount = 0
    entry.opaque = nil
    entry.envelope = Envelope(layout: parser.layout)
    if original != nil { entry.envelope.quoting = .silent }
    envelopeByteCount = 0
  }

  /// Shreds the whole object into the sink. `fault` is what inflating it met, if anything.
  package mutating func shred(fault: Inflater.Fault?) throws {
    switch ObjectRecognizer.form(of: bytes, wrapping: wrapping) {
    case .unreadable(let offset, let reason):
      rejectObject(offset: fault?.offset ?? offset, reason: fault?.reason ?? reason)
      return
    case .opaque:
      guard fault == nil else {
        rejectObject(offset: fault?.offset ?? 0, reason: fault?.reason ?? "")
        return
      }
      try keepOpaque()
      return
    case .documents:
      try keepOriginal()
      try shredDocuments()
    }
    if entry.flags.contains(.incomplete), entry.fragment == 0, entry.rowCount == 0 {
      let first = sink.piece.rejects.last { $0.key == entry.key }
      sink.piece.rejects.removeAll { $0.key == entry.key }
      rejectObject(
        offset: fault?.offset ?? first?.offset ?? 0, reason: fault?.reason ?? first?.reason ?? "malformed")
      return
    }
    if let fault {
      entry.flags.insert(.incomplete)
      try reject(offset: fault.offset, reason: fault.reason, range: 0..<0)
    }
    try listRest()
    try finish()
  }

  // MARK: Records

  enum Outcome {
    /// The record ends before this position.
    case record(end: Int)
    /// The object is an envelope of records.
    case envelope
    /// `lastFailure` says why.
    case failed
  }

  /// Parses the record at `start`, laying its row and the gap before it.
  ///
  /// - Parameter isDocument: an object with a `Records` array is then an envelope.
  mutating func shredRecord(at start: Int, isDocument: Bool) throws -> Outcome {
    try makeRoom(upTo: start)
    if text.baseAddress != bytes.baseAddress { read(bytes) }
    parser.refusesEnvelope = isDocument
    return try parseFitting(at: start)
  }

  /// Parses the record that is the inside of the JSON string at `place`, escapes undone.
  mutating func shredQuoted(_ place: Range<Int>) throws -> Outcome {
    try makeRoom(upTo: place.lowerBound)
    let value = StringSpelling.unescape(UnsafeBufferPointer(rebasing: bytes[place]))
    try scratch.reserve(value.count)
    value.withUnsafeBufferPointer {
      if let start = $0.baseAddress { scratch.base.update(from: start, count: $0.count) }
    }
    scratch.seal(value.count)
    read(scratch.bytes)
    parser.refusesEnvelope = false
    var inside = JSONSkimmer(text, at: 0)
    inside.skipWhitespace()
    return try parseFitting(at: inside.position, quoted: place)
  }

  private mutating func makeRoom(upTo start: Int) throws {
    if entry.rowCount > 0, start - fragmentStart >= fragmentLimit || isFragmentFull { try closeFragment() }
    if start - consumed > Self.gapByteLimit { try keepGap(upTo: start) }
  }

  private mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) {
    text = bytes
    parser = RecordParser(text, layout: parser.layout)
  }

  private mutating func parseFitting(at start: Int, quoted: Range<Int>? = nil) throws -> Outcome {
    if try parseRecord(at: start, quoted) { return .record(end: consumed) }
    guard lastFailure.kind == .limit else { return lastFailure.kind == .envelope ? .envelope : .failed }
    // What the records before have brought along takes the room: the record gets a piece of its own.
    if !sink.piece.isFresh {
      try startPiece()
      if try parseRecord(at: start, quoted) { return .record(end: consumed) }
      if sink.piece.state.rows.isEmpty { sink.piece.forgetValues() }
    }
    return .failed
  }

  mutating func addEnvelopeBytes(_ count: Int) { envelopeByteCount += count }

  mutating func setOriginalPart(_ part: Range<Int>) { originalPart = part }

  private var isFragmentFull: Bool {
    sink.piece.state.isFull || envelopeByteCount > Self.gapByteLimit
  }

  /// - Parameter quoted: where in the object the text stands as a string.
  private mutating func parseRecord(at start: Int, _ quoted: Range<Int>?) throws -> Bool {
    // Asked for once: each time counts references.
    let piece = sink.piece
    let tapeStart = piece.state.tape.count
    do throws(ParseFailure) {
      let end =
        hasLayout
        ? try parser.parseRecord(&piece.state, start: start) : try parseChoosingLayout(piece, start: start)
      guard end - start <= RecordParser.recordByteLimit else {
        throw ParseFailure(position: start, reason: "record larger than 32 MiB", kind: .limit)
      }
      if quoted != nil, let rest = text[end...].firstIndex(where: { !isWhitespace($0) }) {
        throw ParseFailure(position: rest, reason: "bytes behind the record in its string")
      }
      addRow(
        piece, UnsafeBufferPointer(rebasing: text[start..<end]), at: quoted ?? start..<end,
        tapeStart: tapeStart)
      if entry.envelope.quoting != .none || quoted != nil {
        noteSpelling(UnsafeBufferPointer(rebasing: text[start..<end]), quoted)
      }
      return true
    } catch {
      piece.state.tape.truncate(to: tapeStart)
      lastFailure = error
      return false
    }
  }

  /// Parses an object's first record with the first layout that it follows; with compact where it follows
  /// none, and then the record is irregular.
  private mutating func parseChoosingLayout(_ piece: Piece, start: Int) throws(ParseFailure) -> Int {
    let candidates = Layout.candidates(text, record: start, lineStart: lineStart(of: start))
    let tapeStart = piece.state.tape.count
    let refusesEnvelope = parser.refusesEnvelope
    for layout in candidates + [.compact] {
      piece.state.tape.truncate(to: tapeStart)
      parser = RecordParser(text, layout: layout)
      parser.refusesEnvelope = refusesEnvelope
      let end = try parser.parseRecord(&piece.state, start: start)
      if !parser.isIrregular {
        adopt(layout)
        return end
      }
    }
    // The parser was left with compact, the last one tried.
    adopt(.compact)
    piece.state.tape.truncate(to: tapeStart)
    return try parser.parseRecord(&piece.state, start: start)
  }

  /// Where the line begins in which `position` is. Each byte is looked at once, however many records of one line
  /// are no records.
  private mutating func lineStart(of position: Int) -> Int {
    let isWhole = text.baseAddress == bytes.baseAddress
    let known = isWhole && knownLine.upperBound <= position ? knownLine.upperBound : 0
    var start = position
    while start > known, text[start - 1] != 0x0A, text[start - 1] != 0x0D { start -= 1 }
    if start == known, known > 0 { start = knownLine.lowerBound }
    if isWhole { knownLine = start..<position }
    return start
  }

  private mutating func adopt(_ layout: Layout) {
    var writer = ByteWriter()
    layout.encode(into: &writer)
    layoutHash = checksum(writer.bytes, seed: hashSeed)
    entry.envelope.layout = layout
    hasLayout = true
  }

  /// - Parameter place: where in the object the record stands.
  private mutating func addRow(
    _ piece: Piece, _ record: UnsafeBufferPointer<UInt8>, at place: Range<Int>, tapeStart: Int
  ) {
    layGap(before: entry.rowCount, upTo: place.lowerBound)
    if parser.isIrregular { piece.keepVerbatim(record) }
    piece.state.rows.append(
      parser.row(record, tapeStart: tapeStart, layoutHash: layoutHash, seed: hashSeed))
    entry.rowCount += 1
    consumed = place.upperBound
  }

  /// Bytes between records: the first gap is the prefix, the second the separator, others count only where
  /// they differ from it.
  private mutating func layGap(before record: Int, upTo start: Int) {
    if original != nil { return }
    let gap = bytes[consumed..<start]
    switch record {
    case 0: entry.envelope.prefix = Array(gap)
    case 1: entry.envelope.separator = Array(gap)
    default:
      if gap.elementsEqual(entry.envelope.separator) { return }
      entry.envelope.exceptions.append(GapException(record: record, bytes: gapTexts.shared(Array(gap))))
      envelopeByteCount += GapException.overheadByteCount
    }
    envelopeByteCount += gap.count
  }

  // MARK: Fragments

  mutating func closeFragment() throws {
    entry.isLastFragment = false
    append(upTo: consumed)
    try sink.rollOver(consumed: consumed)
    entry.fragment += 1
    fragmentStart = consumed
    startFragment()
    entry.isLastFragment = true
  }

  /// A fresh piece for the next record.
  private mutating func startPiece() throws {
    if entry.rowCount > 0 { return try closeFragment() }
    if sink.piece.objects.isEmpty {
      sink.piece.forgetValues()
    } else {
      try sink.rollOver(consumed: consumed)
    }
    entry.firstRow = sink.piece.state.rows.count
  }

  /// Keeps a long stretch without records as fragments of bytes.
  private mutating func keepGap(upTo end: Int) throws {
    if original != nil {
      consumed = end
      return
    }
    if entry.rowCount > 0 { try closeFragment() }
    while consumed < end {
      let part = consumed..<min(end, consumed + opaqueLimit)
      keepBytes(part)
      entry.flags.insert(.opaque)
      try closeFragment()
      entry.flags.remove(.opaque)
    }
  }

  var opaqueLimit: Int { min(fragmentLimit, Self.opaqueByteLimit) }

  private mutating func keepBytes(_ range: Range<Int>) {
    entry.opaque = sink.piece.state.keep(UnsafeBufferPointer(rebasing: bytes[range]))
    consumed = range.upperBound
  }

  /// The whole object is no log.
  private mutating func keepOpaque() throws {
    entry.flags.insert(.opaque)
    holdsUnreadRecords = LogSigns.areAllIn(bytes)
    while bytes.count - consumed > opaqueLimit {
      keepBytes(consumed..<(consumed + opaqueLimit))
      try closeFragment()
    }
    keepBytes(consumed..<bytes.count)
    finishEntry()
  }

  private mutating func finish() throws {
    if bytes.count - consumed > Self.gapByteLimit { try keepGap(upTo: bytes.count) }
    if original == nil { entry.envelope.suffix = Array(bytes[consumed...]) }
    finishEntry()
  }

  private mutating func finishEntry() {
    entry.objectByteCount = (original ?? bytes).count
    append(upTo: bytes.count)
  }

  private mutating func append(upTo end: Int) {
    let fragment =
      original.map { UnsafeBufferPointer(rebasing: $0[originalPart]) }
      ?? UnsafeBufferPointer(rebasing: bytes[fragmentStart..<end])
    originalPart = originalPart.upperBound..<originalPart.upperBound
    entry.byteCount = fragment.count
    let isWhole = entry.fragment == 0 && entry.isLastFragment
    entry.digest = isWhole && isDigestKnown ? entry.objectDigest : SHA256.digest(fragment)
    entry.fingerprint =
      isWhole && original == nil
      ? knownFingerprint ?? .fingerprint(fragment, ContentDigest(entry.digest)) : nil
    if !isDigestKnown {
      if !isWhole { whole.update(fragment) }
      if entry.isLastFragment { entry.objectDigest = isWhole ? entry.digest : whole.finish() }
    }
    isKept = entry.isLastFragment
    sink.piece.jsonByteCount += fragment.count + entry.hiddenByteCount
    sink.piece.envelopeByteCount += entry.envelope.byteCount
    sink.piece.objects.append(entry)
  }
}
