import CairnTestSupport
import Testing

@testable import Cairn

/// What the steps of planning do, each seen in the plan and in what a scan reads.
@Suite struct PlanPassTests {
  private func plan(
    _ sql: String, on archive: TestArchive, without: Set<PlanPass> = []
  ) throws -> (logical: [String], text: String) {
    var options = QueryOptions()
    options.mode.withoutPasses = without
    let opened = try Archive(path: archive.path)
    func lines(_ sql: String) throws -> [String] {
      let query = try Query(sql, on: opened, options: options)
      var lines: [String] = []
      try query.run { batch in lines += (0..<batch.rowCount).map { batch[$0, 0].text ?? "" } }
      return lines
    }
    let logical = try lines("EXPLAIN (TYPE LOGICAL) " + sql)
    let operators = try lines("EXPLAIN (TYPE DISTRIBUTED) " + sql)
    #expect(try lines("EXPLAIN " + sql) == ["Logical plan"] + logical + ["", "Operators"] + operators)
    return (logical.map { String($0.drop { $0 == " " }) }, operators.joined(separator: "\n"))
  }

  /// Three segments of a day each.
  private func threeDays() throws -> TestArchive {
    func object(_ day: Int) -> (key: String, bytes: [UInt8]) {
      let lines = (0..<40).map {
        #"{"eventTime":"2024-05-0\#(day)T00:00:\#(10 + $0)Z","eventName":"Day\#(day)","n":\#($0 % 4),"eventID":"id-\#(day * 100 + $0)","requestParameters":{"key":"k\#($0 % 5)"}}"#
      }
      return ("day\(day).json", Array(lines.joined(separator: "\n").utf8))
    }
    let archive = try TestArchive([object(1)])
    try archive.add([object(2)])
    try archive.add([object(3)])
    return archive
  }

  /// Each is about the second day alone, and is to look at no other segment.
  @Test(arguments: [
    "WITH e AS (SELECT eventTime AS t, eventName FROM events) SELECT * FROM e WHERE t >= '2024-05-02' AND t < '2024-05-03'",
    "SELECT * FROM (SELECT * FROM events) WHERE eventTime BETWEEN '2024-05-02T00:00:00Z' AND '2024-05-02T23:59:59Z'",
    "SELECT * FROM (SELECT * FROM (SELECT date(eventTime) AS day, n FROM events) a) b WHERE b.day = DATE '2024-05-02'",
    "SELECT d, n FROM (SELECT from_iso8601_timestamp(eventTime) AS d, n FROM events) WHERE d BETWEEN TIMESTAMP '2024-05-02 00:00:00' AND TIMESTAMP '2024-05-02 23:00:00'",
    "SELECT eventTime, count(*) FROM events GROUP BY eventTime HAVING eventTime BETWEEN '2024-05-02' AND '2024-05-02T23:00:00Z'",
    "SELECT * FROM (SELECT DISTINCT eventTime, n FROM events) WHERE eventTime BETWEEN '2024-05-02' AND '2024-05-02T23:00:00Z'",
    "SELECT * FROM (SELECT n, eventTime, rank() OVER (PARTITION BY eventTime ORDER BY n) AS r FROM events) WHERE eventTime BETWEEN '2024-05-02' AND '2024-05-02T23:00:00Z' AND r = 1",
    "SELECT * FROM (SELECT eventTime AS t, n FROM events UNION ALL SELECT eventTime, 1 FROM events) WHERE t BETWEEN '2024-05-02' AND '2024-05-02T23:00:00Z'",
    "SELECT * FROM (SELECT eventTime AS t, n FROM events UNION SELECT eventTime, 1 FROM events) u WHERE u.t BETWEEN '2024-05-02' AND '2024-05-02T23:00:00Z'",
    "SELECT * FROM (SELECT eventTime AS t, eventName FROM events ORDER BY n) WHERE t BETWEEN '2024-05-02' AND '2024-05-02T23:00:00Z'",
    "SELECT * FROM (SELECT eventTime, x FROM events CROSS JOIN UNNEST(ARRAY[1, 2]) AS u(x)) WHERE eventTime BETWEEN '2024-05-02' AND '2024-05-02T23:00:00Z'",
    "SELECT * FROM (SELECT * FROM (SELECT eventTime, n FROM events) a JOIN (VALUES 1, 2) v(x) ON a.n = v.x) WHERE eventTime BETWEEN '2024-05-02' AND '2024-05-02T23:00:00Z'",
  ])
  func conditionsReachTheScan(sql: String) throws {
    let archive = try threeDays()
    let text = try plan(sql, on: archive).text
    let scans = text.components(of: "- Scan events").dropFirst()
    #expect(!scans.isEmpty)
    #expect(scans.allSatisfy { $0.contains("1 of 3 left, 2 outside the time range") }, "\(text)")
    let asWritten = try plan(sql, on: archive, without: [.pushFilters]).text
    #expect(asWritten.contains("3 of 3 left"), "\(asWritten)")
    let unbounded = try plan(sql, on: archive, without: [.boundTimes]).text
    #expect(!unbounded.contains("outside the time range"))
  }

  /// Conditions that would keep other rows further down stay where they are.
  @Test(arguments: [
    "SELECT * FROM (SELECT eventName, n FROM events LIMIT 5) WHERE eventName = 'Day2'",
    "SELECT * FROM (SELECT eventName, count(*) AS c FROM events GROUP BY eventName) WHERE c > 3",
    "SELECT * FROM (SELECT n, row_number() OVER (ORDER BY eventTime) AS r FROM events) WHERE n = 1",
    "SELECT * FROM (SELECT n, count(*) AS c FROM events GROUP BY ROLLUP (n)) WHERE n = 1",
    "SELECT * FROM (SELECT max(n) AS n FROM events) WHERE n = 1",
    // Numbers that are the same may be spelled in several ways.
    "SELECT n, count(*) FROM events GROUP BY n HAVING CAST(n AS varchar) = '1'",
    "SELECT n, count(*) FROM events GROUP BY n HAVING n LIKE '1%'",
    "SELECT * FROM (SELECT n, rand() AS r FROM events) WHERE r < 0.5",
    "SELECT * FROM (SELECT eventTime AS t FROM events UNION ALL SELECT eventName FROM events) WHERE t > '2024-05-02'",
  ])
  func othersStay(sql: String) throws {
    let (logical, text) = try plan(sql, on: threeDays())
    #expect(logical.contains("- Filter"))
    #expect(!text.components(of: "- Scan events").contains { $0.contains("where ") }, "\(text)")
  }

  @Test func equalitiesAreLookedUp() throws {
    let sql =
      "SELECT count(*) FROM events e WHERE EXISTS (SELECT 1 FROM events d WHERE d.n = e.n AND d.eventName = 'Day1')"
    let archive = try threeDays()
    #expect(try plan(sql, on: archive).logical.contains("- Lookup"))
    #expect(try !plan(sql, on: archive, without: [.lookUpEqualities]).logical.contains("- Lookup"))
  }

  @Test func equalitiesAreHashKeys() throws {
    let sql = "SELECT count(*) FROM events a JOIN events b ON a.eventID = b.eventID AND a.n < b.n"
    let archive = try threeDays()
    let (logical, text) = try plan(sql, on: archive)
    #expect(logical.contains("1 key") && text.contains("HashJoin"))
    #expect(try plan(sql, on: archive, without: [.findHashKeys]).text.contains("NestedLoopJoin"))
  }

  @Test func limitsReachSorts() throws {
    let archive = try threeDays()
    for sql in [
      "SELECT n FROM events ORDER BY eventID LIMIT 3 OFFSET 2",
      "SELECT n + 1 FROM (SELECT n FROM events ORDER BY eventID) LIMIT 5",
    ] {
      #expect(try plan(sql, on: archive).text.contains("TopN 5"), "\(sql)")
      #expect(try !plan(sql, on: archive, without: [.limitSorts]).text.contains("TopN"), "\(sql)")
    }
  }

  @Test func whatNobodyReadsIsNotComputed() throws {
    let archive = try threeDays()
    let sql = """
      SELECT eventName FROM (
        SELECT eventName, count(*) AS c, array_agg(n) AS ns, sum(count(*)) OVER () AS s FROM events GROUP BY eventName)
      """
    let (logical, text) = try plan(sql, on: archive)
    #expect(!logical.contains("- Window") && !text.contains("array_agg(n), "))
    #expect(try plan(sql, on: archive, without: [.pruneColumns]).logical.contains("- Window"))
  }

  /// Common tables that are made once, with how many scans are left of how many.
  @Test(arguments: [
    (
      "WITH p AS (SELECT eventName, count(*) AS c FROM events GROUP BY 1) SELECT * FROM p WHERE c >= (SELECT avg(c) FROM p)",
      1, 2
    ),
    (
      "WITH p AS (SELECT eventName, n, count(*) AS c FROM events GROUP BY 1, 2) SELECT a.n, b.c FROM p a JOIN p b ON a.eventName = b.eventName WHERE a.c < 11 AND b.c > 2",
      1, 2
    ),
    (
      "WITH p AS (SELECT DISTINCT eventName AS e FROM events), q AS (SELECT e FROM p UNION ALL SELECT e FROM p) SELECT count(*) FROM q WHERE e IN (SELECT e FROM q)",
      1, 4
    ),
    (
      "WITH p AS (SELECT n, row_number() OVER (PARTITION BY n ORDER BY eventTime) AS r FROM events) SELECT count(*) FROM p a JOIN p b ON a.n = b.n AND a.r = b.r + 1",
      1, 2
    ),
    // What events themselves have each place reads as it needs.
    (
      "WITH p AS (SELECT eventName, n FROM events) SELECT count(*) FROM p WHERE n = (SELECT max(n) FROM p)",
      2, 2
    ),
    // Conditions that reach the scan make other tables of it.
    (
      "WITH p AS (SELECT eventName, n, count(*) AS c FROM events GROUP BY 1, 2) SELECT c FROM p WHERE eventName = 'Day1' UNION ALL SELECT c FROM p WHERE eventName = 'Day2'",
      2, 2
    ),
    // Each place has rows of its own.
    (
      "WITH p AS (SELECT n, max(rand()) AS r FROM events GROUP BY 1) SELECT count(*) FROM p a JOIN p b ON a.n = b.n WHERE a.r >= 0 AND b.r >= 0",
      2, 2
    ),
    (
      "WITH p AS (SELECT n, count(*) AS c FROM events TABLESAMPLE BERNOULLI (100) GROUP BY 1) SELECT count(*) FROM p a JOIN p b ON a.n = b.n",
      2, 2
    ),
  ])
  func tablesAreMadeOnce(sql: String, scans: Int, withoutPass: Int) throws {
    let archive = try threeDays()
    let logical = try plan(sql, on: archive).logical
    #expect(logical.count { $0 == "- Scan events" } == scans, "\(logical)")
    #expect(logical.contains { $0.hasPrefix("- Shared table") } == (scans < withoutPass))
    let apart = try plan(sql, on: archive, without: [.shareTables]).logical
    #expect(apart.count { $0 == "- Scan events" } == withoutPass, "\(apart)")
    let rows = try QueryVariant.all.map { try runQuery(sql, on: archive.path, $0).rows }
    let others = try QueryVariant.passes.map { try runQuery(sql, on: archive.path, $0).rows }
    let text = rows[0].map {
      $0.map { $0.map { String(decoding: $0, as: UTF8.self) } ?? "" }.joined(separator: "|")
    }.sorted()
    #expect(!text.isEmpty)
    for other in rows + others {
      #expect(
        other.map { $0.map { $0.map { String(decoding: $0, as: UTF8.self) } ?? "" }.joined(separator: "|") }
          .sorted() == text)
    }
  }

  /// What a shared table has to keep goes to temporary files where memory is short.
  @Test func sharedTablesAreSpilled() throws {
    let archive = try threeDays()
    var options = QueryOptions()
    options.memoryLimit = 1 << 10
    let sql =
      "WITH p AS (SELECT eventID, count(*) AS c FROM events GROUP BY 1) SELECT count(*), max(a.eventID) FROM p a JOIN p b ON a.eventID = b.eventID"
    let query = try Query(sql, on: Archive(path: archive.path), options: options)
    var rows: [[String?]] = []
    try query.run { batch in rows += (0..<batch.rowCount).map { [batch[$0, 0].text, batch[$0, 1].text] } }
    #expect(rows == [["120", "id-339"]])
    #expect(query.statistics.bytesSpilled > 0)
  }

  /// A condition on an element that a subquery's column has is about records that the scan knows nothing of.
  @Test func namesKeepTheirMeaning() throws {
    let archive = try threeDays()
    for (sql, count) in [
      ("SELECT count(*) FROM (SELECT requestParameters AS p FROM events) WHERE p.key = 'k1'", "24"),
      ("SELECT count(*) FROM (SELECT requestParameters AS p FROM events) e WHERE e.p.KEY = 'k1'", "24"),
      ("SELECT count(*) FROM (SELECT eventName AS n, n AS eventName FROM events) WHERE n = 'Day1'", "40"),
      ("SELECT count(*) FROM (SELECT eventName AS n, n AS eventName FROM events) WHERE eventName = 1", "30"),
      ("SELECT count(*) FROM (SELECT n = 1 AND eventName = 'Day1' AS ok FROM events) WHERE ok", "10"),
      ("SELECT count(*) FROM (SELECT n = 1 OR eventName = 'Day1' AS ok FROM events) WHERE NOT ok", "60"),
      (
        "SELECT count(*) FROM (SELECT a.n AS x, b.x AS n FROM events a, (VALUES 1, 2) b(x)) WHERE n = 2 AND x = 3",
        "30"
      ),
      ("SELECT count(*) FROM (SELECT 'Day1' AS eventName, n FROM events) WHERE eventName = 'Day2'", "0"),
    ] {
      for variant in QueryVariant.all + QueryVariant.passes {
        #expect(
          try runQuery(sql, on: archive.path, variant).rows.map {
            $0.map { $0.map { String(decoding: $0, as: UTF8.self) } }
          }
            == [[count]], "\(variant): \(sql)")
      }
    }
  }
}

extension String {
  /// The text cut where another one begins, which each part but the first begins with.
  fileprivate func components(of mark: String) -> [String] {
    var parts = [""]
    for line in split(separator: "\n", omittingEmptySubsequences: false) {
      if line.contains(mark) { parts.append("") }
      parts[parts.count - 1] += line + "\n"
    }
    return parts
  }
}
