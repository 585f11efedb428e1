import CairnSQL

/// The rows of a batch by what makes them the same as others (S63): numbers of their values, for each combination that
/// occurs once.
struct SetRows: Sendable {
  fileprivate let groups: LocalGroups
  /// Numbers of the values of each combination, by column; `UInt32.max` for what has none.
  fileprivate let numbers: [[UInt32]]

  /// - Parameter addsValues: whether values that have no number get one.
  init(_ batch: Batch, _ columns: [ColumnID], _ interners: [ValueInterner], addsValues: Bool = true) throws {
    let columns = try columns.map {
      try batch.columns[$0]?.codes(count: batch.rowCount)
        ?? .coded(Vector.constant(.null).coded(count: batch.rowCount))
    }
    let groups = LocalGroups(columns, rowCount: batch.rowCount)
    self.groups = groups
    numbers = try zip(columns, interners).map { column, interner in
      try interner.numbers(of: column, codes: column.codes(ofRows: groups.firstRows), adds: addsValues)
    }
  }
}

/// How often the right side of INTERSECT or EXCEPT has each row, and what became of those of the left side.
struct SetCounts {
  private let operation: CairnSQL.Query.SetOperator
  private let isAll: Bool
  /// By column.
  let interners: [ValueInterner]
  private var combinations: CombinationNumbers
  /// Of the right side's rows, by combination.
  private var counts: [Int] = []
  /// Whether EXCEPT has given a row.
  private var isGiven: [Bool] = []

  /// What a row takes beside its values' bytes, and a value beside its own, roughly.
  static let rowByteCount = 64
  static let valueByteCount = 72

  init(_ operation: CairnSQL.Query.SetOperator, isAll: Bool, columnCount: Int) {
    self.operation = operation
    self.isAll = isAll
    interners = (0..<columnCount).map { _ in ValueInterner() }
    combinations = CombinationNumbers(keyCount: columnCount)
  }

  /// Whether rows that the left side alone has are remembered: each of them is given once.
  var addsLeft: Bool { operation == .except && !isAll }

  var byteCount: Int {
    interners.reduce(combinations.byteCount + counts.count * MemoryLayout<Int>.stride + isGiven.count) {
      $0 + $1.byteCount
    }
  }

  mutating func add(right rows: SetRows) {
    let numbers = combinations.numbers(rows.numbers, count: rows.groups.count)
    counts.append(contentsOf: repeatElement(0, count: combinations.count - counts.count))
    for group in rows.groups.numbers { counts[Int(numbers[Int(group)])] += 1 }
  }

  /// Which rows of the left side, which come after others, are ones of the result.
  mutating func takes(left rows: SetRows) -> [UInt32] {
    let groups = rows.groups
    let numbers =
      addsLeft
      ? combinations.numbers(rows.numbers, count: groups.count)
      : combinations.known(rows.numbers, count: groups.count)
    if isAll { return takesEach(groups, numbers) }
    isGiven.append(contentsOf: repeatElement(false, count: combinations.count - isGiven.count))
    var taken: [UInt32] = []
    for (number, row) in zip(numbers, groups.firstRows) where number != .max {
      let isCommon = Int(number) < counts.count && counts[Int(number)] > 0
      if isCommon == (operation == .except) || isGiven[Int(number)] { continue }
      isGiven[Int(number)] = true
      taken.append(row)
    }
    return taken
  }

  /// The same with ALL: a row as often as its count says.
  private mutating func takesEach(_ groups: LocalGroups, _ numbers: [UInt32]) -> [UInt32] {
    var taken: [UInt32] = []
    for (row, group) in groups.numbers.enumerated() {
      let number = Int(numbers[Int(group)])
      let isCommon = number < counts.count && counts[number] > 0
      if isCommon { counts[number] -= 1 }
      if isCommon == (operation == .intersect) { taken.append(UInt32(truncatingIfNeeded: row)) }
    }
    return taken
  }
}
