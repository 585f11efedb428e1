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
  /// The numbers of each row's values, by column.
  private var rows: [[UInt32]]

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

  /// Adds rows; gives those with a NULL, and all where they cannot be compared here.
  func insert(_ columns: [Vector], rowCount: Int) -> [Int] {
    guard let forms = forms(columns, rowCount) else { return Array(0..<rowCount) }
    let isNull = nulls(forms, rowCount)
    let wanted = (0..<rowCount).filter { !isNull[$0] }
    var numbers: [[UInt32]] = []
    for (column, form) in forms.enumerated() { numbers.append(self.numbers(column, form, wanted)) }
    let known = UInt32(truncatingIfNeeded: count)
    var next = known
    for (index, number) in combinations.numbers(numbers, count: wanted.count).enumerated()
    where number == next {
      for column in rows.indices { rows[column].append(numbers[column][index]) }
      next += 1
    }
    return (0..<rowCount).filter { isNull[$0] }
  }

  /// Whether each row is among these; nil for rows with a NULL, and nil in all where they cannot be compared here.
  func contains(_ columns: [Vector], rowCount: Int) -> [Bool?]? {
    guard let forms = forms(columns, rowCount) else { return nil }
    let isNull = nulls(forms, rowCount)
    let numbers = forms.enumerated().map { knownNumbers($0.offset, $0.element, rowCount) }
    let known = combinations.known(numbers, count: rowCount)
    return known.indices.map { isNull[$0] ? nil : known[$0] != .max }
  }

  /// The rows as values.
  var values: [[EngineValue]] {
    (0..<count).map { row in
      rows.indices.map { column in
        let number = Int(rows[column][row])
        return seconds[column].values.isEmpty
          ? .text(Array(texts[column].table[number])) : Vector.time(seconds[column].values[number])
      }
    }
  }

  private func nulls(_ forms: [Form], _ rowCount: Int) -> [Bool] {
    var isNull = [Bool](repeating: false, count: rowCount)
    for form in forms {
      switch form {
      case .texts(let texts):
        for row in 0..<rowCount where texts.codes[row] == texts.null { isNull[row] = true }
      case .times(let seconds):
        for row in 0..<rowCount where !EventTime.canonicalRange.contains(seconds[row]) { isNull[row] = true }
      }
    }
    return isNull
  }

  /// The numbers of a column's values, which are added where they are new.
  private func numbers(_ column: Int, _ form: Form, _ wanted: [Int]) -> [UInt32] {
    switch form {
    case .texts(let own):
      var known = [UInt32](repeating: .max, count: own.entryCount)
      let entries = own.entries
      return withExtendedLifetime(own) {
        wanted.map { row in
          let code = Int(own.codes[row])
          if known[code] == .max {
            known[code] = texts[column].numbers.number(of: entries[code], in: texts[column].table)
          }
          return known[code]
        }
      }
    case .times(let own):
      return wanted.map { row in
        let next = UInt32(truncatingIfNeeded: seconds[column].values.count)
        let number = seconds[column].numbers.number(of: UInt64(bitPattern: own[row]), next: next)
        if number == next { seconds[column].values.append(own[row]) }
        return number
      }
    }
  }

  /// Those of values that there are; `UInt32.max` for others.
  private func knownNumbers(_ column: Int, _ form: Form, _ rowCount: Int) -> [UInt32] {
    switch form {
    case .texts(let own):
      let (entries, theirs, numbers) = (own.entries, TextEntries(texts[column].table), texts[column].numbers)
      return withExtendedLifetime(own) {
        guard own.hasFewEntries else {
          return own.codes.map {
            $0 == own.null ? .max : numbers.known(entries[Int($0)], in: theirs) ?? .max
          }
        }
        let known = (0..<entries.count).map { numbers.known(entries[$0], in: theirs) ?? .max } + [UInt32.max]
        return own.codes.map { known[Int($0)] }
      }
    case .times(let own):
      // Neighbours are often equal.
      var last: (second: Int64, number: UInt32)?
      return own.map { second in
        if let last, last.second == second { return last.number }
        let number = seconds[column].numbers.known(UInt64(bitPattern: second))
        last = (second, number)
        return number
      }
    }
  }
}
