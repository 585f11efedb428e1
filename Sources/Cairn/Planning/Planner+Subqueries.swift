import CairnSQL
import CairnStorage

extension Planner {
  /// Adds a column for each subquery in some expressions; the scope has it in the subquery's place from then on.
  func addSubqueries(
    _ expressions: [Expression], to input: LogicalPlan, _ scope: inout Scope
  ) throws -> LogicalPlan {
    var plan = input
    for expression in try expressions.flatMap({ try openSubqueries(of: $0, scope) }) {
      guard let query = expression.query, scope.replacements[try scope.key(expression)] == nil else {
        continue
      }
      // Subqueries in the compared value come first.
      plan = try addSubqueries(expression.children, to: plan, &scope)
      let application = try application(of: expression, query, scope)
      plan = application.make(plan)
      scope.replacements[try scope.key(expression)] = application.column
    }
    return plan
  }

  /// A subquery as what adds its column to rows.
  struct Application {
    let column: ColumnID
    /// What it looks at of the rows.
    let columns: [ColumnID]
    let make: (LogicalPlan) -> LogicalPlan
  }

  func application(of expression: Expression, _ scope: Scope) throws -> Application {
    guard let query = expression.query else {
      throw BindError(message: "expected a subquery", span: expression.span)
    }
    return try application(of: expression, query, scope)
  }

  private func application(
    of expression: Expression, _ query: CairnSQL.Query, _ scope: Scope
  ) throws -> Application {
    try countRelation(query.span)
    let around = OuterScope(scope)
    let planned = try plan(query, outer: around)
    let id = ids.make()
    let (sort, isNegated) = try sort(expression, planned, scope)
    var values: [ColumnID] = []
    if case .quantified(_, _, let pairs) = sort { values = pairs.flatMap(\.value.columns) }
    let parameters = around.used
    let column = isNegated ? ids.make() : id
    return Application(column: column, columns: parameters + values) { input in
      let applied = LogicalPlan.apply(
        input, LogicalPlan.Apply(query: planned.plan, sort: sort, output: id, parameters: parameters))
      if !isNegated { return applied }
      let negation = BoundExpression(column: id).negated
      return applied.projecting([ProjectOperator.Item(id: column, expression: negation, name: "NOT IN")])
    }
  }

  /// The subqueries in an expression, but not those in what is a column already: the argument of an aggregate, a key.
  func openSubqueries(of expression: Expression, _ scope: Scope) throws -> [Expression] {
    if expression.subqueries.isEmpty { return [] }
    if try scope.replacement(of: expression) != nil { return [] }
    return (expression.query == nil ? [] : [expression])
      + (try expression.children.flatMap { try openSubqueries(of: $0, scope) })
  }

  private func sort(
    _ expression: Expression, _ planned: PlannedQuery, _ scope: Scope
  ) throws -> (ApplyOperator.Sort, isNegated: Bool) {
    func compared(_ value: Expression) throws -> (values: [BoundExpression], isTime: [Bool]) {
      let parts = if case .row(let items) = value.kind { items } else { [value] }
      guard parts.count == planned.columns.count else {
        throw BindError(
          message: "the subquery has \(planned.columns.count) columns, not \(parts.count)", span: value.span)
      }
      return (
        try parts.map { try Binder.bind($0, in: scope, now: now) },
        try parts.map { try scope.isTimeColumn($0) }
      )
    }
    let columns = planned.columns
    switch expression.kind {
    case .exists: return (.exists, false)
    case .inQuery(let value, _, let isNegated):
      let (values, isTime) = try compared(value)
      let pairs = zip(values, zip(isTime, columns)).map {
        ApplyOperator.Pair(value: $0, valueIsTime: $1.0, column: $1.1.id, columnIsTime: $1.1.isTime)
      }
      return (.quantified(.equal, isAll: false, pairs), isNegated)
    case .quantified(let operation, let value, let quantifier, _):
      let (values, isTime) = try compared(value)
      guard values.count == 1 || operation == .equal && quantifier == .any else {
        throw BindError(message: "rows are compared with = ANY only", span: value.span)
      }
      let pairs = zip(values, zip(isTime, columns)).map {
        ApplyOperator.Pair(value: $0, valueIsTime: $1.0, column: $1.1.id, columnIsTime: $1.1.isTime)
      }
      let isAll = if case .all = quantifier { true } else { false }
      return (.quantified(operation, isAll: isAll, pairs), false)
    default:
      guard columns.count == 1 else {
        throw BindError(
          message: "a subquery that stands for a value has one column, not \(columns.count)",
          span: expression.span)
      }
      return (.scalar(columns[0].id), false)
    }
  }
}

extension BoundExpression {
  /// NOT of a condition.
  fileprivate var negated: BoundExpression {
    var table = PathTable()
    let slot = table.slot(columns[0])
    return BoundExpression(NotNode(ColumnNode(slot: slot)), table)
  }
}
