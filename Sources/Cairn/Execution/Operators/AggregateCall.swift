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
  /// Whether it takes each value once in whatever order, so that its rows may be divided by their values.
  var isDivisible: Bool { isDistinct && ordering.isEmpty }
  /// The type of its results, where it is known.
  func type(_ types: [ColumnID: ResultType]) -> ResultType? {
    if isTime { return .timestamp }
    return ResultType.aggregate(
      function.name, argumentCount: arguments.count, of: arguments.first.flatMap { types[$0] })
  }

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
  /// The least or the greatest second of each group, by a rule; `unsetSecond` for none.
  case seconds([Int64], ExtremeRule)
  /// What a rule prefers in each group.
  case extremes([ExtremeRule.Candidate?], ExtremeRule)
  case sums([FlatSum])
  /// What conditions came to in each group.
  case verdicts([LogicVerdict], isConjunction: Bool)
  case states([any AggregateState])

  struct DistinctRows: Sendable {
    private var seen: Set<[GroupingKey]> = []
    /// Of rows with one value, the values' numbers.
    private var seenNumbers = NumberSet()
    private(set) var rows: [[EngineValue]] = []
    private var numbers: [UInt32] = []

    /// Takes a row in if it is new.
    mutating func insert(_ row: [EngineValue]) -> Bool {
      guard seen.insert(row.map { GroupingKey($0) }).inserted else { return false }
      rows.append(row)
      return true
    }

    /// The same of one value whose number is known.
    mutating func insert(_ value: EngineValue, number: UInt32) -> Bool {
      guard seenNumbers.insert(number) else { return false }
      rows.append([value])
      numbers.append(number)
      return true
    }

    /// Takes in later rows; gives the bytes that they add, roughly.
    mutating func merge(_ later: DistinctRows) -> Int {
      var added = 0
      for (index, row) in later.rows.enumerated() {
        let isNew = later.numbers.isEmpty ? insert(row) : insert(row[0], number: later.numbers[index])
        if isNew { added += Self.byteCount(row) }
      }
      return added
    }

    /// What a row takes in the list and in the set, roughly.
    static func byteCount(_ row: [EngineValue]) -> Int { row.reduce(160) { $0 + 2 * $1.heldByteCount + 32 } }
  }

  struct OrderedRow: Sendable {
    let keys: [EngineValue]
    let arguments: [EngineValue]

    var heldByteCount: Int { (keys + arguments).reduce(80) { $0 + $1.heldByteCount } }
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
    } else if let kernel = call.kernel {
      self = AggregateStates(kernel)
    } else {
      self = .states([])
    }
  }

  mutating func addGroups(_ count: Int, _ call: AggregateCall) {
    switch self {
    case .counts(var counts):
      self = .counts([])
      counts.append(contentsOf: repeatElement(0, count: count))
      self = .counts(counts)
    case .distinctCounts(var sets):
      self = .counts([])
      sets.append(contentsOf: repeatElement(NumberSet(), count: count))
      self = .distinctCounts(sets)
    case .distinctRows(var rows):
      self = .counts([])
      rows.append(contentsOf: repeatElement(DistinctRows(), count: count))
      self = .distinctRows(rows)
    case .orderedRows(var rows):
      self = .counts([])
      rows.append(contentsOf: repeatElement([], count: count))
      self = .orderedRows(rows)
    case .seconds(var seconds, let rule):
      self = .counts([])
      seconds.append(contentsOf: repeatElement(rule.end.unsetSecond, count: count))
      self = .seconds(seconds, rule)
    case .extremes(var best, let rule):
      self = .counts([])
      best.append(contentsOf: repeatElement(nil, count: count))
      self = .extremes(best, rule)
    case .sums(var sums):
      self = .counts([])
      sums.append(contentsOf: repeatElement(FlatSum(), count: count))
      self = .sums(sums)
    case .verdicts(var verdicts, let isConjunction):
      self = .counts([])
      verdicts.append(contentsOf: repeatElement(.none, count: count))
      self = .verdicts(verdicts, isConjunction: isConjunction)
    case .states(var states):
      self = .counts([])
      for _ in 0..<count { states.append(call.function.make()) }
      self = .states(states)
    }
  }

  /// What the state of a group takes from the beginning, roughly.
  static let stateByteCount = 96

  /// Takes in the groups of later rows: `targets[i]` is where their group `i` goes. Gives the bytes that this adds,
  /// roughly.
  mutating func merge(_ later: AggregateStates, _ targets: [Int], _ call: AggregateCall) -> Int {
    if let added = mergeTyped(later, targets) { return added }
    if generality != later.generality {
      let heldByteCount = heldByteCount
      if generality < later.generality {
        self = generalized(call)
        return self.heldByteCount - heldByteCount + merge(later, targets, call)
      }
      return merge(later.generalized(call), targets, call)
    }
    var added = 0
    switch later {
    case .counts(let more):
      guard case .counts(var counts) = self else { break }
      self = .counts([])
      for (group, target) in targets.enumerated() { counts[target] += more[group] }
      self = .counts(counts)
    case .distinctCounts(let more):
      guard case .distinctCounts(var sets) = self else { break }
      self = .counts([])
      for (group, target) in targets.enumerated() {
        added -= sets[target].byteCount
        if sets[target].count == 0 { sets[target] = more[group] } else { sets[target].formUnion(more[group]) }
        added += sets[target].byteCount
      }
      self = .distinctCounts(sets)
    case .distinctRows(let more):
      guard case .distinctRows(var rows) = self else { break }
      self = .counts([])
      for (group, target) in targets.enumerated() {
        added += rows[target].merge(more[group])
      }
      self = .distinctRows(rows)
    case .orderedRows(let more):
      guard case .orderedRows(var rows) = self else { break }
      self = .counts([])
      for (group, target) in targets.enumerated() {
        rows[target] += more[group]
        added += more[group].reduce(0) { $0 + $1.heldByteCount }
      }
      self = .orderedRows(rows)
    case .states(let more):
      guard case .states(var states) = self else { break }
      self = .counts([])
      for (group, target) in targets.enumerated() {
        added -= states[target].heldByteCount
        states[target].mergeAny(more[group])
        added += states[target].heldByteCount
      }
      self = .states(states)
    default: break
    }
    return added
  }

  /// The results of some groups.
  func results(_ call: AggregateCall, _ range: Range<Int>) -> Vector {
    typedResults(call, range) ?? .plain(values(call, range))
  }

  private func values(_ call: AggregateCall, _ range: Range<Int>) -> [EngineValue] {
    switch self {
    case .distinctRows(let groups):
      return groups[range].map { group in
        var state = call.function.make()
        for row in group.rows { state.add(row, times: 1) }
        return state.result
      }
    case .orderedRows(let groups):
      return groups[range].map { rows in
        var state = call.function.make()
        var seen: Set<[GroupingKey]> = []
        for row in AggregateStates.sorted(rows, call.ordering) {
          if call.isDistinct, !seen.insert(row.map { GroupingKey($0) }).inserted { continue }
          state.add(row, times: 1)
        }
        return state.result
      }
    case .states(let states): return states[range].map { $0.result }
    case .counts, .distinctCounts, .seconds, .extremes, .sums, .verdicts: return []
    }
  }

  private static func sorted(_ rows: [OrderedRow], _ keys: [SortKey]) -> [[EngineValue]] {
    let compared = rows.map { $0.keys.map { ComparedValue($0) } }
    return rows.indices.sorted { lhs, rhs in
      for (index, key) in keys.enumerated() {
        let order = key.compare(compared[lhs][index], compared[rhs][index])
        if order != 0 { return order < 0 }
      }
      return lhs < rhs
    }.map { rows[$0].arguments }
  }
}

extension SortKey {
  /// Negative, zero or positive, with the direction and the place of NULL.
  func compare(_ lhs: ComparedValue, _ rhs: ComparedValue) -> Int {
    switch (lhs.value.isNull, rhs.value.isNull) {
    case (true, true): return 0
    case (true, false): return nullsFirst ? -1 : 1
    case (false, true): return nullsFirst ? 1 : -1
    case (false, false):
      let order = ComparedValue.compare(lhs, rhs, isTime: isTime)
      return isDescending ? -order : order
    }
  }
}
