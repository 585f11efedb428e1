import CairnStorage
import CairnTestSupport
import Testing

/// Objects that are no JSON themselves: text in UTF-16, streams in streams, tables, zip and tar archives.
@Suite struct ContainerTests {
  private static let records = (0..<3).map { Oddity.record("\"a\":\($0),\"t\":\"é𝄞\"", id: $0) }
  private static let envelope = Array(Oddity.envelope(records).utf8)

  private static func wide(_ text: [UInt8], isBig: Bool) -> [UInt8] {
    String(decoding: text, as: UTF8.self).utf16.flatMap { unit in
      let bytes = [UInt8(truncatingIfNeeded: unit), UInt8(truncatingIfNeeded: unit >> 8)]
      return isBig ? bytes.reversed() : bytes
    }
  }

  private static func base64(_ bytes: [UInt8]) throws -> String {
    String(decoding: try filter(bytes, ["base64", "-w0"]), as: UTF8.self)
  }

  /// Read as events, kept as it is, and known the second time.
  private func isRead(
    _ bytes: [UInt8], _ wrapping: Wrapping, records: Int = 3, restoring: [UInt8]? = nil,
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let archive = try TestArchive([("f", bytes)])
    let summary = archive.summary
    #expect(
      summary.objects == 1 && summary.kept == records && !summary.hasRejects, "\(summary)",
      sourceLocation: location)
    let object = try #require(try archive.readers().first?.objects().last)
    #expect(object.flags.wrapping == wrapping, sourceLocation: location)
    #expect(try archive.verify().recordCount == records, sourceLocation: location)
    let restored = try archive.restore()
    #expect(difference(restored["f"], restoring ?? bytes) == nil, sourceLocation: location)
    #expect(try archive.add([]).unchangedObjects == 1, sourceLocation: location)
  }

  @Test func views() throws {
    let text = Self.envelope
    try isRead([0xFF, 0xFE] + Self.wide(text, isBig: false), .utf16)
    try isRead([0xFE, 0xFF] + Self.wide(text, isBig: true), .utf16)
    try isRead(Self.wide(text, isBig: false) + [7], .utf16)
    let wide = Self.wide(text, isBig: true)
    try isRead(try gzip(wide), .utf16, restoring: wide)
    try isRead(try gzip(try gzip(text)), .compressed, restoring: try gzip(text))
    try isRead(try zstd(try gzip(wide)), .compressed, restoring: try gzip(wide))
    let events = Self.records.map { record -> String in
      let quoted = record.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      return "{\"id\":\"1\",\"message\":\"" + quoted + "\"}"
    }
    let message = "{\"logEvents\":[" + events.joined(separator: ",") + "]}"
    let data = try Self.base64(try gzip(Array(message.utf8)))
    try isRead(Array("{\"awslogs\":{\"data\":\"\(data)\"}}".utf8), .subscription)
    try isRead(Array("{\"Data\":\"\(data)\"}\n".utf8), .subscription)
  }

  @Test func tables() throws {
    let cells = Self.records.map { "1,\"" + $0.replacing("\"", with: "\"\"") + "\"\r\n" }
    try isRead(Array(("id,eventJson\r\n" + cells.joined()).utf8), .csv)
    let history =
      "Event name,Event time,User name,Event source,Event ID,AWS access key,Read-only\n"
      + "GetObject,\"January 01, 2024, 00:01:00 (UTC+00:00)\",Alice,s3.amazonaws.com,x,AKIA,true\n"
      + "PutObject,\"March 31, 2024, 23:59:59 (UTC+02:00)\",-,s3.amazonaws.com,y,-,false\n"
    try isRead(Array(history.utf8), .csv, records: 2)
    let archive = try TestArchive([("f", Array(history.utf8))])
    let range = try #require(try archive.readers().first?.footer.timeRange)
    #expect(range.minimum == 1_704_067_260_000 && range.maximum == 1_711_922_399_000)
    // A row of another form is told.
    let odd = try TestArchive([("f", Array((history + "one cell\n").utf8))])
    #expect(odd.summary.kept == 2 && odd.summary.rejected == 1 && odd.summary.records == 3)
    #expect(try odd.restore()["f"] == Array((history + "one cell\n").utf8))
  }

  /// More than beside its records is kept: as fragments before them.
  @Test func largeViews() throws {
    let records = (0..<4000).map {
      Oddity.record("\"n\":\($0),\"pad\":\"\(String(repeating: "x", count: 200))\"", id: $0)
    }
    let bytes = [0xFF, 0xFE] + Self.wide(Array(Oddity.envelope(records).utf8), isBig: false)
    #expect(bytes.count > 1 << 20)
    for limit in [300_000, 1 << 26] {
      var options = CompactionOptions()
      options.fragmentByteLimit = limit
      let archive = try TestArchive([("f", bytes)], options: options)
      #expect(
        archive.summary.kept == 4000 && archive.summary.objects == 1 && archive.summary.opaqueObjects == 0)
      _ = try archive.verify()
      #expect(difference(try archive.restore()["f"], bytes) == nil)
    }
  }

  // MARK: Containers

  private static let folder = "AWSLogs/111122223333/CloudTrail/us-east-1/2024/01/01/"
  private static let name = "111122223333_CloudTrail_us-east-1_20240101T0005Z_aaaaaaaaaaaaaaaa.json"

  private func packed(_ command: [String]) throws -> [UInt8] {
    let directory = try TemporaryDirectory()
    try directory.write(Self.folder + Self.name + ".gz", try gzip(Self.envelope))
    try directory.write("x/lines.json", Array(Self.records.joined(separator: "\n").utf8))
    try directory.write("readme.txt", Array("nothing\n".utf8))
    return try runProcess(["bash", "-c", "cd '\(directory.path)' && " + command.joined(separator: " ")])
      .output
  }

  @Test(arguments: [
    [
      "python3", "-c", "'import shutil; shutil.make_archive(\"/tmp/x\", \"zip\", \".\")'", "; cat /tmp/x.zip",
    ],
    ["tar", "-cf", "-", "*"], ["tar", "-czf", "-", "*"], ["tar", "--format=pax", "-cf", "-", "*"],
    ["tar", "--format=gnu", "-cf", "-", "*"],
  ]) func members(command: [String]) throws {
    var command = command
    let scratch = try TemporaryDirectory()
    if command[0] == "python3" {
      command = [
        "python3", "-c", "'import shutil; shutil.make_archive(\"\(scratch.path)/x\", \"zip\", \".\")'", ";",
        "cat",
        scratch.sub("x.zip"),
      ]
    }
    let bytes = try packed(command)
    let archive = try TestArchive([("c", bytes)])
    let summary = archive.summary
    #expect(summary.objects == 2 && summary.records == 6 && summary.kept == 3, "\(command): \(summary)")
    #expect(summary.foreignFiles == 1 && !summary.hasRejects)
    _ = try archive.verify()
    let restored = try archive.restore()
    #expect(restored["c!" + Self.folder + Self.name] == Self.envelope, "\(restored.keys)")
    #expect(restored["c!x/lines.json"] == Array(Self.records.joined(separator: "\n").utf8))
    #expect(try archive.add([]).unchangedObjects == 1)
    // The member by itself is the same object.
    let loose = try archive.add([(Self.folder + Self.name, Self.envelope)])
    #expect(loose.objects == 0 && loose.skippedObjects == 2, "\(loose)")
  }

  /// Whatever is changed in a container, what it holds is read or told.
  @Test func damagedContainers() throws {
    let scratch = try TemporaryDirectory()
    let zip = try packed([
      "python3", "-c", "'import shutil; shutil.make_archive(\"\(scratch.path)/x\", \"zip\", \".\")'", ";",
      "cat",
      scratch.sub("x.zip"),
    ])
    let tar = try packed(["tar", "-cf", "-", "*"])
    var random = SeededGenerator(seed: 5)
    for bytes in [zip, tar] {
      for round in 0..<30 {
        var damaged = bytes
        for _ in 0...round % 3 { damaged[Int(random.below(damaged.count))] = UInt8(random.below(256)) }
        if round % 5 == 0 { damaged = Array(damaged.prefix(Int(random.below(damaged.count)))) }
        let archive = try TestArchive([("c", damaged), ("good.json", Array(Oddity.record("\"a\":1").utf8))])
        let summary = archive.summary
        #expect(summary.records == summary.kept + summary.duplicates + summary.rejected)
        _ = try archive.verify()
        _ = try archive.restore()
      }
    }
  }

  /// Members that name one file, and containers in containers.
  @Test func nestedContainers() throws {
    let directory = try TemporaryDirectory()
    let script = """
      cd '\(directory.path)'
      printf '%s' '\(Self.records[0])' > a.json; tar -cf one.tar a.json
      printf '%s' '\(Self.records[1])' > a.json; tar -rf one.tar a.json
      gzip -k one.tar; tar -cf two.tar one.tar.gz; cat two.tar
      """
    let bytes = try runProcess(["bash", "-c", script]).output
    let archive = try TestArchive([("c", bytes)])
    #expect(archive.summary.objects == 2 && archive.summary.kept == 2, "\(archive.summary)")
    #expect(
      try Set(archive.restore().values) == Set([Self.records[0], Self.records[1]].map { Array($0.utf8) }))
  }
}
