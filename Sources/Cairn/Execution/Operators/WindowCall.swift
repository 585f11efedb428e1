import CairnSQL

/// One window function over its window.
struct WindowCall: Sendable {
  enum Function: Sendable {
    case rowNumber, rank, denseRank, percentRank, cumeDist, ntile
    case lag, lead
    case firstValue, lastValue, nthValue
    case aggregate(AggregateFunction)
    /// `count(*)`.
    case countAll
  }

  struct Frame: Sendable {
    enum Bound: Sendable {
      case unboundedPreceding, currentRow, unboundedFollowing
      case preceding(Int), following(Int)
    }

    let unit: WindowFrame.Unit
    let start: Bound
    let end: Bound
  }

  let id: ColumnID
  let name: String
  let function: Function
  let arguments: [ColumnID]
  let frame: Frame
  let ignoresNulls: Bool
  /// The column of FILTER, if there is one: the last of `arguments`.
  let hasFilter: Bool
  /// Whether the aggregate is DISTINCT.
  let isDistinct: Bool

  /// Values by place in the partition.
  func evaluate(_ window: WindowRows, _ arguments: [[EngineValue]]) throws -> [EngineValue] {
    let places = 0..<window.count
    switch function {
    case .rowNumber: return places.map { Self.whole($0 + 1) }
    case .rank: return places.map { Self.whole(window.peers[$0].lowerBound + 1) }
    case .denseRank:
      var rank = 0
      return places.map { place in
        if window.peers[place].lowerBound == place { rank += 1 }
        return Self.whole(rank)
      }
    case .percentRank:
      return places.map { place in
        window.count == 1
          ? EngineValue(double: 0)
          : EngineValue(double: Double(window.peers[place].lowerBound) / Double(window.count - 1))
      }
    case .cumeDist:
      return places.map { EngineValue(double: Double(window.peers[$0].upperBound) / Double(window.count)) }
    case .ntile: return ntile(window.count, arguments)
    case .lag: return shifted(window.count, arguments, sign: -1)
    case .lead: return shifted(window.count, arguments, sign: 1)
    case .firstValue, .lastValue, .nthValue: return places.map { pick(range(of: $0, in: window), $0, arguments) }
    case .countAll:
      let passes = hasFilter ? arguments.last?.map { $0.truth == true } : nil
      return places.map { place in
        let range = range(of: place, in: window)
        return Self.whole(passes.map { flags in range.count { flags[$0] } } ?? range.count)
      }
    case .aggregate(let aggregate): return self.aggregate(aggregate, window, arguments)
    }
  }

  private static func whole(_ value: Int) -> EngineValue { .number(.integer(Int64(value))) }

  private func ntile(_ count: Int, _ arguments: [[EngineValue]]) -> [EngineValue] {
    (0..<count).map { place in
      guard let buckets = arguments.first?[place].number?.whole, buckets > 0 else { return .null }
      let buckets = Int(min(buckets, Int64(count)))
      let (size, larger) = (count / buckets, count % buckets)
      let border = larger * (size + 1)
      return Self.whole(place < border ? place / (size + 1) + 1 : larger + (place - border) / max(size, 1) + 1)
    }
  }

  private func shifted(_ count: Int, _ arguments: [[EngineValue]], sign: Int) -> [EngineValue] {
    guard let values = arguments.first else { return [] }
    return (0..<count).map { place in
      var distance: Int64 = 1
      if arguments.count > 1 + (hasFilter ? 1 : 0) {
        guard let whole = arguments[1][place].number?.whole, whole >= 0 else { return .null }
        distance = whole
      }
      let fallback = arguments.count > 2 + (hasFilter ? 1 : 0) ? arguments[2][place] : .null
      guard distance <= Int64(count) else { return fallback }
      var left = Int(distance)
      var target = place
      if ignoresNulls {
        while left > 0 {
          target += sign
          guard values.indices.contains(target) else { return fallback }
          if !values[target].isNull { left -= 1 }
        }
      } else {
        target += sign * left
      }
      return values.indices.contains(target) ? values[target] : fallback
    }
  }

  private func pick(_ range: Range<Int>, _ place: Int, _ arguments: [[EngineValue]]) -> EngineValue {
    guard let values = arguments.first else { return .null }
    let places = ignoresNulls ? range.filter { !values[$0].isNull } : Array(range)
    switch function {
    case .firstValue: return places.first.map { values[$0] } ?? .null
    case .lastValue: return places.last.map { values[$0] } ?? .null
    default:
      guard let number = arguments.last?[place].number?.whole, number >= 1, number <= Int64(places.count) else {
        return .null
      }
      return values[places[Int(number) - 1]]
    }
  }

  // MARK: Frames

  /// The places of a row's frame.
  private func range(of place: Int, in window: WindowRows) -> Range<Int> {
    let start = edge(frame.start, place, window, isEnd: false)
    let end = edge(frame.end, place, window, isEnd: true)
    let lower = min(max(start, 0), window.count)
    return lower..<max(lower, min(max(end, 0), window.count))
  }

  /// The frame's first place, or the one behind its last.
  private func edge(_ bound: Frame.Bound, _ place: Int, _ window: WindowRows, isEnd: Bool) -> Int {
    switch bound {
    case .unboundedPreceding: return 0
    case .unboundedFollowing: return window.count
    case .currentRow:
      if frame.unit == .rows { return isEnd ? place + 1 : place }
      return isEnd ? window.peers[place].upperBound : window.peers[place].lowerBound
    case .preceding(let distance): return moved(-distance, place, window, isEnd: isEnd)
    case .following(let distance): return moved(distance, place, window, isEnd: isEnd)
    }
  }

  private func moved(_ distance: Int, _ place: Int, _ window: WindowRows, isEnd: Bool) -> Int {
    let bounded = min(max(distance, -window.count - 1), window.count + 1)
    if frame.unit == .rows { return place + bounded + (isEnd ? 1 : 0) }
    // GROUPS: whole groups of peers.
    var group = window.peers[place]
    for _ in 0..<abs(bounded) {
      let next = bounded < 0 ? group.lowerBound - 1 : group.upperBound
      guard window.peers.indices.contains(next) else { return bounded < 0 ? (isEnd ? 0 : 0) : window.count }
      group = window.peers[next]
    }
    return isEnd ? group.upperBound : group.lowerBound
  }

  private func aggregate(
    _ aggregate: AggregateFunction, _ window: WindowRows, _ arguments: [[EngineValue]]
  ) -> [EngineValue] {
    var results: [EngineValue] = []
    results.reserveCapacity(window.count)
    let passes = hasFilter ? arguments.last?.map { $0.truth == true } : nil
    let values = hasFilter ? Array(arguments.dropLast()) : arguments
    var state = aggregate.make()
    var seen: Set<[GroupingKey]> = []
    var covered = 0..<0
    for place in 0..<window.count {
      let range = range(of: place, in: window)
      // A frame that has only grown at its end goes on from the state that there is.
      if range.lowerBound != covered.lowerBound || range.upperBound < covered.upperBound {
        state = aggregate.make()
        seen = []
        covered = range.lowerBound..<range.lowerBound
      }
      for row in covered.upperBound..<range.upperBound where passes?[row] != false {
        let row = values.map { $0[row] }
        if aggregate.skipsNull, row.first?.isNull == true { continue }
        if isDistinct, !seen.insert(row.map { GroupingKey($0) }).inserted { continue }
        state.add(row, times: 1)
      }
      covered = range
      results.append(state.result)
    }
    return results
  }
}
