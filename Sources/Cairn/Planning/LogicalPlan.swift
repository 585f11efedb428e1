import CairnSQL

/// What a query asks for, as an immutable tree: binding makes it, passes (`PlanPass`) make better ones of it that give the
/// same rows, and operators are made of the last (`LogicalPlan+Operators`).
indirect enum LogicalPlan {
  /// Rows of `events` for which all conditions are true.
  case scan(Scan)
  case values([ColumnID], [[BoundExpression]])
  case table([ColumnID], TableFile)
  /// The rows of the round before, in the step of a recursion.
  case workingTable(WorkingTable)
  case filter(LogicalPlan, [Conjunct])
  /// The input's columns and some that are computed, of these and of those before them.
  case project(LogicalPlan, Projection)
  case sample(LogicalPlan, percentage: Double)
  case join(Join)
  /// The rows that are equal to values of queries around.
  case lookup(LogicalPlan, Lookup)
  case unnest(LogicalPlan, Unnest)
  case lateral(LogicalPlan, Lateral)
  /// The input's columns and what a subquery comes to.
  case apply(LogicalPlan, Apply)
  case aggregate(LogicalPlan, Aggregate)
  case window(LogicalPlan, Window)
  case sort(LogicalPlan, Sort)
  case limit(LogicalPlan, offset: Int, count: Int?)
  case union([Branch], [ColumnID])
  case setOperation(SetOperation)
  case recursion(Recursion)
  /// The rows of a common table where it is named, while passes look at it; the same rows as the input's.
  case mention(LogicalPlan, Mention)
  /// The rows of a table that is made once and read in several places, under names of this one's own.
  case shared(SharedTable, [ColumnID])

  struct Scan {
    let table: EventsTable
    var conditions: [Condition] = []

    struct Condition {
      let conjunct: Conjunct
      /// The range of event time that it stands for.
      var timeBound: TimeBound?
    }
  }

  struct Projection {
    var items: [ProjectOperator.Item]
    /// What they are made of, where it is known as it is written.
    var definitions: Conjunct.Definitions?
  }

  struct Join {
    let kind: CairnSQL.Join.Kind
    var left: LogicalPlan
    var right: LogicalPlan
    /// What pairs must satisfy.
    var conditions: [Conjunct]
    /// Columns that must be equal.
    var keys: [JoinOperator.Equality] = []
    let text: PlanText
  }

  struct Lookup {
    let keys: [LookupOperator.Key]
    /// The equalities that the keys are.
    let conditions: [Conjunct]
  }

  struct Unnest {
    let sources: [UnnestOperator.Source]
    let ordinality: ColumnID?
    let keepsRows: Bool

    var outputs: [ColumnID] { sources.flatMap(\.outputs) + (ordinality.map { [$0] } ?? []) }
  }

  struct Lateral {
    var query: LogicalPlan
    let columns: [ColumnID]
    let parameters: [ColumnID]
    let keepsRows: Bool
  }

  struct Apply {
    var query: LogicalPlan
    let sort: ApplyOperator.Sort
    let output: ColumnID
    let parameters: [ColumnID]
  }

  struct Aggregate {
    let keys: [ColumnID]
    let sets: [[Int]]
    var calls: [AggregateCall]
    var groupings: [(id: ColumnID, keys: [Int])] = []
    /// The keys.
    let text: PlanText
    /// The names below it.
    var scope: Scope?

    /// The keys and what is computed.
    var description: PlanText {
      let (text, names) = (text, calls.map(\.name))
      return { ([text()] + names).filter { !$0.isEmpty }.joined(separator: ", ") }
    }

    /// Keys by which the rows of each set are grouped.
    var commonKeys: Set<ColumnID> {
      Set(keys.indices.filter { key in sets.allSatisfy { $0.contains(key) } }.map { keys[$0] })
    }
  }

  struct Window {
    let partition: [ColumnID]
    let ordering: [SortKey]
    var calls: [WindowCall]
  }

  struct Sort {
    let keys: [SortKey]
    /// Rows after which nobody asks for more.
    var limit: Int?
    /// Whether rows that tie with the last one within the limit come too.
    let keepsTies: Bool
    let text: PlanText
  }

  /// An input whose columns go by their places.
  struct Branch {
    var plan: LogicalPlan
    let columns: [Scope.Column]

    var ids: [ColumnID] { columns.map(\.id) }
  }

  struct SetOperation {
    let operation: CairnSQL.Query.SetOperator
    let isAll: Bool
    var left: Branch
    var right: Branch
    let outputs: [ColumnID]
  }

  struct Recursion {
    var base: Branch
    var step: Branch
    let workingTable: WorkingTable
    let outputs: [ColumnID]
    let isDistinct: Bool
  }
}

extension LogicalPlan {
  /// The rows that pass some conditions.
  func filtered(_ conditions: [Conjunct]) -> LogicalPlan {
    conditions.isEmpty ? self : .filter(self, conditions)
  }

  func projecting(_ items: [ProjectOperator.Item], _ definitions: Conjunct.Definitions? = nil) -> LogicalPlan
  {
    items.isEmpty ? self : .project(self, Projection(items: items, definitions: definitions))
  }

  /// One row without columns.
  static var oneRow: LogicalPlan { .values([], [[]]) }

  // MARK: Inputs

  /// What it is made of, subqueries too.
  var inputs: [LogicalPlan] {
    switch self {
    case .scan, .values, .table, .workingTable, .shared: []
    case .mention(let input, _), .filter(let input, _), .project(let input, _), .sample(let input, _),
      .lookup(let input, _),
      .unnest(let input, _), .aggregate(let input, _), .window(let input, _), .sort(let input, _),
      .limit(let input, _, _):
      [input]
    case .join(let join): [join.left, join.right]
    case .lateral(let input, let lateral): [input, lateral.query]
    case .apply(let input, let apply): [input, apply.query]
    case .union(let branches, _): branches.map(\.plan)
    case .setOperation(let operation): [operation.left.plan, operation.right.plan]
    case .recursion(let recursion): [recursion.base.plan, recursion.step.plan]
    }
  }

  /// The same over other inputs: the rows that it goes over, and what subqueries and right sides are.
  func mapInputs(
    first: (LogicalPlan) throws -> LogicalPlan, others: (LogicalPlan) throws -> LogicalPlan
  ) rethrows -> LogicalPlan {
    var isFirst = true
    return try mapInputs { input in
      defer { isFirst = false }
      return isFirst ? try first(input) : try others(input)
    }
  }

  /// The same over other inputs, which `body` gets in the order of `inputs`.
  func mapInputs(_ body: (LogicalPlan) throws -> LogicalPlan) rethrows -> LogicalPlan {
    func branch(_ branch: Branch) throws -> Branch {
      Branch(plan: try body(branch.plan), columns: branch.columns)
    }
    switch self {
    case .scan, .values, .table, .workingTable, .shared: return self
    case .mention(let input, let mention): return .mention(try body(input), mention)
    case .filter(let input, let conditions): return .filter(try body(input), conditions)
    case .project(let input, let items): return .project(try body(input), items)
    case .sample(let input, let percentage): return .sample(try body(input), percentage: percentage)
    case .lookup(let input, let lookup): return .lookup(try body(input), lookup)
    case .unnest(let input, let unnest): return .unnest(try body(input), unnest)
    case .aggregate(let input, let aggregate): return .aggregate(try body(input), aggregate)
    case .window(let input, let window): return .window(try body(input), window)
    case .sort(let input, let sort): return .sort(try body(input), sort)
    case .limit(let input, let offset, let count):
      return .limit(try body(input), offset: offset, count: count)
    case .join(var join):
      (join.left, join.right) = (try body(join.left), try body(join.right))
      return .join(join)
    case .lateral(let input, var lateral):
      let input = try body(input)
      lateral.query = try body(lateral.query)
      return .lateral(input, lateral)
    case .apply(let input, var apply):
      let input = try body(input)
      apply.query = try body(apply.query)
      return .apply(input, apply)
    case .union(let branches, let outputs): return .union(try branches.map(branch), outputs)
    case .setOperation(var operation):
      (operation.left, operation.right) = (try branch(operation.left), try branch(operation.right))
      return .setOperation(operation)
    case .recursion(var recursion):
      (recursion.base, recursion.step) = (try branch(recursion.base), try branch(recursion.step))
      return .recursion(recursion)
    }
  }
}

extension LogicalPlan.Join {
  var isInner: Bool { kind == .inner || kind == .cross }

  /// Where the join's own conditions and those on its rows may be asked: of a side's rows before they are joined, of
  /// pairs, or of the rows that come out. Of an outer join the own conditions rule out no row that may stand without a
  /// partner, and those on its rows none that NULLs may stand for.
  ///
  /// - Parameter maySink: whether a condition that reads nothing of the other side may be asked of a side.
  func divided(
    _ above: [Conjunct], maySink: (Conjunct, LogicalPlan) -> Bool
  ) -> (left: [Conjunct], right: [Conjunct], pairs: [Conjunct], above: [Conjunct]) {
    func isLeft(_ condition: Conjunct) -> Bool {
      !right.hasSome(of: condition.bound) && maySink(condition, left)
    }
    func isRight(_ condition: Conjunct) -> Bool {
      !left.hasSome(of: condition.bound) && maySink(condition, right)
    }
    let (ownLeft, ownRest) = isInner || kind == .right ? conditions.divided(isLeft) : ([], conditions)
    let (ownRight, pairs) = isInner || kind == .left ? ownRest.divided(isRight) : ([], ownRest)
    let (aboveLeft, aboveRest) = isInner || kind == .left ? above.divided(isLeft) : ([], above)
    let (aboveRight, rest) = isInner || kind == .right ? aboveRest.divided(isRight) : ([], aboveRest)
    return (ownLeft + aboveLeft, ownRight + aboveRight, pairs, rest)
  }
}
