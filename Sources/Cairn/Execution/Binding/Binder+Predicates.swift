import CairnSQL

extension Expression {
  /// Whether its result is a boolean, so that the `[]` inside it range around it (S40).
  var isCondition: Bool {
    switch kind {
    case .comparison, .between, .inList, .like, .isNull, .isDistinct, .isTruth, .not, .and, .or: true
    case .call(let call): FunctionTable.entry(call.name.text)?.isCondition == true
    case .json(let call): call.function == .exists
    default: false
    }
  }
}

extension ExpressionBinder {
  /// Binds a condition that is neither AND nor OR nor NOT.
  mutating func predicate(_ expression: Expression) throws(BindError) -> any Node {
    switch expression.kind {
    case .comparison(let operation, let lhs, let rhs):
      if let node = try contains(expression) { return node }
      return try comparison(operation, lhs, rhs)
    case .between(let value, let lower, let upper, let isNegated):
      let node = try scoped("between", [value, lower, upper]) { (binder) throws(BindError) in
        let operands = try binder.operands([value, lower, upper])
        let (value, lower, upper) = (operands[0], operands[1], operands[2])
        return binder.fold(
          BetweenNode(value, lower: lower, upper: upper), [value.node, lower.node, upper.node])
      }
      return isNegated ? negated(node) : node
    case .inList(let value, let items, let isNegated):
      let node = try scoped("in", [value] + items) { (binder) throws(BindError) in
        try binder.inList(value, items)
      }
      return isNegated ? negated(node) : node
    case .like(let like):
      let node = try scoped("like", [expression]) { (binder) throws(BindError) in try binder.like(like) }
      return like.isNegated ? negated(node) : node
    case .isNull(let operand, let isNegated):
      let node = try hasValue(operand)
      return isNegated ? node : negated(node)
    case .isDistinct(let lhs, let rhs, let isNegated):
      let node = try notDistinct(lhs, rhs)
      return isNegated ? node : negated(node)
    case .isTruth(let operand, let wanted, let isNegated):
      let operand = try condition(operand)
      let node = fold(IsTruthNode(operand, wanted), [operand])
      return isNegated ? negated(node) : node
    case .call(let call):
      return try scoped("call", [expression]) { (binder) throws(BindError) in
        try binder.call(call, expression)
      }
    case .json(let call):
      return try scoped("json", [expression]) { (binder) throws(BindError) in
        try binder.json(call, expression)
      }
    default:
      throw BindError(message: "\(expression.sort) cannot stand here", span: expression.span)
    }
  }

  /// `IS NOT NULL`: some element is not NULL (S41).
  private mutating func hasValue(_ operand: Expression) throws(BindError) -> any Node {
    try scoped("value", [operand], withoutArray: false) { (binder) throws(BindError) in
      let operand = try binder.value(operand)
      return binder.fold(IsNotNullNode(operand), [operand])
    }
  }

  /// `IS NOT DISTINCT FROM`: both sides are NULL, or they are equal. With `[]` inside, each of the three
  /// questions ranges over the elements on its own.
  private mutating func notDistinct(_ lhs: Expression, _ rhs: Expression) throws(BindError) -> any Node {
    guard lhs.mentionsAnyElement || rhs.mentionsAnyElement else {
      let (lhs, rhs) = (try operand(lhs), try operand(rhs))
      return fold(NotDistinctNode(lhs, rhs), [lhs.node, rhs.node])
    }
    let equal = try comparison(.equal, lhs, rhs)
    let values = [try hasValue(lhs), try hasValue(rhs)]
    return OrNode([IsTruthNode(equal, true), NotNode(OrNode(values))])
  }

  private mutating func comparison(
    _ operation: ComparisonOperator, _ lhs: Expression, _ rhs: Expression
  ) throws(BindError) -> any Node {
    for (side, other) in [(lhs, rhs), (rhs, lhs)]
    where side.kind == .literal(.null) && other.kind != .literal(.null) {
      scope.events?.add(
        note:
          "\(lhs) \(operation.rawValue) \(rhs) is never true: \(other) IS NULL, or IS NOT NULL, asks whether there is a value"
      )
    }
    // S22: so that a[] <> x means that no element equals x.
    let positive: ComparisonOperator = operation == .notEqual ? .equal : operation
    let node = try scoped(positive.rawValue, [lhs, rhs]) { (binder) throws(BindError) in
      let operands = try binder.operands([lhs, rhs])
      let (lhs, rhs) = (operands[0], operands[1])
      if case .text(let text)? = rhs.node.constant, !lhs.isTimeColumn, lhs.node.constant == nil {
        return TextComparisonNode(positive, lhs.node, text)
      }
      return binder.fold(ComparisonNode(positive, lhs, rhs), [lhs.node, rhs.node])
    }
    return operation == .notEqual ? negated(node) : node
  }

  private mutating func inList(_ value: Expression, _ items: [Expression]) throws(BindError) -> any Node {
    let operands = try self.operands([value] + items)
    let value = operands[0]
    var texts: Set<[UInt8]> = []
    var constants: [EngineValue] = []
    var others: [Operand] = []
    for item in operands.dropFirst() {
      if case .text(let text)? = item.node.constant, !value.isTimeColumn {
        texts.insert(text)
      } else if let constant = item.node.constant {
        constants.append(constant)
      } else {
        others.append(item)
      }
    }
    let node = InListNode(value, items: others, constants: constants, texts: texts)
    return fold(node, [value.node] + others.map(\.node))
  }

  private mutating func like(_ like: LikePredicate) throws(BindError) -> any Node {
    let pattern = try value(like.pattern)
    try refuseQuotedText(like.pattern)
    let operand: any Node
    if let column = try partition(like.value, like: pattern.constant?.text) {
      operand = column
    } else {
      operand = try value(like.value).behindTextCasts
    }
    var escape: (any Node)?
    if let expression = like.escape { escape = try value(expression) }
    let inputs = [operand, pattern] + (escape.map { [$0] } ?? [])
    let escapeText = escape?.constant?.text
    if let escapeText, Characters.count(escapeText) != 1, let span = like.escape?.span {
      throw BindError(message: "ESCAPE takes one character", span: span)
    }
    guard let text = pattern.constant?.text, escape == nil || escapeText != nil else {
      let node = LikeNode(operand, .computed(pattern, escape: escape), ignoresCase: like.ignoresCase)
      return fold(node, inputs)
    }
    guard let compiled = LikePattern(text, escape: escapeText, ignoresCase: like.ignoresCase) else {
      throw BindError(
        message: "the escape character must be followed by '%', '_' or itself", span: like.pattern.span)
    }
    return fold(LikeNode(operand, .fixed(compiled), ignoresCase: like.ignoresCase), inputs)
  }

  mutating func caseWhen(_ choice: CaseExpression) throws(BindError) -> any Node {
    var branches: [CaseNode.Branch] = []
    for branch in choice.branches {
      let condition: any Node
      if let operand = choice.operand {
        condition = try comparison(.equal, operand, branch.condition)
      } else {
        condition = try self.condition(branch.condition)
      }
      branches.append(CaseNode.Branch(condition: condition, result: try value(branch.result)))
    }
    var otherwise: any Node = ConstantNode(.null)
    if let expression = choice.otherwise { otherwise = try value(expression) }
    return fold(
      CaseNode(branches, otherwise: otherwise), branches.flatMap { [$0.condition, $0.result] } + [otherwise])
  }
}

extension Expression {
  /// What is looked up in a dictionary, for the paths that the expression was bound to.
  func needle(_ paths: [BoundPath]) -> Needle? {
    guard let path = paths.first, paths.count == 1, !path.onlyStrings else { return nil }
    switch kind {
    case .comparison(.equal, let lhs, let rhs):
      guard
        let (column, literal) = lhs.plainPath != nil ? (lhs, rhs) : rhs.plainPath != nil ? (rhs, lhs) : nil
      else { return nil }
      return column.needle(path, [literal])
    case .inList(let value, let items, false):
      return value.needle(path, items)
    case .or(let terms):
      var texts: [[UInt8]] = []
      for term in terms {
        guard let needle = term.needle(paths) else { return nil }
        texts += needle.texts
      }
      return Needle(path: path, texts: texts)
    default:
      return nil
    }
  }

  /// The path if its value is what storage gives, or NULL instead of an object or array.
  private var plainPath: AccessPath? {
    guard let path = accessPath else { return nil }
    var table = PathTable()
    let reader = table.reader(path, of: EventsTable(ColumnIDs()))
    return reader.documents.isEmpty && reader.value.steps.allSatisfy { $0 == .scalar } ? path : nil
  }

  private func needle(_ path: BoundPath, _ literals: [Expression]) -> Needle? {
    guard plainPath != nil, !path.names.isEmpty else { return nil }
    let isTimeColumn = path.isTimeColumn
    var texts: [[UInt8]] = []
    for literal in literals {
      guard case .literal(.string(let text)) = literal.kind else { return nil }
      let bytes = Array(text.utf8)
      // A time column compares with text that spells a time as a point in time (S23).
      if isTimeColumn, TimePoint(spelling: bytes) != nil { return nil }
      texts.append(bytes)
    }
    return texts.isEmpty ? nil : Needle(path: path, texts: texts)
  }

  /// What messages call it.
  var sort: String {
    switch kind {
    case .parameter: "?"
    case .quantified, .inQuery, .exists, .subquery: "a subquery"
    case .lambda: "a lambda"
    case .row: "a row"
    case .atTimeZone: "AT TIME ZONE"
    case .extract: "EXTRACT"
    default: "this expression"
    }
  }
}
