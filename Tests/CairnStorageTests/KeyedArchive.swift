import CairnStorage
import CairnTestSupport

/// An archive whose objects have keys and versions that no file could give them, each with a record of its own.
final class KeyedArchive {
  let directory: TemporaryDirectory
  var path: String { directory.sub("archive") }

  private final class Sink: PieceSink {
    let piece = Piece()
    func rollOver(consumed: Int) {}
  }

  convenience init(_ keys: [String]) throws { try self.init(keys.map { (Array($0.utf8), 1) }) }

  init(_ objects: [(key: [UInt8], version: Int)]) throws {
    directory = try TemporaryDirectory()
    let sink = Sink()
    for (index, object) in objects.enumerated() {
      let text = Self.content(index)
      let buffer = PaddedBuffer()
      try buffer.reserve(text.count)
      for (at, byte) in text.enumerated() { buffer.base[at] = byte }
      buffer.seal(text.count)
      var entry = ObjectEntry(key: object.key)
      entry.version = object.version
      var shredder = ObjectShredder(buffer.bytes, entry: entry, sink: sink, hashSeed: 1)
      try shredder.shred(fault: nil)
    }
    let writer = try ArchiveWriter(path: path)
    var pieces = [sink.piece]
    let segment = try writer.write(&pieces, threads: 1)
    try writer.commit([segment])
  }

  static func content(_ index: Int) -> [UInt8] { Array(Oddity.record("\"a\":\(index)", id: index).utf8) }
}
