import CairnStorage
import CairnTestSupport
import Glibc
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

  /// Puts a changed manifest in force, checksums made to fit.
  private func publish(_ archive: TestArchive, _ forged: Manifest) throws {
    try publish(archive, forged.sequence, forged.encode())
  }

  private func publish(_ archive: TestArchive, _ sequence: Int, _ bytes: [UInt8]) throws {
    try writeFile(try currentManifestPath(archive, sequence), bytes)
    let pointer = "\(Manifest.fileName(sequence)) \(hexadecimal(checksum(bytes, seed: 0)))\n"
    try writeFile(archive.path + "/CURRENT", Array(pointer.utf8))
  }

  /// A name that leads out of the archive, counts and times that do not fit the file, segments named twice, and
  /// numbers beyond any archive: reported when the segments are opened, most of it before.
  @Test func forgedManifests() throws {
    let archive = try archive()
    let manifest = try archive.snapshot().manifest
    let (least, greatest) = (manifest.segments[0].minimumTime, manifest.segments[0].maximumTime)
    let forgeries: [(String, (inout Manifest) -> Void)] = [
      ("name", { $0.segments[0].name = "../segments/\($0.segments[0].name)" }),
      ("other name", { $0.segments[0].name = "a.cairn" }),
      ("short name", { $0.segments[0].name = "1.cairn" }),
      ("signed name", { $0.segments[0].name = "+00001.cairn" }),
      ("greatest name", { $0.segments[0].name = "9223372036854775807.cairn" }),
      ("bytes", { $0.segments[0].byteCount += 1 }),
      ("rows", { $0.segments[1].rowCount += 1 }),
      ("rows and records", { ($0.segments[1].rowCount, $0.segments[1].recordCount) = (2, 2) }),
      ("records", { ($0.segments[1].recordCount, $0.segments[1].duplicateCount) = (2, 1) }),
      ("rejected", { $0.segments[1].rejectedCount += 1 }),
      ("objects", { $0.segments[1].objectCount += 1 }),
      ("json", { $0.segments[1].jsonByteCount -= 1 }),
      ("source", { $0.segments[1].sourceByteCount = 0 }),
      ("untimed", { $0.segments[1].untimedRowCount = 1 }),
      ("from", { $0.segments[0].minimumTime = least - 1 }),
      ("to", { $0.segments[0].maximumTime = greatest + 1 }),
      ("no times", { ($0.segments[0].minimumTime, $0.segments[0].maximumTime) = (.max, .min) }),
      ("seal", { $0.segments[2].seal ^= 1 }),
      ("twice", { $0.segments.append($0.segments[0]) }),
      (
        "twice under another seal",
        { manifest in
          manifest.segments.append(manifest.segments[0])
          manifest.segments[3].seal = 1
        }
      ),
      ("sizes", { manifest in for index in 0..<3 { manifest.segments[index].jsonByteCount = .max } }),
      ("counts", { manifest in for index in 0..<3 { manifest.segments[index].objectCount = .max } }),
    ]
    for (name, forge) in forgeries {
      var forged = manifest
      forge(&forged)
      try publish(archive, forged)
      #expect(isReported(archive.path), "\(name)")
      // A writer does not build on it either, and leaves all as it is.
      let before = try directoryImage(archive.path)
      let error = #expect(throws: CairnError.self, "\(name)") { try archive.add([]) }
      #expect(error?.exitCode == 4, "\(name): \(String(describing: error))")
      #expect(try directoryImage(archive.path).count >= before.count)
    }
    var swapped = manifest
    swapped.segments.swapAt(0, 1)
    try publish(archive, swapped)
    #expect(try read(archive.path) == 3)
  }

  @Test func greatestNumbers() throws {
    let archive = try archive()
    var manifest = try archive.snapshot().manifest
    for sequence in [Int.max, Manifest.numberLimit + 1] {
      manifest.sequence = sequence
      try publish(archive, manifest)
      #expect(isReported(archive.path))
      try Directory.remove(try currentManifestPath(archive, sequence))
    }
    // The last number that can be read can not be followed.
    manifest.sequence = Manifest.numberLimit
    try publish(archive, manifest)
    #expect(try read(archive.path) == 3)
    let key = "more.json"
    let error = #expect(throws: CairnError.self) {
      try archive.add([(key, Array(Oddity.record("\"m\":1").utf8))])
    }
    #expect(error?.exitCode == 4 && "\(String(describing: error))".contains("no commit can follow"))
    #expect(try read(archive.path) == 3)
    // Nor can the last segment.
    let last = Manifest.segmentName(Manifest.numberLimit)
    try Directory.rename(
      "\(archive.path)/segments/\(manifest.segments[2].name)", to: "\(archive.path)/segments/\(last)")
    manifest.sequence = Manifest.numberLimit - 5
    manifest.segments[2].name = last
    try Directory.remove(try currentManifestPath(archive, Manifest.numberLimit))
    try publish(archive, manifest)
    #expect(try read(archive.path) == 3)
    let full = #expect(throws: CairnError.self) { try archive.add([]) }
    #expect(full?.exitCode == 4 && "\(String(describing: full))".contains("no segment can follow"))
  }

  /// Manifests made to take memory: lines without end, lines without number, a file that is mostly hole.
  @Test func hostileManifests() throws {
    let archive = try archive()
    let manifest = try archive.snapshot().manifest
    let head = Array("cairn-manifest 1\nsequence 9\n".utf8)
    for filler in ["\n", "a ", "segment ", "=", "sequence 1\n"] {
      let bytes = head + Array(String(repeating: filler, count: (1 << 16) / filler.utf8.count).utf8)
      try publish(archive, manifest.sequence, bytes)
      #expect(isReported(archive.path))
    }
    let path = try currentManifestPath(archive, manifest.sequence)
    #expect(truncate(path, 1 << 45) == 0)
    #expect(isReported(archive.path))
    #expect(truncate(archive.path + "/CURRENT", 1 << 45) == 0)
    #expect(isReported(archive.path))
  }

  /// What a newer Cairn has written is not called damaged.
  @Test func laterVersions() throws {
    let archive = try archive()
    let manifest = try archive.snapshot().manifest
    for (version, expected) in [("2", UInt32(2)), ("4294967296", .max), ("18446744073709551615", .max)] {
      let text = "cairn-manifest \(version)\nanything at all\n"
      try publish(archive, manifest.sequence, Array(text.utf8))
      let error = #expect(throws: CairnError.self) { try ArchiveSnapshot(path: archive.path) }
      let file = archive.path + "/" + manifest.name
      #expect(error == .unsupportedVersion(file: file, version: expected))
      #expect("\(try #require(error))".contains("written by a newer cairn"))
      #expect(throws: CairnError.unsupportedVersion(file: file, version: expected)) {
        try ArchiveWriter(path: archive.path)
      }
      // Nor is an older state put in its place.
      #expect(throws: CairnError.unsupportedVersion(file: file, version: expected)) {
        try ArchiveRecovery(path: archive.path)
      }
    }
    for version in ["0", "-1", "01", "1 ", "x", "18446744073709551616"] {
      try publish(archive, manifest.sequence, Array("cairn-manifest \(version)\n".utf8))
      #expect(isReported(archive.path), "\(version)")
    }
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
    var options = CompactionOptions()
    options.merges = false
    for index in 0..<8 {
      try archive.add(
        [("more\(index).json", Array(Oddity.envelope([Oddity.record("\"m\":\(index)")]).utf8))],
        options: options)
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
