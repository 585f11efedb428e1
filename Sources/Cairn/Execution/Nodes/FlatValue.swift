import CairnStorage

/// The inputs of an expression for all rows of a batch.
struct FlatRows {
  /// By slot.
  let inputs: [Vector]
  let count: Int
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
    case .wholes(let numbers): self = .wholes(numbers)
    case .doubles(let numbers): self = .doubles(numbers)
    case .texts(let texts): self = .texts(texts)
    case .coded(let coded): self = .coded(coded)
    case .plain(let values):
      self = .coded(
        Vector.Coded(entries: values, codes: values.indices.map { UInt32(truncatingIfNeeded: $0) }))
    }
  }

  /// Nil for points, which are found once a step of time.
  var vector: Vector? {
    switch self {
    case .constant(let value): .constant(value)
    case .texts(let texts): .texts(texts)
    case .points: nil
    case .wholes(let numbers): .wholes(numbers)
    case .doubles(let numbers): .doubles(numbers)
    case .coded(let coded): .coded(coded)
    }
  }

  /// The same as entries and codes; equal values may have several entries.
  func coded(_ count: Int) -> Vector.Coded {
    guard case .points(let seconds, true) = self else {
      return (vector ?? points.map { .times(Vector.Times($0)) } ?? .constant(.null)).coded(count: count)
    }
    let (steps, codes) = Vector.Times(seconds).steps(of: 1)
    return Vector.Coded(
      entries: steps.map { TimePoint(seconds: $0).map(EngineValue.timestamp) ?? .null }, codes: codes)
  }

  private var points: [Int64]? { if case .points(let seconds, _) = self { seconds } else { nil } }

  /// As texts where all values are strings of one sort or NULL.
  var asTexts: Vector.Texts? {
    switch self {
    case .texts(let texts): texts
    case .coded(let coded): Vector.coded(coded).texts(count: coded.codes.count)
    default: nil
    }
  }

  /// For each row whether it is NULL.
  func nulls(_ count: Int) -> [Bool] {
    if case .points(let seconds, _) = self { return seconds.map { !FlatKernel.isTime($0) } }
    return vector?.nulls(count: count) ?? []
  }

  /// The outcome of a condition on each value.
  func outcomes(_ count: Int, _ truth: (EngineValue) -> Bool?) -> Outcomes {
    if case .constant(let value) = self { return Outcomes(repeating: truth(value), count: count) }
    let coded = coded(count)
    return Outcomes(coded.mapUsed { Outcomes.code(truth($0)) }, codes: coded.codes)
  }

  /// A function of some values, evaluated once for each combination that occurs.
  static func applying(
    _ function: ([EngineValue]) -> EngineValue, to arguments: [FlatValue], _ count: Int
  ) -> FlatValue {
    var open: [Int] = []
    var values = arguments.enumerated().map { index, argument in
      if case .constant(let value) = argument { return value }
      open.append(index)
      return EngineValue.null
    }
    guard let first = open.first else { return .constant(function(values)) }
    if open.count == 1 {
      let column = arguments[first].coded(count)
      let entries = column.mapUsed { value in
        values[first] = value
        return QueryCancellation.isCurrentCancelled ? .null : function(values)
      }
      return .coded(Vector.Coded(entries: entries, codes: column.codes))
    }
    let columns = open.map { arguments[$0].coded(count) }
    let groups = LocalGroups(columns.map { .coded($0) }, rowCount: count)
    let entries = groups.firstRows.map { row in
      for (index, column) in zip(open, columns) {
        values[index] = column.entries[Int(column.codes[Int(row)])]
      }
      return QueryCancellation.isCurrentCancelled ? .null : function(values)
    }
    return .coded(Vector.Coded(entries: entries, codes: groups.numbers))
  }
}

extension Vector.Coded {
  /// A result for each entry. Those that no row uses are not asked for, where they are many: few rows may be left of a
  /// large dictionary.
  func mapUsed<Result>(_ map: (EngineValue) -> Result) -> [Result] where Result: NullRepresentable {
    if entries.count * 2 < codes.count { return entries.map(map) }
    var results = [Result](repeating: .nullResult, count: entries.count)
    var isKnown = [Bool](repeating: false, count: entries.count)
    for code in codes where !isKnown[Int(code)] {
      isKnown[Int(code)] = true
      results[Int(code)] = map(entries[Int(code)])
    }
    return results
  }
}

/// What stands for a result that nobody asks for.
protocol NullRepresentable {
  static var nullResult: Self { get }
}

extension EngineValue: NullRepresentable {
  static var nullResult: EngineValue { .null }
}

extension UInt8: NullRepresentable {
  static var nullResult: UInt8 { Outcomes.unknown }
}
