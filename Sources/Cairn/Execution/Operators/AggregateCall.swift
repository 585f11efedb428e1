/// One aggregate of a GROUP BY: what it computes, over which columns.
struct AggregateCall: Sendable {
  /// Where its results go.
  let id: ColumnID
  let name: String
  let function: AggregateFunction
  let arguments: [ColumnID]
  let isDistinct: Bool
  let filter: ColumnID?
  let ordering: [SortKey]
  /// Whether its result is a time column (S64).
  var isTime = false

  /// `count(*)` and `count(x)`: numbers alone, no states.
  var isPlainCount: Bool { function.name == "count" && !isDistinct && ordering.isEmpty }
  var isDistinctCount: Bool {
    isDistinct && arguments.count == 1 && (function.name == "count" || function.name == "approx_distinct")
  }
}

/// What an aggregate has gathered, by group.
enum AggregateStates: Sendable {
  case counts([Int])
  /// Distinct values only counted, by their numbers.
  case distinctCounts([NumberSet])
  /// Distinct rows of arguments, in order of first appearance.
  case distinctRows([DistinctRows])
  /// Rows that have to be ordered first: sort keys, then arguments.
  case orderedRows([[OrderedRow]])
  case states([any AggregateState])

  struct DistinctRows: Sendable {
    var seen: Set<[GroupingKey]> = []
    var rows: [[EngineValue]] = []
  }

  struct OrderedRow: Sendable {
    let keys: [EngineValue]
    let arguments: [EngineValue]
  }

  /// States of no groups.
  init(_ call: AggregateCall) {
    if call.isPlainCount {
      self = .counts([])
    } else if !call.ordering.isEmpty {
      self = .orderedRows([])
    } else if call.isDistinctCount {
      self = .distinctCounts([])
    } else if call.isDistinct {
      self = .distinctRows([])
    } else {
      self = .states([])
    }
  }

  mutating func addGroup(_ call: AggregateCall) {
    switch self {
    case .counts(var counts):
      self = .counts([])
      counts.append(0)
      self = .counts(counts)
    case .distinctCounts(var sets):
      self = .counts([])
      sets.append(NumberSet())
      self = .distinctCounts(sets)
    case .distinctRows(var rows):
      self = .counts([])
      rows.append(DistinctRows())
      self = .distinctRows(rows)
    case .orderedRows(var rows):
      self = .counts([])
      rows.append([])
      self = .orderedRows(rows)
    case .states(var states):
      self = .counts([])
      states.append(call.function.make())
      self = .states(states)
    }
  }

  /// Takes in the groups of later rows: `targets[i]` is where their group `i` goes, or negative for nowhere.
  mutating func merge(_ later: AggregateStates, _ targets: [Int]) {
    switch (self, later) {
    case (.counts(var counts), .counts(let more)):
      self = .counts([])
      for (group, target) in targets.enumerated() where target >= 0 { counts[target] += more[group] }
      self = .counts(counts)
    case (.distinctCounts(var sets), .distinctCounts(let more)):
      self = .counts([])
      for (group, target) in targets.enumerated() where target >= 0 {
        if sets[target].count == 0 { sets[target] = more[group] } else { sets[target].formUnion(more[group]) }
      }
      self = .distinctCounts(sets)
    case (.distinctRows(var rows), .distinctRows(let more)):
      self = .counts([])
      for (group, target) in targets.enumerated() where target >= 0 {
        for row in more[group].rows where rows[target].seen.insert(row.map { GroupingKey($0) }).inserted {
          rows[target].rows.append(row)
        }
      }
      self = .distinctRows(rows)
    case (.orderedRows(var rows), .orderedRows(let more)):
      self = .counts([])
      for (group, target) in targets.enumerated() where target >= 0 { rows[target] += more[group] }
      self = .orderedRows(rows)
    case (.states(var states), .states(let more)):
      self = .counts([])
      for (group, target) in targets.enumerated() where target >= 0 { states[target].mergeAny(more[group]) }
      self = .states(states)
    default: break
    }
  }

  /// The results, by group.
  func results(_ call: AggregateCall) -> [EngineValue] {
    func whole(_ value: Int) -> EngineValue { .number(.integer(Int64(value))) }
    switch self {
    case .counts(let counts): return counts.map(whole)
    case .distinctCounts(let sets): return sets.map { whole($0.count) }
    case .distinctRows(let groups):
      return groups.map { group in
        var state = call.function.make()
        for row in group.rows { state.add(row, times: 1) }
        return state.result
      }
    case .orderedRows(let groups):
      return groups.map { rows in
        var state = call.function.make()
        var seen: Set<[GroupingKey]> = []
        for row in AggregateStates.sorted(rows, call.ordering) {
          if call.isDistinct, !seen.insert(row.map { GroupingKey($0) }).inserted { continue }
          state.add(row, times: 1)
        }
        return state.result
      }
    case .states(let states): return states.map { $0.result }
    }
  }

  private static func sorted(_ rows: [OrderedRow], _ keys: [SortKey]) -> [[EngineValue]] {
    rows.enumerated().sorted { lhs, rhs in
      for (index, key) in keys.enumerated() {
        let order = key.compare(lhs.element.keys[index], rhs.element.keys[index])
        if order != 0 { return order < 0 }
      }
      return lhs.offset < rhs.offset
    }.map(\.element.arguments)
  }
}

extension SortKey {
  /// Negative, zero or positive, with the direction and the place of NULL.
  func compare(_ lhs: EngineValue, _ rhs: EngineValue) -> Int {
    switch (lhs.isNull, rhs.isNull) {
    case (true, true): return 0
    case (true, false): return nullsFirst ? -1 : 1
    case (false, true): return nullsFirst ? 1 : -1
    case (false, false):
      let order = isTime ? ValueOrder.compareTimes(lhs, rhs) : ValueOrder.compare(lhs, rhs)
      return isDescending ? -order : order
    }
  }
}
