import CairnStorage
import CairnTestSupport
import Testing

/// Everything odd that JSON and collectors may do comes back byte for byte.
@Suite struct OddityTests {
  @Test(arguments: Oddity.all)
  func rebuilds(_ oddity: Oddity) throws {
    let archive = try TestArchive([("x.json", oddity.delivered)])
    let summary = archive.summary
    #expect(summary.objects == (oddity.isOpaque ? 0 : 1))
    #expect(summary.opaqueObjects == (oddity.isOpaque ? 1 : 0))
    #expect(summary.records == oddity.records)
    #expect(summary.records == summary.kept + summary.duplicates + summary.shadowed)
    #expect(!summary.hasRejects, "\(summary.firstRejects)")
    #expect(summary.jsonByteCount == oddity.bytes.count)
    #expect(try archive.verbatimRowCount() == oddity.verbatimRows)
    let verified = try archive.verify()
    #expect(verified.recordCount == oddity.records)
    #expect(verified.byteCount == oddity.bytes.count)
    let restored = try archive.restore()
    #expect(Array(restored.keys) == ["x.json"])
    #expect(difference(restored["x.json"], oddity.bytes) == nil)
  }

  /// All together: kinds meet at the same paths, shapes and dictionaries are shared.
  @Test(arguments: [1, 3])
  func rebuildTogether(threads: Int) throws {
    let objects = Oddity.all.enumerated().map { ("dir/\($0.offset).json", $0.element) }
    var options = CompactionOptions()
    options.threads = threads
    options.pieceByteTarget = 100_000
    let archive = try TestArchive(objects.map { (key: $0.0, bytes: $0.1.delivered) }, options: options)
    #expect(archive.summary.records == Oddity.all.reduce(0) { $0 + $1.records })
    #expect(!archive.summary.hasRejects)
    let restored = try archive.restore(threads: threads)
    #expect(restored.count == objects.count)
    for (key, oddity) in objects {
      #expect(difference(restored[key], oddity.bytes) == nil, "\(oddity.name)")
    }
  }

  /// Columns that leave the dictionary: more than 4,096 values that hardly repeat, some with escapes.
  @Test func manyDistinctValues() throws {
    var random = SeededGenerator(seed: 5)
    let lines = (0..<9000).map { index -> String in
      let escape = random.pick(["\\u003d", "\\/", "é", "\\u00e9", "\\ud83d", "", "", "", ""])
      let uuid = index % 50 == 0 ? "none" : Oddity.uuid(&random)
      return Oddity.record(
        #""requestID":"\#(uuid)","k":"\#(random.next())\#(escape)","t":"2023-07-10T11:\#(10 + index % 50):\#(10 + index / 50 % 50)Z","#
          + #""n":\#(Double(index) / 8),"i":\#(Int64(bitPattern: random.next()))"#, id: index)
    }
    let body = Array(("{\"Records\":[" + lines.joined(separator: ",") + "]}").utf8)
    let archive = try TestArchive([("x.json", body)])
    #expect(archive.summary.records == 9000)
    #expect(difference(try archive.restore()["x.json"], body) == nil)
    _ = try archive.verify()
  }

  /// More rows than a row group holds, out of time order, some without a time.
  @Test func severalRowGroups() throws {
    var random = SeededGenerator(seed: 6)
    let count = SegmentFormat.rowGroupRowLimit + 5000
    let lines = (0..<count).map { index -> String in
      let second = random.below(60)
      let time = index % 1000 == 0 ? "none" : "2023-07-10T11:54:\(second < 10 ? "0" : "")\(second)Z"
      let array = index % 3 == 0 ? #","r":[{"ARN":"a\#(random.below(9))"},\#(index)]"# : ""
      return #"{"eventTime":"\#(time)","eventName":"n\#(random.below(4))","eventID":"\#(index)"\#(array)}"#
    }
    let body = Array(lines.joined(separator: "\n").utf8)
    let archive = try TestArchive([("x.ndjson", body)])
    let groups = try archive.readers().flatMap(\.footer.rowGroups)
    #expect(groups.map(\.rowCount) == [SegmentFormat.rowGroupRowLimit, 5000])
    #expect(groups.map(\.untimedRowCount) == [71, 0])
    #expect(difference(try archive.restore()["x.ndjson"], body) == nil)
  }
}
