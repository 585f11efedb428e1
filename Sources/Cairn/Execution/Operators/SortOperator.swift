/// Orders all rows; with a limit only the first ones are kept while they come (Top-N).
final class SortOperator: Operator {
  private let input: any Operator
  private let keys: [SortKey]
  private let limit: Int?
  /// Whether rows that tie with the last one are kept too.
  private let keepsTies: Bool
  private let text: String

  init(_ input: any Operator, _ keys: [SortKey], limit: Int?, keepsTies: Bool, text: String) {
    self.input = input
    self.keys = keys
    self.limit = limit
    self.keepsTies = keepsTies
    self.text = text
  }

  var summary: String { limit.map { "TopN \($0)\(keepsTies ? " with ties" : "")" } ?? "Sort" }
  var details: [String] { [text] }
  var inputs: [any Operator] { [input] }

  /// Rows that a batch gives at a time.
  private static let outputRowCount = 8192
  /// What a materialized value takes, roughly.
  private static let valueByteCount = 48
  /// Kept rows are thinned when they have grown to this many limits.
  private static let slack = 4

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    var kept: [Batch] = []
    var count = 0
    try input.pull(context) { [self] batch in
      try first(of: batch)
    } _: { batch in
      if batch.rowCount > 0 { kept.append(batch) }
      count += batch.rowCount
      if let limit, count > max(Self.outputRowCount, limit) * Self.slack {
        kept = [try self.thinned(RowStore(kept, threads: context.options.threads))]
        count = kept[0].rowCount
      }
      return true
    }
    let store = RowStore(kept, threads: context.options.threads)
    let order = try order(of: kept)
    // Few rows are read by themselves; a large share of them is read once with the batches they are in, as long
    // as all their values fit.
    let byteCount = store.rowCount * (store.batches.first?.columns.count ?? 0) * Self.valueByteCount
    let isWhole = limit == nil && order.count > Self.outputRowCount && byteCount < context.options.memoryLimit
    for start in stride(from: 0, to: order.count, by: Self.outputRowCount) {
      try context.check()
      let rows = Array(order[start..<min(start + Self.outputRowCount, order.count)])
      if try !take(try work(store.batch(rows, isWhole: isWhole))) { return }
    }
  }

  /// The batch's own first rows, in stored order: no other can be among the first of all.
  private func first(of batch: Batch) throws -> Batch {
    guard let limit, batch.rowCount > limit else { return batch }
    let rows = try order(of: [batch]).sorted()
    return batch.select(rows.map { UInt32($0) })
  }

  private func thinned(_ store: RowStore) throws -> Batch {
    let rows = try order(of: store.batches).sorted()
    return store.batch(rows, isWhole: false)
  }

  /// Row numbers in order, cut at the limit.
  private func order(of batches: [Batch]) throws -> [Int] {
    if keys.count > 1, let limit, let key = keys.first,
      let leading = try RankedRows.leading(limit, batches, key)
    {
      // Most rows are out by their first key: the others are not looked at for them.
      var numbers: [Int] = []
      var start = 0
      for (batch, rows) in zip(batches, leading) {
        numbers += rows.map { start + Int($0) }
        start += batch.rowCount
      }
      let few = zip(batches, leading).map { $0.select($1) }
      return try cut(RankedRows(few, keys)).map { numbers[$0] }
    }
    return try cut(RankedRows(batches, keys))
  }

  private func cut(_ ranked: RankedRows) -> [Int] {
    var order = ranked.sorted()
    guard let limit, order.count > limit else { return order }
    var end = limit
    if keepsTies, end > 0 {
      while end < order.count, ranked.isTie(order[limit - 1], order[end]) { end += 1 }
    }
    order.removeLast(order.count - end)
    return order
  }
}
