import CairnStorage

/// GROUP BY, DISTINCT and aggregates: groups are found on codes batch by batch, in parallel, and merged by value
/// in the order of the rows. Groups come out in the order of their first rows, those of one set of keys after the
/// other.
///
/// Where they do not fit into memory, rows go to temporary files and their groups are found in passes over these
/// (`SpilledGroups`), one set of keys at a time.
final class AggregateOperator: Operator {
  private let input: any Operator
  private let grouping: Grouping
  private let text: PlanText

  /// What is grouped by, and what is found out about each group.
  struct Grouping: Sendable {
    let keys: [ColumnID]
    /// Which keys group together; one set for a plain GROUP BY.
    let sets: [[Int]]
    let calls: [AggregateCall]
    /// For `grouping(…)`: its column and which keys its bits are, highest first.
    let groupings: [(id: ColumnID, keys: [Int])]

    /// Whether there is nothing to group by: one group, also of no rows.
    func isWhole(_ set: Int) -> Bool { sets[set].isEmpty }

    /// The columns of `grouping(…)`.
    func addGroupings(to batch: inout Batch, set: Int) {
      for grouping in groupings {
        let bits = grouping.keys.reduce(0) { $0 << 1 | (sets[set].contains($1) ? 0 : 1) }
        batch.columns[grouping.id] = Column(.constant(.number(.integer(Int64(bits)))))
      }
    }
  }

  init(
    _ input: any Operator, keys: [ColumnID], sets: [[Int]], calls: [AggregateCall],
    groupings: [(id: ColumnID, keys: [Int])] = [], text: @escaping PlanText
  ) {
    self.input = input
    grouping = Grouping(keys: keys, sets: sets, calls: calls, groupings: groupings)
    self.text = text
  }

  var summary: String {
    grouping.calls.isEmpty ? "Distinct" : grouping.keys.isEmpty ? "Aggregate" : "HashAggregate"
  }
  var details: [String] { [text()].filter { !$0.isEmpty } }
  var inputs: [any Operator] { [input] }

  func addTypes(to types: inout [ColumnID: ResultType]) {
    input.addTypes(to: &types)
    for call in grouping.calls { types[call.id] = call.type(types) }
    for column in grouping.groupings { types[column.id] = .whole }
  }

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    let sets = Array(grouping.sets.indices)
    if let tables = try tables(sets, context) {
      for (set, table) in zip(sets, tables) where try !emit(table, set, context, work, take) { return }
      return
    }
    for set in sets {
      if sets.count > 1, let table = try tables([set], context)?.first {
        if try !emit(table, set, context, work, take) { return }
      } else {
        var spilled = try SpilledGroups(input, grouping, set: set, context)
        if try !spilled.emit(context, work, take) { return }
      }
    }
  }

  /// The groups of each of some sets; nil where they do not fit.
  private func tables(_ sets: [Int], _ context: ExecutionContext) throws -> [GroupTable]? {
    let (keys, calls) = (grouping.keys, grouping.calls)
    let interners = AggregateInterners(keyCount: keys.count, callCount: calls.count)
    var tables = sets.map { _ in GroupTable(keys: keys.count, calls, interners: interners.keys) }
    // One group alone cannot be divided, except by what it takes once.
    let isDivisible = !sets.allSatisfy(grouping.isWhole) || calls.contains(where: \.isDivisible)
    let byteLimit = isDivisible ? context.options.memoryLimit : .max
    var fits = true
    try input.pull(context) { [grouping] batch in
      try sets.map {
        try PartialGroups(batch, keys: keys, members: grouping.sets[$0], calls: calls, interners)
      }
    } _: { partials in
      var byteCount = interners.byteCount
      for (index, partial) in partials.enumerated() {
        tables[index].merge(partial)
        byteCount += tables[index].byteCount
      }
      fits = byteCount <= byteLimit
      return fits
    }
    if !fits { return nil }
    // Without keys there is a group even where there are no rows.
    for (index, set) in sets.enumerated() where grouping.isWhole(set) { tables[index].addEmptyGroup() }
    for index in tables.indices { try tables[index].finish(threads: context.options.threads) }
    return tables
  }

  private func emit<Result: Sendable>(
    _ table: GroupTable, _ set: Int, _ context: ExecutionContext, _ work: @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws -> Bool {
    let rowCount = context.rowCount(
      atMost: Self.outputRowCount, rowByteCount: table.byteCount / max(1, table.count))
    return try give(
      count: (table.count + rowCount - 1) / rowCount, context,
      { [grouping] part in
        let range = part * rowCount..<min((part + 1) * rowCount, table.count)
        var batch = Batch(rowCount: range.count)
        for (index, id) in grouping.keys.enumerated() {
          let values = table.keys[index]
          batch.columns[id] = Column(rows: { rows in
            try values.vector(rows?.map { range.lowerBound + Int($0) } ?? Array(range))
          })
        }
        for (call, states) in zip(grouping.calls, table.states) {
          batch.columns[call.id] = Column(try states.results(call, range))
        }
        grouping.addGroupings(to: &batch, set: set)
        return batch
      }, work, take)
  }

  /// Rows that a batch gives at a time.
  static let outputRowCount = 8192
}
