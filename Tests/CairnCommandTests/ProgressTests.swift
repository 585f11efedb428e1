import Cairn
import CairnSynth
import CairnTestSupport
import Foundation
import Testing

/// Work that takes a while says how far it is, and what there is when it is ended early.
@Suite struct ProgressTests {
  private static let source: Result<TemporaryDirectory, any Error> = Result {
    let directory = try TemporaryDirectory()
    var options = SynthOptions(outputPath: directory.sub("logs"))
    options.eventCount = 6000
    _ = try generate(options)
    _ = try compact([directory.sub("logs")], into: directory.sub("archive"))
    return directory
  }

  /// A copy of the archive, and the logs by their path.
  private static func copy() throws -> (directory: TemporaryDirectory, logs: String) {
    let source = try source.get()
    let directory = try TemporaryDirectory()
    try FileManager.default.copyItem(atPath: source.sub("archive"), toPath: directory.sub("archive"))
    return (directory, source.sub("logs"))
  }

  /// The line is there while it works, whatever its state is at the moment, and leaves nothing behind.
  @Test(arguments: [
    ["verify", "archive"], ["restore", "archive", "--to", "restored"], ["merge", "archive", "--all"],
    ["drop", "archive", "--before", "2025-01-10", "--yes"],
    ["export", "archive", "--to", "objects", "--format", "objects"],
    ["compact", "LOGS", "--into", "fresh"],
  ])
  func isShownAndTakenAway(arguments: [String]) throws {
    let (directory, logs) = try Self.copy()
    let words = arguments.map { $0 == "LOGS" ? logs : $0 }
    let terminal = try PseudoTerminal(
      words, environment: ["CAIRN_PROGRESS_AFTER": "0"], columns: 100, directory: directory.path)
    #expect(try terminal.exitCode() == 0)
    let lines = terminal.screen.components(separatedBy: "\r\u{1B}[K")
    #expect(lines.count > 2, "\(terminal.screen.debugDescription)")
    for line in lines.dropLast() { #expect(line.count < 100) }
    // What is left when the line is gone.
    #expect(!lines[lines.count - 1].isEmpty && !lines[lines.count - 1].contains("░"))
  }

  /// Commands that are over in some milliseconds here may be over before the first look at them.
  @Test(arguments: [
    ["coverage", "archive"], ["denied", "archive"], ["timeline", "archive", "10.0.0.0/8"],
    ["new", "archive"],
    ["grep", "archive", "a", "--count"], ["who", "archive", "111122223333"], ["trace", "archive", "AKIA"],
    ["history", "archive", "bucket"], ["inspect", "archive"],
    ["inspect", "archive", "--schema", "--find", "arn"],
    ["inspect", "archive", "--conflicts"], ["recover", "archive"],
    ["scan", "archive", "--where", "eventJson LIKE '%x%'"],
    ["query", "archive", "SELECT count(DISTINCT eventJson) FROM events"],
    ["synth", "--events", "3000", "--out", "history"],
  ])
  func isShownWhateverIsAsked(arguments: [String]) throws {
    let (directory, _) = try Self.copy()
    for attempt in 0..<50 {
      let words = arguments.map { $0 == "history" && arguments[0] == "synth" ? "history\(attempt)" : $0 }
      let terminal = try PseudoTerminal(
        words, environment: ["CAIRN_PROGRESS_AFTER": "0"], columns: 100, directory: directory.path)
      #expect(try terminal.exitCode() < 2)
      let lines = terminal.screen.components(separatedBy: "\r\u{1B}[K")
      if lines.count < 3 { continue }
      #expect(lines.dropLast().allSatisfy { $0.count < 100 && !$0.contains("\n") || $0 == lines[0] })
      return #expect(!lines[lines.count - 1].contains("░"))
    }
    Issue.record("nothing was shown")
  }

  @Test func investigationsTellTheirSteps() throws {
    let archive = try Archive(path: try Self.source.get().sub("archive"))
    var options = InvestigationOptions()
    options.cancellation = QueryCancellation()
    #expect(options.progress.statement == 0 && options.progress.bytesRead == 0)
    _ = try Coverage(archive, options: options)
    let (steps, bytes) = (options.progress.statement, options.progress.bytesRead)
    #expect(steps >= 3 && bytes > 0 && options.progress.fraction == 1)
    _ = try Novelties(archive, options: options)
    #expect(options.progress.statement > steps + 3 && options.progress.bytesRead > bytes)
  }

  @Test(arguments: [
    ["verify", "archive"], ["restore", "archive", "--to", "restored"], ["merge", "archive", "--all"],
    ["gc", "archive"],
    ["drop", "archive", "--before", "2025-01-10", "--yes"], ["hold", "archive"], ["release", "archive"],
    ["export", "archive", "--to", "objects", "--format", "objects"], ["compact", "LOGS", "--into", "fresh"],
    ["synth", "--events", "100", "--out", "history"],
  ])
  func quietSaysNothing(arguments: [String]) throws {
    let (directory, logs) = try Self.copy()
    let words = arguments.map { $0 == "LOGS" ? logs : $0 } + ["--quiet"]
    let terminal = try PseudoTerminal(
      words, environment: ["CAIRN_PROGRESS_AFTER": "0"], directory: directory.path)
    #expect(try terminal.exitCode() == 0)
    #expect(terminal.screen.isEmpty, "\(terminal.screen.debugDescription)")
  }

  /// What was written when a restoration ends early is whole.
  @Test func restorationEndsEarly() throws {
    let (directory, _) = try Self.copy()
    let archive = try Archive(path: directory.sub("archive"))
    let box = ProgressBox()
    let progress = WorkProgress { (box.progress?.counts.objects ?? 0) >= 20 }
    box.progress = progress
    #expect(throws: CairnError.interrupted) {
      try archive.restore(to: directory.sub("restored"), threads: 1, progress: progress)
    }
    let counts = progress.counts
    #expect(counts.objects == 20 && counts.byteCount > 0 && counts.byteCount < counts.totalByteCount)
    var files = 0
    let logs = try Self.source.get().sub("logs")
    let paths =
      FileManager.default.enumerator(atPath: directory.sub("restored"))?.compactMap { $0 as? String } ?? []
    for path in paths where path.hasSuffix(".json") {
      files += 1
      let key = try #require(path.range(of: "AWSLogs/")).lowerBound
      let original = try runProcess(["gzip", "-dc", "\(logs)/\(path[key...]).gz"])
      #expect(
        original.output
          == [UInt8](try Data(contentsOf: URL(fileURLWithPath: directory.sub("restored/" + path)))))
    }
    #expect(files == 20, "\(paths.prefix(5))")
    let whole = WorkProgress()
    _ = try archive.restore(to: directory.sub("restored"), progress: whole)
    #expect(whole.counts.byteCount == whole.counts.totalByteCount && whole.counts.objects > 20)
  }

  @Test func verificationEndsEarly() throws {
    let (directory, _) = try Self.copy()
    let archive = try Archive(path: directory.sub("archive"))
    let box = ProgressBox()
    let progress = WorkProgress { (box.progress?.counts.objects ?? 0) >= 5 }
    box.progress = progress
    #expect(throws: CairnError.interrupted) {
      _ = try archive.verify(threads: 1, progress: progress) { _ in }
    }
    let whole = WorkProgress()
    let result = try archive.verify(threads: 2, progress: whole) { _ in }
    #expect(whole.counts.objects == result.objects && whole.counts.byteCount == whole.counts.totalByteCount)
  }

  private final class ProgressBox: @unchecked Sendable { var progress: WorkProgress? }

  /// Ctrl-C says what is committed and how to go on.
  @Test func interruptedCompactionSaysWhatIsThere() throws {
    let directory = try TemporaryDirectory()
    let terminal = try PseudoTerminal(
      ["compact", "-", "--into", "archive"], environment: ["CAIRN_PROGRESS_AFTER": "1"],
      directory: directory.path)
    try terminal.wait(for: "working, 1 s")
    terminal.type("\u{03}")
    try terminal.wait(for: "\r\u{1B}[Kcairn: interrupted")
    try terminal.wait(for: "the same command goes on from there")
    #expect(try terminal.exitCode() == 130)
  }
}
