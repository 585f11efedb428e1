// Forms that people paste from Athena's and Lake's pages: SQL's JSON functions, zones, intervals, decimals, lambdas that
// begin with a constant, subqueries in unusual places.
extension QueryGenerator {
  /// A value of one of the newer families.
  mutating func formValue() -> String {
    switch below(6) {
    case 0: return jsonValue()
    case 1: return zonedValue()
    case 2: return intervalValue()
    case 3, 4: return decimalValue()
    default: return furtherValue()
    }
  }

  private mutating func jsonValue() -> String {
    let value = path()
    return pick([
      "json_value(eventJson, 'lax $.eventName')", "json_value(\(value), 'lax $.k' DEFAULT 'none' ON EMPTY)",
      "json_value(eventJson, 'strict $.missing.n' RETURNING bigint DEFAULT 0 ON ERROR)",
      "json_query(\(value), 'lax $')", "json_query(\(value), 'lax $.*' WITH ARRAY WRAPPER)",
      "json_query(eventJson, 'lax $.*[-1 to 1]' WITH CONDITIONAL WRAPPER EMPTY ARRAY ON EMPTY)",
      "json_query(eventJson, 'lax $.eventName' OMIT QUOTES)", "json_exists(\(value), 'lax $[1]')",
      "json_exists(eventJson, 'lax $.*?(@ == $x)' PASSING \(path()) AS x)",
      "json_exists(\(value), 'strict $.k[0]' UNKNOWN ON ERROR)",
      "json_object('a' : \(value), 'b' : json_array(\(path()), 1 NULL ON NULL) ABSENT ON NULL)",
      "json_array(\(value), json_object(KEY 'k' VALUE \(path())))",
      "json_extract_scalar(json_object('a' : \(value)), '$.a')", "is_json_scalar(\(value))",
    ])
  }

  private mutating func zonedValue() -> String {
    let zone = pick(["'America/New_York'", "'Asia/Kolkata'", "'+02:00'", "'-05:30'", "INTERVAL '3' HOUR"])
    let time = "(from_iso8601_timestamp(eventTime) AT TIME ZONE \(zone))"
    return pick([
      time, "CAST(\(time) AS varchar)", "hour(\(time))",
      "date_trunc('\(pick(["hour", "day", "month"]))', \(time))",
      "to_iso8601(\(time))", "date_format(\(time), '%Y-%m-%d %H:%i')", "CAST(\(time) AS date)",
      "CAST(\(time) AS timestamp(0))", "\(time) + INTERVAL '\(below(40))' \(pick(["DAY", "MONTH", "HOUR"]))",
      "with_timezone(eventTime, \(zone))", "timezone_hour(\(time))",
      "date_add('\(pick(["millisecond", "day", "month"]))', \(below(9)), \(time))",
      "TIMESTAMP '2024-03-10 02:30 America/New_York' + INTERVAL '\(below(3))' DAY",
      "date_add('millisecond', \(below(2000)), TIMESTAMP '2024-01-31 10:00:00.\(below(10))')",
      "date_diff('\(pick(["day", "hour", "month"]))', \(time), TIMESTAMP '2024-02-29 12:00 Europe/Berlin')",
      "to_iso8601(CAST(\(time) AS timestamp(\(below(7))) with time zone))",
    ])
  }

  private mutating func intervalValue() -> String {
    pick([
      "from_iso8601_timestamp(eventTime) - INTERVAL '1 02:03:04.5' DAY TO SECOND",
      "from_iso8601_timestamp(eventTime) + INTERVAL '2-3' YEAR TO MONTH",
      "CAST(INTERVAL '1' DAY * length(\(path())) AS varchar)", "INTERVAL '90' MINUTE / \(below(5))",
      "eventTime - '2024-01-01T00:00:00Z'", "date(eventTime) - \(below(40))",
      "hour(from_iso8601_timestamp(eventTime) - TIMESTAMP '2024-01-01 00:00:00')",
      "to_milliseconds(INTERVAL '\(below(90))' SECOND)",
      "CAST(date(eventTime) - DATE '2024-01-01' AS varchar)",
    ])
  }

  private mutating func decimalValue() -> String {
    func number() -> String {
      let digits = 1 + below(below(4) == 0 ? 30 : 6)
      let places = below(digits + 1)
      let text = (0..<digits).map { _ in String(below(10)) }.joined()
      return
        "DECIMAL '\(maybe("-"))\(text.prefix(digits - places)).\(places == 0 ? "" : text.suffix(places))'"
    }
    let (precision, other) = (1 + below(38), 1 + below(38))
    let operands = [
      number(), number(), "CAST(\(path()) AS decimal(\(precision), \(below(precision + 1))))",
      "CAST(length(\(path())) AS decimal(\(other), \(below(min(other, 6) + 1))))", "length(\(path()))",
      "\(below(100))", "CAST(\(below(100)) AS \(pick(["tinyint", "smallint", "bigint"])))", path(),
    ]
    func operation() -> String { pick(["+", "-", "*", "/", "%", "/"]) }
    let first = "\(pick(operands)) \(operation()) \(pick(operands))"
    return pick([
      first, first, "(\(first)) \(operation()) \(pick(operands))", "typeof(\(first))",
      "length(\(path())) * 100.0 / \(pick(operands))", "round(\(first), \(below(4)))", "-(\(first))",
      "typeof(-(\(first)))",
    ])
  }

  private mutating func furtherValue() -> String {
    let array = arrays.isEmpty ? "ARRAY[\(path()), \(path())]" : pick(arrays)
    let value = path()
    return pick([
      "transform(\(array), x -> 'p-' || x)", "transform(\(array), x -> 1)", "filter(\(array), x -> 'a' <> x)",
      "regexp_replace(\(value), '[a-z]+', g -> '<' || g[1] || '>')",
      "array_sort(\(array), (x, y) -> IF(x < y, 1, IF(x = y, 0, -1)))",
      "reduce(\(array), 0, (s, x) -> s + 1, s -> -1)",
      "bitwise_and(length(\(value)), 5)", "bitwise_left_shift(length(\(value)), 60)", "crc32(\(value))",
      "to_base32(\(value))", "strpos(\(value), 'a', 2)", "ngrams(\(array), 2)",
      "split_to_map(\(value), ',', '=')", "contains_sequence(\(array), ARRAY[\(path())])",
      "width_bucket(length(\(value)), 0, 10, 4)", "width_bucket(length(\(value)), ARRAY[1, 5, 9])",
      "array_intersect(\(array), ARRAY[\(value), 'a', 'b'])", "array_histogram(\(array))",
      "combinations(\(array), 2)",
      "trim_array(\(array), 1)",
      "typeof(ARRAY[CAST(\(value) AS varchar(5))])", "is_denied(errorCode, errorMessage)",
      "cosine_similarity(ARRAY[length(\(value)), 2], ARRAY[1, 2])",
      "from_unixtime(length(\(value)), 'Asia/Tokyo')",
      "CAST(ROW(\(value), 1) AS row(a varchar, b double))",
      "map(ARRAY['k', 'l'], ARRAY[\(value), \(path())])['l']",
    ])
  }

  /// A query of one of the newer forms. None asks for what depends on an order that is not promised.
  mutating func form() -> String {
    let (a, b) = (path(), path())
    let array = arrays.isEmpty ? "ARRAY[\(a), \(b)]" : pick(arrays)
    return pick([
      "SELECT \(a), t.* FROM events, JSON_TABLE(eventJson, 'lax $' COLUMNS (n varchar PATH 'lax $.eventName', r FOR ORDINALITY, j varchar FORMAT JSON PATH 'lax $.*' WITH WRAPPER)) t\(condition())",
      "SELECT t.k, t.i FROM events, JSON_TABLE(\(a), 'lax $[*]' COLUMNS (i FOR ORDINALITY, k varchar PATH 'lax $' DEFAULT 'none' ON EMPTY)) t",
      "SELECT n, x FROM events, JSON_TABLE(eventJson, 'strict $' COLUMNS (n varchar PATH 'lax $.eventName', NESTED PATH 'lax $.*[*]' COLUMNS (x FOR ORDINALITY))) t WHERE x < 3",
      "SELECT a.x, b.y FROM (VALUES 1, 2, 3) a(x) \(pick(["JOIN", "LEFT JOIN"])) (VALUES 2, 3, 4) b(y) ON a.x = b.y AND b.y IN (SELECT length(\(a)) FROM events)",
      "SELECT v.x, count(e.\(a)) FROM (VALUES 1, 2) v(x) LEFT JOIN events e ON v.x = 1 AND EXISTS (SELECT 1 FROM events f WHERE f.\(b) IS NOT NULL) GROUP BY v.x",
      "SELECT sum((SELECT count(*) FROM events\(condition()))) AS s, count(*) FILTER (WHERE \(a) IN (SELECT \(b) FROM events\(condition()))) AS n FROM events",
      "SELECT \(a), count() AS howMany FROM events\(condition()) GROUP BY ALL HAVING howMany > \(below(3)) ORDER BY howMany DESC, 1",
      "SELECT \(aggregate()), \(furtherAggregate()) FROM events\(condition()) GROUP BY ()",
      "SELECT \(a), \(furtherAggregate()), \(furtherAggregate()) FROM events\(condition()) GROUP BY \(a)",
      "SELECT \(formValue()) AS v, count(*) FROM events\(condition()) GROUP BY 1 ORDER BY 2 DESC, 1",
      "SELECT DISTINCT \(formValue()) AS v, \(a) AS w FROM events\(condition()) ORDER BY w, v LIMIT \(below(12))",
      "SELECT \(formValue()), \(formValue()) FROM events\(condition())",
      "SELECT \(formValue()) AS v FROM events\(condition()) ORDER BY v DESC NULLS FIRST LIMIT 20",
      "SELECT max(\(formValue())), min(\(formValue())), count(DISTINCT \(formValue())) FROM events\(condition())",
      "SELECT \(a), arn, accountId, type FROM events CROSS JOIN UNNEST(resources) AS t(arn, accountId, type)",
      "SELECT k, n FROM events CROSS JOIN UNNEST(\(array)) WITH ORDINALITY AS t(k, n)\(condition())",
      "SELECT \(a), t.* FROM events, UNNEST(ARRAY[ROW(1, \(b)), ROW(2, 'x'), NULL]) AS t LIMIT 20",
      "SELECT * FROM (VALUES CAST(ROW(1, 'x') AS row(a double, b varchar)), (2, 'y')) v(a, b) ORDER BY b",
      "SELECT x, \(decimalOf("x", "y")) AS d FROM (SELECT CAST(length(\(a)) AS decimal(\(5 + below(9)),\(below(5)))) AS x, CAST(length(\(b)) AS decimal(10,2)) AS y FROM events)",
      "SELECT \(a), count(*) * 100.0 / sum(count(*)) OVER () AS share FROM events\(condition()) GROUP BY \(a) ORDER BY 2 DESC, 1",
      "SELECT sum(CAST(length(\(a)) AS decimal(10,2))) / count(*) AS m, avg(CAST(length(\(b)) AS decimal(5,1))) * 3 AS t FROM events\(condition())",
      "SELECT t.* FROM (VALUES 0, 1) t(x), LATERAL (SELECT x AS y, \(below(9)) AS z) t ORDER BY 1",
      "SELECT count(*) FROM events WHERE \(formValue()) \(predicates.comparisonSign()) \(formValue())",
      "SELECT coalesce(\(formValue()), \(value())) FROM events\(condition()) LIMIT 15",
      "SELECT rank() OVER (ORDER BY \(formValue())) AS r, \(a) FROM events\(condition()) ORDER BY r, 2 LIMIT 10",
      "SELECT \(formValue()) FROM events UNION SELECT \(formValue()) FROM events\(condition())",
    ])
  }

  private mutating func decimalOf(_ x: String, _ y: String) -> String {
    pick(["\(x) / \(y)", "\(x) * \(y) / 7", "\(x) % \(y)", "\(x) / 3 + \(y)", "typeof(\(x) / \(y))"])
  }

  private mutating func furtherAggregate() -> String {
    let (a, b) = ("length(\(path()))", "length(\(path()))")
    return pick([
      "regr_count(\(a), \(b))", "covar_pop(\(a), \(b))", "regr_avgx(\(a), \(b))", "bitwise_or_agg(\(a))",
      "approx_most_frequent(3, \(path()), 10)", "numeric_histogram(3, \(a))", "sum(\(formValue()))",
      "max(\(formValue()))", "min(\(formValue()), 2)", "avg(CAST(\(a) AS decimal(9,\(below(5)))))",
      "count(DISTINCT \(formValue()))", "max_by(\(path()), \(formValue()))", "stddev(\(a))",
      "reduce_agg(\(a), 0, (s, x) -> s + x, (s, t) -> s + t)", "sum(\(a)) * 1.0 / count(*)",
      "sum(\(a)) / 3.0",
    ])
  }
}
