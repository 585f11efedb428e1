import CairnSQL

/// Conditions as far down as they may be: at scans, which prune by them, or where there are the fewest rows.
///
/// What a condition reads of a derived table is put in the place of the table's names, so that a condition on a WITH or a
/// saved query costs what it would inside.
struct PushFilters {
  let now: TimePoint

  func rewritten(_ plan: LogicalPlan) -> LogicalPlan { pushed([], plan) }

  /// A plan's rows for which conditions are true.
  private func pushed(_ conditions: [Conjunct], _ plan: LogicalPlan) -> LogicalPlan {
    // What is another value each time is asked of the rows that are left, once.
    let chance = conditions.filter(\.bound.isVolatile)
    if !chance.isEmpty {
      return pushed(conditions.filter { !$0.bound.isVolatile }, plan).filtered(chance)
    }
    switch plan {
    case .scan(var scan):
      scan.conditions += conditions.map { LogicalPlan.Scan.Condition(conjunct: $0) }
      return .scan(scan)
    case .filter(let input, let own):
      return pushed(own.filter { !$0.bound.isVolatile } + conditions, input)
        .filtered(own.filter(\.bound.isVolatile))
    case .project(let input, let projection): return pushed(conditions, input, projection)
    case .sample(let input, let percentage):
      return .sample(pushed(conditions, input), percentage: percentage)
    case .join(let join): return pushed(conditions, join)
    case .lookup(let input, _): return passing(conditions, plan) { input.has($0.bound) }
    case .unnest(_, let unnest):
      return passing(conditions, plan) { !$0.reads(some: unnest.outputs) }
    case .lateral(_, let lateral):
      return passing(conditions, plan) { !$0.reads(some: lateral.columns) }
    case .apply(_, let apply): return passing(conditions, plan) { !$0.reads(some: [apply.output]) }
    case .aggregate(let input, let aggregate): return pushed(conditions, input, aggregate)
    case .window(let input, let window):
      return passing(conditions, plan) { isOfPartitions($0, window, input) }
    case .mention(let input, let mention): return pushed(conditions, input, mention)
    case .sort(_, let sort): return passing(conditions, plan) { _ in sort.limit == nil }
    case .union(let branches, let outputs): return pushed(conditions, branches, outputs)
    case .values, .table, .workingTable, .limit, .setOperation, .recursion, .shared:
      return plan.mapInputs(rewritten).filtered(conditions)
    }
  }

  /// Conditions that may be asked of the first input, below, and the others above.
  private func passing(
    _ conditions: [Conjunct], _ plan: LogicalPlan, _ mayPass: (Conjunct) -> Bool
  ) -> LogicalPlan {
    let (below, above) = conditions.divided(mayPass)
    return plan.mapInputs {
      pushed(below, $0)
    } others: {
      rewritten($0)
    }.filtered(above)
  }

  private func pushed(
    _ conditions: [Conjunct], _ input: LogicalPlan, _ projection: LogicalPlan.Projection
  ) -> LogicalPlan {
    let made = projection.items.map(\.id)
    let volatile = Set(projection.items.filter(\.expression.isVolatile).map(\.id))
    var (below, above): ([Conjunct], [Conjunct]) = ([], [])
    for condition in conditions {
      if !condition.reads(some: made) {
        below.append(condition)
      } else if let definitions = projection.definitions,
        !condition.bound.columns.contains(where: volatile.contains),
        let terms = condition.over(definitions, now: now), terms.allSatisfy({ input.has($0.bound) })
      {
        below += terms
      } else {
        above.append(condition)
      }
    }
    return LogicalPlan.project(pushed(below, input), projection).filtered(above)
  }

  /// A table that several places read stays the same for all of them where conditions get no further than its groups.
  private func pushed(
    _ conditions: [Conjunct], _ input: LogicalPlan, _ mention: LogicalPlan.Mention
  ) -> LogicalPlan {
    let plain = pushed([], input)
    if conditions.isEmpty { return .mention(plain, mention) }
    let narrowed = pushed(conditions, input)
    if narrowed.scanConditionCount == plain.scanConditionCount {
      return LogicalPlan.mention(plain, mention).filtered(conditions)
    }
    var mention = mention
    mention.isAsWritten = false
    return .mention(narrowed, mention)
  }

  private func pushed(_ conditions: [Conjunct], _ join: LogicalPlan.Join) -> LogicalPlan {
    var join = join
    let parts = join.divided(conditions) { condition, _ in !condition.bound.isVolatile }
    join.left = pushed(parts.left, join.left)
    join.right = pushed(parts.right, join.right)
    // Where pairs alone are rows, what they must satisfy is a condition of the join.
    join.conditions = parts.pairs + (join.isInner ? parts.above : [])
    return LogicalPlan.join(join).filtered(join.isInner ? [] : parts.above)
  }

  /// A condition on keys that leaves a group whole or leaves it out is asked of its rows.
  private func pushed(
    _ conditions: [Conjunct], _ input: LogicalPlan, _ aggregate: LogicalPlan.Aggregate
  ) -> LogicalPlan {
    let keys = aggregate.commonKeys
    var (below, above): ([Conjunct], [Conjunct]) = ([], [])
    for condition in conditions {
      guard !condition.bound.columns.isEmpty, condition.bound.columns.allSatisfy(keys.contains),
        condition.isOfSameness(now: now)
      else {
        above.append(condition)
        continue
      }
      if let scope = aggregate.scope {
        if let terms = condition.named(in: scope, now: now),
          terms.allSatisfy({ input.has($0.bound) && !$0.bound.isVolatile })
        {
          below += terms
        } else {
          above.append(condition)
        }
      } else {
        below.append(condition)
      }
    }
    return LogicalPlan.aggregate(pushed(below, input), aggregate).filtered(above)
  }

  /// Whether a condition reads what a window's partitions have one value of, and so leaves them whole or out.
  private func isOfPartitions(
    _ condition: Conjunct, _ window: LogicalPlan.Window, _ input: LogicalPlan
  ) -> Bool {
    var partition = Set(window.partition)
    if case .project(_, let projection) = input {
      for item in projection.items where partition.contains(item.id) {
        if let column = item.expression.plainColumn { partition.insert(column) }
      }
    }
    return !condition.bound.columns.isEmpty && condition.bound.columns.allSatisfy(partition.contains)
      && condition.isOfSameness(now: now)
  }

  private func pushed(
    _ conditions: [Conjunct], _ branches: [LogicalPlan.Branch], _ outputs: [ColumnID]
  ) -> LogicalPlan {
    var below = branches.map { _ in [Conjunct]() }
    var above: [Conjunct] = []
    for condition in conditions {
      let terms = branches.map { branch in
        condition.renaming(
          Dictionary(zip(outputs, branch.columns)) { first, _ in first }, now: now)
      }
      let all = zip(terms, branches).compactMap { terms, branch in
        terms.flatMap { $0.allSatisfy { branch.plan.has($0.bound) } ? $0 : nil }
      }
      guard all.count == branches.count else {
        above.append(condition)
        continue
      }
      for (place, terms) in all.enumerated() { below[place] += terms }
    }
    let inputs = zip(branches, below).map {
      LogicalPlan.Branch(plan: pushed($1, $0.plan), columns: $0.columns)
    }
    return LogicalPlan.union(inputs, outputs).filtered(above)
  }
}

extension LogicalPlan {
  /// Conditions that scans have.
  fileprivate var scanConditionCount: Int {
    if case .scan(let scan) = self { return scan.conditions.count }
    return inputs.reduce(0) { $0 + $1.scanConditionCount }
  }
}

extension Conjunct {
  fileprivate func reads(some columns: [ColumnID]) -> Bool { bound.columns.contains(where: columns.contains) }
}
