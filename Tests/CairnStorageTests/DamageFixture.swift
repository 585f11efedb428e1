import CairnStorage
import CairnTestSupport

/// A segment in memory with every kind of block and chunk in it, and what its objects are.
struct DamageFixture: Sendable {
  var bytes: [UInt8]
  /// What reading everything gives when nothing is damaged.
  var content: Content

  struct Content: Equatable, Sendable {
    var objects: [String: [UInt8]] = [:]
    /// In order, whatever their keys.
    var all: [[UInt8]] = []
    var times: [[Int64]] = []
    var verbatimRows = 0
    var records = 0
  }

  enum Size: Sendable {
    /// Three objects, three records: few enough bytes to try every value of each.
    case tiny
    case small
    /// With the encodings that need many values: plain, token, pattern and timestamp chunks.
    case large
  }

  init(_ size: Size, compresses: Bool) throws {
    let sink = FixtureSink()
    let objects = Self.objects(size)
    for (key, text) in objects {
      let buffer = PaddedBuffer()
      try buffer.reserve(text.count)
      for (index, byte) in text.enumerated() { buffer.base[index] = byte }
      buffer.seal(text.count)
      var entry = ObjectEntry(key: Array(key.utf8))
      (entry.sourceByteCount, entry.modified) = (text.count, 1_700_000_000_000_000_000)
      var shredder = ObjectShredder(buffer.bytes, entry: entry, sink: sink, hashSeed: 1)
      try shredder.shred(fault: nil)
    }
    let directory = try TemporaryDirectory()
    let file = try File.create(directory.sub("segment"))
    _ = try SegmentWriter(
      [sink.piece], threads: 1, level: compresses ? ZstdCompressor.defaultLevel : nil
    ).write(to: file)
    bytes = try readFile(directory.sub("segment"))
    content = try Self.readAll(bytes)
    for (key, text) in objects where content.objects[key] != text {
      throw TestFailure("the fixture does not rebuild \(key)")
    }
  }

  private final class FixtureSink: PieceSink {
    let piece = Piece()
    func rollOver(consumed: Int) {}
  }

  private static func objects(_ size: Size) -> [(String, [UInt8])] {
    if size == .tiny {
      let record = #"{"eventTime":"2023-07-10T11:54:39Z","eventName":"n","n":-5,"l":[{"k":"v"},[1.5]]}"#
      return [
        ("a", Array("\(record)\n\(record)\n".utf8)),
        ("b", Array("{ \"eventName\" :1,\"eventTime\":\"\\u00e9\"}".utf8)),
        ("c", Array("{\"no\":1}".utf8)),
      ]
    }
    var random = SeededGenerator(seed: 11)
    // A dictionary above the size of a pack that compresses well, and integers beside it.
    let long = String(repeating: "arn:aws:iam::123456789012:role/", count: 4)
    let records = (0..<180).map { index in
      let second = random.below(50) + 10
      return
        #"{"eventTime":"2023-07-10T11:54:\#(second)Z","eventName":"n\#(index % 5)","eventID":"\#(index % 150)","#
        + #""arn":"\#(index)\#(long)","n":\#(random.below(1000)),"f":\#(index % 7).50,"e":"a\#(index % 3)\u003d","#
        + #""list":[{"k":"v\#(index % 4)"},\#(index % 9),[],null]}"#
    }
    let envelope = "{\"Records\":[" + records[..<100].joined(separator: ",") + "]}"
    let lines = records[100...].joined(separator: "\n") + "\n\n"
    var all = [
      ("AWSLogs/1/a.json", Array(envelope.utf8)), ("AWSLogs/1/b.json", Array(lines.utf8)),
      ("AWSLogs/2/odd.json", Array("{ \"eventName\" :\"odd\", \"eventTime\":  \"x\"}".utf8)),
      ("AWSLogs/2/other.json", Array("{\"no\":\"log\",\"list\":[1,2,3]}".utf8)),
      ("AWSLogs/2/pretty.json", JSONPrinter.print(.array([Oddity.tree, Oddity.tree]), .indented("  "))),
    ]
    guard size == .large else { return all }
    let many = (0..<4200).map { index in
      let word = String((0..<9).map { _ in random.pick(Array("etaoinshrdlucm")) })
      return #"{"eventTime":"2023-07-10T1\#(index % 10):5\#(index / 700):0\#(index % 7)Z","eventName":"n","#
        + #""eventID":"\#(Oddity.uuid(&random))","#
        + #""t":"20\#(10 + index / 84)-07-10T\#(index % 14 + 10):\#(index % 59 + 1 > 9 ? "" : "0")\#(index % 59 + 1):33Z","#
        + #""k":"\#(index)\#(index % 99 == 0 ? "\\/" : "")","p":"\#(word)"}"#
    }
    all.append(("many.json", Array(many.joined(separator: "\n").utf8)))
    return all
  }

  // MARK: Reading

  /// Everything in a segment, verified and read.
  static func readAll(_ bytes: [UInt8]) throws -> Content {
    let reader = try SegmentReader(MemoryBlockStore(name: "memory", bytes: bytes))
    _ = try SegmentVerifier(reader, threads: 1).verify()
    return try content(reader)
  }

  /// Everything in a segment, read without a verification before it.
  static func content(_ reader: SegmentReader) throws -> Content {
    let objects = try reader.footer.objectBlocks.indices.flatMap { try reader.objects(block: $0) }
    let collected = Collected()
    try ObjectRebuilder(reader, threads: 1).rebuild(objects) { object, bytes in
      guard bytes.count == object.byteCount, SHA256.digest(bytes) == object.digest else {
        throw CairnError.damaged(file: "memory", offset: 0, cause: "object differs from its digest")
      }
      collected.objects[String(decoding: object.key, as: UTF8.self)] = Array(bytes)
      collected.all.append(Array(bytes))
    }
    return Content(
      objects: collected.objects, all: collected.all,
      times: try reader.footer.rowGroups.indices.map { try reader.times(of: $0).milliseconds },
      verbatimRows: reader.footer.rowGroups.reduce(0) { $0 + $1.verbatimRowCount },
      records: objects.reduce(0) { $0 + $1.rows.count })
  }

  private final class Collected: @unchecked Sendable {
    var objects: [String: [UInt8]] = [:]
    var all: [[UInt8]] = []
  }

  /// All blocks of the undamaged segment.
  func blocks() throws -> [BlockRef] {
    let reader = try SegmentReader(MemoryBlockStore(name: "memory", bytes: bytes))
    let footer = reader.footer
    var refs = [reader.footerRef, footer.catalogue, footer.envelopes] + footer.packs
    refs +=
      footer.rowGroups.flatMap { [$0.times] + ($0.verbatim.map { [$0] } ?? []) }
      + footer.objectBlocks.flatMap(\.blocks)
    for index in footer.objectBlocks.indices {
      refs += try reader.objects(block: index).flatMap(\.opaqueParts)
    }
    for index in try reader.catalogue().columns.indices {
      let column = try reader.column(index)
      if case .block(let ref) = column.info.place { refs.append(ref) }
      refs += column.directory.blocks
    }
    return refs.sorted { $0.offset < $1.offset }
  }
}
