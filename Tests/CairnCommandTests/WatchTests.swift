import CairnTestSupport
import Foundation
import Glibc
import Testing

/// `compact --watch` as a process, over a tree that changes.
@Suite(.serialized) struct WatchTests {
  private static func record(_ id: Int) -> String {
    #"{"eventTime":"2024-01-01T00:00:00Z","eventName":"n","eventID":"\#(id)"}"#
  }

  private final class Watch {
    let directory: TemporaryDirectory
    let child: ChildProcess

    /// Watches `in`, made with one object.
    init(_ more: String...) throws {
      directory = try TemporaryDirectory()
      try directory.write("in/a.json", Array(WatchTests.record(1).utf8))
      child = try ChildProcess(
        try Binary.command(["compact", "in", "--into", "archive", "--watch", "--settle", "200ms"] + more),
        directory: directory.path)
    }

    func records() throws -> Int {
      guard access(directory.sub("archive/CURRENT"), F_OK) == 0 else { return 0 }
      let result = try Binary.run("scan", directory.sub("archive"), "--count")
      let text = String(decoding: result.output, as: UTF8.self)
      return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1
    }

    /// Waits until the archive has so many events, or half a minute.
    func wait(for count: Int) throws -> Bool {
      for _ in 0..<300 {
        if try records() == count { return true }
        usleep(100_000)
      }
      return false
    }

    /// Puts a file into the tree bit by bit.
    func write(_ name: String, _ parts: [String], pause: UInt32) throws {
      let descriptor = open(directory.sub(name), O_WRONLY | O_CREAT, 0o600)
      guard descriptor >= 0 else { throw TestFailure("\(name): errno \(errno)") }
      for part in parts {
        _ = part.withCString { Glibc.write(descriptor, $0, strlen($0)) }
        usleep(pause)
      }
      close(descriptor)
    }

    func end(_ signal: Int32 = SIGTERM) throws -> ChildProcess.Result {
      child.kill(signal)
      return try child.wait()
    }
  }

  @Test func filesAsTheyBecomeWhole() throws {
    let watch = try Watch("--json", "--metrics", "m.prom", "--relist", "1s")
    let directory = watch.directory
    #expect(try watch.wait(for: 1))
    // New directories, and what is put into them before anybody can follow these.
    try directory.write("in/deep/er/b.json", Array(Self.record(2).utf8))
    #expect(try watch.wait(for: 2))
    // Written slowly: the pauses are longer than what settles a file, and listings come between.
    try watch.write(
      "in/slow.json", ["{\"Records\":[", Self.record(3), ",", Self.record(4), "]}"], pause: 600_000)
    #expect(try watch.wait(for: 4))
    // Whole under another name first, and by a link.
    try directory.write("outside.json", Array(Self.record(5).utf8))
    #expect(rename(directory.sub("outside.json"), directory.sub("in/deep/moved.json")) == 0)
    #expect(try watch.wait(for: 5))
    try directory.write("other.json", Array(Self.record(6).utf8))
    #expect(link(directory.sub("other.json"), directory.sub("in/linked.json")) == 0)
    #expect(try watch.wait(for: 6))
    // A whole tree that is moved here, and one that moves inside.
    try directory.write("tree/x/y.json", Array(Self.record(7).utf8))
    #expect(rename(directory.sub("tree"), directory.sub("in/tree")) == 0)
    #expect(try watch.wait(for: 7))
    #expect(rename(directory.sub("in/tree"), directory.sub("in/deep/tree")) == 0)
    try directory.write("in/deep/tree/x/z.json", Array(Self.record(8).utf8))
    #expect(try watch.wait(for: 8))
    // The lock is free meanwhile.
    #expect(try Binary.run("merge", directory.sub("archive")).code == 0)
    let result = try watch.end()
    #expect(result.code == 0 && !result.isSignalled, "\(result.error)")
    #expect(result.error.contains("watched") && result.error.contains("0 rejected"), "\(result.error)")
    let lines = String(decoding: result.output, as: UTF8.self).split(separator: "\n")
    var kept = 0
    for line in lines {
      let summary = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Double]
      kept += Int(summary?["kept"] ?? -1)
    }
    #expect(kept == 8 && lines.count >= 7, "\(lines)")
    let metrics = String(decoding: try readFile(directory.sub("m.prom")), as: UTF8.self)
    #expect(metrics.contains("cairn_events 8\n") && metrics.contains("cairn_last_run_exit_code 0\n"))
    #expect(try treePaths(directory.sub("archive/rejects")) == [])
    #expect(try Binary.run("verify", directory.sub("archive")).code == 0)
  }

  /// More happens than the system keeps word of: only a listing can tell what.
  @Test func queueThatRunsOver() throws {
    let kept = (try? String(decoding: readFile("/proc/sys/fs/inotify/max_queued_events"), as: UTF8.self))
      .flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    // A system that keeps word of very much would take long.
    guard let kept, kept <= 1 << 17 else { return }
    let watch = try Watch("--relist", "1h")
    let directory = watch.directory
    #expect(try watch.wait(for: 1))
    watch.child.kill(SIGSTOP)
    for turn in 0...(kept / 3) {
      let path = directory.sub("in/\(turn % 7).tmp")
      close(open(path, O_WRONLY | O_CREAT, 0o600))
      unlink(path)
    }
    try directory.write("in/late.json", Array(Self.record(2).utf8))
    try directory.write("in/new/deep.json", Array(Self.record(3).utf8))
    watch.child.kill(SIGCONT)
    #expect(try watch.wait(for: 3))
    // It is followed as before, what is new there too.
    try directory.write("in/new/after.json", Array(Self.record(4).utf8))
    #expect(try watch.wait(for: 4))
    #expect(try watch.end().code == 0)
  }

  @Test func treeThatGoesAndComesBack() throws {
    let watch = try Watch()
    let directory = watch.directory
    #expect(try watch.wait(for: 1))
    #expect(rename(directory.sub("in"), directory.sub("elsewhere")) == 0)
    usleep(2_500_000)
    try directory.write("elsewhere/b.json", Array(Self.record(2).utf8))
    #expect(rename(directory.sub("elsewhere"), directory.sub("in")) == 0)
    #expect(try watch.wait(for: 2))
    try directory.write("in/c.json", Array(Self.record(3).utf8))
    #expect(try watch.wait(for: 3))
    // What is no log is named once.
    try directory.write("in/bad.json", Array("{\"Records\":[{\"eventName\":".utf8))
    usleep(2_000_000)
    let result = try watch.end(SIGINT)
    #expect(result.code == 3, "\(result.error)")
    #expect(result.error.contains("in is gone: waiting for it"), "\(result.error)")
    #expect(result.error.contains("in is there again"), "\(result.error)")
    #expect(result.error.split(separator: "\n").count { $0.hasPrefix("rejected: in/bad.json") } == 1)
  }

  @Test func misuse() throws {
    let directory = try TemporaryDirectory()
    try directory.write("a.json", Array(Self.record(1).utf8))
    func run(_ words: String...) throws -> ChildProcess.Result {
      try runProcess(
        try Binary.command(["compact"] + words + ["--into", "archive", "--watch"]), directory: directory.path)
    }
    #expect(try run("a.json").code == 2)
    #expect(try run("-").code != 0)
    #expect(try run("nowhere").code == 5)
    #expect(try run(".", "--settle", "soon").code == 2)
    #expect(access(directory.sub("archive"), F_OK) != 0)
  }
}
