import CairnOracle
import CairnSQL
import Testing

/// Any text gives a tree or an error: no trap, no hang. Inputs are random bytes, random tokens and
/// mutations of real queries; the run is the same every time.
struct ParserFuzzTests {
  static let seeds =
    PublishedQueries.texts + [
      "a.b = 'x' AND c[].d LIKE '%y%' ESCAPE '!' OR NOT e IN (1, 2.5e3, NULL)",
      "CASE WHEN a BETWEEN 1 AND 2 THEN INTERVAL '1' DAY ELSE CAST(b AS row(x varchar)) END",
      "U&'\\0041' || X'00' || element_at(m, 'k')[1] -> '$.a' ->> 'b' :: varchar -- c",
    ]

  static let pieces = [
    "(", ")", "[", "]", ",", ".", "'", "\"", "--", "/*", "*/", "<", ">", "=", "||", "->", "->>", "::", "?",
    "$x", "${y}",
    "SELECT", "FROM", "WHERE", "GROUP BY", "ORDER BY", "AND", "OR", "NOT", "IN", "LIKE", "ESCAPE", "BETWEEN",
    "IS",
    "NULL", "CASE", "WHEN", "THEN", "ELSE", "END", "CAST", "AS", "OVER", "UNNEST", "JOIN", "ON", "UNION",
    "VALUES",
    "INTERVAL", "TIMESTAMP", "DATE", "ARRAY", "ROW", "WITH", "EXISTS", "TRIM", "EXTRACT", "1", "1.5", "0x",
    "1e", "x",
    "é", "\u{A0}", "\u{0}", "‘", "U&'", "X'", "*", "-", "+", "%", ";", "array<", "FILTER", "WITHIN", "FETCH",
    "LIMIT",
  ]

  /// A small generator of its own, so that this file tells all that it does.
  struct Random {
    var state: UInt64
    mutating func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(max(bound, 1)))
    }
  }

  private func survives(_ text: String) {
    for parse in [
      { _ = try SQLParser.parseExpression(text) }, { _ = try SQLParser.parseStatements(text) },
      { _ = try SQLParser.parseSelectItems(text) },
    ] as [() throws -> Void] {
      do {
        try parse()
      } catch let error as SQLSyntaxError {
        #expect(!error.rendered(in: text).isEmpty && error.span.end <= max(text.utf8.count, 1) + 1)
      } catch {
        Issue.record("\(error)")
      }
    }
    // What was read prints as text that is read the same.
    if let expression = try? SQLParser.parseExpression(text) {
      let printed = expression.description
      #expect((try? SQLParser.parseExpression(printed))?.description == printed, "\(text)")
    }
    if let statements = try? SQLParser.parseStatements(text) {
      for case .query(let query) in statements {
        let printed = query.description
        #expect((try? SQLParser.parseStatements(printed)) != nil, "\(text) => \(printed)")
      }
    }
  }

  @Test func randomBytes() {
    var random = Random(state: 1)
    for _ in 0..<4_000 {
      let bytes = (0..<random.below(120)).map { _ in
        UInt8(random.below(4) == 0 ? random.below(256) : 0x20 + random.below(95))
      }
      if let text = try? SQLParser.decode(bytes) { survives(text) }
      survives(String(decoding: bytes, as: UTF8.self))
    }
  }

  @Test func randomTokens() {
    var random = Random(state: 2)
    for _ in 0..<6_000 {
      let parts = (0..<random.below(24)).map { _ in Self.pieces[random.below(Self.pieces.count)] }
      survives(parts.joined(separator: random.below(3) == 0 ? "" : " "))
    }
  }

  @Test func mutatedQueries() {
    var random = Random(state: 3)
    for _ in 0..<6_000 {
      var bytes = Array(Self.seeds[random.below(Self.seeds.count)].utf8)
      for _ in 0...random.below(4) {
        let place = random.below(bytes.count)
        switch random.below(5) {
        case 0: bytes.remove(at: place)
        case 1: bytes[place] = UInt8(random.below(256))
        case 2: bytes.insert(contentsOf: Array(Self.pieces[random.below(Self.pieces.count)].utf8), at: place)
        case 3: bytes.removeSubrange(place..<min(bytes.count, place + random.below(20)))
        default:
          bytes.insert(
            contentsOf: bytes[place..<min(bytes.count, place + random.below(30))],
            at: random.below(bytes.count))
        }
        if bytes.isEmpty { bytes = [0x61] }
      }
      survives(String(decoding: bytes, as: UTF8.self))
    }
  }

  /// What parses is evaluated without a trap too.
  @Test func mutatedConditionsEvaluate() throws {
    let records = try PredicateGeneratorTests.records.map { try OracleRecord(json: Array($0.utf8)) }
    var generator = PredicateGenerator(seed: 5, columns: PredicateGenerator.columns(of: records))
    var random = Random(state: 4)
    for _ in 0..<3_000 {
      var text = generator.next()
      let place = text.index(text.startIndex, offsetBy: random.below(text.count))
      text.insert(contentsOf: " \(Self.pieces[random.below(Self.pieces.count)]) ", at: place)
      guard let expression = try? SQLParser.parseExpression(text) else { continue }
      for record in records { _ = try? Oracle.evaluate(expression, record) }
    }
  }
}
