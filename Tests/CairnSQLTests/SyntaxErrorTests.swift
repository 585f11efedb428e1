import CairnSQL
import Testing

/// What is said about texts that cannot be read, and where.
struct SyntaxErrorTests {
  struct Case: Sendable, CustomStringConvertible {
    let text: String
    let column: Int
    let message: String
    var suggestion: String?
    var description: String { text }
  }

  @Test(arguments: [
    Case(text: "", column: 1, message: "expected an expression, found the end of the text"),
    Case(text: "a =", column: 4, message: "expected an expression, found the end of the text"),
    Case(text: "a = )", column: 5, message: "expected an expression, found ')'"),
    Case(text: "a = FROM", column: 5, message: "expected an expression, found FROM"),
    Case(
      text: "(a = 1", column: 7,
      message: "expected ')' to close the one at line 1, column 1, found the end of the text"),
    Case(
      text: "a = b = c", column: 7,
      message: "comparisons do not chain; combine them with AND or put one in parentheses"),
    Case(text: "a == 1", column: 4, message: "equality is a single '='"),
    Case(text: "a IN ()", column: 6, message: "the list after IN is empty"),
    Case(text: "a IN 1", column: 6, message: "expected '(' to start the list after IN, found '1'"),
    Case(text: "a BETWEEN 1 OR 2", column: 13, message: "expected AND, found OR"),
    Case(text: "a BETWEEN 1 ANE 2", column: 13, message: "expected AND, found 'ANE'", suggestion: "AND"),
    Case(
      text: "a IS NUL", column: 6, message: "expected NOT, NULL or DISTINCT FROM, found 'NUL'",
      suggestion: "NULL"),
    Case(
      text: "a LIK 'x%'", column: 3,
      message: "expected an operator or the end of the expression, found 'LIK'", suggestion: "LIKE"),
    Case(
      text: "a = 1 ADN b = 2", column: 7,
      message: "expected an operator or the end of the expression, found 'ADN'", suggestion: "AND"),
    Case(text: "a = 'x", column: 5, message: "the string has no closing '"),
    Case(text: "\"a", column: 1, message: "the quoted name has no closing \""),
    Case(text: "a /* b", column: 3, message: "the comment has no end"),
    Case(
      text: "a = ‘x’", column: 5, message: "a curly quotation mark; strings are written between straight '…'"),
    Case(text: "a.1", column: 3, message: "expected a name after '.', found '1'"),
    Case(
      text: "a[1", column: 4,
      message: "expected ']' to close the one at line 1, column 2, found the end of the text"),
    Case(text: "a[1.5]", column: 3, message: "an index is a whole number"),
    Case(text: "f(a b)", column: 5, message: "expected ',' or ')' in the call of f, found 'b'"),
    Case(text: "CASE a END", column: 8, message: "expected WHEN, found END"),
    Case(
      text: "CASE WHEN a THEN b", column: 19, message: "expected WHEN, ELSE or END, found the end of the text"
    ),
    Case(text: "CAST(a AS )", column: 11, message: "expected a type, found ')'"),
    Case(
      text: "requestParameters.user@host", column: 23,
      message: "unexpected '@'; put names with such characters in double quotes"),
    Case(text: "X'4'", column: 1, message: "a binary literal holds pairs of hexadecimal digits"),
    Case(text: "U&'\\D800'", column: 1, message: "a Unicode escape is \\XXXX or \\+XXXXXX, and a character"),
    Case(text: "0xFFFFFFFFFFFFFFFFF", column: 1, message: "the number does not fit 64 bits"),
    Case(
      text: "interval '7' dai", column: 14,
      message: "expected YEAR, MONTH, WEEK, DAY, HOUR, MINUTE or SECOND, found 'dai'", suggestion: "DAY"),
    Case(text: "a = $ID", column: 5, message: "the placeholder $ID has not been replaced by a value"),
    Case(text: "a \u{1}", column: 3, message: "unexpected byte 0x1"),
  ])
  func tells(_ test: Case) throws {
    let error = try #require(throws: SQLSyntaxError.self) { try SQLParser.parseExpression(test.text) }
    #expect(error.message == test.message)
    #expect(error.location == SourceLocation(line: 1, column: test.column))
    #expect(error.suggestion == test.suggestion)
  }

  @Test func rendersLineAndCaret() throws {
    let text = "eventName = 'Größe'\n  AND\tawsRegion LIK 'us-%'\n  AND x = 1"
    let error = try #require(throws: SQLSyntaxError.self) { try SQLParser.parseExpression(text) }
    #expect(
      error.rendered(in: text) == """
        line 2, column 17: expected an operator or the end of the expression, found 'LIK'
          |
        2 |   AND awsRegion LIK 'us-%'
          |                 ^^^
          = did you mean LIKE?
        """)
    #expect(error.expected == ["an operator", "the end of the expression"])
  }

  @Test func rendersLongAndHostileLines() throws {
    let text = String(repeating: "a OR ", count: 100) + "b \u{1B}[31m\u{202E} = = c"
    let error = try #require(throws: SQLSyntaxError.self) { try SQLParser.parseExpression(text) }
    let rendered = error.rendered(in: text)
    #expect(rendered.unicodeScalars.allSatisfy { $0 == "\n" || !["\u{1B}", "\u{202E}"].contains($0) })
    let lines = rendered.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count < 120 })
    // The caret stands under the character that is wrong.
    let caret = try #require(lines.last?.firstIndex(of: "^"))
    let column = lines[3].distance(from: lines[3].startIndex, to: caret)
    #expect(Array(lines[2])[column] == "\u{FFFD}")
  }

  @Test func rendersWithAnotherText() throws {
    // A caller may hold another text than the one that was parsed; nothing may trap.
    let error = try #require(throws: SQLSyntaxError.self) { try SQLParser.parseExpression("a\n\n\nb c") }
    for text in ["", "\n", "x"] { #expect(error.rendered(in: text).contains("^")) }
  }

  @Test func refusesBytesThatAreNotUTF8() throws {
    let error = try #require(throws: SQLSyntaxError.self) {
      try SQLParser.decode(Array("a\nü".utf8) + [0xFF, 0x41])
    }
    #expect(error.location == SourceLocation(line: 2, column: 2))
    #expect(try SQLParser.decode(Array("ü".utf8)) == "ü")
  }

  @Test(arguments: [
    ("userIdentiy", "userIdentity"), ("evnetName", "eventName"), ("SOURCEIPADRESS", "sourceIPAddress"),
    ("zzz", nil), ("", nil), ("e", nil),
  ])
  func findsNearNames(_ name: String, _ expected: String?) {
    let names = ["eventName", "eventTime", "userIdentity", "sourceIPAddress", "awsRegion"]
    #expect(NearNames.nearest(to: name, among: names) == expected)
  }
}
