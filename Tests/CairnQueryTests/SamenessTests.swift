import CairnOracle
import CairnSQL
import CairnTestSupport
import Foundation
import Testing

/// Values that a record and an expression gave are the same by S63, on the codes of dictionaries too.
struct SamenessTests {
  /// Values of one path, several spellings of the same among them, often enough to stand in dictionaries.
  private static let values = [
    "1", "1.0", "10e-1", "\"1\"", "true", "\"true\"", "0", "-0.0", "2.50", "2.5", "null", "[1,2]", "[1.0,2]",
    "{\"a\":1,\"b\":[]}", "{\"b\":[],\"a\":1.0}", "\"2024-01-01\"", "12345678901234567890", "[]", "{}",
  ]

  private static let records: [String] = (0..<400).map { index in
    let second = String(index + 10_000).dropFirst()
    let time = "2024-01-01T\(second.prefix(2)):\(index % 60 < 10 ? "0" : "")\(index % 60):00Z"
    return """
      {"eventName":"E\(index % 3)","eventTime":"\(time)","eventID":"\(index)","v":\(values[index % values.count]),\
      "n":\(index % 7 == 0 ? "1.0" : "\(index % 4)"),"b":\(index % 2 == 0),"m":\(index % 5 == 0 ? "\"x\"" : "3")}
      """
  }

  static let queries = [
    "SELECT v, count(*) FROM events GROUP BY v",
    "SELECT n, m, count(*) FROM events GROUP BY n, m",
    "SELECT n, b, count(DISTINCT v) FROM events GROUP BY n, b",
    "SELECT coalesce(v, 0), count(*), approx_distinct(v) FROM events GROUP BY 1",
    "SELECT DISTINCT n FROM events",
    "SELECT n FROM events UNION SELECT 1 UNION SELECT 2.0 UNION SELECT 3e0",
    "SELECT b FROM events INTERSECT SELECT TRUE",
    "SELECT v FROM events EXCEPT SELECT 1 EXCEPT SELECT ARRAY[1, 2]",
    "SELECT v, count(*) OVER (PARTITION BY v) FROM events WHERE v IS NOT NULL",
    "SELECT histogram(n), map_agg(n, 1) FROM events",
    "SELECT count(*) FROM events a JOIN (VALUES ARRAY[1, 2], ARRAY[2, 1]) t(x) ON a.v = t.x",
    "SELECT count(*) FROM events a JOIN (VALUES '[1,2]', '{\"a\":1,\"b\":[]}') t(x) ON a.v = t.x",
    "SELECT max(v), min(v), max(ROW(n, b)) FROM events",
    "SELECT m, min(v), max(v), min(eventTime), max(eventTime), min(eventID), max(eventID) FROM events GROUP BY m",
    "SELECT b, min_by(eventID, v), max_by(eventID, v), min_by(v, eventTime), max_by(n, eventID) FROM events GROUP BY b",
    "SELECT n, m, b, sum(v), avg(v), sum(n), avg(n), count_if(b), count_if(v) FROM events GROUP BY n, m, b",
    "SELECT n, min(eventTime) FILTER (WHERE b), max(v) FILTER (WHERE m = 3), sum(n) FILTER (WHERE b) FROM events GROUP BY n",
    "SELECT n, m, b, eventName, count(*) FROM events GROUP BY n, m, b, eventName",
    "SELECT sum(9223372036854775807), avg(9223372036854775807), min(DATE '2024-01-01'), sum(INTERVAL '1' DAY) FROM events",
    "SELECT min(eventTime), max(v), sum(n), avg(n), count_if(b) FROM events WHERE n = 17",
  ]

  /// Comparing follows the nesting of JSON only so deep that no stack ends.
  @Test func deepNesting() throws {
    func nested(_ depth: Int, _ inner: String) -> String {
      String(repeating: "[", count: depth) + inner + String(repeating: "]", count: depth)
    }
    let values = [nested(5000, "1"), nested(5000, "1"), nested(5000, "2"), nested(4999, "1")]
    let records = values.enumerated().map { index, value in
      "{\"eventTime\":\"2024-01-01T00:00:0\(index)Z\",\"eventID\":\"\(index)\",\"a\":\"\(value)\",\"b\":\"\(values[0])\"}"
    }
    let archive = try TestArchive([
      ("x.json", Array("{\"Records\":[\(records.joined(separator: ","))]}".utf8))
    ])
    for (sql, wanted) in [
      ("SELECT count(*) FROM events WHERE json_parse(a) = json_parse(b)", "2"),
      (
        "SELECT count(*) FROM events WHERE json_parse(a) < json_parse(b) OR json_parse(a) > json_parse(b)",
        "2"
      ),
      ("SELECT count(DISTINCT json_parse(a)) FROM events", "3"),
      ("SELECT count(*) FROM events x JOIN events y ON json_parse(x.a) = json_parse(y.a)", "6"),
      ("SELECT count(*) FROM (SELECT json_parse(a) j FROM events ORDER BY j)", "4"),
      ("SELECT count(*) FROM events WHERE json_parse(b) = (SELECT max(json_parse(b)) FROM events)", "4"),
      ("SELECT count(*) FROM events WHERE json_parse(a) IN (SELECT json_parse(b) FROM events)", "2"),
    ] {
      let rows = try runQuery(sql, on: archive.path).rows
      #expect(rows == [[Array(wanted.utf8)]], "\(sql)")
    }
  }

  @Test(arguments: queries)
  func agreesWithTheOracle(_ sql: String) throws {
    let object = "{\"Records\":[\(Self.records.joined(separator: ","))]}"
    let archive = try TestArchive([("AWSLogs/1/CloudTrail/r/2024/01/01/x.json", Array(object.utf8))])
    let sources = try Self.records.map {
      OracleSourceRecord(record: try OracleRecord(json: Array($0.utf8)), key: "x")
    }
    let ordered = OracleArchive(sources.enumerated().sorted { $0.offset < $1.offset }.map(\.element))
    guard case .query(let query)? = try SQLParser.parseStatements(sql).first else {
      Issue.record("no query")
      return
    }
    let wanted = try OracleQuery.run(query, on: ordered, now: queryStart)
    for variant in QueryVariant.all {
      let rows = try runQuery(sql, on: archive.path, variant).rows
      // Which of the same values is shown depends on the order of the archive, which is by time.
      #expect(rows.count == wanted.rows.count, "\(variant)")
      #expect(Self.counts(rows) == Self.counts(wanted.cells), "\(variant)")
    }
  }

  /// All but the first column, sorted.
  private static func counts(_ rows: [[OracleResult.Cell]]) -> [String] {
    rows.map { row in
      row.dropFirst(row.count > 1 ? 1 : 0).map { $0.map { String(decoding: $0, as: UTF8.self) } ?? "NULL" }
        .joined(separator: "|")
    }.sorted()
  }
}
