import CairnSQL

/// A query's plan and the columns of its rows.
struct PlannedQuery {
  var plan: LogicalPlan
  var columns: [Scope.Column]
}

/// Turns a parsed query into a logical plan, clause by clause: names to columns, expressions to bound ones.
///
/// Errors in the query are thrown as `BindError`.
final class Planner {
  let archive: Archive
  let now: TimePoint
  let ids = ColumnIDs()
  let keys: RecordKeys
  /// Every occurrence of `events`, for the warning about paths that no record has.
  private(set) var tables: [EventsTable] = []
  /// Things to say about the statement; with what its tables note, all of its warnings before it runs.
  var warnings: [String] = []
  /// The names by which the statement calls the archive.
  var archiveNames: [TableName] = []
  /// Tables that files hold.
  let tableFiles: [TableFile]
  /// Queries that can be read as tables, and those that are being planned so.
  let queries: NamedQueries
  var queriesInWork: [String] = []
  /// Whether `@timestamp` counts as eventTime in records that have none.
  private let usesLogstashTime: Bool
  private let findsValues: Bool
  /// Common tables in reach, the innermost last.
  var commonTables: [CommonTable] = []
  /// All that were ever in reach.
  private var commonTableCount = 0

  struct CommonTable {
    let definition: CairnSQL.Query.CommonTable
    let name: CommonTableName
    /// How many of the common tables it sees itself.
    let visibleCount: Int
    var content = Content.query
    var isUsed = false
  }

  enum Content {
    /// Planned anew wherever it is named.
    case query
    /// The same, but its query may name it itself (WITH RECURSIVE).
    case recursive
    /// Named in the step of its own recursion.
    case rows(WorkingTable)
    /// Named by itself where it may not be.
    case refused
  }

  /// Relations of all queries after common tables have been put in their places.
  private static let relationLimit = 2000
  private var relationCount = 0

  init(
    _ archive: Archive, now: TimePoint, tableFiles: [TableFile] = [], queries: NamedQueries = NamedQueries(),
    usesLogstashTime: Bool = false, findsValues: Bool = false
  ) {
    self.queries = queries
    self.archive = archive
    self.usesLogstashTime = usesLogstashTime
    self.findsValues = findsValues
    self.tableFiles = tableFiles
    self.now = now
    keys = RecordKeys(archive)
  }

  func makeTable() -> EventsTable {
    let table = EventsTable(
      ids, keys: keys, usesLogstashTime: usesLogstashTime, findsValues: findsValues, hasElementColumns: true)
    tables.append(table)
    return table
  }

  func countRelation(_ span: SourceSpan) throws {
    relationCount += 1
    if relationCount > Self.relationLimit {
      throw BindError(message: "the query reads more than \(Self.relationLimit) relations", span: span)
    }
  }

  // MARK: Queries

  /// Plans a query; `outer` has the names of the query around a subquery.
  func plan(_ query: CairnSQL.Query, outer: OuterScope?) throws -> PlannedQuery {
    let depth = commonTables.count
    defer { commonTables.removeLast(commonTables.count - depth) }
    for (index, table) in query.commonTables.enumerated() {
      if query.commonTables[..<index].contains(where: {
        AccessPath.isSameIgnoringCase($0.name.text, table.name.text)
      }) {
        throw BindError(message: "WITH names \(table.name.text) twice", span: table.name.span)
      }
      commonTables.append(
        CommonTable(
          definition: table, name: makeName(table.name.text), visibleCount: commonTables.count,
          content: query.isRecursive ? .recursive : .query))
    }
    let planned = try planBody(query, outer)
    try checkUnused(depth..<commonTables.count)
    return planned
  }

  private func planBody(_ query: CairnSQL.Query, _ outer: OuterScope?) throws -> PlannedQuery {
    let limits = try Limits(query)
    if case .select(let select) = query.body {
      return try plan(select, ordering: query.ordering, limits, outer)
    }
    let planned = try plan(query.body, outer)
    return try order(planned, query.ordering, limits, outer)
  }

  private func makeName(_ text: String) -> CommonTableName {
    commonTableCount += 1
    return CommonTableName(text, number: commonTableCount)
  }

  /// Plans common tables that nothing names, for their errors: a misspelled name elsewhere leaves them unused.
  private func checkUnused(_ indices: Range<Int>) throws {
    let readTables = tables
    defer { tables = readTables }
    for index in indices where !commonTables[index].isUsed {
      _ = try plan(commonTables[index], commonTables[index].definition.name.span)
    }
  }

  /// OFFSET and LIMIT.
  struct Limits {
    let offset: Int
    let limit: Int?
    let keepsTies: Bool

    init(_ query: CairnSQL.Query) throws {
      offset = try query.offset.map { try Limits.count($0) } ?? 0
      limit = try query.limit.map { try Limits.count($0) }
      keepsTies = query.limitsWithTies
      if keepsTies, query.ordering.isEmpty {
        throw BindError(message: "WITH TIES needs ORDER BY", span: query.span)
      }
    }

    private static func count(_ expression: Expression) throws -> Int {
      guard case .literal(.number(let spelling)) = expression.kind, let count = Int(spelling), count >= 0
      else {
        throw BindError(message: "expected a whole number from 0", span: expression.span)
      }
      return count
    }

    /// Rows that sorting has to keep.
    var sortLimit: Int? { limit.flatMap { $0.addingReportingOverflow(offset).overflow ? nil : $0 + offset } }
  }

  func plan(_ body: CairnSQL.Query.Body, _ outer: OuterScope?) throws -> PlannedQuery {
    switch body {
    case .select(let select): return try plan(select, ordering: [], nil, outer)
    case .parenthesized(let query): return try plan(query, outer: outer)
    case .values(let rows): return try plan(values: rows, outer)
    case .table(let name):
      let source = try relation(.table(name, alias: nil), outer)
      let scope = source.scope(outer)
      return try project(try star(scope, name.span), scope, over: source.plan)
    case .setOperation(let operation, let isAll, let lhs, let rhs):
      return try combine(operation, isAll: isAll, lhs, rhs, outer)
    }
  }

  private func combine(
    _ operation: CairnSQL.Query.SetOperator, isAll: Bool, _ lhs: CairnSQL.Query.Body,
    _ rhs: CairnSQL.Query.Body, _ outer: OuterScope?
  ) throws -> PlannedQuery {
    try combine(operation, isAll: isAll, try plan(lhs, outer), try plan(rhs, outer), rhs.span)
  }

  func combine(
    _ operation: CairnSQL.Query.SetOperator, isAll: Bool, _ left: PlannedQuery, _ right: PlannedQuery,
    _ span: SourceSpan?
  ) throws -> PlannedQuery {
    guard left.columns.count == right.columns.count else {
      throw BindError(
        message: "\(operation.rawValue) needs as many columns on both sides, not \(left.columns.count) and "
          + "\(right.columns.count)", span: span ?? SourceSpan(start: 0, end: 0))
    }
    let columns = zip(left.columns, right.columns).map {
      Scope.Column(
        name: $0.name, id: ids.make(), isTime: $0.isTime && $1.isTime,
        shape: $0.shape == $1.shape ? $0.shape : nil)
    }
    let branches = [left, right].map { LogicalPlan.Branch(plan: $0.plan, columns: $0.columns) }
    let outputs = columns.map(\.id)
    if operation != .union {
      let rows = LogicalPlan.SetOperation(
        operation: operation, isAll: isAll, left: branches[0], right: branches[1], outputs: outputs)
      return PlannedQuery(plan: .setOperation(rows), columns: columns)
    }
    let union = LogicalPlan.union(branches, outputs)
    return PlannedQuery(plan: isAll ? union : distinct(union, outputs), columns: columns)
  }

  func distinct(_ input: LogicalPlan, _ columns: [ColumnID]) -> LogicalPlan {
    .aggregate(
      input, LogicalPlan.Aggregate(keys: columns, sets: [Array(columns.indices)], calls: [], text: { "" }))
  }

  private func plan(values rows: [Expression], _ outer: OuterScope?) throws -> PlannedQuery {
    let scope = Scope(tables: [], outer: outer)
    let bound = try rows.map { try cells(of: $0, scope) }
    let width = bound.first?.count ?? 0
    for (row, cells) in zip(rows, bound) where cells.count != width {
      throw BindError(message: "expected \(width) value\(width == 1 ? "" : "s") in each row", span: row.span)
    }
    let shapes = rows.first.flatMap { RowShape(written: $0, scope)?.inner }
    let columns = (0..<width).map { place in
      Scope.Column(name: "_col\(place)", id: ids.make(), isTime: false, shape: shapes?[place])
    }
    return PlannedQuery(plan: .values(columns.map(\.id), bound), columns: columns)
  }

  /// What a row of VALUES consists of: the fields of one that is written as a row or cast to one.
  private func cells(of row: Expression, _ scope: Scope) throws -> [BoundExpression] {
    if case .row(let items) = row.kind { return try items.map { try Binder.bind($0, in: scope, now: now) } }
    guard let shape = RowShape(written: row, scope) else {
      return [try Binder.bind(row, in: scope, now: now)]
    }
    return try shape.names.indices.map { place in
      var binder = ExpressionBinder(scope: scope, now: now)
      let node = try binder.steps(row, [.element(Int64(place + 1))])
      return BoundExpression(node, binder.table)
    }
  }

  // MARK: ORDER BY and LIMIT

  /// Orders the rows of a set operation or VALUES, whose columns are all that there is to order by.
  private func order(
    _ planned: PlannedQuery, _ ordering: [SortItem], _ limits: Limits, _ outer: OuterScope?
  ) throws -> PlannedQuery {
    var scope = Scope(tables: [Scope.Table(names: [], content: .columns(planned.columns))], outer: outer)
    scope.outputs = planned.columns.map {
      Scope.Output(name: $0.name, id: $0.id, isTime: $0.isTime, isAlias: true, key: "\($0.id.number)")
    }
    var result = planned
    result.plan = try sort(planned.plan, ordering, planned.columns.map(\.id), limits, &scope)
    return result
  }

  /// Adds sorting and limits over `plan`; `outputs` are what places in the list mean.
  func sort(
    _ plan: LogicalPlan, _ ordering: [SortItem], _ outputs: [ColumnID], _ limits: Limits?,
    _ scope: inout Scope
  ) throws -> LogicalPlan {
    var plan = plan
    if !ordering.isEmpty {
      var keys: [SortKey] = []
      var items: [ProjectOperator.Item] = []
      for item in ordering {
        if case .literal(.number(let spelling)) = item.expression.kind {
          guard let place = Int(spelling), place >= 1, place <= outputs.count else {
            throw BindError(
              message: "ORDER BY \(spelling): the list after SELECT has \(outputs.count) columns",
              span: item.expression.span)
          }
          let isTime = scope.outputs.first { $0.id == outputs[place - 1] }?.isTime ?? false
          keys.append(SortKey(item, outputs[place - 1], isTime: isTime))
          continue
        }
        plan = try addSubqueries([item.expression], to: plan, &scope)
        let bound = try Binder.bind(item.expression, in: scope, now: now)
        let id = ids.make()
        items.append(ProjectOperator.Item(id: id, expression: bound, name: "\(item.expression)"))
        keys.append(SortKey(item, id, isTime: try scope.isTimeColumn(item.expression)))
      }
      let keepsTies = limits?.keepsTies ?? false
      let sort = LogicalPlan.Sort(
        keys: keys, limit: keepsTies ? limits?.sortLimit : nil, keepsTies: keepsTies,
        text: { ordering.map { "\($0.expression)\($0.isDescending ? " DESC" : "")" }.joined(separator: ", ") }
      )
      plan = .sort(plan.projecting(items), sort)
    }
    if let limits, limits.offset > 0 || limits.limit != nil {
      plan = .limit(plan, offset: limits.offset, count: limits.keepsTies ? nil : limits.limit)
    }
    return plan
  }
}

extension SortKey {
  init(_ item: SortItem, _ column: ColumnID, isTime: Bool) {
    self.init(
      column: column, isDescending: item.isDescending, nullsFirst: item.nullsFirst ?? false, isTime: isTime)
  }
}

extension CairnSQL.Query.Body {
  /// Where it stands.
  var span: SourceSpan? {
    switch self {
    case .select(let select): select.span
    case .values(let rows): rows.first?.span
    case .table(let name): name.span
    case .parenthesized(let query): query.span
    case .setOperation(_, _, let lhs, _): lhs.span
    }
  }
}
