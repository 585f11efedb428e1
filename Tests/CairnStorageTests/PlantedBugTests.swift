import CairnStorage
import CairnTestSupport
import Testing

/// Bugs as parser, encoders and printers could have them, planted one by one: a new segment's proof catches each.
///
/// It compares fingerprints that were taken where objects were read. What it lets pass must have the objects' SHA-256.
@Suite struct PlantedBugTests {
  private final class Sink: PieceSink {
    var piece = Piece()
    func rollOver(consumed: Int) {}
  }

  private static func text(_ object: Int) -> [UInt8] {
    let records = (0..<4).map { index -> String in
      let id = object * 4 + index
      let members =
        #""n\#(id)":{"deep":[\#(id),"x\#(id)",{"b":"\\u003d\#(id)"}]},"size":\#(id * 7).5,"k":\#(id + 10)"#
      return Oddity.record(members, id: id)
    }
    return Array(Oddity.envelope(records).utf8)
  }

  private static let objects = (0..<3).map(text)

  private static func piece() throws -> Piece {
    let sink = Sink()
    for (index, text) in objects.enumerated() {
      let buffer = PaddedBuffer()
      try buffer.reserve(text.count)
      for (at, byte) in text.enumerated() { buffer.base[at] = byte }
      buffer.seal(text.count)
      var entry = ObjectEntry(key: Array("object-\(index)".utf8))
      entry.objectDigest = SHA256.digest(buffer.bytes)
      var shredder = ObjectShredder(buffer.bytes, entry: entry, sink: sink, hashSeed: 1)
      try shredder.shred(fault: nil)
    }
    return sink.piece
  }

  private static func written(_ piece: Piece) throws -> [UInt8] {
    try withTemporaryDirectory { directory in
      let file = try File.create(directory + "/segment.cairn")
      _ = try SegmentWriter([piece], threads: 1, level: nil).write(to: file)
      return try File.readAll(directory + "/segment.cairn")
    }
  }

  /// Whether the proof of a new segment, and of a stored one, accept these bytes.
  private static func proofs(_ bytes: [UInt8], _ read: ReadObjects) -> (new: Bool, stored: Bool) {
    func accepts(_ read: ReadObjects?) -> Bool {
      guard let reader = try? SegmentFixture.open(bytes) else { return false }
      return (try? SegmentVerifier(reader, threads: 1).verifyContent(comparing: read)) != nil
    }
    return (accepts(read), accepts(nil))
  }

  @Test func acceptsWhatWasRead() throws {
    let piece = try Self.piece()
    #expect(piece.objects.allSatisfy { $0.fingerprint != nil })
    let proofs = Self.proofs(try Self.written(piece), ReadObjects([piece]))
    #expect(proofs.new && proofs.stored)
  }

  // MARK: Before encoding

  /// What a wrong parser would have left in the piece.
  private static let bugs: [@Sendable (Piece, inout SeededGenerator) -> Void] = [
    { piece, random in
      // A byte of a value.
      let columns = (0..<piece.state.columns.count).filter { piece.state.columns[$0].interner.heap.count > 0 }
      let heap = piece.state.columns[columns[random.below(columns.count)]].interner.heap
      heap.base[random.below(heap.count)] ^= 1
    },
    { piece, random in
      // A byte of a key: not of those that every piece has.
      let names = piece.state.automaton.names
      let own = "eventTimeeventIDRecords".utf8.count
      names.base[own + random.below(names.count - own)] ^= 0x20
    },
    { piece, random in
      // Two records in each other's place.
      let rows = piece.state.rows
      let (a, b) = (random.below(rows.count - 1), rows.count - 1)
      (rows.base[a].tapeStart, rows.base[b].tapeStart) = (rows.base[b].tapeStart, rows.base[a].tapeStart)
    },
    { piece, random in
      // A record that is taken for another one's copy.
      let rows = piece.state.rows
      let (a, b) = (random.below(rows.count - 1), rows.count - 1)
      (rows.base[b].hashLow, rows.base[b].hashHigh) = (rows.base[a].hashLow, rows.base[a].hashHigh)
    },
    { piece, random in piece.state.rows.base[random.below(piece.state.rows.count)].time += 1000 },
    { piece, random in piece.objects[random.below(piece.objects.count)].envelope.prefix[0] ^= 1 },
    { piece, random in piece.objects[random.below(piece.objects.count)].envelope.separator = [0x2C, 0x20] },
    { piece, random in piece.objects[random.below(piece.objects.count)].envelope.suffix += [0x0A] },
    { piece, random in piece.objects[random.below(piece.objects.count)].envelope.layout.afterComma = [0x20] },
    { piece, random in piece.objects[random.below(piece.objects.count)].envelope.quoting = .string(.minimal)
    },
    { piece, random in piece.objects[1 + random.below(piece.objects.count - 1)].firstRow -= 1 },
    { piece, random in piece.objects[random.below(piece.objects.count - 1)].rowCount += 1 },
    { piece, random in piece.objects[random.below(piece.objects.count)].rowCount -= 1 },
    { piece, random in piece.objects[random.below(piece.objects.count)].byteCount -= 1 },
    { piece, random in piece.objects[random.below(piece.objects.count)].digest[random.below(32)] ^= 4 },
    { piece, random in
      // The SHA-256 of another object.
      let (a, b) = (random.below(piece.objects.count - 1), piece.objects.count - 1)
      (piece.objects[a].digest, piece.objects[b].digest) = (piece.objects[b].digest, piece.objects[a].digest)
    },
    { piece, random in piece.objects[random.below(piece.objects.count)].flags.insert(.opaque) },
  ]

  @Test(arguments: 0..<bugs.count)
  func catchesWrongPieces(bug: Int) throws {
    var random = SeededGenerator(seed: UInt64(bug))
    for round in 0..<6 {
      let piece = try Self.piece()
      Self.bugs[bug](piece, &random)
      let read = ReadObjects([piece])
      guard let bytes = try? Self.written(piece) else { continue }
      #expect(!Self.proofs(bytes, read).new, "bug \(bug), round \(round)")
    }
  }

  // MARK: Between encoding and printing

  /// Blocks that fit and say something else: as wrong encoders, decoders and printers would make of right ones.
  @Test func catchesWrongFiles() throws {
    let piece = try Self.piece()
    let (bytes, read) = (try Self.written(piece), ReadObjects([piece]))
    var random = SeededGenerator(seed: 11)
    var refusedCount = 0
    for round in 0..<200 {
      var forge = try SegmentForge(bytes)
      forge.change(&random)
      let proofs = Self.proofs(forge.bytes(), read)
      #expect(!proofs.new || proofs.stored, "round \(round)")
      refusedCount += proofs.new ? 0 : 1
    }
    #expect(refusedCount > 150)
  }

  @Test func catchesMissingObjects() throws {
    let (all, some) = (try Self.piece(), try Self.piece())
    some.objects.removeLast()
    let bytes = try Self.written(all)
    #expect(!Self.proofs(bytes, ReadObjects([some])).new)
    #expect(!Self.proofs(bytes, ReadObjects([all, all])).new)
  }
}
