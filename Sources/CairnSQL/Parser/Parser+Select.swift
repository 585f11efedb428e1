extension Parser {
  mutating func parseSelect() throws(SQLSyntaxError) -> SelectQuery {
    let start = try expect(.select)
    let isDistinct = accept(.distinct)
    if !isDistinct { _ = accept(.all) }
    if isWord("TOP"), case .number(let count) = token(ahead: 1).kind {
      throw error("TOP is another dialect's: LIMIT \(count) at the end of the query", at: current.span)
    }
    let items = try parseSelectItems()
    var relations: [Relation] = []
    if accept(.from) {
      relations = try list { (parser) throws(SQLSyntaxError) in try parser.parseRelation() }
    }
    let condition = accept(.where) ? try parseExpression() : nil
    let grouping = at(.group) ? try parseGrouping() : nil
    let having = accept(.having) ? try parseExpression() : nil
    var windows: [SelectQuery.NamedWindow] = []
    if accept(.window) {
      windows = try list { (parser) throws(SQLSyntaxError) in
        let name = try parser.parseIdentifier("a name for the window")
        try parser.expect(.as)
        return SelectQuery.NamedWindow(name: name, specification: try parser.parseWindowSpecification())
      }
    }
    return SelectQuery(
      isDistinct: isDistinct, items: items, relations: relations, condition: condition, grouping: grouping,
      having: having, windows: windows, span: start.union(previousSpan))
  }

  mutating func parseSelectItems() throws(SQLSyntaxError) -> [SelectItem] {
    var items = [try parseSelectItem()]
    while accept(.comma) {
      if at(.from) { throw error("a comma before FROM", at: previousSpan) }
      items.append(try parseSelectItem())
    }
    return items
  }

  private mutating func parseSelectItem() throws(SQLSyntaxError) -> SelectItem {
    if at(.star) { return .all(advance().span) }
    if let base = try parseAllOf() { return base }
    let expression = try parseExpression()
    if at(.dot), token(ahead: 1).symbol == .star {
      // `(row).*`
      advance()
      advance()
      return .allOf(expression, aliases: accept(.as) ? try parseColumnNames() : [])
    }
    return .expression(expression, alias: try parseAlias())
  }

  /// `t.*` and `a.b.*`, or nil.
  private mutating func parseAllOf() throws(SQLSyntaxError) -> SelectItem? {
    var ahead = 0
    while isNameToken(ahead: ahead), token(ahead: ahead + 1).symbol == .dot {
      ahead += 2
      guard token(ahead: ahead).symbol == .star else { continue }
      let start = current.span
      var names: [Identifier] = []
      while !at(.star) {
        names.append(try parseAnyName())
        try expect(.dot)
      }
      advance()
      guard let root = names.first else { return nil }
      let path = Path(root: root, steps: names.dropFirst().map(Path.Step.name))
      let base = try node(.path(path), from: start)
      let aliases = accept(.as) ? try parseColumnNames() : []
      return .allOf(base, aliases: aliases)
    }
    return nil
  }

  private func isNameToken(ahead: Int) -> Bool {
    switch token(ahead: ahead).kind {
    case .quotedName: true
    case .word(_, let keyword): ahead > 0 || keyword?.isReserved != true
    default: false
    }
  }

  private mutating func parseAnyName() throws(SQLSyntaxError) -> Identifier {
    switch current.kind {
    case .word(let text, _): return Identifier(text, isQuoted: false, span: advance().span)
    case .quotedName(let text): return Identifier(text, isQuoted: true, span: advance().span)
    default: throw unexpected(["a name"])
    }
  }

  /// `AS name`, or a name alone where it can be nothing else.
  mutating func parseAlias() throws(SQLSyntaxError) -> Identifier? {
    if accept(.as) {
      // People write AS 'name' too; there is no other reading.
      if case .string(let text) = current.kind {
        return Identifier(text, isQuoted: true, span: advance().span)
      }
      return try parseIdentifier("a name after AS")
    }
    switch current.kind {
    case .quotedName: return try parseIdentifier("a name")
    case .word(_, let keyword):
      let follows: Set<Keyword> = [.limit, .offset, .fetch, .window]
      if keyword?.isReserved == true || keyword.map(follows.contains) == true { return nil }
      if Parser.wordsBehindRelations.contains(wordHere) { return nil }
      return try parseIdentifier("a name")
    default: return nil
    }
  }

  /// Words that go on with a relation or a query: none of them is an alias without AS.
  private static let wordsBehindRelations: Set<String> = [
    "TABLESAMPLE", "QUALIFY", "MATCH_RECOGNIZE", "PIVOT", "UNPIVOT",
  ]

  private mutating func parseGrouping() throws(SQLSyntaxError) -> Grouping {
    try expect(.group)
    try expect(.by)
    if at(.all), endsGrouping(ahead: 1) {
      advance()
      return Grouping(isDistinct: false, elements: [.auto])
    }
    let isDistinct = accept(.distinct)
    if !isDistinct { _ = accept(.all) }
    let elements = try list { (parser) throws(SQLSyntaxError) in try parser.parseGroupingElement() }
    return Grouping(isDistinct: isDistinct, elements: elements)
  }

  /// Whether GROUP BY ends before the token some places on.
  private func endsGrouping(ahead: Int) -> Bool {
    let token = token(ahead: ahead)
    switch token.keyword {
    case .having, .window, .union, .intersect, .except, .order, .limit, .offset, .fetch: return true
    default:
      return token.symbol == .rightParenthesis || token.symbol == .semicolon || token.kind == .end
    }
  }

  private mutating func parseGroupingElement() throws(SQLSyntaxError) -> Grouping.Element {
    if at(.leftParenthesis), token(ahead: 1).symbol == .rightParenthesis {
      advance()
      advance()
      return .simple([])
    }
    if isWord("AUTO"), endsGrouping(ahead: 1) || token(ahead: 1).symbol == .comma {
      advance()
      return .auto
    }
    if accept(.rollup) { return .rollup(try parseGroupingSets()) }
    if accept(.cube) { return .cube(try parseGroupingSets()) }
    if accept(.grouping, .sets) { return .sets(try parseGroupingSets()) }
    let expression = try parseExpression()
    if case .row(let items) = expression.kind { return .simple(items) }
    return .simple([expression])
  }

  /// `(a, (b, c), ())`.
  private mutating func parseGroupingSets() throws(SQLSyntaxError) -> [[Expression]] {
    let opening = try expect(.leftParenthesis)
    let sets = try list { (parser) throws(SQLSyntaxError) -> [Expression] in
      if parser.at(.leftParenthesis), parser.token(ahead: 1).symbol == .rightParenthesis {
        parser.advance()
        parser.advance()
        return []
      }
      let expression = try parser.parseExpression()
      if case .row(let items) = expression.kind { return items }
      return [expression]
    }
    try expect(.rightParenthesis, closing: opening)
    return sets
  }
}
