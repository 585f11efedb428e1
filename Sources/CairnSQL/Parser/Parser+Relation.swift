extension Parser {
  /// A relation and the joins that follow it.
  mutating func parseRelation() throws(SQLSyntaxError) -> Relation {
    try parseJoins(of: try parseSampledRelation())
  }

  private mutating func parseJoins(of first: Relation) throws(SQLSyntaxError) -> Relation {
    var left = first
    var count = 0
    while let (kind, isNatural) = try parseJoinKind() {
      count = try countChain(count)
      var right = try parseSampledRelation()
      var condition: Join.Condition?
      if isNatural {
        condition = .natural
      } else if kind != .cross {
        // In `a JOIN b JOIN c ON … ON …` the right side is a join itself.
        if !at(.on), !at(.using) {
          right = try nested { [right] (parser) throws(SQLSyntaxError) in try parser.parseJoins(of: right) }
        }
        condition = try parseJoinCondition()
      }
      left = .join(Join(kind: kind, left: left, right: right, condition: condition))
    }
    return left
  }

  /// `relation [TABLESAMPLE BERNOULLI | SYSTEM (percentage)]`.
  private mutating func parseSampledRelation() throws(SQLSyntaxError) -> Relation {
    let relation = try parseAliasedRelation()
    if isWord("MATCH_RECOGNIZE") || isWord("PIVOT") || isWord("UNPIVOT") {
      throw error(
        "\(wordHere) is not supported; \(isWord("MATCH_RECOGNIZE") ? "window functions such as lag" : "count_if")"
          + " may do", at: current.span)
    }
    if at(.for),
      isWord("VERSION", ahead: 1) || isWord("TIMESTAMP", ahead: 1) || isWord("SYSTEM_TIME", ahead: 1)
    {
      throw error("an archive has one version; bound eventTime in WHERE instead", at: current.span)
    }
    guard acceptWord("TABLESAMPLE") else { return relation }
    guard isWord("BERNOULLI") || isWord("SYSTEM") else { throw unexpected(["BERNOULLI", "SYSTEM"]) }
    let method: SampleMethod = isWord("SYSTEM") ? .system : .bernoulli
    advance()
    let opening = try expect(.leftParenthesis)
    let percentage = try parseExpression()
    try expect(.rightParenthesis, closing: opening)
    return .sample(relation, method, percentage: percentage)
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
    case .word where isWord("JSON_TABLE") && token(ahead: 1).symbol == .leftParenthesis:
      let (rows, columns) = try parseJSONTable()
      let alias = try parseTableAlias()
      let name = alias?.name ?? Identifier("json_table", isQuoted: false, span: rows.span)
      let names = alias.flatMap { $0.columns.isEmpty ? nil : $0.columns } ?? columns
      guard names.count == columns.count else {
        throw error("\(names.count) names for \(columns.count) columns", at: name.span)
      }
      return .unnest([rows], withOrdinality: false, alias: TableAlias(name: name, columns: names))
    case .word(_, .lateral) where token(ahead: 1).symbol == .leftParenthesis:
      advance()
      let query = try parseQueryInParentheses()
      return .query(query, isLateral: true, alias: try parseTableAlias())
    case .word(_, .values):
      // Without parentheses, as some write it.
      return .query(try parseBareValues(), isLateral: false, alias: try parseTableAlias())
    case .symbol(.leftParenthesis):
      return try nested { (parser) throws(SQLSyntaxError) in try parser.parseParenthesizedRelation() }
    case .string:
      throw error("a table's name stands in double quotes, or in none", at: current.span)
    default:
      let name = try parseTableName()
      return .table(name, alias: try parseTableAlias())
    }
  }

  /// A query or a relation in parentheses.
  private mutating func parseParenthesizedRelation() throws(SQLSyntaxError) -> Relation {
    let opening = current.span
    if opensQuery {
      let query = try parseQueryInParentheses()
      return .query(query, isLateral: false, alias: try parseTableAlias())
    }
    advance()
    let relation = try parseRelation()
    try expect(.rightParenthesis, closing: opening)
    return .parenthesized(relation, alias: try parseTableAlias())
  }

  /// Whether a query stands in the parentheses that open here, be it in more of them, or a set operation of such.
  var opensQuery: Bool {
    var ahead = 1
    while token(ahead: ahead).symbol == .leftParenthesis { ahead += 1 }
    guard startsQuery(ahead: ahead) else { return false }
    // Behind each of the parentheses inside, something has to follow that goes on with a query.
    var depth = ahead
    var level = ahead
    while true {
      switch token(ahead: ahead).kind {
      case .symbol(.leftParenthesis): depth += 1
      case .symbol(.rightParenthesis):
        depth -= 1
        if depth == 0 { return true }
        if depth < level {
          guard goesOnWithQuery(ahead: ahead + 1) else { return false }
          level = depth
        }
      case .end, .invalid: return true
      default: break
      }
      ahead += 1
    }
  }

  private func goesOnWithQuery(ahead: Int) -> Bool {
    let token = token(ahead: ahead)
    switch token.keyword {
    case .union, .intersect, .except, .order, .limit, .offset, .fetch: return true
    default: return token.symbol == .rightParenthesis || token.kind == .end
    }
  }

  private mutating func parseTableAlias() throws(SQLSyntaxError) -> TableAlias? {
    guard let name = try parseAlias() else { return nil }
    return TableAlias(name: name, columns: at(.leftParenthesis) ? try parseColumnNames() : [])
  }

  // MARK: Table names

  /// A table's name, or what published queries have in its place: `$EDS_ID`, `<EDS ID>`, a bare UUID.
  mutating func parseTableName() throws(SQLSyntaxError) -> TableName {
    let start = current.span
    var parts: [Identifier] = []
    switch current.kind {
    case .placeholder, .symbol(.less), .symbol(.leftBracket), .symbol(.colon):
      let placeholder = try parsePlaceholderName()
      guard at(.dot) else { return placeholder }
      // `<DB>.logs` is a table of this name.
      parts = [Identifier(placeholder.text, isQuoted: true, span: placeholder.span)]
    default:
      if let dashed = dashedName() { return dashed }
      parts = [try parseIdentifier("a table name")]
    }
    while at(.dot) {
      advance()
      switch current.kind {
      case .placeholder, .symbol(.less), .symbol(.leftBracket), .symbol(.colon):
        let placeholder = try parsePlaceholderName()
        guard at(.dot) else { return placeholder }
        parts.append(Identifier(placeholder.text, isQuoted: true, span: placeholder.span))
        continue
      default: break
      }
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

  /// What published queries have in place of a name: `$EDS_ID`, `{table}`, `<EDS ID>`, `[TABLE_NAME]`, `:table`.
  private mutating func parsePlaceholderName() throws(SQLSyntaxError) -> TableName {
    let start = advance()
    switch start.kind {
    case .placeholder(let name): return TableName(text: name, parts: [], span: start.span)
    case .symbol(.colon):
      guard case .word(let name, _) = current.kind else { throw unexpected(["a name"], note: " after ':'") }
      return TableName(text: ":" + name, parts: [], span: start.span.union(advance().span))
    default: break
    }
    // Everything up to the closing bracket, on the same line.
    let closing: Symbol = start.symbol == .less ? .greater : .rightBracket
    while !at(closing) {
      switch current.kind {
      case .word, .symbol(.minus), .symbol(.dot), .number: advance()
      default: throw unexpected(["'\(closing.rawValue)'"], note: " to close the placeholder")
      }
    }
    let span = start.span.union(advance().span)
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
