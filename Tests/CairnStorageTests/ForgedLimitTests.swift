import CairnStorage
import CairnTestSupport
import Testing

/// Few bytes that stand for very much, and numbers at the ends of their range: refused before they cost anything.
@Suite struct ForgedLimitTests {
  private static let source =
    #"{"Records":[{"eventVersion":"1.11","eventTime":"2024-02-29T12:00:00Z","n":[1,1]}]}"#

  /// What opening and rebuilding the changed segment throws.
  private func cause(_ change: (inout SegmentForge, SegmentReader) throws -> Void) throws -> String? {
    let bytes = try SegmentFixture.segment([.init(key: "a", bytes: Array(Self.source.utf8))])
    var forge = try SegmentForge(bytes)
    try change(&forge, try SegmentReader(MemoryBlockStore(name: "memory", bytes: bytes)))
    do {
      let reader = try SegmentReader(MemoryBlockStore(name: "memory", bytes: forge.bytes()))
      try ObjectRebuilder(reader, threads: 1).rebuild(try reader.objects()) { object, bytes in
        try ObjectRebuilder.check(object, bytes, file: "memory")
      }
      return nil
    } catch CairnError.damaged(_, _, let cause) { return cause }
  }

  private func varint(_ value: Int) -> [UInt8] {
    var writer = ByteWriter()
    writer.writeVarint(value)
    return writer.bytes
  }

  /// A directory of one chunk with one part, and lists where there are some.
  private func directory(_ count: Int, _ part: [UInt8], lists: [UInt8]? = nil) -> [UInt8] {
    [0, 0, 0, 1, 0] + varint(count) + [UInt8(part.count << 1)] + part
      + (lists.map { [UInt8($0.count << 1)] + $0 } ?? []) + [0]
  }

  @Test func unchanged() throws { #expect(try cause { _, _ in } == nil) }

  /// An array of so many ones: three columns, each of one constant.
  @Test(arguments: [3, 1 << 22, 1 << 28, 1 << 40]) func longArray(count: Int) throws {
    let cause = try cause { forge, reader in
      let catalogue = try reader.catalogue()
      for (index, column) in catalogue.columns.enumerated() {
        switch (catalogue.path(of: column.slot), column.kind) {
        case ("n", .length):
          forge.changeDirectory(index) { $0 = directory(1, [0] + varint(count * 2)) }
        case ("n[]", .shape):
          forge.changeDirectory(index, valueCount: count) { $0 = directory(count, [], lists: [1, 0, 8]) }
        case ("n[]", .integer):
          forge.changeDirectory(index, valueCount: count) { $0 = directory(count, [0, 2]) }
        default: break
        }
      }
    }
    // Below the limit of values, the object's own size ends it, or its hash differs.
    let expected = count == 3 ? "does not rebuild" : count > 1 << 24 ? "malformed" : "longer"
    #expect(cause?.contains(expected) == true || count == 1 << 28, "\(cause ?? "")")
    #expect(cause != nil)
  }

  /// Where a list of the object block begins: of sizes, versions, row counts and so on, by its number.
  private func list(_ number: Int, of block: [UInt8]) throws -> Int {
    var reader = ByteReader(block, origin: ByteOrigin(file: "memory", offset: 0))
    let count = try reader.readCount(limit: 10, of: "objects")
    for _ in 0..<count {
      _ = try reader.readVarint()
      _ = try reader.readCounted()
    }
    for _ in 0..<number { _ = try BytePlanes.decode(&reader, count: count) }
    return reader.position
  }

  /// By number of the list: versions, fragments and rows of one object, each a constant.
  @Test(arguments: [(4, "version"), (5, "fragment"), (8, "row count")], [1 << 28, Int.max / 2])
  func numbersOfObjects(list: (number: Int, name: String), value: Int) throws {
    if list.number < 8, value == 1 << 28 { return }
    let cause = try cause { forge, reader in
      try forge.change(reader.footer.objectBlocks[0].heads) { block in
        let start = try self.list(list.number, of: block)
        block.replaceSubrange(start..<(start + 1), with: varint(value &* 2))
      }
    }
    #expect(cause?.contains(list.name) == true, "\(cause ?? "nothing")")
  }

  /// A time that no calendar has: in the footer, in the rows, in both.
  @Test(arguments: [(true, false), (false, true), (true, true)]) func timesOfNoYear(
    inFooter: Bool, inRows: Bool
  )
    throws
  {
    let far = Int64.max / 1000 * 1000
    let cause = try cause { forge, reader in
      if inFooter {
        forge.footer.rowGroups[0].minimumTime = far
        forge.footer.rowGroups[0].maximumTime = far
      }
      guard inRows else { return }
      var writer = ByteWriter()
      RowTimes.encode([far], into: &writer)
      forge.change(reader.footer.rowGroups[0].times) { $0 = writer.bytes }
    }
    #expect(cause != nil || !inFooter && !inRows, "nothing")
  }
}
