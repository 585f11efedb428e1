import CairnSQL

// Equality with columns of the query around (S68): the rows that have it are looked up, where all else about them is
// the same in every run of the subquery.
extension Source {
  /// Whether its rows are the same in every run of the query that it stands in, as far as it is known here.
  var isIndependent: Bool {
    switch self {
    case .leaf(let leaf): leaf.isIndependent
    case .join(_, let lhs, let rhs, let on, _):
      lhs.isIndependent && rhs.isIndependent && on.allSatisfy(owns)
    case .dependent(let input, let leaf, _): input.isIndependent && leaf.isIndependent
    case .derived(let input, _, _): input.isIndependent
    }
  }

  /// Whether a condition is about its own columns alone.
  func owns(_ conjunct: Conjunct) -> Bool { owns(conjunct.bound) }

  func owns(_ expression: BoundExpression) -> Bool {
    let leaves = leaves
    return expression.columns.allSatisfy { id in leaves.contains { $0.owns(id) } }
  }

  private func isForeign(_ expression: BoundExpression) -> Bool {
    let leaves = leaves
    return !expression.columns.isEmpty
      && expression.columns.allSatisfy { id in !leaves.contains { $0.owns(id) } }
  }

  /// The sides of an equality of its own columns with those of queries around.
  private func key(_ conjunct: Conjunct) -> (own: BoundExpression, key: (ColumnID) -> LookupOperator.Key)? {
    guard let sides = conjunct.sides else { return nil }
    if owns(sides.right), !sides.right.columns.isEmpty, isForeign(sides.left) {
      return (
        sides.right,
        {
          LookupOperator.Key(
            outer: sides.left, inner: $0, outerIsTime: sides.leftIsTime, innerIsTime: sides.rightIsTime)
        }
      )
    }
    if owns(sides.left), !sides.left.columns.isEmpty, isForeign(sides.right) {
      return (
        sides.left,
        {
          LookupOperator.Key(
            outer: sides.right, inner: $0, outerIsTime: sides.rightIsTime, innerIsTime: sides.leftIsTime)
        }
      )
    }
    return nil
  }

  /// The source with its rows looked up by such equalities; nil where there are none, or where they do more as
  /// conditions further down.
  func lookup(_ conjuncts: [Conjunct], _ ids: ColumnIDs) throws -> (any Operator)? {
    let found = conjuncts.compactMap { conjunct in key(conjunct).map { (conjunct, $0) } }
    guard !found.isEmpty, isIndependent, !isBetterLookedUpBelow(found.map(\.0)) else { return nil }
    let rest = conjuncts.filter { key($0) == nil }
    var items: [ProjectOperator.Item] = []
    var keys: [LookupOperator.Key] = []
    for (conjunct, part) in found {
      let id = ids.make()
      items.append(ProjectOperator.Item(id: id, expression: part.own, name: conjunct.text()))
      keys.append(part.key(id))
    }
    let input = try build(rest.filter(owns), ids)
    let lookup = LookupOperator(
      Source.project(input, items), keys, conditions: found.map(\.0.bound),
      text: found.map(\.0.text).conjunction)
    return Source.filter(lookup, rest.filter { !owns($0) })
  }

  /// Whether some of its relations have such equalities of their own, so that the join of the rows that are left is
  /// small: both sides, or the left one, whose rows then meet a table that is kept.
  private func isBetterLookedUpBelow(_ conjuncts: [Conjunct]) -> Bool {
    guard case .join(let kind, let lhs, let rhs, let on, _) = self else { return false }
    let left = conjuncts.contains { lhs.key($0) != nil && lhs.covers($0.bound, not: rhs) }
    let right = conjuncts.contains { rhs.key($0) != nil && rhs.covers($0.bound, not: lhs) }
    switch kind {
    case .inner, .cross: return left || right && !on.contains { $0.sides != nil }
    case .left: return left
    case .right, .full: return false
    }
  }
}
