import CairnSQL

/// What stands after FROM: its rows, and the relations whose names reach them, in order.
struct Source {
  var plan: LogicalPlan
  var tables: [Scope.Table]

  init(_ plan: LogicalPlan, _ tables: [Scope.Table]) {
    (self.plan, self.tables) = (plan, tables)
  }

  func scope(_ outer: OuterScope?) -> Scope { Scope(tables: tables, outer: outer) }

  static func join(
    _ kind: Join.Kind, _ left: Source, _ right: Source, _ conditions: [Conjunct], text: @escaping PlanText
  ) -> Source {
    let join = LogicalPlan.Join(
      kind: kind, left: left.plan, right: right.plan, conditions: conditions, text: text)
    return Source(.join(join), left.tables + right.tables)
  }
}
