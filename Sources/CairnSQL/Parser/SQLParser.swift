/// The entry points: one lexer and one grammar for every command.
public enum SQLParser {
  /// Reads one expression, as `--where` takes it.
  public static func parseExpression(_ text: String) throws(SQLSyntaxError) -> Expression {
    var parser = Parser(text)
    let expression = try parser.parseExpression()
    try parser.expectEnd(after: "the expression")
    return expression
  }

  /// Reads a list of expressions with optional names, or `*`, as `--select` takes it.
  public static func parseSelectItems(_ text: String) throws(SQLSyntaxError) -> [SelectItem] {
    var parser = Parser(text)
    let items = try parser.parseSelectItems()
    try parser.expectEnd(after: "the list")
    return items
  }

  /// Reads any number of statements, separated by semicolons.
  public static func parseStatements(_ text: String) throws(SQLSyntaxError) -> [Statement] {
    var parser = Parser(text)
    return try parser.parseStatements()
  }

  /// The text of each statement, without the semicolons.
  public static func splitStatements(_ text: String) throws(SQLSyntaxError) -> [String] {
    var parser = Parser(text)
    let bytes = Array(text.utf8)
    return try parser.parseStatementsWithSpans().map {
      String(decoding: bytes[min($0.span.start, bytes.count)..<min($0.span.end, bytes.count)], as: UTF8.self)
    }
  }

  /// How many question marks a text has that stand for values.
  public static func parameterCount(in text: String) -> Int { parameterSpans(text).count }

  /// A text with values, written as SQL, in place of its question marks; there must be as many.
  public static func text(_ text: String, withParameters values: [String]) -> String {
    let bytes = Array(text.utf8)
    var output: [UInt8] = []
    var start = 0
    for (span, value) in zip(parameterSpans(text), values) {
      output += bytes[start..<span.start]
      output += "(\(value))".utf8
      start = span.end
    }
    return String(decoding: output + bytes[start...], as: UTF8.self)
  }

  private static func parameterSpans(_ text: String) -> [SourceSpan] {
    var lexer = Lexer(SourceText(text))
    lexer.run()
    return lexer.tokens.filter { $0.symbol == .question }.map(\.span)
  }

  /// The text of bytes, or an error at the first that is not UTF-8.
  public static func decode(_ bytes: [UInt8]) throws(SQLSyntaxError) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    let valid = validPrefixByteCount(bytes)
    throw SQLSyntaxError(
      message: "the text is not UTF-8", span: SourceSpan(start: valid, end: valid + 1),
      location: SourceText(String(decoding: bytes.prefix(valid), as: UTF8.self)).location(at: valid))
  }

  private static func validPrefixByteCount(_ bytes: [UInt8]) -> Int {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var count = 0
    while case .scalarValue(let scalar) = decoder.decode(&iterator) { count += UTF8.width(scalar) }
    return min(count, max(bytes.count - 1, 0))
  }
}
