/// `approx_percentile`, which is exact here: the least number that at least the asked part of the numbers does not
/// exceed. `(x, percentage)` or `(x, weight, percentage)`; an array of percentages gives an array.
struct PercentileState: AggregateState {
  private var counts: [GroupingKey: (number: ExactNumber, count: Int)] = [:]
  private var percentage: EngineValue?

  mutating func add(_ arguments: [EngineValue], times: Int) {
    guard let number = arguments.first?.number, let last = arguments.last else { return }
    percentage = percentage ?? last
    var weight = times
    if arguments.count > 2 {
      guard let given = arguments[1].number?.whole, given > 0 else { return }
      weight = times.multipliedReportingOverflow(by: Int(given)).overflow ? .max : times * Int(given)
    }
    add(number, weight)
  }

  private mutating func add(_ number: ExactNumber, _ weight: Int) {
    let key = GroupingKey(.number(number))
    var entry = counts[key] ?? (number: number, count: 0)
    if ByteOrder.compare(number.text, entry.number.text) < 0 { entry.number = number }
    entry.count = PercentileState.sum(entry.count, weight)
    counts[key] = entry
  }

  private static func sum(_ lhs: Int, _ rhs: Int) -> Int {
    let (sum, overflow) = lhs.addingReportingOverflow(rhs)
    return overflow ? .max : sum
  }

  mutating func merge(_ later: PercentileState) {
    percentage = percentage ?? later.percentage
    for entry in later.counts.values { add(entry.number, entry.count) }
  }

  /// What a number takes with its count and its place in the table, roughly.
  private static let entryByteCount = 192

  var heldByteCount: Int { counts.count * Self.entryByteCount }

  var result: EngineValue {
    guard !counts.isEmpty, let percentage else { return .null }
    let sorted = counts.values.sorted { ExactNumber.compare($0.number, $1.number) < 0 }
    if let percentages = percentage.elements { return .array(percentages.map { value(sorted, at: $0) }) }
    return value(sorted, at: percentage)
  }

  private func value(_ sorted: [(number: ExactNumber, count: Int)], at percentage: EngineValue) -> EngineValue
  {
    let total = sorted.reduce(0) { PercentileState.sum($0, $1.count) }
    guard let part = percentage.number, ExactNumber.compare(part, .integer(0)) >= 0,
      ExactNumber.compare(part, .integer(1)) <= 0,
      let rank = Arithmetic.product(part.decimal, ExactDecimal(Int64(total)))
    else { return .null }
    var seen = 0
    for entry in sorted {
      seen = PercentileState.sum(seen, entry.count)
      if ExactDecimal.compare(ExactDecimal(Int64(seen)), rank) >= 0 {
        return entry.number.plain.map(EngineValue.number) ?? .null
      }
    }
    return .null
  }
}
