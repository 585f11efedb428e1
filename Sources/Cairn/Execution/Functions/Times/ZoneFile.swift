import CairnStorage

/// Reads TZif files (RFC 8536), which the system's administrator wrote and which are checked like all others.
///
/// ```
/// header, data with 32-bit times, header, data with 64-bit times, "\n" rule "\n"
/// header  "TZif" version 15 bytes, counts of 32 bits: UTC marks, standard marks, leap seconds, transitions,
///         types, bytes of names
/// data    transitions, type of each; types: offset of 32 bits, 2 bytes; names; leap seconds; marks
/// ```
enum ZoneFile {
  /// Files of the database have some thousand bytes.
  static let byteLimit = 1 << 20
  /// RFC 8536: offsets of more than a day and an hour or two do not occur.
  private static let offsets = -89_999...93_599

  /// The zone; nil where the bytes are no file of one, or count leap seconds.
  static func read(_ bytes: [UInt8]) -> ZoneRules? {
    var reader = ByteReader(bytes, origin: ByteOrigin(file: "", offset: 0))
    return try? read(&reader)
  }

  private struct Header {
    let version: UInt8
    let markCount: Int
    let leapCount: Int
    let transitionCount: Int
    let typeCount: Int
    let nameByteCount: Int

    init(_ reader: inout ByteReader) throws {
      guard try reader.readBytes(4) == Array("TZif".utf8) else { throw reader.damaged("no zone") }
      version = try reader.readByte()
      _ = try reader.readRange(15)
      // Each item takes a byte at least, so a count of more than there are bytes is none.
      let counts = try (0..<6).map { _ in
        let count = Int(try reader.readBigEndian(byteCount: 4))
        guard count <= reader.remaining else { throw reader.damaged("count") }
        return count
      }
      markCount = counts[0] + counts[1]
      (leapCount, transitionCount, typeCount, nameByteCount) = (counts[2], counts[3], counts[4], counts[5])
    }

    /// Bytes of the data behind it.
    func byteCount(ofTimes width: Int) -> Int {
      transitionCount * (width + 1) + typeCount * 6 + nameByteCount + leapCount * (width + 4) + markCount
    }
  }

  private static func read(_ reader: inout ByteReader) throws -> ZoneRules {
    let old = try Header(&reader)
    guard old.version >= UInt8(ascii: "2") else { throw reader.damaged("version") }
    _ = try reader.readRange(old.byteCount(ofTimes: 4))
    let header = try Header(&reader)
    guard header.leapCount == 0, header.typeCount > 0 else { throw reader.damaged("counts") }
    var data = try reader.readSub(header.byteCount(ofTimes: 8))
    let starts = try (0..<header.transitionCount).map { _ in
      Int64(bitPattern: try data.readBigEndian(byteCount: 8))
    }
    let types = try (0..<header.transitionCount).map { _ in Int(try data.readByte()) }
    let offsets = try (0..<header.typeCount).map { _ in
      let offset = Int(Int32(truncatingIfNeeded: try data.readBigEndian(byteCount: 4)))
      _ = try data.readRange(2)
      return offset
    }
    guard zip(starts, starts.dropFirst()).allSatisfy({ $0 < $1 }), types.allSatisfy({ $0 < offsets.count }),
      offsets.allSatisfy({ Self.offsets.contains($0) })
    else { throw data.damaged("transitions") }
    return ZoneRules(
      transitions: zip(starts, types).map { ($0, offsets[$1]) }, firstOffset: offsets[0],
      rule: try rule(&reader))
  }

  /// The rule between line feeds at the end; none where nothing stands there.
  private static func rule(_ reader: inout ByteReader) throws -> ZoneRule? {
    let line = try reader.readBytes(reader.remaining)
    let lineFeed = UInt8(ascii: "\n")
    guard line.count >= 2, line.first == lineFeed, line.last == lineFeed else { throw reader.damaged("rule") }
    let text = line.dropFirst().dropLast()
    if text.isEmpty { return nil }
    guard let rule = ZoneRule(text) else { throw reader.damaged("rule") }
    return rule
  }
}

extension ByteReader {
  fileprivate mutating func readBigEndian(byteCount: Int) throws -> UInt64 {
    try readBytes(byteCount).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
