/// How arrays, rows, maps and objects compare, typed or of a record: part by part.
enum CompositeOrder {
  /// What lies deeper is told apart by its text alone, so that a record's nesting costs no stack.
  static let nesting = 128

  /// The order of S26: of elements in turn, the shorter first where one begins with the other; of objects by
  /// their members, the keys ascending.
  static func compare(_ lhs: EngineValue, _ rhs: EngineValue) -> Int {
    if case .record(.json(let left)) = lhs, case .record(.json(let right)) = rhs, left == right { return 0 }
    return ByteOrder.compare(OrderedBytes(lhs).bytes, OrderedBytes(rhs).bytes)
  }

  /// The order of S20, in which a part that is NULL or cannot be converted makes the whole NULL where no other part
  /// decides.
  static func compareAdapting(_ lhs: EngineValue, _ rhs: EngineValue) -> Int? {
    compareAdapting(lhs, rhs, depth: nesting)
  }

  private static func compareAdapting(_ lhs: EngineValue, _ rhs: EngineValue, depth: Int) -> Int? {
    if depth == 0 { return ByteOrder.compare(lhs.text ?? [], rhs.text ?? []) }
    var isKnown = true
    if let left = lhs.orderedElements, let right = rhs.orderedElements {
      // Rows of different lengths have nothing in common.
      if lhs.isRow || rhs.isRow, left.count != right.count { return nil }
      for (left, right) in zip(left, right) {
        let order = adaptingPart(left, right, depth)
        if let order, order != 0 { return order }
        isKnown = isKnown && order != nil
      }
      if left.count != right.count { return left.count < right.count ? -1 : 1 }
      return isKnown ? 0 : nil
    }
    guard let left = lhs.sortedMembers, let right = rhs.sortedMembers else {
      return compare(lhs, rhs)
    }
    for (left, right) in zip(left, right) {
      let keys = ValueOrder.compare(left.key, right.key)
      if keys != 0 { return keys }
      let order = adaptingPart(left.value, right.value, depth)
      if let order, order != 0 { return order }
      isKnown = isKnown && order != nil
    }
    if left.count != right.count { return left.count < right.count ? -1 : 1 }
    return isKnown ? 0 : nil
  }

  private static func adaptingPart(_ lhs: EngineValue, _ rhs: EngineValue, _ depth: Int) -> Int? {
    if lhs.isComposite, rhs.isComposite { return compareAdapting(lhs, rhs, depth: depth - 1) }
    return Comparison.order(lhs, rhs)
  }

  /// Whether all parts are the same in the sense of S24, where two NULLs are; what lies too deep is not.
  static func isSame(_ lhs: EngineValue, _ rhs: EngineValue, depth: Int = nesting) -> Bool {
    if lhs.isNull || rhs.isNull { return lhs.isNull && rhs.isNull }
    guard lhs.isComposite, rhs.isComposite else { return Comparison.order(lhs, rhs) == 0 }
    guard depth > 0 else { return false }
    func areSame(_ left: [EngineValue], _ right: [EngineValue]) -> Bool {
      left.count == right.count && zip(left, right).allSatisfy { isSame($0, $1, depth: depth - 1) }
    }
    if let left = lhs.orderedElements, let right = rhs.orderedElements { return areSame(left, right) }
    guard let left = lhs.sortedMembers, let right = rhs.sortedMembers, left.count == right.count else {
      return false
    }
    return zip(left, right).allSatisfy { ValueOrder.compare($0.key, $1.key) == 0 }
      && areSame(left.map(\.value), right.map(\.value))
  }
}

extension EngineValue {
  /// Whether it is an array, row, map or object.
  var isComposite: Bool {
    switch self {
    case .array, .row, .map, .record(.json): true
    default: false
    }
  }

  fileprivate var isRow: Bool { if case .row = self { true } else { false } }

  /// The elements of an array or the values of a row; nil for anything else.
  var orderedElements: [EngineValue]? {
    if case .row(let row) = self { row.values } else { elements }
  }

  /// The members of an object or map, their keys ascending; nil for anything else.
  fileprivate var sortedMembers: [(key: EngineValue, value: EngineValue)]? {
    entries?.pairs.sorted { ValueOrder.compare($0.key, $1.key) < 0 }
  }

  /// Parts that make the value the same or not, for hashes: of objects in no order.
  func partsHash(_ hash: (EngineValue) -> UInt64) -> UInt64 {
    if let items = orderedElements {
      return items.reduce(UInt64(items.count)) { ($0 ^ hash($1)) &* 0x9E37_79B9_7F4A_7C15 }
    }
    return (entries?.pairs ?? []).reduce(1) { $0 &+ (hash($1.key) &* 31 ^ hash($1.value)) }
  }
}
