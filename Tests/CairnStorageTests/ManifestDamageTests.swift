import CairnStorage
import CairnTestSupport
import Testing

/// `CURRENT`, manifests and the set of segment files.
@Suite struct ManifestDamageTests {
  /// An archive of three segments with some manifests behind it.
  private func archive() throws -> TestArchive {
    let archive = try TestArchive([("a.json", Array(Oddity.envelope([Oddity.record("\"a\":1")]).utf8))])
    for key in ["bb", "ccc"] {
      try archive.add([("\(key).json", Array(Oddity.envelope([Oddity.record("\"\(key)\":2")]).utf8))])
    }
    #expect(try archive.readers().count == 3)
    return archive
  }

  /// Opens the archive and reads all its segments.
  private func read(_ path: String) throws -> Int {
    let snapshot = try ArchiveSnapshot(path: path)
    return try snapshot.manifest.segments.reduce(0) {
      $0 + (try SegmentVerifier(try snapshot.open($1), threads: 1).verify().recordCount)
    }
  }

  private func isReported(_ path: String) -> Bool {
    do { _ = try read(path) } catch CairnError.damaged { return true } catch { return false }
    return false
  }

  private func currentManifest(_ archive: TestArchive) throws -> String {
    archive.path + "/" + Manifest.fileName(try archive.snapshot().manifest.sequence)
  }

  @Test func everyByteOfManifestAndCurrent() throws {
    let archive = try archive()
    #expect(try read(archive.path) == 3)
    for file in [archive.path + "/CURRENT", try currentManifest(archive)] {
      let bytes = try readFile(file)
      for position in bytes.indices {
        for change in [UInt8(1), 0x20, 0x80] {
          var damaged = bytes
          damaged[position] ^= change
          try writeFile(file, damaged)
          if !isReported(archive.path) {
            Issue.record("\(file): byte \(position) ^ \(change) is not reported")
          }
        }
      }
      for length in bytes.indices {
        try writeFile(file, Array(bytes[..<length]))
        if !isReported(archive.path) { Issue.record("\(file) cut to \(length) bytes is not reported") }
      }
      try writeFile(file, bytes + [0x0A])
      #expect(isReported(archive.path))
      try writeFile(file, bytes)
    }
    #expect(try read(archive.path) == 3)
  }

  /// A name that leads out of the archive, and counts that do not fit the file: checksums made to fit.
  @Test func forgedManifests() throws {
    let archive = try archive()
    let manifest = try archive.snapshot().manifest
    func publish(_ change: (inout Manifest) -> Void) throws {
      var forged = manifest
      change(&forged)
      let bytes = forged.encode()
      try writeFile(try currentManifestPath(archive, forged.sequence), bytes)
      let pointer = "\(Manifest.fileName(forged.sequence)) \(hexadecimal(checksum(bytes, seed: 0)))\n"
      try writeFile(archive.path + "/CURRENT", Array(pointer.utf8))
    }
    try publish { $0.segments[0].name = "../segments/\($0.segments[0].name)" }
    #expect(isReported(archive.path))
    try publish { $0.segments[0].byteCount += 1 }
    #expect(isReported(archive.path))
    try publish { $0.segments[1].rowCount += 1 }
    #expect(isReported(archive.path))
    try publish { $0.segments[2].seal ^= 1 }
    #expect(isReported(archive.path))
    try publish { $0.segments.swapAt(0, 1) }
    #expect(try read(archive.path) == 3)
  }

  private func currentManifestPath(_ archive: TestArchive, _ sequence: Int) throws -> String {
    archive.path + "/" + Manifest.fileName(sequence)
  }

  @Test func missingAndSwappedFiles() throws {
    let archive = try archive()
    let names = try archive.snapshot().manifest.segments.map(\.name)
    let files = try names.map { try readFile("\(archive.path)/segments/\($0)") }
    try writeFile("\(archive.path)/segments/\(names[0])", files[1])
    #expect(isReported(archive.path))
    try writeFile("\(archive.path)/segments/\(names[0])", [])
    #expect(isReported(archive.path))
    try Directory.remove("\(archive.path)/segments/\(names[0])")
    #expect(isReported(archive.path))
    try writeFile("\(archive.path)/segments/\(names[0])", files[0])
    #expect(try read(archive.path) == 3)
    let manifest = try currentManifest(archive)
    let bytes = try readFile(manifest)
    try Directory.remove(manifest)
    #expect(isReported(archive.path))
    try writeFile(manifest, bytes)
    #expect(try read(archive.path) == 3)
  }

  /// A reader keeps its state while a writer commits; old manifests go, the newest stay.
  @Test func snapshotOutlivesCommits() throws {
    let archive = try archive()
    let before = try archive.snapshot()
    for index in 0..<8 {
      try archive.add([("more\(index).json", Array(Oddity.envelope([Oddity.record("\"m\":\(index)")]).utf8))])
    }
    #expect(before.manifest.segments.count == 3)
    for entry in before.manifest.segments {
      _ = try SegmentVerifier(try before.open(entry), threads: 1).verify()
    }
    #expect(try archive.readers().count == 11)
    let manifests = try treePaths(archive.path).filter { $0.hasPrefix("MANIFEST-") }
    #expect(manifests.count == 5)
  }
}
