import CairnOracle
import CairnSQL
import CairnTestSupport
import Foundation
import Testing

/// The aggregates of S108 over groups: with any number of threads and little memory, with FILTER, DISTINCT and ORDER BY
/// what the oracle finds.
struct StatisticsQueryTests {
  private static let records: [String] = (0..<600).map { index in
    let x = (index * 37) % 101
    let second = index % 60 < 10 ? "0\(index % 60)" : "\(index % 60)"
    return """
      {"eventName":"E\(index % 5)","eventTime":"2024-01-01T\(10 + index / 60):\(second):00Z","eventID":"\(index)",\
      "x":\(index % 9 == 0 ? "null" : "\(x)"),"y":\(index % 7 == 0 ? "\(x).25" : "\(x * x % 50)"),\
      "s":"v\(index * index % 17)","m":{"k\(index % 11)":\(index % 3)}}
      """
  }

  static let queries = [
    "SELECT eventName, round(regr_slope(y, x), 9), round(corr(y, x), 9), regr_count(x, y) FROM events GROUP BY 1",
    "SELECT eventName, round(skewness(x), 9), round(kurtosis(y), 9), round(entropy(x), 9) FROM events GROUP BY 1",
    "SELECT eventName, bitwise_xor_agg(x), bitwise_or_agg(x), bitwise_and_agg(x) FROM events GROUP BY 1",
    "SELECT eventName, approx_most_frequent(3, s, 100), map_union(m) FROM events GROUP BY 1",
    "SELECT eventName, numeric_histogram(4, x) FROM events GROUP BY 1",
    "SELECT s, reduce_agg(x, 0, (a, b) -> a + b, (a, b) -> a + b) FROM events GROUP BY s",
    "SELECT s, reduce_agg(eventID, '', (a, b) -> a || '-' || b, (a, b) -> a || b) FROM events GROUP BY s",
    "SELECT eventName, regr_count(DISTINCT y, x), round(corr(y, x) FILTER (WHERE x > 50), 9) FROM events GROUP BY 1",
    "SELECT reduce_agg(s, '', (a, b) -> a || b, (a, b) -> a || b ORDER BY x DESC, eventID) FROM events WHERE x > 90",
    "SELECT round(covar_samp(x, y), 9), map_union(m), approx_most_frequent(2, x, 9) FROM events",
    "SELECT eventName, array_agg(DISTINCT s ORDER BY s), listagg(eventID, '-') WITHIN GROUP (ORDER BY x DESC NULLS FIRST, eventID) FROM events GROUP BY 1",
    "SELECT s, array_agg(x), array_agg(DISTINCT x), array_agg(eventTime ORDER BY y, eventID DESC) FILTER (WHERE x > 50) FROM events GROUP BY 1",
    "SELECT array_agg(DISTINCT eventName), listagg(DISTINCT s, ', '), count(DISTINCT x) FILTER (WHERE y > 1) FROM events",
    "SELECT eventName, round(stddev(x), 6), round(var_pop(y), 6), round(stddev_samp(x * 100000000000), 3) FROM events GROUP BY 1",
    "SELECT round(variance(y / 3e0), 9), stddev(x) FILTER (WHERE x = 1), var_samp(s) FROM events",
    "SELECT count(*) FROM events WHERE (eventName, s) IN (SELECT eventName, s FROM events WHERE x > 90)",
    "SELECT count(*) FROM events WHERE (s, eventTime) IN (SELECT s, max(eventTime) FROM events GROUP BY s)",
    "SELECT count(*) FROM events WHERE (s, eventTime) NOT IN (SELECT s, min(eventTime) FROM events GROUP BY s)",
    "SELECT count(*) FROM events WHERE (s, x) NOT IN (SELECT s, x FROM events WHERE y > 40)",
    "SELECT eventID FROM events WHERE (eventName, s, eventID) IN (SELECT 'E1', s, eventID FROM events UNION ALL SELECT 'E2', NULL, NULL)",
    "SELECT upper(s) || '!', regexp_extract(s, 'v([0-9])', 1), count(*) FROM events GROUP BY 1, 2",
    "SELECT eventID, row_number() OVER (PARTITION BY s ORDER BY x, y DESC, eventID), rank() OVER (PARTITION BY eventName ORDER BY s, x) FROM events",
    "SELECT DISTINCT eventName, bitwise_or_agg(x) OVER (PARTITION BY eventName) FROM events",
  ]

  @Test(arguments: queries)
  func agreesWithTheOracle(_ sql: String) throws {
    let object = "{\"Records\":[\(Self.records.joined(separator: ","))]}"
    let archive = try TestArchive([("AWSLogs/1/CloudTrail/r/2024/01/01/x.json", Array(object.utf8))])
    let sources = try Self.records.map {
      OracleSourceRecord(record: try OracleRecord(json: Array($0.utf8)), key: "x")
    }
    guard case .query(let query)? = try SQLParser.parseStatements(sql).first else {
      Issue.record("no query")
      return
    }
    let wanted = try OracleQuery.run(query, on: OracleArchive(sources), now: queryStart)
    func texts(_ cells: [[OracleResult.Cell]]) -> [String] {
      cells.map { row in
        row.map { $0.map { String(decoding: $0, as: UTF8.self) } ?? "-" }.joined(separator: "|")
      }
      .sorted()
    }
    for variant in QueryVariant.all {
      #expect(texts(try runQuery(sql, on: archive.path, variant).rows) == texts(wanted.cells), "\(variant)")
    }
  }
}
