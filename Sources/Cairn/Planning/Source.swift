import CairnSQL
import CairnStorage

/// What stands after FROM, before it is known which conditions go where.
indirect enum Source {
  case leaf(Leaf)
  case join(Join.Kind, Source, Source, [Conjunct], text: PlanText)
  /// Rows that depend on those to their left: UNNEST, LATERAL.
  case dependent(Source, Leaf, (any Operator) throws -> any Operator)
  /// Columns made of those below: what USING joins.
  case derived(Source, Leaf, [ProjectOperator.Item])

  /// One relation.
  final class Leaf {
    let table: Scope.Table
    let root: any Operator
    /// The scan, where it is `events` itself, or a sample of it.
    let scan: ScanOperator?
    /// Whether its rows are the same whatever the values of queries around and in each round of a recursion.
    var isIndependent = true

    init(_ table: Scope.Table, _ root: any Operator, scan: ScanOperator? = nil) {
      self.table = table
      self.root = root
      self.scan = scan
    }

    func owns(_ id: ColumnID) -> Bool {
      switch table.content {
      case .events(let events): events.source(id) != nil
      case .columns(let columns): columns.contains { $0.id == id }
      }
    }
  }
}

/// A condition that is one term of an AND.
struct Conjunct {
  let text: PlanText
  let bound: BoundExpression
  let timeBound: TimeBound?
  /// The sides of an equality.
  let sides: (left: BoundExpression, right: BoundExpression, leftIsTime: Bool, rightIsTime: Bool)?
}

extension Source {
  /// Its relations, in order.
  var leaves: [Leaf] {
    switch self {
    case .leaf(let leaf): [leaf]
    case .join(_, let lhs, let rhs, _, _): lhs.leaves + rhs.leaves
    case .dependent(let input, let leaf, _): input.leaves + [leaf]
    case .derived(let input, let leaf, _): [leaf] + input.leaves
    }
  }

  func scope(_ outer: OuterScope?) -> Scope { Scope(tables: leaves.map(\.table), outer: outer) }

  /// Whether all of an expression's columns are its own or of a query around.
  func covers(_ expression: BoundExpression, not other: Source) -> Bool {
    let others = other.leaves
    return expression.columns.allSatisfy { id in !others.contains { $0.owns(id) } }
  }

  /// The operators, with conditions that hold for all rows put as far down as they may be.
  func build(_ conjuncts: [Conjunct], _ ids: ColumnIDs) throws -> any Operator {
    // What is another value each time is asked of the rows that are left, once.
    let chance = conjuncts.filter { $0.bound.isVolatile }
    if !chance.isEmpty {
      return filter(try build(conjuncts.filter { !$0.bound.isVolatile }, ids), chance)
    }
    if let root = try lookup(conjuncts, ids) { return root }
    switch self {
    case .leaf(let leaf):
      guard let scan = leaf.scan else { return filter(leaf.root, conjuncts) }
      for conjunct in conjuncts {
        scan.add(conjunct.bound, bound: conjunct.timeBound, text: conjunct.text)
      }
      return leaf.root
    case .dependent(let input, let leaf, let make):
      let below = conjuncts.filter { input.covers($0.bound, not: .leaf(leaf)) }
      let above = conjuncts.filter { !input.covers($0.bound, not: .leaf(leaf)) }
      return filter(try make(try input.build(below, ids)), above)
    case .derived(let input, let leaf, let items):
      let below = conjuncts.filter { input.covers($0.bound, not: .leaf(leaf)) }
      let above = conjuncts.filter { !input.covers($0.bound, not: .leaf(leaf)) }
      return filter(ProjectOperator(try input.build(below, ids), items), above)
    case .join(let kind, let lhs, let rhs, let on, let text):
      return try Source.join(kind, lhs, rhs, on, conjuncts, text, ids)
    }
  }

  private static func join(
    _ kind: Join.Kind, _ lhs: Source, _ rhs: Source, _ on: [Conjunct], _ conjuncts: [Conjunct],
    _ text: @escaping PlanText,
    _ ids: ColumnIDs
  ) throws -> any Operator {
    var (left, right): ([Conjunct], [Conjunct]) = ([], [])
    var (condition, above): ([Conjunct], [Conjunct]) = ([], [])
    let isInner = kind == .inner || kind == .cross
    for conjunct in isInner ? on + conjuncts : on {
      if conjunct.bound.isVolatile {
        condition.append(conjunct)
      } else if lhs.covers(conjunct.bound, not: rhs), isInner || kind == .right {
        left.append(conjunct)
      } else if rhs.covers(conjunct.bound, not: lhs), isInner || kind == .left {
        right.append(conjunct)
      } else {
        condition.append(conjunct)
      }
    }
    if !isInner {
      for conjunct in conjuncts {
        if lhs.covers(conjunct.bound, not: rhs), kind == .left {
          left.append(conjunct)
        } else if rhs.covers(conjunct.bound, not: lhs), kind == .right {
          right.append(conjunct)
        } else {
          above.append(conjunct)
        }
      }
    }
    let parts = equalities(condition, lhs, rhs, ids)
    let root = JoinOperator(
      project(try lhs.build(left, ids), parts.left), project(try rhs.build(right, ids), parts.right),
      kind: kind == .cross ? .inner : kind, equalities: parts.equalities, conditions: parts.rest, text: text,
      keepsTable: rhs.isIndependent && right.allSatisfy(rhs.owns)
        && parts.right.allSatisfy { rhs.owns($0.expression) })
    return filter(root, above)
  }

  static func project(_ root: any Operator, _ items: [ProjectOperator.Item]) -> any Operator {
    items.isEmpty ? root : ProjectOperator(root, items)
  }

  private struct Equalities {
    var equalities: [JoinOperator.Equality] = []
    var left: [ProjectOperator.Item] = []
    var right: [ProjectOperator.Item] = []
    var rest: [BoundExpression] = []
  }

  private static func equalities(
    _ conjuncts: [Conjunct], _ lhs: Source, _ rhs: Source, _ ids: ColumnIDs
  ) -> Equalities {
    var parts = Equalities()
    for conjunct in conjuncts {
      guard var sides = conjunct.sides, !conjunct.bound.isVolatile, !sides.left.columns.isEmpty,
        !sides.right.columns.isEmpty
      else {
        parts.rest.append(conjunct.bound)
        continue
      }
      if rhs.covers(sides.left, not: lhs), lhs.covers(sides.right, not: rhs) {
        sides = (sides.right, sides.left, sides.rightIsTime, sides.leftIsTime)
      }
      guard lhs.covers(sides.left, not: rhs), rhs.covers(sides.right, not: lhs) else {
        parts.rest.append(conjunct.bound)
        continue
      }
      let (left, right) = (ids.make(), ids.make())
      let name = conjunct.text()
      parts.left.append(ProjectOperator.Item(id: left, expression: sides.left, name: name))
      parts.right.append(ProjectOperator.Item(id: right, expression: sides.right, name: name))
      parts.equalities.append(
        JoinOperator.Equality(
          left: left, right: right, leftIsTime: sides.leftIsTime, rightIsTime: sides.rightIsTime))
    }
    return parts
  }

  private func filter(_ root: any Operator, _ conjuncts: [Conjunct]) -> any Operator {
    Source.filter(root, conjuncts)
  }

  static func filter(_ root: any Operator, _ conjuncts: [Conjunct]) -> any Operator {
    if conjuncts.isEmpty { return root }
    return FilterOperator(
      root, conjuncts.map(\.bound), text: conjuncts.map(\.text).conjunction)
  }
}
