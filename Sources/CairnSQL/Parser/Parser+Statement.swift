extension Parser {
  mutating func parseStatements() throws(SQLSyntaxError) -> [Statement] {
    try parseStatementsWithSpans().map(\.statement)
  }

  /// The statements, and where each of them stands.
  mutating func parseStatementsWithSpans() throws(SQLSyntaxError) -> [(
    statement: Statement, span: SourceSpan
  )] {
    var statements: [(statement: Statement, span: SourceSpan)] = []
    while accept(.semicolon) {}
    while current.kind != .end {
      let start = current.span
      statements.append((try parseStatement(), start.union(previousSpan)))
      guard current.kind == .end || at(.semicolon) else {
        throw unexpected(["';'", "the end of the statement"], keywords: Parser.clauses)
      }
      while accept(.semicolon) {}
    }
    return statements
  }

  /// The words that go on with a SELECT, to compare misspelt ones with.
  private static let clauses: [Keyword] =
    [.from, .where, .group, .having, .order, .limit, .offset, .union, .join] + infixKeywords

  private mutating func parseStatement() throws(SQLSyntaxError) -> Statement {
    switch current.keyword {
    case .explain:
      advance()
      let analyze = accept(.analyze)
      return .explain(try parseQuery(), analyze: analyze)
    case .describe, .desc:
      advance()
      return .describe(try parseTableName())
    case .show:
      advance()
      return try parseShow()
    case .create, .delete, .drop, .insert:
      throw error("only queries are allowed; an archive cannot be changed by SQL", at: current.span)
    default:
      guard startsQuery(ahead: 0) || at(.leftParenthesis) else {
        let starters: [Keyword] = [.select, .with, .explain, .describe, .show, .values]
        throw unexpected(["SELECT", "WITH", "EXPLAIN", "DESCRIBE", "SHOW"], keywords: starters)
      }
      return .query(try parseQuery())
    }
  }

  private mutating func parseShow() throws(SQLSyntaxError) -> Statement {
    if accept(.tables) { return .showTables }
    guard accept(.columns) else { throw unexpected(["COLUMNS", "TABLES"]) }
    let table = accept(.from) || accept(.in) ? try parseTableName() : nil
    guard accept(.like) else { return .showColumns(table, like: nil) }
    guard case .string(let pattern) = current.kind else {
      throw unexpected(["a string"], note: " after LIKE")
    }
    advance()
    return .showColumns(table, like: pattern)
  }
}
