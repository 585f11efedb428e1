import CairnTestSupport
import Testing

/// Commands that read take several archives as one.
@Suite struct SeveralArchivesCommandTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    for (name, numbers) in [("2024-01", 0..<3), ("2024-02", 2..<6)] {
      let records = numbers.map {
        """
        {"eventTime":"2024-01-01T00:00:0\($0)Z","eventSource":"s3.amazonaws.com","eventName":"n\($0)",\
        "eventID":"id-\($0)","errorCode":"AccessDenied"}
        """
      }
      try directory.write("\(name).json", Array("{\"Records\":[\(records.joined(separator: ","))]}".utf8))
      _ = try Binary.run("compact", directory.sub("\(name).json"), "--into", directory.sub("all/\(name)"))
    }
  }

  private func run(_ words: String..., archive: String? = nil) throws -> (
    text: String, error: String, code: Int32
  ) {
    let variable = archive.map { ["CAIRN_ARCHIVE=\($0)"] } ?? []
    let result = try runProcess(
      ["env", "-u", "CAIRN_ARCHIVE", "XDG_CONFIG_HOME=\(directory.path)/none"] + variable
        + Binary.command(words), directory: directory.path)
    return (String(decoding: result.output, as: UTF8.self), result.error, result.code)
  }

  @Test func waysToName() throws {
    let sql = "SELECT count(*) AS n FROM events"
    for words in [["all"], ["all/*"], ["all/2024-01", "all/2024-02"], ["all/2024-0[12]", "all/2024-01"]] {
      let result = try runProcess(
        Binary.command(["query"] + words + [sql, "--output", "csv"]), directory: directory.path)
      #expect(String(decoding: result.output, as: UTF8.self) == "n\r\n6\r\n", "\(words)")
      let scan = try runProcess(Binary.command(["scan"] + words + ["--count"]), directory: directory.path)
      #expect(String(decoding: scan.output, as: UTF8.self) == "6\n", "\(words)")
    }
    #expect(try run("query", sql, "--output", "csv", archive: "all/*").text == "n\r\n6\r\n")
    // A pattern is an archive that is named.
    #expect(try run("query", "all/*1", sql, "--output", "csv", archive: "none").text == "n\r\n3\r\n")
    try directory.write("q.sql", Array(sql.utf8))
    #expect(
      try run("query", "all/2024-01", "all/2024-02", "-f", "q.sql", "--output", "csv").text == "n\r\n6\r\n")
  }

  @Test func mistakes() throws {
    let missing = try run("query", "all/2024-01", "all/2024-03", "SELECT 1")
    #expect(missing.code != 0 && missing.text.isEmpty && missing.error.contains("all/2024-03"))
    let none = try run("scan", "other/*", "--count")
    #expect(none.code == 2 && none.error.contains("other/*: no archive matches"))
    let twice = try run("query", "all/2024-01", "SELECT 1", "SELECT 2")
    #expect(twice.code == 2 && twice.error.contains("one text of SQL"))
    #expect(try run("query", "SELECT 1").error.contains("no archive; give its directory"))
    try directory.write("all/2024-01/segments/000001.cairn", [1, 2, 3])
    let damaged = try run("query", "all", "SELECT count(eventName) FROM events")
    #expect(damaged.code == 4 && damaged.error.contains("all/2024-01/segments"))
  }

  @Test func commandsOfAnInvestigation() throws {
    #expect(try run("denied", "all", "--output", "csv").text.split(separator: "\r\n").count == 7)
    let who = try run("grep", "all/*", "id-2", "--output", "jsonl")
    #expect(who.code == 0 && who.text.contains("id-2"))
    let report = try run("denied", "all", "-o", "denied.md")
    #expect(report.code == 0)
    let page = String(decoding: try readFile(directory.sub("denied.md")), as: UTF8.self)
    #expect(page.contains("all/2024-01, MANIFEST") && page.contains("all/2024-02, MANIFEST"))
    #expect(page.contains("cairn scan all/2024-01 --where"))
  }
}
