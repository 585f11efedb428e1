/// Steps over JSON values without keeping them: recognises what an object is, and finds the end of a value
/// that the parser refused.
package struct JSONSkimmer {
  let bytes: UnsafeBufferPointer<UInt8>
  package var position: Int

  package init(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) {
    self.bytes = bytes
    self.position = position
  }

  package var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

  package mutating func skipWhitespace() {
    while position < bytes.count, isWhitespace(bytes[position]) { position += 1 }
  }

  /// Steps over a string and gives the range between its quotes.
  package mutating func skipString() -> Range<Int>? {
    guard byte == UInt8(ascii: "\"") else { return nil }
    let start = position + 1
    position = start
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        defer { position += 1 }
        return start..<position
      case UInt8(ascii: "\\"): position += 2
      default: position += 1
      }
    }
    position = bytes.count
    return nil
  }

  /// Steps over one value: brackets must match, strings must end, anything else is taken as it comes.
  package mutating func skipValue() -> Bool {
    skipWhitespace()
    guard let first = byte else { return false }
    switch first {
    case UInt8(ascii: "\""): return skipString() != nil
    case UInt8(ascii: "{"), UInt8(ascii: "["): return skipBrackets()
    default: return skipScalar()
    }
  }

  private mutating func skipBrackets() -> Bool {
    var open: [UInt8] = []
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        if skipString() == nil { return false }
        continue
      case UInt8(ascii: "{"): open.append(UInt8(ascii: "}"))
      case UInt8(ascii: "["): open.append(UInt8(ascii: "]"))
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard open.popLast() == bytes[position] else { return false }
        if open.isEmpty {
          position += 1
          return true
        }
      default: break
      }
      position += 1
    }
    return false
  }

  /// A number or a literal.
  private mutating func skipScalar() -> Bool {
    let start = position
    while let byte,
      byte &- 0x30 <= 9 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte == 0x2B
        || byte == 0x2D || byte == 0x2E
    { position += 1 }
    let text = bytes[start..<position]
    if [Array("true".utf8), Array("false".utf8), Array("null".utf8)].contains(where: {
      $0.elementsEqual(text)
    }) {
      return true
    }
    guard let first = text.first else { return false }
    return first == 0x2D || first &- 0x30 <= 9
  }

  /// Calls `visit` with each key of the object at the position and where its value starts, until it returns
  /// false or the object ends. False where the object is cut or malformed.
  package mutating func visitMembers(_ visit: (Range<Int>, Int) -> Bool) -> Bool {
    guard byte == UInt8(ascii: "{") else { return false }
    position += 1
    skipWhitespace()
    if byte == UInt8(ascii: "}") {
      position += 1
      return true
    }
    while true {
      skipWhitespace()
      guard let key = skipString() else { return false }
      skipWhitespace()
      guard byte == UInt8(ascii: ":") else { return false }
      position += 1
      skipWhitespace()
      if !visit(key, position) { return true }
      guard skipValue() else { return false }
      skipWhitespace()
      switch byte {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "}"):
        position += 1
        return true
      default: return false
      }
    }
  }
}

/// What a source object is, told by its content.
package enum ObjectForm: Equatable {
  /// `{"Records":[…]}`: `records` is the position behind the bracket.
  case envelope(records: Int)
  /// `[…]`.
  case array(records: Int)
  /// Values one after another: NDJSON, or a single record.
  case sequence
  /// Valid JSON, but no CloudTrail log.
  case opaque
  /// No JSON at `offset`.
  case unreadable(offset: Int, reason: String)
}

package enum ObjectRecognizer {
  /// Top-level members of a CloudTrail record: one with two of them is taken for one (AWS, "CloudTrail record
  /// contents"; `eventId` is the spelling of aggregated events).
  static let recordKeys: Set<String> = [
    "eventVersion", "eventTime", "eventSource", "eventName", "eventID", "eventId", "eventType",
    "eventCategory", "awsRegion", "userIdentity", "sourceIPAddress", "recipientAccountId",
    "requestParameters", "responseElements", "requestID", "userAgent",
  ]

  package static func form(of bytes: UnsafeBufferPointer<UInt8>) -> ObjectForm {
    var skimmer = JSONSkimmer(bytes, at: 0)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { skimmer.position = 3 }
    skimmer.skipWhitespace()
    guard let first = skimmer.byte else {
      return .unreadable(offset: skimmer.position, reason: bytes.isEmpty ? "empty file" : "only white space")
    }
    switch first {
    case UInt8(ascii: "["):
      return recognised(.array(records: skimmer.position + 1), bytes, first: skimmer.position + 1)
    case UInt8(ascii: "{"):
      if let records = recordsStart(skimmer) {
        return recognised(.envelope(records: records), bytes, first: records)
      }
      return recognised(.sequence, bytes, first: skimmer.position)
    default:
      return .unreadable(offset: skimmer.position, reason: "not JSON")
    }
  }

  /// Behind the bracket of a top-level `"Records":[`.
  private static func recordsStart(_ start: JSONSkimmer) -> Int? {
    var skimmer = start
    var found: Int?
    let key = Array("Records".utf8)
    _ = skimmer.visitMembers { name, value in
      if start.bytes[name].elementsEqual(key), value < start.bytes.count,
        start.bytes[value] == UInt8(ascii: "[")
      {
        found = value + 1
        return false
      }
      return true
    }
    return found
  }

  /// `form` where some record in it looks like CloudTrail's, or where it holds no record at all.
  private static func recognised(
    _ form: ObjectForm, _ bytes: UnsafeBufferPointer<UInt8>, first: Int
  ) -> ObjectForm {
    var skimmer = JSONSkimmer(bytes, at: first)
    let isSequence = form == .sequence
    var count = 0
    while true {
      skimmer.skipWhitespace()
      guard let byte = skimmer.byte, isSequence || byte != UInt8(ascii: "]") else { break }
      if byte == UInt8(ascii: "{"), looksLikeRecord(skimmer) { return form }
      count += 1
      guard skimmer.skipValue() else {
        if isSequence, skipLine(&skimmer) { continue }
        return .unreadable(
          offset: skimmer.position, reason: "malformed JSON, and no CloudTrail record before it")
      }
      skimmer.skipWhitespace()
      if !isSequence, skimmer.byte == UInt8(ascii: ",") { skimmer.position += 1 }
    }
    if case .envelope = form, count == 0 { return form }
    if !isSequence, skimmer.byte == nil {
      return .unreadable(offset: bytes.count, reason: "JSON ends inside an array")
    }
    return .opaque
  }

  private static func skipLine(_ skimmer: inout JSONSkimmer) -> Bool {
    while let byte = skimmer.byte {
      skimmer.position += 1
      if byte == 0x0A { return true }
    }
    return false
  }

  private static func looksLikeRecord(_ start: JSONSkimmer) -> Bool {
    var skimmer = start
    var hits = 0
    _ = skimmer.visitMembers { name, _ in
      if recordKeys.contains(String(decoding: start.bytes[name], as: UTF8.self)) { hits += 1 }
      return hits < 2
    }
    return hits >= 2
  }
}
