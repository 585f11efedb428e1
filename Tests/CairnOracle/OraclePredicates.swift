import CairnSQL

/// The predicates (S20 to S25, S41): the positive form for any element, then NOT where it is negated.
extension OracleEvaluator {
  func predicate(_ expression: Expression) throws(OracleError) -> Bool? {
    switch expression.kind {
    case .comparison(.notEqual, let lhs, let rhs):
      return try comparison(.equal, lhs, rhs).map { !$0 }
    case .comparison(let operation, let lhs, let rhs):
      return try comparison(operation, lhs, rhs)
    case .between(let value, let lower, let upper, let isNegated):
      let result = try anyElement(of: [value, lower, upper], missing: nil) {
        (evaluator) throws(OracleError) -> Bool? in
        let parts = [value, lower, upper]
        let above = try evaluator.compare(value, .greaterOrEqual, lower, among: parts)
        let below = try evaluator.compare(value, .lessOrEqual, upper, among: parts)
        if above == false || below == false { return false }
        return above == nil || below == nil ? nil : true
      }
      return negated(result, isNegated)
    case .inList(let value, let items, let isNegated):
      let result = try anyElement(of: [value] + items, missing: nil) {
        (evaluator) throws(OracleError) -> Bool? in
        var truths: [Bool?] = []
        for item in items {
          truths.append(try evaluator.compare(value, .equal, item, among: [value] + items))
        }
        return OracleEvaluator.any(truths)
      }
      return negated(result, isNegated)
    case .like(let like):
      let parts = [like.value, like.pattern] + (like.escape.map { [$0] } ?? [])
      let result = try anyElement(of: parts, missing: nil) { (evaluator) throws(OracleError) in
        try evaluator.like(like)
      }
      return negated(result, like.isNegated)
    case .isNull(let value, let isNegated):
      // IS NULL is the opposite of having a value.
      return try hasValue(value) == isNegated
    case .isDistinct(let lhs, let rhs, let isNegated):
      let (left, right) = (try hasValue(lhs), try hasValue(rhs))
      if lhs.freeElementPaths.isEmpty, rhs.freeElementPaths.isEmpty {
        let (first, second) = (try value(of: lhs), try value(of: rhs))
        if first.isComposite, second.isComposite {
          return OracleComparison.isSame(first, second) == isNegated
        }
      }
      let isEqual = try comparison(.equal, lhs, rhs) == true
      return (isEqual || (!left && !right)) == isNegated
    case .isTruth(let value, let truth, let isNegated):
      return try (self.truth(of: value) == truth) != isNegated
    case .exists(let query):
      return try !rows(of: query).rows.isEmpty
    case .inQuery(let value, let query, let isNegated):
      let result = try anyElement(of: [value], missing: nil) { (evaluator) throws(OracleError) in
        try evaluator.isIn(value, query)
      }
      return negated(result, isNegated)
    case .quantified(let operation, let value, let quantifier, let query):
      return try anyElement(of: [value], missing: nil) { (evaluator) throws(OracleError) in
        try evaluator.quantified(value, operation, quantifier, query)
      }
    default:
      throw .unsupported("this predicate")
    }
  }

  private func negated(_ truth: Bool?, _ isNegated: Bool) -> Bool? {
    isNegated ? truth.map { !$0 } : truth
  }

  private func comparison(
    _ operation: ComparisonOperator, _ lhs: Expression, _ rhs: Expression
  ) throws(OracleError) -> Bool? {
    try anyElement(of: [lhs, rhs], missing: nil) { (evaluator) throws(OracleError) in
      try evaluator.compare(lhs, operation, rhs)
    }
  }

  /// Compares two of the parts of a comparison, BETWEEN or IN list; nil for just these two.
  func compare(
    _ lhs: Expression, _ operation: ComparisonOperator, _ rhs: Expression, among parts: [Expression]? = nil
  ) throws(OracleError) -> Bool? {
    let parts = parts ?? [lhs, rhs]
    let left = OracleComparison.Side(
      value: try value(of: lhs, among: parts), isTimeColumn: try isTimeColumn(lhs))
    let right = OracleComparison.Side(
      value: try value(of: rhs, among: parts), isTimeColumn: try isTimeColumn(rhs))
    if left.isTimeColumn || right.isTimeColumn || parts.contains(where: OracleWrittenType.isTime) {
      for (part, side) in [(lhs, left), (rhs, right)] where part.isConstant {
        if case .text(let text) = side.value, OracleInstant.isImpossibleDate(text) {
          throw .invalidLiteral("a date that does not exist")
        }
      }
    }
    return OracleComparison.compare(left, operation, right)
  }

  /// A value as it compares with others: a virtual column is spelled as constants are (S62).
  private func value(of expression: Expression, among parts: [Expression]) throws(OracleError) -> OracleValue
  {
    try refuseQuotedText(expression)
    guard let partition = try partition(expression) else { return try value(of: expression) }
    var constants: [OracleValue] = []
    for part in parts where part.isConstant { constants.append(try value(of: part)) }
    return partition.value(beside: constants)
  }

  /// The virtual column that an expression is where rows are not groups.
  private func partition(_ expression: Expression) throws(OracleError) -> OracleVirtualColumn? {
    guard replacements[expression.span] == nil, case .path(let path) = expression.kind else { return nil }
    return try resolve(path).partition
  }

  /// IS NOT NULL: some element is not NULL (S41).
  private func hasValue(_ expression: Expression) throws(OracleError) -> Bool {
    if expression.isLogical || expression.isPredicate { return try truth(of: expression) != nil }
    return try anyElement(of: [expression], missing: false) { (evaluator) throws(OracleError) in
      try !evaluator.value(of: expression).isNull
    } ?? false
  }

  private func like(_ like: LikePredicate) throws(OracleError) -> Bool? {
    try refuseQuotedText(like.pattern)
    let pattern = try value(of: like.pattern).text
    let text: [UInt8]?
    if like.pattern.isConstant, let partition = try partition(like.value) {
      text = partition.value(besidePattern: pattern).text
    } else {
      text = try value(of: like.value).text
    }
    var escape: [UInt8]?
    if let expression = like.escape {
      guard let character = try value(of: expression).text else { return nil }
      // A constant escape must be one character whatever the pattern is.
      if expression.isConstant, OracleText.characters(character).count != 1 {
        throw .invalidLiteral("the escape of LIKE")
      }
      escape = character
    }
    let isConstant = like.pattern.isConstant && like.escape?.isConstant != false
    guard let pattern else { return nil }
    guard var elements = OracleLike.elements(pattern, escape: escape) else {
      if isConstant { throw .invalidLiteral("the pattern of LIKE") }
      return nil
    }
    guard let text else { return nil }
    guard like.ignoresCase else { return OracleLike.matches(text, elements) }
    elements = elements.map { element in
      if case .literal(let character) = element {
        .literal(OracleText.lowercased(character))
      } else {
        element
      }
    }
    return OracleLike.matches(OracleText.lowercased(text), elements)
  }
}

extension Expression {
  /// AND, OR, NOT.
  var isLogical: Bool {
    switch kind {
    case .and, .or, .not: true
    default: false
    }
  }

  /// Whether the node is a condition in itself, the place where `[]` means any element (S40).
  var isPredicate: Bool {
    switch kind {
    case .comparison, .between, .inList, .like, .isNull, .isDistinct, .isTruth, .exists, .inQuery,
      .quantified:
      true
    case .call(let call): OracleFunctions.predicates.contains(call.name.text.lowercased())
    case .json(let call): call.function == .exists
    default: false
    }
  }

  /// Whether the node is a path with `[]`.
  var isElementPath: Bool {
    switch kind {
    case .path(let path): path.hasAnyElement
    case .access(let base, let step): step == .anyElement || base.isElementPath
    default: false
    }
  }

  /// The `[]` paths for which this node's condition has to choose elements: those not inside a condition
  /// of their own.
  var freeElementPaths: [Expression] {
    if isElementPath { return [self] }
    if isPredicate || isLogical { return [] }
    switch kind {
    // What is inside a lambda ranges there (S83).
    case .lambda: return []
    case .caseWhen(let choice):
      let results = choice.branches.map(\.result) + (choice.otherwise.map { [$0] } ?? [])
      return results.flatMap(\.freeElementPaths)
    case .call(let call) where call.name.text.lowercased() == "if":
      return call.arguments.dropFirst().flatMap(\.freeElementPaths)
    default:
      return children.flatMap(\.freeElementPaths)
    }
  }

  /// Whether the value is the same for every record.
  var isConstant: Bool {
    switch kind {
    case .path, .parameter, .lambda, .exists, .subquery: false
    default: children.allSatisfy(\.isConstant)
    }
  }
}
