import CairnStorage

/// Distinct rows of strings and canonical times, among which rows are looked for without a value made of any: where
/// neither side is a time column strings equal by their bytes, where both are times by their seconds (S20).
///
/// Filled by one thread; then read by many.
final class PlainRows: @unchecked Sendable {
  private let sides: [ComparedSides]
  private var texts: [(table: StringTable, numbers: TextNumbers)]
  private var seconds: [(values: [Int64], numbers: PairNumbers)]
  private var combinations: CombinationNumbers
  /// The numbers of each row's values, by column: 0 for NULL, else from 1.
  private var rows: [[UInt32]]
  /// By row: a bit for each column that is NULL.
  private var nulls: [UInt32] = []
  private let projections = Memo<Projection, CombinationNumbers>()

  /// Rows with some NULLs without the columns of some bits.
  private struct Projection: Hashable {
    let nulls: UInt32
    let without: UInt32
  }

  /// Rows with more columns are compared as values.
  static let columnLimit = 16

  init(_ sides: [ComparedSides]) {
    self.sides = sides
    texts = sides.map { _ in (StringTable(), TextNumbers()) }
    seconds = sides.map { _ in ([], PairNumbers()) }
    combinations = CombinationNumbers(keyCount: sides.count)
    rows = sides.map { _ in [] }
  }

  var count: Int { combinations.count }
  var byteCount: Int {
    texts.reduce(0) { $0 + $1.table.heap.count + $1.table.count * 8 + $1.numbers.byteCount }
      + seconds.reduce(0) { $0 + $1.values.count * 8 + $1.numbers.byteCount }
      + combinations.byteCount + rows.count * count * 4
  }

  /// What a column has in the way that it is compared.
  private enum Form {
    case texts(Vector.Texts)
    case times([Int64])
  }

  /// The columns of some rows in the forms that are compared here; nil where one has others.
  private func forms(_ columns: [Vector], _ rowCount: Int) -> [Form]? {
    var forms: [Form] = []
    for (column, side) in zip(columns, sides) {
      if side.valueIsTime || side.otherIsTime {
        guard case .times(let times) = column else { return nil }
        forms.append(.times(times.seconds))
      } else {
        guard let texts = column.texts(count: rowCount) else { return nil }
        forms.append(.texts(texts))
      }
    }
    return forms
  }

  /// Adds rows; false where they cannot be compared here.
  func insert(_ columns: [Vector], rowCount: Int) -> Bool {
    guard let forms = forms(columns, rowCount) else { return false }
    let numbers = forms.enumerated().map { self.numbers($0.offset, $0.element, rowCount) }
    var next = UInt32(truncatingIfNeeded: count)
    for (index, number) in combinations.numbers(numbers, count: rowCount).enumerated() where number == next {
      for column in rows.indices { rows[column].append(numbers[column][index]) }
      nulls.append(Self.nulls(numbers, index))
      next += 1
    }
    return true
  }

  private static func nulls(_ numbers: [[UInt32]], _ row: Int) -> UInt32 {
    var bits: UInt32 = 0
    for column in numbers.indices where numbers[column][row] == 0 { bits |= 1 << UInt32(column) }
    return bits
  }

  /// Whether each row is among these: unknown where one is like it in all columns that are not NULL on either side.
  /// Nil where rows cannot be compared here.
  func outcomes(_ columns: [Vector], rowCount: Int) -> Outcomes? {
    guard let forms = forms(columns, rowCount) else { return nil }
    let numbers = forms.enumerated().map { knownNumbers($0.offset, $0.element, rowCount) }
    let known = combinations.known(numbers, count: rowCount)
    var outcomes = [UInt8](repeating: Outcomes.no, count: rowCount)
    var open: [UInt32: [Int]] = [:]
    for row in 0..<rowCount {
      let own = Self.nulls(numbers, row)
      if own == 0, known[row] != .max {
        outcomes[row] = Outcomes.yes
      } else {
        open[own, default: []].append(row)
      }
    }
    let all: UInt32 = 1 << UInt32(sides.count) - 1
    let others = Set(nulls)
    for (own, open) in open {
      for other in others where own | other != 0 {
        let without = own | other
        if without == all {
          for row in open { outcomes[row] = Outcomes.unknown }
          break
        }
        let projection = projection(Projection(nulls: other, without: without))
        let parts = columnsOutside(without).map { column in open.map { numbers[column][$0] } }
        for (row, number) in zip(open, projection.known(parts, count: open.count)) where number != .max {
          outcomes[row] = Outcomes.unknown
        }
      }
    }
    return Outcomes(rows: outcomes)
  }

  private func columnsOutside(_ bits: UInt32) -> [Int] {
    sides.indices.filter { bits & 1 << UInt32($0) == 0 }
  }

  private func projection(_ key: Projection) -> CombinationNumbers {
    projections.value(key) {
      let chosen = nulls.indices.filter { nulls[$0] == key.nulls }
      let parts = columnsOutside(key.without).map { column in chosen.map { rows[column][$0] } }
      var combinations = CombinationNumbers(keyCount: parts.count)
      _ = combinations.numbers(parts, count: chosen.count)
      return combinations
    }
  }

  /// The rows as values.
  var values: [[EngineValue]] {
    (0..<count).map { row in
      rows.indices.map { column in
        let number = Int(rows[column][row])
        if number == 0 { return .null }
        return seconds[column].values.isEmpty
          ? .text(Array(texts[column].table[number - 1])) : Vector.time(seconds[column].values[number - 1])
      }
    }
  }

  /// The numbers of a column's values, which are added where they are new.
  private func numbers(_ column: Int, _ form: Form, _ rowCount: Int) -> [UInt32] {
    switch form {
    case .texts(let own):
      var known = [UInt32](repeating: .max, count: own.entryCount)
      known[Int(own.null)] = 0
      let entries = own.entries
      return withExtendedLifetime(own) {
        own.codes.map { code in
          if known[Int(code)] == .max {
            known[Int(code)] =
              1 + texts[column].numbers.number(of: entries[Int(code)], in: texts[column].table)
          }
          return known[Int(code)]
        }
      }
    case .times(let own):
      return own.map { second in
        guard EventTime.canonicalRange.contains(second) else { return 0 }
        let next = UInt32(truncatingIfNeeded: seconds[column].values.count)
        let number = seconds[column].numbers.number(of: UInt64(bitPattern: second), next: next)
        if number == next { seconds[column].values.append(second) }
        return number + 1
      }
    }
  }

  /// Those of values that there are; `UInt32.max` for others, 0 for NULL.
  private func knownNumbers(_ column: Int, _ form: Form, _ rowCount: Int) -> [UInt32] {
    switch form {
    case .texts(let own):
      let (entries, theirs, numbers) = (own.entries, TextEntries(texts[column].table), texts[column].numbers)
      func known(_ entry: Int) -> UInt32 { numbers.known(entries[entry], in: theirs).map { $0 + 1 } ?? .max }
      return withExtendedLifetime(own) {
        guard own.hasFewEntries else {
          return own.codes.map { $0 == own.null ? 0 : known(Int($0)) }
        }
        let byEntry = (0..<entries.count).map(known) + [0]
        return own.codes.map { byEntry[Int($0)] }
      }
    case .times(let own):
      // Neighbours are often equal.
      var last: (second: Int64, number: UInt32)?
      return own.map { second in
        if let last, last.second == second { return last.number }
        let isTime = EventTime.canonicalRange.contains(second)
        let found = isTime ? seconds[column].numbers.known(UInt64(bitPattern: second)) : 0
        let number = !isTime ? 0 : found == .max ? .max : found + 1
        last = (second, number)
        return number
      }
    }
  }
}
