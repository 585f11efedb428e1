import CairnStorage
import CairnTestSupport
import Testing

/// An object is any number of documents: what `zcat *.json.gz`, Firehose, awsbeats and `jq -s` make.
@Suite struct DocumentTests {
  private static func record(_ id: Int, _ members: String = #""a":1"#) -> String {
    Oddity.record(members, id: id)
  }

  private static func envelope(_ ids: Int...) -> String { Oddity.envelope(ids.map { record($0) }) }

  /// All of it is read, nothing is rejected, and it is restored.
  private func reads(
    _ text: String, records: Int, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let archive = try TestArchive([("x.json", Array(text.utf8))])
    let summary = archive.summary
    #expect(!summary.hasRejects, "\(summary.firstRejects)", sourceLocation: sourceLocation)
    #expect(
      summary.records == records && summary.kept + summary.duplicates == records, "\(summary)",
      sourceLocation: sourceLocation)
    #expect(
      difference(try archive.restore()["x.json"], Array(text.utf8)) == nil, sourceLocation: sourceLocation)
    #expect(try archive.verify().recordCount == records, sourceLocation: sourceLocation)
  }

  @Test(arguments: ["", "\n", "\r\n", " ", "\n\n\t "])
  func concatenated(separator: String) throws {
    let (one, two) = (Self.envelope(1), Self.envelope(2, 3))
    try reads([one, two].joined(separator: separator), records: 3)
    try reads([two, "{\"Records\":[]}", one, two].joined(separator: separator), records: 5)
    let array = "[\(Self.record(4)), \(Self.record(5))]"
    try reads([one, array, Self.record(6), two, array].joined(separator: separator) + separator, records: 8)
    try reads([Self.record(7), one].joined(separator: separator), records: 2)
    try reads((1...300).map { Self.envelope($0) }.joined(separator: separator), records: 300)
  }

  @Test func envelopesInArrays() throws {
    try reads("[\(Self.envelope(1)),\n\(Self.envelope(2, 3)),\(Self.record(4)),{\"Records\":[]}]", records: 4)
  }

  @Test func severalRecordsKeys() throws {
    let (a, b) = (Self.record(1), Self.record(2))
    try reads("{\"Records\":[\(a)],\"Records\":[\(b)]}", records: 2)
    try reads(
      "{\"v\":[{}],\"Records\":[],\"w\":{\"Records\":[1]},\"Records\":[\(a),\(b)],\"x\":null}", records: 2)
    try reads(
      "{\"Records\":[\(a)],\"Records\":null}\n{ \"Records\" : [ \(b) ] , \"Records\" : [ ] }", records: 2)
  }

  /// Inside an envelope a record is a record, whatever keys it has.
  @Test func recordsInsideRecords() throws {
    try reads("{\"Records\":[\(Self.record(1, #""Records":[{"a":1}]"#)),{\"Records\":[]}]}", records: 2)
    try reads(Self.record(1, #""Records":{"a":[1]}"#) + Self.record(2, #""Records":"x""#), records: 2)
  }

  @Test func severalMembersOfGzip() throws {
    let parts = [Self.envelope(1), Self.envelope(2), Self.record(3)]
    let bytes = try parts.reduce(into: []) { $0 += try gzip(Array($1.utf8)) }
    let archive = try TestArchive([("x.json.gz", bytes)])
    #expect(archive.summary.kept == 3 && !archive.summary.hasRejects)
    #expect(try archive.restore()["x.json"] == Array(parts.joined().utf8))
  }

  /// Keeps `kept` records; the rest is rejects with these bytes, and all of it is restored.
  private func rejects(
    _ text: String, kept: Int, rejected: Int, raw: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let archive = try TestArchive([("x.json", Array(text.utf8))])
    let summary = archive.summary
    #expect(
      summary.kept == kept && summary.rejected == rejected && summary.records == kept + rejected,
      "\(summary)", sourceLocation: sourceLocation)
    #expect(summary.incompleteObjects == 1, sourceLocation: sourceLocation)
    #expect(
      try archive.rejects().map { String(decoding: $0.raw, as: UTF8.self) } == raw,
      sourceLocation: sourceLocation)
    #expect(
      difference(try archive.restore()["x.json"], Array(text.utf8)) == nil, sourceLocation: sourceLocation)
    _ = try archive.verify()
  }

  @Test func garbageBetweenDocuments() throws {
    let (one, two) = (Self.envelope(1), Self.envelope(2))
    try rejects("\(one) garbage \(two)", kept: 2, rejected: 1, raw: ["garbage"])
    try rejects("\(one)\n\u{0}\u{1}x\n\(two)", kept: 2, rejected: 1, raw: ["\u{0}\u{1}x"])
    try rejects("\(one),\(two)", kept: 2, rejected: 0, raw: [","])
    try rejects("\(one){\"a\":01}\(two)", kept: 2, rejected: 1, raw: ["{\"a\":01}"])
    try rejects("\(one)7\(two)", kept: 2, rejected: 1, raw: ["7"])
    try rejects("\(one)\"text\"", kept: 1, rejected: 1, raw: ["\"text\""])
    try rejects(
      "{\"Records\":[\(Self.record(1))],\"Records\":{\"b\":2}}\(two)", kept: 2, rejected: 1,
      raw: ["{\"b\":2}"])
    try rejects(
      "[\(Self.record(1)),7,\"x\",[\(Self.record(3))]]\(two)", kept: 2, rejected: 3,
      raw: ["7", "\"x\"", "[\(Self.record(3))]"])
  }

  /// A document that is cut does not take the next one with it.
  @Test func cutDocuments() throws {
    let (one, two) = (Self.envelope(1, 2), Self.envelope(3))
    let bytes = Array(one.utf8)
    for cut in 1...bytes.count {
      let head = String(decoding: bytes[..<cut], as: UTF8.self)
      for separator in ["", "\n"] {
        let text = Array((head + separator + two).utf8)
        let archive = try TestArchive([("x.json", text)])
        let summary = archive.summary
        #expect(summary.records == summary.kept + summary.rejected, "\(summary)")
        #expect(summary.hasRejects == (cut < bytes.count))
        // Cut between a document's brackets and its first record's end, what follows may look like a part of it.
        #expect(summary.rejectedObjects == 1 || summary.kept >= 1, "\(head)")
        if summary.rejectedObjects == 0 { #expect(try archive.restore()["x.json"] == text) }
      }
    }
    let text = "{\"Records\":[\(Self.record(1)),{\"eventName\":\"x\(two)\(Self.envelope(4))"
    try rejects(text, kept: 3, rejected: 1, raw: ["{\"eventName\":\"x"])
    try rejects(
      "{\"Records\":[\(Self.record(1)) \(Self.record(2))]}\(two)", kept: 3, rejected: 0, raw: ["", "]}"])
  }

  /// A long stretch without records is kept as bytes, in fragments of its own.
  @Test func longGaps() throws {
    let space = String(repeating: " ", count: ObjectShredder.gapByteLimit + 1)
    let a = Self.record(1)
    for text in [
      "{\"Records\":[\(space)\(a)]}", "{\"Records\":[\(a)\(space)]}",
      "{\"Records\":[\(a),\(space)\(a)]}\(space)",
      "{\"w\":\"\(space)\",\"Records\":[\(a)],\"v\":\"\(space)\"}\(Self.envelope(2))",
    ] {
      try reads(text, records: text.components(of: "eventName"))
    }
  }

  /// Rejects beyond the first thousand are one, with a line each.
  @Test func manyRejects() throws {
    let bad = (0..<1500).map { "{\($0)}" }
    let text = "{\"Records\":[" + ([Self.record(1)] + bad).joined(separator: ",") + "]}"
    let archive = try TestArchive([("x.json", Array(text.utf8))])
    #expect(archive.summary.rejected == 1500 && archive.summary.records == 1501)
    let lines = try archive.rejects()
    #expect(lines.count == 1001)
    let rest = try #require(lines.last)
    #expect(rest.reason.hasPrefix("500 more malformed records"))
    #expect(String(decoding: rest.raw, as: UTF8.self) == bad[1000...].map { $0 + "\n" }.joined())
    #expect(try archive.restore()["x.json"] == Array(text.utf8))
  }

  /// Documents of every kind in every order: no record is missing.
  @Test(arguments: 0..<6) func random(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    var text = random.chance(3) ? "\u{FEFF}" : ""
    var count = 0
    for _ in 0..<40 {
      let ids = (0..<random.below(4)).map { count + $0 }
      let records = ids.map { Self.record($0, #""k":{"Records":[\#(random.below(3))]}"#) }
      let list = "[" + records.joined(separator: random.pick([",", ", ", " ,\n"])) + "]"
      switch random.below(4) {
      case 0: text += "{\"Records\":\(list)}"
      case 1: text += "{\"v\":[\"Records\"],\"Records\":\(list),\"Records\":[] }"
      case 2: text += ids.isEmpty ? "" : list
      default: text += records.joined(separator: random.pick(["", "\n"]))
      }
      text += random.pick(["", "\n", " \r\n"])
      count += ids.count
    }
    try reads(text, records: count)
  }
}

extension String {
  fileprivate func components(of word: String) -> Int { ranges(of: word).count }
}
