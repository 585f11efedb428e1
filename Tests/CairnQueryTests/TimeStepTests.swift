import Cairn
import CairnOracle
import CairnSQL
import Testing

/// Functions of eventTime are computed once for each step of time within which they are the same; a shifted time has
/// other steps than the time itself.
@Suite struct TimeStepTests {
  /// Every 7 minutes and 13 seconds, over more than a day and the turn of a year.
  private static func fixture(rows: Int = 250) throws -> QueryFixture {
    let start = try #require(parseTime("2024-12-31T08:00:00Z"))
    let lines = (0..<rows).map { row in
      #"{"eventTime":"\#(formatTime(start + Int64(row) * 433_000))","eventName":"E\#(row)","eventSource":"s\#(row % 3)"}"#
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

  private static var expressions: [String] {
    var expressions: [String] = []
    for time in times {
      for part in parts { expressions.append("\(part)(\(time))") }
      for part in ["minute", "hour", "day", "week"] { expressions.append("date_trunc('\(part)', \(time))") }
      for length in [10, 11, 12, 14, 15, 17, 18] {
        expressions.append("substr(\(time), 1, \(length))")
        expressions.append("substr(CAST(\(time) AS varchar), 1, \(length))")
      }
      expressions.append("EXTRACT(hour FROM \(time))")
      expressions.append("CAST(\(time) AS date)")
      expressions.append("date(\(time)) = DATE '2025-01-01'")
    }
    expressions += [
      "date_format(from_iso8601_timestamp(eventTime), '%Y-%m-%d')", "date_format(eventTime, '%a %H')",
      "date_format(eventTime, '%H:%i')", "date_format(date_trunc('hour', eventTime), '%T')",
      "date_format(from_iso8601_timestamp(eventTime) + INTERVAL '30' MINUTE, '%Y-%m-%d')",
      "date_format(at_timezone(eventTime, '+05:30'), '%d %p')", "date_format(eventTime, '%f %W')",
      "strftime(eventTime, '%Y-%m-%dT%H:%M')", "strftime(eventTime, '%F %u')",
      "substr(eventTime, 12, 2)", "substr(eventTime, 15, 2)", "substring(eventTime, 6, 5)",
      "substr(eventTime, 9)",
      "substr(eventTime, -3, 2)", "left(eventTime, 13)", "left(eventTime, 16)", "left(eventTime, 20)",
      "split_part(eventTime, 'T', 1)", "split_part(eventTime, 'T', 2)", "split_part(eventTime, ':', 1)",
      "CAST(hour(eventTime) AS varchar) || '-' || CAST(day(eventTime) AS varchar)",
      "hour(eventTime) * 100 + minute(eventTime)",
      "concat(substr(eventTime, 1, 10), ' ', substr(eventTime, 12, 2))",
      "CASE WHEN hour(eventTime) BETWEEN 9 AND 17 AND day_of_week(eventTime) < 6 THEN 'work' ELSE 'off' END",
      "CASE WHEN eventTime < '2025-01-01T00:00:00Z' THEN date(eventTime) END",
      "hour(eventTime) IN (1, 5) OR minute(eventTime) IS NULL", "(hour(eventTime) > 12) IS TRUE",
      "floor(to_unixtime(from_iso8601_timestamp(eventTime)) / 900)",
      "CAST(floor(to_unixtime(eventTime) / 7) AS bigint)",
      "floor(to_unixtime(date_trunc('hour', eventTime)) / 7)",
      // Steps of which none divides the other.
      "floor(to_unixtime(eventTime) / 1001) * 100 + hour(eventTime)",
      "CASE WHEN hour(eventTime) > 12 THEN floor(to_unixtime(eventTime) / 5000) END",
      "floor(to_unixtime(eventTime) / 0.5)", "floor((to_unixtime(eventTime) + 100) / 900)",
      "coalesce(date_trunc('day', eventTime), from_iso8601_timestamp(eventTime))",
      "date_diff('minute', date_trunc('day', eventTime), from_iso8601_timestamp(eventTime))",
    ]
    return expressions
  }

  /// With other columns beside the time: what they make of it may be finer than its steps.
  private static let mixed = [
    "CASE WHEN hour(eventTime) > 12 THEN eventSource ELSE date_format(eventTime, '%d') END",
    "hour(eventTime) > 9 OR eventSource = 's1'", "eventSource || substr(eventTime, 1, 13)",
    "eventSource || eventTime", "if(eventSource = 's1', day(eventTime), minute(eventTime))",
    "if(eventSource = 's1', date(eventTime), from_iso8601_timestamp(eventTime))",
    "date_trunc('day', eventTime) = from_iso8601_timestamp(coalesce(other, '2025-01-01T00:00:00Z'))",
    "hour(eventTime) = 9 AND eventTime > '2024-12-31T09:20:00Z' AND eventSource = 's2'",
    "date_add('hour', length(eventName), from_iso8601_timestamp(eventTime))",
    "hour(date_add('minute', length(eventName) * 17, from_iso8601_timestamp(eventTime)))",
    "date_diff('hour', date_trunc('day', eventTime), from_iso8601_timestamp(coalesce(other, eventTime)))",
    "substr(eventTime, 1, length(eventName) * 4)", "minute(eventTime) = length(eventName)",
    "hour(coalesce(from_iso8601_timestamp(other), from_iso8601_timestamp(eventTime)))",
    "hour(at_timezone(from_iso8601_timestamp(eventTime), if(eventSource = 's1', '+05:30', '-03:15')))",
    "date_trunc(if(eventSource = 's1', 'hour', 'day'), from_iso8601_timestamp(eventTime))",
    "date_format(eventTime, if(eventSource = 's1', '%H:%i', '%d'))", "coalesce(other, eventTime)",
    "floor(to_unixtime(from_iso8601_timestamp(eventTime)) / (length(eventName) * 450))",
    "concat(date_format(eventTime, '%H'), ' ', eventSource, ' ', eventName)",
    "(hour(eventTime), eventSource) IN ((9, 's1'), (10, 's2'))",
    "eventSource IN (SELECT eventSource FROM events WHERE eventName = 'E4') AND hour(eventTime) < 12",
    "reverse(CASE hour(eventTime) WHEN 9 THEN 'nine' WHEN 10 THEN eventSource ELSE eventName END)",
  ]

  @Test func partsWithOtherColumns() throws {
    let fixture = try Self.fixture()
    try check(fixture, Self.mixed, from: "events")
    try check(
      try Self.fixture(rows: 20), Self.mixed.filter { !$0.contains("other") },
      from: """
        (SELECT a.eventName, a.eventSource, b.eventTime FROM events a LEFT JOIN events b \
        ON a.eventName = b.eventName AND b.eventSource <> 's1')
        """)
  }

  private func check(
    _ fixture: QueryFixture, _ expressions: [String] = Self.expressions, from source: String
  ) throws {
    for expression in expressions {
      let text = "SELECT \(expression) AS x, count(*) AS n FROM \(source) GROUP BY 1"
      guard case .query(let query)? = try SQLParser.parseStatements(text).first else {
        Issue.record("no query: \(text)")
        continue
      }
      let expected = try OracleQuery.run(query, on: fixture.oracle, now: queryStart)
      let actual = try runQuery(text, on: fixture.archive.path)
      #expect(expected.difference(from: actual.rows) == nil, "\(expression) from \(source)")
    }
  }
  @Test func partsOfShiftedTimes() throws { try check(try Self.fixture(), from: "events") }

  /// Rows without a time: the steps are those of a column in which NULL stands among the times.
  @Test(arguments: [
    "(SELECT lag(eventTime, 3) OVER (ORDER BY eventTime) AS eventTime FROM events)",
    "(SELECT b.eventTime FROM events a LEFT JOIN events b ON a.eventName = b.eventName AND b.eventName LIKE '%7')",
    "(SELECT b.eventTime FROM events a LEFT JOIN events b ON a.eventName = b.eventName AND b.eventName LIKE '%?')",
    "(SELECT a.eventTime FROM (SELECT * FROM events WHERE eventName LIKE '%3') a FULL JOIN events b ON a.eventName = b.eventName)",
  ])
  func partsOfMissingTimes(source: String) throws {
    try check(try Self.fixture(rows: 20), from: source)
  }
}
