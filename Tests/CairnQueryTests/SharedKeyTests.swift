import CairnTestSupport
import Testing

/// Joins whose rows share keys, and keys that meet in the table without being equal.
@Suite struct SharedKeyTests {
  private static func archive() throws -> TestArchive {
    let lines = (0..<400).map {
      #"{"eventTime":"2024-05-01T00:\#(10 + $0 / 60):\#(10 + $0 % 50)Z","eventName":"N\#($0 % 7)","eventID":"i\#($0)","k":"k\#($0)","pair":"k\#($0 ^ 1)","n":\#($0)}"#
    }
    return try TestArchive([("a.json", Array(lines.joined(separator: "\n").utf8))])
  }

  @Test(arguments: [
    (
      "SELECT r.w, count(*) FROM events e JOIN (VALUES ('N0', 1), ('N1', 2), ('N1', 3), ('x', 4)) AS r(n, w) "
        + "ON e.eventName = r.n GROUP BY 1 ORDER BY 1",
      ["1|58", "2|57", "3|57"]
    ),
    (
      "SELECT count(*), count(r.w) FROM events e LEFT JOIN (VALUES ('N0', 1), ('N1', 2), ('N1', 3)) AS r(n, w) "
        + "ON e.eventName = r.n",
      ["457|172"]
    ),
    (
      "SELECT count(e.n), count(*) FROM events e FULL JOIN (VALUES ('N6', 1), ('N8', 2)) AS r(n, w) "
        + "ON e.eventName = r.n",
      ["400|401"]
    ),
    (
      "SELECT count(*), count(r.w) FROM events e LEFT JOIN (VALUES ('N0', 1), ('N1', 2)) AS r(n, w) "
        + "ON e.eventName = r.n AND e.n > 200",
      ["400|57"]
    ),
    // Combinations of two keys: one partner each, several, none because of a NULL.
    (
      "SELECT count(*), count(r.w), sum(r.w) FROM events e LEFT JOIN "
        + "(VALUES ('N0', '0', 1), ('N1', '1', 2), ('N1', NULL, 3), ('N2', 'x', 4)) AS r(n, m, w) "
        + "ON e.eventName = r.n AND CAST(e.n % 2 AS varchar) = r.m",
      ["400|58|87"]
    ),
    (
      "SELECT count(*) FROM events e LEFT JOIN (VALUES ('N0', '0', 1), ('N1', '1', 2)) AS r(n, m, w) "
        + "ON e.eventName = r.n AND CAST(e.n % 2 AS varchar) = r.m WHERE r.w IS NULL",
      ["342"]
    ),
    (
      "SELECT r.w, count(*) FROM events e JOIN (VALUES ('N0', '0', 1), ('N0', '0', 5), ('N1', '0', 7)) AS r(n, m, w) "
        + "ON e.eventName = r.n AND CAST(e.n % 2 AS varchar) = r.m GROUP BY 1 ORDER BY 1",
      ["1|29", "5|29", "7|28"]
    ),
    (
      "SELECT count(e.n), count(r.w), count(*) FROM events e FULL JOIN (VALUES ('N0', '0', 1), ('N8', '0', 2)) AS r(n, m, w) "
        + "ON e.eventName = r.n AND CAST(e.n % 2 AS varchar) = r.m",
      ["400|30|401"]
    ),
    (
      "SELECT count(*) FROM events e JOIN (VALUES ('N0', 0), ('N1', 1)) AS r(n, m) "
        + "ON e.eventName = r.n AND CAST(e.n % 2 AS varchar) = r.m",
      ["58"]
    ),
    // Spelled numbers have the hash of their value.
    (
      "SELECT r.k, count(*) FROM events e JOIN (VALUES '1', '1.0', '01', '2') AS r(k) "
        + "ON CAST(e.n % 3 AS varchar) = r.k GROUP BY 1 ORDER BY 1",
      ["1|133", "2|133"]
    ),
    // A text cast to text is itself, also where nothing else is in the expression.
    (
      "SELECT count(*) FROM events a JOIN events b ON CAST(a.pair AS varchar) = CAST(b.k AS varchar)", ["400"]
    ),
    (
      "SELECT CAST(eventName AS varchar) AS c, count(*) FROM events WHERE CAST(eventName AS varchar) < 'N2' "
        + "GROUP BY 1 ORDER BY 1",
      ["N0|58", "N1|57"]
    ),
    ("SELECT count(DISTINCT CAST(k AS varchar)), max(CAST(eventID AS varchar)) FROM events", ["400|i99"]),
    ("SELECT count(*) FROM events a JOIN events b ON a.eventTime = b.eventTime", ["520"]),
    (
      "SELECT count(*) FROM events a JOIN (VALUES TIMESTAMP '2024-05-01 00:10:10', TIMESTAMP '2024-05-01 00:10:11.5') "
        + "AS r(t) ON a.eventTime = r.t",
      ["2"]
    ),
  ])
  func joins(_ sql: String, _ expected: [String]) throws {
    let archive = try Self.archive()
    for variant in QueryVariant.all {
      let rows = try runQuery(sql, on: archive.path, variant).rows.map { row in
        row.map { $0.map { String(decoding: $0, as: UTF8.self) } ?? "NULL" }.joined(separator: "|")
      }
      #expect(rows == expected)
    }
  }
}
