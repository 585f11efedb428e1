import Cairn
import CairnOracle
import CairnSQL
import Testing

/// Expressions at the edges of the rules: the engine and the oracle give the same value, or both refuse.
///
/// Left out, since the oracle differs from the rules there: `.` in `(?s)` and a carriage return with its line
/// feed, which ICU takes as one character, and `element_at(a[].b, 1)` outside of conditions (S9).
struct EdgeExpressionTests {
  static let record = #"""
    {"n":7,"d":243.50,"neg":-0.0,"exp":1.5e3,"huge":1e9999999999,"s":"Hello Wörld","t":true,"w":"true",
     "time":"2023-01-31T11:42:19.123456789Z","eventTime":"2023-07-10T11:42:19Z","ip":"10.1.2.3",
     "six":"2001:db8:0:0:1::1","mapped":"::ffff:10.1.2.3","net":"10.0.0.0/8","lone":"x\ud800y","nul":"a\u0000b",
     "tags":["x",5,null,true,{"k":1}],"none":[],"o":{"k":1,"K":2,"a.b":[1,2]},"doc":" { \"k\" : [ 1 , \"a\\u003d\" ] } ",
     "items":[{"n":1,"l":["p"]},{"n":20,"l":[]},{"m":0}],"big":"123456789012345678901234567890","zero":"007",
     "crlf":"a\r\nb\n","kelvin":"\u212a","index":2,"key":"k","pat":"^H"}
    """#

  static let expressions = [
    // Numbers.
    "007 || ''", "1e2 || ''", "-0 || ''", "+5 || ''", "neg || ''", "-neg || ''", "0 - neg", "n + 0.50",
    "exp + 1",
    "exp + 0.5", "1.50e1 + 0", "1.5e-3 + 0", "1e999 + 0", "1e1000 + 0", "1e-1000 + 0", "1e-1001 + 0",
    "0 * 1e2000",
    "0.0 * 1e-990", "1e500 * 1e500", "1e500 * 1e499", "9e500 * 9e499", "1e-500 * 1e-500", "1e-500 * 1e-501",
    "huge + 1", "big + 1", "big * big", "zero + 1", "zero * 1.0", "'1.' + 1", "'.5' + 1", "n / s",
    "n / '2'", "zero / 2", "-9223372036854775808",
    "-(-9223372036854775808)", "-(-9223372036854775807 - 1)", "9223372036854775808 + 0",
    "9223372036854775808 - 1",
    "- 'x'", "-t", "t + 1", "-w", "1e9999999999", "1e9999999999 = 1", "-big", "-d", "-exp", "- -d", "-zero",
    "+zero",
    "+exp", "0.1 + 0.2", "1 - 1.0", "0.5 - 0.50", "5 - 7.25", "-0.5 + 0.5", "n * -0.5", "0 * -1.5",
    // Casts.
    "CAST(neg AS double)", "CAST(1e16 AS double)", "CAST(1e15 AS double)", "CAST(123456789.125 AS real)",
    "CAST(1e39 AS real)", "CAST('NaN' AS double)", "CAST('inf' AS double)", "CAST(1e-400 AS double)",
    "CAST(0.5 AS bigint)", "CAST(-0.5 AS bigint)", "CAST(-1.5 AS bigint)",
    "CAST(9223372036854775807.5 AS bigint)",
    "CAST(9223372036854775807.4 AS bigint)", "CAST('+5' AS bigint)", "CAST(' 5' AS bigint)",
    "CAST('' AS bigint)",
    "CAST(big AS bigint)", "CAST(exp AS bigint)", "CAST(d AS integer)", "CAST(t AS double)",
    "CAST(t AS varchar)",
    "CAST(1.005 AS decimal(10, 2))", "CAST(-1.005 AS decimal(10, 2))", "CAST(99.995 AS decimal(4, 2))",
    "CAST(5 AS decimal(10, 2))", "CAST(d AS decimal)", "CAST('1e2' AS decimal(5, 1))",
    "CAST(t AS decimal(3, 1))",
    "CAST(0.001 AS decimal(3, 2))", "CAST(-0.001 AS decimal(3, 2))", "CAST(5 AS decimal(0, 0))",
    "CAST(5 AS decimal(2, 3))", "CAST(n AS boolean)", "CAST('TRUE' AS boolean)", "CAST('yes' AS boolean)",
    "CAST(0.0 AS boolean)", "CAST(huge AS boolean)", "CAST('0.0' AS boolean)", "CAST(s AS varchar(3))",
    "CAST(lone AS varchar(2))", "CAST(s AS varchar(0))", "CAST(o AS varchar)", "CAST(tags AS varchar(4))",
    "CAST(time AS date) || ''", "CAST(time AS timestamp) || ''", "CAST(time AS timestamp(3)) || ''",
    "CAST(n AS timestamp)", "CAST(time AS bigint)", "CAST(ip AS ipaddress) || ''",
    "CAST(six AS ipaddress) || ''",
    "CAST(mapped AS ipaddress) || ''", "CAST(s AS ipaddress)", "CAST(n AS nosuch)",
    "CAST(n AS tinyint)", "CAST(n AS smallint)", "CAST(n AS int)",
    "CAST(DATE '2023-01-01' AS timestamp) || ''",
    "CAST(DATE '2023-01-01' AS bigint)", "CAST(TIMESTAMP '2023-01-01 05:00' AS date) || ''", "d::varchar",
    "CAST(NULL AS bigint)",
    "CAST(date(time) AS bigint)", "CAST(n AS string)", "CAST(n AS float)",
    "CAST(n AS numeric(5,1))",
    // Literals.
    "DATE '2023-01-01 10:00:00' || ''", "DATE '2023-13-01'", "TIMESTAMP '2023-01-01' || ''", "BIGINT '5'",
    "DOUBLE '5'",
    "VARCHAR 'x'", "DECIMAL '1.50'", "BOOLEAN 'true'", "UUID 'x'",
    "IPADDRESS '::1' || ''",
    "IPADDRESS '010.0.0.1'", "INTERVAL '1' DAY + INTERVAL '2' DAY = INTERVAL '3' DAY",
    "INTERVAL '1' YEAR = INTERVAL '12' MONTH",
    "INTERVAL '1' YEAR = INTERVAL '365' DAY", "INTERVAL '-1' DAY < INTERVAL '0' DAY",
    "INTERVAL -'1' DAY < INTERVAL '0' DAY",
    "INTERVAL '1-2' YEAR TO MONTH", "INTERVAL '1.5' SECOND", "INTERVAL '1' DAY > 5", "INTERVAL '1' DAY = '1'",
    "-INTERVAL '1' DAY < INTERVAL '0' DAY", "INTERVAL '1' DAY * 2",
    "TIMESTAMP '2023-03-01 00:00' - TIMESTAMP '2023-02-01 00:00' = INTERVAL '28' DAY",
    "o[1 + 1]", "o[index]", "tags[key]",
    // Times.
    "time + INTERVAL '1' MONTH || ''", "(time + INTERVAL '1' MONTH) || ''",
    "(date(time) + INTERVAL '1' MONTH) || ''",
    "(date(time) + INTERVAL '1' DAY) || ''", "(date(time) + INTERVAL '1' HOUR) || ''",
    "(INTERVAL '1' DAY + date(time)) || ''",
    "(TIMESTAMP '2024-02-29 00:00' + INTERVAL '1' YEAR) || ''",
    "(DATE '0001-01-01' - INTERVAL '1' DAY) || ''",
    "(TIMESTAMP '9999-12-31 23:59:59' + INTERVAL '1' SECOND) || ''",
    "n + INTERVAL '1' DAY", "s + INTERVAL '1' DAY", "date_trunc('MONTH', time) || ''",
    "date_trunc('quarter', time) || ''",
    "date_trunc('year', date(time)) || ''", "date_trunc('hour', date(time)) || ''",
    "date_trunc('millisecond', time) || ''",
    "date_trunc('day', s)", "date_trunc(s, time)", "date_trunc('week', DATE '0001-01-01') || ''",
    "date_trunc('week', TIMESTAMP '1969-12-31 23:59:59') || ''", "date('2023-01-01T23:30:00-02:00') || ''",
    "date(n)",
    "from_iso8601_timestamp('0001-01-01T00:00:00+05:00')",
    "from_iso8601_timestamp('9999-12-31T23:00:00-05:00')",
    "from_iso8601_timestamp('2023-07-10T11:42:19+24:00')",
    "from_iso8601_timestamp('2023-07-10T11:42:19+15:00')",
    "from_iso8601_timestamp('2023-07-10T11:42:19+05:60')", "from_iso8601_timestamp('2023-07-10Z')",
    "from_iso8601_timestamp('2023-07-10T11:42:19 +0200') || ''",
    "from_iso8601_timestamp('2023-07-10T11:42:19+2')",
    "from_iso8601_timestamp('2023-07-10T1:2:3') || ''",
    "from_iso8601_timestamp('2023-07-10T1:2:3.1234567890')",
    "from_iso8601_timestamp('2023-07-10  1:2:3')", "from_iso8601_timestamp('0000-07-10')",
    "from_iso8601_timestamp('2023-07-10T11')",
    "from_iso8601_timestamp('2023-07-10 11:42:19utc') || ''",
    "from_iso8601_timestamp('2023-07-10 11:42:19 z') || ''",
    "from_iso8601_timestamp('2023-07-10T11:42:19Z ')", "from_iso8601_timestamp(time) || ''", "now() || ''",
    "current_date || ''",
    "current_timestamp = now()", "time < DATE '2023-02-01'", "eventTime = date(eventTime)",
    "eventTime IN ('2023-07-10 11:42:19')",
    "NULLIF(eventTime, '2023-07-10 11:42:19')", "CASE eventTime WHEN '2023-07-10 11:42:19' THEN 1 END",
    "eventTime IS NOT DISTINCT FROM '2023-07-10 11:42:19'",
    "contains(ARRAY['2023-07-10 11:42:19'], eventTime)",
    "COALESCE(eventTime, 'x') = '2023-07-10 11:42:19'", "(eventTime) = '2023-07-10 11:42:19'",
    "'2023-07-10 11:42:19' = eventJson.eventTime", "eventJson['eventTime'] < '2023-07-10 12:00'",
    // Texts.
    "substr(s, 1.5)", "substr(s, '2')", "substr(s, 2.0)", "substr(s, 2, -1)", "substr(s, -3)",
    "substr(s, -3, 99)",
    "substr(s, 1, 9223372036854775807)", "substr(s, -9223372036854775808)", "substr(lone, 2, 1) = lone",
    "length(lone)",
    "length(nul)", "upper('ŉßǆ')", "lower('İΣ')", "upper(lone) = lone", "strpos('', '')", "strpos(s, '')",
    "replace(s, '', '.')",
    "replace('aaa', 'aa', 'b')", "replace('', '', 'x')", "split_part('a,b,,c', ',', 3)",
    "split_part('abc', '', 2)", "split_part('abc', '', 4)",
    "split_part('', ',', 1)", "split_part('a,b', ',', 0)", "split_part('a,b', ',', -1)",
    "split_part('a,b', ',', '2')",
    "trim(' x ')", "trim('xyx', 'x')", "trim('xyx', '')", "ltrim('éée', 'é')", "rtrim('abcba', 'ab')",
    "concat('a')",
    "concat('a', NULL)", "concat(t, n, o)", "o || tags", "starts_with(s, '')", "ends_with(s, '')",
    "starts_with(n, 7)",
    "ends_with('a', 'ba')", "s LIKE 'Hello%' ESCAPE NULL", "s LIKE '%' ESCAPE ''", "s LIKE key",
    "'a%b' LIKE 'a!%b' ESCAPE key",
    "s ILIKE 'hello w%'", "s ILIKE 'HELLO WÖRLD'", "'İ' ILIKE 'i'", "s LIKE 7", "7 LIKE 7", "lone LIKE 'x_y'",
    "lone LIKE '%y'",
    "'aXbXc' LIKE '%X%X%'", "'aXb' LIKE '%X%X%'", "'ab' LIKE 'ab%b'", "'abb' LIKE 'ab%b'", "'a' LIKE '%_%_%'",
    "'ab' LIKE '%_%_%'",
    "length()", "length(s, s)", "count(*)", "lower(DISTINCT s)",
    // Regular expressions.
    "regexp_like(s, '^Hello\\s\\w')", "regexp_like(s, 'W.rld$')", "regexp_like(s, 'h')",
    "regexp_like(s, '(?i)h')", "regexp_like(s, '(?i)WÖ')",
    "regexp_like(crlf, 'b$')", "regexp_like(crlf, 'a$')", "regexp_like(crlf, '(?m)a$')",
    "regexp_like(crlf, '(?m)^b')", "regexp_like(crlf, 'a.b')",
    "regexp_like(crlf, 'b\\z')", "regexp_like(crlf, 'b\\Z')",
    "regexp_like(s, pat)", "regexp_like(s, '[[:alpha:]]')",
    "regexp_like(s, '[^a-z ]')", "regexp_like(s, '[a-z&&[^l]]{2}')", "regexp_like(s, 'l{2}o')",
    "regexp_like(s, 'l{3}')", "regexp_like(s, '(Hello|Bye) W')",
    "regexp_like(s, '\\bW')", "regexp_like(s, '\\QHello W\\E')", "regexp_like(s, '\\p{Lu}')",
    "regexp_like(s, '\\x48')", "regexp_like(s, '\\u0048')",
    "regexp_like(s, '[')", "regexp_like(s, 'a{2,1}')", "regexp_like(s, '*a')", "regexp_like(s, 'a)')",
    "regexp_like(lone, 'x\u{FFFD}y')",
    "regexp_like(s, '(?:l+?)+o')", "regexp_like('aaaaaaaaaaab', '(a|a)*c')",
    "regexp_like(n, '^7$')", "regexp_like(s, NULL)",
    "regexp_like(s, 'x*')", "regexp_like('', '^$')", "regexp_like(s, '[\\w]+$')",
    "regexp_like(s, '(?<name>H)')",
    // Paths and arrays.
    "tags[2]", "tags[index]", "tags[index + 0.0]", "tags['2']", "o[key]", "o['K']", "element_at(tags, -1).k",
    "element_at(tags, index)",
    "element_at(tags, -index)", "element_at(o, key)", "tags[0 - 1]", "element_at(ARRAY['a', 'b'], -1)",
    "ARRAY['a', 'b'][2]", "ARRAY['a', 'b'][3]",
    "CAST(ARRAY[1, NULL, 'x', TRUE] AS varchar)", "json_extract(doc, '$.k')", "json_extract(doc, '$')",
    "json_extract(doc, '$.k[1]')", "doc -> 'k' -> 1", "doc ->> '$.k[0]'",
    "json_extract(COALESCE(doc, '{}'), '$.k')", "json_extract('[1]', '$[0]') = 1", "json_extract(o, key)",
    "o -> key", "json_extract(tags, '$[-1]')",
    "json_extract_scalar(doc, '$')", "json_extract_scalar(s, '$')", "json_extract(n, '$')",
    "json_extract('7', '$')", "tags -> 9", "tags -> -5", "tags -> -6",
    "o.k", "o.\"K\"", "o[\"a.b\"]", "o.\"a.b\"[2]", "json_extract(o, '$[\"a.b\"][1]')", "eventJson['n']",
    "eventjson.n", "\"eventJson\".n", "\"EVENTJSON\".n",
    "cardinality(tags)", "cardinality(o)", "cardinality(eventJson) > 5", "cardinality(ARRAY[1, 2])",
    "cardinality(doc)", "contains(tags, 5)", "contains(tags, '5')",
    "contains(tags, TRUE)", "contains(tags, '{\"k\":1}')", "contains(none, NULL)", "contains(o, 'k')",
    "contains(s, 'H')", "contains(net, ip)", "contains(net, n)",
    "contains('10.0.0.0/8', mapped)", "contains('::ffff:10.0.0.0/104', ip)",
    "contains('::ffff:0.0.0.0/96', ip)", "contains('::/0', mapped)", "contains('::ffff:0:0/95', ip)",
    "contains('10.0.0.0/08', ip)", "contains('10.0.0.0/33', ip)", "contains('10.0.0.0/', ip)",
    "contains(ARRAY[ip], IPADDRESS '10.1.2.3')", "contains(five, 5)",
    "items[].n", "items[].l", "items[].l[]", "items[].l[] = 'p'", "items[].l[] = 'q'", "items[].l[] IS NULL",
    "items[].l[1]", "tags[].k", "none[]", "s[]", "missing[]",
    "items[].n + 1", "items[].n + 1 = 21", "cardinality(items[])", "cardinality(items[].l) = 1",
    "COALESCE(items[].m, 5) = 5", "COALESCE(missing[], 5) = 5",
    "CASE items[].n WHEN 20 THEN 'a' ELSE 'b' END", "NULLIF(items[].n, 20) = 1",
    "items[].n IS DISTINCT FROM 20", "items[].n IS NOT DISTINCT FROM 20",
    "items[].n IS NOT DISTINCT FROM NULL", "missing[] IS NOT DISTINCT FROM NULL",
    "missing[] IS DISTINCT FROM NULL", "none[] IS DISTINCT FROM NULL", "items[].n < items[].n",
    "items[].n IS TRUE", "tags[] IS TRUE", "tags[] IS UNKNOWN", "NOT tags[]", "tags[] AND TRUE", "tags[]",
    "lower(tags[])", "lower(tags[]) = 'x'", "lower(tags[]) AND TRUE",
    "CAST(tags[] AS boolean)", "CAST(tags[] AS boolean) AND TRUE", "IF(tags[], 1, 2)", "tags[] = none[]",
    "none[] = tags[]", "missing[] = none[]", "none[] = missing[]",
    "tags[] BETWEEN 1 AND 9", "contains(items[].l, 'p')", "contains(tags[], 'p')", "length(items[].l) = 5",
    "(items[].n = 20) = TRUE", "items[].n = 20 = TRUE",
    "json_extract(items[], '$.n') = 20", "element_at(items, 1)[]", "items[1][]",
    "ARRAY[1,2][]", "CAST(ARRAY[items[].n] AS varchar)",
    // Logic.
    "n IN (7.0, 'x')", "n IN ('7')", "d IN ('243.5')", "d IN (243.5)", "t IN ('true')", "t IN (TRUE)",
    "w IN (TRUE, 'x')", "w IN (5, 'x')", "s IN (NULL, 'Hello Wörld')",
    "missing IN (NULL)", "NULL IN (1)", "1 IN (1, NULL)", "n BETWEEN '1' AND '9'", "n BETWEEN 9 AND 1",
    "NULL IS NULL", "COALESCE(NULL, NULL)", "COALESCE(n)", "NULLIF(NULL, 1)",
    "IF(t, 1)", "IF(s, 1, 2)", "CASE n WHEN 7.0 THEN 'a' END", "CASE n WHEN NULL THEN 'a' ELSE 'b' END",
    "TRUE AND s", "(n = 7) || ''", "o = o", "tags = '[\"x\",5,null,true,{\"k\":1}]'",
    "ARRAY['a'] = '[\"a\"]'", "t > FALSE", "w > FALSE", "TRUE > 'false'", "TRUE > 'x'", "5 = '5.0'",
    "'5' = '5.0'", "d = d", "neg = 0", "huge = huge", "huge > n", "n > d", "DATE '2023-01-01' = '2023-01-01'",
    "IPADDRESS '10.0.0.1' < '10.0.0.2'", "IPADDRESS '10.0.0.1' = 5", "DATE '2023-01-01' = 5",
    "DATE '2023-01-01' = TRUE", "IPADDRESS '::1' = DATE '2023-01-01'", "?", "EXISTS (SELECT 1)",
    "n = (SELECT 1)", "x -> y", "n = ANY (SELECT 1)",
  ]

  @Test(arguments: expressions)
  func sameValue(_ text: String) throws {
    let json = Array(Self.record.utf8)
    let (record, fields) = (try OracleRecord(json: json), try RecordFields(json: json))
    guard let expression = try? SQLParser.parseExpression(text) else { return }
    let expected = Result { try Oracle.evaluate(expression, record, now: SemanticsExampleTests.now) }
    let truth = Result { try Oracle.truth(expression, record, now: SemanticsExampleTests.now) }
    let bound = Result { try Binder.bind(expression, now: SemanticsExampleTests.now) }
    switch (expected, bound) {
    case (.failure, .failure): return
    case (.failure(let error), .success): Issue.record("the engine takes what the oracle refuses: \(error)")
    case (.success, .failure(let error)): Issue.record("the engine refuses: \(error)")
    case (.success(let expected), .success(let bound)):
      let values = fields.values(bound.paths)
      let found = bound.evaluate(values)
      if case .interval = found { return }
      #expect(shown(found.text) == shown(expected.text), "\(found) \(expected)")
      #expect(bound.truth(values) == (try truth.get()))
    }
  }

  private func shown(_ text: [UInt8]?) -> String {
    text.map { String(decoding: $0, as: UTF8.self) } ?? "NULL"
  }
}
