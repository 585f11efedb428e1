import CairnStorage
import CairnTestSupport
import Foundation
import Testing

/// Wrappings that no list has: what people and other programs put around records, and what stands between them.
@Suite struct OwnWrappingTests {
  private static func record(_ number: Int) -> String {
    #"{"eventVersion":"1.08","eventTime":"2024-01-01T00:00:0\#(number)Z","eventSource":"s3.amazonaws.com","eventName":"n\#(number)","eventID":"\#(number)","requestParameters":{"a":["\#(number)"]}}"#
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  private static let records = (0..<3).map { record($0) }

  private func reads(
    _ bytes: [UInt8], _ count: Int = 3, restoring: [UInt8]? = nil,
    options: CompactionOptions = CompactionOptions(),
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let archive = try TestArchive([("f", bytes)], options: options)
    let summary = archive.summary
    let text = String(decoding: bytes.prefix(400), as: UTF8.self)
    #expect(
      summary.records == count && summary.kept == count, "\(text): \(summary)", sourceLocation: location)
    #expect(!summary.hasRejects && summary.foreignFiles == 0, "\(text): \(summary)", sourceLocation: location)
    #expect(try archive.verify().recordCount == count, sourceLocation: location)
    let restored = try archive.restore()["f"]
    #expect(difference(restored, restoring ?? bytes) == nil, "\(text)", sourceLocation: location)
  }

  private func reads(_ text: String, _ count: Int = 3, _ location: SourceLocation = #_sourceLocation) throws {
    for separator in ["", "\n"] { try reads(Array((text + separator).utf8), count, location) }
  }

  private func reads(_ bytes: [UInt8], _ count: Int, _ location: SourceLocation) throws {
    try reads(bytes, count, restoring: nil, location)
  }

  @Test func anywhere() throws {
    let (a, b, c) = (Self.records[0], Self.records[1], Self.records[2])
    for text in [
      // Arrays in arrays, arrays of strings: `--query 'Events[].CloudTrailEvent'`.
      "[[\(a)],[\(b),\(c)]]", "[\(Self.records.map(Self.quoted).joined(separator: ",\n  "))]",
      "[\(a),[\(b)],\(Self.quoted(c))]",
      // Under names of their own, as objects and as strings.
      "{\"Events\":[{\"CloudTrailEvent\":\(a)},{\"CloudTrailEvent\":\(b)},{\"CloudTrailEvent\":\(c)}]}",
      Self.records.map { "{\"line\":\(Self.quoted($0)),\"timestamp\":1}\n" }.joined(),
      Self.records.map { "{\"log\":\(Self.quoted($0 + "\n").replacing("\n", with: "\\n")),\"stream\":\"x\"}" }
        .joined(),
      Self.records.map { "{\"time\":1,\"event\":\(Self.quoted($0)),\"sourcetype\":\"aws:cloudtrail\"}" }
        .joined(),
      "{\"Entries\":[\(Self.records.map { "{\"Detail\":\(Self.quoted($0))}" }.joined(separator: ","))]}",
      "{\"first\":\(a),\"second\":{\"third\":\(b)},\"rest\":[1,\(c)]}",
      "{\"hits\":{\"hits\":[{\"fields\":{\"event.original\":[\(Self.quoted(a))]}},{\"fields\":{\"x\":\(b)}},{\"y\":[\(c)]}]}}",
      "{\"Records\":\(a)}{\"pages\":[{\"Records\":[\(b),\(c)]}]}",
    ] { try reads(text) }
    // The records of an envelope are its own, whatever is in them.
    try reads("{ \"Records\": [ \(a), {\"x\":\(b)}, {\"y\":{\"z\":[\(c)]}} ] }")
    for space in ["", " ", "\n "] {
      let list = "\"Records\":\(space)[\(a),\(space){\"k\":1},\(b)]"
      try reads("{\(space)\(list),\"after\":[{\"eventID\":1,\"userIdentity\":2}]}")
      try reads("{\(space)\"before\":\(space)[{\"eventID\":1,\"userIdentity\":2}],\(list)}")
      // What stands beside them is told.
      for text in [
        "{\(space)\(list),\"after\":[\(c)]}", "{\(space)\"before\":\(space){\"x\":\(c)},\"n\":1,\(list)}",
      ] {
        let archive = try TestArchive([("f", Array(text.utf8))])
        let summary = archive.summary
        #expect(summary.kept == 3 && summary.rejected == 1 && summary.records == 4, "\(text): \(summary)")
        #expect(try archive.rejects().map(\.reason) == ["records beside those of the envelope"])
        #expect(try archive.restore()["f"] == Array(text.utf8))
      }
    }
    try reads("{\"eventName\":\"x\",\"eventID\":\"9\",\"inside\":\(a)}", 1)
  }

  /// What stands between records and says nothing of CloudTrail is no event.
  @Test func betweenRecords() throws {
    let (a, b, c) = (Self.records[0], Self.records[1], Self.records[2])
    let control =
      #"{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logEvents":[{"id":"","timestamp":1,"message":"CWL CONTROL MESSAGE: Checking"}]}"#
    let message = { (text: String) in
      "{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{\"message\":\(Self.quoted(text))}]}"
    }
    try reads(control + message(a) + control + message(b) + message(c) + control)
    try reads(Self.records.map { "{\"index\":{\"_id\":\"1\"}}\n\($0)" }.joined(separator: "\n"))
    try reads("{\"Events\":[{\"CloudTrailEvent\":\(Self.quoted(a))}]}\n{\"Events\":[]}\n", 1)
    try reads("{\"result\":\(a)}\n{\"result\":\(b)}\n{\"preview\":false,\"lastrow\":true}\n{\"result\":\(c)}")
    try reads("[{\"Events\":[]},\(a),{\"hits\":{\"hits\":[]}},\(b),\(c),{\"Events\":[]}]")
    // An object that says something of it is one, as before.
    try reads("\(a)\n{\"eventName\":\"x\",\"message\":\"y\"}\n\(b)\n{\"k\":1}\n", 4)
  }

  /// What is in base64 in what streams carry.
  @Test func streams() throws {
    let message =
      "{\"logEvents\":[\(Self.records.map { "{\"message\":\(Self.quoted($0))}" }.joined(separator: ","))]}"
    let packed = Data(try gzip(Array(message.utf8))).base64EncodedString()
    let plain = Data("{\"detail\":\(Self.records[0])}".utf8).base64EncodedString()
    let head =
      "\"eventID\":\"shard:1\",\"eventName\":\"aws:kinesis:record\",\"eventSource\":\"aws:kinesis\",\"eventVersion\":\"1.0\""
    try reads("{\"Records\":[{\"kinesis\":{\"data\":\"\(packed)\"},\(head)}]}")
    for separator in ["\n", "\t", "\r\n"] {
      try reads("\(packed)\(separator)\(packed)\(separator)", 3, duplicates: 3)
    }
    try reads(
      "{\"Records\":[{\(head),\"kinesis\":{\"data\":\"\(plain)\"}},{\"kinesis\":{\"data\":\"\(plain)\"},\(head)}]}"
        .replacing("},{", with: "},\n{"), 1, duplicates: 1)
    try reads(
      "{\"records\":[{\"recordId\":\"1\",\"data\":\"\(plain)\"},{\"recordId\":\"2\",\"data\":\"eyJhIjoxfQ==\"}]}",
      1)
  }

  private func reads(
    _ text: String, _ count: Int, duplicates: Int, _ location: SourceLocation = #_sourceLocation
  ) throws {
    let archive = try TestArchive([("f", Array(text.utf8))])
    let summary = archive.summary
    #expect(
      summary.kept == count && summary.duplicates == duplicates && !summary.hasRejects, "\(summary)",
      sourceLocation: location)
    #expect(try archive.restore()["f"] == Array(text.utf8), sourceLocation: location)
  }

  /// What holds records in a form that is not read is kept, and told.
  @Test func toldWhereNotRead() throws {
    let bridge = "{\"detail\":\(Self.records[0])}"
    for text in [
      "{\"Messages\":[{\"Body\":\(Self.quoted(bridge))}]}",
      "{\"Records\":[{\"Sns\":{\"Message\":\(Self.quoted(bridge))}}]}",
      "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":\(Self.records[0])}}}}}}}}",
    ] {
      let archive = try TestArchive([("f", Array(text.utf8))])
      #expect(
        archive.summary.opaqueObjects == 1 && archive.summary.unreadFiles == 1, "\(text): \(archive.summary)")
      #expect(archive.summary.hasRejects && archive.summary.firstUnread.count == 1)
      #expect(try archive.restore()["f"] == Array(text.utf8))
    }
    let other = try TestArchive([
      ("f", Array("{\"eventName\":\"a\",\"list\":[{\"eventSource\":\"b\"}]}".utf8))
    ])
    #expect(other.summary.opaqueObjects == 1 && !other.summary.hasRejects, "\(other.summary)")
  }

  @Test func compressedAndWide() throws {
    let text = Array("{\"Records\":[\(Self.records.joined(separator: ","))]}".utf8)
    // As pzstd begins.
    let skipped: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 9, 9, 9, 9]
    try reads(skipped + (try zstd(text)), restoring: text)
    let wide = ("\r\n  " + String(decoding: text, as: UTF8.self)).utf16.map { UInt8($0) }
    try reads(wide.flatMap { [$0, 0] })
    try reads(wide.flatMap { [0, $0] })
  }

  /// What cannot be seen before it is unpacked is missed where its name says JSON.
  @Test func packedByName() throws {
    let bzip2 = try filter(Array("{\"Records\":[]}".utf8), ["bzip2", "-c"])
    let archive = try TestArchive([("a.bz2", bzip2), ("a.json.bz2", bzip2)])
    #expect(archive.summary.unreadFiles == 1 && archive.summary.foreignFiles == 1, "\(archive.summary)")
    #expect(archive.summary.firstUnread.contains { $0.contains("a.json.bz2") })
  }

  /// Names that a header has no room for, cut where they end in a slash; archives that are not whole.
  @Test func containers() throws {
    let directory = try TemporaryDirectory()
    let name = String(repeating: "p/", count: 80) + String(repeating: "a", count: 120) + ".json"
    let text = Array("{\"Records\":[\(Self.records.joined(separator: ","))]}".utf8)
    try directory.write("in/" + name, text)
    for format in ["gnu", "pax"] {
      let bytes = try runProcess(
        ["tar", "--format=\(format)", "-cf", "-", name], directory: directory.sub("in")
      ).output
      let archive = try TestArchive([("f", bytes)])
      #expect(archive.summary.kept == 3 && !archive.summary.hasRejects, "\(format): \(archive.summary)")
      #expect(try archive.restore()["f!" + name] == text)
    }
    let script =
      "import sys, zipfile; zipfile.ZipFile('z', 'w', 8).writestr('a.json', open(sys.argv[1]).read())"
    _ = try runProcess(["python3", "-c", script, "in/" + name], directory: directory.path)
    let zip = try readFile(directory.sub("z"))
    let archive = try TestArchive([("f", Array(zip.dropLast(30)))])
    #expect(archive.summary.unreadFiles == 1 && archive.summary.hasRejects, "\(archive.summary)")
  }
}
