import CairnSQL
import CairnStorage

extension Planner {
  /// Plans a relation; `left` has what is to its left, for UNNEST and LATERAL.
  func relation(_ relation: Relation, _ outer: OuterScope?, left: Source? = nil) throws -> Source {
    switch relation {
    case .table(let name, let alias): return try table(name, alias)
    case .parenthesized(let inner, nil): return try self.relation(inner, outer, left: left)
    case .parenthesized(let inner, let alias?):
      let source = try self.relation(inner, outer, left: left)
      if source.tables.count == 1, case .events(let events) = source.tables[0].content, alias.columns.isEmpty
      {
        return Source(
          source.plan, [Scope.Table(names: [[alias.name.text]], content: .events(events))])
      }
      let scope = source.scope(outer)
      return try derived(try project(try star(scope, alias.name.span), scope, over: source.plan), alias)
    case .query(let query, let isLateral, let alias):
      try countRelation(query.span)
      if isLateral, let left { return try lateral(query, alias, left, outer) }
      return try derived(try plan(query, outer: outer), alias)
    case .unnest(let arrays, let withOrdinality, let alias):
      return try unnest(arrays, withOrdinality, alias, left, outer, keepsRows: false)
    case .join(let join): return try self.join(join, outer, left)
    case .sample(let inner, _, let percentage):
      return try sample(try self.relation(inner, outer, left: left), percentage)
    }
  }

  /// Relations between commas: a cross join whose conditions come with WHERE.
  func relations(_ relations: [Relation], _ outer: OuterScope?) throws -> Source? {
    var result: Source?
    for next in relations {
      let source = try relation(next, outer, left: result)
      result = pair(result, source, next)
    }
    return result
  }

  /// A dependent relation has its left side inside already.
  private func pair(_ left: Source?, _ right: Source, _ relation: Relation) -> Source {
    guard let left else { return right }
    return relation.isDependent ? right : .join(.cross, left, right, [], text: { "" })
  }

  // MARK: Tables

  private func table(_ name: TableName, _ alias: TableAlias?) throws -> Source {
    try countRelation(name.span)
    if name.parts.count == 1,
      let index = commonTables.lastIndex(where: {
        AccessPath.isSameIgnoringCase($0.definition.name.text, name.parts[0].text)
      })
    {
      commonTables[index].isUsed = true
      return try derived(
        try plan(commonTables[index], name.span), alias, name: commonTables[index].definition.name.text)
    }
    if let table = try self.table(beside: name) {
      let columns = table.columns.map { Scope.Column(name: $0, id: ids.make(), isTime: false) }
      let plan = LogicalPlan.table(columns.map(\.id), table)
      return try derived(PlannedQuery(plan: plan, columns: columns), alias, name: table.name)
    }
    if let query = try namedQuery(name) { return try derived(query.planned, alias, name: query.name) }
    try readArchive(as: name)
    if let alias, !alias.columns.isEmpty {
      throw BindError(
        message: "events has every name: its columns cannot be named anew", span: alias.columns[0].span)
    }
    let events = makeTable()
    let names: [[String]]
    if let alias {
      names = [[alias.name.text]]
    } else {
      let parts = name.parts.map(\.text)
      names = parts.isEmpty ? [] : Array(Set([parts, [parts[parts.count - 1]]]))
    }
    return Source(
      .scan(LogicalPlan.Scan(table: events)), [Scope.Table(names: names, content: .events(events))])
  }

  private func derived(_ planned: PlannedQuery, _ alias: TableAlias?, name: String? = nil) throws -> Source {
    let columns = try renamed(planned.columns, alias?.columns ?? [])
    let names = (alias?.name.text ?? name).map { [[$0]] } ?? []
    return Source(planned.plan, [Scope.Table(names: names, content: .columns(columns))])
  }

  func renamed(_ columns: [Scope.Column], _ names: [Identifier]) throws -> [Scope.Column] {
    if names.isEmpty { return columns }
    guard names.count == columns.count else {
      throw BindError(
        message: "\(names.count) names for \(columns.count) columns", span: names[0].span)
    }
    return zip(columns, names).map {
      Scope.Column(name: $1.text, id: $0.id, isTime: $0.isTime, shape: $0.shape)
    }
  }

  // MARK: Joins

  private func join(_ join: Join, _ outer: OuterScope?, _ before: Source?) throws -> Source {
    let left = try relation(join.left, outer, left: before)
    let independent = try self.independent(join, left, outer)
    if join.right.isDependent, independent == nil {
      let keepsRows = join.kind == .left
      guard join.kind != .right, join.kind != .full else {
        throw BindError(
          message: "only CROSS, INNER and LEFT JOIN go with UNNEST and LATERAL", span: join.right.span)
      }
      var isPlain = true
      if case .on(let condition)? = join.condition { isPlain = condition.isTrue }
      if keepsRows, !isPlain {
        throw BindError(message: "LEFT JOIN of UNNEST and LATERAL needs ON TRUE", span: join.right.span)
      }
      var source: Source
      let (relation, percentages) = join.right.withoutSamples
      switch relation {
      case .unnest(let arrays, let withOrdinality, let alias):
        source = try unnest(arrays, withOrdinality, alias, left, outer, keepsRows: keepsRows)
      case .query(let query, _, let alias):
        source = try lateral(query, alias, left, outer, keepsRows: keepsRows)
      default: source = left
      }
      for percentage in percentages { source = try sample(source, percentage) }
      guard case .on(let condition)? = join.condition, !isPlain else { return source }
      source.plan = source.plan.filtered(try conjuncts(condition, source.scope(outer)))
      return source
    }
    let right = try independent ?? relation(join.right, outer, left: nil)
    switch join.condition {
    case .on(let condition):
      try refuseAggregates(condition, "ON")
      return try self.join(join.kind, left, right, on: condition, outer)
    case .using(let names): return try using(names.map(\.text), join, left, right, outer)
    case .natural:
      let sides = [left, right].map { source in
        source.tables.flatMap { table -> [Scope.Column] in
          if case .columns(let columns) = table.content { columns } else { [] }
        }
      }
      if (left.tables + right.tables).contains(where: \.isEvents) {
        throw BindError(message: "NATURAL JOIN with events, which has every name", span: join.right.span)
      }
      let common = sides[0].map(\.name).filter { name in
        sides[1].contains { AccessPath.isSameIgnoringCase($0.name, name) }
      }
      return try using(common, join, left, right, outer)
    case nil: return .join(.cross, left, right, [], text: { "" })
    }
  }

  /// The right side of a join that UNNEST and LATERAL do not go with, where it does not look at the left one after
  /// all; else nil.
  private func independent(_ join: Join, _ left: Source, _ outer: OuterScope?) throws -> Source? {
    var isPlain = true
    if case .on(let condition)? = join.condition { isPlain = condition.isTrue }
    let isRefused = join.kind == .right || join.kind == .full || join.kind == .left && !isPlain
    guard isRefused else { return nil }
    let around = OuterScope(left.scope(outer))
    switch join.right {
    case .query(let query, isLateral: true, let alias):
      let planned = try plan(query, outer: around)
      return around.used.isEmpty ? try derived(planned, alias) : nil
    case .unnest(let arrays, let withOrdinality, let alias):
      for array in arrays where try !Binder.bind(array, in: left.scope(outer), now: now).columns.isEmpty {
        return nil
      }
      return try unnest(arrays, withOrdinality, alias, nil, outer, keepsRows: false)
    default: return nil
    }
  }

  /// `USING`: equality of both sides' columns, each pair becoming one column.
  private func using(
    _ names: [String], _ join: Join, _ left: Source, _ right: Source, _ outer: OuterScope?
  ) throws -> Source {
    if names.isEmpty { return .join(.cross, left, right, [], text: { "" }) }
    let span = join.right.span
    var conjuncts: [Conjunct] = []
    var items: [ProjectOperator.Item] = []
    var columns: [Scope.Column] = []
    for name in names {
      let path = AccessPath(steps: [.name(name)])
      let isTime = (try left.scope(nil).isTime(path, span), try right.scope(nil).isTime(path, span))
      var lhs = ExpressionBinder(scope: left.scope(nil), now: now)
      var rhs = ExpressionBinder(scope: right.scope(nil), now: now)
      let sides = (
        BoundExpression(try lhs.pathNode(path, span), lhs.table),
        BoundExpression(try rhs.pathNode(path, span), rhs.table)
      )
      var both = ExpressionBinder(scope: right.scope(nil), now: now)
      both.table = lhs.table
      let nodes = (try lhs.pathNode(path, span), try both.pathNode(path, span))
      let equality = ComparisonNode(
        .equal, Operand(node: nodes.0, isTimeColumn: isTime.0), Operand(node: nodes.1, isTimeColumn: isTime.1)
      )
      conjuncts.append(
        Conjunct(
          { "\(name) = \(name)" }, BoundExpression(equality, both.table),
          Conjunct.Sides(
            left: sides.0, right: sides.1, leftIsTime: isTime.0, rightIsTime: isTime.1)))
      let coalesce = BoundExpression(CoalesceNode([nodes.0, nodes.1]), both.table)
      let id = ids.make()
      columns.append(Scope.Column(name: name, id: id, isTime: isTime.0 && isTime.1))
      items.append(
        ProjectOperator.Item(id: id, expression: coalesce, name: name))
    }
    let joined = Source.join(join.kind, left, right, conjuncts, text: { "using \(names)" })
    return Source(
      joined.plan.projecting(items),
      [Scope.Table(names: [], content: .columns(columns))] + joined.tables.map { hiding(names, $0) })
  }

  /// The columns that USING makes one need their relation's name from then on.
  private func hiding(_ names: [String], _ table: Scope.Table) -> Scope.Table {
    guard case .columns(let columns) = table.content else { return table }
    let hidden = columns.map { column in
      var column = column
      if names.contains(where: { AccessPath.isSameIgnoringCase($0, column.name) }) {
        column.needsQualifier = true
      }
      return column
    }
    return Scope.Table(names: table.names, content: .columns(hidden))
  }

  // MARK: UNNEST and LATERAL

  private func unnest(
    _ arrays: [Expression], _ withOrdinality: Bool, _ alias: TableAlias?, _ left: Source?,
    _ outer: OuterScope?,
    keepsRows: Bool
  ) throws -> Source {
    guard let first = arrays.first else {
      throw BindError(
        message: "UNNEST needs an array", span: alias?.name.span ?? SourceSpan(start: 0, end: 0))
    }
    try countRelation(first.span)
    let scope = left?.scope(outer) ?? Scope(tables: [], outer: outer)
    let bound = try arrays.map { try Binder.bind($0, in: scope, now: now) }
    var names = alias?.columns.map(\.text) ?? []
    let written = names.count - (withOrdinality && !names.isEmpty ? 1 : 0)
    var widths = arrays.map { _ in 1 }
    if names.isEmpty {
      widths = arrays.map { RowShape.fieldCount(ofElementsOf: $0, scope) ?? 1 }
    } else if arrays.count == 1, written > 1 {
      widths = [written]
    } else if written == 2 * arrays.count {
      widths = arrays.map { _ in 2 }
    } else if written != arrays.count {
      throw BindError(
        message: "\(names.count) names for the columns of UNNEST of \(arrays.count)",
        span: alias?.columns[0].span ?? first.span)
    }
    let width = widths.reduce(0, +)
    if names.isEmpty {
      names = (0..<width).map { width == 1 ? alias?.name.text ?? "_col0" : "_col\($0)" }
      if withOrdinality { names.append("ordinality") }
    }
    var columns = names.map { Scope.Column(name: $0, id: ids.make(), isTime: false) }
    var sources: [UnnestOperator.Source] = []
    var next = 0
    for (index, width) in widths.enumerated() {
      let documented = try scope.documentedMembers(ofElementsOf: arrays[index])
      if width == 1 {
        columns[next].members = documented.map { String(decoding: $0.bytes, as: UTF8.self) }
        columns[next].origin = scope.elementOrigin(of: arrays[index])
      }
      let own = columns[next..<(next + width)]
      if width > 1, alias?.columns.isEmpty == false, let origin = scope.elementOrigin(of: arrays[index]) {
        origin.table.noteColumns(own.map(\.name), of: origin.path)
      }
      sources.append(
        UnnestOperator.Source(
          expression: bound[index], outputs: own.map(\.id),
          names: (alias?.columns.isEmpty ?? true)
            ? [] : own.map { PathName(bytes: Array($0.name.utf8), isExact: false) },
          documented: documented))
      next += width
    }
    let ordinality = withOrdinality ? columns.last?.id : nil
    // An alias that names its one column is a name for the column, not before it.
    let isColumn = alias?.columns.isEmpty == true && width == 1
    let tableNames = isColumn ? [] : alias.map { [[$0.name.text]] } ?? []
    let unnest = LogicalPlan.Unnest(sources: sources, ordinality: ordinality, keepsRows: keepsRows)
    return Source(
      .unnest(left?.plan ?? .oneRow, unnest),
      (left?.tables ?? []) + [Scope.Table(names: tableNames, content: .columns(columns))])
  }

  private func lateral(
    _ query: CairnSQL.Query, _ alias: TableAlias?, _ left: Source, _ outer: OuterScope?,
    keepsRows: Bool = false
  ) throws -> Source {
    let around = OuterScope(left.scope(outer))
    let planned = try plan(query, outer: around)
    let lateral = LogicalPlan.Lateral(
      query: planned.plan, columns: planned.columns.map(\.id), parameters: around.used, keepsRows: keepsRows)
    return Source(.lateral(left.plan, lateral), left.tables + (try derived(planned, alias)).tables)
  }

  // MARK: Conditions

  /// The terms of a condition, bound.
  func conjuncts(_ condition: Expression, _ scope: Scope) throws -> [Conjunct] {
    try Conjunct.terms(of: condition, scope, now: now)
  }
}

extension Relation {
  /// What TABLESAMPLE stands behind, and its percentages, the innermost first.
  fileprivate var withoutSamples: (Relation, [Expression]) {
    guard case .sample(let inner, _, let percentage) = self else { return (self, []) }
    let (relation, percentages) = inner.withoutSamples
    return (relation, percentages + [percentage])
  }

  /// Whether it sees the relations to its left.
  var isDependent: Bool {
    switch self {
    case .unnest, .query(_, isLateral: true, _): true
    case .sample(let inner, _, _): inner.isDependent
    default: false
    }
  }

  /// Where it stands, as far as its parts tell.
  var span: SourceSpan {
    switch self {
    case .table(let name, _): name.span
    case .query(let query, _, _): query.span
    case .unnest(let arrays, _, _): arrays.first?.span ?? SourceSpan(start: 0, end: 0)
    case .parenthesized(let inner, _), .sample(let inner, _, _): inner.span
    case .join(let join): join.left.span
    }
  }
}
