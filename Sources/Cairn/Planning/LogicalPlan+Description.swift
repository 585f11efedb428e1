extension LogicalPlan {
  /// A node a line, its inputs indented below it (EXPLAIN).
  var lines: [String] {
    var shown: Set<ObjectIdentifier> = []
    return lines(&shown)
  }

  /// - Parameter shown: shared tables that stand above: their rows' origin is said once.
  private func lines(_ shown: inout Set<ObjectIdentifier>) -> [String] {
    let (name, details) = description
    var inputs = inputs
    if case .shared(let table, _) = self, shown.insert(ObjectIdentifier(table)).inserted {
      inputs = [table.plan]
    }
    return ["- \(name)"] + details.filter { !$0.isEmpty }.map { "    \($0)" }
      + inputs.flatMap { $0.lines(&shown) }.map { "  \($0)" }
  }

  private var description: (name: String, details: [String]) {
    func texts(_ conditions: [Conjunct]) -> String { conditions.map(\.text).conjunction() }
    switch self {
    case .scan(let scan):
      let range = TimeBound.all(scan.conditions.compactMap(\.timeBound)).description
      let conditions = texts(scan.conditions.map(\.conjunct))
      return (
        "Scan events", [conditions.isEmpty ? "" : "where \(conditions)", range.map { "time \($0)" } ?? ""]
      )
    case .values(_, let rows): return ("Values", ["\(rows.count) row\(rows.count == 1 ? "" : "s")"])
    case .table(_, let table): return ("Table \(table.name)", [])
    case .workingTable: return ("Rows of the last round", [])
    case .filter(_, let conditions): return ("Filter", [texts(conditions)])
    case .project(_, let projection):
      return ("Project", [projection.items.map(\.name).joined(separator: ", ")])
    case .sample(_, let percentage): return ("Sample", ["\(percentage) percent of the rows"])
    case .join(let join):
      let keys = join.keys.count
      return (
        "Join \(join.kind.rawValue.lowercased())",
        [join.text(), keys == 0 ? "" : "\(keys) key\(keys == 1 ? "" : "s")"]
      )
    case .lookup(_, let lookup): return ("Lookup", [texts(lookup.conditions)])
    case .unnest: return ("Unnest", [])
    case .lateral: return ("Lateral", [])
    case .apply(_, let apply): return ("Apply", [apply.parameters.isEmpty ? "once" : "by outer values"])
    case .aggregate(_, let aggregate):
      return (aggregate.calls.isEmpty ? "Distinct" : "Aggregate", [aggregate.description()])
    case .window(_, let window): return ("Window", [window.calls.map(\.name).joined(separator: ", ")])
    case .sort(_, let sort):
      return ("Sort", [sort.text(), sort.limit.map { "first \($0)" } ?? ""])
    case .limit(_, let offset, let count):
      let rows = count.map { "\($0) row\($0 == 1 ? "" : "s")" } ?? "all rows"
      return ("Limit", [rows + (offset > 0 ? " after \(offset)" : "")])
    case .mention(_, let mention): return ("Common table \(mention.name.text)", [])
    case .shared(let table, _): return ("Shared table \(table.name)", [])
    case .union: return ("Union all", [])
    case .setOperation(let operation):
      return (operation.operation.rawValue + (operation.isAll ? " all" : ""), [])
    case .recursion(let recursion): return (recursion.isDistinct ? "Recursion distinct" : "Recursion", [])
    }
  }
}
