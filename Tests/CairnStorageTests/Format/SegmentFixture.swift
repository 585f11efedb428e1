import CairnStorage
import Foundation

/// Segments made and read in memory.
enum SegmentFixture {
  private final class Sink: PieceSink {
    var pieces = [Piece()]
    var piece: Piece { pieces[pieces.count - 1] }
    func rollOver(consumed: Int) { pieces.append(Piece()) }
  }

  struct Source {
    var key: String
    var bytes: [UInt8]
    var modified: Int64 = 0
  }

  /// The bytes of a segment that holds the objects, in the order given.
  static func segment(_ sources: [Source]) throws -> [UInt8] {
    let sink = Sink()
    for source in sources {
      let buffer = PaddedBuffer()
      try buffer.reserve(source.bytes.count)
      for (index, byte) in source.bytes.enumerated() { buffer.base[index] = byte }
      buffer.seal(source.bytes.count)
      var entry = ObjectEntry(key: Array(source.key.utf8))
      entry.sourceByteCount = source.bytes.count
      entry.modified = source.modified
      var shredder = ObjectShredder(buffer.bytes, entry: entry, sink: sink, hashSeed: 1)
      try shredder.shred(fault: nil)
    }
    return try withTemporaryDirectory { directory in
      let file = try File.create(directory + "/segment.cairn")
      _ = try SegmentWriter(sink.pieces, threads: 1).write(to: file)
      return try File.readAll(directory + "/segment.cairn")
    }
  }

  static func open(_ bytes: [UInt8]) throws -> SegmentReader {
    try SegmentReader(MemoryBlockStore(name: "fixture", bytes: bytes))
  }

  /// The objects of a segment as they rebuild, fragments of one object joined.
  static func restore(_ bytes: [UInt8]) throws -> [String: [UInt8]] {
    let reader = try open(bytes)
    let restored = Restored()
    let objects = try reader.footer.objectBlocks.indices.flatMap { try reader.objects(block: $0) }
    try ObjectRebuilder(reader, threads: 1).rebuild(objects) { object, bytes in
      restored.objects[String(decoding: object.key, as: UTF8.self), default: []] += Array(bytes)
    }
    return restored.objects
  }

  private final class Restored: @unchecked Sendable {
    var objects: [String: [UInt8]] = [:]
  }

  /// One record printed in a layout.
  static func print(record: [UInt8], _ layout: Layout) throws -> [UInt8] {
    let object = Array("[{\"eventName\":\"A\",\"eventVersion\":\"1\"},".utf8) + record + [UInt8(ascii: "]")]
    let reader = try open(try segment([Source(key: "a", bytes: object)]))
    let printer = RecordPrinter(catalogue: try reader.catalogue(), layout: layout, file: "fixture")
    var output = RawVector<UInt8>()
    defer { output.free() }
    try printer.append(RecordBatch(reader, rowGroup: 0, rows: nil), row: 1, to: &output)
    return Array(output.buffer)
  }
}

func withTemporaryDirectory<R>(_ body: (String) throws -> R) throws -> R {
  let path = NSTemporaryDirectory() + "cairn-format-\(UUID().uuidString)"
  try Directory.create(path)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}
