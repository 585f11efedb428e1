import CairnSQL

/// The rows of one partition in order, and which of them are peers.
final class WindowRows {
  /// Row numbers in order.
  let rows: [Int]
  /// For each place the first and the place behind the last of its peers.
  let peers: [Range<Int>]
  let ordering: [SortKey]
  private let store: RowStore
  /// Whether values stay in temporary files.
  private let isStored: Bool
  private var known: [ColumnID: WindowValues] = [:]

  init(
    _ rows: [Int], _ peers: [Range<Int>], _ ordering: [SortKey], _ store: RowStore, isStored: Bool = false
  ) {
    self.rows = rows
    self.isStored = isStored
    self.ordering = ordering
    self.store = store
    self.peers = peers
  }

  var count: Int { rows.count }

  /// A column's values by place.
  func values(_ id: ColumnID) throws -> WindowValues {
    if let values = known[id] { return values }
    let values = try WindowValues(store, id, rows: rows, isStored: isStored)
    known[id] = values
    return values
  }
}

extension WindowCall.Frame {
  /// The places of a row's frame; nil where a distance is none.
  func range(of place: Int, in window: WindowRows) throws -> Range<Int>? {
    guard let start = try edge(start, place, window, isEnd: false),
      let end = try edge(end, place, window, isEnd: true)
    else { return nil }
    let lower = min(max(start, 0), window.count)
    return lower..<max(lower, min(max(end, 0), window.count))
  }

  /// The frame's first place, or the one behind its last.
  private func edge(_ bound: Bound, _ place: Int, _ window: WindowRows, isEnd: Bool) throws -> Int? {
    switch bound {
    case .unboundedPreceding: return 0
    case .unboundedFollowing: return window.count
    case .currentRow:
      if unit == .rows { return isEnd ? place + 1 : place }
      return isEnd ? window.peers[place].upperBound : window.peers[place].lowerBound
    case .preceding(let id): return try moved(-1, try window.values(id)[place], place, window, isEnd: isEnd)
    case .following(let id): return try moved(1, try window.values(id)[place], place, window, isEnd: isEnd)
    }
  }

  private func moved(
    _ sign: Int, _ distance: EngineValue, _ place: Int, _ window: WindowRows, isEnd: Bool
  ) throws -> Int? {
    if unit == .range { return try RangeEdge(window).edge(sign, distance, place, isEnd: isEnd) }
    guard let whole = distance.number?.whole, whole >= 0 else { return nil }
    let steps = sign * Int(min(whole, Int64(window.count + 1)))
    if unit == .rows { return place + steps + (isEnd ? 1 : 0) }
    // GROUPS: whole groups of peers.
    var group = window.peers[place]
    for _ in 0..<abs(steps) {
      let next = steps < 0 ? group.lowerBound - 1 : group.upperBound
      guard window.peers.indices.contains(next) else { return steps < 0 ? 0 : window.count }
      group = window.peers[next]
    }
    return isEnd ? group.upperBound : group.lowerBound
  }
}

/// `RANGE` with a distance: rows whose key is within it (S69).
private struct RangeEdge {
  private let window: WindowRows
  private let keys: WindowValues
  private let key: SortKey?

  init(_ window: WindowRows) throws {
    self.window = window
    key = window.ordering.first
    keys = try key.map { try window.values($0.column) } ?? .inMemory([])
  }

  func edge(_ sign: Int, _ distance: EngineValue, _ place: Int, isEnd: Bool) throws -> Int? {
    guard let key, !distance.isNull, !isNegative(distance) else { return nil }
    let peers = window.peers[place]
    // Descending keys get smaller on the way.
    let operation: BinaryOperator = (sign > 0) != key.isDescending ? .add : .subtract
    guard let own = measured(keys[place]) else { return isEnd ? peers.upperBound : peers.lowerBound }
    let target = Arithmetic.apply(operation, own, distance)
    if target.isNull { return isEnd ? peers.upperBound : peers.lowerBound }
    if isEnd {
      var end = peers.upperBound
      if sign > 0 {
        while end < window.count, !isBeyond(end, target, place) { end += 1 }
      } else {
        while end > 0, isBeyond(end - 1, target, place) { end -= 1 }
      }
      return end
    }
    var start = peers.lowerBound
    if sign < 0 {
      while start > 0, !isBefore(start - 1, target, place) { start -= 1 }
    } else {
      while start < window.count, isBefore(start, target, place) { start += 1 }
    }
    return start
  }

  private func isNegative(_ distance: EngineValue) -> Bool {
    switch distance {
    case .interval(let span): TimeSpan.compare(span, span.negated).map { $0 < 0 } ?? false
    default: distance.number.map { ExactNumber.compare($0, .integer(0)) < 0 } ?? true
    }
  }

  /// A key as a number or a point in time.
  private func measured(_ value: EngineValue) -> EngineValue? {
    switch value {
    case .number, .record(.integer): value.number.map(EngineValue.number)
    case .record(.number): value.number.map(EngineValue.number)
    case .timestamp, .zoned, .date: value.timePoint.map(EngineValue.timestamp)
    default: key?.isTime == true ? value.timePoint.map(EngineValue.timestamp) : nil
    }
  }

  /// Whether the row's key comes after the target in the window's order; rows with keys of other kinds, or none, lie
  /// before or behind all of these, as they do of the own row.
  private func isBeyond(_ place: Int, _ target: EngineValue, _ own: Int) -> Bool {
    order(place, target).map { $0 > 0 } ?? (place > own)
  }

  private func isBefore(_ place: Int, _ target: EngineValue, _ own: Int) -> Bool {
    order(place, target).map { $0 < 0 } ?? (place < own)
  }

  private func order(_ place: Int, _ target: EngineValue) -> Int? {
    guard let value = measured(keys[place]) else { return nil }
    let order: Int
    if case .timestamp(let left) = value, let right = target.timePoint {
      order = TimePoint.compare(left, right)
    } else if let left = value.number, let right = target.number {
      order = ExactNumber.compare(left, right)
    } else {
      return nil
    }
    return key?.isDescending == true ? -order : order
  }
}
