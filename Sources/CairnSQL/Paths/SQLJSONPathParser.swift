/// Reads the text of a path.
struct SQLJSONPathParser {
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var nesting = 0
  private var stepCount = 0

  /// What is wrong with a text.
  struct Failure: Error {
    let message: String
  }

  /// Parts in one path, which make it as deep.
  private static let stepLimit = 200
  private static let nestingLimit = 24

  private init(_ text: String) { scalars = Array(text.unicodeScalars) }

  static func path(_ text: String) throws(Failure) -> SQLJSONPath {
    var parser = SQLJSONPathParser(text)
    let isStrict = parser.acceptWord("strict")
    if !isStrict { _ = parser.acceptWord("lax") }
    let node = try parser.sum()
    parser.skipBlanks()
    guard parser.position == parser.scalars.count else { throw parser.unexpected() }
    return SQLJSONPath(isStrict: isStrict, node: node)
  }

  // MARK: Arithmetic

  private mutating func sum() throws(Failure) -> SQLJSONPath.Node {
    try nested { (parser) throws(Failure) in
      var left = try parser.product()
      while true {
        if parser.accept("+") {
          left = .arithmetic(.add, left, try parser.product())
        } else if parser.accept("-") {
          left = .arithmetic(.subtract, left, try parser.product())
        } else {
          return left
        }
        try parser.countStep()
      }
    }
  }

  private mutating func product() throws(Failure) -> SQLJSONPath.Node {
    var left = try signed()
    while true {
      if accept("*") {
        left = .arithmetic(.multiply, left, try signed())
      } else if accept("/") {
        left = .arithmetic(.divide, left, try signed())
      } else if accept("%") {
        left = .arithmetic(.remainder, left, try signed())
      } else {
        return left
      }
      try countStep()
    }
  }

  private mutating func signed() throws(Failure) -> SQLJSONPath.Node {
    if accept("-") {
      return .signed(.minus, try nested { (parser) throws(Failure) in try parser.signed() })
    }
    if accept("+") { return .signed(.plus, try nested { (parser) throws(Failure) in try parser.signed() }) }
    return try accessors(of: try primary())
  }

  // MARK: Accessors

  private mutating func accessors(of base: SQLJSONPath.Node) throws(Failure) -> SQLJSONPath.Node {
    var node = base
    while true {
      skipBlanks()
      if accept("..") {
        node = .descendant(node, try key())
      } else if accept(".") {
        node = try member(of: node)
      } else if accept("[") {
        node = .elements(node, try subscripts())
      } else if accept("?") {
        try expect("(")
        node = .filter(node, try disjunction())
        try expect(")")
      } else {
        return node
      }
      try countStep()
    }
  }

  private mutating func member(of node: SQLJSONPath.Node) throws(Failure) -> SQLJSONPath.Node {
    if accept("*") { return .member(node, nil) }
    skipBlanks()
    let isQuoted = peek == "\""
    let name = try key()
    guard !isQuoted, accept("(") else { return .member(node, name) }
    guard let method = SQLJSONPath.Method(rawValue: name) else {
      throw Failure(message: "there is no method \(name)()")
    }
    try expect(")")
    return .method(node, method)
  }

  private mutating func subscripts() throws(Failure) -> [SQLJSONPath.Subscript]? {
    if accept("*") {
      try expect("]")
      return nil
    }
    var items: [SQLJSONPath.Subscript] = []
    repeat {
      let from = try sum()
      items.append(SQLJSONPath.Subscript(from: from, to: acceptWord("to") ? try sum() : nil))
      try countStep()
    } while accept(",")
    try expect("]")
    return items
  }

  // MARK: Primaries

  private mutating func primary() throws(Failure) -> SQLJSONPath.Node {
    skipBlanks()
    if accept("$") {
      guard let next = peek, next == "\"" || isNameScalar(next) else { return .root }
      return .variable(try key())
    }
    if accept("@") { return .current }
    if accept("(") {
      let inner = try sum()
      try expect(")")
      return inner
    }
    if acceptWord("last") { return .last }
    return .literal(try constant())
  }

  private mutating func constant() throws(Failure) -> SQLJSONPath.Constant {
    skipBlanks()
    if peek == "\"" { return .string(try string()) }
    if acceptWord("null") { return .null }
    if acceptWord("true") { return .boolean(true) }
    if acceptWord("false") { return .boolean(false) }
    let start = position
    take { $0 >= "0" && $0 <= "9" }
    if position > start {
      if peek == ".", let next = peek(ahead: 1), next >= "0", next <= "9" {
        position += 1
        take { $0 >= "0" && $0 <= "9" }
      }
      takeExponent()
      return .number(text(from: start))
    }
    throw unexpected()
  }

  private mutating func takeExponent() {
    guard peek == "e" || peek == "E" else { return }
    let start = position
    position += 1
    if peek == "+" || peek == "-" { position += 1 }
    let digits = position
    take { $0 >= "0" && $0 <= "9" }
    if position == digits { position = start }
  }

  /// A key, bare or in double quotes.
  private mutating func key() throws(Failure) -> String {
    skipBlanks()
    if peek == "\"" { return try string() }
    let start = position
    take(isNameScalar)
    guard position > start else { throw unexpected() }
    return text(from: start)
  }

  /// `"…"`, in which a doubled quote stands for itself.
  private mutating func string() throws(Failure) -> String {
    position += 1
    var text = String.UnicodeScalarView()
    while let scalar = peek {
      position += 1
      if scalar == "\"" {
        guard peek == "\"" else { return String(text) }
        position += 1
      }
      text.append(scalar)
    }
    throw Failure(message: "a text has no closing \"")
  }

  // MARK: Predicates

  private mutating func disjunction() throws(Failure) -> SQLJSONPath.Predicate {
    try nested { (parser) throws(Failure) in
      var left = try parser.conjunction()
      while parser.accept("||") {
        try parser.countStep()
        left = .or(left, try parser.conjunction())
      }
      return left
    }
  }

  private mutating func conjunction() throws(Failure) -> SQLJSONPath.Predicate {
    var left = try predicate()
    while accept("&&") {
      try countStep()
      left = .and(left, try predicate())
    }
    return left
  }

  private mutating func predicate() throws(Failure) -> SQLJSONPath.Predicate {
    skipBlanks()
    if peek == "!", peek(ahead: 1) != "=" {
      position += 1
      return .not(try nested { (parser) throws(Failure) in try parser.predicate() })
    }
    if isWord("exists"), nextSymbol(behind: "exists") == "(" {
      _ = acceptWord("exists")
      try expect("(")
      let path = try sum()
      try expect(")")
      return .exists(path)
    }
    // `(a == b)` and `(a + b) == c` begin alike: the one that can be read is meant.
    if peek == "(" {
      let start = self
      if let inner = try parenthesized() { return inner }
      self = start
    }
    return try compared()
  }

  /// A predicate in parentheses; nil where what they hold is a value.
  private mutating func parenthesized() throws(Failure) -> SQLJSONPath.Predicate? {
    _ = accept("(")
    guard let inner = try? disjunction(), accept(")") else { return nil }
    if acceptWord("is") {
      guard acceptWord("unknown") else { throw unexpected() }
      return .isUnknown(inner)
    }
    skipBlanks()
    switch peek {
    case nil, ")", "&", "|": return inner
    default: return nil
    }
  }

  private mutating func compared() throws(Failure) -> SQLJSONPath.Predicate {
    let left = try sum()
    if acceptWord("starts") {
      guard acceptWord("with") else { throw unexpected() }
      return .startsWith(left, try primary())
    }
    if acceptWord("like_regex") {
      skipBlanks()
      guard peek == "\"" else { throw unexpected() }
      let pattern = try string()
      guard acceptWord("flag") else { return .matches(left, pattern: pattern, flags: "") }
      skipBlanks()
      guard peek == "\"" else { throw unexpected() }
      return .matches(left, pattern: pattern, flags: try string())
    }
    let operators: [(String, ComparisonOperator)] = [
      ("==", .equal), ("!=", .notEqual), ("<>", .notEqual), ("<=", .lessOrEqual), (">=", .greaterOrEqual),
      ("<", .less), (">", .greater),
    ]
    for (text, operation) in operators where accept(text) { return .comparison(operation, left, try sum()) }
    throw unexpected()
  }

  // MARK: Text

  private var peek: Unicode.Scalar? { peek(ahead: 0) }

  private func peek(ahead: Int) -> Unicode.Scalar? {
    position + ahead < scalars.count ? scalars[position + ahead] : nil
  }

  private func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }

  private mutating func skipBlanks() {
    take { $0.properties.isWhitespace }
  }

  private mutating func take(_ isPart: (Unicode.Scalar) -> Bool) {
    while let scalar = peek, isPart(scalar) { position += 1 }
  }

  private func text(from start: Int) -> String {
    String(String.UnicodeScalarView(scalars[start..<position]))
  }

  private mutating func accept(_ symbol: String) -> Bool {
    skipBlanks()
    let wanted = Array(symbol.unicodeScalars)
    guard position + wanted.count <= scalars.count,
      scalars[position..<(position + wanted.count)].elementsEqual(wanted)
    else { return false }
    position += wanted.count
    return true
  }

  private mutating func expect(_ symbol: String) throws(Failure) {
    guard accept(symbol) else { throw unexpected() }
  }

  private func isWord(_ word: String) -> Bool {
    let wanted = Array(word.unicodeScalars)
    guard position + wanted.count <= scalars.count,
      scalars[position..<(position + wanted.count)].elementsEqual(wanted)
    else { return false }
    return peek(ahead: wanted.count).map(isNameScalar) != true
  }

  private mutating func acceptWord(_ word: String) -> Bool {
    skipBlanks()
    guard isWord(word) else { return false }
    position += word.unicodeScalars.count
    return true
  }

  private func nextSymbol(behind word: String) -> Unicode.Scalar? {
    scalars[min(position + word.unicodeScalars.count, scalars.count)...].first { !$0.properties.isWhitespace }
  }

  // MARK: Limits

  private mutating func nested<Result>(
    _ body: (inout SQLJSONPathParser) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard nesting < Self.nestingLimit else {
      throw Failure(message: "the path nests deeper than \(Self.nestingLimit) levels")
    }
    nesting += 1
    defer { nesting -= 1 }
    return try body(&self)
  }

  private mutating func countStep() throws(Failure) {
    stepCount += 1
    guard stepCount <= Self.stepLimit else {
      throw Failure(message: "the path has more than \(Self.stepLimit) parts")
    }
  }

  private func unexpected() -> Failure {
    guard position < scalars.count else { return Failure(message: "the path ends too early") }
    let rest = String(String.UnicodeScalarView(scalars[position...].prefix(20)))
    return Failure(message: "unexpected '\(rest)' at character \(position + 1) of the path")
  }
}
