/// What `drop` took out of an archive.
public struct DropEntry: Sendable, Equatable {
  /// When, milliseconds since 1970.
  public var time: Int64
  /// Objects went whose every record was older than this, milliseconds since 1970.
  public var before: Int64
  /// Objects that went.
  public var objectCount: Int
  /// Records of theirs.
  public var recordCount: Int

  /// Greatest count that one has.
  static let countLimit = 1 << 50

  var line: String { "dropped at=\(time) before=\(before) objects=\(objectCount) records=\(recordCount)" }

  init(time: Int64, before: Int64, objectCount: Int, recordCount: Int) {
    (self.time, self.before, self.objectCount, self.recordCount) = (time, before, objectCount, recordCount)
  }

  /// From a line's words; nil where they are none.
  init?(_ words: [Substring]) {
    guard words.count == 5, let fields = LineFields(words.dropFirst()), let time = fields.time("at"),
      let before = fields.integer("before"), let objects = fields.count("objects"),
      let records = fields.count("records"), objects <= Self.countLimit, records <= Self.countLimit
    else { return nil }
    self.init(time: time, before: before, objectCount: objects, recordCount: records)
  }
}

/// Why nothing may be dropped from an archive.
public struct HoldEntry: Sendable, Equatable {
  /// Since when, milliseconds since 1970.
  public var time: Int64
  /// What its owner wrote: one line of text.
  public var reason: String

  /// Bytes of a reason.
  package static let reasonByteLimit = 512

  var line: String { "hold at=\(time) \(reason)" }

  /// Nil where the reason is no line of text.
  package init?(time: Int64, reason: String) {
    guard time >= 0, Self.isReason(reason) else { return nil }
    (self.time, self.reason) = (time, reason)
  }

  private static func isReason(_ text: String) -> Bool {
    1...reasonByteLimit ~= text.utf8.count && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
  }

  /// From a line of the manifest; nil where it is none.
  init?(_ line: String) {
    let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard words.count == 3, words[1].hasPrefix("at="), let time = Int64(words[1].dropFirst(3)) else {
      return nil
    }
    self.init(time: time, reason: String(words[2]))
  }
}
