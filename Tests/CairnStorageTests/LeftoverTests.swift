import CairnStorage
import CairnTestSupport
import Glibc
import Testing

/// What a writer finds in an archive beside its state: unfinished files of its own go, all else is kept.
@Suite struct LeftoverTests {
  private func archive() throws -> (directory: TemporaryDirectory, path: String) {
    let directory = try TemporaryDirectory()
    try WriterFixture.archive(directory.sub("archive"), ["a", "b"])
    return (directory, directory.sub("archive"))
  }

  private func lost(_ path: String) throws -> [String] {
    (try? treePaths(path + "/lost+found"))?.filter { $0 != "REASONS" } ?? []
  }

  @Test func unfinishedTemporaryFilesGo() throws {
    let (directory, path) = try archive()
    let before = try directoryImage(path)
    for name in [
      "tmp/segment-000007-0123456789abcdef.tmp", "tmp/segment-1234567-ffffffffffffffff.tmp",
      "tmp/spill-aB3xyZ",
      "CURRENT.tmp", "MANIFEST.tmp",
    ] { try directory.write("archive/" + name, [1]) }
    _ = try ArchiveWriter(path: path)
    #expect(
      try directoryImage(path).keys.sorted(by: { $0.lexicographicallyPrecedes($1) })
        == before.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }))
  }

  @Test func everythingElseIsMoved() throws {
    let (directory, path) = try archive()
    let names = [
      "tmp/mine.txt", "tmp/000003.cairn", "tmp/segment-7-0123456789abcdef.tmp", "tmp/segment-000007-0123.tmp",
      "tmp/segment-000007-0123456789ABCDEF.tmp", "tmp/spill-", "tmp/spill-abc.ef", "tmp/spill-abcdefg",
      "tmp/folder/below/file", "segments/000003.cairn", "segments/9223372036854775807.cairn",
      "segments/1000000000000.cairn", "segments/notes", "segments/folder/000001.cairn", "MANIFEST-000004",
      "CURRENT.tmp/x", "tmp/\(String(repeating: "n", count: 255))",
    ]
    for name in names { try directory.write("archive/" + name, Array(name.utf8)) }
    let raw = Array((path + "/tmp/").utf8) + [0xFF, 0x0A, 0xFE, 0]
    let made = open(raw.map { CChar(bitPattern: $0) }, O_CREAT, 0o600)
    #expect(made >= 0)
    close(made)
    #expect(symlink("nowhere", path + "/tmp/segment-000009-0123456789abcdef.tmp") == 0)
    #expect(mkfifo(path + "/tmp/spill-pipe00", 0o600) == 0)
    try WriterFixture.archive(path, ["c"])
    #expect(try WriterFixture.keys(path) == ["a", "b", "c"])
    #expect(try treePaths(path + "/tmp") == [])
    #expect(try treePaths(path + "/segments") == ["000001.cairn", "000002.cairn", "000003.cairn"])
    let image = try directoryImage(path + "/lost+found")
    #expect(image[[0xFF, 0x0A, 0xFE]] != nil)
    for name in ["segment-000009-0123456789abcdef.tmp", "spill-pipe00"] {
      #expect(image[Array(name.utf8)] != nil)
    }
    let kept = Set(
      try treePaths(path + "/lost+found").compactMap { try? readFile(path + "/lost+found/" + $0) })
    for name in names { #expect(kept.contains(Array(name.utf8)), "\(name)") }
    let reasons = String(decoding: try readFile(path + "/lost+found/REASONS"), as: UTF8.self)
    #expect(reasons.split(separator: "\n").count == names.count + 3, "\(reasons)")
    #expect(reasons.contains("000003.cairn: was tmp/000003.cairn: no temporary file"), "\(reasons)")
    #expect(reasons.contains("000003.cairn~2: was segments/000003.cairn: MANIFEST-000003"), "\(reasons)")
    #expect(reasons.contains("\\xFF\\u{a}\\xFE: was tmp/"), "\(reasons)")
    // The next run has nothing to do.
    let before = try directoryImage(path + "/lost+found")
    _ = try ArchiveWriter(path: path)
    #expect(try directoryImage(path + "/lost+found") == before)
  }

  /// A run that was killed between its segment's name and its commit.
  @Test func unfinishedCommit() throws {
    let (directory, path) = try archive()
    defer { withExtendedLifetime(directory) {} }
    let current = try readFile(path + "/CURRENT")
    try WriterFixture.archive(path, ["c"])
    let third = try readFile(path + "/segments/000003.cairn")
    try writeFile(path + "/CURRENT", current)
    #expect(try WriterFixture.keys(path) == ["a", "b"])
    #expect(try ArchiveRecovery(path: path).problem == nil)
    try WriterFixture.archive(path, ["d"])
    #expect(try WriterFixture.keys(path) == ["a", "b", "d"])
    #expect(try lost(path) == ["000003.cairn", "MANIFEST-000004"])
    #expect(try readFile(path + "/lost+found/000003.cairn") == third)
  }

  /// Two states that `CURRENT` does not know: it has gone back, and nothing goes on from there.
  @Test func olderCurrent() throws {
    let (directory, path) = try archive()
    defer { withExtendedLifetime(directory) {} }
    let current = try readFile(path + "/CURRENT")
    try WriterFixture.archive(path, ["c", "d"])
    try writeFile(path + "/CURRENT", current)
    let before = try directoryImage(path)
    let error = #expect(throws: CairnError.self) { try ArchiveWriter(path: path) }
    #expect(error?.exitCode == 4 && "\(String(describing: error))".contains("MANIFEST-000005"))
    #expect(try directoryImage(path) == before)
    try ArchiveRecovery(path: path).perform()
    #expect(try WriterFixture.keys(path) == ["a", "b", "c", "d"])
  }

  /// What a live run has in work is not a leftover, even to a run that believes itself alone.
  @Test func filesInUseStay() throws {
    let (directory, path) = try archive()
    defer { withExtendedLifetime(directory) {} }
    let first = try ArchiveWriter(path: path)
    let segment = try WriterFixture.segment(first, "c")
    let inWork = try treePaths(path + "/tmp")
    #expect(inWork.count == 1)
    try Directory.remove(path + "/LOCK")
    _ = try ArchiveWriter(path: path)
    #expect(try treePaths(path + "/tmp") == inWork)
    withExtendedLifetime((first, segment)) {}
  }

  @Test func temporaryDirectoryBehindALink() throws {
    let (directory, path) = try archive()
    let outside = try directory.write("outside/spill-abcdef", [1])
    #expect(rmdir(path + "/tmp") == 0)
    #expect(symlink("../outside", path + "/tmp") == 0)
    let error = #expect(throws: CairnError.self) { try ArchiveWriter(path: path) }
    #expect(error?.exitCode == 5)
    #expect(try readFile(outside) == [1])
  }
}
