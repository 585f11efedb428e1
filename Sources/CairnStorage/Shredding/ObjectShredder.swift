import CairnShims

/// Where shredded fragments go. A fragment closes when it has grown past the limit, so that an object of any
/// size passes through in parts.
package protocol PieceSink: AnyObject {
  /// The piece that the next records go to.
  var piece: Piece { get }
  /// Called when an object's fragment has ended and more of the object follows: `piece` must be a fresh one.
  ///
  /// `consumed` bytes of the object will not be read again.
  func rollOver(consumed: Int) throws
}

/// Takes one source object apart: envelope, records, gaps, rejects.
package struct ObjectShredder {
  /// JSON bytes after which an object's fragment ends.
  package static let fragmentByteLimit = 64 << 20

  let bytes: UnsafeBufferPointer<UInt8>
  let sink: any PieceSink
  /// Random for each run: nobody outside can make two records collide.
  let hashSeed: UInt64
  private let fragmentLimit: Int
  private var entry: ObjectEntry
  private var parser: RecordParser
  private var layoutHash: UInt64 = 0
  private var hasLayout = false
  /// First byte not yet accounted for by a gap or a record.
  private var consumed = 0
  private var fragmentStart = 0
  private var whole = SHA256()

  package init(
    _ bytes: UnsafeBufferPointer<UInt8>, entry: ObjectEntry, sink: any PieceSink, hashSeed: UInt64,
    fragmentByteLimit: Int = Self.fragmentByteLimit
  ) {
    fragmentLimit = fragmentByteLimit
    self.bytes = bytes
    self.sink = sink
    self.hashSeed = hashSeed
    self.entry = entry
    parser = RecordParser(bytes, layout: .compact)
    startFragment()
  }

  private mutating func startFragment() {
    entry.firstRow = sink.piece.state.rows.count
    entry.rowCount = 0
    entry.rejectedCount = 0
    entry.envelope = Envelope(layout: parser.layout)
  }

  /// Shreds the whole object into the sink. `fault` is what inflating it met, if anything.
  package mutating func shred(fault: Inflater.Fault?) throws {
    let form = ObjectRecognizer.form(of: bytes)
    switch form {
    case .unreadable(let offset, let reason):
      rejectObject(offset: fault?.offset ?? offset, reason: fault?.reason ?? reason)
      return
    case .opaque:
      guard fault == nil else {
        rejectObject(offset: fault?.offset ?? 0, reason: fault?.reason ?? "")
        return
      }
      entry.flags.insert(.opaque)
      entry.opaque = Array(bytes)
      consumed = bytes.count
    case .envelope(let start), .array(let start):
      try shredArray(from: start, isEnvelope: form == .envelope(records: start))
    case .sequence:
      try shredSequence()
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
      reject(offset: fault.offset, reason: fault.reason, range: 0..<0)
    }
    finish()
  }

  private mutating func rejectObject(offset: Int, reason: String) {
    sink.piece.rejects.append(
      Reject(key: entry.key, offset: offset, reason: reason, bytes: [], isObject: true))
  }

  private mutating func reject(offset: Int, reason: String, range: Range<Int>) {
    sink.piece.rejects.append(
      Reject(key: entry.key, offset: offset, reason: reason, bytes: Array(bytes[range]), isObject: false))
  }

  // MARK: Records

  private mutating func shredArray(from start: Int, isEnvelope: Bool) throws {
    var position = start
    while true {
      var skimmer = JSONSkimmer(bytes, at: position)
      skimmer.skipWhitespace()
      position = skimmer.position
      if skimmer.byte == UInt8(ascii: "]"),
        entry.rowCount == 0 && entry.rejectedCount == 0 && entry.fragment == 0
      {
        position += 1
        break
      }
      guard let behind = try shredRecord(at: position) else {
        guard let behind = skipRejected(at: position) else { return }
        if bytes[behind] == UInt8(ascii: "]") {
          position = behind + 1
          break
        }
        position = behind + 1
        continue
      }
      skimmer.position = behind
      skimmer.skipWhitespace()
      position = skimmer.position + 1
      if skimmer.byte == UInt8(ascii: ",") { continue }
      if skimmer.byte == UInt8(ascii: "]") { break }
      rejectRest(from: behind, reason: skimmer.byte == nil ? "ends behind a record" : "expected ',' or ']'")
      return
    }
    checkRest(from: position, isEnvelope: isEnvelope)
  }

  /// The failed record's end where one can be told: the position of the `,` or `]` behind it. Where not, all
  /// the rest of the object is rejected and nil comes back.
  private mutating func skipRejected(at start: Int) -> Int? {
    let failure = lastFailure
    var skimmer = JSONSkimmer(bytes, at: start)
    if skimmer.skipValue() {
      let end = skimmer.position
      skimmer.skipWhitespace()
      if skimmer.byte == UInt8(ascii: ",") || skimmer.byte == UInt8(ascii: "]") {
        entry.flags.insert(.incomplete)
        entry.rejectedCount += 1
        reject(offset: failure.position, reason: "\(failure.reason)", range: start..<end)
        return skimmer.position
      }
    }
    rejectRest(from: start, reason: "\(failure.reason)", offset: failure.position, isRecord: true)
    return nil
  }

  private mutating func rejectRest(
    from start: Int, reason: String, offset: Int? = nil, isRecord: Bool = false
  ) {
    entry.flags.insert(.incomplete)
    if isRecord { entry.rejectedCount += 1 }
    reject(offset: offset ?? start, reason: reason, range: start..<bytes.count)
  }

  /// What follows the record array must complete the envelope.
  private mutating func checkRest(from start: Int, isEnvelope: Bool) {
    var skimmer = JSONSkimmer(bytes, at: start)
    skimmer.skipWhitespace()
    if isEnvelope {
      while skimmer.byte == UInt8(ascii: ",") {
        skimmer.position += 1
        skimmer.skipWhitespace()
        guard skimmer.skipString() != nil else { break }
        skimmer.skipWhitespace()
        guard skimmer.byte == UInt8(ascii: ":") else { break }
        skimmer.position += 1
        guard skimmer.skipValue() else { break }
        skimmer.skipWhitespace()
      }
      guard skimmer.byte == UInt8(ascii: "}") else {
        rejectRest(from: start, reason: "ends inside the envelope")
        return
      }
      skimmer.position += 1
      skimmer.skipWhitespace()
    }
    if skimmer.byte != nil { rejectRest(from: skimmer.position, reason: "bytes behind the last record") }
  }

  private mutating func shredSequence() throws {
    var position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while true {
      var skimmer = JSONSkimmer(bytes, at: position)
      skimmer.skipWhitespace()
      guard skimmer.byte != nil else { return }
      if let behind = try shredRecord(at: skimmer.position) {
        position = behind
        continue
      }
      let start = skimmer.position
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      entry.flags.insert(.incomplete)
      entry.rejectedCount += 1
      reject(offset: lastFailure.position, reason: "\(lastFailure.reason)", range: start..<end)
      position = end
    }
  }

  private var lastFailure = ParseFailure(position: 0, reason: "")

  /// Parses the record at `start`, laying its row and the gap before it; the position behind it, or nil.
  private mutating func shredRecord(at start: Int) throws -> Int? {
    if entry.rowCount > 0, start - fragmentStart >= fragmentLimit { try closeFragment() }
    let tapeStart = sink.piece.state.tape.count
    do throws(ParseFailure) {
      let end =
        hasLayout
        ? try parser.parseRecord(&sink.piece.state, start: start) : try parseChoosingLayout(start: start)
      addRow(start: start, end: end, tapeStart: tapeStart)
      return end
    } catch {
      sink.piece.state.tape.truncate(to: tapeStart)
      lastFailure = error
      return nil
    }
  }

  /// Parses an object's first record with the first layout that it follows; with compact where it follows
  /// none, and then the record is irregular.
  private mutating func parseChoosingLayout(start: Int) throws(ParseFailure) -> Int {
    var lineStart = start
    while lineStart > consumed, bytes[lineStart - 1] != 0x0A, bytes[lineStart - 1] != 0x0D { lineStart -= 1 }
    let candidates = Layout.candidates(bytes, record: start, lineStart: lineStart)
    let tapeStart = sink.piece.state.tape.count
    for layout in candidates + [.compact] {
      sink.piece.state.tape.truncate(to: tapeStart)
      parser = RecordParser(bytes, layout: layout)
      let end = try parser.parseRecord(&sink.piece.state, start: start)
      if !parser.isIrregular {
        adopt(layout)
        return end
      }
    }
    // The parser was left with compact, the last one tried.
    adopt(.compact)
    sink.piece.state.tape.truncate(to: tapeStart)
    return try parser.parseRecord(&sink.piece.state, start: start)
  }

  private mutating func adopt(_ layout: Layout) {
    var writer = ByteWriter()
    layout.encode(into: &writer)
    layoutHash = checksum(writer.bytes, seed: hashSeed)
    entry.envelope.layout = layout
    hasLayout = true
  }

  private mutating func addRow(start: Int, end: Int, tapeStart: Int) {
    layGap(before: entry.rowCount, upTo: start)
    let record = UnsafeBufferPointer(rebasing: bytes[start..<end])
    let hash = cairn_xxh3_128(record.baseAddress, record.count, hashSeed)
    let time = parser.eventTime.flatMap { EventTime.parse($0) } ?? EventTime.unknown
    // An irregular record prints from its stored bytes, so it may not stand in for a regular one.
    let style = parser.isIrregular ? ~layoutHash : layoutHash
    if parser.isIrregular { sink.piece.verbatim[sink.piece.state.rows.count] = Array(record) }
    sink.piece.state.rows.append(
      PieceRow(
        tapeStart: tapeStart, time: time, hashLow: hash.low ^ style, hashHigh: hash.high,
        hasEventID: parser.hasEventID))
    entry.rowCount += 1
    consumed = end
  }

  /// Bytes between records: the first gap is the prefix, the second the separator, others count only where
  /// they differ from it.
  private mutating func layGap(before record: Int, upTo start: Int) {
    let gap = bytes[consumed..<start]
    switch record {
    case 0: entry.envelope.prefix = Array(gap)
    case 1: entry.envelope.separator = Array(gap)
    default:
      if !gap.elementsEqual(entry.envelope.separator) {
        entry.envelope.exceptions.append(GapException(record: record, bytes: Array(gap)))
      }
    }
  }

  // MARK: Ends

  private mutating func closeFragment() throws {
    entry.isLastFragment = false
    append(upTo: consumed)
    try sink.rollOver(consumed: consumed)
    entry.fragment += 1
    fragmentStart = consumed
    startFragment()
    entry.isLastFragment = true
  }

  private mutating func finish() {
    entry.envelope.suffix = entry.opaque == nil ? Array(bytes[consumed...]) : []
    entry.objectByteCount = bytes.count
    append(upTo: bytes.count)
  }

  private mutating func append(upTo end: Int) {
    let fragment = UnsafeBufferPointer(rebasing: bytes[fragmentStart..<end])
    entry.byteCount = fragment.count
    entry.digest = SHA256.digest(fragment)
    if entry.fragment > 0 || !entry.isLastFragment { whole.update(fragment) }
    if entry.isLastFragment { entry.objectDigest = entry.fragment == 0 ? entry.digest : whole.finish() }
    sink.piece.jsonByteCount += fragment.count
    sink.piece.objects.append(entry)
  }
}
