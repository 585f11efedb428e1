extension Parser {
  /// A call; the name has been read and its parenthesis is next.
  mutating func parseCall(named parts: [Identifier]) throws(SQLSyntaxError) -> Expression {
    let name = QualifiedName(parts: parts)
    let opening = try expect(.leftParenthesis)
    var call = FunctionCall(name: name, arguments: [])
    if at(.star), token(ahead: 1).symbol == .rightParenthesis {
      advance()
      call.isStar = true
    } else if !at(.rightParenthesis) {
      let isDistinct = accept(.distinct)
      if !isDistinct { _ = accept(.all) }
      let places = LambdaArguments.places[name.text.lowercased()] ?? []
      var place = 0
      let arguments = try list { (parser) throws(SQLSyntaxError) in
        defer { place += 1 }
        return try places.contains(place) ? parser.parseLambdaArgument() : parser.parseExpression()
      }
      call = FunctionCall(name: name, arguments: arguments)
      call.isDistinct = isDistinct
      if at(.order) { call.ordering = try parseOrdering() }
    }
    // count() is count(*), as in Trino.
    let isBare = call.arguments.isEmpty && !call.isStar
    if isBare, parts.count == 1, name.text.lowercased() == "count" { call.isStar = true }
    if name.text.lowercased() == "listagg" { try skipOverflowClause() }
    guard at(.rightParenthesis) else {
      let hint = at(.fatArrow) ? "; a lambda is written x -> …" : ""
      throw unexpected(["','", "')'"], note: " in the call of \(name.text)\(hint)")
    }
    try expect(.rightParenthesis, closing: opening)
    try parseCallClauses(&call)
    return try node(.call(call), from: name.span)
  }

  /// `ON OVERFLOW ERROR`, `ON OVERFLOW TRUNCATE ['…'] WITH | WITHOUT COUNT`, of `listagg`: no text of a group is as
  /// long as to overflow that would not be too long for a value anyway.
  private mutating func skipOverflowClause() throws(SQLSyntaxError) {
    guard accept(.on) else { return }
    try expectWord("OVERFLOW")
    if acceptWord("ERROR") { return }
    guard acceptWord("TRUNCATE") else { throw unexpected(["ERROR", "TRUNCATE"]) }
    if case .string = current.kind { advance() }
    guard accept(.with) || accept(.without) else { throw unexpected(["WITH", "WITHOUT"]) }
    try expectWord("COUNT")
  }

  /// WITHIN GROUP, FILTER, IGNORE NULLS and OVER. The words are plain names elsewhere, so each is taken
  /// only with what must follow it.
  private mutating func parseCallClauses(_ call: inout FunctionCall) throws(SQLSyntaxError) {
    if at(.within), token(ahead: 1).keyword == .group {
      advance()
      advance()
      let opening = try expect(.leftParenthesis)
      call.ordering = try parseOrdering()
      try expect(.rightParenthesis, closing: opening)
    }
    if at(.filter), token(ahead: 1).symbol == .leftParenthesis {
      advance()
      let opening = try expect(.leftParenthesis)
      try expect(.where)
      call.filter = try parseExpression()
      try expect(.rightParenthesis, closing: opening)
    }
    if (at(.ignore) || at(.respect)) && token(ahead: 1).keyword == .nulls {
      call.ignoresNulls = advance().keyword == .ignore
      advance()
    }
    guard at(.over) else { return }
    switch token(ahead: 1).kind {
    case .symbol(.leftParenthesis):
      advance()
      call.window = .specification(try parseWindowSpecification())
    case .quotedName, .word:
      advance()
      call.window = .named(try parseIdentifier("the name of a window"))
    default:
      advance()
      throw unexpected(["'('", "the name of a window"], note: " after OVER")
    }
  }

  /// `( arguments )`, at least one.
  mutating func parseArgumentList() throws(SQLSyntaxError) -> [Expression] {
    let opening = try expect(.leftParenthesis)
    let items = try list { (parser) throws(SQLSyntaxError) in try parser.parseExpression() }
    try expect(.rightParenthesis, closing: opening)
    return items
  }

  /// `substring(s FROM n FOR m)`, `position(a IN s)`, `trim(BOTH x FROM s)`, and their plain forms.
  mutating func parseKeywordCall(_ keyword: Keyword) throws(SQLSyntaxError) -> Expression {
    let start = advance().span
    var name = keyword.rawValue.lowercased()
    let opening = try expect(.leftParenthesis)
    var arguments: [Expression]
    switch keyword {
    case .position:
      arguments = [try parseValue()]
      if !accept(.in) { try expect(.comma) }
      arguments.append(try parseValue())
    case .substring:
      arguments = [try parseExpression()]
      if accept(.from) {
        arguments.append(try parseExpression())
        if accept(.for) { arguments.append(try parseExpression()) }
      } else {
        while accept(.comma) { arguments.append(try parseExpression()) }
      }
    default:
      (name, arguments) = try parseTrimArguments()
    }
    try expect(.rightParenthesis, closing: opening)
    let identifier = Identifier(name, isQuoted: false, span: start)
    return try node(
      .call(FunctionCall(name: QualifiedName(parts: [identifier]), arguments: arguments)), from: start)
  }

  private mutating func parseTrimArguments() throws(SQLSyntaxError) -> (name: String, [Expression]) {
    var name = "trim"
    var isSpecified = true
    switch current.keyword {
    case .leading: name = "ltrim"
    case .trailing: name = "rtrim"
    case .both: break
    default: isSpecified = false
    }
    if isSpecified {
      advance()
      if accept(.from) { return (name, [try parseExpression()]) }
    }
    let first = try parseExpression()
    if accept(.from) { return (name, [try parseExpression(), first]) }
    if isSpecified { throw unexpected(["FROM"], note: " before the text to trim") }
    return (name, accept(.comma) ? [first, try parseExpression()] : [first])
  }

  /// `current_timestamp`, optionally with a precision.
  mutating func parseCurrent(_ keyword: Keyword) throws(SQLSyntaxError) -> Expression {
    let start = advance().span
    var arguments: [Expression] = []
    if at(.leftParenthesis) {
      let opening = advance().span
      if !at(.rightParenthesis) { arguments.append(try parsePrimary()) }
      try expect(.rightParenthesis, closing: opening)
    }
    let name = Identifier(keyword.rawValue.lowercased(), isQuoted: false, span: start)
    return try node(
      .call(FunctionCall(name: QualifiedName(parts: [name]), arguments: arguments)), from: start)
  }
}
