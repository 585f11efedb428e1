/// A recursive descent parser over the tokens of one text; precedence climbing for operators.
///
/// Each `parse…` reads what it names and leaves the position behind it. All throw at the first token
/// that cannot continue the text.
struct Parser {
  let source: SourceText
  private let tokens: [Token]
  private let lexicalError: SQLSyntaxError?
  private var index = 0
  private var nesting = 0
  /// The deepest expression made since it was last reset; gives a subquery its depth.
  private var deepest = 0
  private var parameterCount = 0

  init(_ text: String) {
    source = SourceText(text)
    var lexer = Lexer(source)
    lexer.run()
    tokens = lexer.tokens
    lexicalError = lexer.failure
  }

  // MARK: Tokens

  /// The token at the position; at the end of the text always the last one.
  var current: Token { token(ahead: 0) }

  /// The token some places on.
  func token(ahead: Int) -> Token {
    let place = min(index + ahead, tokens.count - 1)
    return place >= 0 ? tokens[place] : Token(kind: .end, span: SourceSpan(start: 0, end: 0))
  }

  /// The span of the token before the position.
  var previousSpan: SourceSpan {
    index > 0 && index <= tokens.count ? tokens[index - 1].span : SourceSpan(start: 0, end: 0)
  }

  @discardableResult
  mutating func advance() -> Token {
    let token = current
    if index < tokens.count - 1 { index += 1 }
    return token
  }

  func at(_ keyword: Keyword) -> Bool { current.keyword == keyword }

  func at(_ symbol: Symbol) -> Bool { current.symbol == symbol }

  mutating func accept(_ keyword: Keyword) -> Bool {
    guard at(keyword) else { return false }
    advance()
    return true
  }

  mutating func accept(_ symbol: Symbol) -> Bool {
    guard at(symbol) else { return false }
    advance()
    return true
  }

  /// The word at the position in capitals; empty where there is none.
  var wordHere: String {
    if case .word(let text, _) = current.kind { text.uppercased() } else { "" }
  }

  /// Whether a word that is no keyword of expressions and queries stands some places on.
  func isWord(_ word: String, ahead: Int = 0) -> Bool {
    guard case .word(let text, _) = token(ahead: ahead).kind, text.utf8.count == word.utf8.count else {
      return false
    }
    return text.uppercased() == word
  }

  mutating func acceptWord(_ word: String) -> Bool {
    guard isWord(word) else { return false }
    advance()
    return true
  }

  mutating func expectWord(_ word: String) throws(SQLSyntaxError) {
    guard acceptWord(word) else { throw unexpected([word]) }
  }

  /// Accepts several keywords in a row, or none of them.
  mutating func accept(_ first: Keyword, _ rest: Keyword...) -> Bool {
    guard at(first) else { return false }
    for (offset, keyword) in rest.enumerated() where token(ahead: offset + 1).keyword != keyword {
      return false
    }
    for _ in 0...rest.count { advance() }
    return true
  }

  @discardableResult
  mutating func expect(_ keyword: Keyword) throws(SQLSyntaxError) -> SourceSpan {
    guard at(keyword) else { throw unexpected([keyword.rawValue]) }
    return advance().span
  }

  @discardableResult
  mutating func expect(_ symbol: Symbol, closing opening: SourceSpan? = nil) throws(SQLSyntaxError)
    -> SourceSpan
  {
    guard at(symbol) else {
      guard let opening else { throw unexpected(["'\(symbol.rawValue)'"]) }
      let place = source.location(at: opening.start)
      throw unexpected(
        ["'\(symbol.rawValue)'"], note: " to close the one at line \(place.line), column \(place.column)")
    }
    return advance().span
  }

  mutating func expectEnd(after what: String) throws(SQLSyntaxError) {
    while accept(.semicolon) {}
    if case .end = current.kind { return }
    throw unexpected(["an operator", "the end of \(what)"], keywords: Parser.infixKeywords)
  }

  /// The words that go on with an expression, to compare misspelt ones with.
  static let infixKeywords: [Keyword] = [
    .and, .or, .not, .like, .ilike, .in, .between, .is, .escape, .over, .filter,
  ]

  // MARK: Nodes and limits

  /// A node over the given text, unless that makes the tree too deep.
  ///
  /// Not inlined, like the makers of errors: the grammar recurses, and their locals would sit in each of
  /// its frames.
  @inline(never)
  mutating func node(_ kind: Expression.Kind, from start: SourceSpan) throws(SQLSyntaxError) -> Expression {
    let shallow = Expression(kind, span: start.union(previousSpan), depth: 1)
    let below = max(shallow.children.map(\.depth).max() ?? 0, shallow.query?.depth ?? 0)
    guard below < ParserLimits.treeDepth else {
      throw error("the expression has more than \(ParserLimits.treeDepth) levels", at: shallow.span)
    }
    deepest = max(deepest, below + 1)
    return Expression(kind, span: shallow.span, depth: below + 1)
  }

  /// Runs a part of the grammar that can contain itself.
  mutating func nested<Result>(
    _ body: (inout Parser) throws(SQLSyntaxError) -> Result
  ) throws(SQLSyntaxError) -> Result {
    guard nesting < ParserLimits.nesting else {
      throw error("the text nests deeper than \(ParserLimits.nesting) levels", at: current.span)
    }
    nesting += 1
    defer { nesting -= 1 }
    return try body(&self)
  }

  /// Runs a part of the grammar and tells the depth of the deepest expression in it.
  mutating func measuringDepth<Result>(
    _ body: (inout Parser) throws(SQLSyntaxError) -> Result
  ) throws(SQLSyntaxError) -> (Result, depth: Int) {
    let outside = deepest
    deepest = 0
    defer { deepest = max(deepest, outside) }
    let result = try body(&self)
    return (result, deepest)
  }

  mutating func nextParameter() -> Int {
    defer { parameterCount += 1 }
    return parameterCount
  }

  /// Reads one or more of something, separated by commas.
  mutating func list<Item>(
    of item: (inout Parser) throws(SQLSyntaxError) -> Item
  ) throws(SQLSyntaxError) -> [Item] {
    var items = [try item(&self)]
    while accept(.comma) { items.append(try item(&self)) }
    return items
  }

  // MARK: Errors

  @inline(never)
  func error(_ message: String, at span: SourceSpan, suggestion: String? = nil) -> SQLSyntaxError {
    SQLSyntaxError(
      message: message, span: span, location: source.location(at: span.start), suggestion: suggestion)
  }

  /// The error that the current token cannot stand here.
  ///
  /// A word is compared with the keywords that could have stood there, so that `LIK` offers LIKE.
  @inline(never)
  func unexpected(_ expected: [String], keywords: [Keyword] = [], note: String = "") -> SQLSyntaxError {
    if case .invalid = current.kind, let lexicalError { return lexicalError }
    var suggestion: String?
    if case .word(let text, let keyword) = current.kind, keyword?.isReserved != true {
      let words = expected.filter { $0.utf8.allSatisfy { (0x41...0x5A).contains($0) } }
      let candidates = keywords.map(\.rawValue) + words
      suggestion = NearNames.nearest(to: text, among: candidates)
      // A misspelt keyword may have been taken for an alias: `FROM t WHRE a = 1` stumbles at `a`.
      if suggestion == nil, case .word(let before, nil) = token(ahead: -1).kind,
        let keyword = NearNames.nearest(to: before, among: candidates)
      {
        suggestion = "\(keyword) instead of '\(before)'"
      }
    }
    return SQLSyntaxError(
      message: "expected \(Parser.alternatives(expected))\(note), found \(current.description)",
      span: current.span, location: source.location(at: current.span.start), expected: expected,
      suggestion: suggestion)
  }

  private static func alternatives(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "something else" }
    return names.dropLast().joined(separator: ", ") + " or " + last
  }
}
