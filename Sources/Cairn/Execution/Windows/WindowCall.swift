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

      /// The column of its distance.
      var distance: ColumnID? {
        switch self {
        case .preceding(let id), .following(let id): id
        default: nil
        }
      }

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

  /// What it reads, distances of its frame among them.
  var columns: [ColumnID] { arguments + [frame.start.distance, frame.end.distance].compactMap { $0 } }

  /// Whether its values may be larger than those that it is computed from.
  var mayGrow: Bool { if case .aggregate = function { true } else { false } }

  /// The type of its values, where it is known.
  func type(_ types: [ColumnID: ResultType]) -> ResultType? {
    let argument = arguments.first.flatMap { types[$0] }
    switch function {
    case .rowNumber, .rank, .denseRank, .ntile, .countAll: return .whole
    case .percentRank, .cumeDist: return .double
    case .firstValue, .lastValue, .nthValue: return argument
    // What stands in for rows that are not there may be of another type.
    case .lag, .lead: return arguments.count < 3 ? argument : nil
    case .aggregate(let function):
      return ResultType.aggregate(
        function.name, argumentCount: arguments.count - (hasFilter ? 1 : 0), of: argument)
    }
  }

  /// What has been found out at the places before.
  struct State {
    fileprivate var rank = 0
    fileprivate var passes: [Bool]?
    fileprivate var aggregate: (any AggregateState)?
    fileprivate var covered = 0..<0
  }

  /// The value at a place in the partition; places are asked for one after the other.
  func value(
    at place: Int, _ window: WindowRows, _ arguments: [WindowValues], _ state: inout State
  ) throws -> EngineValue {
    let peers = window.peers[place]
    switch function {
    case .rowNumber: return Self.whole(place + 1)
    case .rank: return Self.whole(peers.lowerBound + 1)
    case .denseRank:
      if peers.lowerBound == place { state.rank += 1 }
      return Self.whole(state.rank)
    case .percentRank:
      return EngineValue(
        double: window.count == 1 ? 0 : Double(peers.lowerBound) / Double(window.count - 1))
    case .cumeDist: return EngineValue(double: Double(peers.upperBound) / Double(window.count))
    case .ntile: return ntile(place, window.count, arguments)
    case .lag: return shifted(place, window.count, arguments, sign: -1)
    case .lead: return shifted(place, window.count, arguments, sign: 1)
    case .firstValue, .lastValue, .nthValue:
      return try frame.range(of: place, in: window).map { pick($0, place, arguments) } ?? .null
    case .countAll:
      let flags = passes(arguments, &state)
      guard let range = try frame.range(of: place, in: window) else { return .null }
      return Self.whole(flags.map { flags in range.count { flags[$0] } } ?? range.count)
    case .aggregate(let aggregate):
      return try self.aggregate(aggregate, place, window, arguments, &state)
    }
  }

  private static func whole(_ value: Int) -> EngineValue { .number(.integer(Int64(value))) }

  /// Which rows pass the FILTER; nil where there is none.
  private func passes(_ arguments: [WindowValues], _ state: inout State) -> [Bool]? {
    if hasFilter, state.passes == nil { state.passes = arguments.last?.truths }
    return state.passes
  }

  private func ntile(_ place: Int, _ count: Int, _ arguments: [WindowValues]) -> EngineValue {
    guard let wanted = arguments.first?[place].number?.whole, wanted > 0 else { return .null }
    let buckets = Int(min(wanted, Int64(count)))
    let (size, larger) = (count / buckets, count % buckets)
    let border = larger * (size + 1)
    return Self.whole(
      place < border ? place / (size + 1) + 1 : larger + (place - border) / max(size, 1) + 1)
  }

  private func shifted(_ place: Int, _ count: Int, _ arguments: [WindowValues], sign: Int) -> EngineValue {
    guard let values = arguments.first else { return .null }
    var distance: Int64 = 1
    if arguments.count > 1 + (hasFilter ? 1 : 0) {
      guard let whole = arguments[1][place].number?.whole, whole >= 0 else { return .null }
      distance = whole
    }
    func fallback() -> EngineValue { arguments.count > 2 + (hasFilter ? 1 : 0) ? arguments[2][place] : .null }
    guard distance <= Int64(count) else { return fallback() }
    let places = 0..<values.count
    var left = Int(distance)
    var target = place
    if ignoresNulls {
      while left > 0 {
        target += sign
        guard places.contains(target) else { return fallback() }
        if !values[target].isNull { left -= 1 }
      }
    } else {
      target += sign * left
    }
    return places.contains(target) ? values[target] : fallback()
  }

  private func pick(_ range: Range<Int>, _ place: Int, _ arguments: [WindowValues]) -> EngineValue {
    guard let values = arguments.first else { return .null }
    func counts(_ place: Int) -> Bool { !ignoresNulls || !values[place].isNull }
    switch function {
    case .firstValue: return range.first(where: counts).map { values[$0] } ?? .null
    case .lastValue: return range.last(where: counts).map { values[$0] } ?? .null
    default:
      guard let number = arguments.last?[place].number?.whole, number >= 1, number <= Int64(range.count)
      else {
        return .null
      }
      if !ignoresNulls { return values[range.lowerBound + Int(number) - 1] }
      return range.lazy.filter(counts).dropFirst(Int(number) - 1).first.map { values[$0] } ?? .null
    }
  }

  private func aggregate(
    _ aggregate: AggregateFunction, _ place: Int, _ window: WindowRows, _ arguments: [WindowValues],
    _ state: inout State
  ) throws -> EngineValue {
    let passes = passes(arguments, &state)
    guard let range = try frame.range(of: place, in: window) else { return .null }
    let values = hasFilter ? arguments.dropLast() : arguments[...]
    // A frame that has only grown at its end goes on from the state that there is.
    if state.aggregate == nil || range.lowerBound != state.covered.lowerBound
      || range.upperBound < state.covered.upperBound
    {
      state.aggregate = aggregate.make()
      state.covered = range.lowerBound..<range.lowerBound
    }
    for row in state.covered.upperBound..<range.upperBound where passes?[row] != false {
      let row = values.map { $0[row] }
      if aggregate.skipsNull, row.first?.isNull == true { continue }
      state.aggregate?.add(row, times: 1)
    }
    state.covered = range
    return state.aggregate?.result ?? .null
  }
}
