import Cairn
import CairnTestSupport
import Foundation
import Testing

/// Strings that want to act, hide or break, through the commands and the formats, on a terminal and in reports.
@Suite struct HostileCorpusTests {
  private static let strings = [
    "\u{1B}[2J\u{1B}[H", "\u{1B}]0;title\u{07}", "\u{1B}]8;;http://x\u{1B}\\link", "\u{9B}31m",
    "\u{202E}abc\u{202C}",
    "\u{2066}x\u{2069}", "\u{200B}\u{200D}\u{FEFF}", "<script>alert(1)</script>", "=1+1", "x;=1", "＝1",
    "a\tb\rc\u{0B}",
    "\u{7F}\u{85}\u{2028}", "e" + String(repeating: "\u{0301}", count: 30), "日本語😀🇩🇪", "' OR 1=1 --",
    "`rm -rf ~`",
    "\u{E0041}\u{E0042}", String(repeating: "é", count: 5000),
    String(
      repeating: "W", count: ProcessInfo.processInfo.environment["CAIRN_LONG"] == nil ? 1 << 16 : 1 << 20),
  ]

  nonisolated(unsafe) private static let archive: Result<TestArchive, any Error> = Result {
    func json(_ text: String) throws -> String {
      String(
        decoding: try JSONSerialization.data(withJSONObject: text, options: .fragmentsAllowed), as: UTF8.self)
    }
    let records = try strings.enumerated().map { index, text in
      let value = try json(text)
      let key = try json(String(text.prefix(200)))
      return
        #"{"eventTime":"2024-05-01T00:00:\#(10 + index)Z","eventSource":"s3.amazonaws.com","eventName":\#(value),"#
        + #""awsRegion":\#(key),"eventID":"id\#(index)","errorCode":"AccessDenied","errorMessage":\#(value),"sourceIPAddress":"203.0.113.7","#
        + #""userAgent":\#(value),"userIdentity":{"type":"IAMUser","userName":\#(value),"arn":\#(value),"accessKeyId":"AKIAQWERTYUIOPASDFGH"},"#
        + #""requestParameters":{\#(key):\#(value),"lone":"\udfff\ud800"},"recipientAccountId":\#(key)}"#
    }
    return try TestArchive([("a.json", Array(#"{"Records":[\#(records.joined(separator: ","))]}"#.utf8))])
  }

  private static let commands: [[String]] = [
    ["scan"], ["scan", "--select", "*"], ["query", "SELECT * FROM events"],
    ["query", "SELECT eventName, count(*) FROM events GROUP BY 1"], ["denied"], ["who", "203.0.113.7"],
    ["timeline", "203.0.113.7"], ["grep", "203.0.113.7"], ["trace", "AKIAQWERTYUIOPASDFGH"], ["coverage"],
    ["new", "--since", "2024-05-01T00:00:12Z"], ["inspect"], ["inspect", "--schema"],
  ]

  /// What the command itself writes to colour its output; nothing else of the kind may come.
  private static let ownColours =
    ["\u{1B}[0m"] + ["1", "2", "31", "32", "33", "34", "36"].map { "\u{1B}[\($0)m" }

  @Test(arguments: commands) func nothingActs(command: [String]) throws {
    let archive = try Self.archive.get()
    let arguments = [command[0], archive.path] + command.dropFirst()
    let rows = ["table", "vertical", "json", "jsonl", "csv", "markdown"]
    let isInspect = command[0] == "inspect"
    for format in command == ["inspect"] ? [""] : isInspect ? rows : rows + ["html"] {
      for columns: UInt16 in format == "table" || format.isEmpty ? [20, 80, 200] : [120] {
        let terminal = try PseudoTerminal(
          arguments + (format.isEmpty ? [] : ["--output", format]) + (isInspect ? [] : ["--quiet"]),
          environment: ["NO_COLOR": ""],
          columns: columns)
        let code = try terminal.exitCode()
        #expect(code == 0 || code == 1, "\(command) \(format)")
        var screen = terminal.screen
        for colour in Self.ownColours { screen = screen.replacingOccurrences(of: colour, with: "") }
        // Lines end as a terminal's do; CSV's own ends come twice.
        screen = screen.replacingOccurrences(of: "\r\r\n", with: "\n").replacingOccurrences(
          of: "\r\n", with: "\n")
        let bad = screen.unicodeScalars.first { $0 != "\n" && mayDeceive($0) }
        #expect(bad == nil, "\(command) \(format) \(columns): U+\(String(bad?.value ?? 0, radix: 16))")
        if format == "html" { #expect(screen.components(separatedBy: "<script").count == 2) }
      }
    }
  }
}
