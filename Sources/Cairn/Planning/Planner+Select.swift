import CairnSQL
import CairnStorage

/// A column of the list after SELECT.
struct OutputItem {
  enum Content {
    case expression(Expression)
    /// A column of a relation, from `*`.
    case column(Scope.Column)
    /// A key of the records, from `*`.
    case key(EventsTable, String)
    /// A path, from `object.*` and from `*` of a query around.
    case path(AccessPath, SourceSpan)
    /// A field of a row, from `(row).*`.
    case field(Expression, Int)
  }

  let content: Content
  let name: String
  var isAlias = false

  var expression: Expression? {
    if case .expression(let expression) = content { expression } else { nil }
  }

  /// An expression that means the item where it stands; nil where none is known to.
  func definition(in scope: Scope) -> Expression? {
    func named(_ name: String) -> (Expression, Scope.Resolution)? {
      let expression = Expression(quotedName: name)
      guard let path = expression.accessPath, let meaning = try? scope.resolve(path, expression.span) else {
        return nil
      }
      return (expression, meaning)
    }
    switch content {
    case .expression(let expression): return expression
    case .column(let column):
      guard case (let expression, .column(let found, let rest))? = named(column.name), found.id == column.id,
        rest.steps.isEmpty
      else { return nil }
      return expression
    case .key(let events, let name):
      guard case (let expression, .events(let found, let path))? = named(name), found === events,
        path.steps == [.key(name)]
      else { return nil }
      return expression
    case .path, .field: return nil
    }
  }
}

extension Planner {
  /// Plans SELECT … FROM … with the ORDER BY and the limits of its query.
  func plan(
    _ select: SelectQuery, ordering: [SortItem], _ limits: Limits?, _ outer: OuterScope?
  ) throws -> PlannedQuery {
    let source = try relations(select.relations, outer)
    var scope = source?.scope(outer) ?? Scope(tables: [], outer: outer)
    if let condition = select.condition { try refuseAliases(of: select, in: condition, scope) }
    var plan = try filtered(source, select.condition, &scope)
    let items = try self.items(select, scope)
    let windows = select.windows

    let expressions = items.compactMap(\.expression)
    let aliases = Set(items.filter(\.isAlias).map { $0.name.lowercased() })
    // A bare output name in ORDER BY is that column, whatever else its name is.
    let sorted = ordering.map(\.expression).filter { !$0.isName(in: aliases) && !$0.isPlace }
    let calls = (expressions + sorted + [select.having].compactMap { $0 }).flatMap(\.aggregates)
    if select.grouping != nil || select.having != nil || !calls.isEmpty {
      plan = try group(select, items, calls, plan, &scope)
      if let having = select.having { plan = try filtered(plan, having, items, scope) }
    }
    plan = try addWindows((expressions + sorted).flatMap(\.windowCalls), windows, to: plan, &scope)
    plan = try addSubqueries(expressions, to: plan, &scope)
    var planned = try project(items, scope, over: plan)
    var ordered = scope
    ordered.outputs = try outputs(items, planned.columns, scope)
    if select.isDistinct {
      planned.plan = distinct(planned.plan, planned.columns.map(\.id))
      // Only what is selected is left to order by.
      ordered.isGrouped = true
      ordered.replacements = [:]
      for (item, column) in zip(items, planned.columns) {
        guard let expression = item.expression else { continue }
        ordered.replacements[try scope.key(expression)] = column.id
        if column.isTime { ordered.timeReplacements.insert(column.id) }
      }
    }
    do {
      planned.plan = try sort(planned.plan, ordering, planned.columns.map(\.id), limits, &ordered)
    } catch let error as BindError where select.isDistinct && error.message.hasSuffix("inside an aggregate") {
      throw BindError(
        message:
          "of SELECT DISTINCT only what is selected is left to order by: select it too, or use GROUP BY",
        span: error.span)
    }
    return planned
  }

  /// FROM and WHERE.
  private func filtered(
    _ source: Source?, _ condition: Expression?, _ scope: inout Scope
  ) throws -> LogicalPlan {
    let rows = source?.plan ?? .oneRow
    guard let condition else { return rows }
    try refuseAggregates(condition, "WHERE")
    let terms = Binder.conjuncts(of: condition)
    // Subqueries are asked for rows that pass all else.
    let late = terms.filter { !$0.subqueries.isEmpty }
    let plain = try terms.filter { $0.subqueries.isEmpty }.flatMap { try conjuncts($0, scope) }
    let applied = try addSubqueries(late, to: rows.filtered(plain), &scope)
    return applied.filtered(try late.flatMap { try conjuncts($0, scope) })
  }

  func refuseAggregates(_ expression: Expression, _ clause: String) throws {
    if let call = expression.aggregates.first {
      throw BindError(message: "an aggregate cannot stand in \(clause)", span: call.span)
    }
    if let call = expression.windowCalls.first {
      throw BindError(message: "a window function cannot stand in \(clause)", span: call.span)
    }
  }

  // MARK: The list

  private func items(_ select: SelectQuery, _ scope: Scope) throws -> [OutputItem] {
    var items: [OutputItem] = []
    for item in select.items {
      switch item {
      case .all(let span): items += try star(scope, span)
      case .allOf(let base, let aliases):
        let columns = try star(of: base, scope)
        guard aliases.isEmpty || aliases.count == columns.count else {
          throw BindError(message: "\(aliases.count) names for \(columns.count) columns", span: base.span)
        }
        items +=
          aliases.isEmpty
          ? columns : zip(columns, aliases).map { OutputItem(content: $0.content, name: $1.text) }
      case .expression(let expression, let alias):
        items.append(
          OutputItem(
            content: .expression(expression),
            name: alias?.text ?? expression.outputName ?? "_col\(items.count)",
            isAlias: alias != nil))
      }
    }
    return items
  }

  /// Computes the items as the columns of the result.
  func project(_ items: [OutputItem], _ scope: Scope, over plan: LogicalPlan) throws -> PlannedQuery {
    var columns: [Scope.Column] = []
    var computed: [ProjectOperator.Item] = []
    for item in items {
      let id = ids.make()
      var isTime = false
      var shape: RowShape?
      let bound: BoundExpression
      switch item.content {
      case .expression(let expression):
        bound = try Binder.bind(expression, in: scope, now: now)
        isTime = try scope.isTimeColumn(expression)
        shape = RowShape(expression, scope)
      case .column(let column):
        if scope.isGrouped {
          throw BindError(message: "* cannot stand beside GROUP BY", span: SourceSpan(start: 0, end: 0))
        }
        bound = BoundExpression(column: column.id)
        (isTime, shape) = (column.isTime, column.shape)
      case .key(let events, let name):
        if scope.isGrouped {
          throw BindError(message: "* cannot stand beside GROUP BY", span: SourceSpan(start: 0, end: 0))
        }
        let path = BoundPath(names: [PathName(bytes: Array(name.utf8), isExact: true)])
        bound = BoundExpression(column: events.column(.path(path)))
        isTime = path.isTimeColumn
      case .path(let path, let span):
        var binder = ExpressionBinder(scope: scope, now: now)
        let node = try binder.pathNode(path, span)
        bound = BoundExpression(node, binder.table)
        isTime = try scope.isTime(path, span)
      case .field(let row, let place):
        var binder = ExpressionBinder(scope: scope, now: now)
        let node = try binder.steps(row, [.element(Int64(place))])
        bound = BoundExpression(node, binder.table)
      }
      computed.append(ProjectOperator.Item(id: id, expression: bound, name: item.name))
      columns.append(Scope.Column(name: item.name, id: id, isTime: isTime, shape: shape))
    }
    let places = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1.id, $0) })
    let definitions = Conjunct.Definitions(scope: scope) { id in
      places[id].flatMap { items[$0].definition(in: scope) }
    }
    let projection = LogicalPlan.Projection(items: computed, definitions: definitions)
    return PlannedQuery(plan: .project(plan, projection), columns: columns)
  }

  /// What ORDER BY may name.
  private func outputs(
    _ items: [OutputItem], _ columns: [Scope.Column], _ scope: Scope
  ) throws -> [Scope.Output] {
    try zip(items, columns).map { item, column in
      let key: String
      switch item.content {
      case .expression(let expression): key = try scope.key(expression)
      case .column(let column): key = "@\(column.id.number)"
      case .key(_, let name): key = "*\(name)"
      case .path(let path, _): key = "*\(path.steps)"
      case .field(let row, let place): key = "\(try scope.key(row)).\(place)"
      }
      return Scope.Output(
        name: item.name, id: column.id, isTime: column.isTime, isAlias: item.isAlias, key: key)
    }
  }
}

extension BoundExpression {
  /// A column as it is.
  init(column: ColumnID) {
    var table = PathTable()
    let slot = table.slot(column)
    self.init(ColumnNode(slot: slot), table)
  }
}

extension Expression {
  /// The name of a path's column: its last step, if that is a name or a key.
  fileprivate var outputName: String? {
    switch kind {
    case .path(let path):
      switch path.steps.last {
      case .name(let name)?: return name.text
      case .key(let key)?: return key
      case nil: return path.root.text
      default: return nil
      }
    case .access(_, .name(let name)): return name.text
    case .access(_, .key(let key)): return key
    default: return nil
    }
  }

  /// Whether it is one of some names alone.
  fileprivate func isName(in names: Set<String>) -> Bool {
    if case .path(let path) = kind, path.steps.isEmpty {
      names.contains(path.root.text.lowercased())
    } else {
      false
    }
  }

  /// Whether it is a place in the list after SELECT.
  var isPlace: Bool {
    if case .literal(.number) = kind { true } else { false }
  }

  /// Whether it is the literal TRUE.
  var isTrue: Bool {
    if case .literal(.boolean(true)) = kind { true } else { false }
  }

  /// The calls of aggregates in it, not inside subqueries.
  var aggregates: [Expression] {
    if case .call(let call) = kind, call.window == nil, call.isAggregate { return [self] }
    return children.flatMap(\.aggregates)
  }

  /// The calls of window functions in it.
  var windowCalls: [Expression] {
    if case .call(let call) = kind, call.window != nil { return [self] }
    return children.flatMap(\.windowCalls)
  }

  /// The subqueries in it, not those inside them.
  var subqueries: [Expression] {
    (query == nil ? [] : [self]) + children.flatMap(\.subqueries)
  }
}

extension FunctionCall {
  /// Whether it is a function of a group of rows.
  var isAggregate: Bool { AggregateTable.entry(name.text) != nil || isGrouping }

  /// `grouping(…)`.
  var isGrouping: Bool { name.text.lowercased() == "grouping" }
}
