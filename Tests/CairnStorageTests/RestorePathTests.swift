import CairnStorage
import CairnTestSupport
import Glibc
import Testing

/// Restored files lie below the target, each object in one of its own.
@Suite struct RestorePathTests {
  @Test(arguments: [
    ("a/b.json", "a/b.json"), ("/etc/passwd", "etc/passwd"), ("../../etc/passwd", "etc/passwd"),
    ("a/../../b", "a/b"), ("./a/./b", "a/b"), ("a//b", "a/b"), ("..", "object"), ("", "object"),
    ("/", "object"),
    ("a/..", "a"), ("a\0b", "a_b"), ("..\0", ".._"), ("x.json.gz", "x.json"), ("x.json.zst", "x.json"),
    (".gz", ".gz"),
    ("a/.gz", "a/.gz"), ("...", "..."), ("a/ .. /b", "a/ .. /b"),
  ])
  func names(key: String, path: String) {
    let restored = RestoredPath.relative(key, gzip: false)
    #expect(restored == path)
    for name in [restored, RestoredPath.relative(key, gzip: true)] {
      let parts = name.split(separator: "/", omittingEmptySubsequences: false)
      #expect(!parts.isEmpty && parts.allSatisfy { $0 != "" && $0 != "." && $0 != ".." }, "\(name)")
      #expect(!name.contains("\0"))
    }
  }

  /// Keys from outside, put into a segment as they are: nothing appears beside the target.
  @Test func hostileKeys() throws {
    let keys = [
      "../escape", "/absolute/\u{1}", "a/../../../b", "..", "nul\0name",
      "deep/" + String(repeating: "../", count: 40) + "x",
    ]
    let archive = try HostileArchive(keys)
    let directory = try TemporaryDirectory()
    let summary = try Restorer(
      ArchiveSnapshot(path: archive.path), target: directory.sub("in/target"), options: Restorer.Options()
    ).run()
    #expect(summary.objects == keys.count)
    let paths = try treePaths(directory.path)
    #expect(paths.count == keys.count, "\(paths)")
    #expect(paths.allSatisfy { $0.hasPrefix("in/target/") }, "\(paths)")
  }

  @Test func linksInTheTarget() throws {
    let record = Array(Oddity.record("\"a\":1").utf8)
    let archive = try TestArchive([("dir/x.json", record), ("y.json", record)])
    let key = String(archive.source.dropFirst())
    let directory = try TemporaryDirectory()
    func restore(_ name: String) throws {
      _ = try Restorer(archive.snapshot(), target: directory.sub(name), options: Restorer.Options()).run()
    }
    // A linked directory on the way.
    try Directory.createAll(directory.sub("a/\(key)"))
    try Directory.create(directory.sub("outside"))
    #expect(symlink(directory.sub("outside"), directory.sub("a/\(key)/dir")) == 0)
    #expect(throws: CairnError.self) { try restore("a") }
    // A link where the file goes.
    try Directory.createAll(directory.sub("b/\(key)/dir"))
    #expect(symlink(directory.sub("outside/file"), directory.sub("b/\(key)/dir/x.json")) == 0)
    #expect(throws: CairnError.self) { try restore("b") }
    #expect(try treePaths(directory.sub("outside")) == [])
    // The target itself may be a link: that is the user's own.
    try Directory.create(directory.sub("real"))
    #expect(symlink("real", directory.sub("link")) == 0)
    try restore("link")
    #expect(try treePaths(directory.sub("real")).count == 2)
    // Again, over what is there.
    try restore("real")
    #expect(try readFile(directory.sub("real/\(key)/y.json")) == record)
  }

  @Test func versionsBesideEachOther() throws {
    let texts = (1...3).map { Array(Oddity.envelope([Oddity.record("\"v\":\($0)", id: $0)]).utf8) }
    let archive = try TestArchive([("x.json", texts[0]), ("y.json", texts[0])])
    for text in texts[1...] {
      try archive.add([("x.json", text)])
      #expect(archive.summary.changedKeys == [String((archive.source + "/x.json").dropFirst())])
      #expect(archive.summary.objects == 1 && archive.summary.skippedObjects == 1)
    }
    let restored = try archive.restore()
    #expect(restored == ["x.json": texts[2], "x.json~1": texts[0], "x.json~2": texts[1], "y.json": texts[0]])
    // The same bytes with another time are no new version.
    utimes(
      archive.source + "/x.json", [timeval(tv_sec: 1000, tv_usec: 0), timeval(tv_sec: 1000, tv_usec: 0)])
    try archive.add([])
    #expect(archive.summary.changedKeys == [] && archive.summary.skippedObjects == 2)
    #expect(try archive.readers().count == 3)
  }

  /// Two keys that come to one name: neither overwrites the other.
  @Test(arguments: [false, true])
  func suffixesThatMeet(gzipped: Bool) throws {
    let texts = (0..<3).map { Array(Oddity.envelope([Oddity.record("\"v\":\($0)", id: $0)]).utf8) }
    let archive = try TestArchive([
      ("x.json", texts[0]), ("x.json.gz", try gzip(texts[1])), ("x.json.zst", try zstd(texts[2])),
    ])
    let restored = try archive.restore(gzip: gzipped)
    #expect(restored.count == 3)
    let plain = try restored.values.map { gzipped ? try gunzip($0) : $0 }
    #expect(Set(plain) == Set(texts))
    let name = gzipped ? "x.json.gz" : "x.json"
    let first = try #require(restored[name])
    #expect((gzipped ? try gunzip(first) : first) == texts[0])
    #expect(restored.keys.allSatisfy { $0 == name || $0.hasPrefix(name + "~") })
  }

  /// Different files whose paths give the same key are versions; one file named in two ways is one object.
  @Test func filesThatShareAKey() throws {
    let directory = try TemporaryDirectory()
    let texts = (0..<2).map { Array(Oddity.record("\"v\":\($0)", id: $0).utf8) }
    let inside = try directory.write("e/d/x.json", texts[0])
    let outside = try directory.write("d/x.json", texts[1])
    // `..` is left out of keys, so this path of the second file has the key of the first.
    let detour = directory.sub("e/../d/x.json")
    #expect(SourceKey.key(ofPath: detour) == SourceKey.key(ofPath: inside))
    #expect(SourceKey.key(ofPath: outside) != SourceKey.key(ofPath: inside))
    let same = [inside, directory.path + "/./e/d/x.json", directory.path + "/e/./d/x.json"]
    let once = try Compactor(archive: directory.sub("once"), options: CompactionOptions()).run(same)
    #expect(once.objects == 1 && once.kept == 1 && once.duplicates == 0)
    for run in 0..<2 {
      let twice = try Compactor(archive: directory.sub("twice"), options: CompactionOptions()).run([
        inside, detour,
      ])
      #expect(twice.objects == (run == 0 ? 2 : 0) && twice.skippedObjects == (run == 0 ? 0 : 2))
    }
    _ = try Restorer(
      ArchiveSnapshot(path: directory.sub("twice")), target: directory.sub("out"), options: Restorer.Options()
    ).run()
    #expect(try Set(readTree(directory.sub("out")).values) == Set(texts))
  }

  @Test func modesArePrivate() throws {
    let archive = try TestArchive([("x.json", Array(Oddity.record("\"a\":1").utf8)), ("bad", [1])])
    for path in try treePaths(archive.path) {
      var status = stat()
      #expect(lstat(archive.path + "/" + path, &status) == 0 && status.st_mode & 0o777 == 0o600, "\(path)")
    }
    for path in ["", "/segments", "/rejects", "/tmp"] {
      var status = stat()
      #expect(lstat(archive.path + path, &status) == 0 && status.st_mode & 0o777 == 0o700, "\(path)")
    }
  }
}

/// An archive whose objects have keys that no file could give them.
private final class HostileArchive {
  let directory: TemporaryDirectory
  var path: String { directory.sub("archive") }

  private final class Sink: PieceSink {
    let piece = Piece()
    func rollOver(consumed: Int) {}
  }

  init(_ keys: [String]) throws {
    directory = try TemporaryDirectory()
    let sink = Sink()
    for key in keys {
      let text = Array(Oddity.record("\"a\":1").utf8)
      let buffer = PaddedBuffer()
      try buffer.reserve(text.count)
      for (index, byte) in text.enumerated() { buffer.base[index] = byte }
      buffer.seal(text.count)
      var shredder = ObjectShredder(
        buffer.bytes, entry: ObjectEntry(key: Array(key.utf8)), sink: sink, hashSeed: 1)
      try shredder.shred(fault: nil)
    }
    let writer = try ArchiveWriter(path: directory.sub("archive"))
    var pieces = [sink.piece]
    let segment = try writer.write(&pieces, threads: 1)
    try writer.commit([segment])
  }
}
