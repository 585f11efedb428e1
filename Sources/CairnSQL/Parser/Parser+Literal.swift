extension Parser {
  /// The types whose name may stand before a string to make a literal.
  private static let literalTypes: Set<String> = [
    "bigint", "boolean", "char", "date", "decimal", "double", "int", "integer", "ipaddress", "ipprefix",
    "json", "real", "smallint", "time", "timestamp", "tinyint", "uuid", "varbinary", "varchar",
  ]

  /// `TIMESTAMP '…'` and its kin, or nil where the word is something else.
  mutating func parseTypedLiteral(_ word: String) throws(SQLSyntaxError) -> Expression? {
    let start = current.span
    let type = word.lowercased()
    guard Parser.literalTypes.contains(type) else { return nil }
    if case .string(let text) = token(ahead: 1).kind {
      advance()
      advance()
      return try node(.literal(.typed(type: type, text)), from: start)
    }
    if type == "double", token(ahead: 1).keyword == .precision, case .string(let text) = token(ahead: 2).kind
    {
      for _ in 0..<3 { advance() }
      return try node(.literal(.typed(type: type, text)), from: start)
    }
    return nil
  }

  /// `INTERVAL '7' DAY`, or nil where `interval` is a name.
  mutating func parseInterval() throws(SQLSyntaxError) -> Expression? {
    let start = current.span
    var ahead = 1
    let sign = token(ahead: ahead).symbol
    let isSigned = sign == .minus || sign == .plus
    if isSigned { ahead += 1 }
    let quantity: String
    switch token(ahead: ahead).kind {
    case .string(let text): quantity = text
    // `interval 7 day`, which DuckDB and Athena's older engine take.
    case .number(let text) where IntervalUnit(word: token(ahead: ahead + 1)) != nil: quantity = text
    default: return nil
    }
    for _ in 0...ahead { advance() }
    if let (count, unit) = IntervalUnit.split(quantity), IntervalUnit(word: current) == nil {
      let interval = IntervalLiteral(isNegative: sign == .minus, text: count, from: unit, to: nil)
      return try node(.literal(.interval(interval)), from: start)
    }
    guard let from = IntervalUnit(word: current) else {
      throw unexpected(IntervalUnit.allCases.map(\.rawValue))
    }
    advance()
    var last: IntervalUnit?
    if accept(.to) {
      guard let unit = IntervalUnit(word: current) else {
        throw unexpected(IntervalUnit.allCases.map(\.rawValue))
      }
      advance()
      last = unit
    }
    let interval = IntervalLiteral(isNegative: sign == .minus, text: quantity, from: from, to: last)
    return try node(.literal(.interval(interval)), from: start)
  }
}

extension IntervalUnit {
  /// The unit that a word names.
  init?(word token: Token) {
    guard case .word(let text, _) = token.kind else { return nil }
    self.init(name: text)
  }

  /// The unit of a name in the singular or plural.
  private init?(name: some StringProtocol) {
    let name = name.uppercased()
    guard let unit = IntervalUnit.allCases.first(where: { name == $0.rawValue || name == $0.rawValue + "S" })
    else { return nil }
    self = unit
  }

  /// The count and unit of `'7 days'`, as PostgreSQL and DuckDB write it.
  fileprivate static func split(_ text: String) -> (count: String, IntervalUnit)? {
    let parts = text.split(separator: " ")
    guard parts.count == 2, let unit = IntervalUnit(name: parts[1]) else { return nil }
    return (String(parts[0]), unit)
  }
}
