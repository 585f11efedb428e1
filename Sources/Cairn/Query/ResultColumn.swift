import CairnStorage

/// A column's values for all rows of a batch, in arrays without a value of its own for each row.
///
/// `isNull` is by row, without elements where no row is NULL; what the values of NULL rows are means nothing.
public enum ResultColumn: Sendable {
  case texts(ResultEntries)
  case wholes([Int64], isNull: [Bool])
  case doubles([Double], isNull: [Bool])
  case booleans([Bool], isNull: [Bool])
  /// Microseconds since 1970, UTC; smaller parts are cut.
  case timestamps([Int64], isNull: [Bool])
  /// Days since 1970-01-01.
  case dates([Int32], isNull: [Bool])
  /// Numbers times ten to the number of places of the type.
  case decimals([Int128], isNull: [Bool])
}

/// The texts of a column for all rows of a batch where they lie: entries end to end, and the entry of each row.
public struct ResultEntries: Sendable {
  fileprivate let table: StringTable
  /// The entry of each row; `count` for NULL.
  public let codes: [UInt32]

  /// Of texts that are at hand, and the place in `texts` that each row has.
  public init(_ texts: [[UInt8]?], codes: [UInt32]) {
    let table = StringTable(entryCapacity: texts.count)
    var places: [UInt32] = []
    for text in texts {
      places.append(text == nil ? .max : UInt32(truncatingIfNeeded: table.count))
      if let text { table.append(text) }
    }
    let null = UInt32(truncatingIfNeeded: table.count)
    self.init(table: table, codes: codes.map { places[Int($0)] == .max ? null : places[Int($0)] })
  }

  private init(table: StringTable, codes: [UInt32]) {
    self.table = table
    self.codes = codes
  }

  /// Number of entries; rows need not have all of them, and equal ones may come several times.
  public var count: Int { table.count }

  /// Calls `body` with the entries' bytes, which may be any, and where each ends, the first one beginning at 0. Both
  /// are valid while this value, or a copy of it, lives.
  public func withUnsafeEntries<Result>(
    _ body: (_ bytes: UnsafePointer<UInt8>, _ ends: UnsafePointer<UInt64>) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(table) {
      try body(UnsafePointer(table.heap.base), UnsafePointer(table.ends.base))
    }
  }
}

extension Query {
  /// The types of the columns where the values decide on some (`QueryColumn.type`), found from the first batches: the
  /// narrowest that holds all values, where these are all rows there are; else text.
  public func settledTypes(_ batches: [ResultBatch], isComplete: Bool) -> [ResultType] {
    columns.enumerated().map { index, column in
      if let type = column.type { return type }
      guard isComplete else { return .text }
      let types = batches.compactMap { $0.columns[index].resultType }
      return types.dropFirst().reduce(types.first ?? .text) { $0.joined(with: $1) }
    }
  }
}

extension ResultBatch {
  /// The values of a column (in the order of the query's columns) as those of a type, and the number of values that
  /// have none there and are NULL: texts that are no time, for example.
  public func column(_ index: Int, as type: ResultType) -> (values: ResultColumn, misfitCount: Int) {
    let vector = columns[index]
    switch (type, vector) {
    case (.text, _): return (.texts(ResultEntries(vector, rowCount: rowCount)), 0)
    case (.whole, .wholes(let numbers)): return (.wholes(numbers.values, isNull: numbers.isNull), 0)
    case (.double, .doubles(let numbers)): return (.doubles(numbers.values, isNull: numbers.isNull), 0)
    case (.timestamp, .times(let times)), (.timestamp, .timestamps(let times)):
      return (.timestamps(times), 0)
    case (.whole, _):
      let values = TypedValues(vector, rowCount: rowCount, Int64(0)) { $0.number?.integer }
      return (.wholes(values.values, isNull: values.isNull), values.misfitCount)
    case (.double, _):
      let values = TypedValues(vector, rowCount: rowCount, 0.0, \.binary)
      return (.doubles(values.values, isNull: values.isNull), values.misfitCount)
    case (.boolean, _):
      let values = TypedValues(vector, rowCount: rowCount, false, \.truth)
      return (.booleans(values.values, isNull: values.isNull), values.misfitCount)
    case (.timestamp, _):
      let values = TypedValues(vector, rowCount: rowCount, Int64(0)) { $0.timePoint?.microseconds }
      return (.timestamps(values.values, isNull: values.isNull), values.misfitCount)
    case (.date, _):
      let values = TypedValues(vector, rowCount: rowCount, Int32(0)) { value in
        if case .date(let days) = value { Int32(exactly: days) } else { nil }
      }
      return (.dates(values.values, isNull: values.isNull), values.misfitCount)
    case (.decimal(_, let places), _):
      let values = TypedValues(vector, rowCount: rowCount, Int128(0)) {
        $0.number?.decimal.scaled(by: places)
      }
      return (.decimals(values.values, isNull: values.isNull), values.misfitCount)
    }
  }
}

/// Values of a column as those of one type.
private struct TypedValues<Value: BitwiseCopyable> {
  var values: [Value] = []
  var isNull: [Bool] = []
  var misfitCount = 0

  private init() {}

  /// - Parameter make: the value in that type; nil where it has none.
  init(_ vector: Vector, rowCount: Int, _ zero: Value, _ make: (EngineValue) -> Value?) {
    switch vector {
    case .constant(let value):
      self.init()
      let typed = make(value)
      values = Array(repeating: typed ?? zero, count: rowCount)
      isNull = typed == nil ? Array(repeating: true, count: rowCount) : []
      misfitCount = typed == nil && !value.isNull ? rowCount : 0
    case .coded(let coded):
      self.init(coded.codes, of: coded.entries, zero, make)
    case .texts(let texts) where texts.hasFewEntries:
      self.init(texts.codes, of: (0..<UInt32(texts.entryCount)).map { texts.value($0) }, zero, make)
    case .times, .timestamps, .wholes, .doubles, .texts, .plain:
      self.init()
      values.reserveCapacity(rowCount)
      for row in 0..<rowCount {
        let value = vector[row]
        let typed = make(value)
        if typed == nil {
          if isNull.isEmpty { isNull = Array(repeating: false, count: rowCount) }
          isNull[row] = true
          misfitCount += value.isNull ? 0 : 1
        }
        values.append(typed ?? zero)
      }
    }
  }

  private init(
    _ codes: [UInt32], of entries: [EngineValue], _ zero: Value, _ make: (EngineValue) -> Value?
  ) {
    self.init()
    let typed = entries.map(make)
    values = codes.map { typed[Int($0)] ?? zero }
    guard typed.contains(where: { $0 == nil }) else { return }
    isNull = codes.map { typed[Int($0)] == nil }
    misfitCount = codes.reduce(0) { $0 + (typed[Int($1)] == nil && !entries[Int($1)].isNull ? 1 : 0) }
  }
}

extension ResultColumn {
  fileprivate static func timestamps(_ times: Vector.Times) -> ResultColumn {
    let isNull = times.seconds.map { !EventTime.canonicalRange.contains($0) }
    let hasNull = isNull.contains(true)
    return .timestamps(
      times.seconds.map { $0 &* TimePoint.microsecondsPerSecond }, isNull: hasNull ? isNull : [])
  }
}

extension ResultEntries {
  fileprivate init(_ vector: Vector, rowCount: Int) {
    if case .texts(let texts) = vector {
      self.init(table: texts.table, codes: texts.codes)
      return
    }
    let table = StringTable()
    func place(_ value: EngineValue) -> UInt32 {
      guard let text = QueryValue(value: value).utf8 else { return .max }
      table.append(text)
      return UInt32(truncatingIfNeeded: table.count - 1)
    }
    var codes: [UInt32]
    switch vector {
    case .constant(let value): codes = Array(repeating: place(value), count: rowCount)
    case .coded(let coded):
      var places: [UInt32?] = Array(repeating: nil, count: coded.entries.count)
      codes = coded.codes.map { code in
        if let known = places[Int(code)] { return known }
        let fresh = place(coded.entries[Int(code)])
        places[Int(code)] = fresh
        return fresh
      }
    case .times(let times):
      let (seconds, steps) = times.steps(of: 1)
      let places = seconds.map { place(Vector.time($0)) }
      codes = steps.map { places[Int($0)] }
    case .timestamps, .wholes, .doubles, .plain, .texts: codes = (0..<rowCount).map { place(vector[$0]) }
    }
    let null = UInt32(truncatingIfNeeded: table.count)
    for row in codes.indices where codes[row] == .max { codes[row] = null }
    self.init(table: table, codes: codes)
  }
}

extension Vector {
  /// The narrowest type that has all values of its rows, or of a few more; nil where all are NULL.
  fileprivate var resultType: ResultType? {
    switch self {
    case .constant(let value): value.resultType
    case .coded(let coded): Vector.resultType(coded.entries)
    // Texts of records that spell times are texts.
    case .times, .texts: .text
    case .timestamps: .timestamp
    case .wholes: .whole
    case .doubles: .double
    case .plain(let values): Vector.resultType(values)
    }
  }

  private static func resultType(_ values: [EngineValue]) -> ResultType? {
    var result: ResultType?
    for value in values {
      guard let type = value.resultType else { continue }
      result = result?.joined(with: type) ?? type
      if result == .text { break }
    }
    return result
  }
}

extension TimePoint {
  fileprivate static let microsecondsPerSecond: Int64 = 1_000_000
  private static let picosecondsPerMicrosecond: Int64 = 1_000_000

  /// Since 1970; smaller parts are cut.
  var microseconds: Int64 {
    seconds * Self.microsecondsPerSecond + fraction / Self.picosecondsPerMicrosecond
  }
}

extension EngineValue {
  /// A number with a binary point; of a real the one that is spelled like it. Nil for whole numbers that a double
  /// does not have exactly, and for what is no number.
  fileprivate var binary: Double? {
    switch number {
    case .double(let value): value
    case .real(let value): Double(value.description)
    case .integer(let value): Double(exactly: value)
    case .decimal, nil: nil
    }
  }
}

extension ExactDecimal {
  /// The number times ten to a power; nil where that is not whole or has more digits than decimals have.
  fileprivate func scaled(by places: Int) -> Int128? {
    if digits.isEmpty { return 0 }
    let zeroCount = magnitude + places - digits.count
    guard zeroCount >= 0, digits.count + zeroCount <= Self.mostDigits else { return nil }
    var value: Int128 = 0
    for digit in digits { value = value * 10 + Int128(digit) }
    for _ in 0..<zeroCount { value *= 10 }
    return isNegative ? -value : value
  }
}
