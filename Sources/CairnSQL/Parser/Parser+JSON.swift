// JSON_VALUE and its kin, whose arguments have clauses.
extension Parser {
  /// A JSON function with SQL syntax; nil where the name is another one's, or the call an ordinary one.
  mutating func parseJSONCall() throws(SQLSyntaxError) -> Expression? {
    guard token(ahead: 1).symbol == .leftParenthesis, let function = JSONCall.Function(rawValue: wordHere),
      function != .table
    else { return nil }
    let start = advance().span
    let opening = try expect(.leftParenthesis)
    var call = JSONCall(function)
    switch function {
    case .object, .array: try parseJSONMembers(of: &call)
    default:
      try parseJSONPath(of: &call)
      try parseJSONClauses(of: &call)
    }
    try expect(.rightParenthesis, closing: opening)
    return try node(.json(call), from: start)
  }

  /// `input [FORMAT JSON], 'path' [AS name] [PASSING …]`.
  private mutating func parseJSONPath(of call: inout JSONCall) throws(SQLSyntaxError) {
    call.input = try parseExpression()
    _ = try acceptFormatJSON()
    try expect(.comma)
    (call.path, call.pathText) = try parsePathText()
    if accept(.as) { _ = try parseIdentifier("a name for the path") }
    guard acceptWord("PASSING") else { return }
    call.passed = try list { (parser) throws(SQLSyntaxError) in
      let value = try parser.parseExpression()
      let isJSON = try parser.acceptFormatJSON()
      try parser.expect(.as)
      return JSONCall.Passed(
        name: try parser.parseIdentifier("a variable's name"), value: value, isJSON: isJSON)
    }
  }

  private mutating func parsePathText() throws(SQLSyntaxError) -> (SQLJSONPath, String) {
    guard case .string(let text) = current.kind else {
      throw unexpected(["a JSON path such as 'lax $.name'"])
    }
    let span = advance().span
    do throws(SQLJSONPathParser.Failure) {
      return (try SQLJSONPathParser.path(text), text)
    } catch {
      throw self.error("\(error.message); a path is 'lax $.name', 'strict $.items[0]' or the like", at: span)
    }
  }

  private mutating func acceptFormatJSON() throws(SQLSyntaxError) -> Bool {
    guard isWord("FORMAT"), isWord("JSON", ahead: 1) else { return false }
    advance()
    advance()
    if acceptWord("ENCODING") {
      guard acceptWord("UTF8") else { throw error("text is UTF8 here", at: current.span) }
    }
    return true
  }

  /// What follows the path of JSON_VALUE, JSON_QUERY and JSON_EXISTS.
  private mutating func parseJSONClauses(of call: inout JSONCall) throws(SQLSyntaxError) {
    if call.function == .exists { call.onError = .boolean(false) }
    if call.function != .exists, acceptWord("RETURNING") {
      call.returning = try parseType()
      _ = try acceptFormatJSON()
    }
    try parseJSONBehaviors(of: &call)
  }

  /// Wrapper, quotes, ON EMPTY and ON ERROR.
  private mutating func parseJSONBehaviors(of call: inout JSONCall) throws(SQLSyntaxError) {
    if call.function == .query {
      try parseWrapper(of: &call)
      if isWord("KEEP") || isWord("OMIT") {
        call.omitsQuotes = wordHere == "OMIT"
        advance()
        try expectWord("QUOTES")
        if at(.on), isWord("SCALAR", ahead: 1) {
          for _ in 0..<3 { advance() }
        }
      }
    }
    while !at(.rightParenthesis), !at(.comma) {
      let behavior = try parseBehavior(of: call.function)
      try expect(.on)
      if call.function != .exists, acceptWord("EMPTY") {
        call.onEmpty = behavior
      } else if acceptWord("ERROR") {
        call.onError = behavior
        return
      } else {
        throw unexpected(call.function == .exists ? ["ERROR"] : ["EMPTY", "ERROR"])
      }
    }
  }

  private mutating func parseWrapper(of call: inout JSONCall) throws(SQLSyntaxError) {
    if accept(.without) {
      if !at(.array) { _ = acceptWord("UNCONDITIONAL") }
      _ = accept(.array)
      try expectWord("WRAPPER")
    } else if accept(.with) {
      call.wrapper = acceptWord("CONDITIONAL") ? .conditional : .unconditional
      _ = acceptWord("UNCONDITIONAL")
      _ = accept(.array)
      try expectWord("WRAPPER")
    }
  }

  private mutating func parseBehavior(of function: JSONCall.Function) throws(SQLSyntaxError)
    -> JSONCall.Behavior
  {
    if acceptWord("ERROR") { return .null }
    switch function {
    case .exists:
      if accept(.true) { return .boolean(true) }
      if accept(.false) { return .boolean(false) }
      if accept(.unknown) { return .null }
      throw unexpected(["TRUE", "FALSE", "UNKNOWN", "ERROR"], note: " before ON ERROR")
    case .query:
      if accept(.null) { return .null }
      if acceptWord("EMPTY") {
        if accept(.array) { return .emptyArray }
        try expectWord("OBJECT")
        return .emptyObject
      }
      throw unexpected(["NULL", "EMPTY ARRAY", "EMPTY OBJECT", "ERROR", "')'"])
    default:
      if accept(.null) { return .null }
      if acceptWord("DEFAULT") { return .value(try parseExpression()) }
      throw unexpected(["NULL", "DEFAULT", "ERROR", "')'"])
    }
  }

  // MARK: JSON_OBJECT and JSON_ARRAY

  private mutating func parseJSONMembers(of call: inout JSONCall) throws(SQLSyntaxError) {
    call.keepsNull = call.function == .object
    if !at(.rightParenthesis), !isWord("RETURNING") {
      call.members = try list { [function = call.function] (parser) throws(SQLSyntaxError) in
        try parser.parseJSONMember(of: function)
      }
      if at(.null), token(ahead: 1).keyword == .on {
        for _ in 0..<2 { advance() }
        try expect(.null)
        call.keepsNull = true
      } else if isWord("ABSENT"), token(ahead: 1).keyword == .on {
        for _ in 0..<2 { advance() }
        try expect(.null)
        call.keepsNull = false
      }
    }
    if call.function == .object, at(.with) || at(.without) {
      call.hasUniqueKeys = advance().keyword == .with
      try expectWord("UNIQUE")
      _ = acceptWord("KEYS")
    }
    if acceptWord("RETURNING") {
      call.returning = try parseType()
      _ = try acceptFormatJSON()
    }
  }

  private mutating func parseJSONMember(of function: JSONCall.Function) throws(SQLSyntaxError)
    -> JSONCall.Member
  {
    var key: Expression?
    if function == .object {
      if isWord("KEY"), token(ahead: 1).symbol != .colon, !isWord("VALUE", ahead: 1) { advance() }
      key = try parseExpression()
      guard acceptWord("VALUE") || accept(.colon) else {
        throw unexpected(["VALUE", "':'"], note: " after the key")
      }
    }
    let value = try parseExpression()
    return JSONCall.Member(key: key, value: value, isJSON: try acceptFormatJSON())
  }

  // MARK: JSON_TABLE

  /// `JSON_TABLE(input, 'path' COLUMNS (…))`; the name is next.
  mutating func parseJSONTable() throws(SQLSyntaxError) -> (Expression, columns: [Identifier]) {
    let start = advance().span
    let opening = try expect(.leftParenthesis)
    var call = JSONCall(.table)
    try parseJSONPath(of: &call)
    call.columns = try parseJSONColumns()
    if isWord("PLAN") {
      throw error("of PLAN there is only the usual one here: leave the clause out", at: current.span)
    }
    if isWord("ERROR") || isWord("EMPTY") {
      advance()
      try expect(.on)
      try expectWord("ERROR")
    }
    try expect(.rightParenthesis, closing: opening)
    return (try node(.json(call), from: start), call.columns.flatMap(\.names))
  }

  private mutating func parseJSONColumns() throws(SQLSyntaxError) -> [JSONCall.Column] {
    try expect(.columns)
    let opening = try expect(.leftParenthesis)
    let columns = try list { (parser) throws(SQLSyntaxError) in
      try parser.nested { (parser) throws(SQLSyntaxError) in try parser.parseJSONColumn() }
    }
    try expect(.rightParenthesis, closing: opening)
    return columns
  }

  private mutating func parseJSONColumn() throws(SQLSyntaxError) -> JSONCall.Column {
    if isWord("NESTED") {
      var isPath = isWord("PATH", ahead: 1)
      if case .string = token(ahead: 1).kind { isPath = true }
      if isPath {
        advance()
        _ = acceptWord("PATH")
        let (path, text) = try parsePathText()
        if accept(.as) { _ = try parseIdentifier("a name for the path") }
        return .nested(path, text: text, try parseJSONColumns())
      }
    }
    let name = try parseIdentifier("a column's name")
    if accept(.for) {
      try expect(.ordinality)
      return .ordinality(name)
    }
    let type = try parseType()
    var call = JSONCall(try acceptFormatJSON() ? .query : .value)
    call.returning = type
    if acceptWord("PATH") {
      (call.path, call.pathText) = try parsePathText()
    } else {
      // A column without a path is the member of its name.
      call.path = SQLJSONPath(isStrict: false, node: .member(.root, name.text))
      call.pathText = "lax $.\(SQLText.name(name.text))"
    }
    try parseJSONBehaviors(of: &call)
    return .value(name, call)
  }
}
