/// A value that is going to be compared many times.
struct ComparedValue {
  let value: EngineValue
  /// Of an array, row, map or object.
  private let bytes: [UInt8]?

  init(_ value: EngineValue) {
    self.value = value
    bytes = value.isComposite ? OrderedBytes(value).bytes : nil
  }

  /// The order of S26; of a time column points in time come first.
  static func compare(_ lhs: ComparedValue, _ rhs: ComparedValue, isTime: Bool) -> Int {
    if let left = lhs.bytes, let right = rhs.bytes { return ByteOrder.compare(left, right) }
    return isTime ? ValueOrder.compareTimes(lhs.value, rhs.value) : ValueOrder.compare(lhs.value, rhs.value)
  }
}
