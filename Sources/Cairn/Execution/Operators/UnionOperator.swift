/// The rows of all inputs, one input after the other, under common column names.
final class UnionOperator: Operator {
  private let branches: [(input: any Operator, columns: [ColumnID])]
  private let ids: [ColumnID]

  init(_ branches: [(input: any Operator, columns: [ColumnID])], _ ids: [ColumnID]) {
    self.branches = branches
    self.ids = ids
  }

  var summary: String { "Union all" }
  var inputs: [any Operator] { branches.map(\.input) }

  func addTypes(to types: inout [ColumnID: ResultType]) { addTypes(of: ids, from: branches, to: &types) }

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    var goesOn = true
    for branch in branches where goesOn {
      let (ids, columns) = (ids, branch.columns)
      try branch.input.pull(context) { batch in
        try work(batch.renamed(columns, as: ids))
      } _: {
        goesOn = try take($0)
        return goesOn
      }
    }
  }
}
