/// `count(*)`, and `count(x)` of the values that are not NULL.
struct CountState: AggregateState {
  private var count = 0

  mutating func add(_ arguments: [EngineValue], times: Int) {
    if arguments.first?.isNull != true { count += times }
  }

  mutating func merge(_ later: CountState) { count += later.count }

  var result: EngineValue { .number(.integer(Int64(count))) }
}

/// `count_if(condition)`.
struct CountIfState: AggregateState {
  private var count = 0

  mutating func add(_ arguments: [EngineValue], times: Int) {
    if arguments.first?.truth == true { count += times }
  }

  mutating func merge(_ later: CountIfState) { count += later.count }

  var result: EngineValue { .number(.integer(Int64(count))) }
}

/// `bool_and` and `bool_or` of the values that are booleans.
struct LogicState: AggregateState {
  /// Whether one FALSE decides; else one TRUE does.
  let isConjunction: Bool
  private var outcome: Bool?

  init(isConjunction: Bool) { self.isConjunction = isConjunction }

  mutating func add(_ arguments: [EngineValue], times: Int) { take(arguments.first?.truth) }

  mutating func merge(_ later: LogicState) { take(later.outcome) }

  private mutating func take(_ truth: Bool?) {
    guard let truth else { return }
    outcome = outcome.map { isConjunction ? $0 && truth : $0 || truth } ?? truth
  }

  var result: EngineValue { EngineValue(outcome) }
}

/// `approx_distinct`, which is exact here and counts what is not the same (S63). The error that may be asked for as second argument is not needed.
struct DistinctCountState: AggregateState {
  private var keys: Set<GroupingKey> = []
  private(set) var heldByteCount = 0

  /// What a key takes beside its bytes, roughly.
  private static let keyByteCount = 112

  mutating func add(_ arguments: [EngineValue], times: Int) {
    if let value = arguments.first, !value.isNull { insert(GroupingKey(value)) }
  }

  private mutating func insert(_ key: GroupingKey) {
    if keys.insert(key).inserted { heldByteCount += Self.keyByteCount + key.bytes.count }
  }

  mutating func merge(_ later: DistinctCountState) { for key in later.keys { insert(key) } }

  var result: EngineValue { .number(.integer(Int64(keys.count))) }
}
