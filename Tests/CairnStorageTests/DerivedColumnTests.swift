import CairnStorage
import CairnTestSupport
import Testing

/// Columns of a segment that are derived from others: found, read in every way, restored.
@Suite struct DerivedColumnTests {
  /// Records of requests for objects of buckets, and of roles that were assumed; some that break each rule.
  private static func source(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = SeededGenerator(seed: seed)
    func word(_ length: Int) -> String {
      String((0..<length).map { _ in random.pick(Array("abcdefghijklmnopqrstuvwxyz0123456789")) })
    }
    let lines = (0..<count).map { index -> String in
      let (bucket, key, request) = ("logs-\(random.below(5))", word(8) + "/" + word(12), word(16))
      let escaped = random.chance(30) ? #"a\u003d\"b"# : ""
      let arn =
        random.chance(20) ? "arn:aws:s3:::other/" + word(9) : "arn:aws:s3:::\(bucket)/\(key)\(escaped)"
      let time = "2024-02-29T12:\(10 + index / 60 % 50):\(10 + index % 50)Z"
      let echo = random.chance(3) ? #","responseElements":{"requestId":"\#(request)"}"# : ""
      return #"{"eventTime":"\#(time)","eventName":"N\#(random.below(4))","requestID":"\#(request)""#
        + #","requestParameters":{"bucketName":"\#(bucket)","key":"\#(key)\#(escaped)"}\#(echo)"#
        + #","resources":[{"ARN":"\#(arn)"},{"ARN":"arn:aws:s3:::\#(bucket)"}]}"#
    }
    return Array(#"{"Records":[\#(lines.joined(separator: ","))]}"#.utf8)
  }

  private func column(_ path: String, _ reader: SegmentReader) throws -> ColumnReader {
    let catalogue = try reader.catalogue()
    let index = try #require(
      catalogue.columns.firstIndex { $0.kind == .string && catalogue.path(of: $0.slot) == path })
    return try reader.column(index)
  }

  private func values(_ column: ColumnReader, _ positions: [UInt32]? = nil) throws -> [[UInt8]] {
    let strings = try column.strings(in: 0, positions: positions) { [] }
    return (0..<strings.count).map { index in
      var spelled = RawVector<UInt8>()
      defer { spelled.free() }
      strings.table.appendSpelling(of: strings.entry(index), to: &spelled)
      return Array(spelled.buffer)
    }
  }

  @Test func segmentsHaveThem() throws {
    let source = Self.source(2500, seed: 4)
    let bytes = try SegmentFixture.segment([.init(key: "a", bytes: source)])
    #expect(try SegmentFixture.restore(bytes) == ["a": source])
    let reader = try SegmentFixture.open(bytes)
    let arn = try column("resources[].ARN", reader)
    let echo = try column("responseElements.requestId", reader)
    for derived in [arn, echo] {
      #expect(!derived.directory.parents.isEmpty && derived.directory.entryCount == 0)
      #expect(try derived.encodingName(of: try #require(derived.chunk(of: 0))) == "derived")
    }
    #expect(try column("requestID", reader).directory.parents.isEmpty)
    // What is read of some positions is what these have of all.
    let all = try values(arn)
    var random = SeededGenerator(seed: 1)
    for _ in 0..<5 {
      let chosen = (0..<40).map { _ in UInt32(random.below(all.count)) }.sorted()
      #expect(try values(arn, chosen) == chosen.map { all[Int($0)] })
    }
  }

  /// Conditions and searches find in derived values what they find in the objects.
  @Test func conditionsAndSearches() throws {
    let source = Self.source(1200, seed: 5)
    let reader = try SegmentFixture.open(try SegmentFixture.segment([.init(key: "a", bytes: source)]))
    let echo = try values(column("responseElements.requestId", reader))
    let rows = Positions.run(0..<reader.footer.rowCount)
    let path = ["responseElements", "requestId"].map { PathName(bytes: Array($0.utf8), isExact: true) }
    for needle in [echo[0], echo[echo.count / 2], Array("nothing".utf8)] {
      let isNeedle: @Sendable (FieldValue) -> Bool = { if case .string(needle) = $0 { true } else { false } }
      for needles in [nil, [needle]] {
        let predicate = ColumnPredicate(path: path, needles: needles, passes: isNeedle)
        let filter = try ColumnFilter(reader, rowGroup: 0)
        let found = try filter.filter(predicate, rows: rows, cache: VerdictCache())
        #expect(found.count == echo.count { $0 == needle })
        #expect(try filter.mayPass(predicate) || found.count == 0)
      }
    }
  }

  /// Columns that would be made of each other, or of none, end in an error and not in a circle.
  @Test func forgedParents() throws {
    let bytes = try SegmentFixture.segment([.init(key: "a", bytes: Self.source(400, seed: 6))])
    let reader = try SegmentFixture.open(bytes)
    let columns = try reader.catalogue().columns.indices.map { try reader.column($0) }
    let index = try #require(columns.firstIndex { !$0.directory.parents.isEmpty })
    let shape = try #require(columns.firstIndex { $0.info.kind == .shape })
    for parent in [index, shape, columns.count, 127] {
      var forge = try SegmentForge(bytes)
      let old = columns[index].directory.parents.map { UInt8($0) }
      forge.changeDirectory(index) { directory in
        // The extension's list of parents ends the directory.
        directory.replaceSubrange((directory.count - old.count)..., with: old.map { _ in UInt8(parent) })
      }
      let forged = try SegmentReader(MemoryBlockStore(name: "memory", bytes: forge.bytes()))
      #expect(throws: CairnError.self, "\(parent)") { _ = try values(try forged.column(index)) }
    }
  }

  /// What the draft before wrote is read; what none wrote, or a later one, is not.
  @Test func earlierDraft() throws {
    let source = Array(#"{"Records":[{"eventVersion":"1.11","eventTime":"2024-02-29T12:00:00Z"}]}"#.utf8)
    let bytes = try SegmentFixture.segment([.init(key: "a", bytes: source)])
    func version(_ version: UInt32) -> [UInt8] {
      var (changed, tail) = (bytes, ByteWriter())
      let start = changed.count - SegmentFormat.tailByteCount
      var number = ByteWriter()
      number.writeUInt32(version)
      changed.replaceSubrange(8..<12, with: number.bytes)
      changed.replaceSubrange((start + 12)..<(start + 16), with: number.bytes)
      tail.writeUInt64(checksum(Array(changed[start..<(start + 16)]), seed: UInt64(start)))
      changed.replaceSubrange((start + 16)..<(start + 24), with: tail.bytes)
      return changed
    }
    for draft in [UInt32(2), 3, 4] {
      #expect(try SegmentFixture.restore(version(1 | draft << 16)) == ["a": source])
      #expect(throws: Never.self) { try SegmentFixture.open(version(1 | draft << 16)).verifyHeader() }
    }
    for other: UInt32 in [1, 1 | 1 << 16, 2 | 2 << 16, 1 | 5 << 16, 0] {
      #expect(throws: CairnError.self) { try SegmentFixture.open(version(other)) }
    }
  }
}
