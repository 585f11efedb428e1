/// Writes random queries over the columns of records, for property tests: lists, conditions, grouping,
/// ordering, joins, windows, subqueries. The same seed gives the same queries. What a query leaves open
/// (S65) is left to `OracleResult.difference`; where rows are in no promised order, no query asks for what
/// depends on it.
public struct QueryGenerator: Sendable {
  var predicates: PredicateGenerator
  /// Paths without `[]`, for keys and output columns.
  private let plain: [String]
  /// Paths to arrays.
  let arrays: [String]

  /// A generator over columns, which `PredicateGenerator.columns(of:)` finds in records.
  public init(seed: UInt64, columns: [PredicateGenerator.Column]) {
    predicates = PredicateGenerator(seed: seed, columns: columns)
    func keys(_ steps: [PredicateGenerator.Step]) -> [String]? {
      var keys: [String] = []
      for step in steps {
        guard case .key(let key) = step, !key.contains("\"") else { return nil }
        keys.append(key)
      }
      return keys
    }
    func written(_ keys: [String]) -> String { keys.map { "\"\($0)\"" }.joined(separator: ".") }
    let all = columns.compactMap { keys($0.steps) }.map(written)
    plain = all.isEmpty ? ["\"eventName\""] : all
    let elements = columns.compactMap { column -> String? in
      guard let first = column.steps.firstIndex(of: .anyElement) else { return nil }
      return keys(Array(column.steps[..<first])).map(written)
    }
    arrays = Array(Set(elements)).sorted()
  }

  /// The text of the next query.
  public mutating func next() -> String {
    switch below(25) {
    case 20...24: return form()
    case 0...3: return scan()
    case 4...6: return grouped()
    case 7: return "SELECT DISTINCT \(list(1 + below(2))) FROM events\(condition())\(maybe(" ORDER BY 1"))"
    case 8: return setOperation()
    case 9: return derived()
    case 10: return join()
    case 11: return window()
    case 12: return subquery()
    case 13: return unnest()
    case 14: return groupingSets()
    case 15...18: return special()
    default: return commonTable()
    }
  }

  /// The text of a query that keeps rows: a join, a window, a subquery, a set operation.
  public mutating func nextKeepingRows() -> String {
    switch below(6) {
    case 0, 1: return join()
    case 2, 3: return window()
    case 4: return subquery()
    default: return setOperation()
    }
  }

  // MARK: Shapes

  private mutating func scan() -> String {
    let items = below(8) == 0 ? "*" : list(1 + below(4))
    var query = "SELECT \(items) FROM \(table())\(condition())"
    if below(2) == 0 { query += " ORDER BY \(sortItems())" }
    return query + limit()
  }

  private mutating func grouped() -> String {
    let count = 1 + below(2)
    let keys = (0..<count).map { _ in key() }
    let aggregates = (0...below(3)).map { _ in aggregate() }
    var query = "SELECT \((keys + aggregates).joined(separator: ", ")) FROM events\(condition())"
    if below(8) == 0 {
      return "SELECT \(aggregates.joined(separator: ", ")) FROM events\(condition())"
    }
    let places = (1...count).map(String.init)
    query += " GROUP BY \(pick([places, keys]).joined(separator: ", "))"
    if below(3) == 0 { query += " HAVING \(pick(aggregates)) \(predicates.comparisonSign()) \(below(6))" }
    if below(2) == 0 {
      let order = pick([
        "\(count + 1) DESC, \(places.joined(separator: ", "))", places.joined(separator: ", "),
        "\(pick(aggregates)) DESC NULLS FIRST", "count(*), \(keys[0])",
      ])
      query += " ORDER BY \(order)" + limit()
    }
    return query
  }

  private mutating func groupingSets() -> String {
    let (a, b) = (path(), path())
    let element = pick([
      "ROLLUP (\(a), \(b))", "CUBE (\(a), \(b))", "GROUPING SETS ((\(a)), (\(b)), ())", "\(a), ROLLUP (\(b))",
    ])
    return "SELECT \(a), \(b), count(*), grouping(\(a), \(b)) FROM events\(condition()) GROUP BY \(element)"
  }

  private mutating func setOperation() -> String {
    let word = pick(["UNION", "UNION ALL", "INTERSECT", "INTERSECT ALL", "EXCEPT", "EXCEPT ALL"])
    let (a, b) = (path(), path())
    let other = below(3) == 0 ? (path(), path()) : (a, b)
    var query =
      "SELECT \(a), \(b) FROM events\(condition()) \(word) SELECT \(other.0), \(other.1) FROM events"
    query += condition()
    if below(2) == 0 { query += " ORDER BY 1, 2 DESC" + limit() }
    return query
  }

  private mutating func derived() -> String {
    let inner = "SELECT \(path()) AS x, \(value()) AS y, \(path()) AS z FROM events\(condition())"
    let outer = pick([
      "SELECT x, y FROM (\(inner)) t WHERE x IS NOT NULL",
      "SELECT t.y, t.x FROM (\(inner)) AS t WHERE t.z \(predicates.comparisonSign()) t.x ORDER BY z, x",
      "SELECT y, count(*), count(DISTINCT x) FROM (\(inner)) GROUP BY y",
      "SELECT a, c FROM (\(inner)) t(a, b, c) WHERE a = c OR b IS NULL ORDER BY t.b DESC",
      "SELECT x FROM (\(inner) ORDER BY x LIMIT 20) WHERE z IS NULL OR x IS NOT NULL",
    ])
    return outer
  }

  private mutating func join() -> String {
    let key = path()
    let small = "SELECT \(key) AS k, count(*) AS n FROM events\(condition()) GROUP BY 1"
    let kind = pick(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
    return pick([
      "SELECT e.\(path()), s.n FROM events e \(kind) (\(small)) s ON e.\(key) = s.k",
      "SELECT s.k, count(*), sum(s.n) FROM events e \(kind) (\(small)) s ON e.\(key) = s.k AND e.\(path()) IS NOT NULL GROUP BY s.k",
      "SELECT k, a.n, b.n FROM (\(small)) a \(kind) (\(small)) b USING (k)",
      "SELECT a.k, b.k FROM (\(small)) a CROSS JOIN (\(small)) b WHERE a.n < b.n",
      "SELECT e.\(path()), v.x FROM events e, (VALUES 1, 2) v(x) WHERE e.\(key) IS NOT NULL",
    ])
  }

  private mutating func window() -> String {
    // Rows that ORDER BY does not tell apart stay in the order of the archive: these are scans.
    let order = "ORDER BY \(path())\(maybe(" DESC"))\(maybe(" NULLS FIRST"))"
    let partition = pick(["", "PARTITION BY \(path()) ", "PARTITION BY \(path()) "])
    let frame = pick([
      "", "", " ROWS BETWEEN 2 PRECEDING AND CURRENT ROW", " ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
      " ROWS UNBOUNDED PRECEDING", " RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
      " GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING", " ROWS BETWEEN 3 FOLLOWING AND 5 FOLLOWING",
    ])
    let ranking = pick([
      "rank()", "dense_rank()", "row_number()", "percent_rank()", "cume_dist()", "ntile(\(1 + below(5)))",
      "lag(\(path()))", "lead(\(path()), \(below(3)), 'none')", "lag(\(path()), 1) IGNORE NULLS",
    ])
    let framed = pick([
      "count(*)", "count(\(path()))", "min(\(path()))", "max(\(path()))", "first_value(\(path()))",
      "last_value(\(path()))", "nth_value(\(path()), 2)", "count(*) FILTER (WHERE \(predicates.next()))",
    ])
    let call = pick([
      "\(ranking) OVER (\(partition)\(order))", "\(framed) OVER (\(partition)\(order)\(frame))",
    ])
    let whole = pick(["", ", count(*) OVER (\(partition))", ", max(\(path())) OVER ()"])
    return "SELECT \(path()), \(call)\(whole) FROM events\(condition())"
  }

  private mutating func subquery() -> String {
    let (a, b) = (path(), path())
    let inner = "SELECT \(b) FROM events\(condition())"
    return pick([
      "SELECT \(a) FROM events WHERE \(a) \(maybe("NOT "))IN (\(inner))",
      "SELECT \(a), (SELECT max(\(b)) FROM events\(condition())) FROM events\(condition())",
      "SELECT \(a) FROM events WHERE \(b) \(predicates.comparisonSign()) (SELECT min(\(b)) FROM events\(condition()))",
      "SELECT \(a) FROM events WHERE \(b) \(predicates.comparisonSign()) \(pick(["ANY", "ALL"])) (\(inner))",
      "SELECT \(a) FROM events e WHERE \(maybe("NOT "))EXISTS (SELECT 1 FROM (SELECT DISTINCT \(b) AS x FROM events\(condition())) t WHERE t.x = e.\(a))",
      "SELECT x, (SELECT count(*) FROM events e WHERE e.\(a) = t.x) FROM (SELECT DISTINCT \(a) AS x FROM events) t",
    ])
  }

  private mutating func unnest() -> String {
    guard !arrays.isEmpty else { return scan() }
    let array = pick(arrays)
    return pick([
      "SELECT \(path()), item FROM events CROSS JOIN UNNEST(\(array)) AS t(item)\(condition())",
      "SELECT item, count(*) FROM events, UNNEST(\(array)) t(item) GROUP BY item",
      "SELECT \(path()), i, n FROM events LEFT JOIN UNNEST(\(array)) WITH ORDINALITY AS t(i, n) ON TRUE",
      "SELECT k, v FROM events CROSS JOIN UNNEST(\(array)) AS t(k, v)",
      "SELECT \(path()), x, y FROM events CROSS JOIN UNNEST(\(array), \(pick(arrays))) AS t(x, y) LIMIT 30",
    ])
  }

  private mutating func commonTable() -> String {
    let first = "a AS (SELECT \(path()) AS x, \(path()) AS y FROM events\(condition()))"
    return pick([
      "WITH \(first) SELECT x, count(*) FROM a GROUP BY x ORDER BY 2 DESC, 1",
      "WITH \(first), b(z) AS (SELECT x FROM a WHERE y IS NOT NULL) SELECT z FROM b UNION ALL SELECT y FROM a",
      "WITH \(first), b AS (SELECT x, max(y) AS m FROM a GROUP BY x) SELECT a.y, b.m FROM a JOIN b ON a.x = b.x",
    ])
  }

  // MARK: Parts

  private mutating func table() -> String {
    pick(["events", "cloudtrail_logs", "\"db\".\"cloudtrail\"", "$EDS_ID"])
  }

  mutating func condition() -> String {
    below(3) == 0 ? "" : " WHERE \(predicates.next())"
  }

  mutating func path() -> String { pick(plain) }

  private mutating func key() -> String {
    switch below(5) {
    case 0: "lower(\(path()))"
    case 1: "date(from_iso8601_timestamp(eventTime))"
    case 2: "length(\(path()))"
    default: path()
    }
  }

  private mutating func list(_ count: Int) -> String {
    (0..<count).map { index in "\(value())\(below(2) == 0 ? " AS c\(index)" : "")" }.joined(separator: ", ")
  }

  private mutating func sortItems() -> String {
    (0...below(2)).map { _ in "\(path())\(pick(["", " ASC", " DESC"]))\(maybe(" NULLS FIRST"))" }
      .joined(separator: ", ")
  }

  private mutating func limit() -> String {
    pick(["", "", " LIMIT \(below(20))", " OFFSET \(below(5)) LIMIT \(1 + below(20))"])
  }

  mutating func below(_ bound: Int) -> Int { Int(predicates.random.below(UInt64(bound))) }

  mutating func pick<Item>(_ items: [Item]) -> Item { predicates.pick(items) }

  mutating func maybe(_ text: String) -> String { predicates.maybe(text) }
}
