import CairnStorage
import CairnTestSupport
import Glibc
import Testing

/// Files that are no JSON: what they are is said, what holds no log stays where it is, and nothing that looks like
/// CloudTrail is ever left without a word.
@Suite struct ForeignFileTests {
  private static let record = Oddity.record(#""a":1"#, id: 1)
  private static let envelope = Array(Oddity.envelope([record]).utf8)

  private func summary(
    _ name: String, _ bytes: [UInt8], keeping: Bool = false, _ check: (TestArchive) throws -> Void = { _ in }
  ) throws -> CompactionSummary {
    var options = CompactionOptions()
    options.keepsForeignFiles = keeping
    let archive = try TestArchive([(name, bytes), ("good.json", Self.envelope)], options: options)
    #expect(archive.summary.kept == 1 && archive.summary.objects == 1)
    try check(archive)
    return archive.summary
  }

  private func isLeft(_ bytes: [UInt8], _ what: String, _ location: SourceLocation = #_sourceLocation) throws
  {
    let summary = try summary("f", bytes) { archive in
      let rejects = try archive.rejects()
      #expect(rejects.isEmpty, sourceLocation: location)
    }
    #expect(summary.foreignFiles == 1 && !summary.hasRejects, "\(summary)", sourceLocation: location)
    #expect(
      summary.firstForeign.first?.hasSuffix("/f: \(what)") == true, "\(summary.firstForeign)",
      sourceLocation: location)
  }

  @Test func filesWithoutLogs() throws {
    let text = Array(#""eventName":"in a program's memory""#.utf8)
    try isLeft([0x7F] + Array("ELF".utf8) + text, "a program, library or core dump (ELF)")
    try isLeft([0x89] + Array("PNG\r\n".utf8), "an image (PNG)")
    try isLeft(Array("%PDF-1.7".utf8), "a PDF document")
    try isLeft([], "empty")
    try isLeft(Array(" \n\t ".utf8), "only white space")
    try isLeft(try gzip([]), "empty inside gzip")
    try isLeft(Array("plain text\n".utf8), "no JSON")
    try isLeft(Array("\"string\"".utf8), "no JSON")
    try isLeft(try zstd(Array("plain text\n".utf8)), "no JSON inside zstd")
    try isLeft(Array("[2024-01-01 10:00:00] started\n".utf8), "no JSON")
    try isLeft(Array("[section]\nkey = value\n".utf8), "no JSON")
    try isLeft(Array("{% if x %}".utf8), "no JSON")
    try isLeft(Array("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>".utf8), "XML")
    try isLeft((0..<4000).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 128) }, "data of an unknown kind")
    try isLeft(try filter(Array("x".utf8), ["bzip2", "-c"]), "bzip2 data; unpack it first (bunzip2)")
    let segment = try #require(try TestArchive([("a", Self.envelope)]).segments().values.first)
    try isLeft(segment, "a Cairn segment")
  }

  private func isUnread(_ bytes: [UInt8], _ what: String, _ location: SourceLocation = #_sourceLocation)
    throws
  {
    let summary = try summary("f", bytes) { archive in
      let rejects = try archive.rejects()
      #expect(rejects.isEmpty, sourceLocation: location)
    }
    #expect(
      summary.unreadFiles == 1 && summary.foreignFiles == 0 && summary.rejectedObjects == 0
        && summary.hasRejects,
      "\(summary)", sourceLocation: location)
    #expect(
      summary.firstUnread.first?.hasSuffix("/f: \(what)") == true, "\(summary.firstUnread)",
      sourceLocation: location)
  }

  /// What holds CloudTrail in a form that is not read is left, too; but it is no success.
  @Test func formsThatAreNotRead() throws {
    // Opened where it is whole: what is in it is missed.
    try isUnread(
      Array("PK".utf8) + [3, 4] + [UInt8](repeating: 0, count: 30), "a zip archive; unpack it first")
    try isUnread(
      [0xFF, 0xFE] + Array("eventName, and no JSON".utf16).flatMap { [UInt8(truncatingIfNeeded: $0), 0] },
      "UTF-16; convert it with iconv -f UTF-16 -t UTF-8")
    try isUnread(try gzip(try gzip(Array("no JSON".utf8))), "gzip inside gzip; inflate it once first")
    try isUnread(
      Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 130\n".utf8),
      "a Git LFS pointer; run git lfs pull")
    try isUnread(Array("PK".utf8) + [3, 4] + Self.envelope, "a zip archive; unpack it first")
  }

  /// A file that CloudTrail named is a log, and is missed where it is none.
  @Test func deliveredNames() throws {
    let name =
      "AWSLogs/1/CloudTrail/us-east-1/2024/01/01/1_CloudTrail_us-east-1_20240101T0000Z_abcdefghijklmnop.json.gz"
    for bytes in [[], Array("<html>".utf8), [0x89] + Array("PNG\r\n".utf8), [0, 1, 2]] as [[UInt8]] {
      let summary = try summary(name, bytes) { archive in
        let rejects = try archive.rejects()
        #expect(rejects.first?.raw == bytes)
      }
      #expect(summary.rejectedObjects == 1 && summary.foreignFiles == 0 && summary.hasRejects)
    }
  }

  @Test func keptWhereAsked() throws {
    let image = [0x89] + Array("PNG\r\n".utf8) + [UInt8](repeating: 7, count: 3_000_000)
    let summary = try summary("f", image, keeping: true) { archive in
      let line = try #require(try archive.rejects().first)
      #expect(line.raw == image && line.scope == "foreign")
      var options = CompactionOptions()
      options.keepsForeignFiles = true
      try archive.add([], options: options)
      let (again, left) = (try archive.rejects(), try treePaths(archive.path + "/tmp"))
      #expect(again.count == 1 && left.isEmpty)
    }
    #expect(summary.foreignFiles == 1 && !summary.hasRejects)
  }

  /// A rejected object's bytes are those that were read, also where they come but once or are more than is read.
  @Test func streamsKeepTheirBytes() throws {
    let broken =
      Array("{\"Records\":[{\"eventName\":nonsense".utf8) + [UInt8](repeating: 0x20, count: 3_000_000)
    for limit in [10, 2 << 30] {
      let directory = try TemporaryDirectory()
      let pipe = directory.sub("pipe")
      #expect(mkfifo(pipe, 0o600) == 0)
      let input = try directory.write("input", broken)
      let writer = try ChildProcess(["bash", "-c", "cat '\(input)' > '\(pipe)'"])
      var options = CompactionOptions()
      options.objectByteLimit = limit
      let summary = try Compactor(archive: directory.sub("archive"), options: options).run([pipe])
      #expect(try writer.wait().code == 0)
      #expect(summary.rejectedObjects == 1)
      #expect(try RejectLine.read(archive: directory.sub("archive")).first?.raw == broken)
    }
  }

  /// Files that share a key have rejects of their own.
  @Test func rejectsOfFilesThatShareAKey() throws {
    let directory = try TemporaryDirectory()
    let texts = (0..<2).map {
      Array("\(Oddity.record("\"a\":1", id: $0))\n{\"eventName\":bad\($0)}\n{\"eve".utf8)
    }
    let inside = try directory.write("e/d/x.json", texts[0])
    try directory.write("d/x.json", texts[1])
    let cut = try directory.write("c", Array("{\"Records\":[{\"cut".utf8))
    try directory.write("e/c", Array("{\"Records\":[{\"other cut".utf8))
    let summary = try Compactor(archive: directory.sub("archive"), options: CompactionOptions()).run([
      inside, directory.sub("e/../d/x.json"), cut, directory.sub("e/c"),
    ])
    #expect(summary.rejected == 4 && summary.rejectedObjects == 2)
    let raws = try RejectLine.read(archive: directory.sub("archive")).map {
      String(decoding: $0.raw, as: UTF8.self)
    }
    #expect(
      raws.sorted() == [
        "{\"Records\":[{\"cut", "{\"Records\":[{\"other cut", "{\"eve", "{\"eve", "{\"eventName\":bad0}",
        "{\"eventName\":bad1}",
      ])
  }

  /// A record whose beginning is lost may be all that there is of it: its bytes are in a reject, or the object's.
  @Test func objectsWithoutTheirBeginning() throws {
    let members =
      #""userIdentity":{"type":"Root","accountId":"1"},"sourceIPAddress":"192.0.2.7","requestParameters":{"a":["b"]},"#
      + #""responseElements":null,"requestID":"r","recipientAccountId":"111122223333","tlsDetails":{"c":"d"}"#
    let compact = Oddity.envelope([Oddity.record(members), #"{\#(members)}"#])
    for text in [compact, compact.replacing(",", with: ",\n  "), compact.replacing("\"", with: "\\\"")] {
      let bytes = Array(text.utf8)
      for start in stride(from: 1, to: bytes.count - 120, by: 3) {
        let tail = Array(bytes[start...])
        let archive = try TestArchive([("f.json", tail)])
        let isKept =
          try archive.restore()["f.json"] == tail || archive.rejects().contains { $0.raw == tail }
        #expect(isKept, "from \(start): \(String(decoding: tail.prefix(60), as: UTF8.self))")
        #expect(archive.summary.foreignFiles == 0, "from \(start)")
      }
    }
    for text in [
      #"127.0.0.1 - "GET /" "userAgent": "x""#, #"log: {"requestID": 4, "status": 200}"#,
      "eventName, eventID, requestID",
    ] {
      try isLeft(Array(text.utf8), "no JSON")
    }
  }

  /// What a run that was ended left in `rejects/` is taken away.
  @Test func leftFilesAreCollected() throws {
    let archive = try TestArchive([("good.json", Self.envelope)])
    try writeFile(archive.path + "/rejects/pending", [1])
    try writeFile(archive.path + "/rejects/pending-0123456789abcdef", [1])
    try archive.add([])
    let left = try treePaths(archive.path + "/rejects") + treePaths(archive.path + "/tmp")
    #expect(left.isEmpty)
  }
}
