// Questions whose conditions stand outside of what they are about: planning takes them inside, where it may.
extension QueryGenerator {
  /// The text of the next query with conditions on derived tables, groups, windows, unions and joins.
  public mutating func nextPlanned() -> String {
    let inner = pick([rows(), rows(), grouping(), union(), windowed(), nested(), joined(), everything()])
    let wrapped = inner.isWithoutX ? inner.text : pick([inner.text, "SELECT * FROM (\(inner.text)) w"])
    let condition = conditions(inner.isWithoutX)
    if inner.isWithoutX { return "SELECT count(*), min(eventName) FROM (\(wrapped)) t WHERE \(condition)" }
    return pick([
      "SELECT x, y, t FROM (\(wrapped)) d WHERE \(condition)",
      "SELECT d.x, count(*) FROM (\(wrapped)) d WHERE \(condition) GROUP BY d.x",
      "WITH d AS (\(wrapped)) SELECT y FROM d WHERE \(condition)",
      "SELECT x, n FROM (SELECT x, count(*) AS n FROM (\(wrapped)) d GROUP BY x) g WHERE \(onKey("x")) AND n > \(below(3))",
      "SELECT x, count(*) FROM (\(wrapped)) d GROUP BY x HAVING \(onKey("x"))",
      "SELECT a.x, b.y FROM (\(wrapped)) a \(pick(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])) (\(rows().text)) b ON a.x = b.x WHERE \(pick(["a", "b"])).\(onKey("y"))",
      "WITH d AS (\(wrapped)) SELECT a.x, b.y FROM d a \(pick(["JOIN", "LEFT JOIN"])) d b ON a.x = b.x AND \(pick(["a", "b"])).\(onKey("y"))",
      "WITH d AS (\(wrapped)) SELECT x, y FROM d WHERE y = (SELECT \(pick(["max", "min"]))(y) FROM d WHERE \(condition))",
      "WITH d AS (\(wrapped)), f AS (SELECT x, count(*) AS n FROM d GROUP BY x) SELECT x, n FROM f WHERE n > (SELECT avg(n) FROM f) UNION ALL SELECT y, count(*) FROM d WHERE \(condition) GROUP BY y",
      "SELECT e.\(path()) FROM events e WHERE \(maybe("NOT "))EXISTS (SELECT 1 FROM (\(wrapped)) d WHERE d.x = e.\(path()) AND \(condition))",
    ])
  }

  private struct Inner {
    var text: String
    var isWithoutX = false
  }

  /// Rows with the columns x, y and t, the last one of time in most of them.
  private mutating func rows() -> Inner {
    Inner(
      text: "SELECT \(made()) AS x, \(made()) AS y, \(time()) AS t FROM events"
        + condition() + pick(["", "", "", " ORDER BY 1, 2, 3 LIMIT 15"]))
  }

  private mutating func made() -> String {
    let a = path()
    return pick([
      a, a, a, a, "lower(\(a))", "length(\(a))", "coalesce(\(a), \(path()))", "\(a) || '-'", "\(a) = 'a'",
      "CASE WHEN \(a) IS NULL THEN 'none' ELSE \(a) END", "json_extract_scalar(\(a), '$.k')", "1.0", "'a'",
      "try_cast(\(a) AS double)", "(SELECT max(\(a)) FROM events)", "row_number() OVER (ORDER BY \(a))",
      "transform(ARRAY[\(a)], v -> v)[1]",
    ])
  }

  private mutating func time() -> String {
    pick([
      "eventTime", "eventTime", "eventTime", "from_iso8601_timestamp(eventTime)", "date(eventTime)", path(),
      "date_trunc('hour', from_iso8601_timestamp(eventTime))", "CAST(eventTime AS varchar)",
    ])
  }

  private mutating func grouping() -> Inner {
    let (x, y) = (pick([path(), path(), "lower(\(path()))"]), path())
    let grouping = pick(["1, 2", "1, 2", "ROLLUP (\(x), \(y))", "CUBE (\(x), \(y))", "ALL"])
    return Inner(
      text: pick([
        "SELECT \(x) AS x, \(y) AS y, min(eventTime) AS t FROM events\(condition()) GROUP BY \(grouping)",
        "SELECT DISTINCT \(x) AS x, \(y) AS y, eventTime AS t FROM events\(condition())",
        "SELECT max(\(x)) AS x, count(*) AS y, max(eventTime) AS t FROM events\(condition())",
        "SELECT \(x) AS x, count(*) AS y, eventTime AS t FROM events GROUP BY \(x), eventTime HAVING count(*) > \(below(2))",
      ]))
  }

  private mutating func union() -> Inner {
    let word = pick(["UNION ALL", "UNION ALL", "UNION", "EXCEPT", "INTERSECT"])
    let times = pick([("eventTime", "eventTime"), ("eventTime", path()), ("NULL", "eventTime")])
    let other = pick([
      "SELECT \(made()), \(path()), \(times.1) FROM events\(condition())",
      "VALUES ('a', 'b', '2024-01-10T00:00:00Z'), (1, NULL, 'x')",
    ])
    return Inner(
      text:
        "SELECT \(path()) AS x, \(path()) AS y, \(times.0) AS t FROM events\(condition()) \(word) \(other)")
  }

  private mutating func windowed() -> Inner {
    let (x, y) = (path(), path())
    return Inner(
      text: pick([
        "SELECT \(x) AS x, count(*) OVER (PARTITION BY \(x)) AS y, eventTime AS t FROM events",
        "SELECT \(x) AS x, \(y) AS y, max(eventTime) OVER (PARTITION BY \(x), \(y)) AS t FROM events\(condition())",
        "SELECT \(x) AS x, rank() OVER (PARTITION BY \(y) ORDER BY \(x)) AS y, eventTime AS t FROM events",
        "SELECT \(x) AS x, sum(length(\(y))) OVER (PARTITION BY eventTime) AS y, eventTime AS t FROM events",
      ]))
  }

  private mutating func nested() -> Inner {
    Inner(
      text:
        "SELECT \(pick(["x", "lower(x)", "y", "x || y"])) AS x, x AS y, t FROM (\(rows().text)) n WHERE \(onKey("y"))"
    )
  }

  private mutating func joined() -> Inner {
    guard !arrays.isEmpty, below(2) == 0 else {
      let kind = pick(["JOIN", "LEFT JOIN"])
      return Inner(
        text:
          "SELECT a.x, b.y, a.t FROM (\(rows().text)) a \(kind) (\(rows().text)) b ON a.y = b.y AND \(pick(["a", "b"])).\(onKey("x"))"
      )
    }
    return Inner(
      text:
        "SELECT \(pick(["item", path()])) AS x, \(path()) AS y, eventTime AS t FROM events CROSS JOIN UNNEST(\(pick(arrays))) AS u(item)"
    )
  }

  private mutating func everything() -> Inner {
    Inner(text: "SELECT * FROM events\(condition())", isWithoutX: true)
  }

  private mutating func conditions(_ isOfEvents: Bool) -> String {
    if isOfEvents {
      let path = path()
      return pick([
        "\(path) = 'a' OR eventTime > '2024-02-01'", "\(path) IS NULL AND eventTime >= '2024-01-11'",
        "\(path) <> \(self.path())", "lower(\(path)) = 'a'",
        "eventTime < '2024-02-10' AND \(path) IS NOT NULL",
      ])
    }
    return (0...(below(3) / 2)).map { _ in
      pick([
        onKey("x"), onKey("x"), onKey("y"), onTime(), onTime(), "x = y", "x IS NULL", "y IS NULL",
        "coalesce(x, y, t) IS NOT NULL", "t >= '2024-01-01'", "(x IN (NULL, 'a')) IS NOT TRUE",
        "lower(x) = lower(y)",
        "length(x) > \(below(5))",
        "(x = 'a' OR y IS NULL)", "(x = 'a' OR \(onTime()))", "NOT (\(onKey("y")))",
        "x IS NOT DISTINCT FROM y",
        "any_match(ARRAY[x], v -> v = y)", "x IN (SELECT \(path()) FROM events)", "x.k = 'v'",
        "y['k'] IS NULL",
      ])
    }.joined(separator: " AND ")
  }

  private mutating func onKey(_ name: String) -> String {
    let constants = [
      "'a'", "'b'", "1", "'1'", "1.0", "'1.0'", "2", "'true'", "TRUE", "'none'", "'A'", "''", "'e1'",
    ]
    return pick([
      "\(name) = \(pick(constants))", "\(name) \(predicates.comparisonSign()) \(pick(constants))",
      "\(name) \(maybe("NOT "))IN (\(pick(constants)), \(pick(constants)))",
      "\(name) IS \(maybe("NOT "))NULL",
      "\(name) LIKE '%\(pick(["a", "1", "e", ".0"]))%'", "\(name) BETWEEN 'a' AND 'n'",
    ])
  }

  private mutating func onTime() -> String {
    let times = [
      "'2024-01-10T00:00:00Z'", "'2024-01-10'", "TIMESTAMP '2024-01-11 12:00:00'", "DATE '2024-01-12'",
      "'2024-01-09T23:59:59.5Z'", "'nonsense'",
    ]
    return pick([
      "t \(predicates.comparisonSign()) \(pick(times))", "t BETWEEN \(pick(times)) AND \(pick(times))",
      "date(t) = DATE '2024-01-10'", "t IS NOT NULL",
      "from_iso8601_timestamp(t) >= TIMESTAMP '2024-01-10 06:00:00'",
    ])
  }
}
