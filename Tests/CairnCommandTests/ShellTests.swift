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
      environment: ["XDG_STATE_HOME": state.path, "TERM": terminal, "HOME": state.path])
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
}
