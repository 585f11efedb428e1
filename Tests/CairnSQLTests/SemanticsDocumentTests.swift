import CairnOracle
import CairnSQL
import Testing

/// Every example of `docs/semantics.md`, executed against the oracle.
struct SemanticsDocumentTests {
  static let document = try? SemanticsDocument.load()
  static let examples = document?.examples ?? []
  static let orders = document?.orders ?? []

  @Test(arguments: examples)
  func exampleHolds(_ example: SemanticsDocument.Example) throws {
    let record = try OracleRecord(json: example.record)
    if example.expected == "error" {
      #expect(throws: OracleError.self) {
        try Oracle.evaluate(try SQLParser.parseExpression(example.expression), record)
      }
      return
    }
    let expression = try SQLParser.parseExpression(example.expression)
    let value = try Oracle.evaluate(expression, record)
    let expected = try Oracle.evaluate(try SQLParser.parseExpression(example.expected), record)
    #expect(Kind(value) == Kind(expected), "\(value)")
    // Numbers as output in JSON has them: the text of a double is another one.
    let texts: ([UInt8]?, [UInt8]?) =
      Kind(value) == .number ? (value.output, expected.output) : (value.text, expected.text)
    #expect(texts.0 == texts.1, "\(String(decoding: texts.0 ?? [], as: UTF8.self))")
  }

  /// Functions that the oracle does not know; all others it evaluates.
  static let unknown: Set<String> = [
    "cbrt", "date_parse", "exp", "format", "format_datetime", "from_base", "from_base64", "from_base64url",
    "from_hex", "from_utf8", "json_contains", "levenshtein_distance", "ln", "log10", "log2", "parse_datetime",
    "power", "regexp_position", "sha256", "sqrt", "strptime", "to_base", "to_base64", "to_base64url",
    "to_hex", "asin", "atan2", "beta_cdf", "cos", "degrees", "format_number", "from_ieee754_32",
    "from_ieee754_64", "from_unixtime_nanos", "great_circle_distance", "inverse_beta_cdf",
    "inverse_normal_cdf",
    "normal_cdf", "normalize", "parse_data_size", "parse_presto_data_size", "radians", "rand", "random",
    "shuffle",
    "sin", "soundex", "t_cdf", "t_pdf", "tanh", "to_big_endian_32", "uuid", "wilson_interval_lower",
    "wilson_interval_upper",
    "to_utf8", "url_decode", "url_encode", "url_extract_fragment", "url_extract_host",
    "url_extract_parameter", "url_extract_path", "url_extract_port", "url_extract_protocol",
    "url_extract_query",
  ]

  @Test(arguments: document?.functionExamples ?? [])
  func functionExampleHolds(_ example: SemanticsDocument.Example) throws {
    let isUnknown = Self.unknown.contains { example.expression.contains($0 + "(") }
    // The limits of S86 are the engine's; texts of 16 MiB are more than the oracle's lists of characters bear.
    if isUnknown || example.rule == "S86" { return }
    try exampleHolds(example)
  }

  /// What an example's result shows of a value: record values look like typed ones.
  enum Kind: Equatable {
    case null
    case boolean
    case number
    case text

    init(_ value: OracleValue) {
      switch value {
      case .null: self = .null
      case .boolean: self = .boolean
      case .number, .exact, .double, .real: self = .number
      case .record(let record): self = record.isBoolean ? .boolean : record.isNumber ? .number : .text
      default: self = .text
      }
    }
  }

  @Test(arguments: orders.indices)
  func orderHolds(_ index: Int) throws {
    let values = try Self.orders[index].values.map { json in
      try Oracle.evaluate(
        try SQLParser.parseExpression("v"), try OracleRecord(json: Array(#"{"v":\#(json)}"#.utf8)))
    }
    for (place, value) in values.enumerated() {
      for (other, next) in values.enumerated() {
        let wanted = place == other ? 0 : place < other ? -1 : 1
        #expect(OracleOrdering.compare(value, next) == wanted)
      }
    }
  }

  @Test func everyRuleHasItsOwnNumberAndExamples() throws {
    let document = try #require(Self.document)
    #expect(document.rules.count > 30)
    #expect(Set(document.rules).count == document.rules.count)
    let illustrated = Set(
      document.examples.map(\.rule) + document.functionExamples.map(\.rule) + document.orders.map(\.rule)
        + document.queries.map(\.rule))
    // S10 only introduces the table of S20; statements that give no rows of a query are run by FormTests.
    #expect(Set(document.rules).subtracting(illustrated) == ["S10", "Statements"])
    #expect(document.examples.count > 300)
  }
}
