/// One lexical unit of SQL.
struct Token: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    /// An unquoted word and the keyword that it spells, if it spells one.
    case word(String, Keyword?)
    /// A name in double quotes or backquotes, its doubled quotes undone.
    case quotedName(String)
    /// A string literal, its doubled quotes and Unicode escapes undone.
    case string(String)
    /// `X'…'`.
    case binary([UInt8])
    /// A number as written, less its `_`; hexadecimal and its kin turned into decimal.
    case number(String)
    case symbol(Symbol)
    /// `$NAME`, `${NAME}` or `{NAME}`: a place that a published query leaves to be filled.
    case placeholder(String)
    /// Where the lexer gave up; the parser reports the lexer's error when it gets here.
    case invalid
    case end
  }

  let kind: Kind
  let span: SourceSpan

  var keyword: Keyword? {
    if case .word(_, let keyword) = kind { keyword } else { nil }
  }

  var symbol: Symbol? {
    if case .symbol(let symbol) = kind { symbol } else { nil }
  }

  /// How error messages name the token.
  var description: String {
    switch kind {
    case .word(let text, let keyword): keyword?.isReserved == true ? text.uppercased() : "'\(text)'"
    case .quotedName(let name): "\"\(name)\""
    case .string: "a string"
    case .binary: "a binary literal"
    case .number(let text): "'\(text)'"
    case .symbol(let symbol): "'\(symbol.rawValue)'"
    case .placeholder(let name): "'\(name)'"
    case .invalid: "text that is not SQL"
    case .end: "the end of the text"
    }
  }
}

/// Punctuation and operators, spelled as in SQL.
enum Symbol: String, Sendable {
  case leftParenthesis = "("
  case rightParenthesis = ")"
  case leftBracket = "["
  case rightBracket = "]"
  case comma = ","
  case dot = "."
  case semicolon = ";"
  case colon = ":"
  case cast = "::"
  case question = "?"
  case equal = "="
  case notEqual = "<>"
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case plus = "+"
  case minus = "-"
  case star = "*"
  case slash = "/"
  case percent = "%"
  case concatenation = "||"
  case arrow = "->"
  case textArrow = "->>"
  case fatArrow = "=>"
}
