import Cairn
import CairnTestSupport
import Testing

/// Records that several runs bring count once, and restore with each of their objects.
@Suite struct ShadowTests {
  private static func record(_ number: Int, _ more: String = "") -> String {
    """
    {"eventVersion":"1.08","eventTime":"2024-01-01T00:0\(number):00Z","eventName":"n\(number)",\
    "eventID":"\(number)","list":[{"a":\(number)},{"a":null}]\(more)}
    """
  }

  private static func object(_ records: String...) -> String {
    "{\"Records\":[\(records.joined(separator: ","))]}"
  }

  /// Three runs in each of their orders, and all in one.
  @Test func redeliveredAcrossRuns() throws {
    let objects = [
      ("a.json", Self.object(Self.record(1), Self.record(2))), ("b.json", Self.object(Self.record(2))),
      ("c.json", Self.object(Self.record(3), Self.record(1), Self.record(2))),
    ]
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      let archive = try LivingArchive()
      var shadowed = 0
      for index in order { shadowed += try archive.add(objects[index].0, objects[index].1).shadowed }
      #expect(shadowed == 3)
      try Self.expectThree(archive)
    }
    let one = try LivingArchive()
    for object in objects { try one.directory.write("in/" + object.0, Array(object.1.utf8)) }
    #expect(try one.run(["in"]).duplicates == 3)
    try Self.expectThree(one)
  }

  /// Everything that answers counts three events.
  private static func expectThree(_ archive: LivingArchive) throws {
    try archive.check()
    #expect(
      try archive.rows("SELECT count(*), count(DISTINCT eventID), count(list) FROM events") == ["3 3 3"])
    #expect(try archive.rows("SELECT count(*) FROM events WHERE eventID = '2'") == ["1"])
    #expect(
      try archive.rows("SELECT count(*) FROM events WHERE eventJson LIKE '%\"eventID\":\"1\"%'") == ["1"])
    #expect(
      try archive.rows("SELECT eventName, count(*) FROM events GROUP BY 1 ORDER BY 1") == [
        "n1 1", "n2 1", "n3 1",
      ])
    #expect(
      try archive.rows(
        "SELECT eventID, min(eventTime), max(eventTime) FROM events GROUP BY 1 ORDER BY 1 DESC LIMIT 1")
        == ["3 2024-01-01T00:03:00Z 2024-01-01T00:03:00Z"])
    #expect(try archive.rows("SELECT eventID FROM events ORDER BY eventTime LIMIT 2") == ["1", "2"])
    #expect(
      try archive.rows(
        "SELECT count(*) FROM events WHERE eventTime >= timestamp '2024-01-01 00:02:00'") == ["2"])
    #expect(
      try archive.rows("SELECT count(*), sum(t.a) FROM events CROSS JOIN UNNEST(list) AS u(t)") == ["6 6"])
    #expect(try archive.rows("SELECT count(*) FROM events x JOIN events y ON x.eventID = y.eventID") == ["3"])
    #expect(try archive.count() == 3)
    #expect(try archive.count(where: "eventName LIKE 'n%'") == 3)
    var request = ScanRequest()
    (request.since, request.limit, request.order) = (1_704_067_200_000, 10, .time)
    var identifiers: [[FieldValue]] = []
    try Scan(try Archive(path: archive.path), request).fields(["eventID"]) { identifiers += $0 }
    #expect(identifiers == ["1", "2", "3"].map { [.string(Array($0.utf8))] })
    let schema = try ArchiveSchema(path: archive.path)
    #expect(schema.rowCount == 3)
    let counts = schema.paths.map { "\($0.name) \($0.valueCount)" }
    #expect(
      counts.contains("eventID 3") && counts.contains("list 3") && counts.contains("list[].a 3"), "\(counts)")
    let sizes = try Inspection(path: archive.path, columns: false).total
    #expect(sizes[.rows] - sizes[.shadowed] == 3)
    #expect(sizes[.records] == 6 && sizes[.duplicates] + sizes[.shadowed] == 3)
  }

  /// White space, order of keys, escapes, numbers, wrappings: the same values are one event.
  @Test func otherSpelling() throws {
    let plain = Self.record(1, #","x":{"p":1.50,"q":"Aé"}"#)
    let quoted = plain.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    let spellings = [
      Self.object(plain), "{\"Records\": [\n  \(plain.replacing(",\"", with: ", \""))\n]}",
      #"{"x":{"q":"\u0041\u00e9","p":15e-1},"eventVersion":"1.08","eventTime":"2024-01-01T00:01:00Z","#
        + #""eventName":"n1","eventID":"1","list":[{"a":1.0},{"a":null}]}"#,
      "{\"Events\":[{\"CloudTrailEvent\":\"\(quoted)\"}]}", "{\"version\":\"0\",\"detail\":\(plain)}",
    ]
    for count in 2...spellings.count {
      for order in [Array(0..<count), (0..<count).reversed()] {
        let archive = try LivingArchive()
        for index in order { try archive.add("\(index).json", spellings[index]) }
        #expect(try archive.rows("SELECT count(*) FROM events") == ["1"], "\(order)")
        try archive.check()
      }
    }
    let one = try LivingArchive()
    for (index, text) in spellings.enumerated() {
      try one.directory.write("in/\(index).json", Array(text.utf8))
    }
    let summary = try one.run(["in"])
    #expect(summary.kept == 1 && summary.duplicates + summary.shadowed == 4, "\(summary)")
    #expect(try one.count() == 1)
    try one.check()
  }

  /// One event ID with different values is two events.
  @Test func conflictingValues() throws {
    let archive = try LivingArchive()
    for (index, more) in ["", #","n":1"#, #","n":2"#, #","n":1.0"#, #","n":"1""#].enumerated() {
      try archive.add("\(index).json", Self.object(Self.record(1, more)))
    }
    #expect(try archive.rows("SELECT count(*), count(DISTINCT eventID) FROM events") == ["4 1"])
    try archive.check()
  }

  /// Without an event ID two records are one where their whole objects are.
  @Test func withoutEventID() throws {
    let bare = #"{"eventName":"a","eventTime":"2024-01-01T00:00:00Z"}"#
    let archive = try LivingArchive()
    #expect(try archive.add("a.json", Self.object(bare, bare)).kept == 2)
    #expect(try archive.add("b.json", Self.object(bare)).kept == 1)
    let other = try archive.add("c.json", Self.object(bare, bare))
    #expect(other.shadowed == 2 && other.renamedObjects == 1, "\(other)")
    #expect(try archive.count() == 3)
    try archive.check()
  }

  /// Time does not tell which segments to look at: records without a readable one.
  @Test func withoutTime() throws {
    let archive = try LivingArchive()
    let texts = [#"{"eventID":"1","eventName":"x"}"#, #"{"eventID":"2","eventTime":"soon","eventName":"x"}"#]
    try archive.add("a.json", Self.object(texts[0], texts[1], Self.record(1)))
    let second = try archive.add("b.json", Self.object(texts[1], Self.record(2)))
    #expect(second.kept == 1 && second.shadowed == 1)
    try archive.add("c.json", Self.object(texts[0]))
    #expect(try archive.count() == 4)
    let scan = Scan(try Archive(path: archive.path), ScanRequest())
    #expect(try scan.count() == 4)
    var request = ScanRequest()
    request.since = 0
    let timed = Scan(try Archive(path: archive.path), request)
    #expect(try timed.count() == 2)
    #expect(try timed.warnings.contains { $0.hasPrefix("2 events without a readable eventTime") })
    try archive.check()
  }

  /// Whole archives over again, in segments of some rows each.
  @Test func manyRows() throws {
    let archive = try LivingArchive()
    let texts = (0..<3000).map { number in
      #"{"eventTime":"2024-01-01T0\#(number / 600):\#(10 + number % 40):00Z","eventID":"\#(number)","#
        + #""eventName":"n\#(number % 7)","v":\#(number)}"#
    }
    try archive.add("a.json", Self.object(texts.joined(separator: ","))) { $0.fragmentByteLimit = 40_000 }
    let second = try archive.add("b.json", texts.reversed().joined(separator: "\n")) {
      ($0.fragmentByteLimit, $0.segmentJSONByteLimit, $0.pieceByteTarget) = (20_000, 30_000, 10_000)
    }
    #expect(second.shadowed == 3000 && second.segments > 3)
    #expect(try archive.rows("SELECT count(*), sum(v) FROM events") == ["3000 4498500"])
    try archive.check()
  }
}
