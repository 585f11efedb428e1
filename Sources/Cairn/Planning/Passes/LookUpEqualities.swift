import CairnSQL

/// Equality with columns of the query around (S68): the rows that have it are looked up, where all else about them is the
/// same in every run of the subquery.
struct LookUpEqualities {
  let ids: ColumnIDs

  func rewritten(_ plan: LogicalPlan) -> LogicalPlan {
    switch plan {
    case .filter(let input, let conditions): lookingUp(conditions, input)
    case .join: lookingUp([], plan)
    default: plan.mapInputs(rewritten)
    }
  }

  /// A plan's rows that pass some conditions, found by those that are such equalities.
  private func lookingUp(_ conditions: [Conjunct], _ plan: LogicalPlan) -> LogicalPlan {
    if let lookup = lookup(conditions, plan) { return lookup }
    switch plan {
    case .join(let join): return lookingUp(conditions, join)
    case .unnest, .lateral, .apply, .sample, .project:
      // An equality may be one of the rows below.
      guard let input = plan.inputs.first else { return plan.filtered(conditions) }
      let (below, above) = conditions.divided { key($0, input) != nil && !isMade($0, plan) }
      return plan.mapInputs {
        lookingUp(below, $0)
      } others: {
        rewritten($0)
      }.filtered(above)
    case .filter(let input, let own): return lookingUp(own + conditions, input)
    default: return plan.mapInputs(rewritten).filtered(conditions)
    }
  }

  /// Whether a condition reads columns that a node adds to its input's.
  private func isMade(_ condition: Conjunct, _ plan: LogicalPlan) -> Bool {
    guard let input = plan.inputs.first else { return false }
    return condition.bound.columns.contains { plan.has($0) && !input.has($0) }
  }

  private func lookingUp(_ conditions: [Conjunct], _ join: LogicalPlan.Join) -> LogicalPlan {
    var join = join
    let parts = join.divided(conditions) { condition, side in key(condition, side) != nil }
    join.conditions = parts.pairs
    join.left = lookingUp(parts.left, join.left)
    join.right = lookingUp(parts.right, join.right)
    return LogicalPlan.join(join).filtered(parts.above)
  }

  /// The plan with its rows looked up; nil where no condition is such an equality, or where they do more as conditions
  /// further down.
  private func lookup(_ conditions: [Conjunct], _ plan: LogicalPlan) -> LogicalPlan? {
    let found = conditions.compactMap { condition in key(condition, plan).map { (condition, $0) } }
    guard !found.isEmpty, plan.isIndependent, !isBetterBelow(found.map(\.0), plan) else { return nil }
    let rest = conditions.filter { key($0, plan) == nil }
    var items: [ProjectOperator.Item] = []
    var keys: [LookupOperator.Key] = []
    for (condition, sides) in found {
      let id = ids.make()
      items.append(ProjectOperator.Item(id: id, expression: sides.right, name: condition.text()))
      keys.append(
        LookupOperator.Key(
          outer: sides.left, inner: id, outerIsTime: sides.leftIsTime, innerIsTime: sides.rightIsTime))
    }
    let own = rest.filter { plan.has($0.bound) && !$0.bound.isVolatile }
    let others = rest.filter { !plan.has($0.bound) || $0.bound.isVolatile }
    let input = rewritten(plan).filtered(own).projecting(items)
    return LogicalPlan.lookup(input, LogicalPlan.Lookup(keys: keys, conditions: found.map(\.0)))
      .filtered(others)
  }

  /// The sides of an equality of a plan's columns (right) with those of queries around (left).
  private func key(_ condition: Conjunct, _ plan: LogicalPlan) -> Conjunct.Sides? {
    guard let sides = condition.sides, !condition.bound.isVolatile else { return nil }
    return [sides, sides.exchanged].first {
      plan.has($0.right) && !$0.right.columns.isEmpty && !$0.left.columns.isEmpty
        && !plan.hasSome(of: $0.left)
    }
  }

  /// Whether sides of a join have such equalities of their own, so that the join of the rows that are left is small: both
  /// of them, or the left one, whose rows then meet a table that is kept.
  private func isBetterBelow(_ conditions: [Conjunct], _ plan: LogicalPlan) -> Bool {
    guard case .join(let join) = plan else { return false }
    let left = conditions.contains { key($0, join.left) != nil && !join.right.hasSome(of: $0.bound) }
    let right = conditions.contains { key($0, join.right) != nil && !join.left.hasSome(of: $0.bound) }
    switch join.kind {
    case .inner, .cross: return left || right && !join.conditions.contains { $0.sides != nil }
    case .left: return left
    case .right, .full: return false
    }
  }
}
