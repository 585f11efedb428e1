extension Parser {
  /// What SHOW shows; the word SHOW has been read.
  mutating func parseShow() throws(SQLSyntaxError) -> Statement {
    if accept(.columns) {
      let table = accept(.from) || accept(.in) ? try parseTableName() : nil
      // SHOW COLUMNS IN table IN database, as Athena takes it.
      if table != nil, accept(.in) || accept(.from) { _ = try parseTableName() }
      return .showColumns(table, like: try parseShowPattern(isOptional: false))
    }
    if accept(.tables) { return try parseListing(.tables) }
    if accept(.create) { return try parseShowCreate() }
    switch wordHere {
    case "VIEWS": return try advancing { (parser) throws(SQLSyntaxError) in try parser.parseListing(.views) }
    case "SCHEMAS", "DATABASES":
      return try advancing { (parser) throws(SQLSyntaxError) in try parser.parseListing(.schemas) }
    case "CATALOGS":
      return try advancing { (parser) throws(SQLSyntaxError) in try parser.parseListing(.catalogs) }
    case "FUNCTIONS":
      return try advancing { (parser) throws(SQLSyntaxError) in try parser.parseListing(.functions) }
    case "SESSION":
      return try advancing { (parser) throws(SQLSyntaxError) in try parser.parseListing(.session) }
    case "PARTITIONS":
      advance()
      _ = accept(.from) || accept(.in)
      return .showPartitions(try parseTableName())
    case "STATS":
      throw error("SHOW STATS is cairn inspect ARCHIVE --schema here", at: current.span)
    case "TBLPROPERTIES", "GRANTS", "ROLES", "ROLE", "CURRENT", "BRANCHES":
      throw error("an archive has no \(wordHere.lowercased()) to show", at: current.span)
    default:
      throw unexpected(
        ["COLUMNS", "TABLES", "CREATE TABLE", "PARTITIONS", "SCHEMAS", "CATALOGS", "FUNCTIONS", "SESSION"],
        keywords: [.columns, .tables])
    }
  }

  private mutating func advancing<Result>(
    _ body: (inout Parser) throws(SQLSyntaxError) -> Result
  ) throws(SQLSyntaxError) -> Result {
    advance()
    return try body(&self)
  }

  /// `[FROM schema] [[LIKE] pattern]`: everything is in one schema.
  private mutating func parseListing(_ listing: Statement.Listing) throws(SQLSyntaxError) -> Statement {
    if accept(.from) || accept(.in) { _ = try parseTableName() }
    return .show(listing, like: try parseShowPattern(isOptional: true))
  }

  /// `LIKE 'pattern' [ESCAPE 'c']`; Athena's pattern without LIKE, in which `*` is any text, where it may be.
  private mutating func parseShowPattern(isOptional: Bool) throws(SQLSyntaxError) -> ShowPattern? {
    if isOptional, case .string(let text) = current.kind {
      let span = advance().span
      return ShowPattern(text: text.replacing("*", with: "%"), escape: nil, span: span)
    }
    guard accept(.like) else { return nil }
    guard case .string(let text) = current.kind else {
      throw unexpected(["a string"], note: " after LIKE")
    }
    let span = advance().span
    guard accept(.escape) else { return ShowPattern(text: text, escape: nil, span: span) }
    guard case .string(let escape) = current.kind else {
      throw unexpected(["a string"], note: " after ESCAPE")
    }
    advance()
    return ShowPattern(text: text, escape: escape, span: span)
  }

  private mutating func parseShowCreate() throws(SQLSyntaxError) -> Statement {
    if accept(.table) { return .showCreateTable(try parseTableName()) }
    if isWord("VIEW") || isWord("MATERIALIZED") || isWord("SCHEMA") || isWord("FUNCTION") {
      throw error("an archive has tables only: SHOW CREATE TABLE", at: current.span)
    }
    throw unexpected(["TABLE"], keywords: [.table])
  }
}
