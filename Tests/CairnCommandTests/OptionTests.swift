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
    #expect(try since("1714521600").hasPrefix("2024-05-01T00:00:00Z <= eventTime"))
    #expect(try since("1714521600500").hasPrefix("2024-05-01T00:00:00.500Z <= eventTime"))
    #expect(try since("2024-05-01T10").hasPrefix("2024-05-01T10:00:00Z <= eventTime"))
    #expect(try since("2024-05-01 10").hasPrefix("2024-05-01T10:00:00Z <= eventTime"))
    #expect(try since("2024-05-01T10Z").hasPrefix("2024-05-01T10:00:00Z <= eventTime"))
    for span in ["T-7d", "7 days ago", "1 week ago", "168 hours ago", "7d ago", "10080 min ago"] {
      // The same time as 7d, but for the moment between.
      let (one, other) = (try since(span), try since("7d"))
      #expect(one.contains(" <= eventTime") && one.prefix(13) <= other.prefix(13), "\(span): \(one)")
      #expect(one.prefix(10) >= "2026" || one.prefix(10) >= other.prefix(8), "\(span): \(one)")
    }
    // What the archive has instead.
    let later = try since("2030")
    #expect(later.contains("the events of the archive are from 2024-05-01T00:00:00Z to 2024-05-05T00:00:00Z"))
    #expect(
      try run(["query", fixture.path, "SELECT 1", "--until", "2020"]).error.contains(
        "the events of the archive"))
    #expect(
      try run(["denied", fixture.path, "--since", "2030"]).error.contains(
        "the events of the archive are from"))
    #expect(try !since("2024").contains("the events of the archive"))
    for wrong in ["2024-13", "20245", "0000", "tomorow", "7 moons ago", "ago", "T-", "12345678901"] {
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

  /// Words of other tools.
  @Test func familiarWordsAreAnswered() throws {
    for (word, meant) in [
      ("ls", "cairn inspect"), ("search", "cairn grep"), ("import", "cairn compact"), ("SQL", "cairn query"),
    ] {
      let result = try run([word, fixture.path])
      #expect(
        result.code == 2 && result.error.contains("there is no command \(word); that is \(meant)"),
        "\(result.error)")
    }
    #expect(try run([fixture.path]).error.contains("is an archive: cairn inspect"))
    #expect(try run(["SELECT 1"]).error.contains("cairn query ARCHIVE"))
    let version = try run(["--version"]).text
    #expect(try run(["version"]).text == version && run(["-V"]).text == version)
    for (arguments, meant) in [
      (["scan", fixture.path, "--from", "2024"], "--since"),
      (["denied", fixture.path, "--to", "2024"], "--until"),
      (["scan", fixture.path, "--format", "csv"], "--output"),
      (["query", fixture.path, "--json", "SELECT 1"], "--output json"),
      (["grep", fixture.path, "x", "-m", "1"], "--limit"),
      (["scan", fixture.path, "--filter", "x"], "--where"),
    ] {
      let result = try run(arguments)
      #expect(result.code == 2 && result.error.contains("Did you mean '\(meant)'?"), "\(result.error)")
    }
    // What is near in letters stays.
    #expect(try run(["scan", fixture.path, "--limt", "1"]).error.contains("Did you mean '--limit'?"))
    #expect(try run(["scan", fixture.path, "-n", "2", "-c"]).text == "2\n")
    #expect(try run(["grep", fixture.path, "Name1", "-c"]).text.contains("\"events\":1"))
    let format = try run(["scan", fixture.path, "-o", "json"])
    #expect(format.code == 2 && format.error.contains("--output json is the format"))
    #expect(!FileManager.default.fileExists(atPath: "json"))
  }

  @Test func theArchiveComesFirst() throws {
    for arguments in [
      ["query", "SELECT 1", fixture.path], ["grep", "Name1", fixture.path], ["who", "alice", fixture.path],
    ] {
      let result = try run(arguments)
      #expect(
        result.code == 5
          && result.error.contains("the archive comes first: cairn \(arguments[0]) \(fixture.path) "),
        "\(result.error)")
    }
    #expect(
      try run(["query", fixture.source, "SELECT 1"]).error.contains(
        "cairn compact \(fixture.source) --into ARCHIVE"))
    #expect(try run(["compact", "s3://bucket/logs", "--into", fixture.path]).error.contains("aws s3 sync"))
  }

  /// Objects are whole: what would leave events out is refused, not left aside.
  @Test func exportOfObjectsHasNoConditions() throws {
    for more in [
      ["--where", "TRUE"], ["--since", "2024"], ["--until", "2024"], ["--by", "account"], ["--records"],
    ] {
      let result = try run(
        ["export", fixture.path, "--to", fixture.source + "/out", "--format", "objects"] + more)
      #expect(result.code == 2 && result.error.contains("--format objects"), "\(more)")
    }
    #expect(try run(["export", fixture.path, "--to", "x", "--format", "csv", "--iceberg"]).code == 2)
  }

  @Test func timelinesHaveALimit() throws {
    let limited = try run(["timeline", fixture.path, "e1", "--limit", "1"])
    #expect(limited.code < 2)
    let records = (0..<9).map {
      #"{"eventTime":"2024-05-0\#($0 + 1)T00:00:00Z","eventName":"N","sourceIPAddress":"203.0.113.9","eventID":"t\#($0)"}"#
    }
    let test = try TestArchive([("a.json", Array(#"{"Records":[\#(records.joined(separator: ","))]}"#.utf8))])
    let two = try run(["timeline", test.path, "203.0.113.9", "--limit", "2"])
    #expect(two.text.split(separator: "\n").count == 2 && two.error.contains("7 events more"))
    let table = try run(["timeline", test.path, "203.0.113.9", "-n", "2", "--output", "table"])
    #expect(table.text.contains("2. ") && !table.text.contains("3. "))
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
