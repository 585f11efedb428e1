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
      guard current.kind == .end || at(.semicolon) else { throw unexpectedBehindStatement() }
      while accept(.semicolon) {}
    }
    return statements
  }

  /// The words that go on with a SELECT, to compare misspelt ones with.
  private static let clauses: [Keyword] =
    [.from, .where, .group, .having, .order, .limit, .offset, .union, .join] + infixKeywords

  /// The error that the statement has ended before the token at hand, with what is known of its word.
  private func unexpectedBehindStatement() -> SQLSyntaxError {
    if isWord("QUALIFY") || isWord("QUALIFY", ahead: -1) {
      return error(
        "QUALIFY is no clause of Trino: put the query into parentheses after FROM, and the condition on its window "
          + "function into WHERE", at: isWord("QUALIFY") ? current.span : previousSpan)
    }
    return unexpected(["';'", "the end of the statement"], keywords: Parser.clauses)
  }

  private mutating func parseStatement() throws(SQLSyntaxError) -> Statement {
    switch current.keyword {
    case .explain:
      advance()
      return try parseExplain()
    case .describe, .desc:
      advance()
      return try parseDescribe()
    case .show:
      advance()
      return try parseShow()
    default:
      if startsQuery(ahead: 0) || at(.leftParenthesis) { return .query(try parseQuery()) }
      if let statement = try parseSessionStatement() { return statement }
      if let refusal { throw error(refusal, at: current.span) }
      let starters: [Keyword] = [.select, .with, .explain, .describe, .show, .values]
      throw unexpected(["SELECT", "WITH", "EXPLAIN", "DESCRIBE", "SHOW"], keywords: starters)
    }
  }

  /// `EXPLAIN [ANALYZE [VERBOSE] | (TYPE …, FORMAT …)] query`; the word EXPLAIN has been read.
  private mutating func parseExplain() throws(SQLSyntaxError) -> Statement {
    var explain = Statement.Explain.plan
    if accept(.analyze) {
      explain = .analysis
      _ = acceptWord("VERBOSE")
    } else if at(.leftParenthesis), isWord("TYPE", ahead: 1) || isWord("FORMAT", ahead: 1) {
      explain = try parseExplainOptions()
    }
    guard startsQuery(ahead: 0) || at(.leftParenthesis) else {
      if let refusal { throw error(refusal, at: current.span) }
      throw unexpected(["SELECT", "WITH", "VALUES"], keywords: [.select, .with, .values])
    }
    return .explain(try parseQuery(), explain)
  }

  private mutating func parseExplainOptions() throws(SQLSyntaxError) -> Statement.Explain {
    let opening = try expect(.leftParenthesis)
    var explain = Statement.Explain.plan
    repeat {
      let option = current
      if acceptWord("TYPE") {
        switch wordHere {
        case "LOGICAL": explain = .logicalPlan
        case "DISTRIBUTED": explain = .operators
        case "VALIDATE": explain = .validity
        default: throw unexpected(["LOGICAL", "DISTRIBUTED", "VALIDATE"], note: " after TYPE")
        }
      } else if acceptWord("FORMAT") {
        guard wordHere == "TEXT" else { throw error("plans are TEXT here", at: current.span) }
      } else {
        throw unexpected(["TYPE", "FORMAT"])
      }
      if option.span != current.span { advance() }
    } while accept(.comma)
    try expect(.rightParenthesis, closing: opening)
    return explain
  }

  /// `DESCRIBE [FORMATTED | EXTENDED] table`; the word DESCRIBE has been read.
  private mutating func parseDescribe() throws(SQLSyntaxError) -> Statement {
    if isWord("INPUT") || isWord("OUTPUT"), case .word = token(ahead: 1).kind {
      throw error(
        "what a prepared statement takes and gives is not described here: run it, its columns come first",
        at: current.span)
    }
    if isWord("FORMATTED") || isWord("EXTENDED") {
      switch token(ahead: 1).kind {
      case .word, .quotedName, .placeholder, .number: advance()
      default: break
      }
    }
    return .describe(try parseTableName())
  }
}
