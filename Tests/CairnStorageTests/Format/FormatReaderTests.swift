import CairnStorage
import CairnTestSupport
import Foundation
import Testing

/// `tools/read_cairn.py`, which knows the format from its documents alone, restores what Cairn wrote.
@Suite(.enabled(if: IndependentReader.isAvailable, "needs python3 and zstd"))
struct FormatIndependentReader {
  @Test func restoresAnArchiveWrittenNow() throws {
    try withTemporaryDirectory { directory in
      let archive = directory + "/archive"
      _ = try Compactor(archive: archive, options: CompactionOptions()).run([
        FormatGolden.directory + "/source"
      ])
      try compare(
        archive: archive, below: SourceKey.key(ofPath: FormatGolden.directory + "/source") + "/", directory)
    }
  }

  @Test func restoresTheGoldenArchive() throws {
    try withTemporaryDirectory { directory in
      try compare(archive: FormatGolden.directory + "/archive", below: "", directory)
    }
  }

  @Test func listsTheCatalogue() throws {
    let segment = try #require(try segments(FormatGolden.directory + "/archive").first)
    let output = try IndependentReader.run([segment])
    #expect(output.contains("column userIdentity.sessionContext.sessionIssuer.arn string: "))
    #expect(output.contains("shape 0 of $: "))
  }

  /// Rows that marks hide are no events; marks that are cut are damage.
  @Test func readsMarks() throws {
    let golden = FormatGolden.directory + "/archive"
    let entries = try ArchiveSnapshot(path: golden).manifest.segments
    let (rows, seen) = entries.reduce((0, 0)) { ($0.0 + $1.rowCount, $0.1 + $1.visibleRowCount) }
    #expect(rows > seen)
    #expect(try IndependentReader.run([golden]).contains("\(seen) events, \(rows - seen) shadowed rows"))
    try withTemporaryDirectory { directory in
      _ = try runProcess(["cp", "-r", golden, directory + "/copy"])
      let marks = try #require(entries.compactMap(\.marks).first)
      let path = directory + "/copy/segments/" + marks.name
      try writeFile(path, Array(try readFile(path).dropLast()))
      #expect(throws: (any Error).self) { try IndependentReader.run([directory + "/copy"]) }
    }
  }

  @Test func refusesACutSegment() throws {
    try withTemporaryDirectory { directory in
      let segment = try #require(try segments(FormatGolden.directory + "/archive").first)
      let path = directory + "/cut.cairn"
      try File.create(path).write(Array(try File.readAll(segment).dropLast(100)))
      #expect(throws: (any Error).self) { try IndependentReader.run([path]) }
    }
  }

  private func segments(_ archive: String) throws -> [String] {
    try Directory.names(archive + "/segments").filter { $0.hasSuffix(".cairn") }.map {
      "\(archive)/segments/\($0)"
    }
  }

  private func compare(archive: String, below prefix: String, _ directory: String) throws {
    let target = directory + "/restored"
    _ = try IndependentReader.run(try segments(archive) + ["--restore", target])
    for (key, delivered) in try FormatGolden.sources() {
      let restored = try File.readAll(target + "/" + RestoredPath.relative(prefix + key, gzip: false))
      #expect(try restored == FormatGolden.inflate(delivered), "\(key)")
    }
  }
}

enum IndependentReader {
  static let isAvailable =
    (try? launch(["python3", "--version"])) != nil && (try? launch(["zstd", "--version"])) != nil

  static func run(_ arguments: [String]) throws -> String {
    try launch(["python3", FormatDocument.root + "/tools/read_cairn.py"] + arguments)
  }

  /// Standard output of a command found by its name; throws where it fails.
  private static func launch(_ command: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw FormatError("\(command) ends with \(process.terminationStatus)")
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
