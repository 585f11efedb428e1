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
  ]

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
