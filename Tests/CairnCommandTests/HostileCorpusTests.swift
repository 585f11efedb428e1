import Cairn
import CairnTestSupport
import Foundation
import Testing

/// Hostile strings through every command that shows rows and every format, on terminals and in files: nothing acts,
/// hides or forges, and what programs read has every value.
@Suite struct HostileCorpusTests {
  nonisolated(unsafe) private static let archive: Result<TestArchive, any Error> = Result {
    try TestArchive(try HostileCorpus.objects())
  }

  /// How commands are asked so that they have something to show. A new command with `--output` has to be here.
  private static let ways: [String: [[String]]] = [
    "scan": [[], ["--select", "*"], ["--select", "eventName,userIdentity.arn,requestParameters"]],
    "query": [
      ["SELECT * FROM events"], ["SELECT eventName, errorMessage, awsRegion, \"$path\" FROM events"],
      ["SELECT eventName, count(*), max(\"$path\") FROM events GROUP BY 1"], ["SELECT eventJson FROM events"],
      [
        "SELECT map_keys(CAST(requestParameters AS map(varchar, json))) AS \"a\u{1B}[2J\u{202E}\" FROM events"
      ],
      ["SHOW TABLES"], ["EXPLAIN SELECT count(*) FROM events WHERE eventName = '\u{1B}[2J\u{202E}'"],
      ["SELECT v AS \"=1\" FROM (VALUES 'x', '\u{202E}') AS t(v)"],
    ],
    "denied": [[], ["--who", "x"]], "who": [["203.0.113.7"], ["AKIAQWERTYUIOPASDFGH"], ["=1+1"]],
    "timeline": [["203.0.113.7"]], "grep": [["203.0.113.7"], ["-E", "e"], ["[2J"]],
    "trace": [["AKIAQWERTYUIOPASDFGH"]],
    "coverage": [[], ["--show", "days"], ["--show", "recording"], ["--show", "late"]],
    "new": [["--since", "2024-05-01T00:10:12Z"]], "history": [["ecs:c/s"], ["c"]],
    "inspect": [
      ["--schema"], ["--schema", "--find", "a"], [], ["--storage", "--columns"], ["--sources"],
      ["--conflicts"],
    ],
  ]

  struct Way: Sendable, CustomTestStringConvertible {
    var command: String
    var more: [String]
    var testDescription: String { "\(command) \(more.joined(separator: " ").debugDescription)" }

    func arguments(_ path: String) -> [String] { [command, path] + more }
  }

  private static let all = ways.sorted { $0.key < $1.key }.flatMap { way in
    way.value.map { Way(command: way.key, more: $0) }
  }

  /// The formats that the binary names for a command, and whether this way takes each.
  private static func formats(_ way: Way) throws -> [String] {
    let commands = try CommandTable.commands.get()
    let command = try #require(commands.first { $0.commandName == way.command })
    let all = try #require(command.values(of: "output"))
    // Without --schema `inspect` is for people only, and takes no format.
    if way.command == "inspect", way.more.first != "--schema" { return [""] }
    return all.filter { format in
      switch format {
      case "raw": way.command == "scan" && way.more.isEmpty
      case "html": way.command != "inspect"
      default: true
      }
    }
  }

  @Test func everyCommandIsTried() throws {
    let commands = try CommandTable.commands.get()
    #expect(Set(commands.filter(\.hasOutput).map(\.commandName)) == Set(Self.ways.keys))
    #expect(Set(commands.filter { !$0.hasOutput }.map(\.commandName)) == HostileNameTests.commands)
  }

  @Test(arguments: all) func nothingActsOnATerminal(way: Way) throws {
    let archive = try Self.archive.get()
    for format in try Self.formats(way) {
      let isTable = format == "table" || format.isEmpty
      let looks: [(columns: UInt16, colour: String)] =
        isTable ? [(20, "never"), (80, "always"), (200, "never")] : [(120, "always")]
      for (columns, colour) in looks {
        let arguments = way.arguments(archive.path) + (format.isEmpty ? [] : ["--output", format])
        let terminal = try PseudoTerminal(
          arguments + ["--color", colour], environment: ["NO_COLOR": ""], columns: columns)
        let code = try terminal.exitCode()
        #expect(code == 0 || code == 1, "\(format): \(code): \(terminal.screen.prefix(300).debugDescription)")
        let deceit = HostileText.deceit(terminal.screen)
        // Records as they are keep their lines.
        let isLine = format == "raw" && deceit?.hasPrefix("a forged line") == true
        #expect(deceit == nil || isLine, "\(format) \(columns) \(colour): \(deceit ?? "")")
      }
    }
  }

  @Test(arguments: all) func filesAreWhole(way: Way) throws {
    let archive = try Self.archive.get()
    let directory = try TemporaryDirectory()
    func file(_ format: String, _ options: String...) throws -> [UInt8]? {
      let path = directory.sub("out")
      let arguments = way.arguments(archive.path) + (format.isEmpty ? [] : ["--output", format]) + options
      let result = try Binary.run(arguments + ["-o", path])
      #expect(result.code == 0 || result.code == 1, "\(format): \(result.code) \(result.error.prefix(300))")
      #expect(
        HostileText.deceit(result.error) == nil, "\(format): \(HostileText.deceit(result.error) ?? "")")
      guard result.code < 2, let bytes = try? readFile(path) else { return nil }
      // A pipe gets what a file gets.
      if ["table", "jsonl", "csv"].contains(format), options.isEmpty {
        #expect(try Binary.run(arguments).output == bytes, "\(format)")
      }
      return bytes
    }
    for format in try Self.formats(way) {
      guard let bytes = try file(format) else { continue }
      switch format {
      case "table", "vertical", "markdown", "":
        let deceit = HostileText.deceit(String(decoding: bytes, as: UTF8.self))
        #expect(deceit == nil, "\(format): \(deceit ?? "")")
        if format == "markdown" { try expectInert(markdown: String(decoding: bytes, as: UTF8.self)) }
      case "html": expectInert(html: String(decoding: bytes, as: UTF8.self))
      case "json":
        let rows = try HostileText.json(bytes) as? [Any]
        #expect(rows != nil)
      case "jsonl":
        let lines = bytes.split(separator: 0x0A)
        for line in lines {
          #expect(throws: Never.self) { try HostileText.json(Array(line)) }
        }
        if let csv = try file("csv") { try expectSame(lines, csv) }
      case "csv":
        for row in try HostileText.rows(ofCSV: try #require(try file("csv", "--csv-safe"))) {
          for cell in row {
            #expect(!HostileText.isFormula(cell), "\(String(decoding: cell.prefix(40), as: UTF8.self))")
          }
        }
      default: break
      }
    }
  }

  /// More names than a statement has room for, and longer ones: counted like others.
  @Test func longNames() throws {
    let filler = String(repeating: "é", count: 2500)
    let records = (0..<300).flatMap { number in
      ["AccessDenied", nil].map { code in
        #"{"eventTime":"2024-05-0\#(code == nil ? 1 : 2)T00:00:00Z","eventSource":"s3.amazonaws.com","eventName":"\#(number)\#(filler)","#
          + #""eventID":"\#(number)\#(code ?? "")","userIdentity":{"arn":"a"}\#(code.map { #","errorCode":"\#($0)""# } ?? "")}"#
      }
    }
    for count in [10, 600] {
      let text = #"{"Records":[\#(records.prefix(count).joined(separator: ","))]}"#
      let archive = try TestArchive([("a.json", Array(text.utf8))])
      let denied = try Binary.run("denied", archive.path, "--output", "jsonl")
      #expect(denied.code == 0, "\(denied.error)")
      let rows = denied.output.split(separator: 0x0A)
      #expect(rows.count == count / 2)
      for row in rows {
        let object = try HostileText.json(Array(row)) as? [String: Any]
        #expect(object?["denied"] as? Int == 1 && object?["allowed"] as? Int == 1)
      }
      let new = try Binary.run("new", archive.path, "--since", "2024-05-02", "--all", "--output", "jsonl")
      #expect(new.code == 0, "\(new.error)")
      let errors = new.output.split(separator: 0x0A).filter {
        String(decoding: $0, as: UTF8.self).contains("\"error\"")
      }
      #expect(errors.count == 1)
    }
  }

  /// Each text of the lines is the cell of CSV, byte for byte, and NULL is empty.
  private func expectSame(_ lines: [ArraySlice<UInt8>], _ csv: [UInt8]) throws {
    let rows = try HostileText.rows(ofCSV: csv)
    let names = rows.first ?? []
    // Lines of several tables follow one another; CSV has the first one only. Whole records have no columns.
    guard lines.count == rows.count - 1, Set(names).count == names.count else { return }
    for (line, row) in zip(lines, rows.dropFirst()) {
      #expect(row.count == names.count)
      let object = try #require(
        try HostileText.json(Array(line)) as? [String: Any])
      guard object.count == names.count else { continue }
      for (name, cell) in zip(names, row) {
        guard let value = object[String(decoding: name, as: UTF8.self)] else { continue }
        if let text = value as? String, !text.utf8.contains(0xEF) { #expect(Array(text.utf8) == cell) }
        if value is NSNull { #expect(cell.isEmpty) }
      }
    }
  }

  /// Every row of a table has as many cells as its head, and nothing is HTML.
  private func expectInert(markdown: String) throws {
    var cells: Int?
    for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("|") else {
        cells = nil
        continue
      }
      var count = 0
      var isEscaped = false
      for byte in line.utf8 {
        if byte == UInt8(ascii: "|"), !isEscaped { count += 1 }
        isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
      }
      if let cells { #expect(count == cells, "\(line.prefix(200))") }
      cells = cells ?? count
    }
    var isEscaped = false
    var isCode = false
    var last: UInt8 = 0x0A
    for byte in markdown.utf8 {
      if byte == UInt8(ascii: "`"), !isEscaped { isCode.toggle() }
      if byte == UInt8(ascii: "<"), !isEscaped, !isCode { Issue.record("a bare < in Markdown") }
      isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
      if byte == 0x0A, last == 0x0A { isCode = false }
      last = byte
    }
  }

  /// Only tags and attributes of the page's own are in it, its script once, and nothing that a value brought.
  private func expectInert(html: String) {
    #expect(html.components(separatedBy: "<script").count == 2)
    guard let script = html.range(of: "<script"), let style = html.range(of: "</style>") else {
      Issue.record("no script or no style")
      return
    }
    let body = html[style.upperBound..<script.lowerBound]
    let allowed: Set<Substring> = [
      "head", "body", "main", "header", "footer", "section", "h1", "h2", "p", "dl", "dt", "dd", "table",
      "thead",
      "tbody", "tr", "th", "td", "button", "input", "label", "span", "code", "pre", "a", "div", "svg", "rect",
      "text",
      "title", "figure", "figcaption", "details", "summary", "ul", "li", "meta", "em", "strong", "g", "line",
      "canvas",
      "template", "time", "html", "br", "small", "i", "b", "nav",
    ]
    for piece in body.split(separator: "<").dropFirst() {
      let tag = piece.prefix { $0 != ">" }
      let name = tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber }
      #expect(allowed.contains(name), "<\(tag.prefix(60))")
      #expect(!tag.lowercased().contains("javascript:"), "<\(tag.prefix(60))")
      #expect(tag.range(of: #"\son[a-z]+\s*="#, options: .regularExpression) == nil, "<\(tag.prefix(60))")
    }
    #expect(HostileText.deceit(html) == nil, "\(HostileText.deceit(html) ?? "")")
  }
}
