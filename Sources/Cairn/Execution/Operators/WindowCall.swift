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
      /// The column of the distance.
      case preceding(ColumnID), following(ColumnID)

      /// Bounds further on have larger numbers.
      var order: Int {
        switch self {
        case .unboundedPreceding: 0
        case .preceding: 1
        case .currentRow: 2
        case .following: 3
        case .unboundedFollowing: 4
        }
      }
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
    case .firstValue, .lastValue, .nthValue:
      return try places.map { place in
        try frame.range(of: place, in: window).map { pick($0, place, arguments) } ?? .null
      }
    case .countAll:
      let passes = hasFilter ? arguments.last?.map { $0.truth == true } : nil
      return try places.map { place in
        guard let range = try frame.range(of: place, in: window) else { return .null }
        return Self.whole(passes.map { flags in range.count { flags[$0] } } ?? range.count)
      }
    case .aggregate(let aggregate): return try self.aggregate(aggregate, window, arguments)
    }
  }

  private static func whole(_ value: Int) -> EngineValue { .number(.integer(Int64(value))) }

  private func ntile(_ count: Int, _ arguments: [[EngineValue]]) -> [EngineValue] {
    (0..<count).map { place in
      guard let wanted = arguments.first?[place].number?.whole, wanted > 0 else { return .null }
      let buckets = Int(min(wanted, Int64(count)))
      let (size, larger) = (count / buckets, count % buckets)
      let border = larger * (size + 1)
      return Self.whole(
        place < border ? place / (size + 1) + 1 : larger + (place - border) / max(size, 1) + 1)
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
      guard let number = arguments.last?[place].number?.whole, number >= 1, number <= Int64(places.count)
      else {
        return .null
      }
      return values[places[Int(number) - 1]]
    }
  }

  private func aggregate(
    _ aggregate: AggregateFunction, _ window: WindowRows, _ arguments: [[EngineValue]]
  ) throws -> [EngineValue] {
    var results: [EngineValue] = []
    results.reserveCapacity(window.count)
    let passes = hasFilter ? arguments.last?.map { $0.truth == true } : nil
    let values = hasFilter ? Array(arguments.dropLast()) : arguments
    var state = aggregate.make()
    var covered = 0..<0
    for place in 0..<window.count {
      guard let range = try frame.range(of: place, in: window) else {
        results.append(.null)
        continue
      }
      // A frame that has only grown at its end goes on from the state that there is.
      if range.lowerBound != covered.lowerBound || range.upperBound < covered.upperBound {
        state = aggregate.make()
        covered = range.lowerBound..<range.lowerBound
      }
      for row in covered.upperBound..<range.upperBound where passes?[row] != false {
        let row = values.map { $0[row] }
        if aggregate.skipsNull, row.first?.isNull == true { continue }
        state.add(row, times: 1)
      }
      covered = range
      results.append(state.result)
    }
    return results
  }
}
