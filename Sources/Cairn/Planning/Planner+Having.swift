import CairnSQL

// HAVING (S63).
extension Planner {
  /// Keeps the groups for which a condition is TRUE.
  func filtered(
    _ input: LogicalPlan, _ having: Expression, _ items: [OutputItem], _ scope: Scope
  ) throws -> LogicalPlan {
    var scope = scope
    var plan = try addAliases(of: items, in: having, to: input, &scope)
    plan = try addSubqueries([having], to: plan, &scope)
    return plan.filtered(try conjuncts(having, scope))
  }

  /// Computes what aliases in a condition stand for, where GROUP BY would take their names for aliases too.
  private func addAliases(
    of items: [OutputItem], in condition: Expression, to input: LogicalPlan, _ scope: inout Scope
  ) throws -> LogicalPlan {
    var used: [(item: OutputItem, expression: Expression)] = []
    try condition.visitNames { name, span in
      guard !isColumn(name, span, scope),
        let item = items.first(where: { $0.isAlias && AccessPath.isSameIgnoringCase($0.name, name.text) }),
        let expression = item.expression
      else { return }
      if let call = expression.windowCalls.first {
        throw BindError(
          message: "\(item.name) is a window function, which HAVING comes before", span: call.span)
      }
      if !used.contains(where: { $0.item.name == item.name }) { used.append((item, expression)) }
    }
    if used.isEmpty { return input }
    let plan = try addSubqueries(used.map(\.expression), to: input, &scope)
    var computed: [ProjectOperator.Item] = []
    var outputs: [Scope.Output] = []
    for (item, expression) in used {
      let id = ids.make()
      let bound = try Binder.bind(expression, in: scope, now: now)
      computed.append(ProjectOperator.Item(id: id, expression: bound, name: item.name))
      outputs.append(
        Scope.Output(
          name: item.name, id: id, isTime: try scope.isTimeColumn(expression), isAlias: true,
          key: try scope.key(expression)))
    }
    scope.outputs = outputs
    return plan.projecting(computed)
  }

  /// Whether a single name is a column of a derived table, or a key that records have, which goes before an alias.
  func isColumn(_ name: Identifier, _ span: SourceSpan, _ scope: Scope) -> Bool {
    if case .column? = try? scope.resolve(AccessPath(steps: [.name(name.text)]), span) { return true }
    return scope.hasEvents && keys.containsIgnoringCase(name.text)
  }
}
