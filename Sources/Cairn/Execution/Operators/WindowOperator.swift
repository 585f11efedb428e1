import CairnStorage

/// Window functions of one window: adds a column for each.
final class WindowOperator: Operator {
  private let input: any Operator
  private let partition: [ColumnID]
  private let ordering: [SortKey]
  private let calls: [WindowCall]

  init(_ input: any Operator, partition: [ColumnID], ordering: [SortKey], calls: [WindowCall]) {
    self.input = input
    self.partition = partition
    self.ordering = ordering
    self.calls = calls
  }

  var summary: String { "Window" }
  var details: [String] { [calls.map(\.name).joined(separator: ", ")] }
  var inputs: [any Operator] { [input] }

  /// Rows that a batch gives at a time.
  private static let outputRowCount = 8192

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    let store = RowStore(try input.collect(context))
    if store.rowCount == 0 { return }
    var results = calls.map { _ in [EngineValue](repeating: .null, count: store.rowCount) }
    let ranked = try RankedRows(store.batches, ordering)
    for rows in try partitions(store, ranked) {
      try context.check()
      let frames = WindowRows(rows, ranked, ordering, store)
      for (index, call) in calls.enumerated() {
        let arguments = try call.arguments.map { id in
          let values = try store.cachedValues(id)
          return rows.map { values[$0] }
        }
        for (row, value) in zip(rows, try call.evaluate(frames, arguments)) { results[index][row] = value }
      }
    }
    for start in stride(from: 0, to: store.rowCount, by: Self.outputRowCount) {
      let end = min(start + Self.outputRowCount, store.rowCount)
      var batch = store.batch(Array(start..<end), isWhole: true)
      for (call, values) in zip(calls, results) {
        batch.columns[call.id] = Column(.plain(Array(values[start..<end])))
      }
      if try !take(try work(batch)) { return }
    }
  }

  /// Row numbers of each partition, in the window's order.
  private func partitions(_ store: RowStore, _ ranked: RankedRows) throws -> [[Int]] {
    let keys = try partition.map { try store.cachedValues($0) }
    var numbers: [[GroupingKey]: Int] = [:]
    var partitions: [[Int]] = []
    for row in 0..<store.rowCount {
      let key = keys.map { GroupingKey($0[row]) }
      if let number = numbers[key] {
        partitions[number].append(row)
      } else {
        numbers[key] = partitions.count
        partitions.append([row])
      }
    }
    if ordering.isEmpty { return partitions }
    return partitions.map { $0.sorted(by: ranked.precedes) }
  }
}
