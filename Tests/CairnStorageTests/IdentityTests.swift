import CairnStorage
import CairnTestSupport
import Glibc
import Testing

/// An object is the same under whatever path, compression and time it comes.
@Suite struct IdentityTests {
  private static let folder = "AWSLogs/111122223333/CloudTrail/us-east-1/2024/01/01/"

  private static func name(_ number: Int) -> String {
    "111122223333_CloudTrail_us-east-1_20240101T00\(10 + number)Z_\(String(repeating: "a", count: 14))\(10 + number).json"
  }

  private static func content(_ number: Int, records: Int = 2) -> [UInt8] {
    Array(
      Oddity.envelope((0..<records).map { Oddity.record("\"n\":\(number)", id: number * 10 + $0) }).utf8)
  }

  private func run(
    _ directory: TemporaryDirectory, _ sources: String...,
    change: (inout CompactionOptions) -> Void = { _ in }
  ) throws -> CompactionSummary {
    var options = CompactionOptions()
    change(&options)
    return try Compactor(archive: directory.sub("archive"), options: options).run(
      sources.map { $0.hasPrefix("/") ? $0 : directory.sub($0) })
  }

  private func touch(_ path: String, _ seconds: Int) {
    utimes(path, [timeval(tv_sec: seconds, tv_usec: 0), timeval(tv_sec: seconds, tv_usec: 0)])
  }

  @Test func deliveredNames() throws {
    let directory = try TemporaryDirectory()
    for number in 0..<4 { try directory.write("in/" + Self.folder + Self.name(number), Self.content(number)) }
    let first = try run(directory, "in/AWSLogs")
    #expect(first.objects == 4 && first.kept == 8)
    for source in ["in/./AWSLogs", "in", "in/AWSLogs/111122223333", "in/AWSLogs/../AWSLogs"] {
      let again = try run(directory, source)
      #expect(again.skippedObjects == 4 && again.unchangedObjects == 4 && again.records == 0, "\(source)")
    }
    // Moved, compressed, with another time: read, and found to be there.
    for number in 0..<4 {
      try directory.write(
        "mount/x/" + Self.folder + Self.name(number) + ".gz", try gzip(Self.content(number)))
    }
    let moved = try run(directory, "mount")
    #expect(moved.skippedObjects == 4 && moved.unchangedObjects == 0 && moved.segments == 0)
    let idle = try run(directory, "mount")
    #expect(idle.skippedObjects == 4 && idle.unchangedObjects == 4)
    // Without the folders: by its last name and its content.
    try directory.write("flat/" + Self.name(2), Self.content(2))
    let flat = try run(directory, "flat")
    #expect(flat.skippedObjects == 1 && flat.objects == 0)
    let read = try run(directory, "in", "flat") { $0.rehashes = true }
    #expect(read.skippedObjects == 5 && read.unchangedObjects == 0 && read.objects == 0)
  }

  /// `.json` beside `.json.gz`, and a tree beside its copy, in one run: whichever worker is first.
  @Test(arguments: [1, 4]) func onceInARun(threads: Int) throws {
    let directory = try TemporaryDirectory()
    for number in 0..<12 {
      let path = Self.folder + Self.name(number)
      try directory.write("in/" + path, Self.content(number))
      try directory.write("in/" + path + ".gz", try gzip(Self.content(number)))
      try directory.write("copy/" + path, Self.content(number))
      try directory.write("other/\(number)/events.json", Self.content(100 + number / 2))
    }
    let summary = try run(directory, "other", "in", "copy") {
      $0.threads = threads
      ($0.pieceByteTarget, $0.segmentRowLimit) = (1, 5)
    }
    #expect(summary.objects == 18 && summary.repeatedObjects == 12 * 2 + 6, "\(summary)")
    #expect(summary.kept == 36 && summary.duplicates == 0 && summary.records == 36)
    let again = try run(directory, "other", "in", "copy")
    #expect(again.skippedObjects == 48 && again.unchangedObjects == 48)
  }

  @Test func otherContent() throws {
    let directory = try TemporaryDirectory()
    try directory.write("in/" + Self.folder + Self.name(0), Self.content(0))
    _ = try run(directory, "in")
    try directory.write("moved/" + Self.folder + Self.name(0) + ".gz", try gzip(Self.content(1)))
    let changed = try run(directory, "moved")
    #expect(changed.objects == 1 && changed.changedKeys.count == 1)
    #expect(try restored(directory) == 2)
  }

  /// The same content under another name: both names are restored, and records count once, with an ID or without.
  @Test func otherName() throws {
    let directory = try TemporaryDirectory()
    let bare = Array(
      "{\"eventName\":\"a\",\"eventTime\":\"2024-01-01T00:00:00Z\"}\n{\"eventName\":\"b\",\"n\":1,\"eventSource\":\"c\"}"
        .utf8)
    try directory.write("in/a.json", bare)
    try directory.write("in/b.json", bare)
    try directory.write("in/c.json", Self.content(1))
    try directory.write("in/d.json", Self.content(1))
    let summary = try run(directory, "in")
    #expect(summary.objects == 4 && summary.renamedObjects == 2)
    #expect(summary.records == 8 && summary.kept == 4 && summary.duplicates == 4, "\(summary)")
    #expect(try restored(directory) == 4)
  }

  /// Equal sizes and times are no proof for names that anybody gives.
  @Test func otherFileOfEqualSizeAndTime() throws {
    let directory = try TemporaryDirectory()
    for number in 1...2 {
      touch(try directory.write("\(number)/events.json", Self.content(number)), 1000)
    }
    #expect(try run(directory, "1/events.json").objects == 1)
    #expect(try run(directory, "2/events.json").objects == 1)
    #expect(try run(directory, "1", "2").unchangedObjects == 2)
  }

  // MARK: The file of known objects

  /// Lost, cut, damaged or of another state: what it does not say is read from the segments.
  @Test func fileOfKnownObjects() throws {
    let directory = try TemporaryDirectory()
    let known = directory.sub("archive/KNOWN")
    for number in 0..<3 {
      try directory.write("in/" + Self.folder + Self.name(number), Self.content(number))
      try directory.write("in/\(number).json", Self.content(50 + number))
      #expect(try run(directory, "in").objects == 2)
    }
    let whole = try readFile(known)
    func check(_ bytes: [UInt8]?, unchanged: Int) throws {
      if let bytes { try writeFile(known, bytes) } else { unlink(known) }
      let summary = try run(directory, "in")
      #expect(summary.skippedObjects == 6 && summary.records == 0 && summary.segments == 0)
      #expect(summary.unchangedObjects == unchanged, "\(summary)")
      let next = try run(directory, "in")
      #expect(next.unchangedObjects == 6)
    }
    try check(nil, unchanged: 3)
    try check([], unchanged: 3)
    try check(Array(whole.dropLast()), unchanged: 5)
    var random = SeededGenerator(seed: 3)
    for _ in 0..<20 {
      var bytes = whole
      let at = Int(random.below(bytes.count))
      bytes[at] ^= UInt8(1 + random.below(255))
      try writeFile(known, bytes)
      #expect(try run(directory, "in").skippedObjects == 6)
    }
    // Another archive's says nothing of this one.
    let other = try TemporaryDirectory()
    try other.write("in/7.json", Self.content(7))
    _ = try run(other, "in")
    try check(try readFile(other.sub("archive/KNOWN")), unchanged: 3)
  }

  /// A segment that is gone takes what it held out of what is known.
  @Test func segmentsThatAreGone() throws {
    let directory = try TemporaryDirectory()
    for number in 0..<2 {
      try directory.write("in/\(number).json", Self.content(number))
      _ = try run(directory, "in")
    }
    unlink(directory.sub("archive/segments/000001.cairn"))
    #expect(throws: CairnError.self) { try run(directory, "in") }
    try ArchiveRecovery(path: directory.sub("archive")).perform()
    let summary = try run(directory, "in")
    #expect(summary.objects == 1 && summary.skippedObjects == 1)
  }

  private func restored(_ directory: TemporaryDirectory) throws -> Int {
    let target = try TemporaryDirectory()
    let summary = try Restorer(
      ArchiveSnapshot(path: directory.sub("archive")), target: target.path, options: Restorer.Options()
    ).run()
    #expect(summary.unwritten == 0)
    return try treePaths(target.path).count
  }
}
