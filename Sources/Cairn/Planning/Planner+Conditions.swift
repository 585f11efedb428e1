import CairnSQL

// Joins whose ON has subqueries (S66).
extension Planner {
  func join(
    _ kind: Join.Kind, _ left: Source, _ right: Source, on condition: Expression, _ outer: OuterScope?
  ) throws -> Source {
    var scope = Scope(tables: left.tables + right.tables, outer: outer)
    let text: PlanText = { "on \(condition)" }
    if condition.subqueries.isEmpty {
      return .join(kind, left, right, try conjuncts(condition, scope), text: text)
    }
    var sides = (left: left, right: right)
    var early: [Expression] = []
    var late: [Expression] = []
    for term in Binder.conjuncts(of: condition) {
      let isPlaced = try place(subqueriesOf: term, on: &sides, &scope)
      if !isPlaced, kind != .inner, kind != .cross {
        throw BindError(
          message: "a subquery in ON of an outer join may look at one of its sides only", span: term.span)
      }
      if isPlaced { early.append(term) } else { late.append(term) }
    }
    var joined = Source.join(
      kind, sides.left, sides.right, try early.flatMap { try conjuncts($0, scope) }, text: text)
    // What looks at both sides is asked of the pairs.
    joined.plan = try addSubqueries(late, to: joined.plan, &scope)
    joined.plan = joined.plan.filtered(try late.flatMap { try conjuncts($0, scope) })
    return joined
  }

  /// Puts a term's subqueries over the side that they look at, the right one if they look at none; false where one
  /// looks at both.
  private func place(
    subqueriesOf term: Expression, on sides: inout (left: Source, right: Source), _ scope: inout Scope
  ) throws -> Bool {
    for expression in try openSubqueries(of: term, scope) where expression.query != nil {
      if scope.replacements[try scope.key(expression)] != nil { continue }
      for child in expression.children where !child.subqueries.isEmpty {
        guard try place(subqueriesOf: child, on: &sides, &scope) else { return false }
      }
      let application = try application(of: expression, scope)
      let onRight = application.columns.contains(where: sides.right.plan.has)
      let onLeft = application.columns.contains(where: sides.left.plan.has)
      if onRight, onLeft { return false }
      if onLeft {
        sides.left.plan = application.make(sides.left.plan)
      } else {
        sides.right.plan = application.make(sides.right.plan)
      }
      scope.replacements[try scope.key(expression)] = application.column
    }
    return true
  }
}
