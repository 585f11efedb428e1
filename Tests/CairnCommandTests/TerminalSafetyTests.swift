import CairnTestSupport
import Foundation
import Testing

/// What a record holds cannot act on a terminal, hide on it, or run in a spreadsheet; files get every byte.
@Suite struct TerminalSafetyTests {
  /// Sequences and characters that terminals act on or that nobody sees, with what stands for them.
  private static let hostile: [(text: String, shown: String, json: String)] = [
    ("\u{1B}[2J", "\\u{1b}[2J", "\\u001b[2J"), ("\u{9B}31m", "\\u{9b}31m", "\\u009b31m"),
    ("\u{7F}", "\\u{7f}", "\\u007f"),
    ("\u{200B}", "\\u{200b}", "\\u200b"), ("\u{200D}", "\\u{200d}", "\\u200d"),
    ("\u{200E}", "\\u{200e}", "\\u200e"),
    ("\u{202E}", "\\u{202e}", "\\u202e"), ("\u{2066}", "\\u{2066}", "\\u2066"),
    ("\u{061C}", "\\u{61c}", "\\u061c"),
    ("\u{00AD}", "\\u{ad}", "\\u00ad"), ("\u{FEFF}", "\\u{feff}", "\\ufeff"),
    ("\u{2028}", "\\u{2028}", "\\u2028"),
    ("\u{2060}", "\\u{2060}", "\\u2060"), ("\u{FE0F}", "\\u{fe0f}", "\\ufe0f"),
    ("\u{3164}", "\\u{3164}", "\\u3164"),
    ("\u{E0041}", "\\u{e0041}", "\\udb40\\udc41"), ("\u{180E}", "\\u{180e}", "\\u180e"),
  ]

  private static func fixture() throws -> (TestArchive, [UInt8]) {
    let text = hostile.map { "<\($0.text)>" }.joined()
    // A carriage return hides what stands before it; bytes that are no UTF-8 may mean anything.
    let record =
      Array(#"{"eventTime":"2024-05-01T00:00:00Z","eventName":"\#(text)","eventID":"1","k\#(text)":"x"#.utf8)
      + [0x0D, 0xFF] + Array(#"y"}"#.utf8)
    return (try TestArchive([("a.json", record)]), record)
  }

  private static func isClean(_ screen: String) -> Bool {
    !screen.unicodeScalars.contains { scalar in
      hostile.contains { $0.text.unicodeScalars.first == scalar }
    }
  }

  @Test(arguments: ["table", "vertical", "jsonl", "json", "csv", "markdown", "raw"])
  func formatsOnATerminal(format: String) throws {
    let (archive, _) = try Self.fixture()
    let columns: UInt16 = 4000
    var commands = [["scan", archive.path, "--output", format]]
    if format != "raw" {
      commands.append(["query", archive.path, "SELECT eventName FROM events", "--output", format])
      commands.append(["query", archive.path, "SELECT * FROM events", "--output", format])
      commands.append(["inspect", archive.path, "--schema", "--output", format])
    }
    for command in commands {
      let terminal = try PseudoTerminal(command, columns: columns)
      #expect(try terminal.exitCode() == 0)
      #expect(Self.isClean(terminal.screen), "\(command): \(terminal.screen.debugDescription)")
      let isJSON = format.hasPrefix("json")
      for one in Self.hostile {
        // Markdown escapes the backslash and the bracket too.
        let escape = one.shown.dropFirst(2)
        let expected = isJSON ? one.json : String(escape.prefix { $0 != "}" }) + "}"
        #expect(
          terminal.screen.contains(expected),
          "\(command): \(one.shown) in \(terminal.screen.debugDescription)")
      }
      if format == "raw" { #expect(terminal.screen.contains("x\\u{d}\\xFFy")) }
    }
  }

  @Test func filesGetEveryByte() throws {
    let (archive, record) = try Self.fixture()
    let raw = try Binary.run("scan", archive.path, "--output", "raw")
    #expect(raw.output == record + [0x0A])
    let csv = try Binary.run(
      "query", archive.path, "SELECT eventName FROM events", "--output", "csv", "--quiet")
    let text = Self.hostile.map { "<\($0.text)>" }.joined()
    #expect(String(decoding: csv.output, as: UTF8.self) == "eventName\r\n\(text)\r\n")
  }

  /// Lines of records that people indented stay lines.
  @Test func rawKeepsLines() throws {
    let record = "{\r\n\t\"eventTime\": \"2024-05-01T00:00:00Z\",\r\n\t\"eventName\": \"é\"\r\n}"
    let archive = try TestArchive([("a.json", Array(record.utf8))])
    let terminal = try PseudoTerminal(["scan", archive.path, "--output", "raw"])
    #expect(try terminal.exitCode() == 0)
    // The terminal puts a carriage return before each line feed.
    #expect(
      terminal.screen.filter { $0 != "\r" && $0 != "\r\n" && $0 != "\n" }.contains("\"eventName\": \"é\""))
    #expect(!terminal.screen.contains("\\u{d}") && !terminal.screen.contains("\\u{9}"))
  }

  /// Messages on standard error quote names and statements.
  @Test func messages() throws {
    let (archive, _) = try Self.fixture()
    for command in [
      ["query", archive.path, "SELECT '\u{202E}\u{200B}' nonsense here \u{1B}[2J"],
      ["query", archive.path, "SELECT \"\u{202E}no\u{200B}ne\" FROM events"],
      ["scan", archive.path + "/\u{1B}[2J\u{202E}"], ["scan", "--\u{1B}[2J\u{202E}"],
    ] {
      let result = try Binary.run(command[0], command[1], command.count > 2 ? command[2] : "--count")
      #expect(!result.error.isEmpty && Self.isClean(result.error), "\(result.error.debugDescription)")
    }
  }

  @Test(arguments: [
    ("=1+1", "'=1+1"), ("x;=1", "x;'=1"), ("x; =1", "x;' =1"), ("a;\"=1\"", "a;'\"=1\""), ("x\t@y", "x\t'@y"),
    ("x\n=1", "x\n'=1"), ("x\r+1", "x\r'+1"), ("＝1", "'＝1"), ("＋1", "'＋1"), ("－1", "'－1"), ("＠x", "'＠x"),
    ("\u{200B}=1", "'\u{200B}=1"), (" =1", "' =1"), ("\t1", "'\t1"), ("\r1", "'\r1"), ("\"=1", "'\"=1"),
    ("a=b", "a=b"), ("a,=b", "a,=b"), ("x;y", "x;y"), (";;-1", ";;'-1"), ("", ""),
    ("arn:aws:iam::1:user/a", "arn:aws:iam::1:user/a"),
  ])
  func spreadsheets(value: String, expected: String) throws {
    func json(_ text: String) -> String {
      text.unicodeScalars.map {
        $0 == "\""
          ? "\\\""
          : $0.value < 0x20 ? "\\u00" + ($0.value < 16 ? "0" : "") + String($0.value, radix: 16) : String($0)
      }
      .joined()
    }
    let archive = try TestArchive([
      ("a.json", Array(#"{"eventTime":"2024-05-01T00:00:00Z","eventName":"n","v":"\#(json(value))"}"#.utf8))
    ])
    let result = try Binary.run(
      "query", archive.path, "SELECT v FROM events", "--output", "csv", "--csv-safe", "--quiet")
    var text = String(decoding: result.output, as: UTF8.self)
    #expect(text.hasPrefix("v\r\n") && text.hasSuffix("\r\n"))
    text = String(text.unicodeScalars.dropFirst(3).dropLast(2).map(Character.init))
    if text.hasPrefix("\"") {
      text = String(text.dropFirst().dropLast()).replacingOccurrences(of: "\"\"", with: "\"")
    }
    #expect(text == expected)
  }
}
