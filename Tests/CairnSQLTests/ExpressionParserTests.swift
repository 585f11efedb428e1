import CairnSQL
import Testing

/// The expression grammar: what each text is read as, shown with parentheses around every operator.
struct ExpressionParserTests {
  /// Typed: without that the compiler needs seconds for the list.
  private static let readings: [(String, String)] = [
    // Literals.
    ("42", "42"), ("4_2.50", "42.50"), (".5", ".5"), ("5.", "5."), ("1e10", "1e10"), ("1.5E-3", "1.5E-3"),
    ("0x1F", "31"), ("0b101", "5"), ("0o17", "15"), ("-7", "-7"), ("- 7", "-7"), ("+7", "7"),
    ("'it''s'", "'it''s'"), ("U&'\\0041\\+01F600'", "'A😀'"), ("U&'!0041' UESCAPE '!'", "'A'"),
    ("X'4a 4B'", "X'4a4b'"), ("true", "TRUE"), ("Null", "NULL"), ("?", "?"),
    ("TIMESTAMP '2023-01-01 00:00:00'", "TIMESTAMP '2023-01-01 00:00:00'"),
    ("date '2023-01-01'", "DATE '2023-01-01'"),
    ("IPADDRESS '10.0.0.1'", "IPADDRESS '10.0.0.1'"), ("DOUBLE PRECISION '1'", "DOUBLE '1'"),
    ("interval '7' day", "INTERVAL '7' DAY"),
    ("INTERVAL -'1-2' YEAR TO MONTH", "INTERVAL -'1-2' YEAR TO MONTH"),
    ("interval '3 days'", "INTERVAL '3' DAY"), ("interval '3' days", "INTERVAL '3' DAY"),
    ("interval 3 hour", "INTERVAL '3' HOUR"),
    // Paths.
    ("a.B.\"c d\".e", "a.B.\"c d\".e"), ("a['k']['it''s']", "a['k']['it''s']"), ("a[1].b", "a[1].b"),
    ("a[].b[*].c", "a[].b[].c"), ("a.group.order", "a.group.order"), ("\"q\"\"q\"", "\"q\"\"q\""),
    ("`q`", "\"q\""),
    ("a[-1]", "a[-1]"), ("a[b]", "a[b]"), ("f(x)[1].y['z']", "f(x)[1].y['z']"), ("größe", "größe"),
    ("interval", "interval"), ("date", "date"), ("timestamp", "timestamp"), ("row", "row"),
    ("array", "array"),
    ("first.over.filter", "first.over.filter"), ("a . b [ 1 ]", "a.b[1]"), ("(a).b", "a.b"),
    // Operators and their strengths.
    ("1 + 2 * 3 - 4 / 5 % 6", "(1 + (2 * 3)) - ((4 / 5) % 6)"), ("a || b || c", "(a || b) || c"),
    ("a || 1 + 2", "a || (1 + 2)"), ("-a * b", "(-a) * b"), ("- - a", "-(-a)"), ("-(-5)", "-(-5)"),
    ("a::varchar || b", "CAST(a AS varchar) || b"), ("a -> 'b' ->> 'c'", "(a -> 'b') ->> 'c'"),
    ("a -> 'b' = 'c'", "(a -> 'b') = 'c'"), ("a -> -1", "a -> -1"), ("((a)) -> b", "((a)) -> b"),
    ("a AT TIME ZONE 'UTC' < b", "(a AT TIME ZONE 'UTC') < b"),
    // Conditions.
    ("a = 1 OR b = 2 AND NOT c", "(a = 1) OR ((b = 2) AND (NOT c))"), ("NOT a = b", "NOT (a = b)"),
    ("a OR b OR c", "a OR b OR c"), ("(a OR b) OR c", "(a OR b) OR c"), ("NOT NOT a", "NOT (NOT a)"),
    ("a != b", "a <> b"), ("a <> b", "a <> b"), ("a<=b", "a <= b"), ("a>=b", "a >= b"),
    ("a BETWEEN 1 AND 2 AND c", "(a BETWEEN 1 AND 2) AND c"),
    ("a NOT BETWEEN b AND c", "a NOT BETWEEN b AND c"),
    ("a IN (1, 'x', b + 1)", "a IN (1, 'x', b + 1)"), ("a not in (1)", "a NOT IN (1)"),
    ("a LIKE 'x%'", "a LIKE 'x%'"), ("a NOT LIKE b || '%' ESCAPE '!'", "a NOT LIKE (b || '%') ESCAPE '!'"),
    ("a ilike 'x'", "a ILIKE 'x'"), ("a IS NULL", "a IS NULL"), ("a is not null", "a IS NOT NULL"),
    ("a IS NOT DISTINCT FROM b", "a IS NOT DISTINCT FROM b"), ("a IS TRUE", "a IS TRUE"),
    ("a IS NOT UNKNOWN", "a IS NOT UNKNOWN"),
    ("(a, b) IN ((1, 2))", "ROW(a, b) IN (ROW(1, 2))"), ("a = ALL (SELECT 1)", "a = ALL (SELECT 1)"),
    ("a < SOME (VALUES 1, 2)", "a < ANY (VALUES 1, 2)"),
    ("EXISTS (SELECT 1 FROM t)", "EXISTS (SELECT 1 FROM t)"),
    ("a IN (SELECT b FROM t)", "a IN (SELECT b FROM t)"),
    ("(SELECT max(a) FROM t) > 1", "(SELECT max(a) FROM t) > 1"),
    // Calls and special forms.
    ("lower(a)", "lower(a)"), ("now()", "now()"), ("count(*)", "count(*)"),
    ("count(DISTINCT a)", "count(DISTINCT a)"),
    ("schema.f(a, b)", "schema.f(a, b)"), ("current_timestamp", "current_timestamp()"),
    ("CURRENT_TIMESTAMP(3)", "current_timestamp(3)"), ("localtimestamp", "localtimestamp()"),
    ("substring(a FROM 2 FOR 3)", "substring(a, 2, 3)"), ("substring(a, 2)", "substring(a, 2)"),
    ("position('x' IN a)", "position('x', a)"), ("trim(a)", "trim(a)"), ("trim(LEADING FROM a)", "ltrim(a)"),
    ("trim(TRAILING 'x' FROM a)", "rtrim(a, 'x')"), ("trim('x' FROM a)", "trim(a, 'x')"),
    ("extract(YEAR FROM a)", "EXTRACT(YEAR FROM a)"),
    ("CASE a WHEN 1 THEN 'x' ELSE 'y' END", "CASE a WHEN 1 THEN 'x' ELSE 'y' END"),
    ("case when a then b end", "CASE WHEN a THEN b END"),
    ("CAST(a AS varchar(10))", "CAST(a AS varchar(10))"),
    ("TRY_CAST(a AS decimal(10, 2))", "TRY_CAST(a AS decimal(10, 2))"),
    ("cast(a as map(varchar, json))", "CAST(a AS map(varchar, json))"),
    ("cast(a as timestamp(3) with time zone)", "CAST(a AS timestamp(3) with time zone)"),
    ("cast(a as row(x varchar, y array(bigint)))", "CAST(a AS row(x varchar, y array(bigint)))"),
    ("cast(a as array<varchar>)", "CAST(a AS array(varchar))"),
    ("cast(a as varchar array)", "CAST(a AS array(varchar))"),
    ("cast(a as double precision)", "CAST(a AS double)"),
    ("cast(a as interval day to second)", "CAST(a AS interval day to second)"),
    ("ARRAY[1, 'x']", "ARRAY[1, 'x']"), ("ARRAY[]", "ARRAY[]"), ("ROW(1, 2)", "ROW(1, 2)"),
    ("(1, 2)", "ROW(1, 2)"),
    ("transform(a, x -> x.b || 'y')", "transform(a, (x) -> x.b || 'y')"),
    ("reduce(a, 0, (s, x) -> s + x, s -> s)", "reduce(a, 0, (s, x) -> s + x, (s) -> s)"),
    ("f(() -> 1 + 1)", "f(() -> 1 + 1)"), ("if(a, b)", "if(a, b)"), ("replace(a, 'b')", "replace(a, 'b')"),
    ("left(a, 2)", "left(a, 2)"),
    (
      "rank() OVER (PARTITION BY a ORDER BY b DESC NULLS LAST)",
      "rank() OVER (PARTITION BY a ORDER BY b DESC NULLS LAST)"
    ),
    ("sum(a) FILTER (WHERE b) OVER w", "sum(a) FILTER (WHERE b) OVER w"),
    ("lag(a) IGNORE NULLS OVER (ORDER BY b)", "lag(a) IGNORE NULLS OVER (ORDER BY b)"),
    (
      "sum(a) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
      "sum(a) OVER (ORDER BY b ROWS BETWEEN (1) PRECEDING AND CURRENT ROW)"
    ),
    ("array_agg(a ORDER BY b)", "array_agg(a ORDER BY b)"),
    ("listagg(a, ',') WITHIN GROUP (ORDER BY a)", "listagg(a, ',' ORDER BY a)"),
    // Blanks and comments.
    ("a -- comment\n = 1", "a = 1"), ("a /* x \n * / */ = /**/ 1", "a = 1"), ("a\u{A0}=\t1", "a = 1"),
    ("a = 1;", "a = 1"),
    ("\u{FEFF}a=1", "a = 1"),
  ]

  @Test(arguments: readings)
  func reads(_ text: String, as expected: String) throws {
    let expression = try SQLParser.parseExpression(text)
    #expect(expression.description == expected)
    // What is printed is read as the same tree.
    #expect(try SQLParser.parseExpression(expected).description == expected)
  }

  @Test func keepsPlaces() throws {
    let text = "a.b = 'ü' AND lower(c) IN (1, 2)"
    let expression = try SQLParser.parseExpression(text)
    func source(_ expression: Expression) -> String? {
      String(text.utf8.dropFirst(expression.span.start).prefix(expression.span.end - expression.span.start))
    }
    #expect(source(expression) == text)
    #expect(expression.children.map(source) == ["a.b = 'ü'", "lower(c) IN (1, 2)"])
    #expect(expression.children.flatMap(\.children).map(source) == ["a.b", "'ü'", "lower(c)", "1", "2"])
  }

  @Test func countsParameters() throws {
    let expression = try SQLParser.parseExpression("a = ? OR b = ?")
    let parameters = expression.children.flatMap(\.children).compactMap { node -> Int? in
      if case .parameter(let index) = node.kind { index } else { nil }
    }
    #expect(parameters == [0, 1])
  }

  @Test func readsSelectLists() throws {
    let items = try SQLParser.parseSelectItems("eventTime, userIdentity.arn AS who, count(*) n, *, t.*")
    #expect(
      items.map(\.description) == ["eventTime", "userIdentity.arn AS who", "count(*) AS n", "*", "t.*"])
  }
}
