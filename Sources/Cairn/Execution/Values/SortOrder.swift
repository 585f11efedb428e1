/// The order of sorting (S26).
enum SortOrder {
  /// Negative, zero or positive; NULL is last.
  static func compare(_ lhs: EngineValue, _ rhs: EngineValue, isTime: Bool = false) -> Int {
    if case .record(.string(let left)) = lhs, case .record(.string(let right)) = rhs, !isTime {
      return ByteOrder.compare(left, right)
    }
    let (left, right) = (rank(lhs, isTime), rank(rhs, isTime))
    if left != right { return left < right ? -1 : 1 }
    switch left {
    case Rank.boolean: return number(lhs.truth) - number(rhs.truth)
    case Rank.number:
      guard let left = lhs.number, let right = rhs.number else { return 0 }
      return ExactNumber.compare(left, right)
    case Rank.time:
      guard let left = lhs.timePoint, let right = rhs.timePoint else { return 0 }
      return TimePoint.compare(left, right)
    case Rank.address:
      guard let left = lhs.networkAddress, let right = rhs.networkAddress else { return 0 }
      return NetworkAddress.compare(left, right)
    case Rank.interval:
      guard case .interval(let left) = lhs, case .interval(let right) = rhs else { return 0 }
      return TimeSpan.compare(left, right)
    case Rank.null: return 0
    default: return ByteOrder.compare(lhs.text ?? [], rhs.text ?? [])
    }
  }

  private enum Rank {
    static let boolean = 0
    static let number = 1
    static let time = 2
    static let address = 3
    static let interval = 4
    static let text = 5
    static let object = 6
    static let array = 7
    static let null = 8
  }

  private static func number(_ truth: Bool?) -> Int { truth == true ? 1 : 0 }

  private static func rank(_ value: EngineValue, _ isTime: Bool) -> Int {
    switch value {
    case .null: return Rank.null
    case .boolean, .record(.boolean): return Rank.boolean
    case .number, .record(.integer): return Rank.number
    case .record(.number): return value.number == nil ? Rank.text : Rank.number
    case .timestamp, .date: return Rank.time
    case .address: return Rank.address
    case .interval: return Rank.interval
    case .record(.json(let bytes)): return bytes.first == UInt8(ascii: "[") ? Rank.array : Rank.object
    case .array: return Rank.array
    case .noNumber, .record(.missing), .record(.null): return Rank.text
    case .text, .record(.string): return isTime && value.timePoint != nil ? Rank.time : Rank.text
    }
  }
}
