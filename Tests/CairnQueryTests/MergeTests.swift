import Cairn
import CairnTestSupport
import Testing

/// Segments become fewer, and nothing else changes.
@Suite struct MergeTests {
  private static func record(_ number: Int, _ more: String = "") -> String {
    """
    {"eventVersion":"1.08","eventTime":"2024-01-0\(1 + number % 9)T00:00:00Z","eventName":"n\(number % 3)",\
    "eventID":"\(number)"\(more)}
    """
  }

  private static func quoted(_ text: String) -> String { text.replacing("\"", with: "\\\"") }

  /// Objects of every kind, some with records of others.
  private static var objects: [(name: String, text: String)] {
    [
      ("a.json", "{\"Records\":[\(record(1)),\(record(2)),\(record(1))]}"),
      (
        "b.json",
        "{\"Events\":[{\"CloudTrailEvent\":\"\(quoted(record(2)))\"},{\"CloudTrailEvent\":\"{cut\"}]}"
      ),
      ("c.json", "{\"detail\":\(record(3))}\n{\"detail\":\(record(1, ",\"n\":1"))}"),
      ("d.json", "\(record(4))\n{\"eventName\":nonsense}\n\(record(5))\n{\"eve"),
      ("e.json", "{\"no\":\"log\"}"), ("f.csv", "Event name,Event time,Event ID\nx,2024-01-01,6\nodd\n"),
      ("g.json", "[\n  \(record(7).replacing("\":", with: "\" : ")),\n  \(record(8))\n]"),
      ("h.json", "{\"Records\":[{\"eventName\":\"bare\",\"a\":1.0},{\"eventName\":\"bare\",\"a\":1.0}]}"),
      ("i.json", "{\"Records\":[{\"eventName\":\"bare\",\"a\":1.0},{\"eventName\":\"bare\",\"a\":1.0}]}"),
      ("j.json", "\(record(2))\(record(4, ",\"x\":{\"p\":[1,{}],\"q\":\"\\u00e9\"}"))"),
      ("k.json", record(3)),
    ]
  }

  private static func whole(_ order: [Int], _ change: (LivingArchive, Int) throws -> Void) throws
    -> LivingArchive
  {
    let archive = try LivingArchive()
    for (step, index) in order.enumerated() {
      let object = objects[index]
      try archive.add(object.name, object.text)
      try change(archive, step)
    }
    return archive
  }

  private static let query = "SELECT eventID, eventName, count(*) FROM events GROUP BY 1, 2 ORDER BY 1, 2"

  /// However objects came, and however often they were merged before: the same bytes, the same answers.
  @Test func sameBytesInAnyOrder() throws {
    let count = Self.objects.count
    var random = SeededGenerator(seed: 5)
    var expected: [[UInt8]] = []
    var answers: [String] = []
    for trial in 0..<4 {
      var order = Array(0..<count)
      if trial > 0 { order.sort { _, _ in random.below(2) == 0 } }
      let archive = try Self.whole(order) { archive, step in
        if trial > 1, random.below(3) == 0 { _ = try mergeSegments(of: archive.path, all: step % 2 == 0) }
      }
      let rows = try archive.rows(Self.query)
      // Modification times are in the segments.
      _ = try mergeSegments(of: archive.path, all: true)
      try archive.check()
      #expect(try archive.rows(Self.query) == rows)
      let opened = try Archive(path: archive.path)
      #expect(opened.snapshot.manifest.segments.count == 1)
      let columns = try opened.snapshot.manifest.segments.map {
        try Self.content(try opened.snapshot.open($0))
      }
      if trial == 0 { (expected, answers) = (columns, rows) }
      #expect(columns == expected && rows == answers, "\(order)")
      #expect(try mergeSegments(of: archive.path, all: true).sources == 0)
    }
  }

  /// All of a segment that does not name a source's time or directory: its records as they are, in order.
  private static func content(_ reader: SegmentReader) throws -> [UInt8] {
    var text: [UInt8] = []
    for (rowGroup, group) in reader.footer.rowGroups.enumerated() {
      let batch = try RecordBatch(reader, rowGroup: rowGroup, rows: nil)
      let printer = RecordPrinter(catalogue: try reader.catalogue(), layout: .compact, file: reader.name)
      let output = ByteBuffer()
      for row in 0..<group.rowCount { try printer.append(batch, row: row, to: &output.bytes) }
      text += Array(output.buffer)
    }
    for object in try reader.objects() {
      text += object.digest + object.rows.flatMap { [UInt8(truncatingIfNeeded: $0)] }
      text += Array("\(object.rejectedCount) \(object.flags.rawValue) \(object.envelope);".utf8)
    }
    return text
  }

  /// The files themselves are equal, where sources are: one folder, one time.
  @Test func sameFiles() throws {
    let source = try LivingArchive()
    for object in Self.objects { try source.directory.write("in/" + object.name, Array(object.text.utf8)) }
    _ = try source.run(["in"])
    _ = try mergeSegments(of: source.path, all: true)
    let other = source.directory.sub("other")
    for (index, object) in Self.objects.enumerated().reversed() {
      var options = CompactionOptions()
      options.threads = 1 + index % 2
      _ = try compact([source.directory.sub("in/" + object.name)], into: other, options: options)
      if index % 4 == 1 { _ = try mergeSegments(of: other, all: index % 8 == 1) }
    }
    _ = try mergeSegments(of: other, all: true)
    func files(_ path: String) throws -> [[UInt8]] {
      try ArchiveSnapshot(path: path).manifest.segments.map { try readFile("\(path)/segments/\($0.name)") }
    }
    #expect(try files(source.path) == files(other))
  }

  /// What was hidden goes, as far as it is the same; what is spelled otherwise stays hidden.
  @Test func collapsesShadowedRows() throws {
    let archive = try LivingArchive()
    try archive.add("a.json", "{\"Records\":[\(Self.record(1)),\(Self.record(2))]}")
    try archive.add("b.json", "{\"Records\":[\(Self.record(1))]}")
    try archive.add("c.json", "{\"Records\":[{\"x\":1,\(Self.record(2).dropFirst())]}")
    try archive.add("d.json", "{\"Records\":[ \(Self.record(2).replacing(",", with: ", ")) ]}") {
      $0.merges = false
    }
    #expect(try archive.count() == 3)
    let summary = try mergeSegments(of: archive.path)
    #expect(summary.sources == 4 && summary.segments == 1 && summary.collapsedRows == 1, "\(summary)")
    let entry = try #require(try ArchiveSnapshot(path: archive.path).manifest.segments.first)
    #expect(entry.rowCount == 4 && entry.marks?.rowCount == 1 && entry.duplicateCount == 1)
    #expect(try archive.count() == 3)
    try archive.check()
  }

  /// A wrapping that was not looked for is not found by merging either.
  @Test func forcedWrapping() throws {
    let archive = try LivingArchive()
    let text = "{\"Events\":[{\"CloudTrailEvent\":\"\(Self.quoted(Self.record(2)))\"}]}"
    try archive.add("a.json", text) { $0.wrapping = Wrapping.none }
    try archive.add("b.json", Self.record(3))
    let rows = try archive.rows(Self.query)
    #expect(try mergeSegments(of: archive.path).segments == 1)
    #expect(try archive.rows(Self.query) == rows)
    try archive.check()
  }

  @Test func manyTinyRuns() throws {
    let archive = try LivingArchive()
    var most = 0
    for run in 0..<200 {
      try archive.add("\(run).json", "{\"Records\":[\(Self.record(run)),\(Self.record(run + 1))]}")
      most = max(most, try ArchiveSnapshot(path: archive.path).manifest.segments.count)
    }
    #expect(most <= 40, "\(most)")
    #expect(try archive.count() == 201)
    let again = try archive.run(["in"])
    #expect(again.skippedObjects == 200 && again.segments == 0)
    try archive.check()
    print("200 runs: at most \(most) segments")
  }

  /// A fragment moves only with all others of its object.
  @Test func fragments() throws {
    let archive = try LivingArchive()
    let text = (0..<400).map { Self.record($0) }.joined(separator: "\n")
    try archive.add("big.json", text) {
      ($0.fragmentByteLimit, $0.segmentJSONByteLimit, $0.pieceByteTarget) = (8_000, 16_000, 8_000)
    }
    try archive.add("a.json", Self.record(401))
    _ = try mergeSegments(of: archive.path)
    #expect(try archive.count() == 401)
    try archive.check()
    #expect(try ArchiveSnapshot(path: archive.path).manifest.segments.count == 1)
  }

  // MARK: What stays for readers

  @Test func readersOfEarlierStates() throws {
    let archive = try LivingArchive()
    for index in 0..<3 { try archive.add("\(index).json", Self.record(index)) }
    let reader = try Archive(path: archive.path)
    _ = try mergeSegments(of: archive.path)
    #expect(try Scan(reader, ScanRequest()).count() == 3)
    // The next writer takes them for what they are.
    try archive.add("3.json", Self.record(3))
    #expect(try !treePaths(archive.path).contains { $0.hasPrefix("lost+found") })
    let late = try Archive(path: archive.path)
    #expect(try collectGarbage(of: archive.path).files == 0)
    let summary = try collectGarbage(of: archive.path, grace: 0)
    #expect(summary.files == 3 && summary.waiting == 0)
    #expect(try treePaths(archive.path + "/segments").count == 2)
    #expect(try Scan(late, ScanRequest()).count() == 4)
    try archive.check()
    #expect(try archive.run(["in"]).skippedObjects == 4)
  }

  // MARK: Dropping

  @Test func dropsOldObjects() throws {
    let archive = try LivingArchive()
    try archive.add("old.json", "{\"Records\":[\(Self.record(1)),\(Self.record(2))]}")
    try archive.add("both.json", "{\"Records\":[\(Self.record(1)),\(Self.record(8))]}")
    try archive.add("new.json", Self.record(7))
    try archive.add("timeless.json", "{\"eventName\":\"x\",\"eventID\":\"t\"}") { $0.merges = false }
    let before: Int64 = 1_704_412_800_000
    try holdArchive(at: archive.path, reason: "case 7")
    #expect(throws: CairnError.self) { try dropObjects(of: archive.path, before: before) }
    #expect(try releaseArchive(at: archive.path)?.reason == "case 7")
    #expect(try dropObjects(of: archive.path, before: before, isTrial: true).objects == 1)
    #expect(try archive.count() == 5)
    let summary = try dropObjects(of: archive.path, before: before)
    #expect(summary.objects == 1 && summary.records == 2 && summary.straddling == 1, "\(summary)")
    #expect(summary.timeless == 1 && summary.unshadowed == 1, "\(summary)")
    // What the dropped object had hidden is seen.
    #expect(try archive.rows("SELECT eventID FROM events WHERE eventID = '1'") == ["1"])
    #expect(try archive.count() == 4)
    #expect(try ArchiveSnapshot(path: archive.path).manifest.drops.map(\.objectCount) == [1])
    var problems: [CairnError] = []
    _ = try Archive(path: archive.path).verify(threads: 1) { problems.append($0) }
    #expect(problems == [])
    // It comes back with its source, and only then.
    #expect(try archive.run(["in/both.json", "in/new.json"]).skippedObjects == 2)
    #expect(try archive.run(["in"]).objects == 1)
    #expect(try archive.count() == 5)
    try archive.check()
  }

  /// Of a segment of several objects some go.
  @Test func dropsPartOfASegment() throws {
    let archive = try LivingArchive()
    for index in 0..<8 { try archive.directory.write("in/\(index).json", Array(Self.record(index).utf8)) }
    _ = try archive.run(["in"])
    let summary = try dropObjects(of: archive.path, before: 1_704_412_800_000)
    #expect(summary.objects == 4 && summary.straddling == 0)
    #expect(try archive.rows("SELECT eventID FROM events ORDER BY 1") == ["4", "5", "6", "7"])
  }

  /// A segment of so many keys would end where it does in any merge: it is not written again and again.
  @Test func wideSegmentsStay() throws {
    let archive = try LivingArchive()
    for run in 0..<9 {
      let keys = (0..<33_000).map { "\"k\(run)_\($0)\":1" }.joined(separator: ",")
      let summary = try archive.add("w\(run).json", Self.record(run, ",\"p\":{\(keys)}"))
      #expect(summary.merged.sources == 0)
    }
    #expect(try archive.rows("SELECT count(*), count(DISTINCT eventID) FROM events") == ["9 9"])
  }
}
