import Glibc

/// Rejects, and where reading goes on behind them.
extension ObjectShredder {
  /// Rejects of one object that are listed one by one; what comes beyond is one more.
  static let listedRejectLimit = 1000
  /// Longer stretches of rejected bytes lie in a temporary file until they are written.
  static let heldRejectByteLimit = 1 << 20

  /// Rejects beyond the listed ones: how many, and their bytes, a line each.
  struct UnlistedRejects {
    var count = 0
    var offset = 0
    var bytes: [UInt8] = []
  }

  mutating func rejectObject(offset: Int, reason: String) {
    sink.piece.rejects.append(
      Reject(key: entry.key, offset: offset, reason: reason, bytes: [], isObject: true))
  }

  mutating func reject(offset: Int, reason: String, range: Range<Int>) throws {
    let content = UnsafeBufferPointer(rebasing: bytes[range])
    if listedRejectCount >= Self.listedRejectLimit, range.count <= Self.heldRejectByteLimit {
      if unlisted.count == 0 { unlisted.offset = offset }
      unlisted.count += 1
      unlisted.bytes.append(contentsOf: content)
      unlisted.bytes.append(0x0A)
      if unlisted.bytes.count > 16 * Self.heldRejectByteLimit { try listRest() }
      return
    }
    listedRejectCount += 1
    let isLarge = range.count > Self.heldRejectByteLimit
    sink.piece.rejects.append(
      Reject(
        key: entry.key, offset: offset, reason: reason, bytes: isLarge ? [] : Array(content),
        spilled: isLarge ? try sink.spill(content) : nil, isObject: false))
  }

  /// Makes one reject of those that were not listed one by one.
  mutating func listRest() throws {
    if unlisted.count == 0 { return }
    let rest = unlisted
    unlisted = UnlistedRejects()
    let spilled = try rest.bytes.withUnsafeBufferPointer { try sink.spill($0) }
    sink.piece.rejects.append(
      Reject(
        key: entry.key, offset: rest.offset,
        reason: "\(rest.count) more malformed records from here on, a line each", bytes: [], spilled: spilled,
        isObject: false))
  }

  /// A record that becomes no row.
  mutating func rejectRecord(offset: Int, reason: String, range: Range<Int>) throws {
    entry.flags.insert(.incomplete)
    entry.rejectedCount += 1
    try reject(offset: offset, reason: reason, range: range)
  }

  /// The document that begins at `start` is cut or malformed. Rejects it as far as it can be told from the
  /// next; gives where that may begin.
  mutating func rejectDocument(at start: Int) throws -> Int {
    let failure = lastFailure
    let end = valueEnd(at: start) { next in
      next == nil || next == UInt8(ascii: "{") || next == UInt8(ascii: "[")
    }
    let stop = end ?? nextDocument(behind: resumption(start, failure), inLine: true)
    noteReread(from: stop, to: failure.position)
    try rejectRecord(offset: failure.position, reason: "\(failure.reason)", range: start..<stop)
    return stop
  }

  /// Bytes that no document begins with, up to a bracket that may begin one or the end of the line.
  mutating func rejectGarbage(at start: Int) throws -> Int {
    var skimmer = JSONSkimmer(bytes, at: start)
    skimmer.skipGarbage()
    // What is in brackets behind text may be a part of a record whose beginning is lost, and is no row then.
    if !isBetweenDocuments(start..<skimmer.position) {
      while skimmer.position < bytes.count, bytes[skimmer.position - 1] != 0x0A,
        !beginsRecords(at: skimmer.position)
      { skimmer.skipGarbage() }
    }
    var end = skimmer.position
    while end > start, isWhitespace(bytes[end - 1]) { end -= 1 }
    let reason = "a record must be an object"
    // Brackets and commas of a document that was left are no record.
    if isBetweenDocuments(start..<end) {
      entry.flags.insert(.incomplete)
      try reject(offset: start, reason: "bytes behind the last record", range: start..<end)
    } else {
      try rejectRecord(offset: start, reason: reason, range: start..<end)
    }
    return end
  }

  func isBetweenDocuments(_ range: Range<Int>) -> Bool {
    bytes[range].allSatisfy { isWhitespace($0) || $0 == 0x2C || $0 == 0x5D || $0 == 0x7D }
  }

  /// Whether a record, an envelope or a wrapping of records stands at `start`.
  mutating func beginsRecords(at start: Int) -> Bool {
    guard mayReadAgain, bytes[start] == UInt8(ascii: "{") else { return false }
    let ahead = ObjectRecognizer.lookAhead(bytes, start)
    rereadByteCount += ahead.end - start
    if ahead.isRecord || isEnvelope(at: start) { return true }
    if wrapping == Wrapping.none { return false }
    switch WrappedRecords(bytes: bytes, forced: wrapping).visit(documentAt: start, { _ in false }) {
    case .stopped: return true
    case .whole(let end), .malformed(let end):
      rereadByteCount += end - start
      return false
    }
  }

  /// Rejects the element of an array at `start` whose end can be told; gives the position behind it, or nil.
  mutating func rejectElement(at start: Int) throws -> Int? {
    let failure = lastFailure
    guard
      let end = valueEnd(at: start, { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "]") })
    else { return nil }
    try rejectRecord(offset: failure.position, reason: "\(failure.reason)", range: start..<end)
    return end
  }

  /// The document cannot be read on from `start`: rejects what stands before the next one and gives where that is.
  ///
  /// - Parameter failure: of the record at `start`, where there is one.
  mutating func rejectRest(from start: Int, reason: String, failure: ParseFailure? = nil) throws -> Int {
    let stop: Int
    if failure == nil, start < bytes.count, bytes[start] == UInt8(ascii: "{") {
      stop = start
    } else {
      stop = nextDocument(behind: failure.map { resumption(start, $0) } ?? start, inLine: false)
    }
    if let failure {
      noteReread(from: stop, to: failure.position)
      try rejectRecord(offset: failure.position, reason: reason, range: start..<stop)
    } else {
      entry.flags.insert(.incomplete)
      try reject(offset: start, reason: reason, range: start..<stop)
    }
    return stop
  }

  // MARK: Going on

  /// The end of the malformed value at `start`, if what follows it may follow a value. Nil too where a line inside
  /// begins like a document: then a cut record has swallowed the next ones.
  private mutating func valueEnd(at start: Int, _ mayFollow: (UInt8?) -> Bool) -> Int? {
    guard mayReadAgain else { return nil }
    let limit = lines.next(behind: start)
    var skimmer = JSONSkimmer(UnsafeBufferPointer(rebasing: bytes[..<limit]), at: start)
    let isWhole = skimmer.skipValue()
    let end = min(skimmer.position, limit)
    skimmer.skipWhitespace()
    guard isWhole, mayFollow(skimmer.position < bytes.count ? bytes[skimmer.position] : nil) else {
      rereadByteCount += end - start
      return nil
    }
    return end
  }

  /// Where behind `start` a document may begin: at an envelope's first bytes, or on a line of its own.
  ///
  /// - Parameter inLine: documents are lines, so any line may be one; else it must begin with a brace.
  private func nextDocument(behind start: Int, inLine: Bool) -> Int {
    let opening = Array("{\"Records\"".utf8)
    var position = start + 1
    while position < bytes.count {
      let byte = bytes[position]
      if byte == 0x0A, inLine || position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "{") {
        return position
      }
      if byte == UInt8(ascii: "{"), bytes[position...].starts(with: opening) { return position }
      position += 1
    }
    return bytes.count
  }

  /// Whether reading twice has not yet cost several times what reading once does.
  var mayReadAgain: Bool { rereadByteCount <= Self.rereadShare * bytes.count + Self.rereadByteCount }

  private static let rereadShare = 4
  private static let rereadByteCount = 64 << 10

  /// Reading goes on at `position` although it had come to `failure`.
  private mutating func noteReread(from position: Int, to failure: Int) {
    rereadByteCount += max(0, failure - position)
  }

  /// From where the next document is looked for. Where reading twice has cost too much, nothing is read a second time
  /// any more.
  private func resumption(_ start: Int, _ failure: ParseFailure) -> Int {
    mayReadAgain ? start : max(start, failure.position - 1)
  }

  /// The document at `start` is not looked into any more; gives where the next one may begin.
  mutating func rejectUnread(at start: Int) throws -> Int {
    let stop = nextDocument(behind: start, inLine: true)
    try rejectRecord(
      offset: start, reason: "not read: too much of the object before is damaged", range: start..<stop)
    return stop
  }
}
