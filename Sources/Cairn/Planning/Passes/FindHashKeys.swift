/// Equalities of one side of a join with the other as columns that its rows are found by.
struct FindHashKeys {
  let ids: ColumnIDs

  func rewritten(_ plan: LogicalPlan) -> LogicalPlan {
    let plan = plan.mapInputs(rewritten)
    guard case .join(var join) = plan else { return plan }
    var (left, right): ([ProjectOperator.Item], [ProjectOperator.Item]) = ([], [])
    var rest: [Conjunct] = []
    for condition in join.conditions {
      guard let sides = sides(condition, join) else {
        rest.append(condition)
        continue
      }
      let key = JoinOperator.Equality(
        left: ids.make(), right: ids.make(), leftIsTime: sides.leftIsTime, rightIsTime: sides.rightIsTime)
      let name = condition.text()
      left.append(ProjectOperator.Item(id: key.left, expression: sides.left, name: name))
      right.append(ProjectOperator.Item(id: key.right, expression: sides.right, name: name))
      join.keys.append(key)
    }
    join.conditions = rest
    join.left = join.left.projecting(left)
    join.right = join.right.projecting(right)
    return .join(join)
  }

  /// The sides of an equality, each about the join's side of its name.
  private func sides(_ condition: Conjunct, _ join: LogicalPlan.Join) -> Conjunct.Sides? {
    guard let sides = condition.sides, !condition.bound.isVolatile, !sides.left.columns.isEmpty,
      !sides.right.columns.isEmpty
    else { return nil }
    return [sides, sides.exchanged].first {
      !join.right.hasSome(of: $0.left) && !join.left.hasSome(of: $0.right)
    }
  }
}
