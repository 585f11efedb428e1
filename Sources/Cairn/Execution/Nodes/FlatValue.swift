import CairnStorage

/// The inputs of an expression for all rows of a batch.
struct FlatRows {
  /// By slot.
  let inputs: [Vector]
  let count: Int
  /// What all that is made on the way may take.
  let budget: FlatBudget
}

/// Bytes that texts may take which an expression makes of all rows of a batch on its way: long ones are made row by row
/// where they would take more.
final class FlatBudget {
  private var left: Int
  private(set) var isExceeded = false

  /// Where nobody says how much there is.
  static let ordinary = 16 << 20

  init(byteCount: Int) { left = byteCount }

  /// False once there is nothing left; what is computed from then on is of no use.
  func take(_ byteCount: Int) -> Bool {
    left -= byteCount
    if left < 0 { isExceeded = true }
    return !isExceeded
  }
}

/// The values of a part of an expression for all rows.
enum FlatValue {
  case constant(EngineValue)
  case texts(Vector.Texts)
  /// Points in time as seconds since 1970, NULL where a second has no text: timestamps, or the texts that spell them.
  case points([Int64], areTimestamps: Bool)
  case wholes(Vector.Numbers<Int64>)
  case doubles(Vector.Numbers<Double>)
  /// Values of any kind.
  case coded(Vector.Coded)

  init(_ vector: Vector) {
    switch vector {
    case .constant(let value): self = .constant(value)
    case .times(let times): self = .points(times.seconds, areTimestamps: false)
    case .timestamps(let times): self = .points(times.seconds, areTimestamps: true)
    case .wholes(let numbers): self = .wholes(numbers)
    case .doubles(let numbers): self = .doubles(numbers)
    case .texts(let texts): self = .texts(texts)
    case .coded(let coded): self = .coded(coded)
    case .plain(let values):
      self = .coded(
        Vector.Coded(entries: values, codes: values.indices.map { UInt32(truncatingIfNeeded: $0) }))
    }
  }

  var vector: Vector {
    switch self {
    case .constant(let value): .constant(value)
    case .texts(let texts): .texts(texts)
    case .points(let seconds, true): .timestamps(Vector.Times(seconds))
    case .points(let seconds, false): .times(Vector.Times(seconds))
    case .wholes(let numbers): .wholes(numbers)
    case .doubles(let numbers): .doubles(numbers)
    case .coded(let coded): .coded(coded)
    }
  }

  /// The same as entries and codes; equal values may have several entries.
  func coded(_ count: Int) -> Vector.Coded { vector.coded(count: count) }

  /// As texts where all values are strings of one sort or NULL.
  var asTexts: Vector.Texts? {
    switch self {
    case .texts(let texts): texts
    case .coded(let coded): Vector.coded(coded).texts(count: coded.codes.count)
    default: nil
    }
  }

  /// For each row whether it is NULL.
  func nulls(_ count: Int) -> [Bool] { vector.nulls(count: count) }

  /// The outcome of a condition on each value.
  func outcomes(_ count: Int, _ truth: (EngineValue) -> Bool?) -> Outcomes {
    if case .constant(let value) = self { return Outcomes(repeating: truth(value), count: count) }
    let coded = coded(count)
    return Outcomes(coded.mapUsed(unused: Outcomes.unknown) { Outcomes.code(truth($0)) }, codes: coded.codes)
  }

  /// A function of some values, evaluated once for each combination that occurs.
  static func applying(
    _ function: ([EngineValue]) -> EngineValue, to arguments: [FlatValue], _ count: Int,
    _ budget: FlatBudget? = nil
  ) -> FlatValue {
    func result(_ values: [EngineValue]) -> EngineValue {
      if QueryCancellation.isCurrentCancelled || budget?.isExceeded == true { return .null }
      let result = function(values)
      _ = budget?.take(result.string?.count ?? 0)
      return result
    }
    var open: [Int] = []
    var values = arguments.enumerated().map { index, argument in
      if case .constant(let value) = argument { return value }
      open.append(index)
      return EngineValue.null
    }
    guard let first = open.first else { return .constant(result(values)) }
    if open.count == 1 {
      let column = arguments[first].coded(count)
      let entries = column.mapUsed(unused: .null) { value in
        values[first] = value
        return result(values)
      }
      return .coded(Vector.Coded(entries: entries, codes: column.codes))
    }
    let columns = open.map { arguments[$0].coded(count) }
    let groups = LocalGroups(columns.map { .coded($0) }, rowCount: count)
    let entries = groups.firstRows.map { row in
      for (index, column) in zip(open, columns) {
        values[index] = column.entries[Int(column.codes[Int(row)])]
      }
      return result(values)
    }
    return .coded(Vector.Coded(entries: entries, codes: groups.numbers))
  }
}

extension Vector.Coded {
  /// A result for each entry. Those that no row uses are not asked for, where they are many: few rows may be left of a
  /// large dictionary.
  func mapUsed<Result>(unused: Result, _ map: (EngineValue) -> Result) -> [Result] {
    if entries.count * 2 < codes.count { return entries.map(map) }
    var results = [Result](repeating: unused, count: entries.count)
    var isKnown = [Bool](repeating: false, count: entries.count)
    for code in codes where !isKnown[Int(code)] {
      isKnown[Int(code)] = true
      results[Int(code)] = map(entries[Int(code)])
    }
    return results
  }
}
