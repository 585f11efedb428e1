/// The groups of one batch with what the aggregates gathered there, ready to be merged in the order of rows.
struct PartialGroups: Sendable {
  /// Values of the keys, by key.
  private(set) var keys: [PartialKey]
  /// Numbers of these values, by key and group.
  private(set) var numbers: [[UInt32]]
  private(set) var states: [AggregateStates]
  /// The first row of each group; of groups with the same keys the first one comes first.
  let firstRows: [UInt32]

  var count: Int { firstRows.count }

  /// Groups the rows of a batch by some of the keys; a key outside `members` is NULL.
  init(
    _ batch: Batch, keys: [ColumnID], members: [Int], calls: [AggregateCall],
    _ interners: AggregateInterners
  ) throws {
    let columns = try members.map { try Self.codes(batch, keys[$0]) }
    // Where only rows are counted no row needs a group's number.
    let onlyCounts = calls.allSatisfy { $0.isPlainCount && $0.arguments.isEmpty && $0.filter == nil }
    let counted = onlyCounts ? GroupCounts(columns, rowCount: batch.rowCount) : nil
    var groups = counted == nil ? LocalGroups(columns, rowCount: batch.rowCount) : nil
    let firstRows = counted?.firstRows ?? groups?.firstRows ?? []
    self.firstRows = firstRows
    self.keys = keys.map { _ in .null }
    numbers = keys.map { _ in Array(repeating: .max, count: firstRows.count) }
    for (member, column) in zip(members, columns) {
      let codes = column.codes(ofRows: firstRows)
      self.keys[member] = .values(of: column, codes: codes)
      numbers[member] = try interners.keys[member].numbers(of: column, codes: codes)
    }
    states = []
    if let counted { states = Array(repeating: .counts(counted.counts), count: calls.count) }
    // Equal values may have several entries, so several groups here: where the order of rows counts, their rows
    // have to be seen in one go.
    if calls.contains(where: { $0.function.dependsOnOrder && !$0.isGathered }) {
      groups?.unite(representatives())
    }
    if let groups {
      for (call, interner) in zip(calls, interners.calls) {
        states.append(try gather(call, batch, groups, interner))
      }
    }
  }

  /// For each group the first one with the same keys.
  private func representatives() -> [UInt32] {
    var first: [[UInt32]: UInt32] = [:]
    return (0..<count).map { group in
      let number = UInt32(group)
      let key = numbers.map { $0[group] }
      if let known = first[key] { return known }
      first[key] = number
      return number
    }
  }

  private static func vector(_ batch: Batch, _ id: ColumnID) throws -> Vector {
    try batch.columns[id]?.vector() ?? .constant(.null)
  }

  private static func codes(_ batch: Batch, _ id: ColumnID) throws -> CodeColumn {
    try batch.columns[id]?.codes(count: batch.rowCount)
      ?? .coded(Vector.constant(.null).coded(count: batch.rowCount))
  }

  // MARK: Aggregates

  private func gather(
    _ call: AggregateCall, _ batch: Batch, _ groups: LocalGroups, _ interner: ValueInterner
  ) throws -> AggregateStates {
    guard let filter = call.filter else { return try gather(call, batch, groups, interner, nil) }
    let passes = try Self.vector(batch, filter).truths(count: batch.rowCount)
    let rows = passes.indices.filter { passes[$0] }.map { UInt32(truncatingIfNeeded: $0) }
    if rows.count > batch.rowCount / 2, !call.isGathered {
      return try gather(call, batch, groups, interner, passes)
    }
    // Arguments are read of the few rows that count alone.
    return try gather(call, batch.select(rows), groups.taken(rows), interner, nil)
  }

  private func gather(
    _ call: AggregateCall, _ batch: Batch, _ groups: LocalGroups, _ interner: ValueInterner, _ passes: [Bool]?
  ) throws -> AggregateStates {
    if call.isDistinctCount, passes == nil, let argument = call.arguments.first {
      return try distinct(try Self.codes(batch, argument), groups, interner)
    }
    if call.isPlainCount {
      // What an outer join has no column for is NULL.
      let nulls = try call.arguments.first.map {
        try batch.columns[$0]?.nulls(count: batch.rowCount) ?? Array(repeating: true, count: batch.rowCount)
      }
      return .counts(Self.counts(groups, nulls, passes))
    }
    if call.isGathered { return .gathered(try GatheredRows(call, batch, groups, interner)) }
    let arguments = try call.arguments.map { try Self.vector(batch, $0) }
    if let kernel = call.kernel,
      let states = TypedGathering(groups: groups, passes: passes).states(kernel, arguments)
    {
      return states
    }
    var states = AggregateStates(call).general(call)
    states.addGroups(groups.count, call)
    if call.function.dependsOnOrder {
      guard case .states(var list) = states else { return states }
      states = .counts([])
      for row in 0..<batch.rowCount where passes?[row] != false {
        let values = arguments.map { $0[row] }
        if call.function.skipsNull, values.first?.isNull == true { continue }
        list[Int(groups.numbers[row])].add(values, times: 1)
      }
      return .states(list)
    }
    return try combinations(call, arguments, groups, passes, batch.rowCount, states, interner)
  }

  private static func counts(_ groups: LocalGroups, _ isNull: [Bool]?, _ passes: [Bool]?) -> [Int] {
    var counts = [Int](repeating: 0, count: groups.count)
    if isNull?.contains(true) != true, passes == nil {
      if groups.count == 1 { return [groups.numbers.count] }
      for number in groups.numbers { counts[Int(number)] += 1 }
      return counts
    }
    for (row, number) in groups.numbers.enumerated() where passes?[row] != false && isNull?[row] != true {
      counts[Int(number)] += 1
    }
    return counts
  }

  /// The numbers of each group's distinct values.
  private func distinct(
    _ column: CodeColumn, _ groups: LocalGroups, _ interner: ValueInterner
  ) throws -> AggregateStates {
    let pairs =
      GroupCounts([.numbers(groups), column], rowCount: groups.numbers.count)?.firstRows
      ?? LocalGroups(groups, by: column).firstRows
    let isNull = column.nullEntries
    var codes = column.codes(ofRows: pairs)
    var owners = pairs.map { groups.numbers[Int($0)] }
    if let isNull {
      let wanted = codes.indices.filter { !isNull[Int(codes[$0])] }
      (codes, owners) = (wanted.map { codes[$0] }, wanted.map { owners[$0] })
    }
    var sets = [NumberSet](repeating: NumberSet(), count: groups.count)
    for (owner, number) in zip(owners, try interner.numbers(of: column, codes: codes)) {
      sets[Int(owner)].insert(number)
    }
    return .distinctCounts(sets)
  }

  /// Each combination of a group and arguments once, with how often it occurs.
  private func combinations(
    _ call: AggregateCall, _ arguments: [Vector], _ groups: LocalGroups, _ passes: [Bool]?, _ rowCount: Int,
    _ empty: AggregateStates, _ interner: ValueInterner
  ) throws -> AggregateStates {
    let columns = arguments.map { $0.coded(count: rowCount) }
    let pairs = columns.reduce(groups) { LocalGroups($0, by: .coded($1)) }
    var times = [Int](repeating: 0, count: pairs.count)
    for (row, pair) in pairs.numbers.enumerated() where passes?[row] != false { times[Int(pair)] += 1 }
    func each(_ body: (Int, [EngineValue], Int) -> Void) {
      for (pair, first) in pairs.firstRows.enumerated() where times[pair] > 0 {
        let row = Int(first)
        let values = columns.map { $0.entries[Int($0.codes[row])] }
        if call.function.skipsNull, values.first?.isNull == true { continue }
        body(Int(groups.numbers[row]), values, times[pair])
      }
    }
    switch empty {
    case .distinctCounts(var sets):
      guard let column = columns.first else { return empty }
      let isNull = column.entries.map(\.isNull)
      let wanted = pairs.firstRows.indices.filter { pair in
        let row = Int(pairs.firstRows[pair])
        return times[pair] > 0 && !isNull[Int(column.codes[row])]
      }.map { Int(pairs.firstRows[$0]) }
      let numbers = try interner.numbers(of: .coded(column), codes: wanted.map { column.codes[$0] })
      for (row, number) in zip(wanted, numbers) { sets[Int(groups.numbers[row])].insert(number) }
      return .distinctCounts(sets)
    case .states(var states):
      each { group, values, times in states[group].add(values, times: times) }
      return .states(states)
    default:
      return empty
    }
  }
}
