extension QueryGenerator {
  // MARK: Values

  /// A value made of paths: bare, or through functions of every family.
  mutating func value() -> String {
    switch below(16) {
    case 0: return "length(\(path()))"
    case 1: return "lower(\(path()))"
    case 2: return "coalesce(\(path()), \(path()))"
    case 3: return "substr(\(path()), 1, \(1 + below(5)))"
    case 4: return "CASE WHEN \(predicates.next()) THEN \(path()) ELSE 'other' END"
    case 5: return "(\(predicates.next()))"
    case 6:
      return "date_trunc('\(pick(["hour", "day", "week", "month"]))', from_iso8601_timestamp(eventTime))"
    case 7: return arrayValue()
    case 8: return textValue()
    case 9: return numberValue()
    case 10:
      return pick(["\"$path\"", "account", "region", "day", "date_partition", "event_name", "event_time"])
    default: return path()
    }
  }

  private mutating func arrayValue() -> String {
    let array = arrays.isEmpty ? "ARRAY[\(path()), \(path())]" : pick(arrays)
    return pick([
      "cardinality(\(array))", "transform(\(array), x -> upper(x))", "filter(\(array), x -> x IS NOT NULL)",
      "filter(\(array), x -> x = \(path()))", "any_match(\(array), x -> x = 'a')",
      "array_join(\(array), ',')",
      "array_distinct(\(array))", "reduce(\(array), 0, (s, x) -> s + 1, s -> s)", "element_at(\(array), -1)",
      "\(array)[1]", "array_sort(\(array))", "map_keys(\(path()))",
      "CAST(\(path()) AS map(varchar, varchar))",
      "ROW(\(path()), 1)", "slice(\(array), 1, 2)", "json_array_length(\(array))", "array_max(\(array))",
      "transform(map_values(\(path())), v -> typeof(v))", "json_format(\(path()))", "zip(\(array), \(array))",
    ])
  }

  private mutating func textValue() -> String {
    let value = path()
    return pick([
      "split(\(value), 'a')", "split(\(value), '-')[1]", "regexp_extract(\(value), '[a-z]+')",
      "regexp_replace(\(value), '(\\d)', '<$1>')", "reverse(\(value))", "concat_ws('-', \(value), \(path()))",
      "lpad(\(value), 4, '*')", "split_part(\(value), '/', 2)", "translate(\(value), 'ab', 'xy')",
      "upper(\(value))",
      "typeof(\(value))", "nullif(\(value), 'a')", "replace(\(value), 'a', 'b')", "\(value) || '!'",
      "date_format(from_iso8601_timestamp(eventTime), '%Y-%m %H')",
      "to_iso8601(from_iso8601_timestamp(eventTime))",
    ])
  }

  private mutating func numberValue() -> String {
    let value = path()
    return pick([
      "abs(\(value))", "round(\(value))", "\(value) + 1", "-\(value)", "\(value) / 2", "\(value) * 1.5",
      "CAST(\(value) AS double)", "CAST(\(value) AS bigint)", "CAST(\(value) AS double) / 3",
      "greatest(\(value), 1)",
      "strpos(\(value), 'a')", "day_of_week(eventTime)", "hour(eventTime)", "year(\(value))",
      "minute(from_iso8601_timestamp(eventTime) + INTERVAL '7' SECOND)",
      "day(at_timezone(eventTime, '-05:30'))",
      "TRY_CAST(\(value) AS date)",
      "date_diff('hour', from_iso8601_timestamp(eventTime), TIMESTAMP '2024-03-01 00:00:00')",
    ])
  }

  // MARK: Aggregates

  mutating func aggregate() -> String {
    let call = pick([
      "count(*)", "count(\(value()))", "count(DISTINCT \(value()))", "min(\(value()))", "max(\(value()))",
      "sum(length(\(path())))", "sum(\(path()))", "avg(\(path()))", "count_if(\(predicates.next()))",
      "min(eventTime)",
      "max(eventTime)", "cardinality(array_agg(\(path())))", "max_by(\(path()), eventTime)",
      "min_by(\(path()), \(path()))",
      "bool_or(\(predicates.next()))", "arbitrary(\(path()))", "approx_distinct(\(path()))",
    ])
    guard below(4) == 0, call.hasPrefix("count(") else { return call }
    return "\(call) FILTER (WHERE \(predicates.next()))"
  }

  /// Aggregates whose value depends on the order of the rows, for input in the order of the archive.
  mutating func orderedAggregate() -> String {
    pick([
      "array_agg(\(path()))", "array_agg(\(path()) ORDER BY \(path()) DESC)", "listagg(\(path()), ';')",
      "array_agg(DISTINCT \(path()) ORDER BY 1)", "first(\(path()))", "set_agg(\(path()))",
      "histogram(\(path()))",
      "map_agg(\(path()), \(path()))", "min(\(path()), 2)",
    ])
  }

  // MARK: More shapes

  mutating func special() -> String {
    let (a, b) = (path(), path())
    return pick([
      "SELECT \(orderedAggregate()), \(a) FROM events\(condition()) GROUP BY \(a)",
      "SELECT \(orderedAggregate()), \(orderedAggregate()) FROM events\(condition())",
      "SELECT t FROM (SELECT min(eventTime) AS t, \(a) AS k FROM events GROUP BY \(a)) WHERE t > '2024-01-11 00:00:05'",
      "SELECT \(a) FROM events GROUP BY \(a) HAVING max(eventTime) < '2024-02-11 00:00:00' AND count(*) > 1",
      "SELECT e.*, t.x FROM events e JOIN (VALUES ('Get', 1), ('Put', 2)) AS t(n, x) ON e.eventName = t.n\(condition())",
      "SELECT \(a), x.n FROM events e CROSS JOIN LATERAL (SELECT count(*) AS n FROM (VALUES 1, 2) v(i) WHERE e.\(b) IS NOT NULL) x",
      "SELECT \(a), \(b) FROM events WHERE (\(a), \(b)) IN (SELECT \(a), \(b) FROM events\(condition()))",
      "SELECT x FROM (SELECT \(a) AS x FROM events\(condition()) UNION ALL SELECT \(b) FROM events\(condition())) WHERE x IS NOT NULL",
      "SELECT eventTime, count(*) OVER (ORDER BY from_iso8601_timestamp(eventTime) RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND CURRENT ROW) FROM events",
      "SELECT \(a), count(*) AS n, rank() OVER (ORDER BY count(*) DESC) FROM events\(condition()) GROUP BY \(a)",
      "SELECT \(a) AS k, \(value()) AS v FROM events\(condition()) ORDER BY k, v DESC NULLS FIRST LIMIT \(below(30))",
      "SELECT DISTINCT \(value()) AS v, \(a) AS w FROM events\(condition()) ORDER BY w, v LIMIT \(below(12))",
      "SELECT \(value()) AS v, count(*) FROM events\(condition()) GROUP BY v",
      "SELECT \(value()), \(value()), \(value()) FROM events\(condition())",
      "SELECT \(value()) FROM events\(condition()) ORDER BY \(value()), \(value()) DESC LIMIT 25",
      "SELECT e.\(a), (SELECT count(*) FROM (SELECT DISTINCT \(b) AS y FROM events) d WHERE d.y > e.\(a)) FROM events e\(condition()) LIMIT 20",
    ])
  }
}
