/// Adds computed columns, or passes on the chosen ones only.
final class ProjectOperator: Operator {
  struct Item: Sendable {
    let id: ColumnID
    let expression: BoundExpression
    let name: String
  }

  private let input: any Operator
  private let items: [Item]

  init(_ input: any Operator, _ items: [Item]) {
    self.input = input
    self.items = items
  }

  var summary: String { "Project" }
  var details: [String] { [items.map(\.name).joined(separator: ", ")] }
  var inputs: [any Operator] { [input] }

  func hasRow(_ context: ExecutionContext) throws -> Bool? { try input.hasRow(context) }

  func hasRows(_ outer: Batch, _ context: ExecutionContext) throws -> [Bool]? {
    try input.hasRows(outer, context)
  }

  func addTypes(to types: inout [ColumnID: ResultType]) {
    input.addTypes(to: &types)
    for item in items { types[item.id] = item.expression.type(types) }
  }

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    try input.pull(context) { [items] batch in
      var output = batch
      for item in items {
        // A column handed on under a new name keeps its late reading.
        if let source = item.expression.plainColumn, let column = output.columns[source] {
          output.columns[item.id] = column
        } else if let (source, names) = item.expression.plainMember, let column = output.columns[source] {
          output.columns[item.id] = column.member(names)
        } else {
          output.columns[item.id] = Self.column(item.expression, of: output, context)
        }
      }
      return try work(output)
    } _: {
      try take($0)
    }
  }

  /// The values of an expression for a batch, for no more rows than are wanted in the end.
  private static func column(
    _ expression: BoundExpression, of batch: Batch, _ context: ExecutionContext
  ) -> Column {
    if expression.isVolatile { return Column { try expression.vector(batch, context) } }
    return Column(rows: { rows in
      guard let rows else { return try expression.vector(batch, context) }
      // Joins may want each row many times.
      return rows.count > batch.rowCount
        ? try expression.vector(batch, context).gathered(rows)
        : try expression.vector(batch.select(rows), context)
    })
  }
}
