import CairnTestSupport
import Foundation
import Testing

/// Options and spellings that people try, and what is said where they are none.
@Suite struct OptionTests {
  private let fixture: TestArchive

  init() throws {
    let records = (0..<5).map {
      #"{"eventTime":"2024-05-0\#($0 + 1)T00:00:00Z","eventName":"Name\#($0)","eventID":"e\#($0)","odd key":\#($0)}"#
    }
    fixture = try TestArchive([("a.json", Array(#"{"Records":[\#(records.joined(separator: ","))]}"#.utf8))])
  }

  private func run(
    _ arguments: [String], environment: [String] = [], directory: String? = nil
  ) throws -> (text: String, error: String, code: Int32) {
    let result = try runProcess(
      ["env", "-u", "CAIRN_ARCHIVE", "XDG_CONFIG_HOME=\(fixture.source)/none"] + environment
        + Binary.command(arguments), directory: directory)
    return (String(decoding: result.output, as: UTF8.self), result.error, result.code)
  }

  @Test func limits() throws {
    let names = try run([
      "query", fixture.path, "SELECT eventName FROM t; SELECT 1", "--limit", "2", "--output", "csv",
    ])
    #expect(names.text == "eventName\r\nName0\r\nName1\r\n\n_col0\r\n1\r\n")
    let none = try run(["query", fixture.path, "SELECT eventName FROM t ORDER BY 1 DESC", "--limit", "0"])
    #expect(none.text.isEmpty && none.code == 0)
    for command in [["query", fixture.path, "SELECT 1"], ["scan", fixture.path]] {
      let negative = try run(command + ["--limit", "-1"])
      #expect(negative.code == 2 && negative.error.hasPrefix("Error: --limit must not be negative"))
    }
    #expect(try run(["scan", fixture.path, "--since", "-2h", "--count"]).code == 1)
  }

  @Test func times() throws {
    func since(_ time: String) throws -> String {
      let result = try run(["scan", fixture.path, "--since", time, "--count"])
      #expect(result.code < 2)
      return result.error
    }
    #expect(try since("2024-05").hasPrefix("2024-05-01T00:00:00Z <= eventTime"))
    #expect(try since("2024").hasPrefix("2024-01-01T00:00:00Z <= eventTime"))
    #expect(try since("epoch").hasPrefix("1970-01-01T00:00:00Z <= eventTime"))
    for day in ["today", "yesterday"] { #expect(try since(day).contains("T00:00:00Z <= eventTime")) }
    #expect(
      try run(["scan", fixture.path, "--since", "2024-05-02", "--until", "2024-06", "--count"]).text == "4\n")
    for wrong in ["2024-13", "20245", "0000", "tomorow"] {
      #expect(try run(["scan", fixture.path, "--since", wrong]).code == 2)
    }
  }

  @Test func filesAppearWholeInTheFormOfTheirEnding() throws {
    let out = try TemporaryDirectory()
    let csv = out.sub("o.csv")
    #expect(try run(["query", fixture.path, "SELECT eventID FROM t LIMIT 1", "-o", csv]).text.isEmpty)
    #expect(try String(contentsOfFile: csv, encoding: .utf8) == "eventID\r\ne0\r\n")
    #expect(
      try run(["scan", fixture.path, "--limit", "1", "--select", "eventID", "-o", out.sub("o.jsonl")]).code
        == 0)
    #expect(try String(contentsOfFile: out.sub("o.jsonl"), encoding: .utf8) == "{\"eventID\":\"e0\"}\n")
    #expect(try run(["scan", fixture.path, "--since", "2030", "-o", out.sub("none.csv")]).code == 1)
    #expect(try String(contentsOfFile: out.sub("none.csv"), encoding: .utf8).hasPrefix("eventTime,"))
    // What fails leaves what was there.
    let failed = try run(["query", fixture.path, "SELECT eventID FROM t; SELECT nonsense(1)", "-o", csv])
    #expect(failed.code == 2)
    #expect(try String(contentsOfFile: csv, encoding: .utf8) == "eventID\r\ne0\r\n")
    #expect(try run(["query", fixture.path, "SELECT 1", "-o", out.sub("no/such")]).code == 5)
    #expect(try run(["query", fixture.path, "SELECT 1", "-o", "/dev/full"]).code == 5)
    #expect(try run(["query", fixture.path, "SELECT 1", "-o", "/dev/null"]).code == 0)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: out.path).sorted() == [
        "none.csv", "o.csv", "o.jsonl",
      ])
  }

  @Test func everyMemberIsAColumn() throws {
    let csv = try run(["scan", fixture.path, "--select", "*", "--limit", "1", "--output", "csv"])
    #expect(
      csv.text == "eventTime,eventName,eventID,\"\"\"odd key\"\"\"\r\n2024-05-01T00:00:00Z,Name0,e0,0\r\n")
    #expect(try run(["scan", fixture.path, "--select", "*", "--output", "table"]).code == 0)
    #expect(try run(["scan", fixture.path, "--select", "*", "--limit", "1"]).text.contains(#""odd key":0}"#))
  }

  @Test func mistypedWordsAreAnswered() throws {
    let command = try run(["qurey", fixture.path, "SELECT 1"])
    #expect(command.code == 2 && command.error.contains("there is no command qurey; did you mean query?"))
    #expect(try run(["help", "nosuch"]).code == 2)
    #expect(try run(["help", "query"]).code == 0)
    #expect(try run(["query", fixture.path, "SELECT conut(*) FROM t"]).error.contains("did you mean count?"))
    #expect(try run(["query", "SELECT 1"]).error.contains("CAIRN_ARCHIVE"))
    let quiet = try run([
      "scan", fixture.path, "--quiet", "--since", "2024", "--where", "nosuch = 1", "--count",
    ])
    #expect(quiet.error.isEmpty && quiet.code == 1)
  }

  @Test func theArchiveHasAPlaceInTheSettings() throws {
    let settings = try TemporaryDirectory()
    let sql = "SELECT count(*) n FROM t"
    let lines = "{\"n\":5}\n"
    #expect(try run(["query", sql], environment: ["CAIRN_ARCHIVE=\(fixture.path)"]).text == lines)
    try settings.write("cairn/config", Array("# mine\n archive = \(fixture.path) \n".utf8))
    let environment = ["XDG_CONFIG_HOME=\(settings.path)"]
    #expect(try run(["query", sql], environment: environment).text == lines)
    #expect(try run(["scan", "--count"], environment: environment).text == "5\n")
    #expect(
      try run(["scan", "--count", "--where", "eventID = 'e1'"], environment: environment).text == "1\n")
    #expect(try run(["verify"], environment: environment).code == 0)
    let target = try TemporaryDirectory()
    #expect(try run(["restore", "--to", target.path], environment: environment).code == 0)
    // What is named counts, be it no archive.
    #expect(
      try run(["scan", fixture.path, "--count"], environment: ["CAIRN_ARCHIVE=/nowhere"]).text == "5\n")
    #expect(try run(["scan", settings.path], environment: environment).error.contains("not a Cairn archive"))
    #expect(try run(["gc"], environment: environment).code == 2)
    try settings.write("cairn/config", Array("archvie = x\n".utf8))
    let wrong = try run(["query", sql], environment: environment)
    #expect(wrong.code == 2 && wrong.error.contains("line 1"))
  }

  @Test func sourcesAreFoundAtAnyDepth() throws {
    let tree = try TemporaryDirectory()
    func record(_ id: String) -> [UInt8] {
      Array(#"{"Records":[{"eventID":"\#(id)","eventTime":"2024-05-01T00:00:00Z"}]}"#.utf8)
    }
    for path in ["l/a.json", "l/x/b.json", "l/x/y/c.json", "l/x/y/d.txt", "l/[z]*/e.json"] {
      try tree.write(path, record(path))
    }
    func count(_ pattern: String) throws -> String {
      let archive = tree.sub("archive-\(pattern.utf8.reduce(0) { ($0 * 31 + Int($1)) % 100_003 })")
      #expect(try run(["compact", pattern, "--into", archive, "--quiet"], directory: tree.path).code == 0)
      return try run(["scan", archive, "--count"]).text
    }
    #expect(try count("l/**/*.json") == "4\n")
    #expect(try count("l/x/**/*.json") == "2\n")
    #expect(try count("**/y/*") == "2\n")
    #expect(try count("l/**/y/**/c.json") == "1\n")
    #expect(try count("l/**") == "5\n")
  }

  @Test func nothingIsMadeOfNothing() throws {
    let tree = try TemporaryDirectory()
    try FileManager.default.createDirectory(atPath: tree.sub("empty/deep"), withIntermediateDirectories: true)
    let archive = tree.sub("archive")
    for missing in ["nosuch", "nosuch/**/*.json", "*.gz"] {
      let result = try run(["compact", missing, "--into", archive], directory: tree.path)
      #expect(result.code == 5 && result.error.contains("No such file"))
      #expect(!FileManager.default.fileExists(atPath: archive))
    }
    let empty = try run(["compact", "empty", "--into", archive], directory: tree.path)
    #expect(empty.code == 0 && empty.error.contains("was not made"))
    #expect(!FileManager.default.fileExists(atPath: archive))
  }
}
