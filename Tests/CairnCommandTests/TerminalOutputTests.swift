import CairnTestSupport
import Foundation
import Testing

/// What people see on a terminal, and that files and pipes get every byte.
@Suite struct TerminalOutputTests {
  private static let token = "FwoGZX" + String(repeating: "IvYXdzEJr0aDK9", count: 90)
  private static let role =
    "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Administrators_0123456789abcdef"

  private static func record(_ index: Int, _ more: String = "") -> String {
    #"{"eventTime":"2024-05-01T00:00:\#(index % 60 < 10 ? "0" : "")\#(index % 60)Z","eventSource":"ecs.amazonaws.com","#
      + #""eventName":"UpdateService","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","eventID":"e\#(index)","#
      + #""userIdentity":{"arn":"\#(role)/alice@example.com"}\#(more)}"#
  }

  private static func archive(_ records: [String]) throws -> TestArchive {
    try TestArchive([("a.json", Array(#"{"Records":[\#(records.joined(separator: ","))]}"#.utf8))])
  }

  private func screen(
    _ arguments: [String], columns: UInt16 = 150,
    environment: [String: String] = [:]
  ) throws -> String {
    let terminal = try PseudoTerminal(arguments, environment: environment, columns: columns)
    _ = try terminal.exitCode()
    return terminal.screen.replacingOccurrences(of: "\r\n", with: "\n")
  }

  @Test func colours() throws {
    let archive = try Self.archive([Self.record(0, #","errorCode":"AccessDenied""#)])
    let bold = "\u{1B}[1m"
    let red = "\u{1B}[31mAccessDenied\u{1B}[0m"
    let terminal = try screen(["scan", archive.path], environment: ["NO_COLOR": ""])
    #expect(terminal.contains(bold) && terminal.contains(red))
    for (arguments, environment) in [
      ([], ["NO_COLOR": "1"]), (["--color", "never"], ["NO_COLOR": ""]),
      ([], ["TERM": "dumb", "NO_COLOR": ""]),
    ] {
      let plain = try screen(["scan", archive.path] + arguments, environment: environment)
      #expect(!plain.contains("\u{1B}") && plain.contains("AccessDenied"))
    }
    let forced = try screen(["scan", archive.path, "--color", "always"])
    #expect(forced.contains(red))
    let piped = try Binary.run("scan", archive.path, "--output", "table")
    #expect(!String(decoding: piped.output, as: UTF8.self).contains("\u{1B}"))
    let colored = try Binary.run("scan", archive.path, "--output", "table", "--color", "always")
    #expect(String(decoding: colored.output, as: UTF8.self).contains(red))
    let message = try screen(["scan", archive.path, "--where", "nonsense ="], environment: ["NO_COLOR": ""])
    #expect(message.contains("\u{1B}[31mcairn:\u{1B}[0m"))
  }

  @Test func tablesFavourWhoAndWhat() throws {
    let archive = try Self.archive([Self.record(0)])
    let wide = try screen(["scan", archive.path])
    // All services have the domain; an ARN loses its middle.
    #expect(wide.contains("  ecs  ") && !wide.contains("ecs.amazonaws.com"))
    #expect(wide.contains("arn:…") && wide.contains("/alice@example.com"))
    let narrow = try screen(["scan", archive.path], columns: 80)
    #expect(narrow.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(narrow.contains("UpdateS") && narrow.contains("…"))
    let full = try screen(["scan", archive.path, "--full"])
    #expect(full.contains("\(Self.role)/alice@example.com") && full.contains("ecs.amazonaws.com"))
    let file = try Binary.run("scan", archive.path, "--output", "table")
    #expect(String(decoding: file.output, as: UTF8.self).contains("ecs.amazonaws.com"))
  }

  @Test func longTokensAreCollapsed() throws {
    let archive = try Self.archive([Self.record(0, #","responseElements":{"sessionToken":"\#(Self.token)"}"#)]
    )
    let shown = "FwoGZX…(\(formatted(Self.token.utf8.count)))"
    for format in ["table", "vertical", "json"] {
      let command = ["scan", archive.path, "--select", "responseElements.sessionToken", "--output", format]
      #expect(try screen(command).contains(shown), "\(format)")
      #expect(
        try screen(command + ["--full"]).filter { $0 != "\n" }.contains(Self.token), "\(format)")
      let file = try Binary.run(command)
      #expect(String(decoding: file.output, as: UTF8.self).contains(Self.token), "\(format)")
    }
    // A path is no token.
    let path = "/" + String(repeating: "folder/", count: 30)
    let paths = try Self.archive([Self.record(0, #","p":"\#(path)""#)])
    #expect(try screen(["scan", paths.path, "--select", "p", "--output", "vertical"]).contains(path))
  }

  private func formatted(_ count: Int) -> String { String(format: "%.2f kB", Double(count) / 1000) }

  @Test func jsonIsLaidOut() throws {
    let archive = try Self.archive([Self.record(0, #","a":[1,{}],"b":null"#)])
    let shown = try screen(["scan", archive.path, "--output", "json"])
    #expect(shown.contains("\n  {\n    \"eventTime\": \"2024-05-01T00:00:00Z\",\n"))
    #expect(shown.contains("    \"a\": [\n      1,\n      {}\n    ],\n    \"b\": null\n  }\n]\n"))
    #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(shown.utf8)) }
    let query = try screen([
      "query", archive.path, "SELECT a, eventName FROM events", "--output", "json", "--quiet",
    ])
    #expect(query.contains("    \"eventName\": \"UpdateService\"\n  }\n]"))
    // Lines stay lines.
    #expect(try screen(["scan", archive.path, "--output", "jsonl"]).split(separator: "\n").count == 1)
  }

  @Test func nullIsNotEmpty() throws {
    let archive = try Self.archive([#"{"eventTime":"2024-05-01T00:00:00Z","eventName":"n","a":"","c":"end"}"#]
    )
    let sql = "SELECT a, b, c FROM events"
    let shown = try screen(["query", archive.path, sql, "--quiet"])
    #expect(shown.contains("\"\"     end") || shown.contains("\"\"    end"), "\(shown)")
    #expect(
      try screen(["query", archive.path, sql, "--quiet", "--output", "vertical"]).contains(
        "a  \"\"\nb\nc  end"))
  }

  @Test func wideCharactersTakeTwoColumns() throws {
    let archive = try Self.archive([
      #"{"eventTime":"2024-05-01T00:00:00Z","eventName":"n","a":"日本語","b":"x"}"#,
      #"{"eventTime":"2024-05-01T00:00:01Z","eventName":"n","a":"abcdef","b":"x"}"#,
      #"{"eventTime":"2024-05-01T00:00:02Z","eventName":"n","a":"e\u0301😀abc","b":"x"}"#,
    ])
    let shown = try screen(["query", archive.path, "SELECT a, b FROM events", "--quiet"])
    #expect(shown.contains("日本語  x\n") && shown.contains("abcdef  x\n"))
    #expect(shown.contains("e\u{301}😀abc  x\n"))
  }

  /// Marks without end would cover the lines around.
  @Test func marksDoNotPileUp() throws {
    let marks = String(repeating: "\u{0301}", count: 50)
    let archive = try Self.archive([#"{"eventTime":"2024-05-01T00:00:00Z","eventName":"n","a":"x\#(marks)"}"#]
    )
    let shown = try screen(["query", archive.path, "SELECT a FROM events", "--quiet", "--output", "vertical"])
    #expect(shown.contains("x\u{301}\u{301}\u{301}\u{301}\\u{301}"))
  }

  @Test func rowsAreCappedOrPaged() throws {
    let archive = try Self.archive((0..<600).map { Self.record($0) })
    for command in [["scan", archive.path], ["query", archive.path, "SELECT eventID FROM events"]] {
      let shown = try screen(command)
      #expect(shown.contains("the first 500 of 600 rows are shown"))
      #expect(shown.split(separator: "\n").count < 505)
      let all = try screen(command + ["--limit", "600"])
      #expect(!all.contains("rows are shown") && all.split(separator: "\n").count > 600)
      let paged = try screen(command, environment: ["PAGER": "sed s/^/page:/"])
      #expect(!paged.contains("rows are shown"))
      #expect(paged.split(separator: "\n").count { $0.hasPrefix("page:") } == 601)
      // A pager that is left early is no error.
      let left = try PseudoTerminal(command, environment: ["PAGER": "head -n 3"])
      #expect(try left.exitCode() == 0)
    }
    // What fits the screen needs none.
    let short = try screen(
      ["scan", archive.path, "--limit", "3"], environment: ["PAGER": "sed s/^/page:/"])
    #expect(!short.contains("page:"))
    #expect(try Binary.run("scan", archive.path, "--output", "table").output.count { $0 == 0x0A } == 601)
  }

  @Test(arguments: ["table", "vertical", "json", "jsonl", "csv", "markdown"]) func filesAreExact(
    format: String
  )
    throws
  {
    let archive = try Self.archive([Self.record(0, #","responseElements":{"sessionToken":"\#(Self.token)"}"#)]
    )
    let command = ["query", archive.path, "SELECT * FROM events", "--output", format, "--quiet"]
    let output = String(decoding: try Binary.run(command).output, as: UTF8.self)
    #expect(output.contains(Self.token) && !output.contains("\u{1B}") && !output.contains("…"))
  }

  /// What takes longer than a second says how far it is, and leaves no trace of that.
  @Test func progressOfLongQueries() throws {
    let archive = try Self.archive([Self.record(0), Self.record(1)])
    let endless = "SELECT count(*) FROM " + (0..<32).map { "events e\($0)" }.joined(separator: ", ")
    let terminal = try PseudoTerminal(
      ["query", archive.path, endless], environment: ["CAIRN_PROGRESS_AFTER": "1"])
    try terminal.wait(for: "\r\u{1B}[Kread")
    try terminal.wait(for: " s")
    terminal.type("\u{03}")
    try terminal.wait(for: "\r\u{1B}[Kcairn: interrupted")
    #expect(try terminal.exitCode() == 130)
    let short = try screen(["query", archive.path, "SELECT 1 AS a"])
    #expect(!short.contains("\u{1B}"))
  }
}
