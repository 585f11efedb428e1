import CairnStorage
import CairnTestSupport
import Testing

/// Every object of the public corpus, by the library.
@Suite(.enabled(if: Corpus.current != nil, "CAIRN_CORPUS is not set"))
struct CorpusTests {
  /// Delivered logs need no verbatim bytes at all.
  @Test(arguments: [("sans504", 608), ("invictus", 55), ("flaws", 5)])
  func delivered(folder: String, objects: Int) throws {
    let (archive, path) = try check(folder)
    #expect(archive.summary.objects == objects)
    let snapshot = try ArchiveSnapshot(path: path.path)
    for entry in snapshot.manifest.segments {
      #expect(try snapshot.open(entry).footer.rowGroups.allSatisfy { $0.verbatimRowCount == 0 })
    }
  }

  @Test func odd() throws {
    _ = try check("odd")
  }

  /// All of it at once; the README is left and nothing else is.
  @Test(arguments: [1, 2])
  func everything(threads: Int) throws {
    let (archive, directory) = try check("", threads: threads)
    #expect(archive.summary.foreignFiles == 1 && !archive.summary.hasRejects)
    #expect(try RejectLine.read(archive: directory.path).isEmpty)
  }

  private struct Run {
    var summary: CompactionSummary
  }

  private func check(
    _ folder: String, threads: Int = 2
  ) throws -> (Run, TemporaryDirectory) {
    let corpus = try #require(Corpus.current)
    let files = try corpus.files(folder)
    let directory = try TemporaryDirectory()
    var options = CompactionOptions()
    options.threads = threads
    let source = folder.isEmpty ? corpus.path : corpus.path + "/" + folder
    let summary = try Compactor(archive: directory.path, options: options).run([source])
    let records = files.reduce(0) { $0 + $1.records }
    #expect(summary.records == records)
    #expect(summary.records == summary.kept + summary.duplicates + summary.shadowed + summary.rejected)
    #expect(summary.rejected == 0 && summary.incompleteObjects == 0 && summary.rejectedObjects == 0)
    #expect(summary.objects == files.count)
    #expect(summary.opaqueObjects == 0)
    #expect(summary.jsonByteCount == files.reduce(0) { $0 + $1.bytes.count })

    let snapshot = try ArchiveSnapshot(path: directory.path)
    var verified = 0
    for entry in snapshot.manifest.segments {
      verified += try SegmentVerifier(try snapshot.open(entry), threads: threads).verify().recordCount
    }
    #expect(verified == records)

    let target = try TemporaryDirectory()
    var restoring = Restorer.Options()
    restoring.threads = threads
    let restored = try Restorer(snapshot, target: target.path, options: restoring).run()
    #expect(restored.objects == files.count)
    let tree = try readTree(target.path)
    #expect(tree.count == files.count)
    for file in files {
      let name = String((corpus.path + "/" + Corpus.restoredName(file.path)).dropFirst())
      if let problem = difference(tree[name], file.bytes) { Issue.record("\(file.path): \(problem)") }
    }
    return (Run(summary: summary), directory)
  }
}
