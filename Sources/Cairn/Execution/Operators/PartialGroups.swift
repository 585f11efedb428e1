/// The groups of one batch with what the aggregates gathered there, ready to be merged in the order of rows.
struct PartialGroups: Sendable {
  /// Values of the keys, by key and group.
  private(set) var keys: [[EngineValue]]
  /// Numbers of these values, by key and group.
  private(set) var numbers: [[UInt32]]
  private(set) var states: [AggregateStates]
  let count: Int
  /// Whether the pass takes the group.
  private(set) var isKept: [Bool] = []
  /// The set of keys that it belongs to.
  let set: Int

  /// Groups the rows of a batch by some of the keys; a key outside `members` is NULL.
  init(
    _ batch: Batch, keys: [ColumnID], members: [Int], set: Int, calls: [AggregateCall],
    _ interners: AggregateInterners, _ pass: GroupingPass
  ) throws {
    self.set = set
    let columns = try members.map { try Self.vector(batch, keys[$0]).coded(count: batch.rowCount) }
    var groups = LocalGroups(columns, rowCount: batch.rowCount)
    count = groups.count
    self.keys = keys.map { _ in Array(repeating: .null, count: groups.count) }
    numbers = keys.map { _ in Array(repeating: .max, count: groups.count) }
    for (member, column) in zip(members, columns) {
      self.keys[member] = groups.firstRows.map { column.entries[Int(column.codes[Int($0)])] }
    }
    states = []
    isKept = pass.takes(set, self.keys, groups.count)
    for (member, column) in zip(members, columns) {
      // Values of groups that another pass takes get no number: they would cost memory here.
      let kept = isKept.indices.filter { isKept[$0] }
      let codes = kept.map { column.codes[Int(groups.firstRows[$0])] }
      for (group, number) in zip(kept, interners.keys[member].numbers(of: column, codes: codes)) {
        numbers[member][group] = number
      }
    }
    // Equal values may have several entries, so several groups here: where the order of rows counts, their rows
    // have to be seen in one go.
    if calls.contains(where: { $0.function.dependsOnOrder || !$0.ordering.isEmpty }) {
      groups.unite(representatives())
    }
    for (call, interner) in zip(calls, interners.calls) {
      states.append(try gather(call, batch, groups, interner))
    }
  }

  /// For each group the first one with the same keys.
  private func representatives() -> [UInt32] {
    var first: [[UInt32]: UInt32] = [:]
    return (0..<count).map { group in
      let number = UInt32(group)
      if !isKept[group] { return number }
      let key = numbers.map { $0[group] }
      if let known = first[key] { return known }
      first[key] = number
      return number
    }
  }

  private static func vector(_ batch: Batch, _ id: ColumnID) throws -> Vector {
    try batch.columns[id]?.vector() ?? .constant(.null)
  }

  // MARK: Aggregates

  private func gather(
    _ call: AggregateCall, _ batch: Batch, _ groups: LocalGroups, _ interner: ValueInterner
  ) throws -> AggregateStates {
    let passes = try call.filter.map {
      try Self.vector(batch, $0).values(count: batch.rowCount).map { $0.truth == true }
    }
    let arguments = try call.arguments.map { try Self.vector(batch, $0) }
    if call.isPlainCount { return .counts(Self.counts(groups, arguments.first, passes)) }
    var states = AggregateStates(call)
    for _ in 0..<groups.count { states.addGroup(call) }
    if !call.ordering.isEmpty {
      let keys = try call.ordering.map { try Self.vector(batch, $0.column) }
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
    return combinations(call, arguments, groups, passes, batch.rowCount, states, interner)
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
  private func combinations(
    _ call: AggregateCall, _ arguments: [Vector], _ groups: LocalGroups, _ passes: [Bool]?, _ rowCount: Int,
    _ empty: AggregateStates, _ interner: ValueInterner
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
      guard let column = columns.first else { return empty }
      let isNull = column.entries.map(\.isNull)
      let wanted = pairs.firstRows.indices.filter { pair in
        let row = Int(pairs.firstRows[pair])
        return times[pair] > 0 && isKept[Int(groups.numbers[row])] && !isNull[Int(column.codes[row])]
      }.map { Int(pairs.firstRows[$0]) }
      let numbers = interner.numbers(of: column, codes: wanted.map { column.codes[$0] })
      for (row, number) in zip(wanted, numbers) { sets[Int(groups.numbers[row])].insert(number) }
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

/// One of several passes over an input: it takes the groups whose keys' hash leaves a remainder.
struct GroupingPass: Sendable {
  let modulus: UInt64
  let remainder: UInt64

  static let whole = GroupingPass(modulus: 1, remainder: 0)

  /// Whether it takes each group.
  func takes(_ set: Int, _ keys: [[EngineValue]], _ count: Int) -> [Bool] {
    if modulus == 1 { return Array(repeating: true, count: count) }
    return (0..<count).map { group in
      let hash = keys.reduce(UInt64(set)) {
        ($0 ^ GroupingKey($1[group]).stableHash) &* 0x9E37_79B9_7F4A_7C15
      }
      return (hash >> 16) % modulus == remainder
    }
  }

  /// The passes that take together what this one does.
  func split(_ count: UInt64) -> [GroupingPass] {
    (0..<count).map { GroupingPass(modulus: modulus * count, remainder: remainder + $0 * modulus) }
  }
}
