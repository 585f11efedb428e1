import CairnStorage
import CairnTestSupport
import Glibc
import Testing

/// Each object gets a file of its own, whole, whatever other keys there are and whatever stands in the target.
@Suite struct RestoreTests {
  private static func options(gzip: Bool = false, threads: Int = 2) -> Restorer.Options {
    var options = Restorer.Options()
    (options.gzip, options.threads) = (gzip, threads)
    return options
  }

  private func restore(
    _ path: String, to target: String, gzip: Bool = false, report: (String) -> Void = { _ in }
  ) throws -> Restorer.Summary {
    try Restorer(ArchiveSnapshot(path: path), target: target, options: Self.options(gzip: gzip)).run(
      report: report)
  }

  // MARK: Names

  private static let tag = String(RestoredPathTag.of("a.json"))

  /// Keys and versions whose names meet.
  @Test(
    arguments: [
      [("a.json", 1), ("a.json", 2), ("a.json~1", 1)],
      [("a.json~1", 1), ("a.json", 1), ("a.json", 2), ("a.json", 3), ("a.json~2", 1), ("a.json~2", 2)],
      [("a.json", 1), ("a.json.gz", 1), ("a.json.zst", 1), ("a.json.gz", 2)],
      [("x", 1), ("x/y", 1)], [("x/y", 1), ("x", 1), ("x", 2)], [("x.gz", 1), ("x/y.gz", 1), ("x.zst/z", 1)],
      [("x~1/y", 1), ("x", 1), ("x", 2)],
      [("a", 1), ("./a", 1), ("../a", 1), ("a/", 1), ("//a", 1), ("b/../a", 1)],
      [("n\0", 1), ("n_", 1)], [("object", 1), ("..", 1), ("", 1), ("/", 1)],
      [("a.json", 1), ("a.json.gz", 1), ("a.json\(tag)", 1), ("a.json.gz\(tag)", 1)],
    ] as [[(String, Int)]])
  func namesThatMeet(objects: [(key: String, version: Int)]) throws {
    let archive = try KeyedArchive(objects.map { (Array($0.key.utf8), $0.version) })
    let expected = Set(objects.indices.map { KeyedArchive.content($0) })
    for gzipped in [false, true] {
      var trees: [[String: [UInt8]]] = []
      for _ in 0..<2 {
        let directory = try TemporaryDirectory()
        let summary = try restore(archive.path, to: directory.path, gzip: gzipped)
        #expect(summary.objects == objects.count && summary.unwritten == 0)
        trees.append(try readTree(directory.path))
      }
      #expect(trees[0].keys.sorted() == trees[1].keys.sorted())
      let contents = try trees[0].values.map { gzipped ? try gunzip($0) : $0 }
      #expect(contents.count == objects.count && Set(contents) == expected, "\(trees[0].keys.sorted())")
    }
  }

  /// The rule of `archive.md`: whoever comes first keeps the plain name, newest versions before older ones.
  @Test func namesThatAreChosen() throws {
    let objects = [("a.json", 1), ("a.json", 2), ("a.json~1", 1), ("x", 1), ("x/y.gz", 1), ("x/y.zst", 1)]
    let archive = try KeyedArchive(objects.map { (Array($0.0.utf8), $0.1) })
    let directory = try TemporaryDirectory()
    _ = try restore(archive.path, to: directory.path)
    func tag(_ key: String) -> String { RestoredPathTag.of(key) }
    let expected = [
      "a.json\(tag("a.json"))~1": 0, "a.json": 1, "a.json~1": 2, "x\(tag("x"))": 3, "x/y": 4,
      "x/y\(tag("x/y.zst"))": 5,
    ]
    #expect(try readTree(directory.path) == expected.mapValues { KeyedArchive.content($0) })
    // What is asked for changes no name.
    var options = Restorer.Options()
    options.pattern = FilePath("*.zst")
    let part = try TemporaryDirectory()
    _ = try Restorer(ArchiveSnapshot(path: archive.path), target: part.path, options: options).run()
    #expect(try treePaths(part.path) == ["x/y\(tag("x/y.zst"))"])
  }

  @Test func longNames() throws {
    let long = String(repeating: "n", count: 300)
    let wide = String(repeating: "é", count: 150)
    let whole = String(repeating: "w", count: 255)
    let deep = (0..<1500).map { "d\($0 % 10)/" }.joined()
    let keys = [
      long, long + "x", long + ".gz", "\(long)/a", "\(long)x/a", wide, "\(wide)/\(wide).zst", whole,
      whole + ".gz",
      deep + "file", deep + "file.gz", deep + long, deep + long + "2",
    ]
    let archive = try KeyedArchive((keys.map { (Array($0.utf8), 1) }) + [(Array(whole.utf8), 2)])
    for gzipped in [false, true] {
      let directory = try TemporaryDirectory()
      let summary = try restore(archive.path, to: directory.path, gzip: gzipped) { Issue.record("\($0)") }
      #expect(summary.objects == keys.count + 1 && summary.unwritten == 0)
      let files = try runProcess(["find", directory.path, "-type", "f", "-printf", "%P\\n"])
      let paths = String(decoding: files.output, as: UTF8.self).split(separator: "\n")
      #expect(paths.count == keys.count + 1)
      #expect(paths.allSatisfy { $0.utf8.count <= 4096 })
      #expect(String(validating: files.output, as: UTF8.self) != nil, "cut inside a character")
    }
  }

  // MARK: What stands in the target

  private struct Target {
    let archive: TestArchive
    let directory: TemporaryDirectory
    /// The archive's files below the target.
    let inside: String
    static let record = Array(Oddity.record("\"a\":1").utf8)

    init() throws {
      archive = try TestArchive([("dir/x.json", Self.record), ("y.json", Self.record)])
      directory = try TemporaryDirectory()
      inside = directory.sub("out/\(archive.source.dropFirst())")
      try Directory.createAll(inside + "/dir")
    }

    /// What is said of `dir/x.json`; nil where it is restored.
    func run() throws -> String? {
      var lines: [String] = []
      let summary = try Restorer(
        archive.snapshot(), target: directory.sub("out"), options: Restorer.Options()
      ).run { lines.append($0) }
      #expect(summary.objects == (lines.isEmpty ? 2 : 1) && summary.unwritten == lines.count)
      #expect(try readFile(inside + "/y.json") == Self.record)
      #expect(try !treePaths(directory.path).contains { $0.contains(".cairn-part") })
      return lines.first
    }
  }

  @Test func linksStayAndAreNotFollowed() throws {
    let way = try Target()
    try Directory.create(way.directory.sub("outside"))
    rmdir(way.inside + "/dir")
    #expect(symlink(way.directory.sub("outside"), way.inside + "/dir") == 0)
    #expect(try way.run()?.contains("dir is in the way, a symbolic link and no directory") == true)
    #expect(try treePaths(way.directory.sub("outside")) == [])

    let file = try Target()
    try file.directory.write("outside", [1])
    #expect(symlink(file.directory.sub("outside"), file.inside + "/dir/x.json") == 0)
    #expect(try file.run()?.hasSuffix("a symbolic link has its name") == true)
    #expect(try readFile(file.directory.sub("outside")) == [1])

    // The target itself may be a link: that is the user's own.
    let own = try Target()
    #expect(rename(own.directory.sub("out"), own.directory.sub("real")) == 0)
    #expect(symlink("real", own.directory.sub("out")) == 0)
    #expect(try own.run() == nil)
  }

  @Test func filesAreReplacedAndNotWrittenInto() throws {
    let target = try Target()
    try target.directory.write("other", [1, 2, 3])
    #expect(link(target.directory.sub("other"), target.inside + "/dir/x.json") == 0)
    chmod(target.directory.sub("other"), 0o400)
    #expect(try target.run() == nil)
    #expect(try readFile(target.directory.sub("other")) == [1, 2, 3])
    #expect(try readFile(target.inside + "/dir/x.json") == Target.record)
    // Again, over what is there, and over what a run that was killed left.
    let temporary = ".cairn-part-\(hexadecimal(checksum(Array("x.json".utf8), seed: 0)))"
    try writeFile(target.inside + "/dir/\(temporary)", [9])
    #expect(try target.run() == nil)
  }

  @Test func pipesAndDirectoriesStay() throws {
    let pipe = try Target()
    #expect(mkfifo(pipe.inside + "/dir/x.json", 0o600) == 0)
    #expect(try pipe.run()?.hasSuffix("a pipe has its name") == true)
    let directory = try Target()
    try Directory.create(directory.inside + "/dir/x.json")
    #expect(try directory.run()?.hasSuffix("a directory has its name") == true)
    let file = try Target()
    rmdir(file.inside + "/dir")
    try writeFile(file.inside + "/dir", [7])
    #expect(try file.run()?.contains("dir is in the way, a file and no directory") == true)
    #expect(try readFile(file.inside + "/dir") == [7])
  }

  @Test func oneRestorationAtATime() throws {
    let target = try Target()
    let holder = try File.openForReading(target.directory.sub("out"))
    #expect(try holder.tryLock())
    #expect(throws: CairnError.self) { try target.run() }
    holder.unlock()
    #expect(try target.run() == nil)
  }

  // MARK: Damage

  /// A damaged segment takes its own objects alone.
  @Test func goesOnPastDamage() throws {
    let archive = try TestArchive([("a.json", KeyedArchive.content(1))])
    for index in 2...3 { try archive.add([("\(index).json", KeyedArchive.content(index))]) }
    let names = try archive.segments().keys.sorted()
    var bytes = try readFile("\(archive.path)/segments/\(names[1])")
    bytes[bytes.count / 2] ^= 0x55
    try writeFile("\(archive.path)/segments/\(names[1])", bytes)
    let directory = try TemporaryDirectory()
    var lines: [String] = []
    do {
      _ = try restore(archive.path, to: directory.path) { lines.append($0) }
      Issue.record("damage was not told")
    } catch let error as CairnError {
      #expect(error.exitCode == 4)
    }
    #expect(lines.count == 1 && lines[0].contains(names[1]), "\(lines)")
    #expect(try Set(readTree(directory.path).values) == [KeyedArchive.content(1), KeyedArchive.content(3)])
  }

  // MARK: Times

  @Test(arguments: [
    "1969-12-31T23:59:58.25Z", "1901-01-01", "2039-06-01", "2261-12-31", "2300-01-01", "9999-12-31",
  ])
  func timesOfSources(time: String) throws {
    let archive = try TestArchive([("other.json", KeyedArchive.content(0))])
    let path = try archive.directory.write("source/x.json", KeyedArchive.content(1))
    func touch() throws { #expect(try runProcess(["touch", "-d", time, path]).code == 0) }
    try touch()
    var source = stat()
    try #require(stat(path, &source) == 0)
    #expect(try archive.add([]).objects == 1)
    #expect(try archive.add([]).skippedObjects == 2)
    let directory = try TemporaryDirectory()
    _ = try restore(archive.path, to: directory.path)
    var restored = stat()
    #expect(stat(directory.path + path, &restored) == 0)
    let isKnown = (SourceFile.nanosecondsRange).contains(Int64(source.st_mtim.tv_sec))
    if isKnown {
      #expect(
        restored.st_mtim.tv_sec == source.st_mtim.tv_sec && restored.st_mtim.tv_nsec == source.st_mtim.tv_nsec
      )
    }
    // Of the same size and time, but another: seen where the time is beyond what is kept.
    try writeFile(path, KeyedArchive.content(2))
    try touch()
    #expect(try archive.add([]).objects == (isKnown ? 0 : 1))
  }
}

/// What stands behind a name that is taken.
enum RestoredPathTag {
  static func of(_ key: String) -> String {
    "~" + hexadecimal(checksum(Array(key.utf8), seed: 0)).prefix(8)
  }
}

extension SourceFile {
  /// Seconds of times that are kept.
  fileprivate static let nanosecondsRange = (Int64.min / 1_000_000_000)...(Int64.max / 1_000_000_000)
}
