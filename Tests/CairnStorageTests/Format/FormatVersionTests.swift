import CairnStorage
import CairnTestSupport
import Testing

/// What `archive.md` says about keys that several files have.
@Suite struct FormatVersions {
  private func object(_ name: String) -> [UInt8] {
    Array("{\"Records\":[{\"eventVersion\":\"1.09\",\"eventName\":\"\(name)\"}]}".utf8)
  }

  @Test func differentFilesWithOneKeyAreVersions() throws {
    try withTemporaryDirectory { directory in
      try Directory.createAll(directory + "/below")
      try File.create(directory + "/a.json").write(object("Above"))
      try File.create(directory + "/below/a.json").write(object("Below"))
      // `.` and `..` are no part of a key: these three have one. The third is the first again.
      let sources = ["/below/a.json", "/below/../a.json", "/./below/a.json"].map { directory + $0 }
      let archive = directory + "/archive"
      let summary = try Compactor(archive: archive, options: CompactionOptions()).run(sources)
      #expect(summary.objects == 2)
      #expect(try Compactor(archive: archive, options: CompactionOptions()).run(sources).skippedObjects == 2)

      let target = directory + "/restored"
      _ = try Restorer(
        try ArchiveSnapshot(path: archive), target: target, options: Restorer.Options()
      ).run()
      let path = target + "/" + SourceKey.key(ofPath: sources[0])
      let restored = try [File.readAll(path), File.readAll(path + "~1")]
      #expect(Set(restored) == [object("Above"), object("Below")])
    }
  }
}
