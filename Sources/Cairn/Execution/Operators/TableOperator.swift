/// Rows of a table that is in memory: from a file, or what information_schema says.
final class TableOperator: Operator {
  private let ids: [ColumnID]
  private let table: TableFile
  /// Rows of a batch.
  private static let batchRowCount = 16_384

  init(_ ids: [ColumnID], _ table: TableFile) {
    self.ids = ids
    self.table = table
  }

  var summary: String { "Table \(table.name) (\(table.rowCount) row\(table.rowCount == 1 ? "" : "s"))" }
  var inputs: [any Operator] { [] }

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    for start in stride(from: 0, to: table.rowCount, by: Self.batchRowCount) {
      let rows = start..<min(start + Self.batchRowCount, table.rowCount)
      var batch = Batch(rowCount: rows.count)
      for (id, values) in zip(ids, table.values) { batch.columns[id] = Column(.plain(Array(values[rows]))) }
      if try !give([batch], context, work, take) { return }
    }
  }
}
