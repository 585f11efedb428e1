/// Lets each row pass with the same chance.
final class SampleOperator: Operator {
  private let input: any Operator
  private let percentage: Double

  init(_ input: any Operator, percentage: Double) {
    self.input = input
    self.percentage = percentage
  }

  var summary: String { "Sample \(percentage) percent of the rows" }
  var inputs: [any Operator] { [input] }

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    let share = percentage / 100
    try input.pull(context) { batch in
      if share >= 1 { return try work(batch) }
      var generator = SystemRandomNumberGenerator()
      let rows = (0..<UInt32(batch.rowCount)).filter { _ in
        Double.random(in: 0..<1, using: &generator) < share
      }
      return try work(batch.select(rows))
    } _: {
      try take($0)
    }
  }
}
