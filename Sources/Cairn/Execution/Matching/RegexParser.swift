/// Reads Java's syntax of regular expressions (S52). What cannot be matched in time that grows with the text's
/// length alone is refused: backreferences, lookaround, atomic groups and possessive quantifiers.
struct RegexParser {
  /// Groups and sets inside one another.
  private static let deepestNesting = 64

  private var rest: ArraySlice<Unicode.Scalar>
  var flags = Flags()
  private var depth = 0
  private(set) var groups = RegexGroups()

  struct Flags {
    var ignoresCase = false
    var dotTakesAll = false
    var isMultiline = false
    var hasComments = false
  }

  static func parse(_ text: String) throws(RegexFailure) -> (tree: RegexTree, groups: RegexGroups) {
    var parser = RegexParser(rest: Array(text.unicodeScalars)[...])
    let tree = try parser.choice()
    guard parser.rest.isEmpty else { throw RegexFailure(message: "has a ')' without '('") }
    return (tree: tree, groups: parser.groups)
  }

  private init(rest: ArraySlice<Unicode.Scalar>) { self.rest = rest }

  // MARK: Reading

  var next: Unicode.Scalar? { rest.first }

  func next(_ offset: Int) -> Unicode.Scalar? { rest.dropFirst(offset).first }

  mutating func take() -> Unicode.Scalar? { rest.popFirst() }

  mutating func accept(_ text: String) -> Bool {
    guard rest.starts(with: text.unicodeScalars) else { return false }
    rest = rest.dropFirst(text.unicodeScalars.count)
    return true
  }

  mutating func expect(_ text: String, _ message: String) throws(RegexFailure) {
    guard accept(text) else { throw RegexFailure(message: message) }
  }

  mutating func enter() throws(RegexFailure) {
    depth += 1
    if depth > RegexParser.deepestNesting { throw RegexFailure(message: "is nested too deeply") }
  }

  mutating func leave() { depth -= 1 }

  private mutating func skipComments() {
    while flags.hasComments, let scalar = next {
      if scalar == "#" {
        while let scalar = take(), scalar != "\n" {}
      } else if scalar.properties.isWhitespace {
        _ = take()
      } else {
        return
      }
    }
  }

  // MARK: Structure

  private mutating func choice() throws(RegexFailure) -> RegexTree {
    let outer = flags
    defer { flags = outer }
    var alternatives = [try sequence()]
    while accept("|") { alternatives.append(try sequence()) }
    return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
  }

  private mutating func sequence() throws(RegexFailure) -> RegexTree {
    var items: [RegexTree] = []
    skipComments()
    while let scalar = next, scalar != "|", scalar != ")" {
      if accept("\\Q") {
        var quoted: [RegexTree] = []
        while !rest.isEmpty, !accept("\\E"), let scalar = take() {
          quoted.append(.set(.scalar(scalar.value, ignoresCase: flags.ignoresCase)))
        }
        // What stands behind a quotation repeats its last character.
        if let last = quoted.popLast() { items += quoted + [try quantified(last)] }
      } else if let atom = try atom() {
        items.append(try quantified(atom))
      }
      skipComments()
    }
    return items.isEmpty ? .empty : items.count == 1 ? items[0] : .sequence(items)
  }

  private mutating func quantified(_ atom: RegexTree) throws(RegexFailure) -> RegexTree {
    skipComments()
    let (least, most): (Int, Int?)
    switch next {
    case "*": (least, most) = (0, nil)
    case "+": (least, most) = (1, nil)
    case "?": (least, most) = (0, 1)
    case "{":
      _ = take()
      (least, most) = try bounds()
      return try repeated(atom, least, most)
    default: return atom
    }
    _ = take()
    return try repeated(atom, least, most)
  }

  /// `n}`, `n,}`, `n,m}`.
  private mutating func bounds() throws(RegexFailure) -> (Int, Int?) {
    let failure = RegexFailure(message: "has a '{' that starts no repetition")
    guard let least = number() else { throw failure }
    var most: Int? = least
    if accept(",") { most = next == "}" ? nil : number() ?? -1 }
    guard accept("}"), most.map({ $0 >= least }) ?? true else { throw failure }
    return (least, most)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let scalar = next, (0x30...0x39).contains(scalar.value) {
      _ = take()
      value = min((value ?? 0) * 10 + Int(scalar.value - 0x30), 1_000_000)
    }
    return value
  }

  private mutating func repeated(_ atom: RegexTree, _ least: Int, _ most: Int?) throws(RegexFailure)
    -> RegexTree
  {
    if accept("+") { throw RegexFailure(message: "has a possessive quantifier, which is not supported") }
    let isLazy = accept("?")
    if case .assertion = atom, least == 0 { return .empty }
    return .repeated(atom, least: least, most: most, isLazy: isLazy)
  }

  private mutating func atom() throws(RegexFailure) -> RegexTree? {
    guard let scalar = take() else { return .empty }
    switch scalar {
    case "(": return try group()
    case "[": return .set(try characterClass())
    case ".": return .set(flags.dotTakesAll ? .all : .complement(.lineEnds))
    case "^": return .assertion(flags.isMultiline ? .lineStart : .start)
    case "$": return .assertion(flags.isMultiline ? .lineEnd : .lastLineEnd)
    case "\\": return try escape()
    case "*", "+", "?": throw RegexFailure(message: "has nothing before '\(scalar)' to repeat")
    case "{": throw RegexFailure(message: "has a '{' that starts no repetition")
    default: return .set(.scalar(scalar.value, ignoresCase: flags.ignoresCase))
    }
  }

  /// What stands behind `(`; nil for flags that count up to the end of the group around.
  private mutating func group() throws(RegexFailure) -> RegexTree? {
    try enter()
    defer { leave() }
    let outer = flags
    var index: Int?
    if !accept("?") {
      index = groups.add()
    } else {
      for start in ["=", "!", "<=", "<!"] where accept(start) {
        throw RegexFailure(message: "looks around, which is not supported")
      }
      if accept(">") { throw RegexFailure(message: "has an atomic group, which is not supported") }
      if accept("<") {
        index = groups.add(name: try groupName())
      } else if try readFlags() {
        return nil
      }
    }
    let tree = try choice()
    flags = outer
    try expect(")", "has a '(' without ')'")
    return index.map { .group($0, tree) } ?? tree
  }

  /// `name>`.
  private mutating func groupName() throws(RegexFailure) -> String {
    var name = String.UnicodeScalarView()
    while let scalar = take(), scalar != ">" {
      guard scalar.isASCII, scalar.properties.isAlphabetic || scalar.properties.numericType != nil else {
        throw RegexFailure(message: "has a group with a wrong name")
      }
      name.append(scalar)
    }
    return String(name)
  }

  /// `i-s:` or `i)`; true for the latter.
  private mutating func readFlags() throws(RegexFailure) -> Bool {
    var value = true
    while let scalar = take() {
      switch scalar {
      case "i": flags.ignoresCase = value
      case "s": flags.dotTakesAll = value
      case "m": flags.isMultiline = value
      case "x": flags.hasComments = value
      case "u": continue
      case "-": value = false
      case ":": return false
      case ")": return true
      default: throw RegexFailure(message: "has the unknown flag '\(scalar)'")
      }
    }
    throw RegexFailure(message: "has a '(' without ')'")
  }
}

/// The groups of a pattern that its user may ask for.
struct RegexGroups: Sendable {
  /// How many there are, apart from the whole match.
  private(set) var count = 0
  private(set) var names: [String: Int] = [:]

  fileprivate mutating func add(name: String? = nil) -> Int {
    count += 1
    if let name, names[name] == nil { names[name] = count }
    return count
  }
}
