import CairnStorage
import CairnTestSupport

/// A writer used directly, a segment at a time.
enum WriterFixture {
  private final class Sink: PieceSink {
    let piece = Piece()
    func rollOver(consumed: Int) {}
  }

  /// A proved segment with one object, not yet committed.
  static func segment(_ writer: ArchiveWriter, _ key: String) throws -> ArchiveWriter.NewSegment {
    let sink = Sink()
    let text = Array(Oddity.record("\"\(key)\":1").utf8)
    let buffer = PaddedBuffer()
    try buffer.reserve(text.count)
    for (index, byte) in text.enumerated() { buffer.base[index] = byte }
    buffer.seal(text.count)
    var shredder = ObjectShredder(
      buffer.bytes, entry: ObjectEntry(key: Array(key.utf8)), sink: sink, hashSeed: 1)
    try shredder.shred(fault: nil)
    var pieces = [sink.piece]
    return try writer.write(&pieces, threads: 1)
  }

  static func keys(_ path: String) throws -> [String] {
    let snapshot = try ArchiveSnapshot(path: path)
    return try snapshot.manifest.segments.flatMap { entry in
      let reader = try snapshot.open(entry)
      _ = try SegmentVerifier(reader, threads: 1).verify()
      return try reader.footer.objectBlocks.indices.flatMap { try reader.objects(block: $0) }
        .map { String(decoding: $0.key, as: UTF8.self) }
    }
  }

  static func archive(_ path: String, _ keys: [String]) throws {
    let writer = try ArchiveWriter(path: path)
    for key in keys { try writer.commit([try segment(writer, key)]) }
  }
}
