import CairnTestSupport
import Foundation
import Glibc
import Testing

/// `cairn query` as a person runs it.
@Suite struct QueryCommandTests {
  private let fixture: TestArchive
  private var path: String { fixture.path }

  init() throws {
    let records = (0..<6).map { index in
      #"{"eventTime":"2024-05-01T00:00:0\#(index)Z","eventName":"Name\#(index % 2)","n":\#(index),"big":123456789012345678901234567890.50,"readOnly":\#(index % 2 == 0),"requestParameters":{"b":[1,2.0],"a":"x"},"cell":"=1+1","pipe":"a|b *c*","quote":"say \"hi\", you\n","esc":"\u001b[31mred\u009b","empty":""}"#
    }
    fixture = try TestArchive([("a.json", Array(#"{"Records":[\#(records.joined(separator: ","))]}"#.utf8))])
  }

  private func output(_ result: ChildProcess.Result) -> String {
    String(decoding: result.output, as: UTF8.self)
  }

  @Test func jsonKeepsKinds() throws {
    let sql =
      "SELECT n, big, readOnly, requestParameters, requestParameters.a, none, n AS n FROM events LIMIT 1"
    let row =
      #"{"n":0,"big":123456789012345678901234567890.50,"readOnly":true,"requestParameters":{"b":[1,2.0],"a":"x"},"a":"x","none":null,"n_1":0}"#
    let lines = try Binary.run("query", path, sql)
    #expect(lines.code == 0 && output(lines) == row + "\n")
    #expect(lines.error.contains("warning: no record has none"))
    let quiet = try Binary.run("query", path, sql, "--quiet", "--output", "json")
    #expect(output(quiet) == "[\n\(row)\n]\n" && quiet.error.isEmpty)
    #expect(
      output(try Binary.run("query", path, "SELECT n FROM events WHERE n > 9", "--output", "json"))
        == "[\n]\n")
  }

  /// Numbering the columns of one name took a time that grew with their square.
  @Test(.timeLimit(.minutes(1))) func manyColumnsOfOneName() throws {
    let columns = [String](repeating: "n", count: 20_000).joined(separator: ",")
    let result = try Binary.run("query", path, "SELECT \(columns) FROM events LIMIT 1", "--quiet")
    #expect(result.code == 0 && output(result).hasSuffix(#","n_19999":0}"# + "\n"))
  }

  @Test func csv() throws {
    let sql = "SELECT n, cell, quote, empty, errorCode, esc FROM events WHERE n < 1"
    let plain = try Binary.run("query", path, sql, "--output", "csv", "--quiet")
    let head = "n,cell,quote,empty,errorCode,esc\r\n"
    #expect(output(plain) == head + "0,=1+1,\"say \"\"hi\"\", you\n\",\"\",,\u{1B}[31mred\u{9B}\r\n")
    let safe = try Binary.run("query", path, sql, "--output", "csv", "--csv-safe", "--quiet")
    #expect(output(safe).hasPrefix(head + "0,'=1+1,"))
  }

  @Test func tablesAndMarkdown() throws {
    let sql = "SELECT eventName, count(*) AS n FROM events GROUP BY 1 ORDER BY 1"
    let table = try Binary.run("query", path, sql, "--output", "table")
    #expect(output(table) == "eventName  n\nName0      3\nName1      3\n")
    let markdown = try Binary.run(
      "query", path, "SELECT pipe, n FROM events WHERE n = 1", "--output", "markdown")
    #expect(
      output(markdown).hasPrefix("**SELECT pipe, n FROM events WHERE n = 1**\n\n- command: `cairn query"))
    #expect(output(markdown).hasSuffix("| pipe | n |\n| --- | --- |\n| a\\|b \\*c\\* | 1 |\n"))
    let vertical = try Binary.run(
      "query", path, "SELECT n, esc FROM events WHERE n = 1", "--output", "vertical")
    #expect(output(vertical) == "─── 1 ───\nn    1\nesc  \\u{1b}[31mred\\u{9b}\n")
    #expect(try Binary.run("query", path, sql, "--output", "raw").code == 2)
  }

  @Test func terminalsShowWhatFits() throws {
    let narrow = try PseudoTerminal(
      ["query", path, "SELECT * FROM events LIMIT 1"], columns: 60)
    try narrow.wait(for: "─── 1 ")
    try narrow.wait(for: "\\u{1b}[31mred\\u{9b}")
    try narrow.wait(for: "1 row, ")
    #expect(try narrow.exitCode() == 0)
    #expect(!narrow.screen.contains("\u{1B}") && !narrow.screen.contains("\u{9B}"))
    for format in ["jsonl", "json", "csv", "markdown"] {
      let shown = try PseudoTerminal(["query", path, "SELECT esc FROM events LIMIT 1", "--output", format])
      #expect(try shown.exitCode() == 0)
      #expect(shown.screen.contains("[31mred"), "\(format)")
      #expect(!shown.screen.contains("\u{1B}") && !shown.screen.contains("\u{9B}"), "\(format)")
    }
  }

  @Test func sources() throws {
    let file = try fixture.directory.write(
      "q.sql", Array("-- first;\nSELECT 1 AS a;\nSELECT 'two;' AS b; /* ; */".utf8))
    let expected = "{\"a\":1}\n{\"b\":\"two;\"}\n"
    #expect(output(try Binary.run("query", path, "-f", file)) == expected)
    #expect(output(try runProcess(try Binary.command(["query", path]), input: file)) == expected)
    #expect(output(try runProcess(try Binary.command(["query", path, "-"]), input: file)) == expected)
    #expect(
      output(try Binary.run("query", path, "-f", file, "--output", "csv")) == "a\r\n1\r\n\nb\r\ntwo;\r\n")
    #expect(try Binary.run("query", path, "SELECT 1", "-f", file).code == 2)
    #expect(try Binary.run("query", path, "-f", file + ".none").code == 5)
    #expect(try Binary.run("query", path, "").code == 2)
    let notText = try fixture.directory.write("bad.sql", [0x53, 0xFF])
    #expect(try Binary.run("query", path, "-f", notText).error.contains("not UTF-8"))
  }

  @Test func errorsPointAtTheirPlace() throws {
    let wrong = try Binary.run("query", path, "SELECT eventName\nFROM events WHERE = 1")
    #expect(wrong.code == 2 && wrong.output.isEmpty)
    #expect(wrong.error.contains("line 2, column 19") && wrong.error.contains("2 | FROM events WHERE = 1"))
    #expect(wrong.error.contains("  |                   ^"))
    #expect(try Binary.run("query", path, "SELECT lowr(eventName) FROM events").error.contains("lower"))
    #expect(try Binary.run("query", path, "DROP TABLE events").code == 2)
    #expect(try Binary.run("query", fixture.source, "SELECT 1").code == 2)
    #expect(try Binary.run("query", path + "/none", "SELECT 1").code == 5)
  }

  @Test func timeRangeAndCounts() throws {
    let range = try Binary.run(
      "query", path, "SELECT count(*) AS n FROM events", "--since", "2024-05-01T00:00:02Z", "--until",
      "2024-05-01T00:00:04Z", "--stats")
    #expect(output(range) == "{\"n\":2}\n")
    #expect(range.error.contains("2024-05-01T00:00:02Z <= eventTime < 2024-05-01T00:00:04Z"))
    #expect(range.error.contains("1 row, ") && range.error.contains("segments   1 of 1 read"))
    let none = try Binary.run("query", path, "SELECT n FROM events", "--since", "2025-01-01", "--quiet")
    #expect(none.code == 0 && none.output.isEmpty && none.error.isEmpty)
  }

  @Test func describes() throws {
    let columns = try Binary.run("query", path, "SHOW COLUMNS FROM events LIKE 'requestparameters.%'")
    #expect(
      output(columns) == """
        {"Column":"requestParameters.b","Type":"array","Values":6}
        {"Column":"requestParameters.b[]","Type":"number","Values":12}
        {"Column":"requestParameters.a","Type":"string","Values":6}

        """)
    #expect(output(try Binary.run("query", path, "SHOW TABLES")) == "{\"Table\":\"events\"}\n")
  }

  /// Sixteen tables joined crosswise would take for ever.
  private static let endless =
    "SELECT count(*) FROM " + (0..<16).map { "events e\($0)" }.joined(separator: ", ")

  @Test func interruptEndsAQuery() throws {
    let terminal = try PseudoTerminal(["query", path, Self.endless])
    usleep(1_000_000)
    terminal.type("\u{03}")
    try terminal.wait(for: "cairn: interrupted")
    #expect(try terminal.exitCode() == 130)
  }

  @Test func interruptInTheShellEndsTheQueryOnly() throws {
    let state = try TemporaryDirectory()
    let shell = try PseudoTerminal(["query", path], environment: ["XDG_STATE_HOME": state.path])
    try shell.wait(for: "cairn> ")
    shell.type(Self.endless + ";\r")
    try shell.wait(for: "e15;")
    usleep(1_000_000)
    shell.type("\u{03}")
    try shell.wait(for: "interrupted")
    try shell.wait(for: "cairn> ")
    shell.type("SELECT 40 +\r2 AS answer;\r")
    try shell.wait(for: "   ..> ")
    try shell.wait(for: "answer\r\n    42\r\n")
    try shell.wait(for: "1 row, ")
    shell.type("SELECT (\r;\r")
    try shell.wait(for: "line 2, column 1")
    try shell.wait(for: "cairn> ")
    shell.type(".mode csv\r")
    try shell.wait(for: "cairn> ")
    shell.type("SELECT 1 AS a, 2 AS b;\r")
    // The terminal adds a carriage return to the one of CSV.
    try shell.wait(for: "a,b\r\r\n1,2")
    try shell.wait(for: "cairn> ")
    shell.type(".quit\r")
    #expect(try shell.exitCode() == 0)
  }

  @Test func aReaderThatGoesAwayIsNoError() throws {
    let cairn = try Binary.command([
      "query", path, "SELECT a.eventTime FROM events a, events b, events c, events d, events e, events f",
    ])
    let quoted = cairn.map { "'\($0)'" }.joined(separator: " ")
    let result = try runProcess(["bash", "-c", "\(quoted) | head -1; exit ${PIPESTATUS[0]}"])
    #expect(result.code == 0 && result.error.isEmpty)
    #expect(output(result).hasPrefix("{\"eventTime\":"))
  }
}
