import CairnTestSupport

/// Broken and odd variants of queries: tokens left out, doubled, exchanged and replaced, queries spliced
/// and cut off.
struct QueryMutator {
  var random: SeededGenerator
  let seeds: [String]

  private static let oddities = [
    "NULL", "''", "'%'", "0", "-1", "1e400", "9223372036854775808", "'\u{0}'", "'2025-02-30'", "\"\"", "*",
    "(", ")", ",",
    "[]", "[0]", ".", "eventJson", "\"$path\"", "count(*)", "OVER ()", "CAST(NULL AS decimal(38, 38))",
    "x -> x",
    "ARRAY[]", "INTERVAL '999999999' YEAR", "UNNEST(ARRAY[1])", "(SELECT 1)",
    "(SELECT eventName FROM events)",
    "LATERAL (SELECT 1)", "GROUPING SETS (())", "WITH TIES", "LIMIT 0", "OFFSET 9223372036854775807",
    "DISTINCT",
    "FILTER (WHERE TRUE)", "ESCAPE ''", "AT TIME ZONE 'UTC'", "ROW(1, 2)", "map()", "sequence(1, 10000)",
    "repeat('x', 10000)", "lpad('', 16777216, 'x')", "regexp_like('aaaaaaaaaaaaaaaaaaaa!', '(a+)+$')",
    "TIMESTAMP 'x'",
    "CASE WHEN NULL THEN 1 END", "sum(sum(1))", "rank() OVER (ORDER BY rank() OVER ())", "e.e.e", "X'00ff'",
    ";", "INTERVAL '1' DAY * 1e30", "AT TIME ZONE 'Europe/Berlin'", "EXPLAIN ANALYZE",
    "WITH RECURSIVE t(n) AS (VALUES 1 UNION SELECT n FROM t)", "RECURSIVE", "repeat('x', 2147483648)",
    "sequence(1, 1000000000000)", "sequence(1, 1000000000000, 1)",
    "CROSS JOIN UNNEST(sequence(1, 10000)) big(i)",
    "regexp_like(eventJson, '(a|b|ab)*(c|.b){3,40}x?b')", "lpad('x', 2000000000, 'ab')",
    "CAST(1e308 AS double)",
    "regexp_replace(eventJson, '.*', '$0$0$0$0$0$0$0$0')", "(SELECT q FROM events d WHERE d.p = events.p)",
    "EXISTS (SELECT 1 FROM events d WHERE d.p = p)", "eventName IN (SELECT p FROM events)",
    "OR p LIKE '%a%' OR p = 'b' OR p IN ('c', 'd') OR regexp_like(p, 'x|y')", "1e9999999999",
    "0x7fffffffffffffff",
    "reduce(sequence(1, 10000), '', (s, x) -> s || 'xxxxxxxxxxxxxxxx', s -> s)", "-9223372036854775808",
    "ROWS BETWEEN 9223372036854775807 PRECEDING AND 9223372036854775807 FOLLOWING",
    "LIMIT 9223372036854775807",
    "array_agg(eventJson) OVER (ORDER BY eventTime)", "TRY_CAST(p AS decimal(38, 37))",
    "date_add('year', 9223372036854775807, now())", "split(eventJson, '')",
    "CUBE (p, q, eventName, eventTime)", "TABLESAMPLE BERNOULLI (50)", "GROUP BY ()", "AUTO", "count()",
    "{x}",
    "<db>.t", "# x\n", "AT LOCAL", "AT TIME ZONE INTERVAL '9' HOUR", "SYMMETRIC", "[1, p]", "(ROW(1, p)).*",
    "p.*", "events.*", "JSON_VALUE(p, 'lax $.k' DEFAULT 1 ON ERROR)",
    "JSON_QUERY(eventJson, 'lax $..k' WITH WRAPPER)",
    "JSON_EXISTS(eventJson, 'strict $.p.items[last]?(@ > 1)')", "JSON_OBJECT('a' : p, 'b' : NULL)",
    "JSON_ARRAY(p, q)",
    "JSON_TABLE(eventJson, 'lax $.*' COLUMNS (n FOR ORDINALITY, v varchar PATH 'lax $'))", "?",
    "JSON_VALUE(p, 'lax $[0,0][0,0][0,0][0,0][0,0][0,0][0,0][0,0][0,0][0,0][0,0][0,0]')",
    "EXPLAIN (TYPE VALIDATE)", "EXECUTE IMMEDIATE 'SELECT ?' USING 1",
    "JOIN events j ON p IN (SELECT q FROM events)",
    "LEFT JOIN events j ON EXISTS (SELECT 1 FROM events d WHERE d.p = j.p)",
    "RIGHT JOIN LATERAL (VALUES 1) l(x) ON TRUE",
  ]

  mutating func next() -> String {
    var text = random.pick(seeds)
    for _ in 0...random.below(2) { text = mutated(text) }
    return text
  }

  private mutating func mutated(_ text: String) -> String {
    var tokens = QueryMutator.tokens(text)
    guard tokens.count > 1 else { return text + random.pick(QueryMutator.oddities) }
    let place = random.below(tokens.count)
    switch random.below(9) {
    case 0: tokens.remove(at: place)
    case 1: tokens.insert(tokens[place], at: random.below(tokens.count))
    case 2: tokens.swapAt(place, random.below(tokens.count))
    case 3: tokens[place] = random.pick(QueryMutator.oddities)
    case 4: tokens.insert(" " + random.pick(QueryMutator.oddities) + " ", at: place)
    case 5:
      let other = QueryMutator.tokens(random.pick(seeds))
      tokens = Array(tokens[..<place] + other[random.below(other.count)...])
    case 6: tokens = Array(tokens[..<place])
    case 7: tokens[place] = random.pick(QueryMutator.tokens(random.pick(seeds)))
    default:
      let depth = 1 + random.below(200)
      tokens[place] =
        String(repeating: "(", count: depth) + tokens[place] + String(repeating: ")", count: depth)
    }
    return tokens.joined()
  }

  /// Words, quoted texts, runs of white space and single signs: joined they are the text.
  private static func tokens(_ text: String) -> [String] {
    var tokens: [String] = []
    var current = ""
    var quote: Character?
    func end() {
      if !current.isEmpty { tokens.append(current) }
      current = ""
    }
    for character in text {
      if let open = quote {
        current.append(character)
        if character == open {
          end()
          quote = nil
        }
        continue
      }
      let isWord = character.isLetter || character.isNumber || character == "_"
      let wasWord = current.last.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
      if !(isWord && wasWord) { end() }
      current.append(character)
      if character == "'" || character == "\"" { quote = character }
    }
    end()
    return tokens
  }
}
