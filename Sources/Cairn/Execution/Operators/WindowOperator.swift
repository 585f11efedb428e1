import CairnStorage

/// Window functions of one window: adds a column for each.
///
/// All rows are kept, in temporary files where they do not fit; the functions are computed at once where that fits,
/// else for some partitions at a time (`RowPasses`). Rows stay in the order of the input either way.
final class WindowOperator: Operator {
  private let input: any Operator
  private let partition: [ColumnID]
  private let ordering: [SortKey]
  private let calls: [WindowCall]
  /// What the functions are computed from.
  private let needed: [ColumnID]

  init(_ input: any Operator, partition: [ColumnID], ordering: [SortKey], calls: [WindowCall]) {
    self.input = input
    self.partition = partition
    self.ordering = ordering
    self.calls = calls
    needed = Set(partition + ordering.map(\.column) + calls.flatMap(\.columns)).sorted {
      $0.number < $1.number
    }
  }

  var summary: String { "Window" }
  var details: [String] { [calls.map(\.name).joined(separator: ", ")] }
  var inputs: [any Operator] { [input] }

  func addTypes(to types: inout [ColumnID: ResultType]) {
    input.addTypes(to: &types)
    for call in calls { types[call.id] = call.type(types) }
  }

  /// What computing takes for a row, beside its values: its place in the order, its peers, its partition.
  private static let rowByteCount = 80

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    // The other half is for computing.
    let byteLimit = context.options.memoryLimit / 2
    let kept = KeptRows(context, byteLimit: byteLimit, byValue: Set(needed))
    let isSpilling = kept.isSpilling
    try input.pull(context) { [needed] batch in
      try batch.prepared(reading: needed, computing: isSpilling.isSet)
    } _: { batch in
      try context.check()
      if batch.rowCount > 0 { try kept.add(batch) }
      return true
    }
    if kept.rowCount == 0 { return }
    let rowByteCount =
      Self.rowByteCount + ordering.count * 8 + (needed.count + calls.count) * EngineValue.ownByteCount
    if !kept.isSpilled, kept.rowCount * rowByteCount < byteLimit {
      if try runInMemory(kept, rowByteCount, byteLimit, context, work, take) { return }
    }
    let arena = try kept.spill()
    var buckets = RowBuckets()
    for batch in kept.batches {
      try context.check()
      let valueByteCount = needed.reduce(0) { $0 + (batch.columns[$1]?.spilledByteCount ?? 0) }
      try buckets.add(
        try RowBuckets.buckets(batch.handedOut(), by: partition),
        rowByteCount: rowByteCount + valueByteCount / batch.rowCount, arena)
    }
    let plan = PassPlan(buckets.byteCounts, byteLimit: byteLimit)
    let passes = try RowPasses(buckets, plan, arena, context)
    var results = try results(kept, plan, passes, arena, byteLimit, context)
    let resultByteCount = results.byteCount / kept.rowCount
    for (index, batch) in kept.take().enumerated() {
      let passes = passes.passes(ofBatch: index)
      let rowCount = context.rowCount(
        atMost: batch.rowCount, rowByteCount: batch.rowByteCount + resultByteCount)
      for start in stride(from: 0, to: batch.rowCount, by: rowCount) {
        try context.check()
        let rows = start..<min(start + rowCount, batch.rowCount)
        var output =
          rows.count == batch.rowCount
          ? batch.handedOut() : batch.taken(rows.map { UInt32($0) }, isAscending: true)
        for (call, values) in zip(calls, results.take(passes[rows], callCount: calls.count)) {
          output.columns[call.id] = Column(.plain(values))
        }
        if try !take(try work(output)) { return }
        arena.release()
      }
    }
  }

  /// The values of each call, found pass by pass.
  private func results(
    _ kept: KeptRows, _ plan: PassPlan, _ passes: RowPasses, _ arena: SpillArena, _ byteLimit: Int,
    _ context: ExecutionContext
  ) throws -> PassResults {
    var results = PassResults()
    for pass in 0..<plan.count {
      let byteCount = min(plan.byteCounts[pass], byteLimit)
      context.recorder.kept.hold(byteCount)
      defer { context.recorder.kept.hold(-byteCount) }
      let parts = parts(kept.batches, pass, passes)
      if plan.byteCounts[pass] <= byteLimit, let values = try evaluate(parts, byteLimit, context) {
        let rowCount = parts.reduce(0) { $0 + $1.rowCount }
        try results.add(values.map { $0.values(count: rowCount) }, arena)
      } else {
        let window = StoredWindow(
          partition: partition, ordering: ordering, calls: calls, arena, context)
        results.add(try window.results(parts, byteLimit: byteLimit))
      }
      arena.release()
    }
    return results
  }

  /// False where what comes of the functions does not fit.
  private func runInMemory<Result: Sendable>(
    _ kept: KeptRows, _ rowByteCount: Int, _ byteLimit: Int, _ context: ExecutionContext,
    _ work: @Sendable (Batch) throws -> Result, _ take: (Result) throws -> Bool
  ) throws -> Bool {
    let byteCount = kept.rowCount * rowByteCount
    context.recorder.kept.hold(byteCount)
    defer { context.recorder.kept.hold(-byteCount) }
    guard let results = try evaluate(kept.batches, byteLimit, context) else { return false }
    let batches = kept.take()
    var start = 0
    let starts = batches.map { batch in
      defer { start += batch.rowCount }
      return start
    }
    _ = try give(
      count: batches.count, context,
      { [calls] index in
        var output = batches[index]
        let rows = starts[index]..<starts[index] + output.rowCount
        for (call, values) in zip(calls, results) { output.columns[call.id] = Column(values.slice(rows)) }
        return output
      }, work, take)
    return true
  }

  /// The needed columns of the rows that a pass takes.
  private func parts(_ batches: [Batch], _ pass: Int, _ passes: RowPasses) -> [Batch] {
    batches.enumerated().compactMap { index, batch in
      let rows = passes.rows(of: pass, batch: index)
      if rows.isEmpty { return nil }
      let part = Batch(
        rowCount: batch.rowCount,
        columns: Dictionary(
          needed.compactMap { id in batch.columns[id].map { (id, $0) } },
          uniquingKeysWith: { first, _ in first }))
      return part.taken(rows, isAscending: true)
    }
  }

  /// The values of each call for all rows of some whole partitions; nil where aggregates give more than the limit.
  private func evaluate(
    _ batches: [Batch], _ byteLimit: Int, _ context: ExecutionContext
  ) throws -> [Vector]? {
    let store = RowStore(batches)
    let window = try FlatWindow(
      store, partition: partition, ordering: ordering, threads: context.options.threads)
    var results = try calls.map { call in
      try context.check()
      return try call.flat(window)
    }
    let open = calls.indices.filter { results[$0] == nil }
    if !open.isEmpty {
      guard let values = try values(open.map { calls[$0] }, window, store, byteLimit, context) else {
        return nil
      }
      for (index, values) in zip(open, values) { results[index] = .plain(values) }
    }
    return results.compactMap { $0 }
  }

  /// The same of calls that look at values, row by row.
  private func values(
    _ calls: [WindowCall], _ window: FlatWindow, _ store: RowStore, _ byteLimit: Int,
    _ context: ExecutionContext
  ) throws -> [[EngineValue]]? {
    var byteCount = 0
    var results = calls.map { _ in [EngineValue](repeating: .null, count: store.rowCount) }
    for partition in window.partitions {
      try context.check()
      let rows = window.rows[partition].map { Int($0) }
      let frames = WindowRows(rows, window.peers(of: partition), ordering, store)
      for (index, call) in calls.enumerated() {
        let arguments = try call.arguments.map { try frames.values($0) }
        var state = WindowCall.State()
        for (place, row) in rows.enumerated() {
          let value = try call.value(at: place, frames, arguments, &state)
          if call.mayGrow {
            byteCount += value.heldByteCount - EngineValue.ownByteCount
            if byteCount > byteLimit { return nil }
          }
          results[index][row] = value
        }
      }
    }
    return results
  }
}
