// The tree as SQL text, which parses to the same tree. Operators inside operators stand in parentheses,
// so that nobody has to know the strengths.

extension Expression: CustomStringConvertible {
  /// The expression as SQL.
  public var description: String {
    switch kind {
    case .literal(let literal): literal.description
    case .path(let path): path.description
    case .access(let base, let step): base.container + step.description
    case .subscripted(let base, let index): "\(base.container)[\(index)]"
    case .parameter: "?"
    case .unary(let sign, let value): "\(sign.rawValue)\(value.operand)"
    case .binary(.jsonMember, let lhs, let rhs): "\(lhs.arrowBase(rhs)) -> \(rhs.arrowMember)"
    case .binary(.jsonText, let lhs, let rhs): "\(lhs.operand) ->> \(rhs.arrowMember)"
    case .binary(let operation, let lhs, let rhs): "\(lhs.operand) \(operation.rawValue) \(rhs.operand)"
    case .comparison(let operation, let lhs, let rhs): "\(lhs.operand) \(operation.rawValue) \(rhs.operand)"
    case .quantified(let operation, let value, let quantifier, let query):
      "\(value.operand) \(operation.rawValue) \(quantifier == .all ? "ALL" : "ANY") (\(query))"
    case .between(let value, let lower, let upper, let isNegated):
      "\(value.operand) \(isNegated ? "NOT " : "")BETWEEN \(lower.operand) AND \(upper.operand)"
    case .inList(let value, let items, let isNegated):
      "\(value.operand) \(isNegated ? "NOT " : "")IN (\(items.sqlList))"
    case .inQuery(let value, let query, let isNegated):
      "\(value.operand) \(isNegated ? "NOT " : "")IN (\(query))"
    case .like(let like): like.description
    case .isNull(let value, let isNegated): "\(value.operand) IS \(isNegated ? "NOT " : "")NULL"
    case .isDistinct(let lhs, let rhs, let isNegated):
      "\(lhs.operand) IS \(isNegated ? "NOT " : "")DISTINCT FROM \(rhs.operand)"
    case .isTruth(let value, let truth, let isNegated):
      "\(value.operand) IS \(isNegated ? "NOT " : "")\(truth.map { $0 ? "TRUE" : "FALSE" } ?? "UNKNOWN")"
    case .not(let value): "NOT \(value.operand)"
    case .and(let terms): terms.map(\.operand).joined(separator: " AND ")
    case .or(let terms): terms.map(\.operand).joined(separator: " OR ")
    case .caseWhen(let choice): choice.description
    case .cast(let value, let type, let isTry): "\(isTry ? "TRY_CAST" : "CAST")(\(value) AS \(type))"
    case .call(let call): call.description
    case .lambda(let parameters, let body):
      "(\(parameters.map(\.description).joined(separator: ", "))) -> \(body)"
    case .array(let items): "ARRAY[\(items.sqlList)]"
    case .row(let items): "ROW(\(items.sqlList))"
    case .atTimeZone(let value, let zone): "\(value.operand) AT TIME ZONE \(zone.operand)"
    case .extract(let field, let value): "EXTRACT(\(field) FROM \(value.operand))"
    case .exists(let query): "EXISTS (\(query))"
    case .subquery(let query): "(\(query))"
    case .json(let call): call.description
    }
  }

  /// The member after an arrow: a constant must stand bare there to tell the arrow from a lambda's.
  private var arrowMember: String {
    if case .literal = kind { description } else { operand }
  }

  /// The value before `->`; a bare name before another name would be a lambda's parameter.
  private func arrowBase(_ member: Expression) -> String {
    guard case .path(let path) = kind, path.steps.isEmpty else { return operand }
    if case .literal = member.kind { return operand }
    return "((\(self)))"
  }

  /// The expression before a dot or bracket; a number's own dot must not meet that one.
  private var container: String {
    if case .literal = kind { "(\(self))" } else { operand }
  }

  /// The expression as part of a larger one.
  private var operand: String {
    switch kind {
    case .literal(.number(let text)) where text.first == "-" || text.first == "+": "(\(self))"
    case .literal, .path, .parameter, .access, .subscripted, .cast, .call, .array, .row, .extract, .exists,
      .subquery, .caseWhen, .json:
      description
    default: "(\(self))"
    }
  }
}

extension [Expression] {
  /// The expressions with commas between.
  var sqlList: String { map(\.description).joined(separator: ", ") }
}

extension LikePredicate {
  fileprivate var description: String {
    let word = (isNegated ? "NOT " : "") + (ignoresCase ? "ILIKE" : "LIKE")
    let tail = escape.map { " ESCAPE \($0.parenthesized)" } ?? ""
    return "\(value.parenthesized) \(word) \(pattern.parenthesized)\(tail)"
  }
}

extension Expression {
  /// For the places outside this file's switch that need an operand.
  fileprivate var parenthesized: String { operand }
}

extension CaseExpression {
  fileprivate var description: String {
    let head = operand.map { " \($0)" } ?? ""
    let middle = branches.map { " WHEN \($0.condition) THEN \($0.result)" }.joined()
    return "CASE\(head)\(middle)\(otherwise.map { " ELSE \($0)" } ?? "") END"
  }
}

extension Literal: CustomStringConvertible {
  /// The literal as SQL.
  public var description: String {
    switch self {
    case .null: "NULL"
    case .boolean(let value): value ? "TRUE" : "FALSE"
    case .number(let text): text
    case .string(let text): SQLText.string(text)
    case .binary(let bytes):
      "X'\(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())'"
    case .typed(let type, let text): "\(type.uppercased()) \(SQLText.string(text))"
    case .interval(let interval):
      "INTERVAL \(interval.isNegative ? "-" : "")\(SQLText.string(interval.text)) \(interval.from.rawValue)"
        + (interval.to.map { " TO \($0.rawValue)" } ?? "")
    }
  }
}

extension Path: CustomStringConvertible {
  /// The path as SQL.
  public var description: String { root.description + steps.map(\.description).joined() }
}

extension Path.Step: CustomStringConvertible {
  /// The step as SQL, its dot or brackets included.
  public var description: String {
    switch self {
    case .name(let name): "." + name.description
    case .key(let key): "[\(SQLText.string(key))]"
    case .index(let index): "[\(index)]"
    case .anyElement: "[]"
    }
  }
}

extension Identifier: CustomStringConvertible {
  /// The name as SQL.
  public var description: String { isQuoted ? SQLText.name(text) : text }
}

/// Quoting.
enum SQLText {
  static func string(_ text: String) -> String { quoted(text, by: "'") }

  static func name(_ text: String) -> String { quoted(text, by: "\"") }

  /// By scalars: a quote may be one character with a combining mark behind it.
  private static func quoted(_ text: String, by quote: Unicode.Scalar) -> String {
    var result = String.UnicodeScalarView([quote])
    for scalar in text.unicodeScalars {
      if scalar == quote { result.append(quote) }
      result.append(scalar)
    }
    result.append(quote)
    return String(result)
  }
}
