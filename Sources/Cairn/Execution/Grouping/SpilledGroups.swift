import CairnStorage

/// The groups of one set of keys, where they do not fit into memory: the rows' keys and arguments go to temporary files,
/// the groups are found in passes over them, and come out in the order of their first rows.
///
/// What an aggregate takes once (DISTINCT) is found before, in passes of its own: then a single group may have more
/// distinct values than fit.
struct SpilledGroups {
  private let grouping: AggregateOperator.Grouping
  private let set: Int
  private let kept: KeptRows
  private let arena: SpillArena
  private var batches: [Batch]
  private var passes: RowPasses
  private let plan: PassPlan
  private var results = PassResults()
  /// The first row of each group.
  private var firstRows: RowMarks
  /// Bytes of a result, roughly.
  private var resultByteCount = 0

  private var members: [ColumnID] { grouping.sets[set].map { grouping.keys[$0] } }

  init(
    _ input: any Operator, _ grouping: AggregateOperator.Grouping, set: Int, _ context: ExecutionContext
  ) throws {
    self.grouping = grouping
    self.set = set
    let members = grouping.sets[set].map { grouping.keys[$0] }
    kept = KeptRows(context, byteLimit: 0, byValue: nil)
    arena = try kept.spill()
    let divided = grouping.calls.filter(\.isDivisible)
    let hashed = [members] + divided.map { members + $0.arguments }
    var buckets = hashed.map { _ in RowBuckets() }
    try Self.collect(input, grouping, members, hashed, kept, &buckets, context)
    batches = kept.batches
    // What is left to do with a single group cannot be divided.
    var calls = grouping.calls
    for (index, call) in divided.enumerated() {
      let plan = PassPlan(buckets[index + 1].byteCounts, byteLimit: Self.byteLimit(context))
      let passes = try RowPasses(buckets[index + 1], plan, arena, context)
      let marks = try Self.firstRows(
        batches, plan, passes, keys: hashed[index + 1], filter: call.filter, arena, context)
      for batch in batches.indices {
        let rowCount = UInt32(batches[batch].rowCount)
        batches[batch].columns[call.id] = Column(rows: { rows in
          let isMarked = (rows ?? Array(0..<rowCount)).map { marks.isMarked($0, batch: batch) }
          return .coded(
            Vector.Coded(
              entries: [.boolean(false), .boolean(true)], codes: isMarked.map { $0 ? 1 : 0 }))
        })
      }
      calls = calls.map { $0.id == call.id ? $0.takingMarked : $0 }
    }
    plan = PassPlan(buckets[0].byteCounts, byteLimit: Self.byteLimit(context))
    passes = try RowPasses(buckets[0], plan, arena, context)
    firstRows = RowMarks(batches)
    for pass in 0..<plan.count { try find(pass, calls, context) }
    arena.release()
  }

  /// A pass over fewer bytes is not worth its while.
  private static let leastPassByteCount = 16 << 10

  private static func byteLimit(_ context: ExecutionContext) -> Int {
    max(leastPassByteCount, context.options.memoryLimit / 2)
  }

  // MARK: Rows

  /// Keeps what the groups are made of, and the buckets of its rows.
  private static func collect(
    _ input: any Operator, _ grouping: AggregateOperator.Grouping, _ members: [ColumnID],
    _ hashed: [[ColumnID]], _ kept: KeptRows, _ buckets: inout [RowBuckets], _ context: ExecutionContext
  ) throws {
    let needed = Set(members + grouping.calls.flatMap(\.columns))
    // What a row takes beside its values if it is a group.
    let rowByteCount =
      GroupTable.groupByteCount + members.count * (GroupTable.keyByteCount + EngineValue.ownByteCount)
      + grouping.calls.reduce(0) {
        $0 + AggregateStates.stateByteCount + $1.columns.count * EngineValue.ownByteCount
      }
    var all = buckets
    guard let arena = kept.arena else { return }
    try input.pull(context) { batch in
      var part = Batch(rowCount: batch.rowCount)
      for id in needed { part.columns[id] = batch.columns[id] }
      part = try part.prepared(reading: Array(needed), computing: false)
      return (batch: part, buckets: try hashed.map { try RowBuckets.buckets(part, by: $0) })
    } _: { part in
      if part.batch.rowCount == 0 { return true }
      try context.check()
      try kept.add(part.batch)
      let valueByteCount = kept.batches.last?.spilledByteCount ?? 0
      for index in all.indices {
        try all[index].add(
          part.buckets[index], rowByteCount: rowByteCount + 3 * valueByteCount / part.batch.rowCount, arena)
      }
      return true
    }
    buckets = all
  }

  // MARK: Passes

  /// The groups of each batch's rows in a pass.
  private static func groups(
    _ pass: Int, _ passes: RowPasses, _ batches: [Batch], keys: [ColumnID], calls: [AggregateCall],
    filter: ColumnID? = nil, _ arena: SpillArena, _ context: ExecutionContext,
    _ take: (_ batch: Int, _ rows: [UInt32], PartialGroups) throws -> Void
  ) throws {
    let interners = AggregateInterners(keyCount: keys.count, callCount: calls.count)
    let wanted = Set(keys + calls.flatMap(\.columns) + [filter].compactMap { $0 })
    let window = max(1, context.options.threads) * 4
    for start in stride(from: 0, to: batches.count, by: window) {
      try context.check()
      let range = start..<min(start + window, batches.count)
      let partials = try parallelMap(count: range.count, threads: context.options.threads) { index in
        let number = range.lowerBound + index
        var rows = passes.rows(of: pass, batch: number)
        let part = Batch(
          rowCount: batches[number].rowCount,
          columns: batches[number].columns.filter { wanted.contains($0.key) })
        if let filter, !rows.isEmpty {
          let passes = try part.taken(rows, isAscending: true).columns[filter]?.vector() ?? .constant(.null)
          rows = rows.indices.filter { passes[$0].truth == true }.map { rows[$0] }
        }
        if rows.isEmpty { return nil as (rows: [UInt32], groups: PartialGroups)? }
        let groups = try PartialGroups(
          part.taken(rows, isAscending: true), keys: keys, members: Array(keys.indices), calls: calls,
          interners)
        return (rows, groups)
      }
      for (number, partial) in zip(range, partials) {
        if let partial { try take(number, partial.rows, partial.groups) }
      }
      arena.release()
    }
  }

  /// The first rows with each combination of keys, of those that pass a filter.
  private static func firstRows(
    _ batches: [Batch], _ plan: PassPlan, _ passes: RowPasses, keys: [ColumnID], filter: ColumnID?,
    _ arena: SpillArena, _ context: ExecutionContext
  ) throws -> RowMarks {
    var marks = RowMarks(batches)
    for pass in 0..<plan.count {
      var table = GroupTable(keys: keys.count, [])
      try groups(pass, passes, batches, keys: keys, calls: [], filter: filter, arena, context) {
        batch, rows, groups in
        for group in table.merge(groups) {
          marks.mark(rows[Int(groups.firstRows[group])], batch: batch)
        }
      }
    }
    return marks
  }

  private mutating func find(_ pass: Int, _ calls: [AggregateCall], _ context: ExecutionContext) throws {
    var table = GroupTable(keys: members.count, calls)
    var marks = firstRows
    try Self.groups(pass, passes, batches, keys: members, calls: calls, arena, context) {
      batch, rows, groups in
      for group in table.merge(groups) {
        marks.mark(rows[Int(groups.firstRows[group])], batch: batch)
      }
    }
    firstRows = marks
    try table.finish(threads: context.options.threads)
    let all = 0..<table.count
    let byteCount = try results.add(
      zip(calls, table.states).map { try $1.results($0, all).values(count: all.count) }, arena)
    if table.count > 0 { resultByteCount = max(resultByteCount, byteCount / table.count) }
  }

  // MARK: Groups

  mutating func emit<Result>(
    _ context: ExecutionContext, _ work: (Batch) throws -> Result, _ take: (Result) throws -> Bool
  ) throws -> Bool {
    for (index, batch) in batches.enumerated() {
      let rows = firstRows.rows(batch: index)
      if rows.isEmpty { continue }
      let passes = passes.passes(ofBatch: index)
      let rowCount = context.rowCount(
        atMost: AggregateOperator.outputRowCount,
        rowByteCount: resultByteCount + batch.spilledByteCount / batch.rowCount)
      for start in stride(from: 0, to: rows.count, by: rowCount) {
        try context.check()
        let part = Array(rows[start..<min(start + rowCount, rows.count)])
        let values = results.take(part.map { passes[Int($0)] }, callCount: grouping.calls.count)
        var output = Batch(rowCount: part.count)
        let source = batch.taken(part, isAscending: true)
        for (number, id) in grouping.keys.enumerated() {
          output.columns[id] =
            grouping.sets[set].contains(number) ? source.columns[id] : Column(.constant(.null))
        }
        for (call, values) in zip(grouping.calls, values) { output.columns[call.id] = Column(.plain(values)) }
        grouping.addGroupings(to: &output, set: set)
        if try !take(try work(output)) { return false }
        arena.release()
      }
    }
    return true
  }
}

extension AggregateCall {
  /// The columns that it is computed from.
  var columns: [ColumnID] { arguments + ordering.map(\.column) + [filter].compactMap { $0 } }

  /// The same over the rows that it takes, once each, which a column of its own name marks.
  fileprivate var takingMarked: AggregateCall {
    AggregateCall(
      id: id, name: name, function: isDistinctCount ? AggregateTable.count : function, arguments: arguments,
      isDistinct: false, filter: id, ordering: [], isTime: isTime)
  }
}
