import CairnStorage

/// The rows of a common table that is made once in a run, whoever asks first.
final class SharedOperator: Operator {
  /// What makes the table, the same for all that read it.
  final class Source: Sendable {
    let name: String
    let input: any Operator
    let columns: [ColumnID]

    init(_ name: String, _ input: any Operator, _ columns: [ColumnID]) {
      (self.name, self.input, self.columns) = (name, input, columns)
    }
  }

  /// The table's rows, in memory or in temporary files.
  private final class Rows: @unchecked Sendable {
    /// Counts what they take while somebody has them.
    private let kept: KeptRows
    let batches: [Batch]

    init(_ kept: KeptRows) { (self.kept, batches) = (kept, kept.batches) }
  }

  private let source: Source
  private let ids: [ColumnID]

  init(_ source: Source, _ ids: [ColumnID]) { (self.source, self.ids) = (source, ids) }

  var summary: String { "Shared table \(source.name)" }
  var details: [String] { ["made once"] }
  var inputs: [any Operator] { [source.input] }

  func addTypes(to types: inout [ColumnID: ResultType]) {
    source.input.addTypes(to: &types)
    for (id, column) in zip(ids, source.columns) { types[id] = types[column] }
  }

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    let batches = try rows(context).batches
    _ = try give(
      count: batches.count, context, { [self] in batches[$0].handedOut().renamed(source.columns, as: ids) },
      work, take)
  }

  private func rows(_ context: ExecutionContext) throws -> Rows {
    func make() throws -> Rows {
      let kept = KeptRows(context, byteLimit: context.options.memoryLimit / 8, byValue: nil)
      let columns = source.columns
      try source.input.pull(context) { batch in
        try batch.renamed(columns, as: columns).prepared(reading: [], computing: true)
      } _: { batch in
        if batch.rowCount > 0 { try kept.add(batch) }
        return true
      }
      return Rows(kept)
    }
    return try context.shared.value(source, make) ?? make()
  }
}
