/// Keeps the rows for which all conditions are true.
final class FilterOperator: Operator {
  private let input: any Operator
  private let conjuncts: [BoundExpression]
  private let text: PlanText

  init(_ input: any Operator, _ conjuncts: [BoundExpression], text: @escaping PlanText) {
    self.input = input
    self.conjuncts = conjuncts
    self.text = text
  }

  var summary: String { "Filter" }
  var details: [String] { [text()] }
  var inputs: [any Operator] { [input] }

  func hasRows(_ outer: Batch, _ context: ExecutionContext) throws -> [Bool]? {
    try (input as? LookupOperator)?.hasRows(outer, passing: conjuncts, context)
  }

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    try input.pull(context) { [conjuncts] batch -> Result? in
      var batch = batch
      for conjunct in conjuncts where batch.rowCount > 0 {
        batch = batch.select(try conjunct.selection(batch, context))
      }
      return batch.rowCount == 0 ? nil : try work(batch)
    } _: { result in
      try result.map(take) ?? true
    }
  }
}
