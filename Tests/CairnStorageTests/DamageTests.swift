import CairnStorage
import CairnTestSupport
import Testing

/// Damaged bytes are reported; never a trap, never a wrong row.
@Suite struct DamageTests {
  /// What a damaged copy did.
  private enum Outcome: Equatable { case reported, unchanged, wrong }

  private static func outcome(_ expected: DamageFixture.Content, _ read: () throws -> DamageFixture.Content)
    -> Outcome
  {
    do { return try read() == expected ? .unchanged : .wrong } catch let error as CairnError {
      switch error {
      case .damaged, .unsupportedVersion: return .reported
      default: return .wrong
      }
    } catch { return .wrong }
  }

  @Test func fixtureHasEverything() throws {
    for isLarge in [false, true] {
      let fixture = try DamageFixture(isLarge ? .large : .small, compresses: true)
      let reader = try SegmentReader(MemoryBlockStore(name: "memory", bytes: fixture.bytes))
      let catalogue = try reader.catalogue()
      var encodings: Set<String> = []
      var dictionaryBlocks = 0
      for index in catalogue.columns.indices {
        let column = try reader.column(index)
        for chunk in column.directory.chunks { encodings.insert(try column.encodingName(of: chunk)) }
        if case .block = column.info.place { dictionaryBlocks += column.directory.dictionary.count }
      }
      let few: Set<String> = ["words", "dictionary", "rowTime", "constant", "bitPacked", "runLength"]
      #expect(
        encodings.isSuperset(
          of: isLarge
            ? few.union(["tokens", "plain", "patterns", "timestamp"]).subtracting(["rowTime"])
            : few.subtracting(["rowTime"])), "\(encodings)")
      #expect(dictionaryBlocks > 0)
      #expect(!reader.footer.packs.isEmpty && fixture.content.verbatimRows > 0)
      #expect(fixture.content.objects["AWSLogs/2/other.json"] != nil)
      #expect(reader.footer.duplicateCount > 0)
    }
    #expect(try DamageFixture(.small, compresses: true).bytes.count < 30_000)
  }

  /// Every byte of a small segment, and with `CAIRN_LONG` of a larger one.
  @Test(arguments: [false, true])
  func everyByteFlipped(isLarge: Bool) throws {
    let fixture = try DamageFixture(isLarge ? .large : .small, compresses: true)
    #expect(try DamageFixture.readAll(fixture.bytes) == fixture.content)
    // The larger one is mostly random bits in a few blocks: some bytes of each will do.
    let step = isLarge && !isLong ? 97 : 1
    let positions = Array(stride(from: 0, to: fixture.bytes.count, by: step))
    let unreported = try parallelMap(count: positions.count, threads: 2) { index -> Int? in
      let position = positions[index]
      var random = SeededGenerator(seed: UInt64(position))
      var bytes = fixture.bytes
      bytes[position] ^= UInt8(1 + random.below(255))
      // Reading alone may never meet the byte; verification must.
      let store = MemoryBlockStore(name: "memory", bytes: bytes)
      let read = Self.outcome(fixture.content) { try DamageFixture.content(try SegmentReader(store)) }
      let verified = Self.outcome(fixture.content) { try DamageFixture.readAll(bytes) }
      return read != .wrong && verified == .reported ? nil : position
    }
    #expect(unreported.compactMap { $0 } == [])
  }

  @Test func everyTruncation() throws {
    let fixture = try DamageFixture(.small, compresses: true)
    for length in 0..<fixture.bytes.count {
      let bytes = Array(fixture.bytes[..<length])
      guard Self.outcome(fixture.content, { try DamageFixture.readAll(bytes) }) != .reported else { continue }
      Issue.record("cut to \(length) bytes and not reported")
    }
    for extra in [1, 13, 32, 100] {
      let bytes = fixture.bytes + [UInt8](repeating: 0, count: extra)
      #expect(Self.outcome(fixture.content) { try DamageFixture.readAll(bytes) } == .reported)
    }
  }

  /// A block that lies elsewhere than it was written, or twice.
  @Test func movedBlocks() throws {
    let fixture = try DamageFixture(.small, compresses: true)
    let blocks = try fixture.blocks()
    #expect(blocks.count > 8)
    for (index, a) in blocks.enumerated() {
      for b in blocks[(index + 1)...] where a.byteCount == b.byteCount {
        var bytes = fixture.bytes
        let (x, y) = (
          Int(a.offset)..<Int(a.offset) + a.byteCount, Int(b.offset)..<Int(b.offset) + b.byteCount
        )
        bytes.replaceSubrange(x, with: fixture.bytes[y])
        if bytes == fixture.bytes { continue }
        #expect(Self.outcome(fixture.content) { try DamageFixture.readAll(bytes) } == .reported)
      }
    }
    // A hole between two blocks, checksums and all: bytes that belong to no block.
    for block in blocks {
      var bytes = fixture.bytes
      bytes.insert(0, at: Int(block.offset))
      #expect(Self.outcome(fixture.content) { try DamageFixture.readAll(bytes) } == .reported)
    }
  }
}

/// Whether the long variants of tests run.
let isLong = ProcessEnvironment.isSet("CAIRN_LONG")
