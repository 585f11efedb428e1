import CairnStorage

/// Runs a query for each row of its input, with the row's values as parameters, and gives the row once for each
/// row of the result.
final class LateralOperator: Operator {
  private let input: any Operator
  private let query: any Operator
  private let columns: [ColumnID]
  private let parameters: [ColumnID]
  /// Whether a row without results stays, with NULLs (LEFT JOIN).
  private let keepsRows: Bool

  init(
    _ input: any Operator, _ query: any Operator, columns: [ColumnID], parameters: [ColumnID], keepsRows: Bool
  ) {
    self.input = input
    self.query = query
    self.columns = columns
    self.parameters = parameters
    self.keepsRows = keepsRows
  }

  var summary: String { "Lateral" }
  var inputs: [any Operator] { [input, query] }

  /// Rows that are handed on together, about.
  private static let outputRowCount = 1 << 16
  /// So many times they are handed on where the batch is; what a batch gives beyond that comes after, so that it
  /// need not all be held.
  private static let eagerPartCount = 8

  /// What a batch gave, and the row that goes on.
  private struct Part<Result: Sendable>: Sendable {
    var results: [Result] = []
    var batch: Batch
    var next = 0
  }

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    try input.pull(context) { [self] batch in
      var part = Part<Result>(batch: batch)
      var isWide = false
      for _ in 0..<Self.eagerPartCount where part.next < batch.rowCount && !isWide {
        let output = try rows(batch, &part.next, context)
        isWide = part.next < batch.rowCount && output.rowCount < Self.outputRowCount
        if output.rowCount > 0 { part.results.append(try work(output)) }
      }
      return part
    } _: { part in
      for result in part.results {
        if try !take(result) { return false }
      }
      var next = part.next
      while next < part.batch.rowCount {
        let output = try rows(part.batch, &next, context)
        if output.rowCount > 0, try !take(try work(output)) { return false }
      }
      return true
    }
  }

  /// What some rows of a batch give, from `next` on.
  private func rows(_ batch: Batch, _ next: inout Int, _ context: ExecutionContext) throws -> Batch {
    let vectors = try parameters.map { id in
      try batch.columns[id]?.vector() ?? .constant(context.parameters[id] ?? .null)
    }
    var indices: [UInt32] = []
    var values = columns.map { _ in [EngineValue]() }
    var byteCount = 0
    while next < batch.rowCount, indices.count < Self.outputRowCount, byteCount < context.batchByteLimit {
      let row = next
      next += 1
      try context.check()
      let inner = context.with(Dictionary(zip(parameters, vectors.map { $0[row] })) { first, _ in first })
      var count = 0
      try query.pull(inner) { [columns] result in
        try columns.map {
          try result.columns[$0]?.vector().values(count: result.rowCount)
            ?? Array(repeating: .null, count: result.rowCount)
        }
      } _: { part in
        for (index, column) in part.enumerated() {
          values[index] += column
          byteCount += column.reduce(0) { $0 + $1.heldByteCount }
        }
        count += part.first?.count ?? 0
        return true
      }
      if count == 0, keepsRows {
        for index in values.indices { values[index].append(.null) }
        count = 1
      }
      indices += Array(repeating: UInt32(row), count: count)
    }
    var output = batch.select(indices)
    for (id, column) in zip(columns, values) { output.columns[id] = Column(.plain(column)) }
    return output
  }
}
