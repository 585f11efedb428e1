import CairnTestSupport
import Foundation
import Testing

@testable import Cairn

/// Subqueries that use columns of the query around by equality: their rows are read once, not once for each value.
@Suite struct LookupTests {
  private static let records = 400

  /// 400 records, each with a key of its own and one that it shares with another.
  private static func archive() throws -> TestArchive {
    let lines = (0..<records).map {
      #"{"eventTime":"2024-05-01T00:\#(10 + $0 / 60):\#(10 + $0 % 50)Z","eventName":"N\#($0 % 7)","eventID":"i\#($0)","k":"k\#($0)","pair":"k\#($0 ^ 1)","n":\#($0)}"#
    }
    return try TestArchive([("a.json", Array(lines.joined(separator: "\n").utf8))])
  }

  private func rows(_ sql: String, on path: String) throws -> [String] {
    try runQuery(sql, on: path).rows.map { row in
      row.map { $0.map { String(decoding: $0, as: UTF8.self) } ?? "NULL" }.joined(separator: "|")
    }
  }

  @Test(arguments: [
    (
      "SELECT count(*) FROM events a WHERE EXISTS (SELECT 1 FROM events b WHERE b.pair = a.k AND b.n > a.n)",
      "200"
    ),
    (
      "SELECT count(*) FROM events a WHERE NOT EXISTS (SELECT b.n FROM events b WHERE b.pair = a.eventName)",
      "400"
    ),
    ("SELECT sum((SELECT count(*) FROM events b WHERE b.pair = a.k)) FROM events a", "400"),
    (
      "SELECT sum((SELECT max(b.n) FROM events b WHERE a.k = b.pair AND b.eventName <> a.eventName)) FROM events a",
      "79800"
    ),
    ("SELECT count(*) FROM events a WHERE a.n + 1 IN (SELECT b.n FROM events b WHERE b.pair = a.k)", "200"),
    ("SELECT count(*) FROM events a WHERE a.n <= ALL (SELECT b.n FROM events b WHERE b.pair = a.k)", "200"),
    (
      "SELECT sum(t.m) FROM events a CROSS JOIN LATERAL (SELECT max(b.n) AS m FROM events b WHERE b.pair = a.k) t",
      "79800"
    ),
    (
      "SELECT count(*) FROM events a WHERE EXISTS (SELECT 1 FROM events b WHERE lower(b.pair) = lower(a.k) AND b.n = a.n + 1)",
      "200"
    ),
    (
      "SELECT count(*) FROM events a WHERE EXISTS (SELECT 1 FROM events b JOIN events c ON c.k = b.k WHERE b.pair = a.k)",
      "400"
    ),
    (
      "SELECT count(*) FROM events a WHERE EXISTS (SELECT 1 FROM events b CROSS JOIN UNNEST(ARRAY[b.pair]) u(x) WHERE u.x = a.k)",
      "400"
    ),
    (
      "SELECT count(*) FROM events a WHERE EXISTS (WITH b AS (SELECT pair AS p, count(*) AS m FROM events GROUP BY 1) SELECT 1 FROM b WHERE b.p = a.k)",
      "400"
    ),
  ])
  func readsOnce(_ sql: String, _ wanted: String) throws {
    let archive = try Self.archive()
    #expect(try rows(sql, on: archive.path) == [wanted])
    let plan = try rows("EXPLAIN ANALYZE \(sql)", on: archive.path)
    let lookups = plan.filter { $0.contains("- Lookup") }
    #expect(!lookups.isEmpty, "\(plan)")
    for line in plan where line.contains("- Scan") {
      let runs = line.split(separator: ",").first { $0.hasSuffix(" runs") }
      #expect(runs.flatMap { Int($0.dropFirst().dropLast(5)) } ?? 1 <= 4, "\(line)")
    }
  }

  /// EXISTS is asked for many rows at once; with pruning off for each combination of outer values.
  @Test(arguments: [
    "NOT EXISTS (SELECT 1 FROM events b WHERE b.pair = a.k AND b.n > a.n)",
    "EXISTS (SELECT 1 FROM events b WHERE b.pair = a.k AND b.eventName = a.eventName)",
    "EXISTS (SELECT 1 FROM events b WHERE b.eventName = a.eventName AND b.n < a.n - 390)",
    "EXISTS (SELECT 1 FROM events b WHERE b.eventName = a.eventName AND b.n > a.n + 390 AND b.k <> a.pair)",
    "NOT EXISTS (SELECT 1 FROM events b WHERE b.eventName = a.eventName AND b.eventTime > a.eventTime)",
    "EXISTS (SELECT 1 FROM events b WHERE b.eventName = a.eventName AND b.n % 2 = 0 AND b.n = 398)",
    "EXISTS (SELECT 1 FROM events b WHERE b.none = a.k)",
    "NOT EXISTS (SELECT 1 FROM events b WHERE b.pair = a.none)",
    "EXISTS (SELECT 1 FROM events b WHERE b.pair = CASE WHEN a.n % 3 = 0 THEN a.k END)",
    "EXISTS (SELECT 1 FROM events b WHERE b.n = a.n + 1 AND (b.k < a.k OR a.n % 2 = 0))",
    "EXISTS (SELECT 1 FROM events b WHERE b.eventTime = a.eventTime AND b.n <> a.n)",
    "EXISTS (SELECT 1 FROM events b WHERE CAST(b.n AS varchar) = substr(a.k, 2) AND b.n % 2 = 0)",
    "EXISTS (SELECT 1 FROM events b WHERE ROW(b.n, 1) = ROW(a.n, 1) AND b.n < 5)",
    "a.eventName = 'N1' OR NOT EXISTS (SELECT 1 FROM events b WHERE b.pair = a.k AND b.n IS NOT NULL)",
    "EXISTS (SELECT 1 FROM events b WHERE b.pair = a.k AND EXISTS (SELECT 1 FROM events c WHERE c.k = a.pair AND c.n > b.n))",
    "(SELECT max(b.n) FROM events b WHERE b.eventName = a.eventName) - a.n < 20",
    "a.n IN (SELECT b.n FROM events b WHERE b.eventName = a.eventName AND b.n % 5 = 0)",
  ])
  func existsForManyRows(_ condition: String) throws {
    let archive = try Self.archive()
    let sql = "SELECT a.k FROM events a WHERE \(condition)"
    let wanted = try runQuery(
      sql, on: archive.path, QueryVariant(mode: EvaluationMode(usesPruning: false), description: "one by one")
    )
    for variant in [
      QueryVariant(description: "as is"),
      QueryVariant(threads: 1, memoryLimit: 4 << 10, description: "hardly any memory"),
    ] {
      #expect(try runQuery(sql, on: archive.path, variant).rows == wanted.rows, "\(variant)")
    }
  }

  /// More than one row for a value is an error, also where rows are looked up.
  @Test func oneRowForAValue() throws {
    let archive = try Self.archive()
    #expect(throws: CairnError.usage("a subquery that stands for a value gave more than one row")) {
      try rows(
        "SELECT (SELECT b.n FROM events b WHERE b.eventName = a.eventName) FROM events a", on: archive.path)
    }
  }

  /// In each round of a recursion a table of its own.
  @Test func recursion() throws {
    let archive = try Self.archive()
    let sql = """
      WITH RECURSIVE t(n) AS (VALUES 1 UNION ALL SELECT n + 1 FROM t WHERE n < 6 AND EXISTS (SELECT 1 FROM events b WHERE b.n = t.n))
      SELECT count(*), sum((SELECT count(*) FROM t u WHERE u.n = t.n)) FROM t
      """
    #expect(try rows(sql, on: archive.path) == ["6|6"])
  }

  /// Values that are compared with a long list take no longer than with a short one.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      "n * 2 NOT IN (SELECT x * 7919 % 30011 FROM UNNEST(sequence(1, 10000)) u(x))",
      "(n, k) IN (SELECT x, 'k' FROM UNNEST(sequence(1, 10000)) u(x) UNION ALL SELECT x, NULL FROM UNNEST(sequence(1, 10000)) u(x))",
      "n + 10001 > ALL (SELECT x FROM UNNEST(sequence(1, 10000)) u(x))",
      "COALESCE(n IN (SELECT -x FROM UNNEST(sequence(1, 10000)) u(x)), FALSE)",
      "n IN (\((1000..<9000).map { String($0) }.joined(separator: ", ")))",
    ])
  func longLists(_ condition: String) throws {
    let archive = try Self.archive()
    let sql =
      "SELECT sum(CASE WHEN \(condition) THEN 1 ELSE 0 END) FROM events CROSS JOIN UNNEST(sequence(1, 20)) v(i)"
    #expect(try rows(sql, on: archive.path).count == 1)
  }
}
