import Cairn
import CairnTestSupport
import Foundation
import Testing

/// Scans by time: the right rows, and nothing read that need not be.
@Suite struct ScanTests {
  /// 150,000 small records, one a second, in three objects and four segments of one or two row groups.
  private static let start: Int64 = 1_700_000_000
  private static let count = 150_000

  private func bigArchive() throws -> TestArchive {
    var options = CompactionOptions()
    options.pieceByteTarget = 1 << 20
    options.segmentRowLimit = 70_000
    var objects: [(key: String, bytes: [UInt8])] = []
    for part in 0..<15 {
      var text = ""
      for index in (part * 10_000)..<((part + 1) * 10_000) {
        let time = formatTime((Self.start + Int64(index)) * 1000)
        text +=
          #"{"eventVersion":"1.08","eventTime":"\#(time)","eventID":"id-\#(index)","n":\#(index)}"# + "\n"
      }
      objects.append((key: "part-\(10 + part).json", bytes: Array(text.utf8)))
    }
    return try TestArchive(objects, options: options)
  }

  private func request(_ since: Int64?, _ until: Int64?, limit: Int? = nil, threads: Int = 2) -> ScanRequest {
    var request = ScanRequest()
    request.since = since.map { $0 * 1000 }
    request.until = until.map { $0 * 1000 }
    request.limit = limit
    request.threads = threads
    return request
  }

  private func text(_ archive: TestArchive, _ request: ScanRequest, _ format: RecordFormat) throws -> String {
    var bytes: [UInt8] = []
    try Scan(try Archive(path: archive.path), request).writeRecords(format) { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func readsOnlyWhatTheRangeTouches() throws {
    let archive = try bigArchive()
    let opened = try Archive(path: archive.path)
    #expect(opened.snapshot.manifest.segments.count >= 2)

    // Ten seconds in the middle of the first row group.
    let narrow = Scan(opened, request(Self.start + 1000, Self.start + 1010))
    var lines = 0
    try narrow.writeRecords(.compactJSON) { lines += $0.count { $0 == UInt8(ascii: "\n") } }
    #expect(lines == 10)
    #expect(narrow.statistics.segmentsRead == 1)
    #expect(narrow.statistics.rowGroupsRead == 1)
    #expect(narrow.statistics.rows == 10)

    // Another opening: this one keeps what it has decoded.
    let whole = Scan(try Archive(path: archive.path), request(nil, nil))
    try whole.writeRecords(.compactJSON) { _ in }
    #expect(whole.statistics.rows == Self.count)
    #expect(whole.statistics.segmentsRead == opened.snapshot.manifest.segments.count)
    #expect(whole.statistics.rowGroupsRead == whole.statistics.rowGroups)
    #expect(narrow.statistics.bytesRead < whole.statistics.bytesRead)

    // Counting reads row times at the two ends only, and columns never.
    let count = Scan(opened, request(Self.start + 5, Self.start + 140_000))
    #expect(try count.count() == 139_995)
    #expect(count.statistics.blocksRead <= 2 * opened.snapshot.manifest.segments.count + 2)

    // Outside all events no segment is opened.
    let empty = Scan(opened, request(Self.start + 1_000_000, nil))
    #expect(try empty.count() == 0)
    #expect(empty.statistics.segmentsRead == 0 && empty.statistics.blocksRead == 0)
  }

  @Test func rangesAgreeWithCountingTheSource() throws {
    let archive = try bigArchive()
    let opened = try Archive(path: archive.path)
    var random = SeededGenerator(seed: 5)
    for _ in 0..<60 {
      let from = Int64(random.below(Self.count + 200)) - 100
      let to = from + 1 + Int64(random.below(Self.count))
      let expected = max(0, min(to, Int64(Self.count)) - max(from, 0))
      let range = request(Self.start + from, Self.start + to)
      #expect(try Scan(opened, range).count() == Int(expected))
      guard expected < 2000 else { continue }
      let printed = try text(archive, range, .compactJSON).split(separator: "\n")
      #expect(printed.count == Int(expected))
      for (offset, line) in printed.enumerated() {
        #expect(line.hasSuffix(#""n":\#(Int(max(from, 0)) + offset)}"#))
      }
    }
  }

  @Test func limitEndsTheScanEarly() throws {
    let archive = try bigArchive()
    let scan = Scan(try Archive(path: archive.path), request(nil, nil, limit: 7))
    var bytes: [UInt8] = []
    try scan.writeRecords(.compactJSON) { bytes += $0 }
    #expect(bytes.count { $0 == UInt8(ascii: "\n") } == 7)
    #expect(scan.statistics.rowGroupsRead == 1)
    #expect(try Scan(try Archive(path: archive.path), request(nil, nil, limit: 0)).count() == 0)
  }

  @Test func threadsGiveTheSameOutput() throws {
    let archive = try bigArchive()
    let one = try text(archive, request(nil, nil, threads: 1), .compactJSON)
    #expect(try text(archive, request(nil, nil, threads: 3), .compactJSON) == one)
  }

  @Test func rawIsTheOriginalSpelling() throws {
    let pretty = "{\n  \"eventTime\" : \"2024-01-01T00:00:01Z\",\n  \"eventID\" : \"a\\u003db\"\n}"
    let odd = #"{ "eventTime":"2024-01-01T00:00:02Z",  "eventID":"c"}"#
    let compact = #"{"eventTime":"2024-01-01T00:00:03Z","eventID":"d","x":1.0}"#
    let archive = try TestArchive([
      ("1.json", Array(pretty.utf8)), ("2.json", Array((odd + "\n").utf8)),
      ("3.json", Array(#"{"Records":[\#(compact)]}"#.utf8)),
    ])
    #expect(
      try text(archive, request(nil, nil), .raw) == [pretty, odd, compact].joined(separator: "\n") + "\n")
    let expected = [
      #"{"eventTime":"2024-01-01T00:00:01Z","eventID":"a\u003db"}"#,
      #"{"eventTime":"2024-01-01T00:00:02Z","eventID":"c"}"#, compact,
    ]
    #expect(try text(archive, request(nil, nil), .compactJSON) == expected.joined(separator: "\n") + "\n")
  }

  @Test func recordsWithoutATimeAreInNoRange() throws {
    let records = [
      #"{"eventID":"none","eventName":"X"}"#, #"{"eventID":"bad","eventTime":"yesterday"}"#,
      #"{"eventID":"space","eventTime":"2025-02-19 20:13:49"}"#,
      #"{"eventID":"zone","eventTime":"2025-02-19T22:13:49.250+02:00"}"#,
    ]
    let archive = try TestArchive([("a.json", Array(records.joined(separator: "\n").utf8))])
    let opened = try Archive(path: archive.path)
    let time = try #require(parseTime("2025-02-19T20:13:49Z"))
    var range = ScanRequest()
    #expect(try Scan(opened, range).count() == 4)
    range.since = 0
    #expect(try Scan(opened, range).count() == 2)
    range.since = time
    range.until = time + 1
    #expect(try Scan(opened, range).count() == 1)
    range.until = time + 251
    #expect(try Scan(opened, range).count() == 2)
  }

  @Test func fieldsFollowPathsOfAllKinds() throws {
    let record = #"""
      {"eventTime":"2024-01-01T00:00:00Z","userIdentity":{"ARN":"upper"},"s":"a\u003db\n","i":-5,"d":243.0,"t":true,"z":null,"e":{},"o":{"k":[1,{"x":"\u0026"}]},"a":[],"k":1,"k":2,"x.y":{"p":"q"}}
      """#
    let archive = try TestArchive([
      ("a.json", Array(record.utf8)),
      ("b.json", Array(#"{"eventTime":"2024-01-01T00:00:01Z","eventID":"2"}"#.utf8)),
    ])
    var rows: [[FieldValue]] = []
    let paths = [
      "userIdentity.arn", "s", "i", "d", "t", "z", "e", "o", "o.k", "a", "k", "nothing", "s.deeper",
      "EVENTTIME",
    ]
    try Scan(try Archive(path: archive.path), ScanRequest()).fields(paths) { rows += $0 }
    func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
    try #require(rows.count == 2)
    #expect(
      rows[0] == [
        .string(bytes("upper")), .string(bytes("a=b\n")), .integer(-5), .number(bytes("243.0")),
        .boolean(true),
        .null, .json(bytes("{}")), .json(bytes(#"{"k":[1,{"x":"\u0026"}]}"#)),
        .json(bytes(#"[1,{"x":"\u0026"}]"#)), .json(bytes("[]")), .integer(1), .missing, .missing,
        .string(bytes("2024-01-01T00:00:00Z")),
      ])
    #expect(rows[1].dropLast().allSatisfy { $0 == .missing })
  }
}
