import CairnSQL
import CairnStorage

/// The rows of its input that are equal to values of the query around, by `=`, in the order of the input.
///
/// A subquery runs once for each combination of outer values. Here its rows do not depend on them but for these
/// equalities: they are read once in all, kept by the hash of their keys, and found from then on. That is the join
/// that the equality stands for; what the subquery makes of the rows, and when it is NULL or fails, stays as it is.
final class LookupOperator: Operator {
  /// `outer = inner`: an expression over columns of queries around, and a column of the input.
  struct Key: Sendable {
    let outer: BoundExpression
    let inner: ColumnID
    let outerIsTime: Bool
    let innerIsTime: Bool
  }

  private let input: any Operator
  private let keys: [Key]
  /// The equalities as conditions on the input's rows, for runs that are too few to keep rows for.
  private let scanning: FilterOperator
  private let text: PlanText

  /// Runs that read the input as it is; who runs so often will run on.
  private static let scanCount = 2
  /// Rows that are handed on together.
  private static let outputRowCount = 1 << 16

  init(_ input: any Operator, _ keys: [Key], conditions: [BoundExpression], text: @escaping PlanText) {
    self.input = input
    self.keys = keys
    self.text = text
    scanning = FilterOperator(input, conditions, text: text)
  }

  var summary: String { "Lookup" }
  var details: [String] { [text()] }
  var inputs: [any Operator] { [input] }

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    guard let table = try table(context) else { return try scanning.run(context, work, take) }
    var start: Int?
    repeat {
      try context.check()
      let found = table.rows(values(context), after: start, limit: Self.outputRowCount)
      if found.isEmpty { return }
      if try !take(try work(table.batch(found))) { return }
      start = found.count < Self.outputRowCount ? nil : found.last
    } while start != nil
  }

  func hasRow(_ context: ExecutionContext) throws -> Bool? {
    try table(context).map { !$0.rows(values(context), after: nil, limit: 1).isEmpty }
  }

  func hasRows(_ outer: Batch, _ context: ExecutionContext) throws -> [Bool]? {
    try hasRows(outer, passing: [], context)
  }

  /// The same of rows that pass conditions too, which may be on columns of both.
  func hasRows(
    _ outer: Batch, passing conditions: [BoundExpression], _ context: ExecutionContext
  ) throws -> [Bool]? {
    guard !conditions.contains(where: \.isVolatile),
      let table = try table(context, runCount: outer.rowCount)
    else { return nil }
    let vectors = try keys.map { try $0.outer.vector(outer, context) }
    // Rows are compared one by one.
    if vectors.contains(where: \.hasRowValues) { return nil }
    let keys = vectors.map { JoinKeys($0, count: outer.rowCount) }
    return try SemiJoin(table: table.table, outer: outer, keys: keys, conditions: conditions).found(context)
  }

  private func values(_ context: ExecutionContext) -> [EngineValue] {
    keys.map { key in
      key.outer.evaluate(values: key.outer.inputs { context.parameters[$0] ?? .null })
    }
  }

  /// The input's rows by their keys; nil for the first runs.
  private func table(_ context: ExecutionContext, runCount: Int = 1) throws -> LookupTable? {
    guard context.options.mode.usesPruning else { return nil }
    return try context.shared.value(self, after: runCount > Self.scanCount ? 0 : Self.scanCount) {
      let equalities = keys.map {
        JoinOperator.Equality(
          left: $0.inner, right: $0.inner, leftIsTime: $0.outerIsTime, rightIsTime: $0.innerIsTime)
      }
      return try LookupTable(input, equalities, context)
    }
  }
}

/// Rows that are kept by the hash of their keys, to be found one value at a time.
private final class LookupTable: Sendable {
  let table: JoinTable
  /// The columns of each batch that are in memory as values; empty where rows are in temporary files.
  private let vectors: [[ColumnID: Vector]]
  private let starts: [Int]

  /// So few rows are taken as values; more keep their codes.
  private static let fewRowCount = 256

  init(_ input: any Operator, _ equalities: [JoinOperator.Equality], _ context: ExecutionContext) throws {
    let rows = KeptRows(
      context, byteLimit: context.options.memoryLimit, byValue: Set(equalities.map(\.right)))
    table = try JoinTable(input, rows: rows, equalities, context) { !$0.isWholeRecord }
    vectors =
      rows.isSpilled
      ? []
      : try rows.batches.map { batch in
        try batch.columns.filter { !$0.value.isWholeRecord }.mapValues { try $0.vector() }
      }
    var starts: [Int] = []
    var count = 0
    for batch in rows.batches {
      starts.append(count)
      count += batch.rowCount
    }
    self.starts = starts
  }

  /// Rows that are equal to the values, ascending.
  func rows(_ values: [EngineValue], after start: Int?, limit: Int) -> [Int] {
    let keys = values.map { JoinKeys(.constant($0), count: 1) }
    // Rows compare field by field, where other values with the same hash have the same text.
    if values.contains(where: \.isRow) {
      let rows = ((start ?? -1) + 1..<table.store.rowCount).lazy.filter { [table] in
        table.isEqual(keys, 0, $0)
      }
      return Array(rows.prefix(limit))
    }
    guard let hash = KeyHashes(keys, rowCount: 1).values.first, hash != KeyHashes.null else { return [] }
    var found: [Int] = []
    var next = start
    while found.count < limit, let row = table.candidate(hash, after: next) {
      if table.isEqual(keys, 0, row) { found.append(row) }
      next = row
    }
    return found
  }

  func batch(_ rows: [Int]) -> Batch {
    var output = Batch(rowCount: rows.count)
    if vectors.isEmpty || rows.count > Self.fewRowCount { return table.store.batch(rows, isWhole: false) }
    let places = rows.map(place)
    guard let first = places.first else { return output }
    let unread = table.store.batches[first.batch].columns.keys.filter { vectors[first.batch][$0] == nil }
    if !unread.isEmpty {
      let late = table.store.batch(rows, isWhole: false)
      for id in unread { output.columns[id] = late.columns[id] }
    }
    for id in vectors[first.batch].keys {
      output.columns[id] = Column { [vectors] in
        .plain(places.map { vectors[$0.batch][id]?[$0.row] ?? .null })
      }
    }
    return output
  }

  private func place(_ row: Int) -> (batch: Int, row: Int) {
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] <= row { low = middle + 1 } else { high = middle }
    }
    return (low - 1, row - starts[low - 1])
  }
}

extension EngineValue {
  fileprivate var isRow: Bool {
    if case .row = self { true } else { false }
  }
}

extension Vector {
  fileprivate var hasRowValues: Bool {
    switch self {
    case .constant(let value): value.isRow
    case .coded(let coded): coded.entries.contains(where: \.isRow)
    case .plain(let values): values.contains(where: \.isRow)
    case .times, .timestamps, .wholes, .doubles, .texts: false
    }
  }
}
