import CairnSQL
import Testing

/// Each limit of `ParserLimits`: what just fits is read, one more is refused with an error.
struct ParserLimitTests {
  private func refuses(_ text: String, _ part: String) throws {
    let error = try #require(throws: SQLSyntaxError.self) { try SQLParser.parseStatements(text) }
    #expect(error.message.contains(part), "\(error)")
  }

  private func query(_ expression: String) -> String { "SELECT " + expression }

  private func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

  @Test func textLength() throws {
    let padding = repeated(" ", ParserLimits.textByteCount - query("1").utf8.count)
    #expect(try SQLParser.parseStatements(query("1") + padding).count == 1)
    try refuses(query("1") + padding + " ", "longer than")
  }

  @Test(arguments: [
    ("(", "1", ")"), ("f(", "1", ")"), ("NOT ", "a", ""), ("- ", "a", ""), ("ARRAY[", "1", "]"),
    ("(SELECT ", "1", ")"), ("CASE WHEN a THEN ", "1", " END"), ("CAST(", "1", " AS bigint)"),
  ])
  func nesting(_ open: String, _ core: String, _ close: String) throws {
    let fitting = 35
    _ = try SQLParser.parseStatements(query(repeated(open, fitting) + core + repeated(close, fitting)))
    for count in [ParserLimits.nesting + 1, 10_000] {
      try refuses(query(repeated(open, count) + core + repeated(close, count)), "nests deeper")
    }
  }

  @Test func nestedTypesAndRelations() throws {
    try refuses(query("CAST(1 AS \(repeated("array(", 200))bigint\(repeated(")", 200)))"), "nests deeper")
    try refuses("SELECT * FROM \(repeated("(", 200))t\(repeated(")", 200))", "nests deeper")
    try refuses("SELECT * FROM \(repeated("(SELECT * FROM ", 200))t\(repeated(")", 200))", "nests deeper")
  }

  @Test(arguments: [" || a", " + a", " -> 'a'", "::bigint"])
  func treeDepth(_ link: String) throws {
    _ = try SQLParser.parseStatements(query("a" + repeated(link, ParserLimits.treeDepth - 1)))
    try refuses(query("a" + repeated(link, ParserLimits.treeDepth)), "levels")
  }

  @Test func pathSteps() throws {
    _ = try SQLParser.parseStatements(query("a" + repeated(".b", ParserLimits.treeDepth)))
    try refuses(query("a" + repeated(".b", ParserLimits.treeDepth + 1)), "steps")
    try refuses(query("f(a)" + repeated("[1]", ParserLimits.treeDepth + 1)), "levels")
  }

  @Test func chains() throws {
    let limit = ParserLimits.chainLength
    _ = try SQLParser.parseStatements("SELECT 1" + repeated(" UNION SELECT 1", limit))
    try refuses("SELECT 1" + repeated(" UNION SELECT 1", limit + 1), "in one chain")
    try refuses("SELECT 1" + repeated(" INTERSECT SELECT 1", limit + 1), "in one chain")
    try refuses("SELECT 1 FROM t" + repeated(" CROSS JOIN t", limit + 1), "in one chain")
  }

  /// Terms of AND and OR and the items of lists are flat, so their number is not limited.
  @Test func longListsAreFine() throws {
    let items = (0..<20_000).map { "'\($0)'" }.joined(separator: ",")
    _ = try SQLParser.parseExpression("a IN (\(items))")
    let terms = (0..<20_000).map { "a = \($0)" }.joined(separator: " OR ")
    #expect(try SQLParser.parseExpression(terms).children.count == 20_000)
  }
}
