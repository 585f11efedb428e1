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
  /// Rows that are kept until their groups come out.
  case gathered(GatheredRows)
  /// The least or the greatest number of each group.
  case numbers(FlatExtremes)
  /// What a rule prefers in each group.
  case extremes([ExtremeRule.Candidate?], ExtremeRule)
  case sums([FlatSum])
  case moments([FlatMoments])
  /// What conditions came to in each group.
  case verdicts([LogicVerdict], isConjunction: Bool)
  case states([any AggregateState])

  /// States of no groups.
  init(_ call: AggregateCall) {
    if call.isPlainCount {
      self = .counts([])
    } else if call.isDistinctCount {
      self = .distinctCounts([])
    } else if call.isGathered {
      self = .gathered(GatheredRows(call))
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
    case .gathered(var rows):
      self = .counts([])
      rows.addGroups(count)
      self = .gathered(rows)
    case .numbers(var numbers):
      self = .counts([])
      numbers.addGroups(count)
      self = .numbers(numbers)
    case .extremes(var best, let rule):
      self = .counts([])
      best.append(contentsOf: repeatElement(nil, count: count))
      self = .extremes(best, rule)
    case .sums(var sums):
      self = .counts([])
      sums.append(contentsOf: repeatElement(FlatSum(), count: count))
      self = .sums(sums)
    case .moments(var moments):
      self = .counts([])
      moments.append(contentsOf: repeatElement(FlatMoments(), count: count))
      self = .moments(moments)
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
    if generality == later.generality, generality < Self.mostGeneral {
      self = generalized(call)
      return merge(later.generalized(call), targets, call)
    }
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
    case .gathered(let more):
      guard case .gathered(var rows) = self else { break }
      self = .counts([])
      added = rows.merge(more, targets, call)
      self = .gathered(rows)
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

  /// Makes ready for results, once all rows of `groupCount` groups are there.
  mutating func finish(_ call: AggregateCall, groupCount: Int, threads: Int) throws {
    guard case .gathered(var rows) = self else { return }
    self = .counts([])
    try rows.sort(call, groupCount: groupCount, threads: threads)
    self = .gathered(rows)
  }

  /// The results of some groups.
  func results(_ call: AggregateCall, _ range: Range<Int>) throws -> Vector {
    switch self {
    case .gathered(let rows): try rows.results(call, range)
    case .states(let states): .plain(states[range].map { $0.result })
    default: typedResults(call, range) ?? .constant(.null)
    }
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
