import CairnStorage
import CairnTestSupport
import Testing

/// The same input gives the same bytes; what is in is not taken again; large objects pass in parts.
@Suite struct DeterminismTests {
  private static func objects(_ count: Int, seed: UInt64) -> [(key: String, bytes: [UInt8])] {
    var random = RandomJSON(seed: seed)
    return (0..<count).map { ("d\($0 % 5)/\($0).json", random.object().bytes) }
  }

  private static func options(threads: Int) -> CompactionOptions {
    var options = CompactionOptions()
    options.threads = threads
    options.pieceByteTarget = 3000
    options.segmentJSONByteLimit = 60_000
    options.fragmentByteLimit = 2000
    return options
  }

  /// One and the same source tree, since modification times are stored.
  /// Nor on memory, which decides how far filling runs ahead of sealing and what goes to temporary files.
  @Test(arguments: [1, 2])
  func segmentBytesDoNotDependOnThreads(seed: UInt64) throws {
    let directory = try TemporaryDirectory()
    for object in Self.objects(300, seed: 70 + seed) { try directory.write("in/" + object.key, object.bytes) }
    var segments: [[String: [UInt8]]] = []
    let runs = [(1, 1 << 30), (2, 1 << 30), (3, 1 << 20), (2, 100_000), (8, 1 << 30), (8, 1)]
    for (run, (threads, memory)) in runs.enumerated() {
      let archive = directory.sub("archive\(run)")
      var options = Self.options(threads: threads)
      options.memoryByteLimit = memory
      _ = try Compactor(archive: archive, options: options).run([directory.sub("in")])
      segments.append(try readTree(archive + "/segments"))
    }
    #expect(segments[0].count >= 5)
    for other in segments[1...] {
      #expect(other.keys.sorted() == segments[0].keys.sorted())
      for (name, bytes) in segments[0] { #expect(difference(other[name], bytes) == nil, "\(name)") }
    }
  }

  /// Limits of rows end a segment as those of bytes do.
  @Test func rowLimit() throws {
    var options = CompactionOptions()
    options.pieceByteTarget = 1
    options.segmentRowLimit = 10
    let objects = (0..<12).map { index in
      (
        key: "\(index).json",
        bytes: Array(
          Oddity.envelope((0..<3).map { Oddity.record("\"k\":\(index)", id: index * 3 + $0) }).utf8)
      )
    }
    let archive = try TestArchive(objects, options: options)
    #expect(try archive.readers().map(\.footer.rowCount) == [12, 12, 12])
  }

  /// Levels change how large segments are, and nothing else; merging compresses at the level that it is given.
  @Test func levels() throws {
    let texts = (0..<4000).map { "\($0 % 97) the quick brown fox \($0 * $0 % 1009) jumps over \($0 % 13)" }
    let record = Oddity.record(#""l":["\#(texts.joined(separator: "\",\""))"]"#, id: 1)
    let objects = Self.objects(60, seed: 4) + [("texts.json", Array(Oddity.envelope([record]).utf8))]
    var sizes: [Int] = []
    for level in [1, 3, 19] {
      var options = CompactionOptions()
      options.level = level
      let archive = try TestArchive(objects, options: options)
      sizes.append(try archive.segments().values.reduce(0) { $0 + $1.count })
      #expect(try archive.verify().objectCount == objects.count)
      let restored = try archive.restore()
      for object in objects { #expect(restored[object.key] == object.bytes, "\(object.key) at \(level)") }
      options.level = 3
      _ = try ArchiveKeeper(archive: archive.path, options: options).merge(all: true)
      let merged = try archive.snapshot().manifest.segments.reduce(0) { $0 + $1.byteCount }
      #expect(level == 1 ? merged < sizes[0] : level == 19 ? merged > sizes[2] : merged > 0)
    }
    #expect(sizes[0] > sizes[1] && sizes[1] > sizes[2])
  }

  @Test(arguments: [0, 20, -1, .max, .min])
  func noSuchLevel(level: Int) throws {
    var options = CompactionOptions()
    options.level = level
    let error = #expect(throws: CairnError.self) { try TestArchive([], options: options) }
    #expect("\(try #require(error))".contains("from 1 to 19"))
  }

  @Test func secondRunAddsNothing() throws {
    let archive = try TestArchive(Self.objects(40, seed: 5))
    let before = try archive.segments()
    let manifest = try archive.snapshot().manifest
    try archive.add([])
    #expect(
      archive.summary.skippedObjects == 40 && archive.summary.objects == 0 && archive.summary.records == 0)
    #expect(try archive.segments() == before)
    #expect(try archive.snapshot().manifest.segments == manifest.segments)
  }

  @Test func newFilesOnly() throws {
    let objects = Self.objects(60, seed: 6)
    let archive = try TestArchive(Array(objects[..<25]))
    try archive.add(Array(objects[25...]))
    #expect(archive.summary.skippedObjects == 25)
    #expect(archive.summary.objects == 35)
    #expect(try archive.verify().objectCount == 60)
    let restored = try archive.restore()
    for object in objects { #expect(difference(restored[object.key], object.bytes) == nil) }
  }

  /// An object of 60 kB in fragments of 2 kB over many segments: restored whole, committed together.
  @Test(arguments: ["ndjson", "envelope", "pretty"])
  func fragments(form: String) throws {
    var random = SeededGenerator(seed: 9)
    let records = (0..<300).map {
      Oddity.record(#""k":"\#(random.next())","l":[\#($0),{"x":"\#($0 % 7)"}]"#, id: $0)
    }
    let text: [UInt8]
    switch form {
    case "ndjson": text = Array((records.joined(separator: "\n") + "\n").utf8)
    case "envelope": text = Array((Oddity.envelope(records) + "\n").utf8)
    default:
      text = JSONPrinter.print(.array((0..<120).map { _ in Oddity.tree }), .indented("  "))
    }
    var options = Self.options(threads: 2)
    options.segmentJSONByteLimit = 7000
    let archive = try TestArchive(
      [("a.json", Array(Oddity.record("\"a\":1").utf8)), ("big.json", text)], options: options)
    #expect(archive.summary.segments > 4)
    #expect(archive.summary.objects == 2 && !archive.summary.hasRejects)
    #expect(archive.summary.records == (form == "pretty" ? 121 : 301))
    // The segments of the object came in one commit: the first state of the archive is number 1, empty.
    #expect(try archive.snapshot().manifest.sequence <= 3)
    let verified = try archive.verify()
    #expect(verified.objectCount == 2 && verified.recordCount == archive.summary.records)
    let restored = try archive.restore()
    #expect(difference(restored["big.json"], text) == nil)
    let unpacked = try gunzip(try #require(archive.restore(gzip: true)["big.json.gz"]))
    #expect(difference(unpacked, text) == nil)
    try archive.add([], options: options)
    #expect(archive.summary.skippedObjects == 2 && archive.summary.segments == 0)
    // A changed one is a second version, in fragments again.
    try archive.add([("big.json", text + [0x0A])], options: options)
    #expect(archive.summary.changedKeys.count == 1)
    let both = try archive.restore()
    #expect(both["big.json"] == text + [0x0A])
    #expect(both["big.json~1"] == text)
  }

  @Test func fragmentsOfADamagedObject() throws {
    let records = (0..<200).map { Oddity.record("\"k\":\($0)", id: $0) }
    let text = Array(
      (records[..<150].joined(separator: "\n") + "\nnonsense\n" + records[150...].joined(separator: "\n")
        + "\n{\"eve").utf8)
    let archive = try TestArchive([("big.json", text)], options: Self.options(threads: 1))
    #expect(
      archive.summary.incompleteObjects == 1 && archive.summary.rejected == 2 && archive.summary.kept == 200)
    #expect(difference(try archive.restore()["big.json"], text) == nil)
    #expect(try archive.rejects().map { String(decoding: $0.raw, as: UTF8.self) } == ["nonsense", "{\"eve"])
  }
}
