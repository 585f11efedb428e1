import Cairn
import CairnOracle
import CairnSQL
import Testing

/// Functions of eventTime are computed once for each step of time within which they are the same; a shifted time has
/// other steps than the time itself.
@Suite struct TimeStepTests {
  /// Every 7 minutes and 13 seconds, over more than a day and the turn of a year.
  private static func fixture() throws -> QueryFixture {
    let start = try #require(parseTime("2024-12-31T08:00:00Z"))
    let lines = (0..<250).map { row in
      #"{"eventTime":"\#(formatTime(start + Int64(row) * 433_000))","eventName":"E\#(row)"}"#
    }
    return try QueryFixture(QueryFixture.objects(lines, perObject: 100))
  }

  private static let times = [
    "eventTime", "from_iso8601_timestamp(eventTime)", "CAST(eventTime AS timestamp)",
    "CAST(eventTime AS date)",
    "from_iso8601_timestamp(eventTime) + INTERVAL '30' MINUTE",
    "from_iso8601_timestamp(eventTime) - INTERVAL '5' HOUR", "at_timezone(eventTime, '+05:30')",
    "with_timezone(eventTime, '-03:15')", "CAST(eventTime AS timestamp) AT TIME ZONE '+05:30'",
    "date_add('minute', 45, eventTime)", "date_trunc('hour', eventTime)",
    "date_trunc('day', eventTime) + INTERVAL '90' MINUTE", "last_day_of_month(eventTime)",
    "from_unixtime(to_unixtime(eventTime) + 1800)",
  ]

  private static let parts = [
    "minute", "hour", "day", "date", "day_of_week", "day_of_year", "week", "year_of_week", "month", "quarter",
    "year", "last_day_of_month",
  ]

  @Test func partsOfShiftedTimes() throws {
    let fixture = try Self.fixture()
    var expressions: [String] = []
    for time in Self.times {
      for part in Self.parts { expressions.append("\(part)(\(time))") }
      for part in ["minute", "hour", "day", "week"] { expressions.append("date_trunc('\(part)', \(time))") }
      for length in [10, 11, 12, 14, 15, 17, 18] {
        expressions.append("substr(\(time), 1, \(length))")
        expressions.append("substr(CAST(\(time) AS varchar), 1, \(length))")
      }
      expressions.append("EXTRACT(hour FROM \(time))")
      expressions.append("CAST(\(time) AS date)")
      expressions.append("date(\(time)) = DATE '2025-01-01'")
    }
    for expression in expressions {
      let text = "SELECT \(expression) AS x, count(*) AS n FROM events GROUP BY 1"
      guard case .query(let query)? = try SQLParser.parseStatements(text).first else {
        Issue.record("no query: \(text)")
        continue
      }
      let expected = try OracleQuery.run(query, on: fixture.oracle, now: queryStart)
      let actual = try runQuery(text, on: fixture.archive.path)
      #expect(expected.difference(from: actual.rows) == nil, "\(expression)")
    }
  }
}
