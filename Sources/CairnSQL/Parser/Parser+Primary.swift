// What stands on its own: literals, names, calls and everything in parentheses.
extension Parser {
  mutating func parsePrimary() throws(SQLSyntaxError) -> Expression {
    let token = current
    switch token.kind {
    case .number(let text):
      advance()
      return try node(.literal(.number(text)), from: token.span)
    case .string(let text):
      advance()
      return try node(.literal(.string(text)), from: token.span)
    case .binary(let bytes):
      advance()
      return try node(.literal(.binary(bytes)), from: token.span)
    case .symbol(.question):
      advance()
      return try node(.parameter(nextParameter()), from: token.span)
    case .symbol(.leftParenthesis):
      return try parseParenthesized()
    case .symbol(.leftBracket):
      return try parseArrayItems(from: token.span)
    case .symbol(.colon):
      if case .word(let name, _) = self.token(ahead: 1).kind {
        throw error("the placeholder :\(name) has not been replaced by a value", at: token.span)
      }
      throw unexpected(["an expression"])
    case .quotedName(let name):
      advance()
      return try parseName(Identifier(name, isQuoted: true, span: token.span))
    case .word(let text, let keyword):
      if let keyword, let special = try parseSpecialForm(keyword) { return special }
      if let json = try parseJSONCall() { return json }
      if isWord("CURRENT_CATALOG") || isWord("CURRENT_SCHEMA") {
        // As information_schema has them.
        let name = isWord("CURRENT_CATALOG") ? "cairn" : "default"
        return try node(.literal(.string(name)), from: advance().span)
      }
      if keyword?.isReserved == true { throw unexpected(["an expression"]) }
      if let typed = try parseTypedLiteral(text) { return typed }
      advance()
      return try parseName(Identifier(text, isQuoted: false, span: token.span))
    case .placeholder(let name):
      throw error("the placeholder \(name) has not been replaced by a value", at: token.span)
    default:
      throw unexpected(["an expression"])
    }
  }

  /// The forms that a keyword opens, or nil where the word is an ordinary name here.
  private mutating func parseSpecialForm(_ keyword: Keyword) throws(SQLSyntaxError) -> Expression? {
    let start = current.span
    let next = token(ahead: 1)
    let isCall = next.symbol == .leftParenthesis
    switch keyword {
    case .null:
      advance()
      return try node(.literal(.null), from: start)
    case .true, .false:
      advance()
      return try node(.literal(.boolean(keyword == .true)), from: start)
    case .case:
      return try parseCase()
    case .cast, .tryCast:
      return keyword == .cast || isCall ? try parseCast() : nil
    case .exists:
      advance()
      let query = try parseQueryInParentheses()
      return try node(.exists(query), from: start)
    case .extract where isCall:
      return try parseExtract()
    case .interval:
      return try parseInterval()
    case .array where next.symbol == .leftBracket:
      return try parseArray()
    case .row where isCall:
      advance()
      return try node(.row(try parseArgumentList()), from: start)
    case .trim where isCall, .substring where isCall, .position where isCall:
      return try parseKeywordCall(keyword)
    case .grouping where isCall:
      advance()
      return try parseCall(named: [Identifier("grouping", isQuoted: false, span: start)])
    case .currentDate, .currentTime, .currentTimestamp, .currentUser, .localTime, .localTimestamp:
      return try parseCurrent(keyword)
    case .left where isCall, .right where isCall:
      advance()
      return try parseCall(named: [Identifier(keyword.rawValue.lowercased(), isQuoted: false, span: start)])
    default:
      return nil
    }
  }

  /// A path, a call or a lambda: everything that starts with a name. The name has been read.
  private mutating func parseName(_ name: Identifier) throws(SQLSyntaxError) -> Expression {
    if at(.arrow), !arrowTakesMember {
      advance()
      let body = try parseExpression()
      return try node(.lambda([name], body), from: name.span)
    }
    if let parts = callName(startingWith: name) {
      for _ in 1..<max(1, parts.count * 2 - 1) { advance() }
      return try parseCall(named: parts)
    }
    return try node(.path(Path(root: name)), from: name.span)
  }

  /// Whether the arrow at the position is DuckDB's JSON arrow: only a constant can be its right side,
  /// and no useful lambda is a constant.
  private var arrowTakesMember: Bool {
    isConstantMember(ahead: 1)
  }

  private func isConstantMember(ahead: Int) -> Bool {
    switch token(ahead: ahead).kind {
    case .string, .number: return true
    case .symbol(.minus):
      if case .number = token(ahead: ahead + 1).kind { return true }
      return false
    default: return false
    }
  }

  /// The parts of a dotted name if a call follows it, so that `a.b(c)` is told from the path `a.b`.
  private func callName(startingWith first: Identifier) -> [Identifier]? {
    var parts = [first]
    var ahead = 0
    while token(ahead: ahead).symbol == .dot, parts.count <= 3 {
      let next = token(ahead: ahead + 1)
      switch next.kind {
      case .word(let text, _): parts.append(Identifier(text, isQuoted: false, span: next.span))
      case .quotedName(let text): parts.append(Identifier(text, isQuoted: true, span: next.span))
      default: return nil
      }
      ahead += 2
    }
    return token(ahead: ahead).symbol == .leftParenthesis ? parts : nil
  }

  /// `(…)`: a lambda's parameters, a subquery, a row or just a parenthesized expression.
  private mutating func parseParenthesized() throws(SQLSyntaxError) -> Expression {
    let start = current.span
    if let parameters = lambdaParameters(), parameters.count != 1 || !isConstantMember(ahead: 4) {
      for _ in 0..<(parameters.isEmpty ? 3 : parameters.count * 2 + 2) { advance() }
      let body = try parseExpression()
      return try node(.lambda(parameters, body), from: start)
    }
    if startsQuery(ahead: 1) || token(ahead: 1).symbol == .leftParenthesis && opensQuery {
      let query = try parseQueryInParentheses()
      return try node(.subquery(query), from: start)
    }
    advance()
    let items = try list { (parser) throws(SQLSyntaxError) in try parser.parseExpression() }
    try expect(.rightParenthesis, closing: start)
    if items.count == 1, let only = items.first { return only }
    return try node(.row(items), from: start)
  }

  /// The names of `(a, b) ->`, or nil where something else is in the parentheses.
  func lambdaParameters() -> [Identifier]? {
    var parameters: [Identifier] = []
    var ahead = 1
    while case .word(let text, let keyword) = token(ahead: ahead).kind, keyword?.isReserved != true {
      parameters.append(Identifier(text, isQuoted: false, span: token(ahead: ahead).span))
      ahead += 1
      guard token(ahead: ahead).symbol == .comma else { break }
      ahead += 1
    }
    guard token(ahead: ahead).symbol == .rightParenthesis, token(ahead: ahead + 1).symbol == .arrow,
      ahead == max(1, parameters.count * 2)
    else { return nil }
    return parameters
  }

  private mutating func parseCase() throws(SQLSyntaxError) -> Expression {
    let start = try expect(.case)
    let operand = at(.when) ? nil : try parseExpression()
    var branches: [CaseExpression.Branch] = []
    while accept(.when) {
      let condition = try parseExpression()
      try expect(.then)
      branches.append(CaseExpression.Branch(condition: condition, result: try parseExpression()))
    }
    if branches.isEmpty { throw unexpected(["WHEN"], keywords: [.when]) }
    let otherwise = accept(.else) ? try parseExpression() : nil
    guard at(.end) else {
      throw unexpected(otherwise == nil ? ["WHEN", "ELSE", "END"] : ["END"], keywords: [.when, .else, .end])
    }
    advance()
    let choice = CaseExpression(operand: operand, branches: branches, otherwise: otherwise)
    return try node(.caseWhen(choice), from: start)
  }

  private mutating func parseCast() throws(SQLSyntaxError) -> Expression {
    let start = current.span
    let isTry = advance().keyword == .tryCast
    let opening = try expect(.leftParenthesis)
    let value = try parseExpression()
    try expect(.as)
    let type = try parseType()
    try expect(.rightParenthesis, closing: opening)
    return try node(.cast(value, type, isTry: isTry), from: start)
  }

  private mutating func parseExtract() throws(SQLSyntaxError) -> Expression {
    let start = try expect(.extract)
    let opening = try expect(.leftParenthesis)
    let field = try parseIdentifier("a field such as YEAR")
    try expect(.from)
    let value = try parseValue()
    try expect(.rightParenthesis, closing: opening)
    return try node(.extract(field, value), from: start)
  }

  private mutating func parseArray() throws(SQLSyntaxError) -> Expression {
    let start = try expect(.array)
    return try parseArrayItems(from: start)
  }

  /// `[a, b]`.
  private mutating func parseArrayItems(from start: SourceSpan) throws(SQLSyntaxError) -> Expression {
    let opening = try expect(.leftBracket)
    if accept(.rightBracket) { return try node(.array([]), from: start) }
    let items = try list { (parser) throws(SQLSyntaxError) in try parser.parseExpression() }
    try expect(.rightBracket, closing: opening)
    return try node(.array(items), from: start)
  }

  /// A name that is not reserved, or is quoted.
  mutating func parseIdentifier(_ what: String) throws(SQLSyntaxError) -> Identifier {
    switch current.kind {
    case .word(let text, let keyword) where keyword?.isReserved != true:
      return Identifier(text, isQuoted: false, span: advance().span)
    case .quotedName(let text):
      return Identifier(text, isQuoted: true, span: advance().span)
    default:
      throw unexpected([what])
    }
  }
}
