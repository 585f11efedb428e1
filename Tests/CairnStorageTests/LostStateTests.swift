import CairnStorage
import CairnTestSupport
import Glibc
import Testing

/// An archive whose state cannot be read is neither taken for new nor changed; `recover` leads back.
@Suite struct LostStateTests {
  private static func object(_ name: String) -> (key: String, bytes: [UInt8]) {
    ("\(name).json", Array(Oddity.envelope([Oddity.record("\"\(name)\":1")]).utf8))
  }

  /// Three segments in three commits, and a reject.
  private static func archive() throws -> TestArchive {
    let archive = try TestArchive([object("a"), ("bad", [1, 2])])
    try archive.add([object("b")])
    try archive.add([object("c")])
    return archive
  }

  static func rowCount(_ path: String) throws -> Int {
    let snapshot = try ArchiveSnapshot(path: path)
    return try snapshot.manifest.segments.reduce(0) {
      $0 + (try SegmentVerifier(try snapshot.open($1), threads: 1).verify().recordCount)
    }
  }

  /// What may have become of `CURRENT`.
  enum Loss: String, CaseIterable {
    case missing, empty, garbage, directory, pipe, danglingLink, linkToItself, olderState, newerState,
      noManifest

    func inflict(_ path: String) throws {
      let current = path + "/CURRENT"
      if self != .olderState { try Directory.remove(current) }
      switch self {
      case .missing: break
      case .empty: try writeFile(current, [])
      case .garbage: try writeFile(current, Array("MANIFEST-9223372036854775807 0000000000000000\n".utf8))
      case .directory: try Directory.create(current)
      case .pipe: #expect(mkfifo(current, 0o600) == 0)
      case .danglingLink: #expect(symlink("nowhere", current) == 0)
      case .linkToItself: #expect(symlink("CURRENT", current) == 0)
      case .olderState:
        let bytes = try readFile(path + "/MANIFEST-000002")
        let pointer = CurrentPointer(sequence: 2, manifestChecksum: checksum(bytes, seed: 0))
        try writeFile(current, pointer.encode())
      case .newerState:
        try writeFile(current, CurrentPointer(sequence: 7, manifestChecksum: 1).encode())
      case .noManifest:
        for name in try Directory.names(path) where name.hasPrefix("MANIFEST-") {
          try Directory.remove(path + "/" + name)
        }
      }
    }
  }

  @Test(arguments: Loss.allCases) func nothingIsDestroyed(loss: Loss) throws {
    let archive = try Self.archive()
    #expect(try Self.rowCount(archive.path) == 3)
    try loss.inflict(archive.path)
    let before = try directoryImage(archive.path)
    let error = #expect(throws: CairnError.self) { try ArchiveWriter(path: archive.path) }
    // A link that leads to itself is there and cannot be read; everything else is damage, and says the way out.
    let code: Int32 = loss == .linkToItself ? 5 : 4
    #expect(error?.exitCode == code, "\(String(describing: error))")
    if code == 4 { #expect("\(try #require(error))".contains("cairn recover")) }
    #expect(try directoryImage(archive.path) == before)
    if loss != .olderState {
      let read = #expect(throws: CairnError.self) { try ArchiveSnapshot(path: archive.path) }
      #expect(read?.exitCode == code, "\(String(describing: read))")
      #expect("\(try #require(read))".contains("not a Cairn archive") == false)
    }
    #expect(try directoryImage(archive.path) == before)
    // As a source it stays an archive.
    let discovery = try SourceDiscovery(
      [FilePath(archive.directory.path)], archive: archive.directory.sub("other"))
    #expect(discovery.files.allSatisfy { $0.path.bytes.starts(with: archive.source.utf8) })
    #expect(try directoryImage(archive.path) == before)
  }

  @Test(arguments: Loss.allCases) func recoveryFindsTheNewestState(loss: Loss) throws {
    let archive = try Self.archive()
    try loss.inflict(archive.path)
    let before = try directoryImage(archive.path)
    let recovery = try ArchiveRecovery(path: archive.path)
    #expect(recovery.problem != nil)
    #expect(recovery.isRebuilt == (loss == .noManifest))
    #expect(recovery.manifest.segments.map(\.name) == ["000001.cairn", "000002.cairn", "000003.cairn"])
    #expect(try directoryImage(archive.path) == before, "looking changes nothing")
    try recovery.perform()
    #expect(try Self.rowCount(archive.path) == 3)
    #expect(try ArchiveRecovery(path: archive.path).problem == nil)
    // The archive works on: what it has is known, what is new is added.
    try archive.add([Self.object("d")])
    #expect(archive.summary.skippedObjects == 3 && archive.summary.objects == 1)
    #expect(try Self.rowCount(archive.path) == 4)
    #expect(try ArchiveRecovery(path: archive.path).problem == nil)
  }

  /// The newest manifest is damaged, or names a segment that is not there: the one before, and nothing thrown away.
  @Test func recoveryPassesOverWhatIsNotWhole() throws {
    for isSegmentLost in [false, true] {
      let archive = try Self.archive()
      let third = try readFile(archive.path + "/segments/000003.cairn")
      if isSegmentLost {
        try Directory.remove(archive.path + "/segments/000003.cairn")
      } else {
        try writeFile(archive.path + "/MANIFEST-000004", Array("cairn-manifest 1\nsequence 4\n".utf8))
      }
      let recovery = try ArchiveRecovery(path: archive.path)
      #expect(recovery.isRebuilt == isSegmentLost && recovery.manifest.sequence == (isSegmentLost ? 5 : 3))
      #expect(recovery.manifest.segments.map(\.name) == ["000001.cairn", "000002.cairn"])
      #expect(recovery.manifestsPassedOver.map(\.name) == ["MANIFEST-000004"])
      #expect(recovery.segmentsLeftOut.map(\.name) == (isSegmentLost ? [] : ["segments/000003.cairn"]))
      try recovery.perform()
      #expect(try Self.rowCount(archive.path) == 2)
      try archive.add([])
      #expect(archive.summary.objects == 1, "the third object is added again")
      #expect(try Self.rowCount(archive.path) == 3)
      let lost = try readTree(archive.path + "/lost+found")
      #expect(lost["MANIFEST-000004"] != nil)
      #expect(lost["000003.cairn"] == (isSegmentLost ? nil : third))
      let reasons = String(decoding: try #require(lost["REASONS"]), as: UTF8.self)
      #expect(reasons.contains("MANIFEST-000004: was MANIFEST-000004: "), "\(reasons)")
    }
  }

  /// Every manifest names the damaged segment: the newest without it, and the damaged one is kept.
  @Test func recoveryWithoutASegment() throws {
    let archive = try Self.archive()
    let first = archive.path + "/segments/000001.cairn"
    let damaged = Array(try readFile(first).dropLast(3))
    try writeFile(first, damaged)
    #expect(throws: CairnError.self) { try Self.rowCount(archive.path) }
    let recovery = try ArchiveRecovery(path: archive.path)
    #expect(recovery.isRebuilt && recovery.manifest.sequence == 5)
    #expect(recovery.manifest.segments.map(\.name) == ["000002.cairn", "000003.cairn"])
    #expect(recovery.manifestsPassedOver.map(\.name) == ["MANIFEST-000004"])
    #expect(recovery.segmentsLeftOut.map(\.name) == ["segments/000001.cairn"])
    try recovery.perform()
    #expect(try Self.rowCount(archive.path) == 2)
    try archive.add([])
    #expect(archive.summary.objects == 1 && archive.summary.skippedObjects == 2)
    #expect(try Self.rowCount(archive.path) == 3)
    #expect(try readFile(archive.path + "/lost+found/000001.cairn") == damaged)
  }

  /// All segments at once are more likely somewhere else than lost.
  @Test func recoveryWithoutSegments() throws {
    let archive = try Self.archive()
    #expect(rename(archive.path + "/segments", archive.directory.sub("elsewhere")) == 0)
    let before = try directoryImage(archive.path)
    let error = #expect(throws: CairnError.self) { try ArchiveRecovery(path: archive.path) }
    #expect(error?.exitCode == 4)
    #expect(try directoryImage(archive.path) == before)
  }

  @Test func nothingToRecover() throws {
    let archive = try Self.archive()
    let recovery = try ArchiveRecovery(path: archive.path)
    #expect(recovery.problem == nil && recovery.manifest.segments.count == 3)
    let before = try directoryImage(archive.path)
    try recovery.perform()
    let after = try directoryImage(archive.path)
    #expect(before.filter { $0.key != Array("LOCK".utf8) } == after.filter { $0.key != Array("LOCK".utf8) })
    #expect(throws: CairnError.usage("\(archive.source): not a Cairn archive (no CURRENT in it)")) {
      try ArchiveRecovery(path: archive.source)
    }
  }

  /// Someone has committed since it was looked at.
  @Test func recoveryOfAnotherState() throws {
    let archive = try Self.archive()
    let current = try readFile(archive.path + "/CURRENT")
    try Directory.remove(archive.path + "/CURRENT")
    let recovery = try ArchiveRecovery(path: archive.path)
    try writeFile(archive.path + "/CURRENT", current)
    try archive.add([Self.object("d")])
    try Directory.remove(archive.path + "/CURRENT")
    #expect(throws: CairnError.self) { try recovery.perform() }
    #expect(throws: CairnError.self) { try ArchiveSnapshot(path: archive.path) }
    let again = try ArchiveRecovery(path: archive.path)
    try again.perform()
    #expect(try Self.rowCount(archive.path) == 4)
  }

  // MARK: What is new

  /// A run that ended before an archive had its first state has left nothing that could be lost.
  @Test func interruptedBeginnings() throws {
    let first = Manifest(sequence: 1).encode()
    for length in [0, 10, first.count] {
      let directory = try TemporaryDirectory()
      let path = directory.sub("archive")
      for name in ["segments", "rejects", "tmp"] { try Directory.createAll(path + "/" + name) }
      try directory.write("archive/LOCK", Array("pid 1\n".utf8))
      try directory.write("archive/MANIFEST-000001", Array(first[..<length]))
      try directory.write("archive/CURRENT.tmp", [1])
      let read = #expect(throws: CairnError.self) { try ArchiveSnapshot(path: path) }
      #expect(read?.exitCode == 2)
      _ = try ArchiveWriter(path: path)
      #expect(try ArchiveSnapshot(path: path).manifest == Manifest(sequence: 1))
      #expect(try treePaths(path) == ["CURRENT", "LOCK", "MANIFEST-000001"])
    }
  }

  @Test func foreignDirectoriesAreLeftAlone() throws {
    for name in ["file", "tmp/x", "segments/x", "MANIFEST-1", "MANIFEST-000001.bak", "segments"] {
      let directory = try TemporaryDirectory()
      try directory.write("archive/" + name, [1])
      let error = #expect(throws: CairnError.self) { try ArchiveWriter(path: directory.sub("archive")) }
      #expect(error?.exitCode == 2, "\(String(describing: error))")
      #expect(try treePaths(directory.sub("archive")) == [name])
    }
    for name in ["MANIFEST-000001", "MANIFEST-000002", "segments/000001.cairn", "rejects/x.raw"] {
      let directory = try TemporaryDirectory()
      try directory.write("archive/" + name, [1])
      let error = #expect(throws: CairnError.self) { try ArchiveWriter(path: directory.sub("archive")) }
      #expect(error?.exitCode == 4, "\(String(describing: error))")
      #expect(try treePaths(directory.sub("archive")) == [name])
    }
    let directory = try TemporaryDirectory()
    let file = try directory.write("file", [1])
    for open in [{ _ = try ArchiveWriter(path: file) }, { _ = try ArchiveSnapshot(path: file) }] {
      #expect(throws: CairnError.usage("\(file): not a Cairn archive (no directory)")) { try open() }
    }
    let missing = #expect(throws: CairnError.self) { try ArchiveSnapshot(path: directory.sub("none")) }
    #expect(missing?.exitCode == 5)
  }

  @Test func linksAndNesting() throws {
    let archive = try Self.archive()
    let link = archive.directory.sub("link")
    #expect(symlink("archive", link) == 0)
    #expect(try Self.rowCount(link) == 3)
    _ = try Compactor(archive: link, options: CompactionOptions()).run([archive.source])
    for place in ["inside", "tmp/inside", "segments/inside"] {
      let error = #expect(throws: CairnError.self) { try ArchiveWriter(path: archive.path + "/" + place) }
      #expect(error?.exitCode == 2)
      #expect("\(try #require(error))".contains("lies inside another archive"))
    }
    // A link called LOCK leads nowhere near another file.
    let victim = try archive.directory.write("victim", [1, 2, 3])
    try Directory.remove(archive.path + "/LOCK")
    #expect(symlink("../victim", archive.path + "/LOCK") == 0)
    #expect(throws: CairnError.self) { try ArchiveWriter(path: archive.path) }
    #expect(try readFile(victim) == [1, 2, 3])
  }
}
