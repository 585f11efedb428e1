extension Parser {
  /// A relation and the joins that follow it.
  mutating func parseRelation() throws(SQLSyntaxError) -> Relation {
    var left = try parseAliasedRelation()
    var count = 0
    while let (kind, isNatural) = try parseJoinKind() {
      count = try countChain(count)
      let right = try parseAliasedRelation()
      var condition: Join.Condition?
      if isNatural {
        condition = .natural
      } else if kind != .cross {
        condition = try parseJoinCondition()
      }
      left = .join(Join(kind: kind, left: left, right: right, condition: condition))
    }
    return left
  }

  private mutating func parseJoinKind() throws(SQLSyntaxError) -> (Join.Kind, isNatural: Bool)? {
    if accept(.cross) {
      try expect(.join)
      return (.cross, false)
    }
    let isNatural = accept(.natural)
    var kind = Join.Kind.inner
    var isJoin = isNatural
    switch current.keyword {
    case .join: isJoin = true
    case .inner: isJoin = true
    case .left: kind = .left
    case .right: kind = .right
    case .full: kind = .full
    default: break
    }
    isJoin = isJoin || kind != .inner
    guard isJoin else { return nil }
    if !at(.join) {
      if kind != .inner || at(.inner) { advance() }
      if kind != .inner { _ = accept(.outer) }
    }
    try expect(.join)
    return (kind, isNatural)
  }

  private mutating func parseJoinCondition() throws(SQLSyntaxError) -> Join.Condition {
    if accept(.on) { return .on(try parseExpression()) }
    if accept(.using) { return .using(try parseColumnNames()) }
    throw unexpected(["ON", "USING"], note: " after the joined table")
  }

  private mutating func parseAliasedRelation() throws(SQLSyntaxError) -> Relation {
    switch current.kind {
    case .word(_, .unnest):
      advance()
      let arrays = try parseArgumentList()
      let withOrdinality = accept(.with, .ordinality)
      return .unnest(arrays, withOrdinality: withOrdinality, alias: try parseTableAlias())
    case .word(_, .lateral) where token(ahead: 1).symbol == .leftParenthesis:
      advance()
      let query = try parseQueryInParentheses()
      return .query(query, isLateral: true, alias: try parseTableAlias())
    case .symbol(.leftParenthesis):
      return try nested { (parser) throws(SQLSyntaxError) in try parser.parseParenthesizedRelation() }
    default:
      let name = try parseTableName()
      return .table(name, alias: try parseTableAlias())
    }
  }

  /// A query or a relation in parentheses: what the innermost parenthesis opens decides.
  private mutating func parseParenthesizedRelation() throws(SQLSyntaxError) -> Relation {
    var ahead = 1
    while token(ahead: ahead).symbol == .leftParenthesis { ahead += 1 }
    let opening = current.span
    if startsQuery(ahead: ahead) {
      let query = try parseQueryInParentheses()
      return .query(query, isLateral: false, alias: try parseTableAlias())
    }
    advance()
    let relation = try parseRelation()
    try expect(.rightParenthesis, closing: opening)
    return .parenthesized(relation, alias: try parseTableAlias())
  }

  private mutating func parseTableAlias() throws(SQLSyntaxError) -> TableAlias? {
    guard let name = try parseAlias() else { return nil }
    return TableAlias(name: name, columns: at(.leftParenthesis) ? try parseColumnNames() : [])
  }

  // MARK: Table names

  /// A table's name, or what published queries have in its place: `$EDS_ID`, `<EDS ID>`, a bare UUID.
  mutating func parseTableName() throws(SQLSyntaxError) -> TableName {
    let start = current.span
    switch current.kind {
    case .placeholder(let name):
      advance()
      return TableName(text: name, parts: [], span: start)
    case .symbol(.less):
      return try parseAngleName()
    default:
      if let dashed = dashedName() { return dashed }
    }
    var parts = [try parseIdentifier("a table name")]
    while at(.dot) {
      advance()
      if case .placeholder(let name) = current.kind {
        advance()
        return TableName(text: name, parts: [], span: start.union(previousSpan))
      }
      if at(.less) { return try parseAngleName() }
      if let dashed = dashedName() { return dashed }
      parts.append(try parseAnyTablePart())
    }
    return TableName(
      text: parts.map(\.text).joined(separator: "."), parts: parts, span: start.union(previousSpan))
  }

  private mutating func parseAnyTablePart() throws(SQLSyntaxError) -> Identifier {
    if case .word(let text, _) = current.kind {
      return Identifier(text, isQuoted: false, span: advance().span)
    }
    return try parseIdentifier("a table name")
  }

  /// `<event_data_store_id>`, `<EDS ID>`: everything up to the closing bracket, on the same line.
  private mutating func parseAngleName() throws(SQLSyntaxError) -> TableName {
    let start = try expect(.less)
    while !at(.greater) {
      switch current.kind {
      case .word, .symbol(.minus), .symbol(.dot), .number: advance()
      default: throw unexpected(["'>'"], note: " to close the placeholder")
      }
    }
    let span = start.union(advance().span)
    return TableName(text: source.text(span), parts: [], span: span)
  }

  /// Words and numbers joined by minus signs without blanks between: an event data store's ID.
  private mutating func dashedName() -> TableName? {
    let start = current.span
    var end = start.start
    var ahead = 0
    var dashes = 0
    scan: while token(ahead: ahead).span.start == end {
      let piece = token(ahead: ahead)
      switch piece.kind {
      case .word, .number: break
      case .symbol(.minus): dashes += 1
      default: break scan
      }
      end = piece.span.end
      ahead += 1
    }
    guard dashes > 0 || source.byte(at: start.start)?.isDigit == true, ahead > 0 else { return nil }
    for _ in 0..<ahead { advance() }
    let span = SourceSpan(start: start.start, end: end)
    return TableName(text: source.text(span), parts: [], span: span)
  }
}
