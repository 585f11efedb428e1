extension Parser {
  /// `ORDER BY a DESC NULLS LAST, b`.
  mutating func parseOrdering() throws(SQLSyntaxError) -> [SortItem] {
    try expect(.order)
    try expect(.by)
    return try list { (parser) throws(SQLSyntaxError) in
      let expression = try parser.parseExpression()
      let isDescending = parser.accept(.desc)
      if !isDescending { _ = parser.accept(.asc) }
      var nullsFirst: Bool?
      if parser.accept(.nulls) {
        guard parser.at(.first) || parser.at(.last) else { throw parser.unexpected(["FIRST", "LAST"]) }
        nullsFirst = parser.advance().keyword == .first
      }
      return SortItem(expression: expression, isDescending: isDescending, nullsFirst: nullsFirst)
    }
  }

  /// `(PARTITION BY … ORDER BY … ROWS …)`.
  mutating func parseWindowSpecification() throws(SQLSyntaxError) -> WindowSpecification {
    let opening = try expect(.leftParenthesis)
    var base: Identifier?
    let clauses: [Keyword?] = [.partition, .order, .range, .rows, .groups]
    if !at(.rightParenthesis), !clauses.contains(current.keyword) {
      base = try parseIdentifier("the name of a window")
    }
    var partition: [Expression] = []
    if accept(.partition) {
      try expect(.by)
      partition = try list { (parser) throws(SQLSyntaxError) in try parser.parseExpression() }
    }
    let ordering = at(.order) ? try parseOrdering() : []
    let frame = try parseFrame()
    try expect(.rightParenthesis, closing: opening)
    return WindowSpecification(base: base, partition: partition, ordering: ordering, frame: frame)
  }

  private mutating func parseFrame() throws(SQLSyntaxError) -> WindowFrame? {
    let unit: WindowFrame.Unit
    switch current.keyword {
    case .range: unit = .range
    case .rows: unit = .rows
    case .groups: unit = .groups
    default: return nil
    }
    advance()
    guard accept(.between) else {
      return WindowFrame(unit: unit, start: try parseFrameBound(), end: nil)
    }
    let start = try parseFrameBound()
    try expect(.and)
    return WindowFrame(unit: unit, start: start, end: try parseFrameBound())
  }

  private mutating func parseFrameBound() throws(SQLSyntaxError) -> WindowFrame.Bound {
    if accept(.current, .row) { return .currentRow }
    let isUnbounded = accept(.unbounded)
    let distance = isUnbounded ? nil : try parseValue()
    guard at(.preceding) || at(.following) else { throw unexpected(["PRECEDING", "FOLLOWING"]) }
    let isPreceding = advance().keyword == .preceding
    guard let distance else { return isPreceding ? .unboundedPreceding : .unboundedFollowing }
    return isPreceding ? .preceding(distance) : .following(distance)
  }
}
