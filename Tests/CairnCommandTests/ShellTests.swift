import CairnTestSupport
import Foundation
import Testing

/// The shell of `cairn query` on a pseudo terminal.
@Suite struct ShellTests {
  private static let prompt = "cairn> "
  private static let up = "\u{1B}[A"
  private static let tab = "\t"
  private static let interrupt = "\u{03}"
  private static let end = "\u{04}"

  private let state: TemporaryDirectory
  private let archive: TestArchive

  init() throws {
    state = try TemporaryDirectory()
    let records = (0..<4).map {
      #"{"eventTime":"2024-05-01T00:00:0\#($0)Z","eventName":"Name\#($0)","requestParameters":{"cluster":"c","clients":{"a":\#($0)}}}"#
    }
    archive = try TestArchive([("a.json", Array(#"{"Records":[\#(records.joined(separator: ","))]}"#.utf8))])
  }

  private func shell(terminal: String = "xterm") throws -> PseudoTerminal {
    let shell = try PseudoTerminal(
      ["query", archive.path],
      environment: [
        "XDG_STATE_HOME": state.path, "TERM": terminal, "HOME": state.path, "XDG_CONFIG_HOME": "",
        "NO_COLOR": "1",
        "PAGER": "",
      ])
    try shell.wait(for: "4 events")
    try shell.wait(for: Self.prompt)
    return shell
  }

  private func leave(_ shell: PseudoTerminal) throws {
    shell.type(".quit\r")
    #expect(try shell.exitCode() == 0)
  }

  @Test(arguments: ["xterm", "dumb"]) func commands(terminal: String) throws {
    let shell = try shell(terminal: terminal)
    shell.type(".tables\r")
    try shell.wait(for: "\r\nevents\r\n\(Self.prompt)")
    shell.type(".schema requestParameters\r")
    try shell.wait(for: "requestParameters.clients.a")
    try shell.wait(for: Self.prompt)
    shell.type(".mode nothing\r")
    try shell.wait(for: ".mode takes one of table, vertical")
    try shell.wait(for: Self.prompt)
    shell.type(".nothing\r")
    try shell.wait(for: ".nothing is no command")
    try shell.wait(for: Self.prompt)
    try leave(shell)
  }

  @Test func completesPathsStepByStep() throws {
    let shell = try shell()
    shell.type("request" + Self.tab)
    try shell.wait(for: "Parameters.")
    shell.type("cl" + Self.tab)
    // Two go on from here.
    try shell.wait(for: "requestParameters.cluster")
    try shell.wait(for: "requestParameters.clients.")
    try shell.wait(for: Self.prompt)
    shell.type("u" + Self.tab + "/")
    try shell.wait(for: "ster/")
    shell.type(Self.interrupt)
    try shell.wait(for: Self.prompt)
    shell.type(".sch" + Self.tab)
    try shell.wait(for: "ema")
    shell.type(Self.interrupt)
    try shell.wait(for: Self.prompt)
    shell.type("regexp_l" + Self.tab)
    try shell.wait(for: "ike(")
    shell.type(Self.interrupt)
    try shell.wait(for: Self.prompt)
    try leave(shell)
  }

  @Test func interruptDropsTheLine() throws {
    let shell = try shell()
    shell.type("SELECT 'never\r")
    try shell.wait(for: "   ..> ")
    shell.type("goes on" + Self.interrupt)
    try shell.wait(for: "\r\n" + Self.prompt)
    shell.type(".tables\r")
    try shell.wait(for: "\r\nevents\r\n\(Self.prompt)")
    // Between lines the terminal is cooked for a moment, in which an end of input would be lost.
    usleep(200_000)
    shell.type(Self.end)
    #expect(try shell.exitCode() == 0)
  }

  @Test func historyOutlivesTheShell() throws {
    let first = try shell()
    first.type(".schema eventName\r")
    try first.wait(for: "\r\n" + Self.prompt)
    try leave(first)
    let file = state.sub("cairn/history")
    #expect(String(decoding: try readFile(file), as: UTF8.self) == ".schema eventName\n.quit\n")
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let second = try shell()
    second.type(Self.up)
    try second.wait(for: ".quit")
    // Only what differs is drawn: the dot is there already.
    second.type(Self.up)
    try second.wait(for: "schema eventName")
    second.type("\r")
    try second.wait(for: "string")
    try second.wait(for: Self.prompt)
    try leave(second)
  }

  @Test func barewords() throws {
    let shell = try shell()
    shell.type("help\r")
    try shell.wait(for: ".once FILE")
    try shell.wait(for: Self.prompt)
    shell.type(".tabels\r")
    try shell.wait(for: "did you mean .tables?")
    try shell.wait(for: Self.prompt)
    shell.type("exit\r")
    #expect(try shell.exitCode() == 0)
  }

  @Test func resultsGoIntoFiles() throws {
    let shell = try shell()
    let csv = state.sub("one.csv")
    shell.type(".once \(csv)\r")
    try shell.wait(for: Self.prompt)
    shell.type("SELECT eventName FROM events;\r")
    try shell.wait(for: "4 rows")
    try shell.wait(for: Self.prompt)
    #expect(
      String(decoding: try readFile(csv), as: UTF8.self)
        == "eventName\r\nName0\r\nName1\r\nName2\r\nName3\r\n")
    let lines = state.sub("all.jsonl")
    shell.type(".output \(lines)\r")
    try shell.wait(for: Self.prompt)
    for number in [1, 2] {
      shell.type("SELECT \(number) AS n;\r")
      try shell.wait(for: "1 row,")
      try shell.wait(for: Self.prompt)
    }
    shell.type(".output\r")
    try shell.wait(for: Self.prompt)
    shell.type("SELECT 'here' || 'again' AS x;\r")
    try shell.wait(for: "hereagain")
    try shell.wait(for: Self.prompt)
    #expect(String(decoding: try readFile(lines), as: UTF8.self) == "{\"n\":1}\n{\"n\":2}\n")
    shell.type(".once /nowhere/x.csv\r")
    try shell.wait(for: Self.prompt)
    shell.type("SELECT 1;\r")
    try shell.wait(for: "/nowhere/x.csv")
    try shell.wait(for: Self.prompt)
    try leave(shell)
  }

  @Test func queriesAreSaved() throws {
    let shell = try shell()
    shell.type("SELECT count(*) AS events_there FROM events;\r")
    try shell.wait(for: "1 row,")
    try shell.wait(for: Self.prompt)
    shell.type(".save how_many\r")
    try shell.wait(for: "saved as ")
    try shell.wait(for: Self.prompt)
    shell.type(".run how_many\r")
    try shell.wait(for: "events_there")
    try shell.wait(for: Self.prompt)
    shell.type(".save ../x\r")
    try shell.wait(for: "a name has letters")
    try shell.wait(for: Self.prompt)
    shell.type(".run how_mny\r")
    try shell.wait(for: "did you mean how_many?")
    try shell.wait(for: Self.prompt)
    try leave(shell)
    let file = state.sub(".config/cairn/queries/how_many.sql")
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let command =
      ["env", "-u", "XDG_CONFIG_HOME", "HOME=\(state.path)"]
      + (try Binary.command(["query", archive.path, "-f", "how_many", "--output", "jsonl"]))
    let result = try runProcess(command)
    #expect(String(decoding: result.output, as: UTF8.self) == "{\"events_there\":4}\n", "\(result.error)")
  }

  /// Statements and commands of a file.
  @Test func scriptsMayHaveCommands() throws {
    try state.write(
      "script.sql",
      Array(
        ".mode csv\nSELECT\n  1 AS a;\n.once \(state.sub("b.json"))\nSELECT 2 AS b;\nSELECT '\n.x' AS c".utf8)
    )
    let result = try Binary.run("query", archive.path, "-f", state.sub("script.sql"), "--quiet")
    #expect(result.code == 0, "\(result.error)")
    #expect(String(decoding: result.output, as: UTF8.self) == "a\r\n1\r\n\nc\r\n\"\n.x\"\r\n")
    #expect(String(decoding: try readFile(state.sub("b.json")), as: UTF8.self) == "[\n{\"b\":2}\n]\n")
  }

  @Test func completesValues() throws {
    let shell = try shell()
    shell.type("SELECT 1 FROM events WHERE eventName = 'N" + Self.tab)
    try shell.wait(for: "ame")
    shell.type(Self.tab)
    try shell.wait(for: "Name0  Name1  Name2  Name3")
    try shell.wait(for: Self.prompt)
    shell.type("2" + Self.tab + ";\r")
    try shell.wait(for: "1 row,")
    try shell.wait(for: Self.prompt)
    // Behind an open parenthesis, the arguments.
    shell.type("SELECT regexp_like(" + Self.tab)
    try shell.wait(for: "regexp_like(text, pattern)")
    shell.type(Self.interrupt)
    try shell.wait(for: Self.prompt)
    try leave(shell)
  }
}
