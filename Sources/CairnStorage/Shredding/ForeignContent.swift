/// What a file that is no JSON holds, told by its content.
package struct ForeignContent: Sendable, Equatable {
  /// What it is: `a zip archive`.
  package var what: String
  /// What to do where it should be read.
  package var wayOut: String?
  /// Whether CloudTrail is in it, or may well be, in a form that is not read.
  package var holdsLogs = false
  /// What it is cannot be seen before it is unpacked.
  package var isPacked = false

  /// For people.
  package var reason: String { what + (wayOut.map { "; \($0)" } ?? "") }

  /// How much of a content is at hand.
  package enum Extent: Sendable {
    case whole
    /// It goes on.
    case beginning
    /// What could be inflated before a fault: a signature alone tells.
    case damaged
  }

  /// Bytes at a file's beginning that are enough to tell the kinds that have a signature.
  package static let headByteCount = 4096

  /// What a file is whose first bytes say that no log can be in it, whatever follows: programs, images, sound.
  package static func withoutLogs(head: UnsafeBufferPointer<UInt8>) -> ForeignContent? {
    if let first = head.first, isWhitespace(first) || "{[".utf8.contains(first) { return nil }
    return signature(head, in: FileSignature.withoutLogs).map { ForeignContent(what: $0.what) }
  }

  /// What `bytes` hold where they are no JSON; nil where they are, or where they are damaged and were.
  ///
  /// - Parameters:
  ///   - compression: what they were inflated from.
  ///   - extent: how much of the content they are.
  package static func recognise(
    _ bytes: UnsafeBufferPointer<UInt8>, compression: Inflater.Compression, extent: Extent
  ) -> ForeignContent? {
    guard var content = plain(bytes, isInflated: compression != .none, extent) else { return nil }
    if compression != .none { content.what += " inside \(name(compression))" }
    return content
  }

  private static func name(_ compression: Inflater.Compression) -> String {
    compression == .gzip ? "gzip" : "zstd"
  }

  private static func plain(
    _ bytes: UnsafeBufferPointer<UInt8>, isInflated: Bool, _ extent: Extent
  ) -> ForeignContent? {
    if mayBeJSON(bytes) { return nil }
    if let found = signature(bytes, in: FileSignature.withoutLogs) { return ForeignContent(what: found.what) }
    if let found = signature(bytes, in: FileSignature.containers) {
      return ForeignContent(
        what: found.what, wayOut: found.wayOut,
        holdsLogs: found.isOpened || LogSigns.areIn(container: bytes), isPacked: found.isPacked)
    }
    let inner = isInflated ? Inflater.compression(of: bytes) : .none
    if inner != .none {
      return ForeignContent(what: name(inner), wayOut: "inflate it once first", holdsLogs: true)
    }
    if let text = TextForm.of(bytes) { return text }
    guard extent != .damaged, !LogSigns.areIn(bytes) else { return nil }
    if bytes.allSatisfy({ isWhitespace($0) }) {
      return extent == .beginning ? nil : ForeignContent(what: bytes.isEmpty ? "empty" : "only white space")
    }
    if let found = signature(bytes, in: FileSignature.documents) { return ForeignContent(what: found.what) }
    return ForeignContent(what: bytes.contains(0) ? "data of an unknown kind" : "no JSON")
  }

  private static func signature(
    _ bytes: UnsafeBufferPointer<UInt8>, in list: [FileSignature]
  ) -> FileSignature? {
    list.first { $0.fits(bytes) }
  }

  /// Whether bytes begin as JSON objects and arrays do. What does and is malformed is damaged JSON, unless it is an
  /// array of neither objects nor arrays, as lines of other logs look: `[2024-01-01 …`.
  private static func mayBeJSON(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var skimmer = JSONSkimmer(bytes, at: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
    skimmer.skipWhitespace()
    guard let first = skimmer.byte, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
      return false
    }
    skimmer.position += 1
    skimmer.skipWhitespace()
    guard let second = skimmer.byte else { return true }
    if first == UInt8(ascii: "{") { return second == UInt8(ascii: "\"") || second == UInt8(ascii: "}") }
    if "{[]".utf8.contains(second) { return true }
    if case .unreadable = ObjectRecognizer.form(of: bytes) { return false }
    return true
  }
}

/// Signs of CloudTrail records in bytes that are not read as JSON.
enum LogSigns {
  /// Names that one of is enough.
  private static let names = ["eventVersion", "eventName", "eventSource", "eventID"].map(finder)
  /// Names that programs' own logs have too: two of them are a sign.
  private static let commonNames = ObjectRecognizer.recordKeys.sorted().map(finder)
  /// What no record lacks.
  private static let neededNames = ObjectRecognizer.neededKeys.map(finder)
  /// In the names of delivered objects.
  private static let delivery = ByteFinder(Array("_CloudTrail_".utf8))
  /// `eventName` with a zero between its letters: UTF-16 in either order.
  private static let wide = ByteFinder(Array("eventName".utf8.flatMap { [$0, 0] }.dropLast()))

  private static func finder(_ name: String) -> ByteFinder { ByteFinder(Array(name.utf8)) }

  /// Whether a record's members stand there: `"eventName":`, its quotes escaped or not. A record whose beginning is
  /// lost may have any of them left.
  static func areIn(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    names.contains { isKey($0, in: bytes) } || wide.find(in: bytes) != nil
      || commonNames.lazy.filter { isKey($0, in: bytes) }.prefix(2).count == 2
  }

  /// Whether a whole record seems to be there, its quotes escaped however often.
  static func areAllIn(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    neededNames.allSatisfy { isKey($0, in: bytes) }
  }

  private static func isKey(_ name: ByteFinder, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var start = 0
    while let at = name.find(in: bytes, from: start) {
      start = at + name.text.count
      if at > 0, bytes[at - 1] == UInt8(ascii: "\""), endsKey(bytes, start) { return true }
    }
    return false
  }

  private static func endsKey(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
    var at = start
    while at < bytes.count, bytes[at] == UInt8(ascii: "\\") { at += 1 }
    guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { return false }
    at += 1
    while at < bytes.count, isWhitespace(bytes[at]) { at += 1 }
    return at < bytes.count && bytes[at] == UInt8(ascii: ":")
  }

  /// An archive or a column file has members' names, and what it stores as it is.
  static func areIn(container bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    delivery.find(in: bytes) != nil || areIn(bytes) || names.contains { $0.find(in: bytes) != nil }
  }

  static func areIn(wide bytes: UnsafeBufferPointer<UInt8>) -> Bool { wide.find(in: bytes) != nil }
}

/// Texts that are recognised by more than their first bytes.
private enum TextForm {
  static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> ForeignContent? {
    if WideText.order(of: bytes) != nil {
      return ForeignContent(
        what: "UTF-16", wayOut: "convert it with iconv -f UTF-16 -t UTF-8",
        holdsLogs: LogSigns.areIn(wide: bytes))
    }
    let start = Array(bytes.prefix(ForeignContent.headByteCount))
    if start.starts(with: Array("version https://git-lfs.github.com/spec/".utf8)) {
      return ForeignContent(what: "a Git LFS pointer", wayOut: "run git lfs pull", holdsLogs: true)
    }
    let line = start.prefix { $0 != 0x0A }
    guard line.contains(where: { ",;\t".utf8.contains($0) }), !line.contains(UInt8(ascii: "{")) else {
      return nil
    }
    // `Event name`, `eventName`, `"eventname"`, `event_name`: as the console, Athena and others head their tables.
    let names = line.filter { ($0 | 0x20) &- 0x61 < 26 }.map { $0 | 0x20 }
    let isTable = ["eventname", "eventtime"].allSatisfy { name in
      names.withUnsafeBufferPointer { ByteFinder(Array(name.utf8)).find(in: $0) != nil }
    }
    // A record whose beginning is lost may be one line of such names.
    guard isTable, !LogSigns.areIn(bytes) else { return nil }
    return ForeignContent(
      what: "CSV, perhaps the event history's download", wayOut: "download it as JSON", holdsLogs: true)
  }
}
