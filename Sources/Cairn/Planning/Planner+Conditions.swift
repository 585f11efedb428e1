import CairnSQL

// Joins whose ON has subqueries (S66).
extension Planner {
  func join(
    _ kind: Join.Kind, _ left: Source, _ right: Source, on condition: Expression, _ outer: OuterScope?
  ) throws -> Source {
    var scope = Scope(tables: (left.leaves + right.leaves).map(\.table), outer: outer)
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
    let joined = Source.join(
      kind, sides.left, sides.right, try early.flatMap { try conjuncts($0, scope) }, text: text)
    if late.isEmpty { return joined }
    // What looks at both sides is asked of the pairs.
    return .dependent(joined, hidden(nil)) { [late, scope] root in
      var scope = scope
      let applied = try self.addSubqueries(late, to: root, &scope)
      return FilterOperator(
        applied, try late.map { try Binder.bind($0, in: scope, now: self.now) },
        text: { late.map { "\($0)" }.joined(separator: " AND ") })
    }
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
      let (onRight, onLeft) = (
        sides.right.owns(some: application.columns), sides.left.owns(some: application.columns)
      )
      if onRight, onLeft { return false }
      let leaf = hidden(application.column)
      if onLeft {
        sides.left = .dependent(sides.left, leaf, application.make)
      } else {
        sides.right = .dependent(sides.right, leaf, application.make)
      }
      scope.replacements[try scope.key(expression)] = application.column
    }
    return true
  }

  /// A relation of one column that no name reaches, or of none. Its rows may depend on what is around.
  private func hidden(_ column: ColumnID?) -> Source.Leaf {
    let columns = column.map {
      [Scope.Column(name: "subquery \($0.number)", id: $0, isTime: false, needsQualifier: true)]
    }
    let leaf = Source.Leaf(Scope.Table(names: [], content: .columns(columns ?? [])), ValuesOperator([], [[]]))
    leaf.isIndependent = false
    return leaf
  }
}

extension Source {
  /// Whether some of the columns are its own.
  fileprivate func owns(some columns: [ColumnID]) -> Bool {
    let leaves = leaves
    return columns.contains { id in leaves.contains { $0.owns(id) } }
  }
}
