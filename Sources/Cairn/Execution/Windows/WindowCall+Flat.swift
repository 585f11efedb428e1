extension WindowCall {
  /// The values for all rows at once, where they are places and numbers alone or those of other rows: no value is
  /// looked at. Nil for other functions and frames.
  func flat(_ window: FlatWindow) throws -> Vector? {
    switch function {
    case .rowNumber: return Self.numbers(window) { $0 - $1.lowerBound + 1 }
    case .rank:
      let starts = window.peers.starts
      return Self.numbers(window) { Int(starts[$0]) - $1.lowerBound + 1 }
    case .denseRank:
      let starts = window.peers.starts
      var rank = 0
      return Self.numbers(window) { place, partition in
        rank = place == partition.lowerBound ? 1 : Int(starts[place]) == place ? rank + 1 : rank
        return rank
      }
    case .percentRank:
      let starts = window.peers.starts
      return Self.shares(window) { place, partition in
        partition.count == 1
          ? 0 : Double(Int(starts[place]) - partition.lowerBound) / Double(partition.count - 1)
      }
    case .cumeDist:
      let ends = window.peers.ends
      return Self.shares(window) { Double(Int(ends[$0]) - $1.lowerBound) / Double($1.count) }
    case .lag: return try shifted(window, sign: -1)
    case .lead: return try shifted(window, sign: 1)
    case .firstValue, .lastValue, .nthValue: return try picked(window)
    case .countAll: return try counted(window, nil)
    case .aggregate(let aggregate) where aggregate.name == "count" && arguments.count == (hasFilter ? 2 : 1):
      return try counted(window, arguments.first)
    case .aggregate(let aggregate) where aggregate.name == "sum" && arguments.count == 1 && !hasFilter:
      return try summed(window) ?? whole(aggregate, window)
    case .aggregate(let aggregate) where aggregate.name == "avg" && arguments.count == 1 && !hasFilter:
      return try whole(aggregate, window) ?? averaged(window)
    case .aggregate(let aggregate): return try whole(aggregate, window) ?? extreme(aggregate, window)
    default: return nil
    }
  }

  /// An aggregate of whole partitions: a flat state for each. Nil for other frames and states.
  private func whole(_ aggregate: AggregateFunction, _ window: FlatWindow) throws -> Vector? {
    guard frame.isPartition(isOrdered: window.isOrdered) else { return nil }
    let values = hasFilter ? Array(arguments.dropLast()) : arguments
    let call = AggregateCall(
      id: id, name: name, function: aggregate, arguments: values, isDistinct: false, filter: nil, ordering: []
    )
    guard let kernel = call.kernel else { return nil }
    let passes =
      hasFilter ? try arguments.last.map { try window.vector($0).truths(count: window.rows.count) } : nil
    let gathering = TypedGathering(groups: window.groups, passes: passes)
    let count = window.partitionEnds.count
    let results = gathering.states(kernel, try values.map { try window.vector($0) })?.typedResults(
      call, 0..<count)
    if case .plain(let entries)? = results {
      return .coded(Vector.Coded(entries: entries, codes: window.partitionNumbers))
    }
    return results?.gathered(window.partitionNumbers)
  }

  private static func numbers(_ window: FlatWindow, _ number: (Int, Range<Int>) -> Int) -> Vector {
    var numbers = [Int64](repeating: 0, count: window.rows.count)
    numbers.withUnsafeMutableBufferPointer { numbers in
      window.rows.withUnsafeBufferPointer { rows in
        window.eachPlace { numbers[Int(rows[$0])] = Int64(number($0, $1)) }
      }
    }
    return .wholes(Vector.Numbers(numbers))
  }

  private static func shares(_ window: FlatWindow, _ share: (Int, Range<Int>) -> Double) -> Vector {
    var shares = [Double](repeating: 0, count: window.rows.count)
    shares.withUnsafeMutableBufferPointer { shares in
      window.rows.withUnsafeBufferPointer { rows in
        window.eachPlace { shares[Int(rows[$0])] = share($0, $1) }
      }
    }
    return .doubles(Vector.Numbers(shares))
  }

  /// The least or greatest value of frames, whose edges never go back: only values that no later one in the frame
  /// comes before are kept in mind. Nil for values that have no numbers in their order.
  private func extreme(_ aggregate: AggregateFunction, _ window: FlatWindow) throws -> Vector? {
    guard case .extreme(let rule)? = aggregate.kernel, !rule.isByKey, arguments.count == 1, !hasFilter,
      let frames = try FlatFrames(frame, window)
    else { return nil }
    let values = try window.vector(arguments[0])
    if rule.isByTime, case .texts = values { return nil }
    guard let order = TypedGathering(groups: window.groups, passes: nil).order(rule, values) else {
      return nil
    }
    var (kept, first, next, end) = ([Int](), 0, 0, -1)
    return try others(window, arguments[0]) { place, partition in
      if partition.upperBound != end {
        (first, next, end) = (0, partition.lowerBound, partition.upperBound)
        kept.removeAll(keepingCapacity: true)
      }
      let range = frames.range(place, partition)
      while next < range.upperBound {
        let own = order[Int(window.rows[next])]
        if own != .max {
          while kept.count > first, order[Int(window.rows[kept[kept.count - 1]])] > own { kept.removeLast() }
          kept.append(next)
        }
        next += 1
      }
      while first < kept.count, kept[first] < range.lowerBound { first += 1 }
      return first < kept.count && range.contains(kept[first]) ? kept[first] : nil
    }
  }

  /// The values of other rows of the partition; NULL where `place` gives none.
  private func others(
    _ window: FlatWindow, _ id: ColumnID, _ place: (Int, Range<Int>) -> Int?
  ) throws -> Vector {
    var sources = [UInt32](repeating: .max, count: window.rows.count)
    sources.withUnsafeMutableBufferPointer { sources in
      window.rows.withUnsafeBufferPointer { rows in
        window.eachPlace { own, partition in
          if let other = place(own, partition) { sources[Int(rows[own])] = rows[other] }
        }
      }
    }
    return try window.vector(id).gatheredOrNull(sources)
  }

  private func shifted(_ window: FlatWindow, sign: Int) throws -> Vector? {
    guard !ignoresNulls, !hasFilter, let value = arguments.first, arguments.count <= 2 else { return nil }
    var distance = 1
    if arguments.count == 2 {
      guard let whole = try window.constant(arguments[1])?.number?.whole, whole >= 0 else { return nil }
      distance = Int(min(whole, Int64(window.rows.count)))
    }
    return try others(window, value) { place, partition in
      let other = place + sign * distance
      return partition.contains(other) ? other : nil
    }
  }

  private func picked(_ window: FlatWindow) throws -> Vector? {
    guard !ignoresNulls, !hasFilter, let value = arguments.first,
      let frames = try FlatFrames(frame, window)
    else { return nil }
    switch function {
    case .firstValue:
      return try others(window, value) { place, partition in
        let range = frames.range(place, partition)
        return range.isEmpty ? nil : range.lowerBound
      }
    case .lastValue:
      return try others(window, value) { place, partition in
        let range = frames.range(place, partition)
        return range.isEmpty ? nil : range.upperBound - 1
      }
    default: return nil
    }
  }

  private func counted(_ window: FlatWindow, _ argument: ColumnID?) throws -> Vector? {
    guard let frames = try FlatFrames(frame, window) else { return nil }
    let count = window.rows.count
    let isNull = try argument.map { try window.vector($0).nulls(count: count) }
    let passes = hasFilter ? try arguments.last.map { try window.vector($0).truths(count: count) } : nil
    if isNull == nil, passes == nil {
      return Self.numbers(window) { frames.range($0, $1).count }
    }
    // How many there are before each place.
    var before = [Int](repeating: 0, count: count + 1)
    for (place, row) in window.rows.enumerated() {
      let counts = isNull?[Int(row)] != true && passes?[Int(row)] != false
      before[place + 1] = before[place] + (counts ? 1 : 0)
    }
    return before.withUnsafeBufferPointer { before in
      Self.numbers(window) { place, partition in
        let range = frames.range(place, partition)
        return before[range.upperBound] - before[range.lowerBound]
      }
    }
  }

  /// Sums of whole numbers; nil where there are others, or a sum has more than 64 bits.
  private func summed(_ window: FlatWindow) throws -> Vector? {
    var isWhole = true
    var isNull = [Bool](repeating: false, count: window.rows.count)
    var output = [Int64](repeating: 0, count: window.rows.count)
    let isSummed = try eachSum(window) { row, sum, count in
      isNull[row] = count == 0
      guard let sum = Int64(exactly: sum) else { return isWhole = false }
      output[row] = sum
    }
    return isSummed && isWhole ? .wholes(Vector.Numbers(output, isNull: isNull)) : nil
  }

  /// Averages of whole numbers; nil where there are others.
  private func averaged(_ window: FlatWindow) throws -> Vector? {
    var output = [EngineValue](repeating: .null, count: window.rows.count)
    let isSummed = try eachSum(window) { row, sum, count in
      if count == 0 { return }
      output[row] = ExactSum(whole: sum, count: count).average.map(EngineValue.number) ?? .null
    }
    return isSummed ? .plain(output) : nil
  }

  /// Calls `body` with each row, the sum of the whole numbers in its frame and how many there are; false where there are
  /// other values.
  private func eachSum(_ window: FlatWindow, _ body: (Int, Int128, Int) -> Void) throws -> Bool {
    guard let value = arguments.first, let frames = try FlatFrames(frame, window),
      let wholes = try window.vector(value).wholes(count: window.rows.count)
    else { return false }
    // How much and how many there are before each place.
    var sums = [Int128](repeating: 0, count: window.rows.count + 1)
    var counts = [Int](repeating: 0, count: window.rows.count + 1)
    for (place, row) in window.rows.enumerated() {
      let isNull = wholes.isNull(Int(row))
      sums[place + 1] = sums[place] + (isNull ? 0 : Int128(wholes.values[Int(row)]))
      counts[place + 1] = counts[place] + (isNull ? 0 : 1)
    }
    window.eachPlace { place, partition in
      let range = frames.range(place, partition)
      body(
        Int(window.rows[place]), sums[range.upperBound] - sums[range.lowerBound],
        counts[range.upperBound] - counts[range.lowerBound])
    }
    return true
  }
}

extension WindowCall.Frame {
  /// Whether it is the whole partition for each row: where rows have no order, all are peers.
  fileprivate func isPartition(isOrdered: Bool) -> Bool {
    func isOpen(_ bound: Bound, _ edge: Bound) -> Bool {
      bound.order == edge.order || bound.order == Bound.currentRow.order && !isOrdered && unit != .rows
    }
    return isOpen(start, .unboundedPreceding) && isOpen(end, .unboundedFollowing)
  }
}

/// Frames whose edges are places: of the partition, of peers, or so many rows away.
private struct FlatFrames {
  private enum Edge {
    case partitionStart, partitionEnd, peerStart, peerEnd
    case moved(Int)
  }

  private let start: Edge
  private let end: Edge
  private let peers: FlatWindow.Peers

  /// Nil for distances that differ between rows, and those of values or of groups.
  init?(_ frame: WindowCall.Frame, _ window: FlatWindow) throws {
    func edge(_ bound: WindowCall.Frame.Bound, isEnd: Bool) throws -> Edge? {
      func moved(_ id: ColumnID, _ sign: Int) throws -> Edge? {
        guard frame.unit == .rows, let whole = try window.constant(id)?.number?.whole, whole >= 0 else {
          return nil
        }
        return .moved(sign * Int(min(whole, Int64(window.rows.count))) + (isEnd ? 1 : 0))
      }
      switch bound {
      case .unboundedPreceding: return .partitionStart
      case .unboundedFollowing: return .partitionEnd
      case .currentRow where frame.unit == .rows: return .moved(isEnd ? 1 : 0)
      case .currentRow: return isEnd ? .peerEnd : .peerStart
      case .preceding(let id): return try moved(id, -1)
      case .following(let id): return try moved(id, 1)
      }
    }
    guard let start = try edge(frame.start, isEnd: false), let end = try edge(frame.end, isEnd: true) else {
      return nil
    }
    (self.start, self.end) = (start, end)
    var needsPeers = false
    for edge in [start, end] {
      switch edge {
      case .peerStart, .peerEnd: needsPeers = true
      default: continue
      }
    }
    peers = needsPeers ? window.peers : FlatWindow.Peers(starts: [], ends: [])
  }

  /// The places of a row's frame.
  @inline(__always)
  func range(_ place: Int, _ partition: Range<Int>) -> Range<Int> {
    let lower = min(max(position(start, place, partition), partition.lowerBound), partition.upperBound)
    return lower..<max(lower, min(position(end, place, partition), partition.upperBound))
  }

  @inline(__always)
  private func position(_ edge: Edge, _ place: Int, _ partition: Range<Int>) -> Int {
    switch edge {
    case .partitionStart: partition.lowerBound
    case .partitionEnd: partition.upperBound
    case .peerStart: Int(peers.starts[place])
    case .peerEnd: Int(peers.ends[place])
    case .moved(let steps): place + steps
    }
  }
}
