/// Passes over the first rows and ends after some more.
final class LimitOperator: Operator {
  private let input: any Operator
  private let offset: Int
  private let limit: Int?

  init(_ input: any Operator, offset: Int, limit: Int?) {
    self.input = input
    self.offset = offset
    self.limit = limit
  }

  var summary: String { "Limit\(limit.map { " \($0)" } ?? "")\(offset > 0 ? " offset \(offset)" : "")" }
  var inputs: [any Operator] { [input] }

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    var skip = offset
    var left = limit ?? .max
    if left == 0 { return }
    try input.pull(context, { $0 }) { batch in
      let dropped = min(skip, batch.rowCount)
      skip -= dropped
      let kept = min(left, batch.rowCount - dropped)
      left -= kept
      if kept > 0 {
        let part =
          dropped == 0
          ? batch.prefix(kept) : batch.select((UInt32(dropped)..<UInt32(dropped + kept)).map { $0 })
        if try !take(try work(part)) { return false }
      }
      return left > 0
    }
  }
}
