import CairnSQL
import CairnStorage

extension SQLJSONPath.Method {
  /// The items that the method makes of others; nil where one of these is of another kind than it takes.
  func items(of items: [EngineValue]?, _ evaluator: JSONPathEvaluator) -> [EngineValue]? {
    switch self {
    case .type: return items?.map { .text(Array($0.jsonTypeName.utf8)) }
    case .size:
      return evaluator.flatMap(items) { item in
        if let elements = item.elements { return [EngineValue(elements.count)] }
        return evaluator.isStrict ? nil : [EngineValue(1)]
      }
    case .keyvalue:
      return evaluator.flatMap(evaluator.unwrapped(items)) { item in
        item.entries.map { entries in entries.pairs.map { Self.pair($0.key, $0.value) } }
      }
    case .double:
      return evaluator.flatMap(evaluator.unwrapped(items)) { item in
        guard item.isJSONNumber || item.string != nil, let number = item.number?.double, number.isFinite
        else {
          return nil
        }
        return [EngineValue(double: number)]
      }
    case .abs, .ceiling, .floor:
      return evaluator.flatMap(evaluator.unwrapped(items)) { item in
        guard item.isJSONNumber, case .plain(let function)? = FunctionTable.entry(rawValue)?.form else {
          return nil
        }
        let result = function([item])
        return result.isNull ? nil : [result]
      }
    }
  }

  private static func pair(_ key: EngineValue, _ value: EngineValue) -> EngineValue {
    var name: [UInt8] = []
    JSONText.appendQuoted(key.text ?? [], to: &name)
    return .record(
      .json(
        JSONText.object([
          (Array("name".utf8), name), (Array("value".utf8), value.json), (Array("id".utf8), Array("0".utf8)),
        ])))
  }
}

extension EngineValue {
  fileprivate var jsonTypeName: String {
    if isNull { return "null" }
    if isJSONNumber { return "number" }
    if boolean != nil { return "boolean" }
    if elements != nil { return "array" }
    return entries != nil ? "object" : "string"
  }
}

/// The regular expressions of a path, read once.
struct JSONPathPatterns: Sendable {
  private var known: [String: RegexPattern] = [:]

  static let none = JSONPathPatterns()

  private init() {}

  /// Throws where one cannot be read.
  init(_ paths: [SQLJSONPath]) throws(RegexFailure) {
    for path in paths {
      for (pattern, flags) in path.node.patterns {
        known[flags + ":" + pattern] = try RegexPattern(Array(Self.regex(pattern, flags).utf8))
      }
    }
  }

  subscript(pattern: String, flags: String) -> RegexPattern? { known[flags + ":" + pattern] }

  /// The pattern with XQuery's flags: `i`, `s`, `m`, `x`, and `q` for plain text.
  private static func regex(_ pattern: String, _ flags: String) throws(RegexFailure) -> String {
    guard flags.allSatisfy({ "ismxq".contains($0) }) else {
      throw RegexFailure(message: "has flags other than i, s, m, x and q")
    }
    var text = pattern
    if flags.contains("q") {
      text = pattern.unicodeScalars.reduce(into: "") {
        $0 += "\\^$.|?*+()[]{}".unicodeScalars.contains($1) ? "\\\($1)" : "\($1)"
      }
    }
    let own = flags.filter { $0 != "q" }
    return own.isEmpty ? text : "(?\(own))\(text)"
  }
}

extension SQLJSONPath.Node {
  /// Patterns of `like_regex` anywhere in it, with their flags.
  var patterns: [(String, String)] {
    switch self {
    case .root, .current, .last, .variable, .literal: []
    case .member(let base, _), .descendant(let base, _), .method(let base, _), .signed(_, let base):
      base.patterns
    case .elements(let base, let subscripts):
      base.patterns + (subscripts ?? []).flatMap { $0.from.patterns + ($0.to?.patterns ?? []) }
    case .filter(let base, let predicate): base.patterns + predicate.patterns
    case .arithmetic(_, let lhs, let rhs): lhs.patterns + rhs.patterns
    }
  }

  /// Names of the variables anywhere in it.
  var variables: [String] {
    switch self {
    case .variable(let name): [name]
    case .root, .current, .last, .literal: []
    case .member(let base, _), .descendant(let base, _), .method(let base, _), .signed(_, let base):
      base.variables
    case .elements(let base, let subscripts):
      base.variables + (subscripts ?? []).flatMap { $0.from.variables + ($0.to?.variables ?? []) }
    case .filter(let base, let predicate): base.variables + predicate.variables
    case .arithmetic(_, let lhs, let rhs): lhs.variables + rhs.variables
    }
  }
}

extension SQLJSONPath.Predicate {
  fileprivate var patterns: [(String, String)] {
    switch self {
    case .comparison(_, let lhs, let rhs), .startsWith(let lhs, let rhs): lhs.patterns + rhs.patterns
    case .and(let lhs, let rhs), .or(let lhs, let rhs): lhs.patterns + rhs.patterns
    case .not(let inner), .isUnknown(let inner): inner.patterns
    case .exists(let node): node.patterns
    case .matches(let node, let pattern, let flags): node.patterns + [(pattern, flags)]
    }
  }

  fileprivate var variables: [String] {
    switch self {
    case .comparison(_, let lhs, let rhs), .startsWith(let lhs, let rhs): lhs.variables + rhs.variables
    case .and(let lhs, let rhs), .or(let lhs, let rhs): lhs.variables + rhs.variables
    case .not(let inner), .isUnknown(let inner): inner.variables
    case .exists(let node), .matches(let node, _, _): node.variables
    }
  }
}
