import CairnSQL
import CairnStorage
import CairnTestSupport
import Testing

@testable import Cairn

/// Expressions of all rows at once are what they are row by row, whatever form the columns come in.
struct FlatEvaluationTests {
  /// Texts of one byte a character and others, numbers, times and what is none, in columns that a batch may have.
  private static let pools: [String: [EngineValue]] = [
    "a": texts(["", "a", "Ab c", "7", "-12.5", "10.0.0.1", "ÄÖ-ü", "İstanbul", "true"]) + [
      .null, bytes([0xFF, 0x41]),
    ],
    "b": texts(["a", "ab", "b/c/d", "//", "é", "A", "100"]) + [.null],
    "eventTime": texts(["2025-01-31T23:59:59Z", "2024-02-29T00:00:00Z", "2025-03-01T12:30:00Z"]) + [.null],
    "n": [.record(.integer(3)), .record(.integer(-1)), .null, .record(.integer(100))],
    "m": [
      .record(.integer(2)), .record(.number(Array("2.5".utf8))), .record(.string(Array("x".utf8))), .null,
    ],
    "flag": [.record(.boolean(true)), .record(.boolean(false)), .null],
  ]

  private static func texts(_ texts: [String]) -> [EngineValue] {
    texts.map { .record(.string(Array($0.utf8))) }
  }
  private static func bytes(_ bytes: [UInt8]) -> EngineValue { .record(.string(bytes)) }

  private static let expressions = [
    "length(a) > length(b)", "length(a) * 2 + n", "length(a) = n", "lower(a) = lower(b)", "upper(a) || b",
    "a || '-' || b || '-' || n", "concat(a, b)", "concat('<', a, '>')", "reverse(a)", "reverse(a) = a",
    "substr(a, 2)", "substr(a, -2, 1)", "substr(a, 1, n)", "substr(a, 0)", "substr(a, 2, -1)", "left(a, 2)",
    "replace(a, 'b', 'xyz')", "replace(a, '')", "replace(a, '0', b)", "split_part(a, '.', 2)",
    "split_part(b, '/', 1)", "split_part(b, '/', 9)", "split_part(a, 'ü', 1)", "strpos(a, 'b')",
    "strpos(a, 'ü')", "strpos(a, b)", "starts_with(a, '1')", "ends_with(a, 'ü')", "starts_with(a, b)",
    "a LIKE '%b%' OR b LIKE 'a%'", "NOT (a LIKE '%b%' AND b = 'a')", "a IS NULL AND b IS NOT NULL",
    "a < b", "a = b", "a <> b", "a >= 'a' AND b < 'b'", "'a' < a OR b IS NULL",
    "a IN ('a', '7') OR b IN ('a')",
    "a NOT IN ('a', 'b') AND n > 1", "a BETWEEN 'A' AND b", "n BETWEEN 0 AND length(b)",
    "a IS DISTINCT FROM b", "a = n", "n = m", "n < m", "m > 2 OR n IS NULL", "flag AND a = 'a'",
    "NOT flag OR b = 'a'", "(a = 'a') = flag", "(n > 1) IS NOT TRUE AND a IS NOT NULL",
    "flag IS TRUE OR n > 2",
    "CASE WHEN a = 'a' THEN b WHEN n > 1 THEN a ELSE 'none' END", "CASE WHEN flag THEN a ELSE b END",
    "CASE WHEN flag THEN 'yes' WHEN a IS NULL THEN NULL ELSE 'no' END",
    "CASE WHEN n > 1 THEN length(a) WHEN flag THEN 0 END", "CASE WHEN flag THEN n ELSE length(a) END",
    "CASE WHEN flag THEN 1.5 WHEN n = 3 THEN 2 ELSE 1e0 END",
    "CASE a WHEN 'a' THEN n WHEN b THEN 2 ELSE m END",
    "CASE WHEN flag THEN eventTime ELSE a END", "CASE WHEN n > 1 THEN eventTime END",
    "coalesce(a, b)", "coalesce(a, b, 'none')", "coalesce(n, length(a), 0)", "coalesce(a, n)", "nullif(a, b)",
    "nullif(length(a), n)", "if(flag, a, b) LIKE 'a%'", "coalesce(a, 'x') = coalesce(b, 'x')",
    "regexp_like(a, '^[a-z]') AND b <> 'a'", "regexp_extract(a, '[0-9]+') = b", "try_cast(a AS bigint) > n",
    "CAST(a AS varchar) || b", "try_cast(a AS double) + length(b)", "n + m", "n - m * 2", "n / 2 > m",
    "hour(from_iso8601_timestamp(eventTime)) > 11 AND a IS NOT NULL",
    "day_of_week(from_iso8601_timestamp(eventTime)) + length(a)",
    "year(from_iso8601_timestamp(eventTime)) + n",
    "week(from_iso8601_timestamp(eventTime)) = n OR a = 'a'", "day_of_year(CAST(eventTime AS timestamp)) > n",
    "extract(month FROM from_iso8601_timestamp(eventTime)) + length(a)",
    "quarter(eventTime) + length(b)", "to_unixtime(from_iso8601_timestamp(eventTime)) > length(a)",
    "date_trunc('month', from_iso8601_timestamp(eventTime)) > timestamp '2025-01-01 00:00:00' AND a = b",
    "date_trunc('week', from_iso8601_timestamp(eventTime)) = timestamp '2025-01-27' OR a < b",
    "date_add('hour', 1, from_iso8601_timestamp(eventTime)) > timestamp '2025-02-01 00:59:59' OR a = b",
    "date_add('month', 1, from_iso8601_timestamp(eventTime)) > timestamp '2025-02-28' AND a <> b",
    "date_add('second', -9223372036854775807, from_iso8601_timestamp(eventTime)) IS NULL AND a IS NULL",
    "eventTime > '2025-01-01T00:00:00Z' AND a IS NOT NULL",
    "eventTime <= timestamp '2025-01-31 23:59:59.5' OR a = b",
    "'2025-01-31T23:59:59Z' = eventTime AND a <> b", "eventTime > 'nonsense' OR a = 'a'",
    "eventTime > b", "from_iso8601_timestamp(eventTime) > b", "substr(eventTime, 1, 7) || a",
    "eventTime || a",
    "length(eventTime) + length(a)",
    "date_diff('day', from_iso8601_timestamp(eventTime), timestamp '2025-06-01') > n",
    "a = 'a' AND (b = 'a' AND n > 1 OR b = 'ab' AND flag OR b = '//')", "concat_ws('/', a, b, n)",
    "json_extract_scalar(a, '$.x') IS NULL AND b = 'a'", "is_denied(a, b)", "contains(ARRAY[a, 'a'], b)",
    "ARRAY[a, b][1]", "cardinality(split(a, 'b')) + n", "split(b, '/')[1] || a", "format('%s-%s', a, b)",
    "a IS NOT NULL", "lower(a)", "length(a)", "CASE WHEN length(a) > 1 THEN upper(a) ELSE a END",
  ]

  @Test(arguments: expressions) func loopsAreWhatRowsAre(text: String) throws {
    let bound = try Binder.bind(try SQLParser.parseExpression(text), now: 1_760_000_000)
    var random = SeededGenerator(seed: UInt64(text.utf8.count))
    for rowCount in [63, 64, 500] {
      let names = bound.paths.map { String(decoding: $0.names[0].bytes, as: UTF8.self) }
      let rows = (0..<rowCount).map { _ in names.map { random.pick(Self.pools[$0] ?? [.null]) } }
      let truths = rows.map { bound.truth(values: $0) }
      let values = rows.map { bound.evaluate(values: $0) }
      for _ in 0..<6 {
        let inputs = names.indices.map { index in
          BatchForms.random(rows.map { $0[index] }, isTime: names[index] == "eventTime", &random)
        }
        // With little memory for what is made on the way loops are given up.
        let budget = random.pick([FlatBudget.ordinary, 500, 0])
        let found = try bound.vector(inputs, rowCount: rowCount, QueryCancellation(), budget: budget).values(
          count: rowCount)
        if let row = values.indices.first(where: { found[$0] != values[$0] }) {
          Issue.record("\(text) of \(rows[row]): \(found[row]), not \(values[row])")
        }
        let passing = try bound.selection(inputs, rowCount: rowCount, QueryCancellation(), budget: budget)
        #expect(passing == truths.indices.filter { truths[$0] == true }.map { UInt32($0) }, "\(text)")
      }
    }
  }

  /// Rows that fall into no branch, all into one, and more branches than a byte counts.
  @Test func manyBranches() throws {
    let branches = (0..<300).map { "WHEN n = \($0) THEN '\($0)' || a" }.joined(separator: " ")
    let bound = try Binder.bind(
      try SQLParser.parseExpression("CASE \(branches) END"), now: 1_760_000_000)
    let rows = (0..<400).map { row in [EngineValue.record(.integer(Int64(row))), Self.bytes([0x61])] }
    let order = bound.paths.map { $0.names[0].bytes == Array("n".utf8) ? 0 : 1 }
    let inputs = order.map { place in
      Vector.coded(
        Vector.Coded(entries: rows.map { $0[place] }, codes: rows.indices.map { UInt32($0) }))
    }
    let found = try bound.vector(inputs, rowCount: rows.count, QueryCancellation()).values(count: rows.count)
    #expect(
      found == rows.indices.map { $0 < 300 ? .text(Array("\($0)a".utf8)) : .null })
  }
}
