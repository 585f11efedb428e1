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
    let archive = try KeyedArchive(keys)
    let directory = try TemporaryDirectory()
    let summary = try Restorer(
      ArchiveSnapshot(path: archive.path), target: directory.sub("in/target"), options: Restorer.Options()
    ).run()
    #expect(summary.objects == keys.count)
    let paths = try treePaths(directory.path)
    #expect(paths.count == keys.count, "\(paths)")
    #expect(paths.allSatisfy { $0.hasPrefix("in/target/") }, "\(paths)")
  }

  /// Names that begin with a combining mark are one character with the slash before them, and bytes all the same.
  @Test func combiningMarksHideNothing() throws {
    let keys = [
      "../\u{301}a", "..\u{301}/b", "x/../\u{301}../c", "\u{301}/\u{301}../../../d", "../\u{20DD}",
      "\u{FE0F}/../e",
    ]
    let archive = try KeyedArchive(keys)
    let directory = try TemporaryDirectory()
    let summary = try Restorer(
      ArchiveSnapshot(path: archive.path), target: directory.sub("in/target"), options: Restorer.Options()
    ).run()
    #expect(summary.objects == keys.count && summary.unwritten == 0)
    let paths = try treePaths(directory.path)
    #expect(paths.count == keys.count)
    #expect(paths.allSatisfy { $0.utf8.starts(with: "in/target/".utf8) }, "\(paths)")
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
