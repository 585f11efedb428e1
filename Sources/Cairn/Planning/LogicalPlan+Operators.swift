extension LogicalPlan {
  /// The operators that give the plan's rows: one for each node.
  var operators: any Operator {
    switch self {
    case .scan(let scan):
      let root = ScanOperator(scan.table)
      for condition in scan.conditions {
        root.add(condition.conjunct.bound, bound: condition.timeBound, text: condition.conjunct.text)
      }
      return root
    case .values(let ids, let rows): return ValuesOperator(ids, rows)
    case .table(let ids, let table): return TableOperator(ids, table)
    case .workingTable(let table): return table.input
    case .filter(let input, let conditions):
      return FilterOperator(
        input.operators, conditions.map(\.bound), text: conditions.map(\.text).conjunction)
    case .project(let input, let projection): return ProjectOperator(input.operators, projection.items)
    case .sample(let input, let percentage): return SampleOperator(input.operators, percentage: percentage)
    case .join(let join):
      return JoinOperator(
        join.left.operators, join.right.operators, kind: join.kind == .cross ? .inner : join.kind,
        equalities: join.keys, conditions: join.conditions.map(\.bound), text: join.text,
        keepsTable: join.right.isIndependent)
    case .lookup(let input, let lookup):
      return LookupOperator(
        input.operators, lookup.keys, conditions: lookup.conditions.map(\.bound),
        text: lookup.conditions.map(\.text).conjunction)
    case .unnest(let input, let unnest):
      return UnnestOperator(
        input.operators, unnest.sources, ordinality: unnest.ordinality, keepsRows: unnest.keepsRows)
    case .lateral(let input, let lateral):
      return LateralOperator(
        input.operators, lateral.query.operators, columns: lateral.columns, parameters: lateral.parameters,
        keepsRows: lateral.keepsRows)
    case .apply(let input, let apply):
      return ApplyOperator(
        input.operators, apply.query.operators, apply.sort, output: apply.output,
        parameters: apply.parameters)
    case .aggregate(let input, let aggregate):
      return AggregateOperator(
        input.operators, keys: aggregate.keys, sets: aggregate.sets, calls: aggregate.calls,
        groupings: aggregate.groupings, text: aggregate.description)
    case .window(let input, let window):
      return WindowOperator(
        input.operators, partition: window.partition, ordering: window.ordering, calls: window.calls)
    case .sort(let input, let sort):
      return SortOperator(
        input.operators, sort.keys, limit: sort.limit, keepsTies: sort.keepsTies, text: sort.text)
    case .mention(let input, _): return input.operators
    case .shared(let table, let outputs): return SharedOperator(table.source, outputs)
    case .limit(let input, let offset, let count):
      return LimitOperator(input.operators, offset: offset, limit: count)
    case .union(let branches, let outputs): return UnionOperator(branches.map(\.input), outputs)
    case .setOperation(let operation):
      return SetOperationOperator(
        operation.operation, isAll: operation.isAll, operation.left.input, operation.right.input,
        operation.outputs)
    case .recursion(let recursion):
      return RecursionOperator(
        recursion.base.input, recursion.step.input, recursion.workingTable.input, recursion.outputs,
        isDistinct: recursion.isDistinct)
    }
  }
}

extension LogicalPlan.Branch {
  fileprivate var input: (input: any Operator, columns: [ColumnID]) { (plan.operators, ids) }
}
