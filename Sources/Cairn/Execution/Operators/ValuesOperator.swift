/// Rows that stand in the query: VALUES, and the one row of a SELECT without FROM.
final class ValuesOperator: Operator {
  private let ids: [ColumnID]
  private let rows: [[BoundExpression]]

  init(_ ids: [ColumnID], _ rows: [[BoundExpression]]) {
    self.ids = ids
    self.rows = rows
  }

  var summary: String { "Values (\(rows.count) row\(rows.count == 1 ? "" : "s"))" }
  var inputs: [any Operator] { [] }

  func addTypes(to types: inout [ColumnID: ResultType]) {
    for (place, id) in ids.enumerated() {
      let found = rows.compactMap {
        $0[place].constant?.isNull == true ? nil : $0[place].type(types) ?? .text
      }
      types[id] = found.dropFirst().reduce(found.first) { $0?.joined(with: $1) }
    }
  }

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    let single = Batch(rowCount: 1)
    var batch = Batch(rowCount: rows.count)
    for (index, id) in ids.enumerated() {
      batch.columns[id] = Column(.plain(try rows.map { try $0[index].vector(single, context)[0] }))
    }
    _ = try give([batch], context, work, take)
  }
}
