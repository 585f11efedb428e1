import CairnSQL
import CairnStorage

/// Both sides of INTERSECT or EXCEPT in temporary files, and which rows of the left one stay.
struct SpilledSets {
  /// The left side's rows, and which of them stay.
  let batches: [Batch]
  private let kept: KeptRows
  private var marks: RowMarks

  /// A side with its rows' buckets.
  private struct Side {
    let columns: [ColumnID]
    let kept: KeptRows
    let arena: SpillArena
    var buckets = RowBuckets()

    init(_ side: (input: any Operator, columns: [ColumnID]), _ context: ExecutionContext) throws {
      columns = side.columns
      kept = KeptRows(context, byteLimit: 0, byValue: nil)
      arena = try kept.spill()
      var buckets = RowBuckets()
      try side.input.pull(context) { batch in
        var part = Batch(rowCount: batch.rowCount)
        for id in side.columns { part.columns[id] = batch.columns[id] }
        part = try part.prepared(reading: side.columns, computing: false)
        return (batch: part, buckets: try RowBuckets.buckets(part, by: side.columns))
      } _: { [kept, arena] part in
        if part.batch.rowCount == 0 { return true }
        try context.check()
        try kept.add(part.batch)
        let byteCount = (kept.batches.last?.spilledByteCount ?? 0) / part.batch.rowCount
        try buckets.add(
          part.buckets,
          rowByteCount: SetCounts.rowByteCount + side.columns.count * SetCounts.valueByteCount + byteCount,
          arena)
        return true
      }
      self.buckets = buckets
    }

    /// Calls `body` with the rows of a pass, in their order.
    func visit(
      _ pass: Int, _ passes: RowPasses, _ context: ExecutionContext, _ interners: [ValueInterner],
      _ body: (_ batch: Int, _ rows: [UInt32], SetRows) -> Void
    ) throws {
      let window = max(1, context.options.threads) * 4
      for start in stride(from: 0, to: kept.batches.count, by: window) {
        try context.check()
        let range = start..<min(start + window, kept.batches.count)
        let batches = Array(kept.batches[range])
        let parts = try parallelMap(count: range.count, threads: context.options.threads) { [columns] index in
          let rows = passes.rows(of: pass, batch: range.lowerBound + index)
          if rows.isEmpty { return nil as (rows: [UInt32], keys: SetRows)? }
          return (rows, try SetRows(batches[index].taken(rows, isAscending: true), columns, interners))
        }
        for (batch, part) in zip(range, parts) {
          if let part { body(batch, part.rows, part.keys) }
        }
        arena.release()
      }
    }
  }

  /// A pass over fewer bytes is not worth its while.
  private static let leastPassByteCount = 16 << 10

  init(
    _ operation: CairnSQL.Query.SetOperator, isAll: Bool,
    _ left: (input: any Operator, columns: [ColumnID]), _ right: (input: any Operator, columns: [ColumnID]),
    _ context: ExecutionContext
  ) throws {
    let (right, left) = (try Side(right, context), try Side(left, context))
    kept = left.kept
    batches = left.kept.batches
    let plan = PassPlan(
      zip(left.buckets.byteCounts, right.buckets.byteCounts).map { $0 + $1 },
      byteLimit: max(Self.leastPassByteCount, context.options.memoryLimit / 2))
    let rightPasses = try RowPasses(right.buckets, plan, right.arena, context)
    let leftPasses = try RowPasses(left.buckets, plan, left.arena, context)
    var marks = RowMarks(batches)
    for pass in 0..<plan.count {
      var counts = SetCounts(operation, isAll: isAll, columnCount: left.columns.count)
      try right.visit(pass, rightPasses, context, counts.interners) { _, _, keys in counts.add(right: keys) }
      try left.visit(pass, leftPasses, context, counts.interners) { batch, rows, keys in
        for row in counts.takes(left: keys) { marks.mark(rows[Int(row)], batch: batch) }
      }
    }
    self.marks = marks
    left.arena.release()
  }

  /// The rows of a batch that stay, without those of the first `doneCount` rows that are left to pass over.
  func rows(_ batch: Int, after doneCount: inout Int) -> [UInt32] {
    let skipped = min(doneCount, batches[batch].rowCount)
    doneCount -= skipped
    return marks.rows(batch: batch).filter { Int($0) >= skipped }
  }
}
