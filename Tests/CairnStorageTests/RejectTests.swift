import CairnStorage
import CairnTestSupport
import Glibc
import Testing

/// What cannot be read is accounted for with its place, its reason and its bytes; everything else is kept.
@Suite struct RejectTests {
  private static let good = Oddity.record(#""a":1"#, id: 1)
  private static let other = Oddity.record(#""b":[2]"#, id: 2)

  /// An object that is bad as a whole beside a good one.
  private func rejectsWhole(
    _ bytes: [UInt8], offset: Int, reason: String, options: CompactionOptions = CompactionOptions(),
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let kept = Array(Oddity.envelope([Self.good]).utf8)
    let archive = try TestArchive([("bad", bytes), ("good.json", kept)], options: options)
    let summary = archive.summary
    #expect(
      summary.objects == 1 && summary.rejectedObjects == 1, "\(summary)", sourceLocation: sourceLocation)
    #expect(
      summary.records == 1 && summary.kept == 1 && summary.rejected == 0, sourceLocation: sourceLocation)
    #expect(summary.hasRejects, sourceLocation: sourceLocation)
    let lines = try archive.rejects()
    #expect(lines.count == 1, sourceLocation: sourceLocation)
    let line = try #require(lines.first, sourceLocation: sourceLocation)
    #expect(line.source == String((archive.source + "/bad").dropFirst()), sourceLocation: sourceLocation)
    #expect(line.scope == "object" && line.offset == offset, "\(line)", sourceLocation: sourceLocation)
    #expect(line.reason.contains(reason), "\(line.reason)", sourceLocation: sourceLocation)
    #expect(line.raw == bytes, sourceLocation: sourceLocation)
    #expect(try archive.restore() == ["good.json": kept], sourceLocation: sourceLocation)
    _ = try archive.verify()
    // The second run meets the same reject and nothing new.
    try archive.add([], options: options)
    #expect(
      archive.summary.rejectedObjects == 1 && archive.summary.skippedObjects == 1,
      sourceLocation: sourceLocation)
    #expect(try archive.rejects().count == 1, sourceLocation: sourceLocation)
  }

  @Test func wholeObjects() throws {
    try rejectsWhole(
      Array("{\"Records\":[{\"eventTime\":\"x\",\"eventName\":tru}]}".utf8), offset: 41,
      reason: "expected a value")
    try rejectsWhole(Array("{\"no\":\"log\",\"cut".utf8), offset: 16, reason: "malformed JSON")
    try rejectsWhole([0x1F, 0x8B, 8, 0, 0, 0], offset: 6, reason: "truncated")
    try rejectsWhole(
      [0x1F, 0x8B, 0xFF, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], offset: 4, reason: "damaged")
    // Text around records is no log that can be read, and looks like one.
    let framed = Array("audit: \(Self.good)\n".utf8)
    try rejectsWhole(framed, offset: 0, reason: "not JSON")
    try rejectsWhole(try gzip(framed), offset: 0, reason: "not JSON")
  }

  @Test func bombs() throws {
    var options = CompactionOptions()
    options.objectByteLimit = 100_000
    let zeros = [UInt8](repeating: UInt8(ascii: " "), count: 5_000_000)
    try rejectsWhole(
      try gzip(zeros), offset: try offsetOfLimit(try gzip(zeros)), reason: "limit of 100000 bytes",
      options: options)
    try rejectsWhole(
      zeros, offset: 100_000, reason: "larger than the limit of 100000 bytes", options: options)
    let frame = try zstd(zeros)
    let archive = try TestArchive([("bad", frame)], options: options)
    #expect(archive.summary.rejectedObjects == 1 && archive.summary.objects == 0)
    let line = try #require(try archive.rejects().first)
    #expect(line.reason.contains("limit of 100000 bytes") && line.raw == frame)
    // Exactly the limit is in.
    let record = Self.good
    options.objectByteLimit = record.utf8.count
    for delivered in [Array(record.utf8), try gzip(Array(record.utf8)), try zstd(Array(record.utf8))] {
      #expect(try TestArchive([("a", delivered)], options: options).summary.objects == 1)
    }
    options.objectByteLimit -= 1
    for delivered in [Array(record.utf8), try gzip(Array(record.utf8)), try zstd(Array(record.utf8))] {
      #expect(try TestArchive([("a", delivered)], options: options).summary.rejectedObjects == 1)
    }
  }

  /// Where in the compressed bytes the limit was met is zlib's to say; it lies inside them.
  private func offsetOfLimit(_ bytes: [UInt8]) throws -> Int {
    let output = PaddedBuffer()
    let fault = try bytes.withUnsafeBufferPointer { try Inflater().inflate($0, into: output, limit: 100_000) }
    let offset = try #require(fault).offset
    #expect((1..<bytes.count).contains(offset))
    return offset
  }

  /// Some of the object is good: its records are kept, it is flagged, and it restores as it was.
  private func keepsPart(
    _ bytes: [UInt8], inflated: [UInt8], records: Int, rejected: Int,
    lines expected: [(offset: Int, raw: String)],
    reason: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let archive = try TestArchive([("bad.json", bytes)])
    let summary = archive.summary
    #expect(
      summary.objects == 1 && summary.incompleteObjects == 1, "\(summary)", sourceLocation: sourceLocation)
    #expect(summary.rejectedObjects == 0 && summary.hasRejects, sourceLocation: sourceLocation)
    #expect(
      summary.kept + summary.duplicates == records && summary.rejected == rejected, "\(summary)",
      sourceLocation: sourceLocation)
    #expect(summary.records == records + rejected, sourceLocation: sourceLocation)
    let lines = try archive.rejects()
    #expect(lines.map(\.offset) == expected.map(\.offset), "\(lines)", sourceLocation: sourceLocation)
    #expect(
      lines.map { String(decoding: $0.raw, as: UTF8.self) } == expected.map(\.raw),
      sourceLocation: sourceLocation)
    #expect(
      lines.allSatisfy { $0.scope == "record" && $0.reason.contains(reason) }, "\(lines)",
      sourceLocation: sourceLocation)
    #expect(try archive.verify().recordCount == records, sourceLocation: sourceLocation)
    #expect(difference(try archive.restore()["bad.json"], inflated) == nil, sourceLocation: sourceLocation)
  }

  @Test func truncatedJSON() throws {
    let text = Oddity.envelope([Self.good, Self.other, Self.good])
    // Cut inside the last record, at every byte of it.
    let start = text.utf8.count - 2 - Self.good.utf8.count
    for length in (start + 1)..<(text.utf8.count - 2) {
      let bytes = Array(text.utf8.prefix(length))
      try keepsPart(
        bytes, inflated: bytes, records: 2, rejected: 1,
        lines: [(length, String(decoding: bytes[start...], as: UTF8.self))], reason: "ends inside a record")
    }
    for (cut, reason) in [(1, "ends inside the envelope"), (2, "ends behind a record")] {
      let bytes = Array(text.utf8.dropLast(cut))
      let from = cut == 1 ? bytes.count : bytes.count
      try keepsPart(bytes, inflated: bytes, records: 3, rejected: 0, lines: [(from, "")], reason: reason)
    }
    let lines = Array("\(Self.good)\n\(Self.other)\n{\"eventName\":\"x".utf8)
    try keepsPart(
      lines, inflated: lines, records: 2, rejected: 1, lines: [(lines.count, "{\"eventName\":\"x")],
      reason: "ends inside")
  }

  @Test func truncatedGzip() throws {
    var random = SeededGenerator(seed: 3)
    let records = (0..<60).map { Oddity.record(#""k":"\#(random.next())-\#(random.next())""#, id: $0) }
    let text = Array(Oddity.envelope(records).utf8)
    let whole = try gzip(text)
    for cut in [whole.count / 3, whole.count / 2, whole.count - 300] {
      let bytes = Array(whole[..<cut])
      let archive = try TestArchive([("bad.json.gz", bytes)])
      let summary = archive.summary
      #expect(
        summary.incompleteObjects == 1 && summary.kept > 10 && summary.kept < 60 && summary.rejected == 1)
      let restored = try #require(try archive.restore()["bad.json"])
      #expect(restored.elementsEqual(text[..<restored.count]) && restored.count < text.count)
      let lines = try archive.rejects()
      #expect(lines.map(\.reason) == ["ends inside a record", "gzip data is truncated"])
      #expect(lines.last?.offset == cut)
      // All whole records in what could be inflated are kept.
      let inside = String(decoding: restored, as: UTF8.self).components(of: "}")
      #expect(summary.kept == inside)
    }
    // Only the trailer is cut: every record is there, and the damage is told all the same.
    let trailer = try TestArchive([("bad.json.gz", Array(whole.dropLast(4)))])
    #expect(trailer.summary.kept == 60 && trailer.summary.incompleteObjects == 1)
    #expect(try trailer.restore()["bad.json"] == text)
    // A wrong checksum and bytes behind the data.
    var wrong = whole
    wrong[wrong.count - 6] ^= 1
    let damaged = try TestArchive([("bad.json.gz", wrong)])
    #expect(damaged.summary.kept == 60 && damaged.summary.incompleteObjects == 1)
    let behind = try TestArchive([("bad.json.gz", whole + [1, 2, 3])])
    #expect(behind.summary.kept == 60 && behind.summary.incompleteObjects == 1)
    #expect(try behind.rejects().first?.offset == whole.count)
    #expect(try behind.restore()["bad.json"] == text)
  }

  @Test func badRecordsInTheMiddle() throws {
    let bad = #"{"eventName":"x","n":01}"#
    for text in [Oddity.envelope([Self.good, bad, Self.other]), "[\(Self.good),\(bad),\(Self.other)]\n"] {
      let bytes = Array(text.utf8)
      let found = try #require(text.firstRange(of: bad)).lowerBound
      let start = text.utf8.distance(from: text.startIndex, to: found)
      try keepsPart(
        bytes, inflated: bytes, records: 2, rejected: 1, lines: [(start + bad.utf8.count - 3, bad)],
        reason: "leading zero")
    }
    let other = Oddity.envelope([Self.good, "7", "\"text\"", "[1]", Self.other])
    try keepsPart(
      Array(other.utf8), inflated: Array(other.utf8), records: 2, rejected: 3,
      lines: zip(["7", "\"text\"", "[1]"], [0, 2, 9]).map { (Self.good.utf8.count + 13 + $1, $0) },
      reason: "must be an object")
    let first = Array("{\"eventName\":}\n\(Self.good)\nnonsense\n\(Self.other)\n".utf8)
    let offset = 15 + Self.good.utf8.count + 1
    let archive = try TestArchive([("bad.json", first)])
    #expect(archive.summary.kept == 2 && archive.summary.rejected == 2 && archive.summary.records == 4)
    #expect(try archive.rejects().map(\.offset) == [13, offset])
    #expect(
      try archive.rejects().map { String(decoding: $0.raw, as: UTF8.self) } == [
        "{\"eventName\":}", "nonsense",
      ])
    #expect(try archive.restore()["bad.json"] == first)
  }

  @Test func nestedTooDeep() throws {
    func nested(_ levels: Int) -> String {
      Oddity.record(
        #""k":"# + String(repeating: "[", count: levels - 1) + String(repeating: "]", count: levels - 1),
        id: 3)
    }
    #expect(try TestArchive([("a", Array(nested(RecordParser.depthLimit).utf8))]).summary.kept == 1)
    for levels in [RecordParser.depthLimit + 1, 100_000] {
      let deep = nested(levels)
      let text = Array("\(Self.good)\n\(deep)\n\(Self.other)".utf8)
      let place =
        Self.good.utf8.count + 1 + Oddity.record(#""k":"#, id: 3).utf8.count - 1 + RecordParser.depthLimit - 1
      try keepsPart(
        text, inflated: text, records: 2, rejected: 1, lines: [(place, deep)], reason: "nested deeper")
    }
  }

  /// What is no file, cannot be read or is an archive, in a tree with a good object.
  @Test func oddEntriesOfATree() throws {
    let directory = try TemporaryDirectory()
    let inner = try TestArchive([("x.json", Array(Self.good.utf8))])
    try directory.write("in/good.json", Array(Self.other.utf8))
    #expect(mkfifo(directory.sub("in/fifo"), 0o600) == 0)
    #expect(symlink("nowhere", directory.sub("in/dangling")) == 0)
    #expect(symlink(inner.path, directory.sub("in/archive")) == 0)
    #expect(symlink(".", directory.sub("in/loop")) == 0)
    let summary = try Compactor(archive: directory.sub("out"), options: CompactionOptions()).run([
      directory.sub("in")
    ])
    #expect(summary.kept == 1 && summary.rejectedObjects == 3, "\(summary)")
    let lines = try RejectLine.read(archive: directory.sub("out"))
    let reasons = Dictionary(
      uniqueKeysWithValues: lines.map { ($0.source.split(separator: "/").last ?? "", $0.reason) })
    #expect(reasons["fifo"] == "not a regular file")
    #expect(reasons["dangling"]?.hasPrefix("cannot stat: No such file") == true)
    #expect(reasons["archive"]?.hasPrefix("a Cairn archive") == true)
  }

  /// The archive that is written lies in the tree: it is left out without a word.
  @Test func ownArchiveInTree() throws {
    let directory = try TemporaryDirectory()
    try directory.write("good.json", Array(Self.other.utf8))
    for _ in 0..<2 {
      let summary = try Compactor(archive: directory.sub("out"), options: CompactionOptions()).run([
        directory.path
      ])
      #expect(!summary.hasRejects && summary.files == 1)
    }
    // Named as a source it is refused.
    let summary = try Compactor(archive: directory.sub("out"), options: CompactionOptions()).run([
      directory.sub("out")
    ])
    #expect(summary.rejectedObjects == 1)
    #expect(summary.firstRejects.first?.contains("a Cairn archive") == true)
  }
}

extension String {
  /// Records that end in this text: each ends in two closing braces or one, and holds one eventName.
  fileprivate func components(of end: String) -> Int {
    split(separator: "{\"eventVersion\"").dropFirst().filter { $0.contains(end) }.count
  }
}
