import CairnTestSupport
import Foundation

@testable import Cairn
@testable import CairnStorage

/// Objects as they may be delivered: nothing of them is lost without a word, and what is kept is restored.
enum FuzzedObject {
  private typealias Problem = FuzzTarget.Problem

  /// Through a whole run, and a second one that finds nothing new.
  static func run(_ input: [UInt8]) throws {
    var options = CompactionOptions()
    options.threads = 1
    options.objectByteLimit = 1 << 22
    let archive = try TestArchive([("f", input)], options: options)
    let summary = archive.summary
    guard summary.records == summary.kept + summary.duplicates + summary.shadowed + summary.rejected else {
      throw Problem(description: "records do not add up: \(summary)")
    }
    let isTold =
      summary.hasRejects || summary.foreignFiles + summary.unreadFiles + summary.unfinishedFiles > 0
    let objectCount = summary.objects + summary.opaqueObjects
    guard objectCount > 0 || isTold else { throw Problem(description: "nothing is told: \(summary)") }
    guard objectCount > 0 else { return }
    _ = try archive.verify(threads: 1)
    let restored = try archive.restore(threads: 1)
    guard restored.count == objectCount else {
      throw Problem(description: "\(restored.count) of \(objectCount) objects are restored")
    }
    let delivered = try content(input)
    guard restored["f"] == nil || delivered.contains(restored["f"] ?? []) else {
      throw Problem(description: "the object is restored otherwise")
    }
    guard try archive.add([], options: options).objects == 0 else {
      throw Problem(description: "the second run adds something")
    }
  }

  /// What the file may be restored as.
  private static func content(_ input: [UInt8]) throws -> [[UInt8]] {
    let output = PaddedBuffer()
    _ = try input.withUnsafeBufferPointer { try Inflater().inflate($0, into: output, limit: 1 << 22) }
    return [input, Array(output.bytes)]
  }

  /// In memory but for the segment, so that more can be tried: shredding, writing, and rebuilding from what was written.
  static func shred(_ input: [UInt8]) throws {
    let sink = Sink()
    var entry = ObjectEntry(key: Array("f".utf8))
    entry.sourceByteCount = input.count
    let buffer = PaddedBuffer()
    let isTaken = try input.withUnsafeBufferPointer { try buffer.append($0, limit: .max) }
    guard isTaken else { throw Problem(description: "no room") }
    buffer.seal(input.count)
    var shredder = ObjectShredder(buffer.bytes, entry: entry, sink: sink, hashSeed: 1)
    try shredder.shred(fault: nil)
    guard shredder.isKept else {
      guard !sink.piece.rejects.isEmpty else { throw Problem(description: "neither kept nor rejected") }
      return
    }
    let path = directory.sub("segment")
    let file = try File.create(path)
    _ = try SegmentWriter([sink.piece], threads: 1, level: nil).write(to: file)
    let reader = try SegmentReader(MemoryBlockStore(name: "memory", bytes: try readFile(path)))
    _ = try SegmentVerifier(reader, threads: 1).verify()
    guard try FuzzedSegment.objects(of: reader) == [input] else {
      throw Problem(description: "the object is rebuilt otherwise")
    }
  }

  private final class Sink: PieceSink {
    let piece = Piece()
    func rollOver(consumed: Int) {}
  }

  private static let directory: TemporaryDirectory = {
    do { return try TemporaryDirectory() } catch { fatalError("\(error)") }
  }()
}
