// Which columns a plan has, and which it takes from elsewhere.
extension LogicalPlan {
  /// Whether its rows have a column.
  func has(_ id: ColumnID) -> Bool {
    switch self {
    case .scan(let scan): scan.table.source(id) != nil
    case .values(let ids, _), .table(let ids, _): ids.contains(id)
    case .workingTable(let table): table.columns.contains { $0.id == id }
    case .filter(let input, _), .sample(let input, _), .lookup(let input, _), .sort(let input, _),
      .limit(let input, _, _), .mention(let input, _):
      input.has(id)
    case .shared(_, let outputs): outputs.contains(id)
    case .project(let input, let projection): projection.items.contains { $0.id == id } || input.has(id)
    case .join(let join): join.left.has(id) || join.right.has(id)
    case .unnest(let input, let unnest): unnest.outputs.contains(id) || input.has(id)
    case .lateral(let input, let lateral): lateral.columns.contains(id) || input.has(id)
    case .apply(let input, let apply): apply.output == id || input.has(id)
    case .aggregate(_, let aggregate):
      aggregate.keys.contains(id) || aggregate.calls.contains { $0.id == id }
        || aggregate.groupings.contains { $0.id == id }
    case .window(let input, let window): window.calls.contains { $0.id == id } || input.has(id)
    case .union(_, let outputs): outputs.contains(id)
    case .setOperation(let operation): operation.outputs.contains(id)
    case .recursion(let recursion): recursion.outputs.contains(id)
    }
  }

  /// Whether all columns of an expression are its own.
  func has(_ expression: BoundExpression) -> Bool { expression.columns.allSatisfy(has) }

  /// Whether an expression reads some of its columns.
  func hasSome(of expression: BoundExpression) -> Bool { expression.columns.contains(where: has) }

  /// What this node itself reads of its inputs' columns and of queries around, by expressions and by place.
  var ownColumns: [ColumnID] {
    switch self {
    case .scan(let scan): scan.conditions.flatMap(\.conjunct.bound.columns)
    case .values(_, let rows): rows.flatMap { $0.flatMap(\.columns) }
    case .table, .workingTable, .sample, .limit, .mention, .shared: []
    case .filter(_, let conditions): conditions.flatMap(\.bound.columns)
    case .project(_, let projection): projection.items.flatMap(\.expression.columns)
    case .join(let join):
      join.conditions.flatMap(\.bound.columns) + join.keys.flatMap { [$0.left, $0.right] }
    case .lookup(_, let lookup):
      lookup.keys.flatMap { $0.outer.columns + [$0.inner] } + lookup.conditions.flatMap(\.bound.columns)
    case .unnest(_, let unnest): unnest.sources.flatMap(\.expression.columns)
    case .lateral(_, let lateral): lateral.parameters
    case .apply(_, let apply): apply.parameters + apply.sort.pairs.flatMap(\.value.columns)
    case .aggregate(_, let aggregate): aggregate.keys + aggregate.calls.flatMap(\.columns)
    case .window(_, let window):
      window.partition + window.ordering.map(\.column) + window.calls.flatMap(\.columns)
    case .sort(_, let sort): sort.keys.map(\.column)
    case .union(let branches, _): branches.flatMap(\.ids)
    case .setOperation(let operation): operation.left.ids + operation.right.ids
    case .recursion(let recursion): recursion.base.ids + recursion.step.ids
    }
  }

  /// Columns that it reads and none of its parts has: those of queries around.
  var freeColumns: Set<ColumnID> {
    var free = Set(ownColumns)
    switch self {
    case .lateral(let input, let lateral):
      // What a query reads of the rows beside it is a parameter.
      free.formUnion(lateral.query.freeColumns.subtracting(lateral.parameters))
      return free.filter { !input.has($0) }.union(input.freeColumns)
    case .apply(let input, let apply):
      free.formUnion(apply.query.freeColumns.subtracting(apply.parameters))
      return free.filter { !input.has($0) }.union(input.freeColumns)
    default: break
    }
    let inputs = inputs
    free = free.filter { id in !inputs.contains { $0.has(id) } }
    switch self {
    case .scan, .project: free = free.filter { !has($0) }
    default: break
    }
    for input in inputs { free.formUnion(input.freeColumns) }
    return free
  }

  /// Recursions in whose step it stands.
  private var workingTables: Set<ObjectIdentifier> {
    if case .workingTable(let table) = self { return [ObjectIdentifier(table)] }
    let inner = inputs.reduce(into: Set<ObjectIdentifier>()) { $0.formUnion($1.workingTables) }
    if case .recursion(let recursion) = self {
      return inner.subtracting([ObjectIdentifier(recursion.workingTable)])
    }
    return inner
  }

  /// Whether its rows are the same whatever the values of queries around, and in each round of a recursion.
  var isIndependent: Bool { workingTables.isEmpty && freeColumns.isEmpty }
}
