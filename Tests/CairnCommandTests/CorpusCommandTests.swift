import Cairn
import CairnTestSupport
import Testing

/// The corpus through the command, its keys relative to where it runs.
@Suite(.enabled(if: Corpus.current != nil, "CAIRN_CORPUS is not set"))
struct CorpusCommandTests {
  @Test func restoresEveryObject() throws {
    let corpus = try #require(Corpus.current)
    let files = try corpus.files("")
    let records = files.reduce(0) { $0 + $1.records }
    let directory = try TemporaryDirectory()
    let archive = directory.sub("archive")
    let compacted = try Binary.run("compact", ".", "--into", archive, directory: corpus.path)
    #expect(compacted.code == 0, "\(compacted.error)")
    #expect(compacted.error.contains("not kept: README.md: no JSON"))
    let again = try Binary.run("compact", ".", "--into", archive, directory: corpus.path)
    #expect(again.error.contains("0 added, \(files.count) already in, 1 not kept"), "\(again.error)")

    let verified = try Binary.run("verify", archive)
    #expect(verified.code == 0)
    #expect(verified.error.contains("verified \(files.count) objects, \(grouped(records)) records"))

    // Of every object as many records as Foundation's parser finds, each of them accounted for.
    var counted: [String: Int] = [:]
    try SourceListing(path: archive).visit { source in
      counted[source.key] = source.records
      #expect(source.records == source.kept + source.duplicates + source.shadowed + source.rejected)
    }
    for file in files { #expect(counted[file.path] == file.records, "\(file.path)") }

    let restored = try Binary.run("restore", archive, "--to", directory.sub("plain"))
    #expect(restored.code == 0, "\(restored.error)")
    let tree = try readTree(directory.sub("plain"))
    #expect(tree.count == files.count)
    for file in files {
      let problem = difference(tree[Corpus.restoredName(file.path)], file.bytes)
      if let problem { Issue.record("\(file.path): \(problem)") }
    }
  }

  /// `--gzip` keeps the suffix and adds it where there was none; `--source` chooses.
  @Test func restoresCompressed() throws {
    let corpus = try #require(Corpus.current)
    let files = try corpus.files("flaws")
    let directory = try TemporaryDirectory()
    let archive = directory.sub("archive")
    #expect(
      try Binary.run("compact", "flaws", "invictus", "--into", archive, directory: corpus.path).code == 0)
    let restored = try Binary.run(
      "restore", archive, "--to", directory.sub("gzip"), "--gzip", "--source", "flaws/*")
    #expect(restored.code == 0, "\(restored.error)")
    let tree = try readTree(directory.sub("gzip"))
    #expect(tree.count == files.count)
    for file in files {
      let compressed = try #require(tree[Corpus.restoredName(file.path) + ".gz"], "\(file.path)")
      #expect(difference(try gunzip(compressed), file.bytes) == nil, "\(file.path)")
    }
    #expect(
      try Binary.run("restore", archive, "--to", directory.sub("none"), "--source", "nothing*").code == 1)
  }

  private func grouped(_ count: Int) -> String {
    count < 1000 ? "\(count)" : "\(count / 1000)," + String("\(1000 + count % 1000)".dropFirst())
  }
}
