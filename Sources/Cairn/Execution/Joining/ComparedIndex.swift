import CairnSQL
import CairnStorage

/// Rows to compare with, by what decides whether and how they compare.
///
/// Whether a comparison is NULL, and by which order it is made, depends on the value and on a few properties of the
/// row's value only (S20): its kind, and whether its text spells a number, a time, an address, a truth. Rows that
/// share these are a class, of which any member tells whether comparisons with it are NULL. Inside a class equal
/// rows are found by their hash, and the least and greatest row of each order decide `<` and its kin.
final class ComparedIndex: @unchecked Sendable {
  private struct Class {
    var rows: [Int] = []
    /// Rows by the hash of the columns whose comparison is not NULL; made when first asked for.
    var byHash: [UInt64: [UInt64: [Int]]] = [:]
    /// The least and greatest rows by each order; for one column only.
    var extremes: [Int]?
  }

  private let rows: [[EngineValue]]
  private let sides: [ComparedSides]
  private let lock = Lock()
  private var classes: [Class] = []
  /// Rows that are compared one by one: arrays, objects and rows in them compare part by part.
  private var others: [Int] = []

  init(_ rows: [[EngineValue]], _ sides: [ComparedSides]) {
    self.rows = rows
    self.sides = sides
    var numbers: [[ComparisonClass]: Int] = [:]
    for (index, row) in rows.enumerated() {
      let key = row.map { ComparisonClass($0) }
      if key.contains(where: { $0.kind == .composite }) {
        others.append(index)
        continue
      }
      let number = numbers[key] ?? classes.count
      if number == classes.count {
        numbers[key] = number
        classes.append(Class())
      }
      classes[number].rows.append(index)
    }
  }

  /// `values = ANY (rows)`.
  func anyEqual(_ values: [EngineValue]) -> Bool? {
    var outcome: Bool? = false
    for index in others {
      switch isEqual(values, rows[index]) {
      case true: return true
      case nil: outcome = nil
      default: continue
      }
    }
    for number in classes.indices {
      let mask = unknown(values, number)
      if equalCount(values, number, mask, isOneEnough: true) > 0 {
        if mask == 0 { return true }
        outcome = nil
      }
    }
    return outcome
  }

  /// `value = ALL (rows)`, of one column.
  func allEqual(_ values: [EngineValue]) -> Bool? {
    var outcome: Bool? = true
    for index in others {
      switch isEqual(values, rows[index]) {
      case false: return false
      case nil: outcome = nil
      default: continue
      }
    }
    for number in classes.indices {
      if unknown(values, number) != 0 {
        outcome = nil
      } else if equalCount(values, number, 0, isOneEnough: false) < classes[number].rows.count {
        return false
      }
    }
    return outcome
  }

  /// `value < ANY (rows)` and the like, of one column.
  func ordered(_ values: [EngineValue], _ operation: ComparisonOperator, isAll: Bool) -> Bool? {
    var outcome: Bool? = isAll
    func decides(_ index: Int) -> Bool {
      guard let order = sides[0].order(values[0], rows[index][0]) else {
        outcome = nil
        return false
      }
      return operation.holds(order) != isAll
    }
    for index in others where decides(index) { return !isAll }
    for number in classes.indices {
      for index in extremes(number) where decides(index) { return !isAll }
    }
    return outcome
  }

  private func isEqual(_ values: [EngineValue], _ row: [EngineValue]) -> Bool? {
    var outcome: Bool? = true
    for (index, side) in sides.enumerated() {
      outcome = ThreeValued.and(outcome, side.order(values[index], row[index]).map { $0 == 0 })
    }
    return outcome
  }

  /// The columns, a bit each, whose comparison with a class is NULL.
  private func unknown(_ values: [EngineValue], _ number: Int) -> UInt64 {
    let row = rows[classes[number].rows[0]]
    var mask: UInt64 = 0
    for (column, side) in sides.enumerated() where side.order(values[column], row[column]) == nil {
      mask |= Self.bit(column)
    }
    return mask
  }

  /// Columns from the 64th on share a bit: that asks about fewer columns by hash, and compares them all.
  private static func bit(_ column: Int) -> UInt64 { 1 << UInt64(min(column, 63)) }

  /// The rows of a class that are equal in the columns whose comparison is not NULL.
  private func equalCount(
    _ values: [EngineValue], _ number: Int, _ mask: UInt64, isOneEnough: Bool
  ) -> Int {
    guard let hash = hash(values, mask) else { return 0 }
    let candidates = lock.withLock {
      if classes[number].byHash[mask] == nil {
        var table: [UInt64: [Int]] = [:]
        for index in classes[number].rows {
          if let hash = self.hash(rows[index], mask) { table[hash, default: []].append(index) }
        }
        classes[number].byHash[mask] = table
      }
      return classes[number].byHash[mask]?[hash] ?? []
    }
    var count = 0
    for index in candidates where isEqual(values, rows[index]) != false {
      count += 1
      if isOneEnough { break }
    }
    return count
  }

  /// The same for all rows that are equal in the columns outside the mask; nil for what equals nothing.
  private func hash(_ row: [EngineValue], _ mask: UInt64) -> UInt64? {
    var hash: UInt64 = 0
    for (column, value) in row.enumerated() where mask & Self.bit(column) == 0 {
      guard let part = value.joinHash else { return nil }
      hash = (hash ^ part) &* 0x9E37_79B9_7F4A_7C15
    }
    return hash
  }

  private func extremes(_ number: Int) -> [Int] {
    lock.withLock {
      if let known = classes[number].extremes { return known }
      let found = Set(
        ComparisonClass.orders.flatMap { order -> [Int] in
          let members = classes[number].rows
          var (least, greatest) = (members[0], members[0])
          for index in members.dropFirst() {
            if let found = order(rows[index][0], rows[least][0]), found < 0 { least = index }
            if let found = order(rows[index][0], rows[greatest][0]), found > 0 { greatest = index }
          }
          return [least, greatest]
        })
      classes[number].extremes = found.sorted()
      return found.sorted()
    }
  }
}

/// What comparing with a value depends on beside the value itself.
struct ComparisonClass: Hashable {
  enum Kind: Hashable {
    case null, number, time, address, months, nanoseconds, composite, boolean, recordNumber, other
  }

  let kind: Kind
  let spellsNumber: Bool
  let spellsTime: Bool
  let spellsAddress: Bool
  let isTruth: Bool

  init(_ value: EngineValue) {
    kind =
      switch value {
      case .null, .record(.missing), .record(.null): .null
      case .number: .number
      case .timestamp, .zoned, .date: .time
      case .address: .address
      case .interval(.months): .months
      case .interval: .nanoseconds
      case .row, .array, .map, .record(.json): .composite
      case .boolean: .boolean
      case .record(let field) where field.isNumber: .recordNumber
      case .text, .record: .other
      }
    spellsNumber = value.number != nil
    spellsTime = value.timePoint != nil
    spellsAddress = value.networkAddress != nil
    isTruth = value.truth != nil
  }

  /// The orders by which two values may compare (`Comparison.order`); nil where they do not compare by it.
  static let orders: [@Sendable (EngineValue, EngineValue) -> Int?] = [
    { lhs, rhs in
      guard let left = lhs.text, let right = rhs.text else { return nil }
      return ByteOrder.compare(left, right)
    },
    { lhs, rhs in
      guard let left = lhs.number, let right = rhs.number else { return nil }
      return ExactNumber.compare(left, right)
    },
    { lhs, rhs in
      guard let left = lhs.timePoint, let right = rhs.timePoint else { return nil }
      return TimePoint.compare(left, right)
    },
    { lhs, rhs in
      guard let left = lhs.networkAddress, let right = rhs.networkAddress else { return nil }
      return NetworkAddress.compare(left, right)
    },
    { lhs, rhs in
      guard case .interval(let left) = lhs, case .interval(let right) = rhs else { return nil }
      return TimeSpan.compare(left, right)
    },
    { lhs, rhs in
      guard let left = lhs.truth, let right = rhs.truth else { return nil }
      return left == right ? 0 : left ? 1 : -1
    },
  ]
}
