/// What a source object is, told by its content.
package enum ObjectForm: Equatable {
  /// CloudTrail records somewhere in it: envelopes, arrays and records one after another.
  case documents
  /// Valid JSON, but no CloudTrail log.
  case opaque
  /// No JSON at `offset`.
  case unreadable(offset: Int, reason: String)
}

/// Tells what an object is by looking for the first thing in it that looks like a CloudTrail record: one document
/// after another, each an envelope (`{"Records":[…]}`), an array or a bare record.
package struct ObjectRecognizer {
  /// Top-level members of a CloudTrail record: one with two of them is taken for one (AWS, "CloudTrail record
  /// contents"; `eventId` is the spelling of aggregated events).
  static let recordKeys: Set<String> = [
    "eventVersion", "eventTime", "eventSource", "eventName", "eventID", "eventId", "eventType",
    "eventCategory", "awsRegion", "userIdentity", "sourceIPAddress", "recipientAccountId",
    "requestParameters", "responseElements", "requestID", "userAgent",
  ]
  /// Those that tell of an object anywhere in other JSON that it is one: all of the first, and one of the others.
  static let neededKeys = ["eventName", "eventSource", "eventTime"]
  private static let furtherKeys = ["eventID", "eventVersion", "userIdentity", "awsRegion"]
  /// The key of an envelope's records.
  static let recordsKey = Array("Records".utf8)

  private let bytes: UnsafeBufferPointer<UInt8>
  private var skimmer: JSONSkimmer
  private var hasEmptyEnvelope = false
  private var malformedAt: Int?
  /// Where text stood before the first document.
  private var textAt: Int?
  private var documentStart = 0
  private var wrapped: WrappedRecords?
  private var lines: DocumentLines
  /// Bytes that were read again, since a line that a malformed document has swallowed may be a document.
  private var rereadByteCount = 0

  /// - Parameter wrapping: the only one that is looked for; all where it is nil.
  package static func form(
    of bytes: UnsafeBufferPointer<UInt8>, wrapping: Wrapping? = nil
  ) -> ObjectForm {
    var recognizer = ObjectRecognizer(bytes)
    recognizer.wrapped = wrapping == Wrapping.none ? nil : WrappedRecords(bytes: bytes, forced: wrapping)
    return recognizer.form()
  }

  private init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    lines = DocumentLines(bytes)
    skimmer = JSONSkimmer(bytes, at: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
  }

  private mutating func form() -> ObjectForm {
    skimmer.skipWhitespace()
    guard let first = skimmer.byte else {
      return .unreadable(offset: skimmer.position, reason: bytes.isEmpty ? "empty file" : "only white space")
    }
    guard isAtBracket || skimmer.atTimedRecord != nil || skipLineOfText() else {
      return .unreadable(offset: skimmer.position, reason: "not JSON")
    }
    while skimmer.byte != nil {
      if let record = skimmer.atTimedRecord { skimmer.position = record }
      if hasRecordInDocument() { return .documents }
      skimmer.skipWhitespace()
    }
    if hasEmptyEnvelope { return .documents }
    if let malformedAt {
      if malformedAt == textAt { return .unreadable(offset: malformedAt, reason: "not JSON") }
      return malformedAt >= bytes.count && first == UInt8(ascii: "[")
        ? .unreadable(offset: bytes.count, reason: "JSON ends inside an array")
        : .unreadable(offset: malformedAt, reason: "malformed JSON, and no CloudTrail record before it")
    }
    return .opaque
  }

  /// Steps over one document, or stops at the first record in it.
  private mutating func hasRecordInDocument() -> Bool {
    documentStart = skimmer.position
    switch skimmer.byte {
    case UInt8(ascii: "{"):
      return looksLikeRecord(documentStart) || hasRecordInObject() || hasWrappedRecord(documentStart)
    case UInt8(ascii: "["):
      skimmer.position += 1
      return hasRecordInArray(ofDocuments: true).isFound
    default:
      if !skimmer.skipValue() { fail() }
      return false
    }
  }

  private func hasWrappedRecord(_ start: Int) -> Bool {
    wrapped.map { $0.visit(documentAt: start) { _ in false } == .stopped } ?? false
  }

  /// An object that is no record may be an envelope.
  private mutating func hasRecordInObject() -> Bool {
    var isFound = false
    var isEnvelope = false
    var records = 0
    var members = skimmer
    let isWhole = members.visitMembers { name, value in
      guard bytes[name].elementsEqual(Self.recordsKey), value.byte == UInt8(ascii: "[") else { return true }
      isEnvelope = true
      var inside = self
      inside.skimmer = value
      inside.skimmer.position += 1
      let elements = inside.hasRecordInArray(ofDocuments: false)
      records += elements.count
      isFound = elements.isFound
      return !isFound
    }
    skimmer = members
    if isFound { return true }
    if isEnvelope, records == 0 { hasEmptyEnvelope = true }
    if !isWhole { fail() }
    return false
  }

  /// Looks at the elements of the array whose bracket was passed.
  private mutating func hasRecordInArray(ofDocuments: Bool) -> (isFound: Bool, count: Int) {
    var count = 0
    while true {
      skimmer.skipWhitespace()
      guard let byte = skimmer.byte else {
        fail()
        return (false, count)
      }
      if byte == UInt8(ascii: "]") {
        skimmer.position += 1
        return (false, count)
      }
      count += 1
      if byte == UInt8(ascii: "{") {
        let start = skimmer.position
        if looksLikeRecord(start) { return (true, count) }
        let failed = malformedAt
        if ofDocuments {
          if hasRecordInObject() || hasWrappedRecord(start) { return (true, count) }
          if malformedAt != failed { return (false, count) }
        } else if !skimmer.skipValue() {
          fail()
          return (false, count)
        }
      } else if ofDocuments, byte == UInt8(ascii: "[") || byte == UInt8(ascii: "\""),
        hasWrappedRecord(skimmer.position)
      {
        return (true, count)
      } else if !skimmer.skipValue() {
        fail()
        return (false, count)
      }
      skimmer.skipWhitespace()
      if skimmer.byte == UInt8(ascii: ",") { skimmer.position += 1 }
    }
  }

  private var isAtBracket: Bool { skimmer.byte == UInt8(ascii: "{") || skimmer.byte == UInt8(ascii: "[") }

  /// The line that an object begins with may be what is left of a document; those behind it are told by the next.
  private mutating func skipLineOfText() -> Bool {
    let start = skimmer.position
    guard let feed = bytes[start...].firstIndex(of: 0x0A), feed + 1 < bytes.count,
      bytes[feed + 1] == UInt8(ascii: "{")
    else { return false }
    (textAt, malformedAt) = (start, start)
    skimmer.position = feed + 1
    return true
  }

  /// Remembers the first malformed place and goes on behind it, where the next document may be: on the line that
  /// begins like one, or, where reading again has cost too much, behind what was read.
  private mutating func fail() {
    if malformedAt == nil { malformedAt = skimmer.position }
    let line = lines.next(behind: documentStart)
    if line < skimmer.position, rereadByteCount <= bytes.count {
      rereadByteCount += skimmer.position - line
      skimmer.position = line
    } else if skimmer.position == documentStart || !isAtBracket {
      skimmer.skipGarbage()
    }
  }

  private func looksLikeRecord(_ start: Int) -> Bool { Self.looksLikeRecord(bytes, start) }

  static func looksLikeRecord(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
    lookAhead(bytes, start).isRecord
  }

  /// Whether the object at `start` has what no other object has all of.
  static func isWholeRecord(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
    var ahead = JSONSkimmer(bytes, at: start)
    var needed = neededKeys
    var hasMore = false
    _ = ahead.visitMembers { name, value in
      if name.count > 20 { return true }
      let key = String(decoding: bytes[name], as: UTF8.self)
      if value.byte == UInt8(ascii: "\"") { needed.removeAll { $0 == key } }
      hasMore = hasMore || furtherKeys.contains(key)
      return !needed.isEmpty || !hasMore
    }
    return needed.isEmpty && hasMore
  }

  /// Whether the object at `start` has keys that records have, and where reading for it came to.
  static func lookAhead(
    _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int
  ) -> (isRecord: Bool, end: Int) {
    var ahead = JSONSkimmer(bytes, at: start)
    var hits = 0
    _ = ahead.visitMembers { name, skimmer in
      if bytes[name].elementsEqual(recordsKey), skimmer.byte == UInt8(ascii: "[") { return false }
      if name.count <= 20, recordKeys.contains(String(decoding: bytes[name], as: UTF8.self)) {
        hits += 1
      }
      return hits < 2
    }
    return (hits >= 2, max(start, min(ahead.position, bytes.count)))
  }
}
