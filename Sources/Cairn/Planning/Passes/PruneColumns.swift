/// Computed columns, aggregates and window functions that nobody reads are left out.
struct PruneColumns {
  func rewritten(_ plan: LogicalPlan, for needed: Set<ColumnID>) -> LogicalPlan {
    switch plan {
    case .project(let input, var projection):
      var needed = needed
      var kept: [ProjectOperator.Item] = []
      // Items may read those before them.
      for item in projection.items.reversed() where needed.contains(item.id) {
        kept.append(item)
        needed.formUnion(item.expression.columns)
      }
      projection.items = kept.reversed()
      let input = rewritten(input, for: needed)
      return projection.items.isEmpty ? input : .project(input, projection)
    case .aggregate(let input, var aggregate):
      aggregate.calls.removeAll { !needed.contains($0.id) }
      let columns = aggregate.keys + aggregate.calls.flatMap(\.columns)
      return .aggregate(rewritten(input, for: Set(columns)), aggregate)
    case .window(let input, var window):
      window.calls.removeAll { !needed.contains($0.id) }
      if window.calls.isEmpty { return rewritten(input, for: needed) }
      let pruned = LogicalPlan.window(input, window)
      return .window(rewritten(input, for: needed.union(pruned.ownColumns)), window)
    case .union(let branches, let outputs):
      let places = outputs.indices.filter { needed.contains(outputs[$0]) }
      let inputs = branches.map { branch in
        let columns = places.map { branch.columns[$0] }
        return LogicalPlan.Branch(
          plan: rewritten(branch.plan, for: Set(columns.map(\.id))), columns: columns)
      }
      return .union(inputs, places.map { outputs[$0] })
    case .lateral(let input, var lateral):
      lateral.query = rewritten(lateral.query, for: Set(lateral.columns))
      return .lateral(rewritten(input, for: needed.union(plan.ownColumns)), lateral)
    case .apply(let input, var apply):
      apply.query = rewritten(apply.query, for: apply.sort.columns)
      return .apply(rewritten(input, for: needed.union(plan.ownColumns)), apply)
    case .mention(let input, var mention):
      if mention.isAsWritten {
        mention.whole = input
        mention.isRead = mention.columns.map(needed.contains)
      }
      return .mention(rewritten(input, for: needed), mention)
    case .setOperation, .recursion:
      // Rows are told apart by all of their columns.
      return plan.mapInputs { rewritten($0, for: Set(plan.ownColumns)) }
    default: return plan.mapInputs { rewritten($0, for: needed.union(plan.ownColumns)) }
    }
  }
}

extension ApplyOperator.Sort {
  /// What it looks at of the subquery's rows.
  fileprivate var columns: Set<ColumnID> {
    switch self {
    case .scalar(let column): [column]
    case .exists: []
    case .quantified(_, _, let pairs): Set(pairs.map(\.column))
    }
  }
}
