import CairnSQL

/// Expressions that are the same though written differently: what GROUP BY, aggregates and windows are
/// recognised by where they are used again.
extension Scope {
  /// The column that stands for the whole expression.
  func replacement(of expression: Expression) throws(BindError) -> ColumnID? {
    if replacements.isEmpty { return nil }
    if !outputs.isEmpty, let path = expression.accessPath, try output(path, expression.span) != nil {
      return nil
    }
    return replacements[try key(expression)]
  }

  /// The column of the longest part of a path that is a group's key, and the steps behind it.
  func groupedPrefix(_ resolution: Resolution) -> (ColumnID, AccessPath)? {
    let path = resolution.path
    for count in stride(from: path.steps.count, through: 0, by: -1) {
      let prefix = AccessPath(steps: Array(path.steps.prefix(count)))
      if let column = replacements[resolution.key(prefix)] {
        return (column, AccessPath(steps: Array(path.steps.dropFirst(count))))
      }
    }
    return nil
  }

  /// Whether the expression is a time column itself (S23), here or handed on by a derived table.
  func isTimeColumn(_ expression: Expression) throws(BindError) -> Bool {
    if let path = expression.accessPath, let (output, rest) = try output(path, expression.span) {
      return output.isTime && rest.steps.isEmpty
    }
    if let column = try replacement(of: expression) { return timeReplacements.contains(column) }
    guard let path = expression.accessPath else { return false }
    return try isTime(path, expression.span)
  }

  /// Whether a path is a time column.
  func isTime(_ path: AccessPath, _ span: SourceSpan) throws(BindError) -> Bool {
    var resolution = try resolve(path, span)
    while case .outer(let inner) = resolution { resolution = inner }
    switch resolution {
    case .events(_, let path): return path.isTimeColumn
    case .column(let column, let rest): return column.isTime && rest.steps.isEmpty
    default: return false
    }
  }

  /// A text that is the same for expressions that mean the same.
  func key(_ expression: Expression) throws(BindError) -> String {
    if let path = expression.accessPath {
      // A lambda's parameter is no name of the scope; binding tells what is really unknown.
      guard let resolution = try? resolve(path, expression.span) else { return "?\(path.key)" }
      return resolution.key(resolution.path)
    }
    var parts: [String] = []
    for child in expression.children { parts.append(try key(child)) }
    return "\(expression.head)(\(parts.joined(separator: ",")))"
  }
}

extension Scope.Resolution {
  var isOuter: Bool {
    if case .outer = self { true } else { false }
  }

  /// The steps behind aliases and derived columns' names.
  var path: AccessPath {
    switch self {
    case .events(_, let path), .virtual(_, _, let path), .column(_, let path): path
    case .outer(let inner): inner.path
    }
  }

  fileprivate func key(_ path: AccessPath) -> String {
    switch self {
    case .events(let table, _): "#\(UInt(bitPattern: ObjectIdentifier(table).hashValue))\(path.key)"
    case .virtual(let table, let column, _):
      "#\(UInt(bitPattern: ObjectIdentifier(table).hashValue))$\(column.description)\(path.key)"
    case .column(let column, _): "@\(column.id.number)\(path.key)"
    case .outer(let inner): inner.key(path)
    }
  }
}

extension AccessPath {
  fileprivate var key: String {
    steps.map { step in
      switch step {
      case .name(let name), .quoted(let name): ".n\(name.lowercased())"
      case .key(let key), .jsonKey(let key): ".k\(key)"
      case .index(let index): ".i\(index)"
      case .element(let index): ".e\(index)"
      case .anyElement: "[]"
      case .document: ".d"
      case .scalar: ".s"
      }
    }.joined()
  }
}

extension Expression {
  /// What the node is, apart from what is below it.
  fileprivate var head: String {
    switch kind {
    case .literal(let literal): "\(literal)"
    case .access(_, let step): "access \(step.head)"
    case .subscripted: "subscript"
    case .parameter(let index): "?\(index)"
    case .unary(let sign, _): "unary\(sign.rawValue)"
    case .binary(let operation, _, _): operation.rawValue
    case .comparison(let operation, _, _): operation.rawValue
    case .between(_, _, _, let isNegated): "between\(isNegated)"
    case .inList(_, _, let isNegated): "in\(isNegated)"
    case .like(let like): "like\(like.isNegated)\(like.ignoresCase)\(like.escape != nil)"
    case .isNull(_, let isNegated): "null\(isNegated)"
    case .isDistinct(_, _, let isNegated): "distinct\(isNegated)"
    case .isTruth(_, let wanted, let isNegated): "truth\(wanted.map { "\($0)" } ?? "-")\(isNegated)"
    case .not: "not"
    case .and: "and"
    case .or: "or"
    case .caseWhen(let choice):
      "case\(choice.operand != nil)\(choice.branches.count)\(choice.otherwise != nil)"
    case .cast(_, let type, _): "cast \(type)"
    // Each call of these is another value.
    case .call(let call) where FunctionTable.entry(call.name.text)?.isVolatile == true:
      "call \(span.start)-\(span.end)"
    case .call(let call):
      // Arguments are below; what else a call has is told by its text.
      call.isDistinct || call.isStar || !call.ordering.isEmpty || call.filter != nil || call.window != nil
        || call.ignoresNulls != nil
        ? "call \(call.description.lowercased())" : "call \(call.name.text.lowercased())"
    case .lambda(let names, _): "lambda \(names.map(\.text))"
    case .array: "array"
    case .row: "row"
    case .atTimeZone: "zone"
    case .json(let call): "json \(call.description)"
    case .extract(let field, _): "extract \(field.text.lowercased())"
    case .path, .exists, .subquery, .inQuery, .quantified: "\(span.start)-\(span.end)"
    }
  }
}

extension Path.Step {
  fileprivate var head: String {
    switch self {
    case .name(let name): ".n\(name.text.lowercased())"
    case .key(let key): ".k\(key)"
    case .index(let index): ".i\(index)"
    case .anyElement: "[]"
    }
  }
}
