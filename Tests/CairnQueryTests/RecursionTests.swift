import Cairn
import CairnTestSupport
import Testing

/// Limits of WITH RECURSIVE.
@Suite struct RecursionTests {
  private let archive: TestArchive

  init() throws {
    let lines = (0..<1200).map { #"{"eventTime":"2024-05-01T00:00:00Z","eventName":"A","n":\#($0)}"# }
    archive = try TestArchive([
      ("a.json", Array(#"{"Records":[\#(lines.joined(separator: ","))]}"#.utf8))
    ])
  }

  private func message(_ sql: String) throws -> String {
    do {
      _ = try runQuery(sql, on: archive.path)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  /// The second round would have 1,440,000 rows.
  @Test(arguments: ["UNION", "UNION ALL"])
  func rowsAreBounded(union: String) throws {
    let text = try message(
      "WITH RECURSIVE t(n) AS (VALUES 1 \(union) SELECT e.n FROM t, events e) SELECT count(*) FROM t")
    #expect(text.contains("more than 1000000 rows"), "\(text)")
  }

  @Test func roundsAreBounded() throws {
    let text = try message("WITH RECURSIVE t(n) AS (VALUES 1 UNION ALL SELECT n FROM t) SELECT n FROM t")
    #expect(text.contains("after 10 rounds"))
  }

  @Test func theStepNamesItOnce() throws {
    let twice = "VALUES 1 UNION ALL SELECT a.n FROM t a, t b WHERE a.n < 1"
    #expect(try message("WITH RECURSIVE t(n) AS (\(twice)) SELECT n FROM t").contains("once"))
    let within = "VALUES 1 UNION ALL SELECT n FROM t WHERE n < (SELECT max(n) FROM t)"
    #expect(try message("WITH RECURSIVE t(n) AS (\(within)) SELECT n FROM t").contains("once"))
    // With a limit of its own the query is no recursion.
    let limited = "VALUES 1 UNION ALL SELECT n + 1 FROM t LIMIT 3"
    #expect(try message("WITH RECURSIVE t(n) AS (\(limited)) SELECT n FROM t").contains("only in the part"))
  }

  /// Where a LIMIT has enough, no further round is run.
  @Test func limitEndsTheRounds() throws {
    let rows = try runQuery(
      "WITH RECURSIVE t(n) AS (VALUES 1 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t LIMIT 3",
      on: archive.path
    ).rows
    #expect(rows.map { $0.map { $0.map { String(decoding: $0, as: UTF8.self) } } } == [["1"], ["2"], ["3"]])
  }
}
