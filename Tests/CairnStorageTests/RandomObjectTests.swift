import CairnStorage
import CairnTestSupport
import Testing

/// Random objects, thousands of them, each restored to its bytes.
@Suite struct RandomObjectTests {
  /// Many objects in one archive, in many small pieces and a few segments.
  @Test(arguments: [1, 2, 3, 4])
  func manyInOneArchive(seed: UInt64) throws {
    var random = RandomJSON(seed: seed)
    let objects = (0..<600).map { (key: "d\($0 % 7)/\($0).json", object: random.object()) }
    var options = CompactionOptions()
    options.threads = Int(seed % 3) + 1
    options.pieceByteTarget = 30_000
    options.segmentJSONByteLimit = 150_000
    options.fragmentByteLimit = 8_000
    let archive = try TestArchive(objects.map { ($0.key, $0.object.bytes) }, options: options)
    #expect(archive.summary.segments > 2)
    try check(archive, objects)
  }

  /// Few objects an archive: every shape and column is new.
  @Test(arguments: 0..<60)
  func fewInOneArchive(seed: UInt64) throws {
    var random = RandomJSON(seed: 1000 + seed)
    let objects = (0..<(1 + Int(seed) % 9)).map { (key: "\($0).json", object: random.object()) }
    try check(try TestArchive(objects.map { ($0.key, $0.object.bytes) }), objects)
  }

  private func check(_ archive: TestArchive, _ objects: [(key: String, object: RandomJSON.Object)]) throws {
    let summary = archive.summary
    let records = objects.reduce(0) { $0 + $1.object.records }
    #expect(!summary.hasRejects, "\(summary.firstRejects)")
    #expect(summary.records == records)
    #expect(summary.kept + summary.duplicates + summary.shadowed == records)
    #expect(summary.objects == objects.count)
    #expect(try archive.verify().recordCount == records)
    let restored = try archive.restore()
    #expect(restored.count == objects.count)
    for (key, object) in objects {
      if let problem = difference(restored[key], object.bytes) { Issue.record("\(key): \(problem)") }
    }
  }
}
