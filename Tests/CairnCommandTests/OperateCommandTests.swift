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
