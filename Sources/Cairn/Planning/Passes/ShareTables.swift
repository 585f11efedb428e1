/// A common table that several places read is made once, where making it takes more than reading it: rows of groups,
/// windows and set operations. What is left of `events` without these each place reads as it needs.
struct ShareTables {
  private var plan: LogicalPlan
  /// Tables that have been found, whose plans may read others.
  private var tables: [SharedTable] = []

  static func rewritten(_ plan: LogicalPlan) -> LogicalPlan {
    var pass = ShareTables(plan: plan)
    // A table reads those before it in a WITH: who reads is settled before what is read.
    while let name = pass.mentions.map(\.mention.name).max(by: { $0.number < $1.number }) {
      pass.settle(name)
    }
    return pass.plan
  }

  private init(plan: LogicalPlan) { self.plan = plan }

  private typealias Found = (input: LogicalPlan, mention: LogicalPlan.Mention)

  private var mentions: [Found] {
    var found: [Found] = []
    func visit(_ plan: LogicalPlan) {
      if case .mention(let input, let mention) = plan { found.append((input, mention)) }
      for input in plan.inputs { visit(input) }
    }
    visit(plan)
    for table in tables { visit(table.plan) }
    return found
  }

  /// Puts a shared table, or what it stands for, in the places where a common table is named.
  private mutating func settle(_ name: CommonTableName) {
    let alike = mentions.filter { $0.mention.name === name && Self.isShareable($0.input, $0.mention) }
    var shared: (table: SharedTable, places: [Int])?
    if alike.count > 1, let (input, mention) = alike.first {
      let places = mention.columns.indices.filter { place in alike.contains { $0.mention.isRead[place] } }
      let columns = places.map { mention.columns[$0] }
      let plan = mention.whole.map { PruneColumns().rewritten($0, for: Set(columns)) } ?? input
      shared = (SharedTable(name.text, plan, columns), places)
    }
    func settled(_ plan: LogicalPlan) -> LogicalPlan {
      guard case .mention(let input, let mention) = plan, mention.name === name else {
        return plan.mapInputs(settled)
      }
      guard let shared, Self.isShareable(input, mention) else { return settled(input) }
      return .shared(shared.table, shared.places.map { mention.columns[$0] })
    }
    plan = settled(plan)
    for table in tables { table.plan = settled(table.plan) }
    if let shared { tables.append(shared.table) }
  }

  private static func isShareable(_ input: LogicalPlan, _ mention: LogicalPlan.Mention) -> Bool {
    mention.isAsWritten && input.isIndependent && input.takesWork && !input.isVolatile
  }
}

extension LogicalPlan {
  /// Whether making the rows takes more than keeping them.
  fileprivate var takesWork: Bool {
    switch self {
    case .aggregate, .window, .setOperation, .recursion: true
    case .sort(let input, let sort): sort.limit != nil || input.takesWork
    case .mention(let input, _), .filter(let input, _), .project(let input, _), .sample(let input, _),
      .limit(let input, _, _), .lookup(let input, _), .unnest(let input, _), .lateral(let input, _),
      .apply(let input, _):
      input.takesWork
    case .join(let join): join.left.takesWork && join.right.takesWork
    case .union(let branches, _): branches.allSatisfy(\.plan.takesWork)
    case .scan, .values, .table, .workingTable, .shared: false
    }
  }

  /// Whether its rows may be others each time.
  fileprivate var isVolatile: Bool {
    let own =
      switch self {
      case .scan(let scan): scan.conditions.contains(where: \.conjunct.bound.isVolatile)
      case .values(_, let rows): rows.contains { $0.contains(where: \.isVolatile) }
      case .filter(_, let conditions): conditions.contains(where: \.bound.isVolatile)
      case .project(_, let projection): projection.items.contains(where: \.expression.isVolatile)
      case .sample: true
      case .join(let join): join.conditions.contains(where: \.bound.isVolatile)
      case .lookup(_, let lookup):
        lookup.conditions.contains(where: \.bound.isVolatile)
          || lookup.keys.contains { $0.outer.isVolatile }
      case .unnest(_, let unnest): unnest.sources.contains(where: \.expression.isVolatile)
      case .apply(_, let apply): apply.sort.pairs.contains(where: \.value.isVolatile)
      case .table, .workingTable, .lateral, .aggregate, .window, .sort, .limit, .union, .setOperation,
        .recursion,
        .mention, .shared:
        false
      }
    return own || inputs.contains(where: \.isVolatile)
  }
}
