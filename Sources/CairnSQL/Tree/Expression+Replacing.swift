extension Expression {
  /// The expression with others in place of its paths; nil where one of these has none, where names inside have a
  /// meaning of their own (subqueries, lambdas, windows), or where it would grow beyond what a parser takes.
  ///
  /// - Parameter replacement: what stands for a path, and the steps that go on from there.
  package func replacingPaths(
    _ replacement: (Expression, Path) -> (expression: Expression, steps: [Path.Step])?
  ) -> Expression? {
    var nodeCount = 0
    return replaced(replacement, &nodeCount)
  }

  /// Nodes that a replaced expression may have.
  private static let nodeLimit = 1000

  private func replaced(
    _ replacement: (Expression, Path) -> (expression: Expression, steps: [Path.Step])?,
    _ nodeCount: inout Int
  ) -> Expression? {
    func one(_ expression: Expression) -> Expression? { expression.replaced(replacement, &nodeCount) }
    func all(_ expressions: [Expression]) -> [Expression]? {
      let found = expressions.compactMap(one)
      return found.count == expressions.count ? found : nil
    }
    nodeCount += 1
    guard nodeCount <= Self.nodeLimit else { return nil }
    switch kind {
    case .literal, .parameter: return self
    case .path(let path):
      guard let (base, steps) = replacement(self, path) else { return nil }
      nodeCount += base.nodeCount
      return nodeCount <= Self.nodeLimit ? base.following(steps, span) : nil
    case .access(let base, let step): return one(base).flatMap { with(.access($0, step), [$0]) }
    case .subscripted(let base, let index):
      return all([base, index]).flatMap { with(.subscripted($0[0], index: $0[1]), $0) }
    case .unary(let sign, let value): return one(value).flatMap { with(.unary(sign, $0), [$0]) }
    case .not(let value): return one(value).flatMap { with(.not($0), [$0]) }
    case .binary(let operation, let lhs, let rhs):
      return all([lhs, rhs]).flatMap { with(.binary(operation, $0[0], $0[1]), $0) }
    case .comparison(let operation, let lhs, let rhs):
      return all([lhs, rhs]).flatMap { with(.comparison(operation, $0[0], $0[1]), $0) }
    case .between(let value, let lower, let upper, let isNegated):
      return all([value, lower, upper]).flatMap {
        with(.between($0[0], lower: $0[1], upper: $0[2], isNegated: isNegated), $0)
      }
    case .inList(let value, let items, let isNegated):
      return all([value] + items).flatMap {
        with(.inList($0[0], Array($0.dropFirst()), isNegated: isNegated), $0)
      }
    case .like(let like):
      return all([like.value, like.pattern] + (like.escape.map { [$0] } ?? [])).flatMap {
        let copy = LikePredicate(
          value: $0[0], pattern: $0[1], escape: $0.count > 2 ? $0[2] : nil, isNegated: like.isNegated,
          ignoresCase: like.ignoresCase)
        return with(.like(copy), $0)
      }
    case .isNull(let value, let isNegated):
      return one(value).flatMap { with(.isNull($0, isNegated: isNegated), [$0]) }
    case .isDistinct(let lhs, let rhs, let isNegated):
      return all([lhs, rhs]).flatMap { with(.isDistinct($0[0], $0[1], isNegated: isNegated), $0) }
    case .isTruth(let value, let wanted, let isNegated):
      return one(value).flatMap { with(.isTruth($0, wanted, isNegated: isNegated), [$0]) }
    case .and(let terms): return all(terms).flatMap { with(.and($0), $0) }
    case .or(let terms): return all(terms).flatMap { with(.or($0), $0) }
    case .cast(let value, let type, let isTry):
      return one(value).flatMap { with(.cast($0, type, isTry: isTry), [$0]) }
    case .array(let items): return all(items).flatMap { with(.array($0), $0) }
    case .row(let items): return all(items).flatMap { with(.row($0), $0) }
    case .atTimeZone(let value, let zone):
      return all([value, zone]).flatMap { with(.atTimeZone($0[0], zone: $0[1]), $0) }
    case .extract(let field, let value): return one(value).flatMap { with(.extract(field, $0), [$0]) }
    case .caseWhen(let choice):
      let parts = choice.branches.flatMap { [$0.condition, $0.result] }
      let others = [choice.operand, choice.otherwise].compactMap { $0 }
      guard let parts = all(parts), let others = all(others) else { return nil }
      let branches = stride(from: 0, to: parts.count, by: 2).map {
        CaseExpression.Branch(condition: parts[$0], result: parts[$0 + 1])
      }
      let copy = CaseExpression(
        operand: choice.operand == nil ? nil : others.first, branches: branches,
        otherwise: choice.otherwise == nil ? nil : others.last)
      return with(.caseWhen(copy), parts + others)
    case .call(let call):
      guard call.window == nil, call.filter == nil, call.ordering.isEmpty, !call.isStar, !call.isDistinct
      else { return nil }
      return all(call.arguments).flatMap { arguments in
        var copy = FunctionCall(name: call.name, arguments: arguments)
        copy.ignoresNulls = call.ignoresNulls
        return with(.call(copy), arguments)
      }
    case .quantified, .inQuery, .lambda, .exists, .subquery, .json: return nil
    }
  }

  /// The same place in the text with other content; nil where that is deeper than a parser would take.
  private func with(_ kind: Kind, _ children: [Expression]) -> Expression? {
    let depth = 1 + (children.map(\.depth).max() ?? 0)
    return depth <= ParserLimits.treeDepth ? Expression(kind, span: span, depth: depth) : nil
  }

  /// What steps lead to from here.
  private func following(_ steps: [Path.Step], _ span: SourceSpan) -> Expression? {
    if case .path(let path) = kind {
      return Expression(
        .path(Path(root: path.root, steps: path.steps + steps)), span: span, depth: depth)
    }
    var result = self
    for step in steps {
      guard let next = result.with(.access(result, step), [result]) else { return nil }
      result = next
    }
    return result
  }

  private var nodeCount: Int { children.reduce(1) { $0 + $1.nodeCount } }
}

extension Expression {
  /// A quoted name that nobody has written.
  package init(quotedName name: String) {
    let span = SourceSpan(start: 0, end: 0)
    self.init(.path(Path(root: Identifier(name, isQuoted: true, span: span))), span: span, depth: 1)
  }
}
