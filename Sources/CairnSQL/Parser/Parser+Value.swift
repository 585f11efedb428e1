// Values: `||` binds loosest, then `+ -`, then `* / %`, then signs, then what stands behind a value.
extension Parser {
  mutating func parseValue() throws(SQLSyntaxError) -> Expression {
    try parseOperators(bindingAtLeast: 1)
  }

  private var binaryOperator: (operation: BinaryOperator, strength: Int)? {
    switch current.symbol {
    case .concatenation: (.concatenate, 1)
    case .plus: (.add, 2)
    case .minus: (.subtract, 2)
    case .star: (.multiply, 3)
    case .slash: (.divide, 3)
    case .percent: (.remainder, 3)
    default: nil
    }
  }

  private mutating func parseOperators(bindingAtLeast minimum: Int) throws(SQLSyntaxError) -> Expression {
    let start = current.span
    var left = try parseSigned()
    while let (operation, strength) = binaryOperator, strength >= minimum {
      advance()
      let right = try parseOperators(bindingAtLeast: strength + 1)
      left = try node(.binary(operation, left, right), from: start)
    }
    return left
  }

  private mutating func parseSigned() throws(SQLSyntaxError) -> Expression {
    let start = current.span
    guard at(.minus) || at(.plus) else { return try parsePostfix() }
    let sign: UnaryOperator = advance().symbol == .minus ? .minus : .plus
    let operand = try nested { (parser) throws(SQLSyntaxError) in try parser.parseSigned() }
    if case .literal(.number(let text)) = operand.kind, text.first != "-" {
      return try node(.literal(.number(sign == .minus ? "-" + text : text)), from: start)
    }
    return try node(.unary(sign, operand), from: start)
  }

  private mutating func parsePostfix() throws(SQLSyntaxError) -> Expression {
    let start = current.span
    var value = try parsePrimary()
    while true {
      switch current.kind {
      case .symbol(.dot) where token(ahead: 1).symbol == .star:
        return value
      case .symbol(.dot):
        advance()
        value = try parseStep(.name(try parseFieldName()), on: value, from: start)
      case .symbol(.leftBracket):
        value = try parseSubscript(of: value, from: start)
      case .symbol(.arrow), .symbol(.textArrow):
        let operation: BinaryOperator = advance().symbol == .arrow ? .jsonMember : .jsonText
        let member = try parseArrowOperand()
        value = try node(.binary(operation, value, member), from: start)
      case .symbol(.cast):
        advance()
        let type = try parseType()
        value = try node(.cast(value, type, isTry: false), from: start)
      case .word(_, .at) where token(ahead: 1).keyword == .time:
        advance()
        advance()
        try expect(.zone)
        let zone = try parsePrimary()
        value = try node(.atTimeZone(value, zone: zone), from: start)
      case .word(_, .at) where isWord("LOCAL", ahead: 1):
        advance()
        let local = advance().span
        // The zone of every session is UTC.
        let zone = try node(.literal(.string("UTC")), from: local)
        value = try node(.atTimeZone(value, zone: zone), from: start)
      default:
        return value
      }
    }
  }

  /// What follows `->`: a primary, or an index from the end.
  private mutating func parseArrowOperand() throws(SQLSyntaxError) -> Expression {
    let start = current.span
    guard at(.minus), case .number(let text) = token(ahead: 1).kind else { return try parsePrimary() }
    advance()
    advance()
    return try node(.literal(.number("-" + text)), from: start)
  }

  /// The name after a dot: any word will do, reserved or not, since JSON keys are what they are.
  private mutating func parseFieldName() throws(SQLSyntaxError) -> Identifier {
    switch current.kind {
    case .word(let text, _):
      return Identifier(text, isQuoted: false, span: advance().span)
    case .quotedName(let text):
      return Identifier(text, isQuoted: true, span: advance().span)
    default:
      throw unexpected(["a name"], note: " after '.'")
    }
  }

  /// Adds a constant step: to the path, if the value is one.
  private mutating func parseStep(
    _ step: Path.Step, on value: Expression, from start: SourceSpan
  ) throws(SQLSyntaxError) -> Expression {
    guard case .path(let path) = value.kind else { return try node(.access(value, step), from: start) }
    guard path.steps.count < ParserLimits.treeDepth else {
      throw error("the path has more than \(ParserLimits.treeDepth) steps", at: value.span)
    }
    return try node(.path(Path(root: path.root, steps: path.steps + [step])), from: start)
  }

  private mutating func parseSubscript(
    of value: Expression, from start: SourceSpan
  ) throws(SQLSyntaxError) -> Expression {
    let opening = try expect(.leftBracket)
    if accept(.rightBracket) { return try parseStep(.anyElement, on: value, from: start) }
    if at(.star), token(ahead: 1).symbol == .rightBracket {
      advance()
      advance()
      return try parseStep(.anyElement, on: value, from: start)
    }
    let index = try parseExpression()
    try expect(.rightBracket, closing: opening)
    switch index.kind {
    case .literal(.string(let key)):
      return try parseStep(.key(key), on: value, from: start)
    case .literal(.number(let text)):
      guard let position = Int64(text) else { throw error("an index is a whole number", at: index.span) }
      return try parseStep(.index(position), on: value, from: start)
    default:
      return try node(.subscripted(value, index: index), from: start)
    }
  }
}
