/// The order of values for sorting, `min` and `max` (S26): record values and typed ones alike. NULL comes last.
package enum ValueOrder {
  /// Negative, zero or positive.
  package static func compare(_ lhs: EngineValue, _ rhs: EngineValue) -> Int {
    // The commonest pairs first.
    if let left = lhs.string, let right = rhs.string { return ByteOrder.compare(left, right) }
    if let left = lhs.sortedNumber, let right = rhs.sortedNumber { return ExactNumber.compare(left, right) }
    let ranks = (rank(lhs), rank(rhs))
    if ranks.0 != ranks.1 { return ranks.0 < ranks.1 ? -1 : 1 }
    switch ranks.0 {
    case .boolean:
      let (left, right) = (lhs.truth == true, rhs.truth == true)
      return left == right ? 0 : left ? 1 : -1
    case .interval:
      guard case .interval(let left) = lhs, case .interval(let right) = rhs else { return 0 }
      return TimeSpan.order(left, right)
    case .time:
      guard let left = lhs.timePoint, let right = rhs.timePoint else { return 0 }
      return TimePoint.compare(left, right)
    case .address:
      guard let left = lhs.networkAddress, let right = rhs.networkAddress else { return 0 }
      return NetworkAddress.compare(left, right)
    case .number:
      guard let left = lhs.number, let right = rhs.number else { return 0 }
      return ExactNumber.compare(left, right)
    case .null: return 0
    case .text: return ByteOrder.compare(lhs.text ?? [], rhs.text ?? [])
    case .object, .array: return CompositeOrder.compare(lhs, rhs)
    }
  }

  /// In that order, stable.
  static func sorted(_ items: [EngineValue]) -> [EngineValue] {
    // Texts by their first bytes, so that few of them are looked at again.
    var keys: [(prefix: UInt64, place: Int)] = []
    keys.reserveCapacity(items.count)
    for (place, item) in items.enumerated() {
      guard let text = item.string else { return items.sorted { compare($0, $1) < 0 } }
      let prefix = (0..<8).reduce(UInt64(0)) { $0 << 8 | ($1 < text.count ? UInt64(text[$1]) : 0) }
      keys.append((prefix, place))
    }
    keys.sort { lhs, rhs in
      if lhs.prefix != rhs.prefix { return lhs.prefix < rhs.prefix }
      let order = compare(items[lhs.place], items[rhs.place])
      return order == 0 ? lhs.place < rhs.place : order < 0
    }
    return keys.map { items[$0.place] }
  }

  /// The order, and of values that it does not tell apart that of their texts.
  static func compareAndText(_ lhs: EngineValue, _ rhs: EngineValue) -> Int {
    let order = compare(lhs, rhs)
    if order != 0 || lhs.string != nil { return order }
    return ByteOrder.compare(lhs.text ?? [], rhs.text ?? [])
  }

  /// The order where the values are those of a time column: points in time first, then other text.
  package static func compareTimes(_ lhs: EngineValue, _ rhs: EngineValue) -> Int {
    switch (lhs.timePoint, rhs.timePoint) {
    case (let left?, let right?): TimePoint.compare(left, right)
    case (nil, nil): compare(lhs, rhs)
    case (_?, nil): -1
    case (nil, _?): 1
    }
  }

  enum Rank: Int, Comparable {
    case boolean, number, interval, time, address, text, object, array, null

    static func < (lhs: Rank, rhs: Rank) -> Bool { lhs.rawValue < rhs.rawValue }
  }

  private static func rank(_ value: EngineValue) -> Rank {
    switch value {
    case .null, .record(.missing), .record(.null): .null
    case .boolean, .record(.boolean): .boolean
    case .number, .record(.integer): .number
    case .record(.number): value.number == nil ? .text : .number
    case .interval: .interval
    case .timestamp, .zoned, .date: .time
    case .address: .address
    case .text, .record(.string): .text
    case .map: .object
    case .array, .row: .array
    case .record(.json(let bytes)): bytes.first == UInt8(ascii: "{") ? .object : .array
    }
  }
}

extension EngineValue {
  /// The number that sorts among numbers; text that spells one does not.
  fileprivate var sortedNumber: ExactNumber? {
    switch self {
    case .number(let number): number
    case .record(.integer(let value)): .integer(value)
    default: nil
    }
  }
}

extension TimeSpan {
  /// Months before nanoseconds, each by length.
  fileprivate static func order(_ lhs: TimeSpan, _ rhs: TimeSpan) -> Int {
    if let order = compare(lhs, rhs) { return order }
    if case .months = lhs { return -1 }
    return 1
  }
}
