import CairnStorage

/// An expression over the elements of records' arrays (S40, S83): evaluated for the elements of many rows at once where
/// storage has these as columns, and else for each row's array.
struct ElementForm: Sendable {
  /// What becomes of the values of a row's elements.
  enum Result: Sendable, Hashable {
    /// The outcome where the body decides for an element; else NULL if it was NULL for one, else the opposite.
    case match(decidedBy: Bool, outcome: Bool, withoutArray: Bool?)
    /// How many the body holds for.
    case count
    /// The array of them.
    case list
  }

  /// The expression as people write it.
  let text: String
  /// The array, as a path of the record.
  let array: BoundPath
  let result: Result
  /// The expression over records, of whose paths it reads nothing else.
  let whole: BoundExpression
  /// What is evaluated for an element, over members of it and paths of its record.
  let body: BoundExpression
  /// For each column of the body the path of the record that it is; nil for members of the element.
  let bodyPaths: [BoundPath?]
  /// The same for expressions that mean the same.
  let key: String

  /// Of its values.
  var type: ResultType {
    switch result {
    case .match: .boolean
    case .count: .whole
    case .list: .text
    }
  }
}

extension ElementForm: Hashable {
  static func == (lhs: ElementForm, rhs: ElementForm) -> Bool { lhs.key == rhs.key }
  func hash(into hasher: inout Hasher) { hasher.combine(key) }
}

extension ElementForm {
  /// Elements whose values are held together, about.
  private static let partSize = 1 << 16

  /// The value for each row.
  func vector(_ rows: ScanRows) throws -> Vector {
    let options = rows.segment.options
    let cancellation = options.cancellation
    guard options.mode.usesPruning, let arrays = try rows.elements(array) else {
      let paths = try whole.paths.map { try rows.vector(.path($0)) }
      return try whole.vector(paths, rowCount: rows.rows.count, cancellation)
    }
    var values = ElementValues(result, arrays.counts, arrays.isArray)
    let outer = try bodyPaths.map { try $0.map { try rows.vector(.path($0)) } }
    var owners: [UInt32] = []
    if outer.contains(where: { $0 != nil }) {
      for (row, count) in arrays.counts.enumerated() {
        owners += repeatElement(UInt32(truncatingIfNeeded: row), count: Int(count))
      }
    }
    let count = arrays.rows.rows.count
    for start in stride(from: 0, to: count, by: Self.partSize) {
      let range = start..<min(start + Self.partSize, count)
      let part = range.count == count ? arrays.rows : arrays.rows.subset(.run(range))
      let inputs = try zip(outer, body.members).map { outer, names in
        try outer?.gathered(Array(owners[range])) ?? part.vector(.path(BoundPath(names: names)))
      }
      if result == .list {
        values.append(try body.vector(inputs, rowCount: range.count, cancellation), count: range.count)
      } else {
        values.append(try body.outcomes(inputs, rowCount: range.count, cancellation))
      }
    }
    return values.vector
  }
}

/// What the elements of rows come to, put together in the order of the elements.
private struct ElementValues {
  private let result: ElementForm.Result
  private let counts: [UInt32]
  private let isArray: [Bool]
  private var outcomes: [UInt8] = []
  private var items: [EngineValue] = []

  init(_ result: ElementForm.Result, _ counts: [UInt32], _ isArray: [Bool]) {
    (self.result, self.counts, self.isArray) = (result, counts, isArray)
  }

  mutating func append(_ part: Outcomes) { outcomes += part.rows }

  mutating func append(_ part: Vector, count: Int) {
    for row in 0..<count { items.append(part[row]) }
  }

  var vector: Vector {
    switch result {
    case .match(let truth, let outcome, let withoutArray):
      .coded(matches(decidedBy: truth, outcome: outcome, Outcomes.code(withoutArray)).vector)
    case .count: .wholes(Vector.Numbers(yesCounts, isNull: isArray.map { !$0 }))
    case .list: .plain(lists)
    }
  }

  /// The greatest outcome decides where it is TRUE, the least where it is FALSE.
  private func matches(decidedBy truth: Bool, outcome: Bool, _ withoutArray: UInt8) -> Outcomes {
    var place = 0
    var rows = [UInt8](repeating: withoutArray, count: counts.count)
    outcomes.withUnsafeBufferPointer { outcomes in
      for (row, count) in counts.enumerated() where isArray[row] {
        var found = truth ? Outcomes.no : Outcomes.yes
        for index in place..<place + Int(count) {
          found = truth ? max(found, outcomes[index]) : min(found, outcomes[index])
        }
        place += Int(count)
        rows[row] = truth == outcome ? found : Outcomes.yes - found
      }
    }
    return Outcomes(rows: rows)
  }

  private var yesCounts: [Int64] {
    var place = 0
    return counts.map { count in
      let range = place..<place + Int(count)
      place = range.upperBound
      return outcomes[range].reduce(0) { $0 + ($1 == Outcomes.yes ? 1 : 0) }
    }
  }

  private var lists: [EngineValue] {
    var place = 0
    return zip(counts, isArray).map { count, isArray in
      let range = place..<place + Int(count)
      place = range.upperBound
      return isArray ? EngineValue.limited(items[range]) { $0 }.map(EngineValue.array) ?? .null : .null
    }
  }
}
