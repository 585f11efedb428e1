import CairnTestSupport
import Foundation
import Testing

/// What is run unattended, and what looks after an archive, as commands.
@Suite struct OperateCommandTests {
  private static func record(_ id: Int, _ more: String = "") -> String {
    #"{"eventTime":"2024-01-0\#(id)T00:00:00Z","eventName":"n","eventID":"\#(id)"\#(more)}"#
  }

  private static func run(_ directory: TemporaryDirectory, _ words: String...) throws -> ChildProcess.Result {
    try runProcess(try Binary.command(words), directory: directory.path)
  }

  @Test func summaryAndMetrics() throws {
    let directory = try TemporaryDirectory()
    try directory.write("in/a.json", Array((Self.record(1) + Self.record(2)).utf8))
    try directory.write("in/cut.json", Array("{\"Records\":[{\"eventName\":".utf8))
    let first = try Self.run(
      directory, "compact", "in/a.json", "--into", "archive", "--json", "--metrics", "m.prom")
    #expect(first.code == 0, "\(first.error)")
    let summary = try #require(
      try JSONSerialization.jsonObject(with: Data(first.output)) as? [String: Double])
    #expect(summary["records"] == 2 && summary["kept"] == 2 && summary["shadowed"] == 0, "\(summary)")
    func metrics() throws -> [String] {
      String(decoding: try readFile(directory.sub("m.prom")), as: UTF8.self).split(separator: "\n")
        .filter { !$0.hasPrefix("#") }.map(String.init)
    }
    #expect(try metrics().contains("cairn_events 2"))
    #expect(try metrics().contains("cairn_newest_event_timestamp_seconds 1704153600"))
    let second = try Self.run(
      directory, "compact", "in", "--into", "archive", "--metrics", "m.prom", "--quiet")
    #expect(second.code == 3)
    #expect(try metrics().contains("cairn_last_run_exit_code 3"))
    #expect(try metrics().contains("cairn_last_run_rejects 1"))
    let failed = try Self.run(directory, "compact", "nowhere", "--into", "archive", "--metrics", "m.prom")
    #expect(failed.code == 5)
    #expect(try metrics().contains("cairn_last_run_exit_code 5") && metrics().contains("cairn_events 2"))
    #expect(try treePaths(directory.path).filter { $0.hasPrefix("m.prom") } == ["m.prom"])
    // Where it cannot be written nothing stays beside it.
    let misplaced = try Self.run(directory, "compact", "in", "--into", "archive", "--metrics", "in")
    #expect(misplaced.code == 5)
    #expect(try !treePaths(directory.path).contains { $0.hasSuffix(".tmp") })
  }

  /// A clock that is far ahead does not make everything else seem to be in time.
  @Test func metricsOfTheFuture() throws {
    let directory = try TemporaryDirectory()
    let far = Self.record(9).replacing("2024", with: "9999")
    for (index, text) in [Self.record(1) + far + Self.record(2), far.replacing("\"9\"", with: "\"10\"")]
      .enumerated()
    {
      try directory.write("in/\(index).json", Array(text.utf8))
      let run = try Self.run(
        directory, "compact", "in", "--into", "archive", "--no-merge", "--quiet", "--metrics", "m.prom")
      #expect(run.code == 0, "\(run.error)")
      let lines = String(decoding: try readFile(directory.sub("m.prom")), as: UTF8.self).split(
        separator: "\n")
      #expect(lines.contains("cairn_newest_event_timestamp_seconds 1704153600"))
      #expect(lines.contains("cairn_future_events \(index + 1)"))
      #expect(lines.contains { $0.hasPrefix("cairn_lag_seconds ") && !$0.contains("-") })
    }
  }

  /// When everything, and when a share of it, was last verified, and what was wrong.
  @Test func metricsOfVerification() throws {
    let directory = try TemporaryDirectory()
    func metrics() throws -> [String: Int] {
      try directory.write("in/\(UInt64.random(in: 0 ... .max)).json", Array(Self.record(1).utf8))
      _ = try Self.run(
        directory, "compact", "in", "--into", "archive", "--no-merge", "--quiet", "--metrics", "m.prom")
      let lines = String(decoding: try readFile(directory.sub("m.prom")), as: UTF8.self).split(
        separator: "\n")
      return Dictionary(
        uniqueKeysWithValues: lines.filter { !$0.hasPrefix("#") && !$0.contains("{") }.map { line in
          let words = line.split(separator: " ")
          return (String(words[0]), Int(words[1]) ?? -1)
        })
    }
    let (whole, last) = (
      "cairn_last_whole_verification_timestamp_seconds", "cairn_last_verification_timestamp_seconds"
    )
    #expect(try metrics().keys.filter { $0.contains("verification") } == [])
    let start = Int(time(nil))
    #expect(try Self.run(directory, "verify", "archive", "--sample", "2").code == 0)
    let sampled = try metrics()
    #expect(sampled[whole] == nil && (start...Int(time(nil))).contains(sampled[last] ?? 0), "\(sampled)")
    #expect(sampled["cairn_last_verification_problems"] == 0)
    #expect(try Self.run(directory, "verify", "archive").code == 0)
    let verified = try metrics()
    #expect((start...Int(time(nil))).contains(verified[whole] ?? 0), "\(verified)")
    #expect(verified[whole] ?? 0 <= verified[last] ?? 0)
    // A byte of a segment that nobody reads at compaction.
    let segment = try #require(
      try treePaths(directory.sub("archive/segments")).filter { $0.hasSuffix(".cairn") }.sorted().first)
    let path = directory.sub("archive/segments/\(segment)")
    var bytes = try readFile(path)
    bytes[bytes.count / 2] ^= 0x10
    try directory.write("archive/segments/\(segment)", bytes)
    #expect(try Self.run(directory, "verify", "archive").code == 4)
    let damaged = try metrics()
    #expect(damaged["cairn_last_verification_problems"] ?? 0 > 0, "\(damaged)")
  }

  /// Events without a time, or with one that nobody can read, are found as such, and in no range.
  @Test func undated() throws {
    let directory = try TemporaryDirectory()
    let odd = [
      #"{"eventName":"none","eventID":"a"}"#, #"{"eventTime":"yesterday","eventName":"odd","eventID":"b"}"#,
      #"{"eventTime":null,"eventName":"null","eventID":"c"}"#,
      #"{"eventTime":5,"eventName":"five","eventID":"d"}"#,
      #"{"eventTime":"2024-01-03T00:00:00Z","eventName":"good","eventID":"e"}"#,
      #"{"eventTime":"9999-12-31T23:59:59Z","eventName":"far","eventID":"f"}"#,
    ]
    try directory.write("in/a.json", Array(odd.joined(separator: "\n").utf8))
    #expect(try Self.run(directory, "compact", "in", "--into", "archive").code == 0)
    func names(_ words: String...) throws -> Set<String> {
      let result = try runProcess(
        try Binary.command(["scan", "archive", "--output", "csv"] + words),
        directory: directory.path)
      #expect(result.code == 0, "\(result.error)")
      let lines = String(decoding: result.output, as: UTF8.self).split(whereSeparator: \.isNewline)
      return Set(
        lines.dropFirst().map { String($0.split(separator: ",", omittingEmptySubsequences: false)[2]) })
    }
    #expect(try names("--undated") == ["none", "odd", "null", "five"])
    #expect(try names("--undated", "--where", "eventID = 'b'") == ["odd"])
    #expect(try names("--since", "2024-01-01", "--until", "2025-01-01") == ["good"])
    #expect(try names() == ["none", "odd", "null", "five", "good", "far"])
    let count = try Self.run(directory, "scan", "archive", "--undated", "--count")
    #expect(String(decoding: count.output, as: UTF8.self).hasPrefix("4"))
    #expect(try Self.run(directory, "scan", "archive", "--undated", "--since", "2024-01-01").code == 2)
    let unread = try Self.run(
      directory, "query", "archive",
      "SELECT count(*) FROM events WHERE try(from_iso8601_timestamp(eventTime)) IS NULL", "--output", "csv")
    #expect(String(decoding: unread.output, as: UTF8.self).contains("4"), "\(unread)")
  }

  @Test func mergingHoldingDropping() throws {
    let directory = try TemporaryDirectory()
    for (name, text) in [
      ("a", Self.record(1)), ("b", Self.record(1) + Self.record(7)), ("c", Self.record(7, ",\"x\":1")),
    ] {
      try directory.write("in/\(name).json", Array(text.utf8))
      let result = try Self.run(directory, "compact", "in", "--into", "archive")
      #expect(
        result.code == 0 && (name != "b" || result.error.contains("1 shadowed + 0 rejected")), "\(result)")
    }
    let conflicts = try Self.run(directory, "inspect", "archive", "--conflicts")
    let lines = String(decoding: conflicts.output, as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix("7 ") }, "\(lines)")
    #expect(lines.first?.hasSuffix("in/b.json") == true && lines.last?.hasSuffix("in/c.json") == true)
    let merged = try Self.run(directory, "merge", "archive")
    #expect(merged.code == 0 && merged.error.contains("3 segments"), "\(merged.error)")
    #expect(merged.error.contains("1 shadowed records collapsed"), "\(merged.error)")
    #expect(try Self.run(directory, "merge", "archive").error.contains("nothing to merge"))
    let collected = try Self.run(directory, "gc", "archive", "--grace", "0s")
    #expect(collected.error.contains("removed  4 files"), "\(collected.error)")
    #expect(try Self.run(directory, "hold", "archive", "--reason", "case 7").code == 0)
    let held = try Self.run(directory, "drop", "archive", "--before", "2024-01-03", "--yes")
    #expect(held.code == 2 && held.error.contains("case 7"), "\(held.error)")
    #expect(try Self.run(directory, "release", "archive").error.contains("case 7"))
    let trial = try Self.run(directory, "drop", "archive", "--before", "2024-01-03")
    #expect(trial.code == 0 && trial.error.contains("would drop 1 objects with 1 records"), "\(trial.error)")
    let dropped = try Self.run(directory, "drop", "archive", "--before", "2024-01-03", "--yes")
    #expect(dropped.error.contains("dropped  1 objects with 1 records"), "\(dropped.error)")
    #expect(dropped.error.contains("kept     1 objects that have newer records too"), "\(dropped.error)")
    #expect(try Self.run(directory, "verify", "archive").code == 0)
    #expect(try Self.run(directory, "verify", "archive", "--sample", "1").code == 0)
    let count = try Self.run(
      directory, "query", "archive", "SELECT count(*) AS n FROM events", "--output", "csv")
    #expect(String(decoding: count.output, as: UTF8.self).contains("3"))
    // No archive is made where there is none.
    for command in ["merge", "gc", "hold", "release"] {
      #expect(try Self.run(directory, command, "nothing").code != 0)
    }
    #expect(access(directory.sub("nothing"), F_OK) != 0)
  }
}
