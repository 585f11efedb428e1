/// Finds the records inside a document of a wrapping: EventBridge, LookupEvents, Elasticsearch and others, nested as
/// they come. Under names that no wrapping has, what has all that a record needs is one.
struct WrappedRecords {
  /// Where a record stands.
  struct Site {
    /// The record, or what is between the quotes.
    var range: Range<Int>
    var isQuoted: Bool
    var wrapping: Wrapping
  }

  enum End: Equatable {
    /// The document ends before this position.
    case whole(Int)
    case malformed(Int)
    /// The visitor wanted no more.
    case stopped
  }

  /// Nesting beyond which nothing is looked for.
  static let depthLimit = 16
  /// And where nothing around says that records are inside: all of it is looked at again at each level.
  static let ownDepthLimit = 6

  let bytes: UnsafeBufferPointer<UInt8>
  /// The only wrapping that is looked for, whatever its strings look like.
  var forced: Wrapping?

  /// Visits the records in the object, array or string at `start`, in their order, until `visit` gives false.
  func visit(documentAt start: Int, _ visit: (Site) throws -> Bool) rethrows -> End {
    // Whatever else is in an envelope, its records are those that it lists.
    if forced == nil, isEnvelope(at: start) { return .whole(start) }
    var skimmer = JSONSkimmer(bytes, at: start)
    return try value(&skimmer, .none, 0, visit) ?? .whole(skimmer.position)
  }

  /// Whether the object at `start` has a list of records as CloudTrail's have, with something in it.
  private func isEnvelope(at start: Int) -> Bool {
    var skimmer = JSONSkimmer(bytes, at: start)
    var isFound = false
    _ = skimmer.visitMembers { key, value in
      guard bytes[key].elementsEqual(ObjectRecognizer.recordsKey), value.byte == UInt8(ascii: "[") else {
        return true
      }
      var inside = value
      inside.position += 1
      inside.skipWhitespace()
      isFound = inside.byte != UInt8(ascii: "]")
      return !isFound
    }
    return isFound
  }

  /// Whether the object at `start` is a record in itself: not one that stands beside its own text, as Splunk has it.
  func isRecord(at start: Int) -> Bool { lookAhead(at: start).isRecord }

  /// The same, and where reading for it came to.
  func lookAhead(at start: Int) -> (isRecord: Bool, end: Int) {
    let looks = ObjectRecognizer.lookAhead(bytes, start)
    guard looks.isRecord, !beginsLikeRecord(start) else { return looks }
    let text = recordText(beside: start)
    return (!text.isFound, max(looks.end, text.end))
  }

  /// Most records do, and need not be looked at to their end.
  private func beginsLikeRecord(_ start: Int) -> Bool {
    var skimmer = JSONSkimmer(bytes, at: start)
    var count = 0
    var isRecord = true
    _ = skimmer.visitMembers { key, _ in
      count += 1
      isRecord = isRecord && ObjectRecognizer.recordKeys.contains(String(decoding: bytes[key], as: UTF8.self))
      return count < 2 && isRecord
    }
    return isRecord
  }

  private func recordText(beside start: Int) -> (isFound: Bool, end: Int) {
    var skimmer = JSONSkimmer(bytes, at: start)
    var isFound = false
    _ = skimmer.visitMembers { key, value in
      let name = bytes[key]
      if name.elementsEqual("_raw".utf8) || name.elementsEqual("CloudTrailEvent".utf8) {
        isFound = recordText(value, isCertain: false) != nil
      }
      return !isFound
    }
    return (isFound, max(start, min(skimmer.position, bytes.count)))
  }

  /// Nil where the value was stepped over to its end.
  private func value(
    _ skimmer: inout JSONSkimmer, _ around: Wrapping, _ depth: Int, _ visit: (Site) throws -> Bool
  ) rethrows -> End? {
    switch skimmer.byte {
    case UInt8(ascii: "{") where depth < Self.depthLimit: return try object(&skimmer, around, depth, visit)
    case UInt8(ascii: "[") where depth < Self.depthLimit: return try array(&skimmer, around, depth, visit)
    case UInt8(ascii: "\"") where forced == nil && depth <= Self.ownDepthLimit:
      guard let text = recordText(skimmer, isCertain: false, isWhole: true) else { break }
      skimmer.position = text.upperBound + 1
      return try visit(Site(range: text, isQuoted: true, wrapping: around)) ? nil : .stopped
    default: break
    }
    return skimmer.skipValue() ? nil : .malformed(skimmer.position)
  }

  private func object(
    _ skimmer: inout JSONSkimmer, _ around: Wrapping, _ depth: Int, _ visit: (Site) throws -> Bool
  ) rethrows -> End? {
    skimmer.position += 1
    skimmer.skipWhitespace()
    if skimmer.byte == UInt8(ascii: "}") {
      skimmer.position += 1
      return nil
    }
    // One wrapping has one record, however many members tell it.
    var isFound = false
    while true {
      skimmer.skipWhitespace()
      guard let key = skimmer.skipString() else { return .malformed(skimmer.position) }
      skimmer.skipWhitespace()
      guard skimmer.byte == UInt8(ascii: ":") else { return .malformed(skimmer.position) }
      skimmer.position += 1
      skimmer.skipWhitespace()
      if let end = try member(&skimmer, key, around, depth, &isFound, visit) { return end }
      skimmer.skipWhitespace()
      switch skimmer.byte {
      case UInt8(ascii: ","): skimmer.position += 1
      case UInt8(ascii: "}"):
        skimmer.position += 1
        return nil
      default: return .malformed(skimmer.position)
      }
    }
  }

  private func member(
    _ skimmer: inout JSONSkimmer, _ key: Range<Int>, _ around: Wrapping, _ depth: Int, _ isFound: inout Bool,
    _ visit: (Site) throws -> Bool
  ) rethrows -> End? {
    func skip() -> End? { skimmer.skipValue() ? nil : .malformed(skimmer.position) }
    guard let known = WrappingKey.of(UnsafeBufferPointer(rebasing: bytes[key])), !isFound else {
      if isFound || forced != nil { return skip() }
      if isOwnList(key, skimmer, depth) { return try array(&skimmer, .none, depth + 1, isOwn: true, visit) }
      // The records of an envelope are taken one by one, whatever they look like.
      return depth == 0 && bytes[key].elementsEqual(ObjectRecognizer.recordsKey)
        && skimmer.byte == UInt8(ascii: "[") ? skip() : try ownValue(&skimmer, depth, visit)
    }
    // `message` of what Elasticsearch found is its own.
    let wrapping = around == .elastic ? around : known.wrapping
    let isWanted = forced == nil || forced == wrapping || forced == known.wrapping
    switch skimmer.byte {
    case UInt8(ascii: "\""):
      let isCertain = known.isCertain || forced != nil
      guard known.role == .text else { return forced == nil ? try ownValue(&skimmer, depth, visit) : skip() }
      guard isWanted, let text = recordText(skimmer, isCertain: isCertain) else { return skip() }
      isFound = true
      skimmer.position = text.upperBound + 1
      return try visit(Site(range: text, isQuoted: true, wrapping: wrapping)) ? nil : .stopped
    case UInt8(ascii: "{") where known.role != .text:
      var hasRecord = false
      let end = try element(&skimmer, wrapping, depth, isWanted) { site in
        hasRecord = true
        return try visit(site)
      }
      if known.role == .object, hasRecord { isFound = true }
      return end
    case UInt8(ascii: "[") where known.role == .list:
      return try value(&skimmer, wrapping, depth + 1, visit)
    default: return forced == nil ? try ownValue(&skimmer, depth, visit) : skip()
    }
  }

  /// A value that nothing around says of what it holds.
  private func ownValue(
    _ skimmer: inout JSONSkimmer, _ depth: Int, _ visit: (Site) throws -> Bool
  ) rethrows -> End? {
    guard depth < Self.ownDepthLimit else { return skimmer.skipValue() ? nil : .malformed(skimmer.position) }
    if skimmer.byte == UInt8(ascii: "{") { return try element(&skimmer, .none, depth, false, visit) }
    return try value(&skimmer, .none, depth + 1, visit)
  }

  /// Whether the array at the skimmer begins with a record: a list as people make it, whatever they call it in a
  /// document but `Records`, which is CloudTrail's; further inside only that.
  private func isOwnList(_ key: Range<Int>, _ skimmer: JSONSkimmer, _ depth: Int) -> Bool {
    guard skimmer.byte == UInt8(ascii: "["),
      bytes[key].elementsEqual(ObjectRecognizer.recordsKey) != (depth == 0)
    else { return false }
    var inside = skimmer
    inside.position += 1
    inside.skipWhitespace()
    guard inside.byte == UInt8(ascii: "{") else { return false }
    return depth == 0 ? isRecord(at: inside.position) : ObjectRecognizer.isWholeRecord(bytes, inside.position)
  }

  /// An object that is a record or a wrapping.
  private func element(
    _ skimmer: inout JSONSkimmer, _ wrapping: Wrapping, _ depth: Int, _ isWanted: Bool,
    _ visit: (Site) throws -> Bool
  ) rethrows -> End? {
    let isRecord =
      isWanted
      ? isRecord(at: skimmer.position)
      : forced == nil && wrapping == .none && depth <= Self.ownDepthLimit
        && ObjectRecognizer.isWholeRecord(bytes, skimmer.position)
    guard isRecord else { return try value(&skimmer, wrapping, depth + 1, visit) }
    return try record(&skimmer, wrapping, visit)
  }

  private func record(
    _ skimmer: inout JSONSkimmer, _ wrapping: Wrapping, _ visit: (Site) throws -> Bool
  ) rethrows -> End? {
    let start = skimmer.position
    guard skimmer.skipValue() else { return .malformed(skimmer.position) }
    return try visit(Site(range: start..<skimmer.position, isQuoted: false, wrapping: wrapping))
      ? nil : .stopped
  }

  /// - Parameter isOwn: every object in it is a record, although nothing around says so.
  private func array(
    _ skimmer: inout JSONSkimmer, _ around: Wrapping, _ depth: Int, isOwn: Bool = false,
    _ visit: (Site) throws -> Bool
  ) rethrows -> End? {
    skimmer.position += 1
    skimmer.skipWhitespace()
    if skimmer.byte == UInt8(ascii: "]") {
      skimmer.position += 1
      return nil
    }
    while true {
      skimmer.skipWhitespace()
      let isWanted = around != .none && (forced == nil || forced == around)
      let end: End?
      switch skimmer.byte {
      case UInt8(ascii: "{") where isOwn: end = try record(&skimmer, around, visit)
      case UInt8(ascii: "{"): end = try element(&skimmer, around, depth, isWanted, visit)
      default: end = try value(&skimmer, around, depth + 1, visit)
      }
      if let end { return end }
      skimmer.skipWhitespace()
      switch skimmer.byte {
      case UInt8(ascii: ","): skimmer.position += 1
      case UInt8(ascii: "]"):
        skimmer.position += 1
        return nil
      default: return .malformed(skimmer.position)
      }
    }
  }

  /// What stands between the quotes at the skimmer, where it is a record or should be one.
  ///
  /// - Parameter isWhole: it has all that a record needs, since nothing else tells.
  private func recordText(_ at: JSONSkimmer, isCertain: Bool, isWhole: Bool = false) -> Range<Int>? {
    var skimmer = at
    guard let range = skimmer.skipString() else { return nil }
    if isCertain { return range }
    // Most strings are none: their first letter tells.
    var start = range.lowerBound
    while start < range.upperBound, isWhitespace(bytes[start]) || bytes[start] == UInt8(ascii: "\\") {
      start += bytes[start] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard start < range.upperBound, bytes[start] == UInt8(ascii: "{") else { return nil }
    let text = StringSpelling.unescape(UnsafeBufferPointer(rebasing: bytes[range]))
    return text.withUnsafeBufferPointer { text in
      var inside = JSONSkimmer(text, at: 0)
      inside.skipWhitespace()
      let isRecord =
        isWhole
        ? ObjectRecognizer.isWholeRecord(text, inside.position)
        : ObjectRecognizer.looksLikeRecord(text, inside.position)
      return isRecord ? range : nil
    }
  }
}
