import CairnStorage
import CairnTestSupport
import Testing

/// Blocks whose content was changed and whose checksum was made to fit: decoders meet every kind of nonsense. A
/// trap ends the test run.
@Suite struct ForgedBlockTests {
  @Test(arguments: 0..<8)
  func smallSegment(seed: UInt64) throws {
    try forge(try DamageFixture(.small, compresses: false), seed: seed, count: isLong ? 40_000 : 800)
  }

  @Test(arguments: 0..<4)
  func largeSegment(seed: UInt64) throws {
    try forge(
      try DamageFixture(.large, compresses: false), seed: 100 + seed, count: isLong ? 5000 : 80)
  }

  /// Every value of every byte of every block of a tiny segment.
  @Test(arguments: 0..<4)
  func tinySegment(part: Int) throws {
    let fixture = try DamageFixture(.tiny, compresses: false)
    var random = SeededGenerator(seed: 0)
    for block in try fixture.blocks() {
      for at in Int(block.offset)..<(Int(block.offset) + block.byteCount - 8) where at % 4 == part {
        // All values where it may take long; else those that differ most.
        for value in UInt8.min...UInt8.max
        where value != fixture.bytes[at]
          && (isLong || value < 32 || value > 120 && value < 134 || value > 250)
        {
          var bytes = fixture.bytes
          bytes[at] = value
          Self.seal(block, in: &bytes)
          let problems = Self.problems(bytes, fixture.content, &random)
          if let wrong = problems.wrong { Issue.record("byte \(at) as \(value): \(wrong)") }
        }
      }
    }
  }

  private func forge(_ fixture: DamageFixture, seed: UInt64, count: Int) throws {
    var random = SeededGenerator(seed: seed)
    let blocks = try fixture.blocks()
    var reported = 0
    for round in 0..<count {
      var bytes = fixture.bytes
      for _ in 0..<(random.chance(4) ? 2 : 1) { Self.forge(random.pick(blocks), in: &bytes, &random) }
      let problems = Self.problems(bytes, fixture.content, &random)
      if problems.isReported { reported += 1 }
      if let wrong = problems.wrong { Issue.record("seed \(seed), round \(round): \(wrong)") }
    }
    // Most changes mean something; were they not seen, the checksums would not have been repaired.
    #expect(reported > count / 2)
  }

  /// Changes some bytes of the block's content and seals it again.
  private static func forge(_ block: BlockRef, in bytes: inout [UInt8], _ random: inout SeededGenerator) {
    let start = Int(block.offset)
    let content = (start + 5)..<(start + block.byteCount - 8)
    guard !content.isEmpty else { return }
    for _ in 0..<(1 + random.below(3)) {
      // Structure stands at the beginnings of blocks.
      let reach = random.chance(2) ? content.count : min(content.count, 60)
      let at = content.lowerBound + random.below(reach)
      switch random.below(6) {
      case 0: bytes[at] = UInt8(random.below(256))
      case 1: bytes[at] = random.pick([0, 1, 2, 3, 4, 0x7F, 0x80, 0xFE, 0xFF])
      case 2: bytes[at] &+= 1
      case 3: bytes[at] &-= 1
      case 4: bytes[at] ^= 1 << UInt8(random.below(8))
      default:
        // A large varint over what was there.
        for offset in 0..<min(random.below(10), content.upperBound - at - 1) { bytes[at + offset] = 0xFF }
      }
    }
    seal(block, in: &bytes)
  }

  private static func seal(_ block: BlockRef, in bytes: inout [UInt8]) {
    let (start, end) = (Int(block.offset), Int(block.offset) + block.byteCount - 8)
    let sum = checksum(Array(bytes[start..<end]), seed: block.offset)
    for index in 0..<8 { bytes[end + index] = UInt8(truncatingIfNeeded: sum >> UInt64(8 * index)) }
  }

  /// Reads everything in every way. Only `damaged` may be thrown; what verifies must be the original.
  private static func problems(
    _ bytes: [UInt8], _ expected: DamageFixture.Content, _ random: inout SeededGenerator
  ) -> (isReported: Bool, wrong: String?) {
    var isReported = false
    var wrong: String?
    func attempt(_ body: () throws -> Void) {
      do { try body() } catch CairnError.damaged, CairnError.unsupportedVersion { isReported = true } catch {
        wrong = "threw \(error)"
      }
    }
    attempt {
      let content = try DamageFixture.readAll(bytes)
      // A forged key is a key like any other.
      if Set(content.all) != Set(expected.all) { wrong = "verified, but its objects differ" }
    }
    attempt {
      let reader = try SegmentReader(MemoryBlockStore(name: "memory", bytes: bytes))
      attempt { _ = try DamageFixture.content(reader) }
      attempt { try readColumns(reader, &random) }
      for group in reader.footer.rowGroups.indices {
        attempt { _ = try reader.times(of: group) }
        let count = reader.footer.rowGroups[group].rowCount
        let rows = Set((0..<min(count, 6)).map { _ in UInt32(random.below(max(1, count))) }).sorted()
        attempt { _ = try print(try RecordBatch(reader, rowGroup: group, rows: rows)) }
        attempt {
          try followPath(reader, group, random.chance(2) ? rows : (0..<count).map { UInt32($0) }, &random)
        }
      }
    }
    return (isReported, wrong)
  }

  /// A path to some slot: as a vector, and as a filter with and without needles.
  private static func followPath(
    _ reader: SegmentReader, _ rowGroup: Int, _ rows: [UInt32], _ random: inout SeededGenerator
  ) throws {
    let catalogue = try reader.catalogue()
    var slot = random.below(catalogue.slots.count)
    var path: [PathName] = []
    while slot != 0 {
      path.insert(PathName(bytes: catalogue.slots[slot].name, isExact: random.chance(2)), at: 0)
      slot = catalogue.slots[slot].parent
    }
    let vector = try FieldProjection(reader, rowGroup: rowGroup).vector(path, rows: Positions(rows))
    #expect(vector.codes.allSatisfy { Int($0) < vector.values.count })
    let filter = try ColumnFilter(reader, rowGroup: rowGroup)
    for needles in [nil, [Array("n1".utf8), Array(Oddity.uuid(&random).utf8)]] {
      let predicate = ColumnPredicate(path: path, needles: needles) { value in
        if let needles, case .string(let bytes) = value { return needles.contains(bytes) }
        return needles == nil && value != .missing
      }
      _ = try filter.mayPass(predicate)
      _ = try filter.filter(predicate, rows: Positions(rows), cache: VerdictCache())
    }
  }

  private static func readColumns(_ reader: SegmentReader, _ random: inout SeededGenerator) throws {
    for index in try reader.catalogue().columns.indices {
      _ = try? readColumn(try reader.column(index), reader, &random)
    }
  }

  private static func readColumn(
    _ column: ColumnReader, _ reader: SegmentReader, _ random: inout SeededGenerator
  ) throws {
    for chunk in column.directory.chunks {
      _ = try? column.mayContain([Array("x".utf8), Array(Oddity.uuid(&random).utf8)], in: chunk.rowGroup)
      switch column.info.kind {
      case .shape: _ = try column.words(in: chunk.rowGroup)
      case .length, .integer: _ = try column.integers(in: chunk.rowGroup)
      case .string, .number:
        let positions = (0..<3).map { _ in UInt32(random.below(max(1, chunk.valueCount))) }.sorted()
        for wanted in [nil, positions] {
          _ = try column.strings(in: chunk.rowGroup, positions: wanted) {
            try reader.seconds(of: chunk.rowGroup)
          }
        }
      }
    }
  }

  private static func print(_ batch: RecordBatch) throws -> Int {
    let printer = RecordPrinter(catalogue: try batch.reader.catalogue(), layout: .compact, file: "memory")
    var output = RawVector<UInt8>()
    defer { output.free() }
    for row in 0..<batch.count { try printer.append(batch, row: row, to: &output) }
    return output.count
  }
}
