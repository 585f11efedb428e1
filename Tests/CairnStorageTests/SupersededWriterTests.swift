import CairnStorage
import CairnTestSupport
import Glibc
import Testing

/// A run whose archive is taken away while it holds the lock: it commits nothing, and what it has read is kept.
@Suite struct SupersededWriterTests {
  enum Taking: String, CaseIterable {
    case lockRemoved, lockReplaced, otherWriter, directoryReplaced, directoryRenamed, currentReplaced,
      currentRemoved
  }

  @Test(arguments: Taking.allCases) func commitsNothing(taking: Taking) throws {
    let directory = try TemporaryDirectory()
    let path = directory.sub("archive")
    try WriterFixture.archive(path, ["a"])
    var writer: ArchiveWriter? = try ArchiveWriter(path: path)
    let segment = try WriterFixture.segment(try #require(writer), "mine")
    var own = path
    switch taking {
    case .lockRemoved: try Directory.remove(path + "/LOCK")
    case .lockReplaced:
      try Directory.remove(path + "/LOCK")
      try writeFile(path + "/LOCK", [])
    case .otherWriter:
      try Directory.remove(path + "/LOCK")
      // Another run takes it for free: it commits, and touches nothing that the first one has in work.
      try WriterFixture.archive(path, ["b", "c"])
    case .directoryReplaced:
      own = directory.sub("old")
      try Directory.rename(path, to: own)
      try WriterFixture.archive(path, ["other"])
    case .directoryRenamed:
      own = directory.sub("old")
      try Directory.rename(path, to: own)
    case .currentReplaced:
      try writeFile(path + "/CURRENT", Array("MANIFEST-000001 0123456789abcdef\n".utf8))
    case .currentRemoved: try Directory.remove(path + "/CURRENT")
    }
    let current = try? readFile(own + "/CURRENT")
    let error = #expect(throws: CairnError.self) { try writer?.commit([segment]) }
    writer = nil
    guard case .superseded(path, let cause) = try #require(error) else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.exitCode == 5)
    #expect(cause.contains("what it has read is kept in lost+found/"), "\(cause)")
    #expect((try? readFile(own + "/CURRENT")) == current)
    switch taking {
    case .otherWriter: #expect(try WriterFixture.keys(path) == ["a", "b", "c"])
    case .directoryReplaced:
      #expect(try WriterFixture.keys(path) == ["other"])
      #expect(try WriterFixture.keys(own) == ["a"])
    case .currentReplaced, .currentRemoved:
      #expect(try ArchiveRecovery(path: own).manifest.segments.count == 1)
    default: #expect(try WriterFixture.keys(own) == ["a"])
    }
    // The segment is whole, and no later run removes it.
    if taking != .currentReplaced, taking != .currentRemoved { try WriterFixture.archive(own, ["later"]) }
    let kept = try treePaths(own + "/lost+found").filter { $0 != "REASONS" }
    #expect(kept.count == 1)
    let reader = try SegmentReader(
      try FileBlockStore(path: own + "/lost+found/" + (try #require(kept.first))))
    #expect(try SegmentVerifier(reader, threads: 1).verify().recordCount == 1)
    #expect(try reader.objects(block: 0).first?.key == Array("mine".utf8))
  }

  /// Where there is no lost+found to be had, the segment stays under a name that no later run removes.
  @Test func withoutLostAndFound() throws {
    let directory = try TemporaryDirectory()
    let path = directory.sub("archive")
    var writer: ArchiveWriter? = try ArchiveWriter(path: path)
    let segment = try WriterFixture.segment(try #require(writer), "mine")
    try directory.write("archive/lost+found", [1])
    try Directory.remove(path + "/LOCK")
    let error = #expect(throws: CairnError.self) { try writer?.commit([segment]) }
    writer = nil
    let kept = try #require(try treePaths(path + "/tmp").first)
    #expect(kept.hasPrefix("kept-segment-000001-"))
    #expect("\(try #require(error))".contains("tmp/\(kept)"), "\(String(describing: error))")
    try Directory.remove(path + "/lost+found")
    try WriterFixture.archive(path, ["a"])
    #expect(try treePaths(path + "/lost+found") == ["REASONS", kept])
  }

  /// Somebody else has used the number.
  @Test func segmentNameTaken() throws {
    let directory = try TemporaryDirectory()
    let path = directory.sub("archive")
    let writer = try ArchiveWriter(path: path)
    let segment = try WriterFixture.segment(writer, "mine")
    try writeFile(path + "/segments/000001.cairn", [1, 2, 3])
    #expect(throws: CairnError.self) { try writer.commit([segment]) }
    #expect(try readFile(path + "/segments/000001.cairn") == [1, 2, 3])
    #expect(try treePaths(path + "/lost+found").count == 2)
  }

  /// A commit that fails by itself leaves temporary files only, which the next run removes.
  @Test func failedCommitTakesItsFilesBack() throws {
    let directory = try TemporaryDirectory()
    let path = directory.sub("archive")
    try WriterFixture.archive(path, ["a"])
    do {
      let writer = try ArchiveWriter(path: path)
      let segment = try WriterFixture.segment(writer, "b")
      try Directory.createAll(path + "/CURRENT.tmp/x")
      let error = #expect(throws: CairnError.self) { try writer.commit([segment]) }
      #expect(error?.exitCode == 5 && !"\(String(describing: error))".contains("stopped"))
      #expect(try treePaths(path + "/segments") == ["000001.cairn"])
      #expect(try treePaths(path + "/tmp").count == 1)
      #expect(try WriterFixture.keys(path) == ["a"])
    }
    try WriterFixture.archive(path, ["b"])
    #expect(try WriterFixture.keys(path) == ["a", "b"])
    #expect(try treePaths(path + "/tmp") == [])
  }

  /// Only one gets the lock, and a removed file's lock is worth nothing.
  @Test func oneWriter() throws {
    let directory = try TemporaryDirectory()
    let path = directory.sub("archive")
    let writer = try ArchiveWriter(path: path)
    let error = #expect(throws: CairnError.self) { try ArchiveWriter(path: path) }
    #expect(error == .locked(path: path, owner: "pid \(getpid())"))
    let recovery = try ArchiveRecovery(path: path)
    #expect(recovery.problem == nil)
    withExtendedLifetime(writer) {}
  }
}
