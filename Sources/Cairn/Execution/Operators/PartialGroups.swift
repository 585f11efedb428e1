/// The groups of one batch with what the aggregates gathered there, ready to be merged in the order of rows.
struct PartialGroups: Sendable {
  /// Values of the keys, by key and group.
  private(set) var keys: [[EngineValue]]
  private(set) var states: [AggregateStates]
  let count: Int
  /// The set of keys that it belongs to.
  let set: Int

  /// Groups the rows of a batch by some of the keys; a key outside `members` is NULL.
  init(_ batch: Batch, keys: [ColumnID], members: [Int], set: Int, calls: [AggregateCall]) throws {
    self.set = set
    let columns = try members.map { try Self.vector(batch, keys[$0]).coded(count: batch.rowCount) }
    let groups = LocalGroups(columns, rowCount: batch.rowCount)
    count = groups.count
    self.keys = keys.map { _ in Array(repeating: .null, count: groups.count) }
    for (member, column) in zip(members, columns) {
      self.keys[member] = groups.firstRows.map { column.entries[Int(column.codes[Int($0)])] }
    }
    states = []
    for call in calls { states.append(try Self.gather(call, batch, groups)) }
  }

  private static func vector(_ batch: Batch, _ id: ColumnID) throws -> Vector {
    try batch.columns[id]?.vector() ?? .constant(.null)
  }

  // MARK: Aggregates

  private static func gather(
    _ call: AggregateCall, _ batch: Batch, _ groups: LocalGroups
  ) throws -> AggregateStates {
    let passes = try call.filter.map {
      try vector(batch, $0).values(count: batch.rowCount).map { $0.truth == true }
    }
    let arguments = try call.arguments.map { try vector(batch, $0) }
    if call.isPlainCount { return .counts(counts(groups, arguments.first, passes)) }
    var states = AggregateStates(call)
    for _ in 0..<groups.count { states.addGroup(call) }
    if !call.ordering.isEmpty {
      let keys = try call.ordering.map { try vector(batch, $0.column) }
      var rows = [[AggregateStates.OrderedRow]](repeating: [], count: groups.count)
      for row in 0..<batch.rowCount where passes?[row] != false {
        let values = arguments.map { $0[row] }
        if call.function.skipsNull, values.first?.isNull == true { continue }
        rows[Int(groups.numbers[row])].append(
          AggregateStates.OrderedRow(keys: keys.map { $0[row] }, arguments: values))
      }
      return .orderedRows(rows)
    }
    if call.function.dependsOnOrder, !call.isDistinct {
      guard case .states(var list) = states else { return states }
      states = .counts([])
      for row in 0..<batch.rowCount where passes?[row] != false {
        let values = arguments.map { $0[row] }
        if call.function.skipsNull, values.first?.isNull == true { continue }
        list[Int(groups.numbers[row])].add(values, times: 1)
      }
      return .states(list)
    }
    return combinations(call, arguments, groups, passes, batch.rowCount, states)
  }

  private static func counts(_ groups: LocalGroups, _ argument: Vector?, _ passes: [Bool]?) -> [Int] {
    var counts = [Int](repeating: 0, count: groups.count)
    let coded = argument?.coded(count: groups.numbers.count)
    let isNull = coded?.entries.map(\.isNull)
    let checksNull = isNull?.contains(true) == true
    if !checksNull, passes == nil {
      if groups.count == 1 { return [groups.numbers.count] }
      for number in groups.numbers { counts[Int(number)] += 1 }
      return counts
    }
    for (row, number) in groups.numbers.enumerated() where passes?[row] != false {
      if let coded, let isNull, isNull[Int(coded.codes[row])] { continue }
      counts[Int(number)] += 1
    }
    return counts
  }

  /// Each combination of a group and arguments once, with how often it occurs.
  private static func combinations(
    _ call: AggregateCall, _ arguments: [Vector], _ groups: LocalGroups, _ passes: [Bool]?, _ rowCount: Int,
    _ empty: AggregateStates
  ) -> AggregateStates {
    let columns = arguments.map { $0.coded(count: rowCount) }
    let numbered = Vector.Coded(
      entries: Array(repeating: .null, count: groups.count), codes: groups.numbers)
    let pairs = LocalGroups([numbered] + columns, rowCount: rowCount)
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
      each { group, values, _ in if !values[0].isNull { sets[group].insert(GroupingKey(values[0])) } }
      return .distinctCounts(sets)
    case .distinctRows(var rows):
      each { group, values, _ in
        if rows[group].seen.insert(values.map { GroupingKey($0) }).inserted {
          rows[group].rows.append(values)
        }
      }
      return .distinctRows(rows)
    case .states(var states):
      each { group, values, times in states[group].add(values, times: times) }
      return .states(states)
    default:
      return empty
    }
  }
}
