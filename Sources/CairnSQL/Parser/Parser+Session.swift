// Statements about statements and sessions, and those that an archive cannot run.
extension Parser {
  /// PREPARE and its kin, and what sets up a session; nil where the word begins something else.
  mutating func parseSessionStatement() throws(SQLSyntaxError) -> Statement? {
    switch wordHere {
    case "PREPARE": return try parsePrepare()
    case "EXECUTE": return try parseExecute()
    case "DEALLOCATE":
      advance()
      try expectWord("PREPARE")
      return .deallocate(try parseIdentifier("the name of a prepared statement"))
    case "USE":
      advance()
      _ = try parseTableName()
      return .session(note: nil)
    case "SET", "RESET": return try parseSet()
    case "START", "BEGIN", "COMMIT", "ROLLBACK":
      advance()
      skipStatement()
      return .session(note: nil)
    default: return nil
    }
  }

  private mutating func parsePrepare() throws(SQLSyntaxError) -> Statement {
    advance()
    let name = try parseIdentifier("a name for the statement")
    try expect(.from)
    let start = current.span
    guard startsQuery(ahead: 0) || at(.leftParenthesis) else {
      if let refusal { throw error(refusal, at: current.span) }
      throw unexpected(["SELECT", "WITH", "VALUES"], keywords: [.select, .with, .values])
    }
    _ = try parseQuery()
    return .prepare(name, text: source.text(start.union(previousSpan)))
  }

  private mutating func parseExecute() throws(SQLSyntaxError) -> Statement {
    advance()
    if isWord("IMMEDIATE"), case .string(let text) = token(ahead: 1).kind {
      advance()
      let span = advance().span
      return .executeImmediate(text: text, span, arguments: try parseExecuteArguments())
    }
    let name = try parseIdentifier("the name of a prepared statement")
    return .execute(name, arguments: try parseExecuteArguments())
  }

  private mutating func parseExecuteArguments() throws(SQLSyntaxError) -> [Statement.Argument] {
    guard accept(.using) else { return [] }
    return try list { (parser) throws(SQLSyntaxError) in
      let start = parser.current.span
      _ = try parser.parseExpression()
      let span = start.union(parser.previousSpan)
      return Statement.Argument(text: parser.source.text(span), span: span)
    }
  }

  /// `SET SESSION name = value`, `SET TIME ZONE 'UTC'`, `RESET SESSION name`.
  private mutating func parseSet() throws(SQLSyntaxError) -> Statement {
    advance()
    if isWord("ROLE") || isWord("PATH") {
      throw error("an archive has no \(wordHere.lowercased())s", at: current.span)
    }
    if accept(.time) {
      try expect(.zone)
      if acceptWord("LOCAL") { return .session(note: nil) }
      if case .string(let zone) = current.kind, ["utc", "z", "+00:00"].contains(zone.lowercased()) {
        advance()
        return .session(note: nil)
      }
      throw error(
        "times are in UTC here: timestamps are shown in another zone by AT TIME ZONE 'name'", at: current.span
      )
    }
    try expectWord("SESSION")
    skipStatement()
    return .session(note: "session properties change nothing here; limits are options of the command")
  }

  /// Passes over what is left of a statement.
  private mutating func skipStatement() {
    while !at(.semicolon) {
      switch current.kind {
      case .end, .invalid: return
      default: advance()
      }
    }
  }

  /// Why the statement that the word at hand begins is refused, and what to do instead; nil where it begins none.
  var refusal: String? {
    func has(_ words: String...) -> Bool {
      var ahead = 1
      // Between CREATE and TABLE or VIEW stand EXTERNAL, OR REPLACE, MATERIALIZED and the like.
      while ahead <= 4 {
        if words.contains(where: { isWord($0, ahead: ahead) }) { return true }
        ahead += 1
      }
      return false
    }
    switch wordHere {
    case "CREATE":
      if has("VIEW") {
        return "views are not kept: put the query into WITH name AS (…) before the one that reads it"
      }
      if has("TABLE") {
        return
          "no table has to be created: the archive is the table, whatever a query calls it, and has every "
          + "column; cairn compact SOURCE --into ARCHIVE fills it, --output csv writes rows to a file"
      }
      return "only queries are allowed; an archive cannot be changed by SQL"
    case "FROM": return "what is selected comes first: SELECT * FROM events"
    case "SUMMARIZE":
      return "DESCRIBE events lists the columns; cairn inspect ARCHIVE shows what is in it"
    case "PRAGMA", "ATTACH", "INSTALL", "LOAD", "IMPORT":
      return "only queries are allowed: SHOW TABLES, DESCRIBE events and SHOW FUNCTIONS say what there is"
    case "INSERT", "UNLOAD", "COPY", "EXPORT":
      return
        "an archive cannot be changed by SQL: run the SELECT alone, and have its rows written to a file with "
        + "--output csv or jsonl"
    case "MSCK", "ALTER", "REPAIR":
      return
        "partitions need no repair: cairn compact SOURCE --into ARCHIVE adds new logs, and every query sees them"
    case "ANALYZE", "VACUUM", "OPTIMIZE", "REFRESH":
      return "an archive needs no maintenance by SQL"
    case "DROP", "DELETE", "UPDATE", "MERGE", "TRUNCATE":
      return "only queries are allowed; an archive cannot be changed by SQL"
    case "GRANT", "REVOKE", "DENY", "CALL", "COMMENT":
      return
        "an archive has no \(wordHere == "CALL" ? "procedures" : wordHere == "COMMENT" ? "comments" : "roles"): "
        + "only queries are allowed"
    default: return nil
    }
  }
}
