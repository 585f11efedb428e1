import CairnStorage
import CairnTestSupport
import Testing

/// The shapes of a segment: as written, and where each slot is a member.
@Suite struct ShapeTableTests {
  /// A root with children 1, 2 and 4; 3 is a child of 2.
  private static let slots = [(0, ""), (0, "a"), (0, "b"), (2, "c"), (0, "d")].map {
    Slot(parent: $0.0, isElement: false, name: Array($0.1.utf8))
  }

  private static func table(_ random: inout SeededGenerator) -> (ShapeTable, [[Shape]]) {
    let inner = (0..<random.below(4)).map { _ in
      Shape(entries: (0..<random.below(3)).map { _ in Shape.Entry(slot: 3, word: UInt32(random.below(10))) })
    }
    let outer = (0..<random.below(20)).map { _ in
      Shape(
        entries: (0..<random.below(6)).map { _ in
          let slot = random.pick([1, 2, 4])
          let isShape = slot == 2 && !inner.isEmpty && random.chance(2)
          return Shape.Entry(
            slot: slot, word: UInt32(isShape ? 16 + random.below(inner.count) : random.below(10)))
        })
    }
    let shapes = [outer, [], inner, [], []]
    return (ShapeTable(shapes), shapes)
  }

  private static func bytes(_ table: ShapeTable) -> [UInt8] {
    var writer = ByteWriter()
    table.encode(into: &writer)
    return writer.bytes
  }

  private static func decode(_ bytes: [UInt8]) throws -> ShapeTable {
    var reader = ByteReader(bytes, origin: ByteOrigin(file: "shapes", offset: 0))
    return try ShapeTable.decode(&reader, slots: slots)
  }

  @Test(arguments: 0..<40)
  func usesAreThoseOfTheShapes(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let (written, shapes) = Self.table(&random)
    for table in [written, try Self.decode(Self.bytes(written))] {
      #expect(table.map { $0.map { Array($0.entries) } } == shapes.map { $0.map(\.entries) })
      for slot in Self.slots.indices.dropFirst() {
        let expected = shapes[Self.slots[slot].parent].enumerated().flatMap { number, shape in
          shape.entries.filter { $0.slot == slot }.map { [UInt32(number), $0.word] }
        }
        #expect(table.uses(of: slot).map { [$0.shape, $0.word] } == expected)
      }
    }
  }

  @Test func refusesWhatNoShapeHas() {
    func attempt(_ shapes: [[Shape]]) -> Bool { (try? Self.decode(Self.bytes(ShapeTable(shapes)))) != nil }
    func root(_ slot: Int, _ word: UInt32) -> [[Shape]] {
      [[Shape(entries: [Shape.Entry(slot: slot, word: word)])], [], [], [], []]
    }
    #expect(attempt(root(1, 3)))
    // No child of the root; the root itself; no slot; no kind; no shape.
    for wrong in [root(3, 3), root(0, 3), root(9, 3), root(1, 10), root(1, 15), root(2, 16)] {
      #expect(!attempt(wrong))
    }
  }

  /// Changed bytes are refused or read as other shapes; nothing traps.
  @Test func changedBytes() {
    var random = SeededGenerator(seed: 9)
    var refused = 0
    for _ in 0..<3000 {
      var bytes = Self.bytes(Self.table(&random).0)
      for _ in 0...random.below(3) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
      if let table = try? Self.decode(bytes) {
        _ = Self.slots.indices.map { table.uses(of: $0).count }
      } else {
        refused += 1
      }
    }
    #expect(refused > 1000)
  }
}

/// What the footer says of event times: true where it is written, damage where it is not.
@Suite struct ExactTimesTests {
  private static func segment(_ records: [String]) throws -> [UInt8] {
    let text = #"{"Records":["# + records.joined(separator: ",") + "]}"
    return try SegmentFixture.segment([SegmentFixture.Source(key: "a.json", bytes: Array(text.utf8))])
  }

  private static func record(_ time: String) -> String { #"{"eventVersion":"1.08",\#(time)}"# }

  @Test(arguments: [
    (#""eventTime":"2024-02-29T12:00:01Z""#, true), (#""eventTime":"2024-02-29T12:00:01.5Z""#, false),
    (#""eventTime":"2024-02-29T12:00:01+00:00""#, false), (#""eventTime":17"#, false), (#""x":1"#, false),
    (#""EventTime":"2024-02-29T12:00:01Z""#, false),
    (#""eventTime":"2024-02-29T12:00:01Z","EVENTTIME":"2024""#, false),
    (#""eventTime":"2024-02-29T12:00:01Z","eventTime":"2024-02-29T12:00:01Z""#, false),
  ])
  func areSaidWhereTheyAre(time: String, isExact: Bool) throws {
    let bytes = try Self.segment([Self.record(#""eventTime":"2024-02-29T12:00:00Z""#), Self.record(time)])
    let reader = try SegmentFixture.open(bytes)
    #expect(reader.footer.rowGroups.map(\.hasExactTimes) == [isExact])
    #expect(try SegmentVerifier(reader, threads: 1).verify().objectCount == 1)
  }

  @Test func claimedInVain() throws {
    let bytes = try Self.segment([Self.record(#""eventTime":"2024-02-29T12:00:00.5Z""#)])
    let reader = try SegmentFixture.open(bytes)
    var footer = reader.footer
    footer.rowGroups[0].hasExactTimes = true
    var writer = ByteWriter()
    footer.encode(into: &writer)
    let offset = reader.footerRef.offset
    let block = BlockBody.make(writer.bytes, ZstdCompressor(level: nil)).sealed(at: offset)
    var tail = ByteWriter()
    tail.writeUInt64(offset)
    tail.writeUInt32(UInt32(block.count))
    tail.writeUInt32(SegmentFormat.version)
    tail.writeUInt64(checksum(tail.bytes, seed: offset + UInt64(block.count)))
    tail.writeBytes(SegmentFormat.tailMagic)
    let forged = try SegmentFixture.open(Array(bytes[..<Int(offset)]) + block + tail.bytes)
    #expect(forged.footer.rowGroups[0].hasExactTimes)
    #expect(throws: CairnError.self) { try SegmentVerifier(forged, threads: 1).verify() }
  }
}
