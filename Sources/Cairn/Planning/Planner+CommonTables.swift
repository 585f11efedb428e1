import CairnSQL

/// What the step of a recursion reads, while the step is planned.
final class WorkingTable {
  let columns: [Scope.Column]
  let input: WorkingTableOperator
  /// How often the step names it.
  var mentionCount = 0

  init(_ columns: [Scope.Column], name: String) {
    self.columns = columns
    input = WorkingTableOperator(columns.map(\.id), name: name)
  }
}

// Tables named in WITH (S68, S87).
extension Planner {
  /// Plans a common table where it is named.
  func plan(_ table: CommonTable, _ span: SourceSpan) throws -> PlannedQuery {
    switch table.content {
    case .rows(let workingTable):
      workingTable.mentionCount += 1
      return PlannedQuery(plan: .workingTable(workingTable), columns: workingTable.columns)
    case .refused:
      throw BindError(
        message: "\(table.definition.name.text) may name itself only in the part after UNION of its query",
        span: span)
    case .query, .recursive:
      let hidden = Array(commonTables[table.visibleCount...])
      commonTables.removeLast(hidden.count)
      defer { commonTables += hidden }
      var planned: PlannedQuery
      if case .recursive = table.content {
        planned = try recursive(table)
      } else {
        planned = try plan(table.definition.query, outer: nil)
        planned.columns = try renamed(planned.columns, table.definition.columns)
      }
      table.name.mentionCount += 1
      planned.plan = .mention(
        planned.plan, LogicalPlan.Mention(name: table.name, columns: planned.columns.map(\.id)))
      return planned
    }
  }

  /// Plans a query of WITH RECURSIVE: base UNION [ALL] step where the step names the table, else as any other.
  private func recursive(_ table: CommonTable) throws -> PlannedQuery {
    let definition = table.definition
    let query = definition.query
    guard query.isPlain, case .setOperation(.union, let isAll, let first, let second) = query.body else {
      var planned = try naming(table, .refused) { try plan(query, outer: nil) }
      planned.columns = try renamed(planned.columns, definition.columns)
      return planned
    }
    var base = try naming(table, .refused) { try plan(first, nil) }
    base.columns = try renamed(base.columns, definition.columns)
    let workingTable = WorkingTable(base.columns.map(copy), name: definition.name.text)
    let step = try naming(table, .rows(workingTable)) { try plan(second, nil) }
    if workingTable.mentionCount > 1 {
      throw BindError(
        message: "\(definition.name.text) may name itself once in its query", span: definition.name.span)
    }
    if workingTable.mentionCount == 0 { return try combine(.union, isAll: isAll, base, step, second.span) }
    guard base.columns.count == step.columns.count else {
      throw BindError(
        message: "UNION needs as many columns on both sides, not \(base.columns.count) and "
          + "\(step.columns.count)", span: definition.name.span)
    }
    let columns = base.columns.map(copy)
    let recursion = LogicalPlan.Recursion(
      base: LogicalPlan.Branch(plan: base.plan, columns: base.columns),
      step: LogicalPlan.Branch(plan: step.plan, columns: step.columns), workingTable: workingTable,
      outputs: columns.map(\.id), isDistinct: !isAll)
    return PlannedQuery(plan: .recursion(recursion), columns: columns)
  }

  private func copy(_ column: Scope.Column) -> Scope.Column {
    Scope.Column(name: column.name, id: ids.make(), isTime: column.isTime)
  }

  /// Plans with the table's name meaning something else inside its own query.
  private func naming(
    _ table: CommonTable, _ content: Content, _ plan: () throws -> PlannedQuery
  ) throws -> PlannedQuery {
    commonTables.append(
      CommonTable(
        definition: table.definition, name: table.name, visibleCount: commonTables.count, content: content))
    defer { commonTables.removeLast() }
    return try plan()
  }
}

extension CairnSQL.Query {
  /// Whether it is its body alone.
  fileprivate var isPlain: Bool {
    commonTables.isEmpty && ordering.isEmpty && offset == nil && limit == nil
  }
}
