/// The grammar around records. Every function goes on as far as it can tell where it is; what it cannot read it
/// rejects, and the next document begins where one may.
extension ObjectShredder {
  mutating func shredDocuments() throws {
    var position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    // Behind text: what is in brackets may be a part of a record whose beginning is lost, unless it looks like one or
    // begins a line.
    var isLost = false
    while true {
      position = skipWhitespace(from: position)
      guard position < bytes.count else { return }
      if isLost, isBracket(bytes[position]), position > 0, bytes[position - 1] != 0x0A,
        !beginsRecords(at: position)
      {
        position = try rejectGarbage(at: position)
        continue
      }
      switch bytes[position] {
      case UInt8(ascii: "{"):
        isLost = false
        if let end = try shredWrapping(at: position) ?? endOfNoRecord(at: position) {
          position = end
          continue
        }
        switch try shredRecord(at: position, isDocument: true) {
        case .record(let end): position = end
        case .envelope: position = try shredEnvelope(at: position)
        case .failed:
          position =
            isEnvelope(at: position) ? try shredEnvelope(at: position) : try rejectDocument(at: position)
        }
      case UInt8(ascii: "["):
        isLost = false
        position = try shredElements(from: position + 1, areDocuments: true)
      case 0xEF where bytes[position...].starts(with: [0xEF, 0xBB, 0xBF]):
        // Files with byte-order marks were put together.
        position += 3
      default:
        if let record = JSONSkimmer(bytes, at: position).atTimedRecord {
          entry.flags.wrapping = .cloudWatchLogs
          position = record
        } else {
          let start = position
          position = try rejectGarbage(at: position)
          isLost = isLost || !isBetweenDocuments(start..<position)
        }
      }
    }
  }

  private func isBracket(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") }

  private func skipWhitespace(from position: Int) -> Int {
    var skimmer = JSONSkimmer(bytes, at: position)
    skimmer.skipWhitespace()
    return skimmer.position
  }

  /// Whether the object at `start`, which is no record, has records after all: before them may stand what no record
  /// can have, but no line that begins like a document.
  mutating func isEnvelope(at start: Int) -> Bool {
    guard mayReadAgain else { return false }
    let line = UnsafeBufferPointer(rebasing: bytes[..<lines.next(behind: start)])
    var skimmer = JSONSkimmer(line, at: start)
    var isFound = false
    _ = skimmer.visitMembers { name, value in
      isFound = bytes[name].elementsEqual(ObjectRecognizer.recordsKey) && value.byte == UInt8(ascii: "[")
      return !isFound
    }
    rereadByteCount += skimmer.position - start
    return isFound
  }

  /// The object at `start`, each of whose `Records` is an array of records. Gives where to go on.
  private mutating func shredEnvelope(at start: Int) throws -> Int {
    var skimmer = JSONSkimmer(bytes, at: start + 1)
    skimmer.skipWhitespace()
    while true {
      skimmer.skipWhitespace()
      let member = skimmer.position
      guard let key = skimmer.skipString() else { return try endEnvelope(at: member) }
      skimmer.skipWhitespace()
      guard skimmer.byte == UInt8(ascii: ":") else { return try endEnvelope(at: skimmer.position) }
      skimmer.position += 1
      skimmer.skipWhitespace()
      if bytes[key].elementsEqual(ObjectRecognizer.recordsKey) {
        if skimmer.byte == UInt8(ascii: "[") {
          let (end, isClosed) = try shredArray(from: skimmer.position + 1, areDocuments: false)
          guard isClosed else { return end }
          skimmer.position = end
        } else if try !skipOddRecords(&skimmer) {
          return try endEnvelope(at: member)
        }
      } else {
        let value = skimmer.position
        guard skipMember(&skimmer) else { return try endEnvelope(at: member) }
        if hasRecords(in: value..<skimmer.position) {
          try rejectRecord(
            offset: value, reason: "records beside those of the envelope", range: value..<skimmer.position)
        }
      }
      skimmer.skipWhitespace()
      if skimmer.byte == UInt8(ascii: "}") { return skimmer.position + 1 }
      guard skimmer.byte == UInt8(ascii: ",") else { return try endEnvelope(at: skimmer.position) }
      skimmer.position += 1
    }
  }

  /// Whether what stands beside an envelope's records has others, which become no rows.
  private mutating func hasRecords(in range: Range<Int>) -> Bool {
    guard mayReadAgain, isBracket(bytes[range.lowerBound]), wrapping == nil else { return false }
    rereadByteCount += range.count
    let part = UnsafeBufferPointer(rebasing: bytes[..<range.upperBound])
    return WrappedRecords(bytes: part).visit(documentAt: range.lowerBound, { _ in false }) == .stopped
  }

  /// Steps over the value of a member; false where it does not end. What was read of it then is read again from where
  /// the next document may begin: not time and again.
  private mutating func skipMember(_ skimmer: inout JSONSkimmer) -> Bool {
    guard mayReadAgain else { return false }
    let start = skimmer.position
    if skimmer.skipValue() { return true }
    rereadByteCount += skimmer.position - start
    return false
  }

  /// A second `Records` that is no array: nothing of it becomes a row, so it is told.
  private mutating func skipOddRecords(_ skimmer: inout JSONSkimmer) throws -> Bool {
    let start = skimmer.position
    guard skipMember(&skimmer) else { return false }
    let range = start..<skimmer.position
    if bytes[range].elementsEqual("null".utf8) { return true }
    try rejectRecord(offset: start, reason: "Records is no array", range: range)
    return true
  }

  /// The envelope cannot be read on from `position`.
  private mutating func endEnvelope(at position: Int) throws -> Int {
    try rejectRest(from: position, reason: "ends inside the envelope")
  }

  private mutating func shredElements(from start: Int, areDocuments: Bool) throws -> Int {
    try shredArray(from: start, areDocuments: areDocuments).end
  }

  /// The records of the array whose bracket was passed. Where it is not closed, `end` is where the next document may be.
  private mutating func shredArray(
    from start: Int, areDocuments: Bool
  ) throws -> (end: Int, isClosed: Bool) {
    var position = skipWhitespace(from: start)
    if position < bytes.count, bytes[position] == UInt8(ascii: "]") { return (position + 1, true) }
    while true {
      position = skipWhitespace(from: position)
      var behind: Int
      if areDocuments, let end = try shredWrapping(at: position) ?? endOfNoRecord(at: position) {
        behind = end
      } else {
        switch try shredRecord(at: position, isDocument: areDocuments) {
        case .record(let end): behind = end
        case .envelope: behind = try shredEnvelope(at: position)
        case .failed:
          guard let end = try rejectElement(at: position) else {
            return (
              try rejectRest(from: position, reason: "\(lastFailure.reason)", failure: lastFailure), false
            )
          }
          behind = end
        }
      }
      let next = skipWhitespace(from: behind)
      guard next < bytes.count else {
        return (try rejectRest(from: behind, reason: "ends behind a record"), false)
      }
      if bytes[next] == UInt8(ascii: "]") { return (next + 1, true) }
      guard bytes[next] == UInt8(ascii: ",") else {
        return (try rejectRest(from: next, reason: "expected ',' or ']'"), false)
      }
      position = next + 1
    }
  }
}
