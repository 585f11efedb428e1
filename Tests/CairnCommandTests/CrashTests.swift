import Cairn
import CairnSynth
import CairnTestSupport
import Glibc
import Testing

/// `kill -9` at moments spread over a run of the real command, while a reader reads all the time: every state that it
/// meets is whole, what is there opens and verifies, and running again completes it.
@Suite(.serialized) struct CrashTests {
  private static let killCount = ProcessEnvironment.isSet("CAIRN_LONG") ? 500 : 30
  /// Segments small enough that a short run commits some dozen times.
  private static let segmentBytes = "300000"

  private struct Whole {
    var source: TemporaryDirectory
    var tree: [String: [UInt8]]
    var objects: Int
    var records: Int
    var segments: Int
    var seconds: Double
  }

  private static func compact(_ source: String, _ archive: String) throws -> ChildProcess {
    try ChildProcess(
      try Binary.command([
        "compact", source, "--into", archive, "--segment-bytes", segmentBytes, "--threads", "2",
      ]))
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// An uninterrupted run: how long it takes and what it gives. The second of two, so that files are cached.
  private static func uninterrupted() throws -> Whole {
    let source = try TemporaryDirectory()
    var synth = SynthOptions(outputPath: source.sub("in"))
    (synth.eventCount, synth.dayCount, synth.accountCount) = (4000, 5, 3)
    synth.duplicatesPercent = 10
    _ = try generate(synth)
    // Objects that are cut, rejected and no logs take part as well.
    try source.write(
      "in/cut.json", Array("{\"Records\":[{\"eventName\":\"a\",\"eventTime\":\"b\"},{\"eventN".utf8))
    try source.write("in/none.bin", Array("{\"Records\":[{\"cut".utf8))
    try source.write("in/other.json", Array("{\"no\":\"log\"}".utf8))
    var seconds = 0.0
    let archive = source.sub("archive")
    for _ in 0..<2 {
      _ = try runProcess(["rm", "-rf", archive])
      // The reader takes its share of the processors then too.
      let reader = SteadyReader(archive)
      let start = now()
      let result = try compact(source.sub("in"), archive).wait()
      seconds = now() - start
      _ = reader.stop()
      guard result.code == 3 else { throw TestFailure("exit \(result.code): \(result.error)") }
    }
    let opened = try Archive(path: archive)
    let verified = try opened.verify(threads: 2) { _ in }
    _ = try opened.restore(to: source.sub("out"))
    return Whole(
      source: source, tree: try readTree(source.sub("out")), objects: verified.objects,
      records: verified.records,
      segments: verified.segments, seconds: seconds)
  }

  @Test func killedAnywhere() throws {
    let whole = try Self.uninterrupted()
    #expect(whole.segments >= 8)
    #expect(whole.records > 4000)
    let source = whole.source.sub("in")
    var random = SeededGenerator(seed: 21)
    var kills = 0
    var attempts = 0
    var reads = 0
    var segmentsAtKill: Set<Int> = []
    while kills < Self.killCount, attempts < Self.killCount * 4 {
      let share =
        (Double(attempts % Self.killCount) + Double(random.below(1000)) / 1000) / Double(Self.killCount)
      attempts += 1
      let directory = try TemporaryDirectory()
      let archive = directory.sub("archive")
      let reader = SteadyReader(archive)
      defer {
        let (count, problems) = reader.stop()
        reads += count
        #expect(problems == [])
      }
      // Every third archive is killed twice.
      var wasKilled = false
      for part in attempts % 3 == 0 ? [share, share / 2] : [share] {
        let child = try Self.compact(source, archive)
        usleep(UInt32(part * whole.seconds * 1e6))
        child.kill()
        guard try child.wait().code == 128 + SIGKILL else { continue }
        wasKilled = true
        kills += 1
        segmentsAtKill.insert(try Self.checkReadable(archive, whole))
      }
      guard wasKilled else { continue }
      let finished = try Self.compact(source, archive).wait()
      #expect(finished.code == 3, "\(finished.error)")
      // Verification has compared every object with its digest; some are compared byte by byte as well.
      try Self.checkComplete(archive, whole, restoredTo: attempts % 3 == 1 ? directory.sub("out") : nil)
    }
    #expect(kills >= Self.killCount)
    #expect(reads >= kills)
    print("\(kills) kills in \(attempts) archives beside \(reads) reads")
    // The moments met different states of the archive.
    #expect(segmentsAtKill.count >= 4, "\(segmentsAtKill.sorted())")
  }

  /// Merges change no answer, at no moment: segments that have records in common are merged, and killed at it.
  @Test func killedWhileMerging() throws {
    let directory = try TemporaryDirectory()
    let (whole, archive) = (directory.sub("whole"), directory.sub("archive"))
    var identifiers: Set<Int> = []
    for run in 0..<10 {
      let records = (run * 300..<run * 300 + 400).map { id in
        identifiers.insert(id)
        let time = "2024-01-01T00:\(10 + id / 60 % 50):00Z"
        return #"{"eventTime":"\#(time)","eventName":"n","eventID":"\#(id)","v":\#(id)}"#
      }
      try directory.write("in/\(run).json", Array("{\"Records\":[\(records.joined(separator: ","))]}".utf8))
      let result = try Binary.run("compact", directory.sub("in/\(run).json"), "--into", whole, "--no-merge")
      #expect(result.code == 0, "\(result.error)")
    }
    func copy() throws {
      _ = try runProcess(["rm", "-rf", archive])
      _ = try runProcess(["cp", "-r", whole, archive])
    }
    func merge() throws -> ChildProcess {
      try ChildProcess(try Binary.command(["merge", archive, "--threads", "1"]))
    }
    try copy()
    let start = Self.now()
    #expect(try merge().wait().code == 0)
    let seconds = Self.now() - start
    let kills = ProcessEnvironment.isSet("CAIRN_LONG") ? 100 : 10
    var killed = 0
    for kill in 0..<kills {
      try copy()
      let reader = SteadyReader(archive, eventCount: identifiers.count)
      let child = try merge()
      usleep(UInt32(Double(kill) / Double(kills) * seconds * 1e6))
      child.kill()
      if try child.wait().code == 128 + SIGKILL { killed += 1 }
      #expect(try merge().wait().code == 0)
      let (reads, problems) = reader.stop()
      #expect(reads > 0 && problems == [], "\(problems)")
      let opened = try Archive(path: archive)
      var damage: [CairnError] = []
      let verified = try opened.verify(threads: 1) { damage.append($0) }
      #expect(damage == [] && verified.objects == 10 && verified.segments == 1)
      #expect(try treePaths(archive + "/tmp") == [])
    }
    #expect(killed >= kills / 2)
  }

  /// The archive is not there yet, or opens and verifies; gives its number of segments, -1 for none.
  private static func checkReadable(_ archive: String, _ whole: Whole) throws -> Int {
    guard access(archive + "/CURRENT", F_OK) == 0 else {
      let verified = try Binary.run("verify", archive)
      #expect(verified.code == (access(archive, F_OK) == 0 ? 2 : 5), "\(verified.error)")
      return -1
    }
    let opened = try Archive(path: archive)
    var problems: [CairnError] = []
    let verified = try opened.verify(threads: 1) { problems.append($0) }
    #expect(problems == [])
    #expect(verified.records <= whole.records && verified.objects <= whole.objects)
    return verified.segments
  }

  private static func checkComplete(_ archive: String, _ whole: Whole, restoredTo target: String?) throws {
    let opened = try Archive(path: archive)
    var problems: [CairnError] = []
    let verified = try opened.verify(threads: 2) { problems.append($0) }
    #expect(problems == [])
    #expect(verified.objects == whole.objects)
    #expect(verified.records == whole.records)
    if let target {
      _ = try opened.restore(to: target)
      let tree = try readTree(target)
      #expect(tree.count == whole.tree.count)
      for (path, bytes) in whole.tree where tree[path] != bytes { Issue.record("\(path) differs") }
    }
    // Nothing of the killed runs is left.
    #expect(try treePaths(archive + "/tmp") == [])
    let manifest = opened.snapshot.manifest
    let named = manifest.segments.flatMap { [$0.name] + ($0.marks.map { [$0.name] } ?? []) }
    let stored = try treePaths(archive + "/segments")
    #expect(Set(named).isSubset(of: stored) && stored.allSatisfy { manifest.speaks(of: FileName($0)) })
    #expect(try treePaths(archive + "/rejects").count == 4)
  }
}
