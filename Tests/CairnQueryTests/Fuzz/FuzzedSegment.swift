import CairnTestSupport

@testable import CairnStorage

/// A segment whose blocks were changed and sealed again, read in every way: what verifies rebuilds the objects.
enum FuzzedSegment {
  private typealias Problem = FuzzTarget.Problem

  /// The first byte chooses the segment, the others how it is changed.
  static func run(_ input: [UInt8]) throws {
    guard let first = input.first else { return }
    let honest = segments[Int(first) % segments.count]
    var random = SeededGenerator(choices: Array(input.dropFirst()))
    guard var forge = try? SegmentForge(honest.bytes) else { throw Problem(description: "no forge") }
    forge.change(&random)
    let bytes = forge.bytes(compresses: false)
    guard
      let reader = try FuzzTarget.refusing({
        try SegmentReader(MemoryBlockStore(name: "memory", bytes: bytes))
      })
    else { return }
    _ = try FuzzTarget.refusing {
      _ = try SegmentVerifier(reader, threads: 1).verify()
      let objects = try objects(of: reader)
      // A forged key is a key like any other.
      guard objects.sorted(by: isBefore) == honest.objects else {
        throw Problem(description: "verified, but its objects differ")
      }
    }
    try read(reader, &random)
  }

  private static func read(_ reader: SegmentReader, _ random: inout SeededGenerator) throws {
    _ = try FuzzTarget.refusing { try objects(of: reader) }
    for index in (try FuzzTarget.refusing { try reader.columnTable().columns.indices }) ?? 0..<0 {
      _ = try FuzzTarget.refusing { try readColumn(try reader.column(index), reader) }
    }
    for group in reader.footer.rowGroups.indices {
      _ = try FuzzTarget.refusing { try reader.times(of: group) }
      let count = reader.footer.rowGroups[group].rowCount
      let rows = Set((0..<min(count, 6)).map { _ in UInt32(random.below(max(1, count))) }).sorted()
      _ = try FuzzTarget.refusing { try print(try RecordBatch(reader, rowGroup: group, rows: rows)) }
      _ = try FuzzTarget.refusing { try followPath(reader, group, rows, &random) }
    }
  }

  private static func readColumn(_ column: ColumnReader, _ reader: SegmentReader) throws {
    for chunk in column.directory.chunks {
      _ = try FuzzTarget.refusing { try column.mayContain([Array("x".utf8)], in: chunk.rowGroup) }
      switch column.info.kind {
      case .shape: _ = try column.words(in: chunk.rowGroup)
      case .length, .integer: _ = try column.integers(in: chunk.rowGroup)
      case .string, .number:
        let some = (0..<min(chunk.valueCount, 3)).map { UInt32($0) }
        for wanted in [nil, some] {
          _ = try column.strings(in: chunk.rowGroup, positions: wanted) {
            try reader.seconds(of: chunk.rowGroup)
          }
        }
      }
    }
  }

  private static func print(_ batch: RecordBatch) throws {
    let printer = RecordPrinter(catalogue: try batch.reader.catalogue(), layout: .compact, file: "memory")
    var output = RawVector<UInt8>()
    defer { output.free() }
    for row in 0..<batch.count { try printer.append(batch, row: row, to: &output) }
  }

  /// A path to some slot: as a vector, and as a filter.
  private static func followPath(
    _ reader: SegmentReader, _ rowGroup: Int, _ rows: [UInt32], _ random: inout SeededGenerator
  ) throws {
    let catalogue = try reader.catalogue()
    var slot = random.below(max(1, catalogue.slots.count))
    var path: [PathName] = []
    while slot != 0 {
      path.insert(PathName(bytes: catalogue.slots[slot].name, isExact: random.chance(2)), at: 0)
      slot = catalogue.slots[slot].parent
    }
    let vector = try FieldProjection(reader, rowGroup: rowGroup).vector(path, rows: Positions(rows))
    guard vector.codes.allSatisfy({ Int($0) < vector.values.count }) else {
      throw Problem(description: "a code of no value")
    }
    let predicate = ColumnPredicate(path: path, needles: [Array("n1".utf8)]) {
      $0 == .string(Array("n1".utf8))
    }
    let filter = try ColumnFilter(reader, rowGroup: rowGroup)
    _ = try filter.mayPass(predicate)
    _ = try filter.filter(predicate, rows: Positions(rows), cache: VerdictCache())
  }

  // MARK: What is changed

  private struct Honest: Sendable {
    var bytes: [UInt8]
    var objects: [[UInt8]]

    init(_ bytes: [UInt8]) throws {
      self.bytes = bytes
      objects = try FuzzedSegment.objects(of: SegmentReader(MemoryBlockStore(name: "memory", bytes: bytes)))
        .sorted(by: FuzzedSegment.isBefore)
    }
  }

  static func isBefore(_ a: [UInt8], _ b: [UInt8]) -> Bool { a.lexicographicallyPrecedes(b) }

  static func objects(of reader: SegmentReader) throws -> [[UInt8]] {
    let objects = try reader.footer.objectBlocks.indices.flatMap { try reader.objects(block: $0) }
    let collected = Collected()
    try ObjectRebuilder(reader, threads: 1).rebuild(objects) { object, bytes in
      guard bytes.count == object.byteCount, SHA256.digest(bytes) == object.digest else {
        throw CairnError.damaged(file: "memory", offset: 0, cause: "object differs from its digest")
      }
      collected.all.append(Array(bytes))
    }
    return collected.all
  }

  private final class Collected: @unchecked Sendable { var all: [[UInt8]] = [] }

  // Written once.
  private static let segments: [Honest] = {
    do {
      let golden = try FuzzSeeds.golden("archive/segments").filter {
        $0.name.hasSuffix(".cairn") && $0.bytes.count < 1 << 16
      }
      return try golden.map { try Honest($0.bytes) } + [Honest(manyValues())]
    } catch { fatalError("\(error)") }
  }()

  /// With the encodings that need many values: tokens, derived, given.
  private static func manyValues() throws -> [UInt8] {
    var random = SeededGenerator(seed: 11)
    let lines = (0..<160).map { index in
      let id = hexadecimal(random.next()) + hexadecimal(random.next())
      let (bucket, key) = ("bucket-\(index % 7)", "logs/\(id.prefix(9))")
      return
        #"{"eventTime":"2024-01-01T00:0\#(index % 10):00Z","eventName":"n\#(index % 5)","eventSource":"s\#(index % 5)","#
        + #""eventID":"\#(id)","arn":"arn:aws:s3:::\#(bucket)/\#(key)","bucket":"\#(bucket)","key":"\#(key)","#
        + #""n":\#(random.below(1000)),"t":"20\#(10 + index / 20)-07-10T11:11:11Z","list":[{"k":"v\#(index % 4)"},null]}"#
    }
    let archive = try TestArchive([("many.json", Array(lines.joined(separator: "\n").utf8))])
    guard let segment = try archive.segments().values.first else { throw Problem(description: "no segment") }
    return segment
  }
}
