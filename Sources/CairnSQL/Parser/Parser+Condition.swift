// OR, AND, NOT and the predicates, loosest first.
//
//   expression := conjunction { OR conjunction }
//   conjunction := negation { AND negation }
//   negation := NOT negation | value [predicate]
extension Parser {
  mutating func parseExpression() throws(SQLSyntaxError) -> Expression {
    try nested { (parser) throws(SQLSyntaxError) in try parser.parseDisjunction() }
  }

  private mutating func parseDisjunction() throws(SQLSyntaxError) -> Expression {
    let start = current.span
    let first = try parseConjunction()
    guard at(.or) else { return first }
    var terms = [first]
    while accept(.or) { terms.append(try parseConjunction()) }
    return try node(.or(terms), from: start)
  }

  private mutating func parseConjunction() throws(SQLSyntaxError) -> Expression {
    let start = current.span
    let first = try parseNegation()
    guard at(.and) else { return first }
    var terms = [first]
    while accept(.and) { terms.append(try parseNegation()) }
    return try node(.and(terms), from: start)
  }

  private mutating func parseNegation() throws(SQLSyntaxError) -> Expression {
    let start = current.span
    guard accept(.not) else { return try parsePredicate() }
    let operand = try nested { (parser) throws(SQLSyntaxError) in try parser.parseNegation() }
    return try node(.not(operand), from: start)
  }

  private mutating func parsePredicate() throws(SQLSyntaxError) -> Expression {
    let start = current.span
    let value = try parseValue()
    let predicate = try parsePredicate(of: value, from: start)
    if comparison != nil {
      throw error(
        "comparisons do not chain; combine them with AND or put one in parentheses", at: current.span)
    }
    return predicate
  }

  /// What follows a value; the value itself where no predicate follows.
  private mutating func parsePredicate(
    of value: Expression, from start: SourceSpan
  ) throws(SQLSyntaxError) -> Expression {
    if let operation = comparison {
      advance()
      return try parseComparison(operation, of: value, from: start)
    }
    if accept(.is) { return try parseIs(value, from: start) }
    let isNegated = at(.not) && Parser.negatable.contains(token(ahead: 1).keyword)
    if isNegated { advance() }
    switch current.keyword {
    case .between:
      advance()
      // Before AND the word is a name.
      let isSymmetric = token(ahead: 1).keyword != .and && acceptWord("SYMMETRIC")
      if !isSymmetric { _ = acceptWord("ASYMMETRIC") }
      let lower = try parseValue()
      try expect(.and)
      let upper = try parseValue()
      if isSymmetric {
        let either = try node(
          .or([
            try node(.between(value, lower: lower, upper: upper, isNegated: false), from: start),
            try node(.between(value, lower: upper, upper: lower, isNegated: false), from: start),
          ]), from: start)
        return isNegated ? try node(.not(either), from: start) : either
      }
      return try node(.between(value, lower: lower, upper: upper, isNegated: isNegated), from: start)
    case .in:
      advance()
      return try parseIn(value, isNegated: isNegated, from: start)
    case .like, .ilike:
      let ignoresCase = advance().keyword == .ilike
      let pattern = try parseValue()
      let escape = accept(.escape) ? try parseValue() : nil
      let like = LikePredicate(
        value: value, pattern: pattern, escape: escape, isNegated: isNegated, ignoresCase: ignoresCase)
      return try node(.like(like), from: start)
    default:
      return value
    }
  }

  private static let negatable: [Keyword?] = [.between, .in, .like, .ilike]

  private var comparison: ComparisonOperator? {
    switch current.symbol {
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    default: nil
    }
  }

  private mutating func parseComparison(
    _ operation: ComparisonOperator, of value: Expression, from start: SourceSpan
  ) throws(SQLSyntaxError) -> Expression {
    let isQuantifier = at(.all) || at(.any) || at(.some)
    if isQuantifier, token(ahead: 1).symbol == .leftParenthesis, startsQuery(ahead: 2) {
      let quantifier: Quantifier = advance().keyword == .all ? .all : .any
      let query = try parseQueryInParentheses()
      return try node(.quantified(operation, value, quantifier, query), from: start)
    }
    if at(.equal), operation == .equal { throw error("equality is a single '='", at: current.span) }
    let other = try parseValue()
    return try node(.comparison(operation, value, other), from: start)
  }

  private mutating func parseIs(_ value: Expression, from start: SourceSpan) throws(SQLSyntaxError)
    -> Expression
  {
    let isNegated = accept(.not)
    switch current.keyword {
    case .null:
      advance()
      return try node(.isNull(value, isNegated: isNegated), from: start)
    case .distinct:
      advance()
      try expect(.from)
      let other = try parseValue()
      return try node(.isDistinct(value, other, isNegated: isNegated), from: start)
    case .true, .false, .unknown:
      let keyword = advance().keyword
      let truth: Bool? = keyword == .unknown ? nil : keyword == .true
      return try node(.isTruth(value, truth, isNegated: isNegated), from: start)
    default:
      throw unexpected(
        (isNegated ? [] : ["NOT"]) + ["NULL", "DISTINCT FROM"], keywords: [.not, .null, .distinct])
    }
  }

  private mutating func parseIn(
    _ value: Expression, isNegated: Bool, from start: SourceSpan
  ) throws(SQLSyntaxError) -> Expression {
    guard at(.leftParenthesis) else { throw unexpected(["'('"], note: " to start the list after IN") }
    if startsQuery(ahead: 1) {
      let query = try parseQueryInParentheses()
      return try node(.inQuery(value, query, isNegated: isNegated), from: start)
    }
    let opening = advance().span
    if at(.rightParenthesis) { throw error("the list after IN is empty", at: opening.union(current.span)) }
    let items = try list { (parser) throws(SQLSyntaxError) in try parser.parseExpression() }
    try expect(.rightParenthesis, closing: opening)
    return try node(.inList(value, items, isNegated: isNegated), from: start)
  }
}
