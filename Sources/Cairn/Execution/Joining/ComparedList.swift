import CairnSQL
import CairnStorage

/// The distinct rows that a quantified comparison compares with.
///
/// Few are compared one by one. More are put in order once (`ComparedIndex`), so that a value is not compared with
/// each of them. Strings that strings are looked for among are a set of texts.
struct ComparedList: Sendable {
  private let operation: ComparisonOperator
  private let isAll: Bool
  private let sides: [ComparedSides]
  /// Those that are not among the texts.
  private var rows: [[EngineValue]] = []
  private var known: Set<[ValueIdentity]> = []
  private var index: ComparedIndex?
  /// Strings, where a string equals one or is unlike all: neither side is a time column.
  private let texts: TextSet?
  /// The same of rows with several columns.
  private let plain: PlainRows?
  /// The same with the texts as rows, for values that are no strings.
  private let whole = Memo<Bool, ComparedList>()
  private var rowByteCount = 0

  /// Bytes in memory, roughly.
  var byteCount: Int { rowByteCount + (texts?.byteCount ?? 0) + (plain?.byteCount ?? 0) }

  /// What a row costs beside its values: it is in a set, a list and an index.
  private static let ownByteCount = 256
  /// So few rows are compared one by one.
  private static let fewRowCount = 8

  init(_ operation: ComparisonOperator, isAll: Bool, _ sides: [ComparedSides]) {
    self.init(operation, isAll: isAll, sides, hasTexts: true)
  }

  private init(_ operation: ComparisonOperator, isAll: Bool, _ sides: [ComparedSides], hasTexts: Bool) {
    self.operation = operation
    self.isAll = isAll
    self.sides = sides
    let isMembership = operation == .equal && !isAll || operation == .notEqual && isAll
    texts =
      hasTexts && isMembership && sides.count == 1 && !sides[0].valueIsTime && !sides[0].otherIsTime
      ? TextSet() : nil
    plain =
      hasTexts && operation == .equal && !isAll && (2...PlainRows.columnLimit).contains(sides.count)
      ? PlainRows(sides) : nil
  }

  mutating func add(_ more: [[EngineValue]]) {
    for row in more {
      if let texts, let string = row[0].string {
        string.withUnsafeBufferPointer { texts.insert($0) }
      } else if known.insert(row.map { ValueIdentity($0) }).inserted {
        rows.append(row)
        rowByteCount += row.reduce(Self.ownByteCount) { $0 + $1.heldByteCount }
      }
    }
  }

  /// The rows of some columns.
  mutating func add(_ columns: [Vector], count: Int) {
    if columns.count == 1 { return add(columns[0], count: count) }
    if plain?.insert(columns, rowCount: count) == true { return }
    add((0..<count).map { row in columns.map { $0[row] } })
  }

  /// The values of one column.
  private mutating func add(_ vector: Vector, count: Int) {
    guard let texts, case .texts(let column) = vector else {
      return add(vector.coded(count: count).used.map { [$0] })
    }
    let (entries, null) = (column.entries, column.null)
    var isKnown = [Bool](repeating: false, count: column.entryCount)
    withExtendedLifetime(column) {
      for code in column.codes where !isKnown[Int(code)] {
        isKnown[Int(code)] = true
        if code == null { add([[.null]]) } else { texts.insert(entries[Int(code)]) }
      }
    }
  }

  /// No rows come any more.
  mutating func end() {
    known = []
    if rows.count > Self.fewRowCount { index = ComparedIndex(rows, sides) }
  }

  func truth(_ values: [EngineValue]) -> Bool? {
    if rows.isEmpty, (texts?.count ?? 0) == 0, (plain?.count ?? 0) == 0 { return isAll }
    if let plain, plain.count > 0 { return whole(plain.values).truth(values) }
    guard let texts, !values[0].isNull else { return truthOfRows(values) }
    if let string = values[0].string {
      return string.withUnsafeBufferPointer { texts.contains($0) } ? !isAll : truthOfRows(values)
    }
    if texts.count == 0 { return truthOfRows(values) }
    return whole(texts.values.map { [$0] }).truth(values)
  }

  /// All rows as values.
  private func whole(_ others: @autoclosure () -> [[EngineValue]]) -> ComparedList {
    whole.value(true) {
      var list = ComparedList(operation, isAll: isAll, sides, hasTexts: false)
      list.add(rows + others())
      list.end()
      return list
    }
  }

  /// The outcomes for all rows of some columns; nil where these are compared as values.
  func outcomes(_ columns: [Vector], rowCount: Int) -> Outcomes? {
    rows.isEmpty ? plain?.outcomes(columns, rowCount: rowCount) : nil
  }

  /// The outcomes for texts of all rows; nil where these are compared as values.
  func outcomes(_ column: Vector.Texts) -> Outcomes? {
    guard let texts, texts.count > 0 else { return nil }
    // Other rows than texts are mostly NULL alone, if there are any.
    let isDecided = rows.allSatisfy { $0[0].isNull }
    let otherwise = rows.isEmpty ? isAll : nil
    return Outcomes(column) { text in
      if texts.contains(text) { return !isAll }
      return isDecided ? otherwise : truthOfRows([.text(Array(text))])
    }
  }

  private func truthOfRows(_ values: [EngineValue]) -> Bool? {
    if rows.isEmpty { return values[0].isNull ? nil : isAll }
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
