import CairnSQL
import CairnStorage

/// The distinct rows that a quantified comparison compares with.
///
/// Few are compared one by one. More are put in order once (`ComparedIndex`), so that a value is not compared with
/// each of them.
struct ComparedList: Sendable {
  private let operation: ComparisonOperator
  private let isAll: Bool
  private let sides: [ComparedSides]
  private var rows: [[EngineValue]] = []
  private var known: Set<[ValueIdentity]> = []
  private var index: ComparedIndex?
  /// Bytes in memory, roughly.
  private(set) var byteCount = 0

  /// What a row costs beside its values: it is in a set, a list and an index.
  private static let rowByteCount = 256
  /// So few rows are compared one by one.
  private static let fewRowCount = 8

  init(_ operation: ComparisonOperator, isAll: Bool, _ sides: [ComparedSides]) {
    self.operation = operation
    self.isAll = isAll
    self.sides = sides
  }

  mutating func add(_ more: [[EngineValue]]) {
    for row in more where known.insert(row.map { ValueIdentity($0) }).inserted {
      rows.append(row)
      byteCount += row.reduce(Self.rowByteCount) { $0 + $1.heldByteCount }
    }
  }

  /// No rows come any more.
  mutating func end() {
    known = []
    if rows.count > Self.fewRowCount { index = ComparedIndex(rows, sides) }
  }

  func truth(_ values: [EngineValue]) -> Bool? {
    if rows.isEmpty { return isAll }
    guard let index else { return isAll ? all(values) : any(values) }
    switch (operation, isAll) {
    case (.equal, false): return index.anyEqual(values)
    case (.notEqual, true): return index.anyEqual(values).map { !$0 }
    case (.equal, true): return index.allEqual(values)
    case (.notEqual, false): return index.allEqual(values).map { !$0 }
    default: return index.ordered(values, operation, isAll: isAll)
    }
  }

  private func all(_ values: [EngineValue]) -> Bool? {
    var outcome: Bool? = true
    for row in rows {
      switch compare(values, row) {
      case false: return false
      case nil: outcome = nil
      default: continue
      }
    }
    return outcome
  }

  private func any(_ values: [EngineValue]) -> Bool? {
    var outcome: Bool? = false
    for row in rows {
      switch compare(values, row) {
      case true: return true
      case nil: outcome = nil
      default: continue
      }
    }
    return outcome
  }

  private func compare(_ values: [EngineValue], _ row: [EngineValue]) -> Bool? {
    var outcome: Bool? = true
    for (index, side) in sides.enumerated() {
      outcome = ThreeValued.and(outcome, side.order(values[index], row[index]).map(operation.holds))
    }
    return outcome
  }
}

/// Which sides of a comparison are time columns (S23).
struct ComparedSides: Sendable {
  let valueIsTime: Bool
  let otherIsTime: Bool

  func order(_ value: EngineValue, _ other: EngineValue) -> Int? {
    Comparison.order(value, other, leftIsTime: valueIsTime, rightIsTime: otherIsTime)
  }
}

extension ComparedList {
  /// `value IN (constants)`.
  init(_ constants: some Sequence<EngineValue>, valueIsTime: Bool) {
    self.init(.equal, isAll: false, [ComparedSides(valueIsTime: valueIsTime, otherIsTime: false)])
    add(constants.map { [$0] })
    end()
  }
}
