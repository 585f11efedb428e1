extension Expression {
  /// The expressions directly below this one, in the order of the text. Subqueries are not entered.
  public var children: [Expression] {
    switch kind {
    case .literal, .path, .parameter, .exists, .subquery: []
    case .access(let base, _): [base]
    case .subscripted(let base, let index): [base, index]
    case .unary(_, let operand), .not(let operand): [operand]
    case .binary(_, let lhs, let rhs), .comparison(_, let lhs, let rhs): [lhs, rhs]
    case .quantified(_, let value, _, _), .inQuery(let value, _, _): [value]
    case .between(let value, let lower, let upper, _): [value, lower, upper]
    case .inList(let value, let items, _): [value] + items
    case .like(let like): [like.value, like.pattern] + (like.escape.map { [$0] } ?? [])
    case .isNull(let value, _), .isTruth(let value, _, _): [value]
    case .isDistinct(let lhs, let rhs, _): [lhs, rhs]
    case .and(let terms), .or(let terms): terms
    case .caseWhen(let choice): choice.children
    case .cast(let value, _, _), .extract(_, let value): [value]
    case .call(let call): call.children
    case .lambda(_, let body): [body]
    case .array(let items), .row(let items): items
    case .atTimeZone(let value, let zone): [value, zone]
    case .json(let call): call.children
    }
  }

  /// The query inside the node, if it has one.
  public var query: Query? {
    switch kind {
    case .exists(let query), .subquery(let query), .inQuery(_, let query, _), .quantified(_, _, _, let query):
      query
    default: nil
    }
  }
}

extension CaseExpression {
  /// Operand, branches and ELSE in the order of the text.
  var children: [Expression] {
    (operand.map { [$0] } ?? []) + branches.flatMap { [$0.condition, $0.result] }
      + (otherwise.map { [$0] } ?? [])
  }
}

extension FunctionCall {
  /// Arguments, then what else the call evaluates.
  var children: [Expression] {
    var result = arguments
    result += ordering.map(\.expression)
    if let filter { result.append(filter) }
    if case .specification(let window)? = window {
      result += window.partition + window.ordering.map(\.expression)
      result += window.frame?.children ?? []
    }
    return result
  }
}
