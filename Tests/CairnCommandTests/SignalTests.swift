import CairnSynth
import CairnTestSupport
import Foundation
import Glibc
import Testing

@testable import Cairn

/// Signals end the command in order, and soon, whatever it is doing.
@Suite(.serialized) struct SignalTests {
  private static let record =
    #"{"eventTime":"2023-07-10T11:54:39Z","eventName":"n","eventID":"1","long":"\#(String(repeating: "ab", count: 50_000))"}"#

  private static func archive() throws -> TestArchive {
    try TestArchive([("a.json", Array(record.utf8))])
  }

  /// Each takes minutes inside one evaluation.
  private static let slow = [
    "SELECT reduce(sequence(1, 10000), 0, (s, x) -> s + reduce(sequence(1, 10000), 0, (t, y) -> t + y % 7, t -> t), s -> s)",
    "SELECT any_match(sequence(1, 10000), x -> none_match(sequence(1, 10000), y -> x * y < 0) AND length(eventName) > 9) FROM events",
    "SELECT count(*) FROM events CROSS JOIN UNNEST(sequence(1, 10000)) a(i) CROSS JOIN UNNEST(sequence(1, 10000)) b(j) WHERE i * j % 7 = 8",
    "SELECT regexp_count(long || CAST(i AS varchar), '(a|b|ab)*(c|.b){3,40}x?b') FROM events CROSS JOIN UNNEST(sequence(1, 10000)) a(i)",
    "SELECT count(*) FROM events WHERE (SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(i), UNNEST(sequence(1, 10000)) b(j) WHERE i < j AND length(eventName) < j) = 1",
  ]

  /// Waits until a process handles signals, and a while.
  private func letRun(_ child: ChildProcess, microseconds: UInt32) throws {
    for _ in 0..<1000 {
      let status = try String(contentsOfFile: "/proc/\(child.identifier)/status", encoding: .utf8)
      let caught = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }?.split(separator: "\t")
        .last
      if (caught.flatMap { UInt64($0, radix: 16) } ?? 0) & 1 << UInt64(SIGALRM - 1) != 0 { break }
      usleep(10_000)
    }
    usleep(microseconds)
  }

  private func seconds(since start: Date) -> Double { Date().timeIntervalSince(start) }

  @Test(arguments: [(SIGINT, 130, "interrupted"), (SIGTERM, 143, "terminated"), (SIGHUP, 129, "hung up")])
  func query(_ signal: Int32, _ code: Int32, _ message: String) throws {
    let archive = try Self.archive()
    for sql in Self.slow.prefix(signal == SIGINT ? Self.slow.count : 1) {
      let child = try ChildProcess(try Binary.command(["query", archive.path, sql]))
      try letRun(child, microseconds: 400_000)
      let start = Date()
      child.kill(signal)
      let result = try child.wait()
      #expect(result.code == code && !result.isSignalled, "\(sql): \(result.error)")
      #expect(result.error.contains(message), "\(result.error)")
      // One second, and what a busy machine adds.
      #expect(seconds(since: start) < 5, "\(sql)")
    }
  }

  /// The library ends too, which has no timer.
  @Test(arguments: slow.indices)
  func library(index: Int) throws {
    let archive = try Self.archive()
    let options = QueryOptions()
    let cancellation = options.cancellation
    Thread.detachNewThread {
      usleep(500_000)
      cancellation.cancel()
    }
    let start = Date()
    #expect(throws: CairnError.interrupted) {
      try Query(Self.slow[index], on: try Archive(path: archive.path), options: options).run { _ in }
    }
    #expect(seconds(since: start) < 8)
  }

  /// An interrupted run leaves the state before it, and the next one finishes.
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func compact(_ signal: Int32) throws {
    let directory = try TemporaryDirectory()
    var synth = SynthOptions(outputPath: directory.sub("in"))
    (synth.eventCount, synth.dayCount, synth.accountCount) = (20_000, 20, 2)
    _ = try generate(synth)
    let archive = directory.sub("archive")
    let first = try Binary.command([
      "compact", directory.sub("in"), "--into", archive, "--segment-bytes", "300000", "--quiet",
    ])
    let child = try ChildProcess(first)
    try letRun(child, microseconds: 600_000)
    child.kill(signal)
    let result = try child.wait()
    // It may have been faster.
    guard result.code != 0 else { return }
    #expect(result.code == 128 + signal && !result.isSignalled, "\(result.error)")
    #expect(result.error.hasPrefix("cairn: "), "\(result.error)")
    if access(archive + "/CURRENT", F_OK) == 0 { #expect(try Binary.run("verify", archive).code == 0) }
    #expect(try runProcess(first).code == 0)
    #expect(try Binary.run("verify", archive).code == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: archive + "/tmp").isEmpty)
    let count = try Binary.run("query", archive, "SELECT count(*) FROM events", "--output", "csv")
    #expect(String(decoding: count.output, as: UTF8.self).contains("20000"))
  }

  /// A limit of the size of files is an error of writing, not the end by a signal.
  @Test func fileSizeLimit() throws {
    let archive = try Self.archive()
    let cairn = try Binary.command([])[0]
    let result = try runProcess([
      "bash", "-c", "ulimit -f 1; exec \"$0\" query \"$1\" 'SELECT eventJson FROM events' >\"$2\"", cairn,
      archive.path,
      archive.path + "-out",
    ])
    #expect(result.code == 5 && !result.isSignalled, "\(result.error)")
    #expect(result.error.contains("File too large"), "\(result.error)")
  }

  /// Who started it with a signal ignored (nohup) does not want it to end by that.
  @Test func ignoredHangUp() throws {
    let archive = try Self.archive()
    let cairn = try Binary.command([])[0]
    let child = try ChildProcess([
      "bash", "-c", "trap '' HUP; exec \"$0\" query \"$1\" \"$2\"", cairn, archive.path,
      "SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(i), UNNEST(sequence(1, 300)) b(j) WHERE i * j % 7 = 3",
    ])
    try letRun(child, microseconds: 100_000)
    child.kill(SIGHUP)
    #expect(try child.wait().code == 0)
  }
}
