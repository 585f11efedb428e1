/// `approx_most_frequent(count, value, capacity)`, which is exact here: the values that come most often with how often
/// they do, the most frequent first, of equally frequent ones the first by S26.
struct MostFrequentState: AggregateState {
  private var counts: [GroupingKey: (value: EngineValue, count: Int)] = [:]
  private var limit: EngineValue?
  private(set) var heldByteCount = 0

  /// What a value takes with its count and its place in the table, roughly.
  private static let entryByteCount = 160

  mutating func add(_ arguments: [EngineValue], times: Int) {
    guard arguments.count > 1, !arguments[1].isNull else { return }
    limit = limit ?? arguments[0]
    add(arguments[1], times)
  }

  private mutating func add(_ value: EngineValue, _ times: Int) {
    let key = GroupingKey(value)
    guard var known = counts.removeValue(forKey: key) else {
      counts[key] = (value, times)
      heldByteCount += Self.entryByteCount + key.bytes.count + value.heldByteCount
      return
    }
    if ValueOrder.compareAndText(value, known.value) < 0 { known.value = value }
    known.count += times
    counts[key] = known
  }

  mutating func merge(_ later: MostFrequentState) {
    limit = limit ?? later.limit
    for entry in later.counts.values { add(entry.value, entry.count) }
  }

  var result: EngineValue {
    guard let limit = limit?.count, limit > 1 else { return .null }
    let sorted = counts.values.sorted {
      $0.count != $1.count ? $0.count > $1.count : ValueOrder.compareAndText($0.value, $1.value) < 0
    }.prefix(min(limit, ResultLimits.elementCount))
    return .map(MapValue(distinctKeys: sorted.map(\.value), values: sorted.map { EngineValue($0.count) }))
  }
}
