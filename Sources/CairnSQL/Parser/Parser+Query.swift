//   query := [WITH …] body [ORDER BY …] [OFFSET n] [LIMIT n]
//   body := term { (UNION | EXCEPT) [ALL] term }, where INTERSECT binds tighter
extension Parser {
  /// Whether a query starts some tokens on.
  func startsQuery(ahead: Int) -> Bool {
    switch token(ahead: ahead).keyword {
    case .select, .values: true
    case .with: true
    case .table: token(ahead: ahead + 1).symbol != .leftParenthesis
    default: false
    }
  }

  mutating func parseQueryInParentheses() throws(SQLSyntaxError) -> Query {
    let opening = try expect(.leftParenthesis)
    let query = try parseQuery()
    try expect(.rightParenthesis, closing: opening)
    return query
  }

  mutating func parseQuery() throws(SQLSyntaxError) -> Query {
    try nested { (parser) throws(SQLSyntaxError) in
      let (query, depth) = try parser.measuringDepth { (parser) throws(SQLSyntaxError) in
        try parser.parseQueryParts()
      }
      return query(depth)
    }
  }

  /// `VALUES a, b` alone.
  mutating func parseBareValues() throws(SQLSyntaxError) -> Query {
    let start = try expect(.values)
    let (rows, depth) = try measuringDepth { (parser) throws(SQLSyntaxError) in
      try parser.list { (parser) throws(SQLSyntaxError) in try parser.parseExpression() }
    }
    return Query(
      commonTables: [], isRecursive: false, body: .values(rows), ordering: [], offset: nil, limit: nil,
      limitsWithTies: false, span: start.union(previousSpan), depth: depth)
  }

  /// The query, still waiting for the depth of what was read.
  private mutating func parseQueryParts() throws(SQLSyntaxError) -> (Int) -> Query {
    let start = current.span
    var isRecursive = false
    var commonTables: [Query.CommonTable] = []
    if accept(.with) {
      isRecursive = accept(.recursive)
      commonTables = try list { (parser) throws(SQLSyntaxError) in try parser.parseCommonTable() }
    }
    let body = try parseQueryBody()
    let ordering = at(.order) ? try parseOrdering() : []
    var offset: Expression?
    var limit: Expression?
    var withTies = false
    // Trino has OFFSET before LIMIT; DuckDB and PostgreSQL also the other way round.
    while true {
      if at(.offset), offset == nil {
        advance()
        offset = try parsePrimary()
        if !accept(.row) { _ = accept(.rows) }
      } else if at(.limit), limit == nil {
        advance()
        if accept(.all) { continue }
        limit = try parsePrimary()
      } else if at(.fetch), limit == nil {
        (limit, withTies) = try parseFetch()
      } else {
        break
      }
    }
    let span = start.union(previousSpan)
    return { [isRecursive, commonTables, offset, limit, withTies] depth in
      Query(
        commonTables: commonTables, isRecursive: isRecursive, body: body, ordering: ordering, offset: offset,
        limit: limit, limitsWithTies: withTies, span: span, depth: depth)
    }
  }

  /// `FETCH FIRST n ROWS ONLY | WITH TIES`.
  private mutating func parseFetch() throws(SQLSyntaxError) -> (Expression, withTies: Bool) {
    try expect(.fetch)
    guard accept(.first) || accept(.next) else { throw unexpected(["FIRST", "NEXT"]) }
    let start = current.span
    let count = at(.row) || at(.rows) ? try node(.literal(.number("1")), from: start) : try parsePrimary()
    guard accept(.row) || accept(.rows) else { throw unexpected(["ROW", "ROWS"]) }
    if accept(.only) { return (count, false) }
    try expect(.with)
    try expect(.ties)
    return (count, true)
  }

  private mutating func parseCommonTable() throws(SQLSyntaxError) -> Query.CommonTable {
    let name = try parseIdentifier("a name for the common table")
    let columns = at(.leftParenthesis) ? try parseColumnNames() : []
    try expect(.as)
    return Query.CommonTable(name: name, columns: columns, query: try parseQueryInParentheses())
  }

  /// `(a, b)`.
  mutating func parseColumnNames() throws(SQLSyntaxError) -> [Identifier] {
    let opening = try expect(.leftParenthesis)
    let names = try list { (parser) throws(SQLSyntaxError) in try parser.parseIdentifier("a column name") }
    try expect(.rightParenthesis, closing: opening)
    return names
  }

  private mutating func parseQueryBody() throws(SQLSyntaxError) -> Query.Body {
    var left = try parseIntersection()
    var count = 0
    while at(.union) || at(.except) {
      let operation: Query.SetOperator = advance().keyword == .union ? .union : .except
      count = try countChain(count)
      let isAll = parseSetQuantifier()
      left = .setOperation(operation, isAll: isAll, left, try parseIntersection())
    }
    return left
  }

  private mutating func parseIntersection() throws(SQLSyntaxError) -> Query.Body {
    var left = try parseQueryTerm()
    var count = 0
    while accept(.intersect) {
      count = try countChain(count)
      let isAll = parseSetQuantifier()
      left = .setOperation(.intersect, isAll: isAll, left, try parseQueryTerm())
    }
    return left
  }

  private mutating func parseSetQuantifier() -> Bool {
    if accept(.all) { return true }
    _ = accept(.distinct)
    return false
  }

  /// One more link of a chain that deepens the tree.
  func countChain(_ count: Int) throws(SQLSyntaxError) -> Int {
    guard count < ParserLimits.chainLength else {
      throw error("more than \(ParserLimits.chainLength) in one chain", at: current.span)
    }
    return count + 1
  }

  private mutating func parseQueryTerm() throws(SQLSyntaxError) -> Query.Body {
    switch current.keyword {
    case .select:
      return .select(try parseSelect())
    case .values:
      advance()
      return .values(try list { (parser) throws(SQLSyntaxError) in try parser.parseExpression() })
    case .table:
      advance()
      return .table(try parseTableName())
    default:
      guard at(.leftParenthesis) else {
        throw unexpected(["SELECT", "VALUES", "'('"], keywords: [.select, .values, .with])
      }
      return .parenthesized(try parseQueryInParentheses())
    }
  }
}
