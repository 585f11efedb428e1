import CairnStorage
import CairnTestSupport
import Testing

@testable import Cairn

/// Elements of records' arrays that are read as columns are those that the arrays' texts have.
@Suite struct UnnestElementsTests {
  private static let arrays: [String?] = [
    #"[{"x":"a","y":{"z":1,"w":[1,2]}},{"x":"b","Y":2}]"#, #"[{"x":"b"}]"#, nil, "[]", "null", #""[1]""#,
    #"["s",3,null,true,{},[],{"x":null},{"x":"a","x":"c"},{"X":"d"},[{"x":"e"}],1.50]"#,
    #"[{"x":{"q":"r"},"list":[{"v":1},{"v":"two"}]},{"x":["l"],"list":[]},{"list":[{"V":3}]}]"#,
    #"[{"x":"{\"in\":\"text\"}"},{"x":"2024-05-01T00:00:00Z"},{"x":"10"},{"x":10}]"#, "7",
  ]

  /// - Parameter more: further arrays, so that a column is found in another form.
  private static func archive(_ more: [String?] = []) throws -> TestArchive {
    let lines = (0..<60).map { index in
      let all = arrays + more
      let array = all[index % all.count].map { #","a":\#($0),"o":{"a":\#($0)}"# } ?? ""
      return
        #"{"eventTime":"2024-05-01T00:00:\#(10 + index % 50)Z","eventName":"N\#(index % 3)","eventID":"i\#(index)","n":\#(index)\#(array)}"#
    }
    return try TestArchive([("a.json", Array(lines.joined(separator: "\n").utf8))])
  }

  @Test(arguments: [
    "SELECT n, r FROM events CROSS JOIN UNNEST(a) t(r)",
    "SELECT n, r.x FROM events CROSS JOIN UNNEST(a) t(r)",
    "SELECT n, r.X, r.y, r.y.z, r.y.w, r.none FROM events CROSS JOIN UNNEST(o.a) t(r)",
    "SELECT r.x, count(*) FROM events CROSS JOIN UNNEST(a) t(r) GROUP BY 1",
    "SELECT r.x, r.y.z, count(*), min(eventName) FROM events, UNNEST(a) t(r) GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
    "SELECT n, r.x, i FROM events CROSS JOIN UNNEST(a) WITH ORDINALITY t(r, i) WHERE i > 1 OR r.x = 'b'",
    "SELECT n, r.x FROM events LEFT JOIN UNNEST(a) t(r) ON TRUE",
    "SELECT n, r.x FROM events LEFT JOIN UNNEST(a) t(r) ON TRUE WHERE a IS NOT NULL AND cardinality(a) > 0",
    "SELECT n, upper(r.x) || coalesce(r.y, '-'), length(r.x) FROM events CROSS JOIN UNNEST(a) t(r) WHERE r.x IN ('a', 'd', '10')",
    "SELECT n FROM events CROSS JOIN UNNEST(a) t(r) WHERE r.x LIKE '%a%' AND eventName <> 'N1'",
    "SELECT DISTINCT r.x FROM events CROSS JOIN UNNEST(a) t(r) ORDER BY r.x DESC",
    "SELECT n, r.x FROM events CROSS JOIN UNNEST(a) t(r) ORDER BY r.x, n DESC LIMIT 20",
    "SELECT r.x, lag(r.x) OVER (PARTITION BY eventName ORDER BY n, r.x) FROM events CROSS JOIN UNNEST(a) t(r)",
    "SELECT e.n, r.x, f.n FROM events e CROSS JOIN UNNEST(a) t(r) JOIN events f ON f.eventID = 'i' || r.x",
    "SELECT n, r.x, s.v FROM events CROSS JOIN UNNEST(a) t(r) CROSS JOIN UNNEST(r.list) u(s)",
    "SELECT n, s.x FROM events CROSS JOIN UNNEST(a) t(r) CROSS JOIN UNNEST(r) u(s)",
    "SELECT n, s FROM events CROSS JOIN UNNEST(a) t(r) CROSS JOIN UNNEST(r.y.w) u(s)",
    "SELECT n, json_extract_scalar(r, '$.x'), json_extract_scalar(r.x, '$.in'), r[1] FROM events CROSS JOIN UNNEST(a) t(r)",
    "SELECT n, (SELECT count(*) FROM events f WHERE f.eventID = 'i' || t.r.x) FROM events CROSS JOIN UNNEST(a) t(r)",
    "SELECT n FROM events CROSS JOIN UNNEST(a) t(r) WHERE EXISTS (SELECT 1 FROM events f WHERE f.n = t.r.x AND f.n >= t.r.x)",
    "SELECT n, l.y FROM events CROSS JOIN UNNEST(a) t(r) CROSS JOIN LATERAL (SELECT r.x AS y) l",
    "SELECT d.r.x FROM (SELECT r FROM events CROSS JOIN UNNEST(a) t(r)) d",
    "SELECT r.x, r.x = 10, r.x > '2024', CAST(r.x AS bigint) FROM events CROSS JOIN UNNEST(a) t(r)",
    "SELECT count(DISTINCT r.x), count(r), max(r.x) FROM events CROSS JOIN UNNEST(a) t(r)",
    "SELECT r.x FROM events CROSS JOIN UNNEST(a) t(r) EXCEPT ALL SELECT r.x FROM events CROSS JOIN UNNEST(o.a) t(r) WHERE n < 30",
    "SELECT n, x FROM events CROSS JOIN UNNEST(a, o.a) t(x, z)",
    "SELECT n, x, y FROM events CROSS JOIN UNNEST(a) t(x, y)",
  ])
  func elements(_ sql: String) throws {
    // Objects beside arrays, and very many shapes.
    for more in [[], [#"{"k":"v"}"#], (0..<40).map { #"[{"m\#($0)":1,"x":"\#($0)"}]"# }] {
      let archive = try Self.archive(more)
      let wanted = try runQuery(
        sql, on: archive.path, QueryVariant(mode: EvaluationMode(usesPruning: false), description: "by texts")
      )
      #expect(!wanted.rows.isEmpty)
      for variant in QueryVariant.all + [QueryVariant(memoryLimit: 4 << 10, description: "hardly any memory")]
      {
        #expect(try runQuery(sql, on: archive.path, variant).rows == wanted.rows, "\(variant)")
      }
    }
  }

  /// Objects on the way that vary so much that they keep shapes of their own, one in another.
  private static func variedArchive() throws -> TestArchive {
    let lines = (0..<90).map { index in
      let array = arrays[index % arrays.count].map { #""a":\#($0),"# } ?? ""
      let inner = #"{\#(array)"w\#(index % 23)":1,"b":[\#(index % 4 == 0 ? "" : "{\"x\":\(index)}")]}"#
      let outer = index % 7 == 0 ? "\"none\"" : #"{\#(array)"v\#(index % 17)":\#(index),"p":\#(inner)}"#
      return
        #"{"eventTime":"2024-05-01T00:00:\#(10 + index % 50)Z","eventName":"N","eventID":"i\#(index)","n":\#(index),"o":\#(outer)}"#
    }
    return try TestArchive([("a.json", Array(lines.joined(separator: "\n").utf8))])
  }

  @Test(arguments: [
    "SELECT n, r FROM events CROSS JOIN UNNEST(o.p.b) t(r)",
    "SELECT n, r.x, i FROM events CROSS JOIN UNNEST(o.p.b) WITH ORDINALITY t(r, i) WHERE n % 3 = 0",
    "SELECT r.x, count(*), min(n) FROM events CROSS JOIN UNNEST(o.p.b) t(r) GROUP BY 1",
    "SELECT n, r.x, r.y.z FROM events CROSS JOIN UNNEST(o.p.a) t(r)",
    "SELECT n, r.x FROM events CROSS JOIN UNNEST(o.a) t(r) WHERE n > 20",
    "SELECT n, cardinality(o.a), cardinality(o.p.a), cardinality(o.p.b), o.p.b[1].x FROM events",
    "SELECT n, s.v FROM events CROSS JOIN UNNEST(o.p.a) t(r) CROSS JOIN UNNEST(r.list) u(s)",
  ])
  func elementsBehindShapesOfTheirOwn(_ sql: String) throws {
    let archive = try Self.variedArchive()
    for reader in try archive.readers() {
      func name(_ text: String) -> PathName { PathName(bytes: Array(text.utf8), isExact: true) }
      let catalogue = try reader.catalogue()
      let slots = catalogue.slots.indices.filter {
        ["o", "p"].map { Array($0.utf8) }.contains(catalogue.slots[$0].name)
      }
      #expect(slots.count == 2 && slots.allSatisfy { catalogue.column($0, .shape) != nil })
      let elements = try FieldProjection(reader, rowGroup: 0).elements(
        ["o", "p", "b"].map(name), rows: .run(0..<90))
      #expect(elements?.counts.reduce(0, +) == UInt32((0..<90).count { $0 % 7 != 0 && $0 % 4 != 0 }))
    }
    let wanted = try runQuery(
      sql, on: archive.path, QueryVariant(mode: EvaluationMode(usesPruning: false), description: "by texts"))
    #expect(!wanted.rows.isEmpty)
    for variant in QueryVariant.all + [QueryVariant(memoryLimit: 4 << 10, description: "hardly any memory")] {
      #expect(try runQuery(sql, on: archive.path, variant).rows == wanted.rows, "\(variant)")
    }
  }

  /// Elements at one place that are columns of their own are what whole arrays have there.
  @Test(arguments: [
    "a[1]", "a[2].x", "a[1].X", "a[1].y.z", "a[1].y.w", "a[1].y.w[2]", "a[1].list[1].v", "a[3].list[1].\"V\"",
    "a[7].x",
    "a[1]['x']", "a[100]", "a[1].none", "o.a[1].x", "o.a[2].Y", "element_at(a, 2)", "element_at(a, -1)",
    "json_extract_scalar(a, '$[0].x')", "json_extract(a, '$[1]')", "json_extract_scalar(o, '$.a[0].x')",
    "json_extract_scalar(a, '$[0].x.q')", "json_extract_scalar(o, '$.a[0].y.w[1]')", "o.a[1].x IS NULL",
    "a[1].x = 'b' OR a[2].x = 'a'", "upper(a[1].x) || coalesce(a[2].x, '-')", "a[4].x = 10", "a[1].y.z + 1",
    "CASE WHEN a[1].x IN ('a', 'b') THEN a[1].x ELSE eventName END", "cardinality(a[1].y.w)",
    "a[1].list[].v = 1", "cardinality(a)", "cardinality(o.a) > 1", "cardinality(o)",
    "cardinality(a) = 0 OR o IS NULL", "cardinality(eventName)",
  ])
  func places(_ expression: String) throws {
    for more in [[], [#"{"k":"v","0":{"x":"y"}}"#], (0..<40).map { #"[{"m\#($0)":1,"x":"\#($0)"}]"# }] {
      let archive = try Self.archive(more)
      let hidden = "(SELECT n, a, o, eventName FROM events) d"
      for sql in [
        "SELECT n, \(expression) AS v FROM {} ORDER BY n",
        "SELECT \(expression) AS v, count(*) FROM {} GROUP BY 1 ORDER BY 2, 1",
        "SELECT n FROM {} WHERE (\(expression)) IS NOT NULL ORDER BY n",
      ] {
        let wanted = try runQuery(sql.replacing("{}", with: hidden), on: archive.path, QueryVariant.all[0])
        for variant in QueryVariant.all + [
          QueryVariant(memoryLimit: 4 << 10, description: "hardly any memory")
        ] {
          let found = try runQuery(sql.replacing("{}", with: "events"), on: archive.path, variant)
          #expect(found.rows == wanted.rows, "\(sql), \(variant)")
        }
      }
    }
  }

  /// What ranges over all elements of an array gives the same for elements that are columns and for arrays' texts.
  @Test(arguments: [
    "a[].x = 'b'", "a[].x <> 'b'", "NOT a[].x = 'b'", "a[].X LIKE '%a%'", "a[].x NOT LIKE 'b'",
    "a[].x IN ('a', 'd')", "a[].x NOT IN ('a', '10')", "a[].x IS NULL", "a[].x IS NOT NULL", "a[].y.z = 1",
    "a[].y.w[1] = 1", "a[].x BETWEEN '0' AND '9'", "a[].x = 10", "a[].x > '2024'", "a[] = 's'", "a[] IS NULL",
    "a[] = 1.5", "a[].list[].v = 1", "o.a[].x = 'a' OR o.a[].Y = 2", "a[].x = 'a' AND a[].y IS NULL",
    "a[].x = o.a[].x", "a[].x = eventName", "a[].x < eventID", "starts_with(a[].x, 'b')", "a[].none = 1",
    "eventName[].x = 'a'", "none[].x = 'a'", "a[].x IS DISTINCT FROM 'b'", "a[].x IS NOT DISTINCT FROM NULL",
    "regexp_like(a[].x, '^[ab]$')", "upper(a[].x) || eventName = 'BN1'", "coalesce(a[].x = 'b', FALSE)",
    "CASE WHEN a[].x = 'b' THEN 1 ELSE 2 END", "json_extract_scalar(a[].x, '$.in') = 'text'",
    "(a[].x = 'b') = TRUE",
    "contains(ARRAY['a', 'b'], a[].x)", "a[].x", "a[*].x = 'b'",
    "any_match(a, r -> r.x = 'b')", "all_match(a, r -> r.x = 'b')", "none_match(a, r -> r.x = 'b')",
    "NOT any_match(a, r -> r.x LIKE '%a%')", "any_match(a, r -> r IS NULL)",
    "all_match(a, r -> r.x IS NOT NULL)",
    "any_match(a, r -> r.x = 'b' AND r.y = 2)", "any_match(a, r -> r.x = eventName OR r.Y = n - 1)",
    "any_match(o.a, r -> r.x = 'a')", "any_match(a, r -> any_match(r.list, v -> v.v = 1))",
    "any_match(a, r -> r.list[].v = 1)", "any_match(a, r -> r[1] = 'x')", "any_match(o, r -> r.x = 'a')",
    "any_match(a, r -> TRUE)", "any_match(a, r -> eventName = 'N1')",
    "any_match(a, eventName -> eventName.x = 'b')",
    "any_match(a, r -> CASE WHEN r.x = 'a' THEN n > 5 END)",
    "any_match(a, r -> json_extract_scalar(r, '$.x') = 'b')",
    "transform(a, r -> r.x)", "transform(a, r -> r.y.w)", "transform(a, r -> upper(r.x) || eventName)",
    "transform(o.a, r -> r)", "contains(transform(a, r -> r.x), 'b')",
    "array_join(transform(a, r -> r.x), ',')",
    "cardinality(filter(a, r -> r.x = 'b'))", "cardinality(filter(a, r -> r.x LIKE '%a%')) > 0",
    "cardinality(filter(o, r -> TRUE))", "filter(a, r -> r.x = 'b')", "filter(a, r -> r.x = 'b')[1].y",
    "cardinality(transform(a, r -> r.x))", "reduce(a, 0, (s, r) -> s + 1, s -> s)",
  ])
  func ranging(_ expression: String) throws {
    for more in [[], [#"{"k":"v"}"#, "{}"], (0..<40).map { #"[{"m\#($0)":1,"x":"\#($0)"}]"# }] {
      let archive = try Self.archive(more)
      for sql in [
        "SELECT n, \(expression) AS v FROM {} ORDER BY n",
        "SELECT \(expression) AS v, count(*) FROM {} GROUP BY \(expression)",
        "SELECT n FROM {} WHERE (\(expression)) IS NOT NULL AND n > 3 ORDER BY n",
        "SELECT x.n, \(expression) AS v FROM {} e JOIN (VALUES 1, 5, 7) x(n) ON x.n = e.n ORDER BY x.n",
        "SELECT eventName, count_if((\(expression)) IS NULL) FROM {} GROUP BY 1 ORDER BY 1",
      ] {
        let byTexts = QueryVariant(mode: EvaluationMode(usesPruning: false), description: "by texts")
        let wanted = try sorted(runQuery(sql.replacing("{}", with: "events"), on: archive.path, byTexts).rows)
        for variant in QueryVariant.all + [
          QueryVariant(memoryLimit: 4 << 10, description: "hardly any memory")
        ] {
          let found = try sorted(
            runQuery(sql.replacing("{}", with: "events"), on: archive.path, variant).rows)
          #expect(found == wanted, "\(sql), \(variant)")
        }
      }
    }
  }

  private func sorted<Row>(_ rows: [Row]) -> [Row] { rows.sorted { "\($0)" < "\($1)" } }

  /// Whether there is something is told without putting objects and arrays together.
  @Test(arguments: [
    "a IS NULL", "a IS NOT NULL", "o IS NULL OR eventName = 'N1'", "NOT (o IS NOT NULL) AND n > 3",
    "o.a IS NULL",
    "NOT (a IS NULL)", "a IS NULL AND o IS NOT NULL", "(a IS NULL) = (o IS NULL)",
  ])
  func presence(_ condition: String) throws {
    for more in [[], [#"{"k":"v"}"#, "{}"]] {
      let archive = try Self.archive(more)
      for (sql, same) in [
        (
          "SELECT n FROM events WHERE \(condition) ORDER BY n",
          "SELECT n FROM (SELECT n, eventName, coalesce(a, NULL) AS a, coalesce(o, NULL) AS o, o AS p FROM events) d WHERE "
            + condition.replacing("o.a", with: "p.a") + " ORDER BY n"
        ),
        (
          "SELECT eventName, count(a), count(o), count(o.a), count(*) FROM events WHERE \(condition) GROUP BY 1 ORDER BY 1",
          "SELECT eventName, count_if(a IS NOT NULL), count_if(o IS NOT NULL), count_if(p.a IS NOT NULL), count(*) FROM "
            + "(SELECT eventName, n, coalesce(a, NULL) AS a, coalesce(o, NULL) AS o, o AS p FROM events) d WHERE "
            + condition.replacing("o.a", with: "p.a") + " GROUP BY 1 ORDER BY 1"
        ),
      ] {
        let wanted = try runQuery(same, on: archive.path)
        for variant in QueryVariant.all {
          #expect(try runQuery(sql, on: archive.path, variant).rows == wanted.rows, "\(sql), \(variant)")
        }
      }
    }
  }
}
