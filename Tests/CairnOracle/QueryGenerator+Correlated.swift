// Questions with subqueries that use columns of the query around, and with many alternatives: what the engine answers
// in another way than it is written.
extension QueryGenerator {
  /// The text of the next query with a correlated or quantified subquery.
  public mutating func nextCorrelated() -> String {
    let (a, b, c) = (path(), path(), path())
    let equal = pick([
      "d.\(b) = e.\(a)", "e.\(a) = d.\(b)", "lower(d.\(b)) = e.\(a)", "d.\(b) = e.\(a) AND d.\(c) = e.\(c)",
      "d.\(b) = e.\(a) AND d.eventTime >= e.eventTime", "d.\(b) = e.\(a) || ''",
      "d.\(b) = e.\(a)\(condition().replacing(" WHERE ", with: " AND "))",
      "length(d.\(b)) = length(e.\(a))", "d.eventTime = e.eventTime",
    ])
    let matching = "FROM events d WHERE \(equal)"
    let all = "FROM events\(condition())"
    let sign = predicates.comparisonSign()
    let quantifier = pick(["ANY", "ALL"])
    return pick([
      "SELECT e.\(a) FROM events e WHERE \(maybe("NOT "))EXISTS (SELECT 1 \(matching))",
      "SELECT e.\(a), (SELECT count(*) \(matching)), (SELECT max(d.\(c)) \(matching)) FROM events e",
      "SELECT e.\(a), e.\(c) \(maybe("NOT "))IN (SELECT d.\(c) \(matching)) FROM events e",
      "SELECT e.\(a) FROM events e WHERE e.\(c) \(sign) \(quantifier) (SELECT d.\(c) \(matching))",
      "SELECT e.\(a), t.n, t.m FROM events e CROSS JOIN LATERAL (SELECT count(*) AS n, min(d.\(c)) AS m \(matching)) t",
      "SELECT e.\(a), t.x FROM events e LEFT JOIN LATERAL (SELECT d.\(c) AS x \(matching)) t ON TRUE",
      "SELECT sum(CASE WHEN EXISTS (SELECT 1 \(matching)) THEN 1 ELSE 0 END), max((SELECT count(*) \(matching))) FROM events e",
      "SELECT e.\(a) FROM events e WHERE EXISTS (SELECT 1 \(matching) AND NOT EXISTS (SELECT 1 FROM events f WHERE f.\(c) = d.\(c) AND f.\(b) <> e.\(b)))",
      "SELECT e.\(a) FROM events e WHERE EXISTS (SELECT 1 FROM events d \(pick(["", "LEFT ", "RIGHT "]))JOIN (VALUES 'a', 'b', '1', 2) v(x) ON d.\(c) = v.x WHERE \(equal))",
      "SELECT e.\(a), (SELECT count(*) FROM (VALUES ('a', 1), ('b', 2)) v(x, y) LEFT JOIN events d ON d.\(c) = v.x WHERE v.x = e.\(a)) FROM events e",
      "SELECT e.\(a), (SELECT count(*) FROM (SELECT DISTINCT d.\(c) AS x \(matching)) g) FROM events e",
      "SELECT e.\(a), (SELECT count(*) FROM (VALUES e.\(b)) v(x), events d WHERE \(equal)) FROM events e LIMIT 20",
      "SELECT \(a), CASE WHEN \(b) \(maybe("NOT "))IN (SELECT \(c) \(all)) THEN 1 ELSE 2 END FROM events",
      "SELECT COALESCE(\(a) = ANY (SELECT \(b) \(all)), FALSE), \(c) FROM events",
      "SELECT sum(CASE WHEN \(b) IN (SELECT \(c) \(all)) THEN 1 END) FROM events",
      "SELECT \(a) FROM events WHERE length(\(a)) \(sign) \(quantifier) (SELECT length(\(b)) \(all))",
      "SELECT \(a) FROM events WHERE eventTime \(sign) \(quantifier) (SELECT eventTime \(all))",
      "SELECT \(a), (\(a), \(b)) \(maybe("NOT "))IN (SELECT \(b), \(c) \(all)) FROM events",
      "SELECT \(a) FROM events WHERE \(a) \(sign) \(quantifier) (SELECT x FROM (VALUES 1, '1', 'a', NULL, TRUE, 2.5, DATE '2024-01-10', 'b', '2024-01-10', 'true', '1.0', -2) v(x)) OR \(b) IS NULL",
      "SELECT \(a) FROM events WHERE \(a) \(maybe("NOT "))IN (1, '1', 'a', TRUE, 2.5, DATE '2024-01-10', 'b', 'true', '1.0', -2)",
    ])
  }

  /// The text of the next query with many alternatives for one text.
  public mutating func nextAlternatives() -> String {
    let (a, b) = (path(), path())
    let parts = ["a", "b", "A", "1", "true", "é", "e1", "100%", "2", "", "x=", "[", "ine"]
    let terms = (0..<(3 + below(5))).map { _ -> String in
      let (part, other) = (pick(parts), pick(parts))
      return pick([
        "\(a) LIKE '%\(part)%'", "\(a) LIKE '\(part)%'", "\(a) LIKE '%\(part)%\(other)%'",
        "\(a) ILIKE '%\(part)%'",
        "\(a) LIKE '_\(part)'", "\(a) LIKE '%!\(pick(["%", "_"]))%' ESCAPE '!'", "\(a) = '\(part)'",
        "\(a) IN ('\(part)', '\(other)')", "regexp_like(\(a), 'a|true|b(1|2)|x')",
        "regexp_like(\(a), '^a|[0-9]+$')",
        "regexp_like(\(a), '(?i)(LINE|caf.)')", "strpos(\(a), '\(part)') > 0", "\(b) IS NULL",
        "(\(a) = '\(part)' AND \(b) LIKE '%\(other)%')", "(\(b) = '\(other)' AND \(a) = '\(part)')",
        "any_match(ARRAY['a', \(a)], x -> x LIKE '%\(part)%' OR x = '\(other)' OR x IN ('1', 'b'))",
      ])
    }
    let condition = terms.joined(separator: " OR ")
    return pick([
      "SELECT \(a) FROM events WHERE \(condition)", "SELECT \(a), \(condition) FROM events",
      "SELECT count(*) FROM events WHERE NOT (\(condition))",
      "SELECT \(b), count(*) FILTER (WHERE \(condition)) FROM events GROUP BY 1",
    ])
  }
}
