/// Orders all rows, in temporary files where they do not fit; with a limit only the first ones are kept while they
/// come (Top-N).
final class SortOperator: Operator {
  private let input: any Operator
  private let keys: [SortKey]
  private let limit: Int?
  /// Whether rows that tie with the last one are kept too.
  private let keepsTies: Bool
  private let text: PlanText

  init(
    _ input: any Operator, _ keys: [SortKey], limit: Int?, keepsTies: Bool, text: @escaping PlanText
  ) {
    self.input = input
    self.keys = keys
    self.limit = limit
    self.keepsTies = keepsTies
    self.text = text
  }

  var summary: String { limit.map { "TopN \($0)\(keepsTies ? " with ties" : "")" } ?? "Sort" }
  var details: [String] { [text()] }
  var inputs: [any Operator] { [input] }

  /// Rows that a batch gives at a time.
  private static let outputRowCount = 8192
  /// What a row takes that is among the first ones, roughly.
  private static let fewRowByteCount = 768
  /// What a materialized value takes, roughly.
  private static let valueByteCount = 48
  /// Kept rows are thinned when they have grown to this many limits.
  private static let slack = 4

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    if let limit, keepsFew(limit, context) {
      return try order(try firstRows(limit, context), isWhole: false, context, work, take)
    }
    let kept = KeptRows(context, byteLimit: context.options.memoryLimit, byValue: nil)
    let isSpilling = kept.isSpilling
    // Of all values that the rows have.
    var byteCount = 0
    try input.pull(context) { [self] batch in
      let batch = try first(of: batch)
      let ids = isSpilling.isSet ? Array(batch.columns.keys) : keys.map(\.column)
      return try batch.prepared(reading: ids, computing: false)
    } _: { batch in
      try context.check()
      if batch.rowCount == 0 { return true }
      try kept.add(batch, more: batch.rowCount * SortRuns.rowByteCount(keys))
      // All rows come out, in an order in which reading them again would take long.
      byteCount += batch.rowCount * batch.rowByteCount
      if limit == nil, byteCount > context.options.memoryLimit { try kept.spill() }
      return true
    }
    if let arena = kept.arena { return try merge(kept, arena, context, work, take) }
    // Few rows are read by themselves; a large share of them is read once with the batches they are in, as long
    // as all their values fit.
    byteCount = max(
      byteCount, kept.rowCount * (kept.batches.first?.columns.count ?? 0) * Self.valueByteCount)
    let isWhole =
      limit == nil && kept.rowCount > Self.outputRowCount && byteCount < context.options.memoryLimit
    try order(kept.batches, isWhole: isWhole, context, work, take)
  }

  /// Whether the rows that a limit keeps fit for certain.
  private func keepsFew(_ limit: Int, _ context: ExecutionContext) -> Bool {
    let count = max(Self.outputRowCount, limit).multipliedReportingOverflow(
      by: Self.slack * Self.fewRowByteCount)
    return !count.overflow && count.partialValue <= context.options.memoryLimit
  }

  /// Rows among which the first ones are.
  private func firstRows(_ limit: Int, _ context: ExecutionContext) throws -> [Batch] {
    var kept: [Batch] = []
    var count = 0
    try input.pull(context) { [self] batch in
      try first(of: batch)
    } _: { batch in
      if batch.rowCount > 0 { kept.append(batch) }
      count += batch.rowCount
      if count > max(Self.outputRowCount, limit) * Self.slack {
        kept = [try self.thinned(RowStore(kept, threads: context.options.threads))]
        count = kept[0].rowCount
      }
      return true
    }
    return kept
  }

  /// Gives batches' rows in order.
  private func order<Result: Sendable>(
    _ batches: [Batch], isWhole: Bool, _ context: ExecutionContext,
    _ work: @Sendable (Batch) throws -> Result, _ take: (Result) throws -> Bool
  ) throws {
    let store = RowStore(batches, threads: context.options.threads)
    let order = try order(of: batches, threads: context.options.threads)
    let rowCount = context.rowCount(atMost: Self.outputRowCount, rowByteCount: store.rowByteCount)
    _ = try give(
      count: (order.count + rowCount - 1) / rowCount, context,
      { part in
        let start = part * rowCount
        return store.batch(
          Array(order[start..<min(start + rowCount, order.count)]), isWhole: isWhole)
      }, work, take)
  }

  /// Gives the rows of temporary files in order.
  private func merge<Result>(
    _ kept: KeptRows, _ arena: SpillArena, _ context: ExecutionContext,
    _ work: (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    let store = RowStore(kept.batches, threads: context.options.threads)
    var runs = try SortRuns(store, keys, arena, context)
    var rows: [Int] = []
    var last: [ComparedValue]?
    var left = limit ?? .max
    let rowCount = context.rowCount(atMost: Self.outputRowCount, rowByteCount: store.rowByteCount)
    while let next = runs.next() {
      if left <= 0, !keepsTies || last.map({ runs.isTie($0, next.keys) }) != true { break }
      left -= 1
      last = next.keys
      rows.append(next.row)
      guard rows.count == rowCount else { continue }
      try context.check()
      if try !take(try work(store.batch(rows, isWhole: false))) { return }
      rows.removeAll(keepingCapacity: true)
      arena.release()
    }
    if !rows.isEmpty { _ = try take(try work(store.batch(rows, isWhole: false))) }
  }

  /// The batch's own first rows, in stored order: no other can be among the first of all.
  private func first(of batch: Batch) throws -> Batch {
    guard let limit, batch.rowCount > limit else { return batch }
    let rows = try order(of: [batch], threads: 1).sorted()
    return batch.select(rows.map { UInt32($0) })
  }

  private func thinned(_ store: RowStore) throws -> Batch {
    let rows = try order(of: store.batches, threads: 1).sorted()
    return store.batch(rows, isWhole: false)
  }

  /// Row numbers in order, cut at the limit.
  private func order(of batches: [Batch], threads: Int) throws -> [Int] {
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
      let ordered = try OrderedRows(few, keys, limit: keepsTies ? nil : limit, threads: threads)
      return cut(ordered).map { numbers[$0] }
    }
    return try cut(OrderedRows(batches, keys, threads: threads))
  }

  private func cut(_ ordered: OrderedRows) -> [Int] {
    guard let limit, ordered.rows.count > limit else { return ordered.rows.map { Int($0) } }
    let tie = keepsTies && limit > 0 ? ordered.ties.first { $0.contains(limit - 1) } : nil
    return ordered.rows.prefix(tie?.upperBound ?? limit).map { Int($0) }
  }
}
