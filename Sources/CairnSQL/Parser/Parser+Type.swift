extension Parser {
  /// A type, as CAST takes it.
  mutating func parseType() throws(SQLSyntaxError) -> DataType {
    let start = current.span
    var type = try nested { (parser) throws(SQLSyntaxError) in try parser.parseSimpleType() }
    // `varchar ARRAY`, the standard's spelling of array(varchar).
    var suffixes = 0
    while at(.array), suffixes < ParserLimits.nesting {
      advance()
      suffixes += 1
      type = DataType(name: "array", parameters: [.type(type)], span: start.union(previousSpan))
    }
    return type
  }

  private mutating func parseSimpleType() throws(SQLSyntaxError) -> DataType {
    let start = current.span
    guard case .word(let word, let keyword) = current.kind, keyword?.isReserved != true || keyword == .row
    else {
      if case .quotedName(let text) = current.kind {
        advance()
        return DataType(name: text, parameters: [], span: start)
      }
      throw unexpected(["a type"])
    }
    advance()
    var name = word.lowercased()
    if keyword == .interval { return try parseIntervalType(from: start) }
    if name == "double" { _ = accept(.precision) }
    let parameters = try parseTypeParameters(isRow: keyword == .row)
    if keyword == .timestamp || keyword == .time {
      if accept(.with, .time, .zone) {
        name += " with time zone"
      } else {
        _ = accept(.without, .time, .zone)
      }
    }
    return DataType(name: name, parameters: parameters, span: start.union(previousSpan))
  }

  private mutating func parseIntervalType(from start: SourceSpan) throws(SQLSyntaxError) -> DataType {
    var name = "interval"
    guard let from = IntervalUnit(word: current) else { throw unexpected(["a unit such as DAY"]) }
    advance()
    name += " " + from.rawValue.lowercased()
    if accept(.to) {
      guard let last = IntervalUnit(word: current) else { throw unexpected(["a unit such as SECOND"]) }
      advance()
      name += " to " + last.rawValue.lowercased()
    }
    return DataType(name: name, parameters: [], span: start.union(previousSpan))
  }

  /// `(10, 2)`, `(varchar, json)`, `(name varchar, n bigint)`, `<varchar>`.
  private mutating func parseTypeParameters(isRow: Bool) throws(SQLSyntaxError) -> [DataType.Parameter] {
    guard at(.leftParenthesis) || at(.less) else { return [] }
    let opening = advance()
    let closing: Symbol = opening.symbol == .less ? .greater : .rightParenthesis
    let parameters = try list { (parser) throws(SQLSyntaxError) in try parser.parseTypeParameter(isRow: isRow)
    }
    try expect(closing, closing: opening.span)
    return parameters
  }

  private mutating func parseTypeParameter(isRow: Bool) throws(SQLSyntaxError) -> DataType.Parameter {
    if case .number(let text) = current.kind {
      guard let value = Int(text), value >= 0 else {
        throw error("expected a whole number", at: current.span)
      }
      advance()
      return .number(value)
    }
    if isRow, namesField {
      let name = try parseIdentifier("a field name")
      return .field(name, try parseType())
    }
    return .type(try parseType())
  }

  /// Whether a field's name and its type follow, not only a type.
  private var namesField: Bool {
    switch token(ahead: 1).kind {
    // `y array(bigint)` is a field, `varchar array` a type.
    case .word(_, .array): [.leftParenthesis, .less].contains(token(ahead: 2).symbol)
    case .word(_, let keyword): ![.precision, .with, .without].contains(keyword)
    case .quotedName: true
    default: false
    }
  }
}
