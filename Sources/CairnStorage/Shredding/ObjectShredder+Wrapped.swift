/// Records inside wrappings: what stands around them is the gaps between records, and what they are spelled like as
/// strings is told by the envelope.
extension ObjectShredder {
  /// Takes the records out of the wrapping at `start` and gives where to go on; nil, with nothing taken, where there
  /// is none.
  mutating func shredWrapping(at start: Int) throws -> Int? {
    guard wrapping != Wrapping.none, start < bytes.count else { return nil }
    // Elements of an array that are arrays or strings.
    if bytes[start] != UInt8(ascii: "{") { return try shredElement(at: start) }
    if startsRecord(start) { return nil }
    // Each line of a damaged object may look like the begin of a wrapping that the rest of the object is part of. What
    // is not looked into is no row either: that would hide the record in it.
    guard mayReadAgain else {
      let limit = lines.next(behind: start)
      return looksLikeRecord(at: start, before: limit) ? nil : try rejectUnread(at: start)
    }
    let records = WrappedRecords(bytes: bytes, forced: wrapping)
    let limit = lines.next(behind: start)
    if looksLikeRecord(at: start, before: limit) { return nil }
    if let line = lines.lineBehindCut(at: start) {
      try rejectRecord(
        offset: line, reason: "the next document begins before it ends", range: start..<line - 1)
      return line
    }
    if limit < bytes.count, looksLikeRecord(at: start, before: bytes.count) { return nil }
    var isFound = false
    let end = try records.visit(documentAt: start) { site in
      isFound = true
      try shred(site)
      return true
    }
    guard isFound else {
      if case .malformed(let at) = end { rereadByteCount += at - start }
      return nil
    }
    switch end {
    case .whole(let end): return end
    case .malformed(let at):
      return try rejectRest(from: max(at, consumed), reason: "ends inside a wrapping of records")
    case .stopped: return consumed
    }
  }

  /// The same for an array or a string, which is no record itself.
  private mutating func shredElement(at start: Int) throws -> Int? {
    guard mayReadAgain, bytes[start] == UInt8(ascii: "[") || bytes[start] == UInt8(ascii: "\"") else {
      return nil
    }
    var isFound = false
    let end = try WrappedRecords(bytes: bytes, forced: wrapping).visit(documentAt: start) { site in
      isFound = true
      try shred(site)
      return true
    }
    switch end {
    case .whole(let end):
      if isFound { return end }
      rereadByteCount += end - start
    case .malformed(let at):
      if isFound {
        return try rejectRest(from: max(at, consumed), reason: "ends inside a wrapping of records")
      }
      rereadByteCount += at - start
    case .stopped: break
    }
    return nil
  }

  /// The end of a document that stands between wrappings and has no record: a control message, an empty page, the
  /// action of a bulk line. It is restored as what stands between records is.
  mutating func endOfNoRecord(at start: Int) -> Int? {
    guard wrapping != Wrapping.none, mayReadAgain, start < bytes.count, bytes[start] == UInt8(ascii: "{"),
      !startsRecord(start)
    else { return nil }
    let line = UnsafeBufferPointer(rebasing: bytes[..<lines.next(behind: start)])
    var skimmer = JSONSkimmer(line, at: start)
    var count = 0
    var isWrapping = false
    var hasAction = false
    var hasRecordKey = false
    let isWhole = skimmer.visitMembers { key, value in
      count += 1
      let name = String(decoding: bytes[key], as: UTF8.self)
      hasRecordKey = ObjectRecognizer.recordKeys.contains(name)
      isWrapping = isWrapping || name == "lastrow" || isList(key, value)
      hasAction = value.byte == UInt8(ascii: "{") && ["index", "create", "update", "delete"].contains(name)
      return !hasRecordKey
    }
    guard isWhole, !hasRecordKey, isWrapping || hasAction && count == 1,
      !LogSigns.areIn(UnsafeBufferPointer(rebasing: bytes[start..<skimmer.position]))
    else { return nil }
    return skimmer.position
  }

  /// Whether a member is where a wrapping has its records.
  private func isList(_ key: Range<Int>, _ value: JSONSkimmer) -> Bool {
    guard value.byte == UInt8(ascii: "[") || value.byte == UInt8(ascii: "{") else { return false }
    return WrappingKey.of(UnsafeBufferPointer(rebasing: bytes[key]))?.role == .list
  }

  private mutating func looksLikeRecord(at start: Int, before limit: Int) -> Bool {
    let part = UnsafeBufferPointer(rebasing: bytes[..<limit])
    let ahead = WrappedRecords(bytes: part, forced: wrapping).lookAhead(at: start)
    noteReadAhead(start..<ahead.end)
    return ahead.isRecord
  }

  /// What has been looked at before, as a part of a document that began before, is read in vain.
  private mutating func noteReadAhead(_ range: Range<Int>) {
    rereadByteCount += max(0, min(range.upperBound, readAheadEnd) - range.lowerBound)
    readAheadEnd = max(readAheadEnd, range.upperBound)
  }

  /// What most objects begin with, told without looking further.
  private func startsRecord(_ start: Int) -> Bool {
    if bytes[start...].starts(with: Self.recordOpening) { return true }
    guard bytes[start...].starts(with: Self.envelopeOpening) else { return false }
    var skimmer = JSONSkimmer(bytes, at: start + Self.envelopeOpening.count)
    skimmer.skipWhitespace()
    guard skimmer.byte == UInt8(ascii: ":") else { return false }
    skimmer.position += 1
    skimmer.skipWhitespace()
    return skimmer.byte == UInt8(ascii: "[")
  }

  private static let recordOpening = Array("{\"eventVersion\"".utf8)
  private static let envelopeOpening = Array("{\"Records\"".utf8)

  private mutating func shred(_ site: WrappedRecords.Site) throws {
    if entry.flags.wrapping == .none { entry.flags.wrapping = site.wrapping }
    let outcome =
      site.isQuoted
      ? try shredQuoted(site.range) : try shredRecord(at: site.range.lowerBound, isDocument: false)
    if case .record = outcome { return }
    // Positions inside a string count without its escapes.
    try rejectRecord(
      offset: site.isQuoted ? site.range.lowerBound : lastFailure.position, reason: "\(lastFailure.reason)",
      range: site.range)
  }

  /// How the record that was just taken is spelled in the object, where that is not as it is.
  mutating func noteSpelling(_ record: UnsafeBufferPointer<UInt8>, _ quoted: Range<Int>?) {
    if original != nil {
      entry.hiddenByteCount += record.count
      return
    }
    let value = Array(record)
    let number = entry.rowCount - 1
    var spelling = record
    if let quoted {
      spelling = UnsafeBufferPointer(rebasing: bytes[quoted])
      if number == 0 {
        let style = StringSpelling.style(of: spelling, value: value)
        if style != .verbatim { entry.envelope.quoting = .string(style) }
      }
    }
    if isPrinted(value, as: spelling) { return }
    entry.envelope.spelled.append(GapException(record: number, bytes: Array(spelling)))
    addEnvelopeBytes(spelling.count + GapException.overheadByteCount)
  }

  private func isPrinted(_ value: [UInt8], as spelling: UnsafeBufferPointer<UInt8>) -> Bool {
    guard case .string(let style) = entry.envelope.quoting else {
      return value.count == spelling.count && spelling.elementsEqual(value)
    }
    var printed = RawVector<UInt8>(capacity: spelling.count + 16)
    defer { printed.free() }
    value.withUnsafeBufferPointer { StringSpelling.append($0, style: style, to: &printed) }
    return printed.count == spelling.count && printed.buffer.elementsEqual(spelling)
  }

  // MARK: Objects of which something else is read

  /// Keeps the object itself: beside its records where it is small, else as fragments before them.
  mutating func keepOriginal() throws {
    guard let original else { return }
    if original.count <= Self.gapByteLimit {
      entry.envelope.suffix = Array(original)
      return setOriginalPart(0..<original.count)
    }
    for start in stride(from: 0, to: original.count, by: opaqueLimit) {
      let part = start..<min(original.count, start + opaqueLimit)
      entry.opaque = sink.piece.state.keep(UnsafeBufferPointer(rebasing: original[part]))
      setOriginalPart(part)
      entry.flags.insert(.opaque)
      try closeFragment()
      entry.flags.remove(.opaque)
    }
  }
}
