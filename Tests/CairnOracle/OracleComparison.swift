import CairnSQL

/// How two values compare (S20, S23).
enum OracleComparison {
  /// A value and whether a time column stands there.
  struct Side {
    let value: OracleValue
    let isTimeColumn: Bool
  }

  static func compare(_ lhs: Side, _ operation: ComparisonOperator, _ rhs: Side) -> Bool? {
    guard let order = order(lhs, rhs) else { return nil }
    switch operation {
    case .equal: return order == 0
    case .notEqual: return order != 0
    case .less: return order < 0
    case .lessOrEqual: return order <= 0
    case .greater: return order > 0
    case .greaterOrEqual: return order >= 0
    }
  }

  /// -1, 0 or 1; nil where the result is NULL. The lines of S20's table, in order.
  static func order(_ lhs: Side, _ rhs: Side) -> Int? {
    let (left, right) = (lhs.value, rhs.value)
    if left.isNull || right.isNull { return nil }
    if left.isTime || right.isTime { return instants(left, right) }
    if left.isAddress || right.isAddress {
      guard let a = left.address, let b = right.address else { return nil }
      return bytes(a, b)
    }
    if left.isInterval || right.isInterval { return intervals(left, right) }
    if left.isTypedNumber || right.isTypedNumber { return numbers(left, right) }
    if left.isTypedBoolean || right.isTypedBoolean {
      guard let a = left.truth, let b = right.truth else { return nil }
      return a == b ? 0 : b ? -1 : 1
    }
    if lhs.isTimeColumn && right.spellsTime || rhs.isTimeColumn && left.spellsTime {
      return instants(left, right)
    }
    if case .number? = left.json, case .number? = right.json { return numbers(left, right) }
    if left.isList, right.isList { return lists(left, right) }
    if left.entries != nil, right.entries != nil { return objects(left, right) }
    if left.isList || left.entries != nil, right.isList || right.entries != nil {
      return OracleOrdering.compare(left, right)
    }
    guard let a = left.text, let b = right.text else { return nil }
    return bytes(a, b)
  }

  static func bytes(_ lhs: [UInt8], _ rhs: [UInt8]) -> Int {
    lhs == rhs ? 0 : lhs.lexicographicallyPrecedes(rhs) ? -1 : 1
  }

  /// Part by part: the first pair that is not equal decides, then the number of parts (rows must have as many),
  /// then a pair that is NULL.
  private static func lists(_ lhs: OracleValue, _ rhs: OracleValue) -> Int? {
    let (a, b) = (lhs.inner, rhs.inner)
    if lhs.unnamedFields != nil || rhs.unnamedFields != nil, a.count != b.count { return nil }
    let orders = zip(a, b).map(plain)
    if let first = orders.compactMap({ $0 }).first(where: { $0 != 0 }) { return first }
    if a.count != b.count { return a.count < b.count ? -1 : 1 }
    return orders.contains(nil) ? nil : 0
  }

  /// Whether all parts are the same, where two NULLs are (S24).
  static func isSame(_ lhs: OracleValue, _ rhs: OracleValue) -> Bool {
    if lhs.isNull || rhs.isNull { return lhs.isNull && rhs.isNull }
    func all(_ left: [OracleValue], _ right: [OracleValue]) -> Bool {
      left.count == right.count && zip(left, right).allSatisfy(isSame)
    }
    if lhs.isList, rhs.isList { return all(lhs.inner, rhs.inner) }
    guard let a = lhs.entries, let b = rhs.entries else { return plain(lhs, rhs) == 0 }
    let sorted = [a, b].map { $0.sorted { OracleOrdering.compare($0.key, $1.key) < 0 } }
    return all(sorted[0].map(\.value), sorted[1].map(\.value))
      && zip(sorted[0], sorted[1]).allSatisfy { OracleOrdering.compare($0.key, $1.key) == 0 }
  }

  private static func plain(_ lhs: OracleValue, _ rhs: OracleValue) -> Int? {
    order(Side(value: lhs, isTimeColumn: false), Side(value: rhs, isTimeColumn: false))
  }

  /// The members in the order of their keys; keys by S26, values by S20.
  private static func objects(_ lhs: OracleValue, _ rhs: OracleValue) -> Int? {
    func sorted(_ value: OracleValue) -> [OracleEntry] {
      (value.entries ?? []).sorted { OracleOrdering.compare($0.key, $1.key) < 0 }
    }
    let (a, b) = (sorted(lhs), sorted(rhs))
    var hasNull = false
    for (x, y) in zip(a, b) {
      let keys = OracleOrdering.compare(x.key, y.key)
      if keys != 0 { return keys }
      switch plain(x.value, y.value) {
      case nil: hasNull = true
      case 0?: continue
      case let order?: return order
      }
    }
    if a.count != b.count { return a.count < b.count ? -1 : 1 }
    return hasNull ? nil : 0
  }

  private static func numbers(_ lhs: OracleValue, _ rhs: OracleValue) -> Int? {
    guard let a = lhs.decimal, let b = rhs.decimal else { return nil }
    return OracleDecimal.compare(a, b)
  }

  private static func instants(_ lhs: OracleValue, _ rhs: OracleValue) -> Int? {
    guard let a = lhs.instant, let b = rhs.instant else { return nil }
    return OracleInstant.compare(a, b)
  }

  static func intervals(_ lhs: OracleValue, _ rhs: OracleValue) -> Int? {
    switch (lhs, rhs) {
    case (.monthInterval(let a), .monthInterval(let b)): a < b ? -1 : a == b ? 0 : 1
    case (.dayInterval(let a, let x), .dayInterval(let b, let y)):
      OracleInstant.compare(
        OracleInstant(seconds: a, nanoseconds: x), OracleInstant(seconds: b, nanoseconds: y))
    default: nil
    }
  }
}

extension OracleValue {
  /// Whether it has parts.
  var isComposite: Bool { isList || entries != nil }

  /// Whether it is an array or a row.
  var isList: Bool { unnamedFields != nil || elements != nil }

  /// The elements of an array, the values of a row.
  var inner: [OracleValue] { unnamedFields ?? elements ?? [] }

  fileprivate var isTime: Bool {
    switch self {
    case .timestamp, .zoned, .date: true
    default: false
    }
  }

  fileprivate var isAddress: Bool { if case .address = self { true } else { false } }

  fileprivate var isTypedNumber: Bool {
    switch self {
    case .number, .exact, .double, .real: true
    default: false
    }
  }

  fileprivate var isTypedBoolean: Bool { if case .boolean = self { true } else { false } }

  fileprivate var spellsTime: Bool { text.flatMap(OracleTimeText.instant) != nil }
}

/// The order of sorting (S26).
public enum OracleOrdering {
  /// -1, 0 or 1 for ascending order, NULL last.
  public static func compare(_ lhs: OracleValue, _ rhs: OracleValue) -> Int {
    let ranks = (rank(lhs), rank(rhs))
    if ranks.0 != ranks.1 { return ranks.0 < ranks.1 ? -1 : 1 }
    if let a = lhs.truth, let b = rhs.truth, ranks.0 == 0 { return a == b ? 0 : b ? -1 : 1 }
    if ranks.0 == 1, let a = lhs.decimal, let b = rhs.decimal { return OracleDecimal.compare(a, b) }
    if ranks.0 == 2 || ranks.0 == 3 { return OracleComparison.intervals(lhs, rhs) ?? 0 }
    if ranks.0 == 4, let a = lhs.instant, let b = rhs.instant { return OracleInstant.compare(a, b) }
    if ranks.0 == 5, let a = lhs.address, let b = rhs.address { return OracleComparison.bytes(a, b) }
    if ranks.0 == 7 { return objects(lhs, rhs) }
    if ranks.0 == 8 { return lists(lhs.inner, rhs.inner) }
    return OracleComparison.bytes(lhs.text ?? [], rhs.text ?? [])
  }

  /// Element by element.
  private static func lists(_ lhs: [OracleValue], _ rhs: [OracleValue]) -> Int {
    let first = zip(lhs, rhs).map { compare($0, $1) }.first { $0 != 0 }
    return first ?? (lhs.count == rhs.count ? 0 : lhs.count < rhs.count ? -1 : 1)
  }

  /// As lists of the keys, ascending, each followed by its value.
  private static func objects(_ lhs: OracleValue, _ rhs: OracleValue) -> Int {
    func list(_ value: OracleValue) -> [OracleValue] {
      (value.entries ?? []).sorted { compare($0.key, $1.key) < 0 }.flatMap { [$0.key, $0.value] }
    }
    return lists(list(lhs), list(rhs))
  }

  /// The order of a time column's values: points in time, then the rest as text, then NULL.
  public static func compareTimeColumn(_ lhs: OracleValue, _ rhs: OracleValue) -> Int {
    switch (lhs.instant, rhs.instant) {
    case (let a?, let b?): OracleInstant.compare(a, b)
    case (_?, nil): -1
    case (nil, _?): 1
    case (nil, nil): compare(lhs, rhs)
    }
  }

  static func isNumber(_ value: OracleValue) -> Bool { rank(value) == 1 }

  static func isBoolean(_ value: OracleValue) -> Bool { rank(value) == 0 }

  /// Booleans, numbers, intervals, times, addresses, texts, objects, arrays, NULL (S26, S70).
  private static func rank(_ value: OracleValue) -> Int {
    switch value {
    case .boolean: return 0
    case .number, .exact, .double, .real: return 1
    case .monthInterval: return 2
    case .dayInterval: return 3
    case .timestamp, .zoned, .date: return 4
    case .address: return 5
    case .text: return 6
    case .map: return 7
    case .row, .array: return 8
    case .null: return 9
    case .record(let record):
      switch record.json {
      case .boolean: return 0
      // A number that cannot be compared (S14) sorts as the text that it has.
      case .number: return value.decimal == nil ? 6 : 1
      case .string: return 6
      case .object: return 7
      default: return 8
      }
    }
  }
}
