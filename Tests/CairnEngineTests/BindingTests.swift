import Cairn
import CairnSQL
import Testing

/// What the scan builds on: paths, conjuncts, needles and errors.
struct BindingTests {
  private func bind(_ text: String) throws -> BoundExpression { try SemanticsExampleTests.bind(text) }

  private func names(_ expression: BoundExpression) -> [String] {
    expression.paths.map { path in
      path.names.map { String(decoding: $0.bytes, as: UTF8.self) + ($0.isExact ? "!" : "") }
        .joined(separator: ".") + (path.onlyStrings ? "?" : "")
    }
  }

  @Test func readsOnlyThePathsThatItNeeds() throws {
    #expect(names(try bind("a.b = 1 OR A.b = 2 OR a.b = 3")) == ["a.b", "A.b"])
    #expect(names(try bind("a[1].b = 1 AND a[].c = 2")) == ["a"])
    #expect(names(try bind("eventJson LIKE '%x%'")) == [""])
    #expect(names(try bind("json_extract_scalar(eventJson, '$.a.b') = 'x'")) == ["a!.b!"])
    #expect(names(try bind("json_extract_scalar(a, '$.b[0].c') = 'x'")) == ["a?", "a.b!"])
    #expect(names(try bind("a -> 'b' ->> 'c' = 'x'")) == ["a?", "a.b!?", "a.b!.c!"])
    #expect(names(try bind("json_extract(a, '$') = 'x'")) == ["a"])
    #expect(names(try bind("1 + 1 = 2")) == [])
  }

  @Test func splitsConjunctions() throws {
    let parts = try bind("a = 1 AND (b = 2 AND (c = 3 OR d = 4))").conjuncts
    #expect(parts.map(names) == [["a"], ["b"], ["c", "d"]])
    #expect(parts.map { $0.truth($0.paths.map { _ in .integer(2) }) } == [false, true, false])
    #expect(try bind("a = 1").conjuncts.count == 1)
    #expect(try bind("a = 1 OR b = 2").conjuncts.count == 1)
  }

  @Test func findsNeedles() throws {
    func needle(_ text: String) throws -> String? {
      try bind(text).needle.map { needle in
        needle.texts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",")
          + (needle.mayMatchNonStrings ? " others" : "")
      }
    }
    #expect(try needle("eventName = 'X'") == "X")
    #expect(try needle("'X' = eventName") == "X")
    #expect(try needle("eventName IN ('X', 'Y', 'X')") == "X,Y")
    #expect(try needle("a = '5'") == "5 others")
    #expect(try needle("a IN ('x', 'true')") == "x,true others")
    #expect(try needle("a = '{}'") == "{} others")
    #expect(try needle("json_extract_scalar(eventJson, '$.a') = 'x'") == "x")
    for other in [
      "a = 5", "a <> 'x'", "a NOT IN ('x')", "a IN ('x', NULL)", "a = b", "a[1] = 'x'", "a[] = 'x'",
      "lower(a) = 'x'", "eventTime = '2023-07-10'", "eventJson = 'x'", "a = 'x' AND b = 'y'",
      "json_extract_scalar(a, '$.b') = 'x'",
    ] {
      #expect(try needle(other) == nil, "\(other)")
    }
    #expect(try needle("eventTime = 'soon'") == "soon")
  }

  @Test func errorsShowThePlace() throws {
    func error(_ text: String) throws -> BindError? {
      let expression = try SQLParser.parseExpression(text)
      do {
        _ = try Binder.bind(expression, now: SemanticsExampleTests.now)
        return nil
      } catch { return error }
    }
    let unknown = try #require(try error("a = 1 AND\n  lowr(b) = 'x'"))
    #expect(unknown.suggestion == "lower")
    let shown = unknown.rendered(in: "a = 1 AND\n  lowr(b) = 'x'")
    #expect(shown.contains("line 2, column 3"))
    #expect(shown.contains("  ^^^^\n"))
    #expect(try error("date_trunc('hours', a)")?.suggestion == "hour")
    #expect(try error("regexp_like(a, '(?=x)')")?.message.contains("not supported") == true)
    #expect(try error("substr(a)")?.message.contains("2 or 3 arguments") == true)
    #expect(try error("count(*) > 1") != nil)
  }

  /// Chains are as deep as the parser lets them be.
  @Test func deepExpressionsEvaluate() throws {
    let sum = try bind("n" + String(repeating: " + 1", count: 500) + " = 507")
    #expect(sum.truth([.integer(7)]) == true)
    let text = try bind("length(n" + String(repeating: " || 'x'", count: 500) + ") = 501")
    #expect(text.truth([.integer(7)]) == true)
    let casts = try bind("n" + String(repeating: "::varchar", count: 500) + " = '7'")
    #expect(casts.truth([.integer(7)]) == true)
  }

  /// Values that no storage should give must not trap.
  @Test func damagedValuesAreHarmless() throws {
    let expression = try bind(
      "a.b = 1 OR a[].c = 2 OR cardinality(a) = 3 OR json_extract(a, '$.x[1]') = 5 OR a[2] = 'x'")
    let texts = [
      "", "{", "[", "{\"", "{\"a", "{\"a\"", "{\"a\":", "[1", "[1,", "[\"\\", "{\"a\":\"\\u12", "]", "{}x",
      "[,]", "{,}",
    ]
    for text in texts {
      _ = expression.truth(expression.paths.map { _ in .json(Array(text.utf8)) })
      _ = expression.truth(expression.paths.map { _ in .string(Array(text.utf8)) })
      _ = expression.truth(expression.paths.map { _ in .number(Array(text.utf8)) })
    }
    #expect(expression.truth([EngineValue]()) == nil)
  }

  /// Backtracking would take ages.
  @Test func regularExpressionsTakeLinearTime() throws {
    let text = FieldValue.string([UInt8](repeating: UInt8(ascii: "a"), count: 20_000))
    #expect(try bind("regexp_like(a, '(a|a)*(a+)+b$')").truth([text]) == false)
    #expect(try bind("a LIKE '%a%a%a%a%a%b'").truth([text]) == false)
    #expect(throws: BindError.self) { try bind("regexp_like(a, '((a{100}){100}){100}')") }
  }
}
