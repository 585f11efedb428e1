import CairnStorage
import CairnTestSupport
import Testing

/// What no object needs and readers believe: where it is false, verification and the writer's own proof say so.
@Suite struct SegmentProofTests {
  private func open(_ bytes: [UInt8]) throws -> SegmentReader {
    try SegmentReader(MemoryBlockStore(name: "memory", bytes: bytes))
  }

  /// The cause for which the changed segment is refused, by the part of verification that the writer runs too.
  private func cause(_ bytes: [UInt8], _ change: (inout SegmentForge, SegmentReader) throws -> Void) throws
    -> String?
  {
    var forge = try SegmentForge(bytes)
    try change(&forge, try open(bytes))
    do {
      _ = try SegmentVerifier(try open(forge.bytes()), threads: 2).verifyContent()
      return nil
    } catch CairnError.damaged(_, _, let cause) { return cause }
  }

  private func segment(_ records: String) throws -> [UInt8] {
    try SegmentFixture.segment([SegmentFixture.Source(key: "a", bytes: Array(records.utf8))])
  }

  private func column(_ path: String, _ kind: ColumnKind, _ reader: SegmentReader) throws -> Int {
    let catalogue = try reader.catalogue()
    let index = catalogue.columns.indices.first {
      catalogue.columns[$0].kind == kind && catalogue.path(of: catalogue.columns[$0].slot) == path
    }
    guard let index else { throw TestFailure("no column \(path)") }
    return index
  }

  @Test func honestSegments() throws {
    for size in [DamageFixture.Size.tiny, .small, .large] {
      let fixture = try DamageFixture(size, compresses: true)
      #expect(try cause(fixture.bytes) { _, _ in } == nil)
    }
  }

  /// Where memory is short few row groups are kept decoded, whatever order the objects have their rows in.
  @Test(arguments: [true, false]) func fewRowGroupsKept(isOrdered: Bool) throws {
    var random = SeededGenerator(seed: 5)
    let (objects, rows) = (40, 4000)
    let sources = (0..<objects).map { object in
      let lines = (0..<rows).map { row -> String in
        let second = isOrdered ? object * 60 + row / 100 : random.below(objects * 60)
        let time = EventTime.text((1_700_000_000 + Int64(second)) * 1000)
        return #"{"eventTime":"\#(time)","eventName":"N","n":\#(object * rows + row)}"#
      }
      return SegmentFixture.Source(key: "\(100 + object)", bytes: Array(lines.joined(separator: "\n").utf8))
    }
    let bytes = try SegmentFixture.segment(sources)
    let reader = try open(bytes)
    #expect(reader.footer.rowGroups.count >= 3)
    for memory in [1, 200 << 20, 1 << 30] {
      let result = try SegmentVerifier(reader, threads: 2, memoryByteLimit: memory).verifyContent()
      #expect(result.objectCount == objects && result.recordCount == objects * rows)
    }
    // Each row group is proved, whichever are kept.
    for group in reader.footer.rowGroups.indices {
      var forge = try SegmentForge(bytes)
      forge.footer.rowGroups[group].maximumTime += 1
      let forged = try open(forge.bytes())
      #expect(throws: CairnError.self) {
        try SegmentVerifier(forged, threads: 2, memoryByteLimit: 1).verifyContent()
      }
    }
  }

  @Test func countsOfTheFooter() throws {
    let bytes = try DamageFixture(.small, compresses: false).bytes
    for change: (inout Footer) -> Void in [
      { $0.jsonByteCount += 1 }, { $0.sourceByteCount -= 1 }, { $0.rejectedCount += 1 },
    ] {
      #expect(try cause(bytes) { forge, _ in change(&forge.footer) }?.contains("counts") == true)
    }
    let moreRecords = try cause(bytes) { forge, _ in
      forge.footer.recordCount += 1
      forge.footer.duplicateCount += 1
    }
    #expect(moreRecords?.contains("records") == true)
  }

  @Test func boundsOfTimes() throws {
    let bytes = try DamageFixture(.small, compresses: false).bytes
    for change: (inout Footer.RowGroup) -> Void in [
      { $0.minimumTime += 1 }, { $0.minimumTime -= 1 }, { $0.maximumTime -= 1 }, { $0.maximumTime += 1 },
    ] {
      #expect(try cause(bytes) { forge, _ in change(&forge.footer.rowGroups[0]) }?.contains("times") == true)
    }
  }

  /// Times, and their bounds with them, that are not those in the records.
  @Test func timesOfRows() throws {
    let bytes = try segment(
      #"[{"eventTime":"2024-02-29T12:00:00Z","eventName":"a"},{"eventTime":"x","eventName":"b"}]"#)
    let cause = try cause(bytes) { forge, reader in
      let group = reader.footer.rowGroups[0]
      var writer = ByteWriter()
      RowTimes.encode([group.minimumTime + 3_600_000], into: &writer)
      forge.change(group.times) { $0 = writer.bytes }
      forge.footer.rowGroups[0].minimumTime += 3_600_000
      forge.footer.rowGroups[0].maximumTime += 3_600_000
    }
    #expect(cause?.contains("another time") == true, "\(cause ?? "nothing")")
  }

  @Test func exactTimes() throws {
    let bytes = try segment(
      #"[{"eventTime":"2024-02-29T12:00:00.5Z","eventName":"a"},{"eventTime":"2024-02-29T12:00:01Z","eventName":"b"}]"#
    )
    let cause = try cause(bytes) { forge, reader in
      #expect(!reader.footer.rowGroups[0].hasExactTimes)
      forge.footer.rowGroups[0].hasExactTimes = true
    }
    #expect(cause?.contains("exact times") == true)
  }

  @Test func listsOfWords() throws {
    let bytes = try segment(#"[{"eventName":"a","eventVersion":"1","n":[1,null,1]}]"#)
    let cause = try cause(bytes) { forge, reader in
      var (old, new) = (ByteWriter(), ByteWriter())
      WordEncoding.encodeList([0, 4], into: &old)
      WordEncoding.encodeList([0, 4, 7], into: &new)
      let column = try column("n[]", .shape, reader)
      forge.changeDirectory(column) { directory in
        // The list's size and bytes, then no extensions.
        directory.removeLast(old.bytes.count + 2)
        directory += [UInt8(new.bytes.count << 1)] + new.bytes + [0]
      }
    }
    #expect(cause?.contains("a word of no value") == true, "\(cause ?? "nothing")")
  }

  /// A row that keeps its bytes has its values in columns too, which no object needs.
  @Test func columnsOfVerbatimRows() throws {
    let bytes = try segment("[{\"eventName\":\"a\",\"eventVersion\":\"1\"},{\"eventName\" :\"b\",  \"n\":5}]")
    let cause = try cause(bytes) { forge, reader in
      #expect(reader.footer.rowGroups[0].verbatimRowCount == 1)
      let column = try column("n", .integer, reader)
      // One value, the constant 5; then no extensions.
      forge.changeDirectory(column) { $0[$0.count - 2] = 12 }
    }
    #expect(cause?.contains("other values than its bytes") == true, "\(cause ?? "nothing")")
  }

  @Test(arguments: [true, false]) func membershipIndex(isEmptied: Bool) throws {
    let bytes = try DamageFixture(.large, compresses: false).bytes
    let cause = try cause(bytes) { forge, reader in
      let column = try column("eventID", .string, reader)
      guard let index = try reader.column(column).directory.membership else { throw TestFailure("no index") }
      guard isEmptied else {
        // Half of the values of some slots get another answer.
        return forge.change(index.pages[0]) { $0[$0.count / 2] ^= 0xFF }
      }
      let planes = [UInt8](repeating: 0, count: 1 + 8 * index.answerBits)
      let pages = index.pages.map { _ in forge.add(planes) }
      let (old, new) = (Self.directory(index, index.pages), Self.directory(index, pages))
      forge.changeDirectory(column) { directory in
        directory.removeLast(old.count + 1)
        directory += [UInt8(new.count)] + new
      }
    }
    #expect(cause?.contains("membership index") == true, "\(cause ?? "nothing")")
  }

  private static func directory(_ index: MembershipDirectory, _ pages: [BlockRef]) -> [UInt8] {
    var writer = ByteWriter()
    writer.writeVarint(index.valueCount)
    writer.writeByte(UInt8(index.answerBits))
    writer.writeVarint(pages.count)
    writer.writeVarint(pages[0].offset)
    IntegerEncoding.encode(pages.map { Int64($0.byteCount) }, into: &writer)
    return writer.bytes
  }

  @Test func valuesBesideTheirSpelling() {
    func strings(_ value: String, _ style: StringStyle, _ spelling: String? = nil) -> Bool {
      let table = StringTable()
      table.append(Array("plain".utf8))
      table.append(Array(value.utf8), style: style, spelling: spelling.map { Array($0.utf8) })
      return ValueProof.areStrings(table)
    }
    #expect(strings("a/b", .slash) && strings("é", .ascii) && strings("A", .verbatim, "\\u0041"))
    #expect(!strings("a\\u0041", .plain) && !strings("a\",\"b\":\"c", .plain))
    #expect(!strings("B", .verbatim, "\\u0041") && !strings("A", .verbatim, "\\u0041\",\"b\":\"c"))
    #expect(!strings("A\\", .verbatim, "A\\"))
    func number(_ text: String) -> Bool {
      let table = StringTable()
      table.append(Array(text.utf8))
      return ValueProof.areNumbers(table)
    }
    for text in ["0", "-0", "1.50", "12e+3", "-1E9", "123456789012345678901"] { #expect(number(text)) }
    for text in ["", "-", "01", "1.", ".5", "1e", "true", "1,2", "1 "] { #expect(!number(text)) }
  }
}
