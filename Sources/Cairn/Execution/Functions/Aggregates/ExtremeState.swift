/// What `min`, `max`, `min_by` and `max_by` choose: by S26, and of equal ones the value that is least by S26 and then by
/// its text, so that the order of the rows makes no difference.
struct ExtremeRule: Sendable {
  enum End: Sendable { case least, greatest }

  /// A row's value with what decides about it.
  struct Candidate: Sendable {
    let key: EngineValue
    let value: EngineValue

    var heldByteCount: Int { key.heldByteCount + value.heldByteCount }
  }

  let end: End
  /// Whether the second argument decides.
  var isByKey = false
  /// Whether the values are those of a time column.
  var isByTime = false

  var argumentCount: Int { isByKey ? 2 : 1 }

  func isBefore(_ lhs: Candidate, _ rhs: Candidate) -> Bool {
    let order = compare(lhs.key, rhs.key)
    if order != 0 { return (order < 0) == (end == .least) }
    return ValueOrder.compareAndText(lhs.value, rhs.value) < 0
  }

  func compare(_ lhs: EngineValue, _ rhs: EngineValue) -> Int {
    isByTime ? ValueOrder.compareTimes(lhs, rhs) : ValueOrder.compare(lhs, rhs)
  }
}

/// `min`, `max`, `min_by`, `max_by` for one group. With a number as last argument, an array of so many.
struct ExtremeState: AggregateState {
  typealias Candidate = ExtremeRule.Candidate

  /// The largest number of values that may be asked for, as in Trino.
  static let mostValues = 10_000

  let rule: ExtremeRule
  private var best: Candidate?
  /// The candidates in order, where an array is asked for.
  private var candidates: [Candidate] = []
  private var limit: Int?

  init(_ rule: ExtremeRule, best: Candidate? = nil) {
    self.rule = rule
    self.best = best
  }

  mutating func add(_ arguments: [EngineValue], times: Int) {
    let keyIndex = rule.isByKey ? 1 : 0
    guard arguments.count > keyIndex, !arguments[keyIndex].isNull else { return }
    let candidate = Candidate(key: arguments[keyIndex], value: arguments[0])
    guard arguments.count > keyIndex + 1 else { return take(candidate) }
    if limit == nil { limit = ExtremeState.limit(arguments[keyIndex + 1]) }
    insert(candidate, times: times)
  }

  private static func limit(_ value: EngineValue) -> Int {
    guard let count = value.number?.whole, count > 0, count <= mostValues else { return 0 }
    return Int(count)
  }

  private mutating func take(_ candidate: Candidate) {
    guard let best else { return self.best = candidate }
    if rule.isBefore(candidate, best) { self.best = candidate }
  }

  private mutating func insert(_ candidate: Candidate, times: Int) {
    guard let limit else { return }
    if candidates.count >= limit, let last = candidates.last, !rule.isBefore(candidate, last) { return }
    let place = candidates.firstIndex { rule.isBefore(candidate, $0) } ?? candidates.count
    candidates.insert(
      contentsOf: repeatElement(candidate, count: min(times, limit - min(place, limit))), at: place)
    if candidates.count > limit { candidates.removeLast(candidates.count - limit) }
  }

  mutating func merge(_ later: ExtremeState) {
    if let best = later.best { take(best) }
    if limit == nil { limit = later.limit }
    for candidate in later.candidates { insert(candidate, times: 1) }
  }

  var heldByteCount: Int {
    candidates.reduce(best?.heldByteCount ?? 0) { $0 + $1.heldByteCount }
  }

  var result: EngineValue {
    guard let limit else { return best?.value ?? .null }
    return limit > 0 ? .array(candidates.map(\.value)) : .null
  }
}
