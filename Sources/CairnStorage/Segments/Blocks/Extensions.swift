/// What an extension is. Numbers are on disk and never reused.
package enum ExtensionTag: UInt8, CaseIterable {
  /// Of the footer: row groups whose rows have their row times as `eventTime`.
  case exactTimes = 2
  /// Of column directories: the columns that its values are derived from.
  case parents = 3
  /// Of column directories: which row groups may hold a value. 1 was that of an index of earlier drafts.
  case membership = 4
  /// Of column directories: the second of two columns that codes may be given.
  case second = 5
}

/// Lists of tagged parts at the end of footer and column directories: what a later writer adds there, a reader of
/// today steps over. Tags are on disk (`Formats/segment.md`) and never reused.
///
/// ```
/// extensions := count:varint { tag:varint body:counted }      tags ascending
/// ```
enum Extensions {
  static func encode(_ list: [(tag: ExtensionTag, body: [UInt8])], into writer: inout ByteWriter) {
    writer.writeVarint(list.count)
    for (tag, body) in list {
      writer.writeVarint(UInt64(tag.rawValue))
      writer.writeCounted(body)
    }
  }

  /// The parts that this version knows.
  static func decode(_ reader: inout ByteReader) throws -> [ExtensionTag: ByteReader] {
    var known: [ExtensionTag: ByteReader] = [:]
    var least: UInt64 = 0
    for _ in 0..<(try reader.readItemCount(of: "extension")) {
      let tag = try reader.readVarint()
      guard tag >= least, tag < .max else { throw reader.damaged("extensions are not in order") }
      least = tag + 1
      let body = try reader.readSub(try reader.readCount(limit: reader.remaining, of: "byte count"))
      if let tag = UInt8(exactly: tag).flatMap({ ExtensionTag(rawValue: $0) }) { known[tag] = body }
    }
    return known
  }
}
