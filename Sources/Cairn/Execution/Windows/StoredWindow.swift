import CairnStorage

/// Window functions over partitions that do not fit into memory: the values that they are computed from and what comes
/// of them stay in temporary files, so that a row takes the same little memory whatever its values are.
struct StoredWindow {
  private let partition: [ColumnID]
  private let ordering: [SortKey]
  private let calls: [WindowCall]
  private let arena: SpillArena
  private let context: ExecutionContext

  /// What comes of a window may be much more than what it is made of: an array for each row of those before it.
  private static let leastResultByteLimit = 8 << 30
  private static let resultShare = 8

  init(
    partition: [ColumnID], ordering: [SortKey], calls: [WindowCall], _ arena: SpillArena,
    _ context: ExecutionContext
  ) {
    self.partition = partition
    self.ordering = ordering
    self.calls = calls
    self.arena = arena
    self.context = context
  }

  /// The values of each call for the rows of batches in temporary files.
  func results(_ batches: [Batch], byteLimit: Int) throws -> [StoredValues] {
    let store = RowStore(batches)
    let ranked = try RankedRows(stored: store, ordering, arena, byteLimit: byteLimit, context)
    var results = calls.map { _ in StoredValues(count: store.rowCount) }
    for rows in try partitions(store, ranked) {
      let window = WindowRows(rows, ranked.peers(rows), ordering, store, isStored: true)
      for (index, call) in calls.enumerated() {
        var state = WindowCall.State()
        let arguments = try call.arguments.map { try window.values($0) }
        for (place, row) in rows.enumerated() {
          if place % 1024 == 0 {
            try context.check()
            try check(call, results)
            arena.release()
          }
          let value = try call.value(at: place, window, arguments, &state)
          try results[index].set(value, at: row, arena)
        }
      }
    }
    for index in results.indices { try results[index].finish(arena) }
    arena.release()
    return results
  }

  private func check(_ call: WindowCall, _ results: [StoredValues]) throws {
    let (share, isOver) = context.options.memoryLimit.multipliedReportingOverflow(by: Self.resultShare)
    let limit = isOver ? Int.max : max(Self.leastResultByteLimit, share)
    if results.reduce(0, { $0 + $1.byteCount }) > limit {
      throw CairnError.usage("what \(call.name) gives for all rows takes more than \(limit) bytes")
    }
  }

  /// Row numbers of each partition, in the window's order.
  private func partitions(_ store: RowStore, _ ranked: RankedRows) throws -> [[Int]] {
    var numbers: [[GroupingKey]: Int] = [:]
    var partitions: [[Int]] = []
    var first = 0
    for batch in store.batches {
      let batch = batch.handedOut()
      let columns = try partition.map {
        try (batch.columns[$0]?.vector() ?? .constant(.null)).coded(count: batch.rowCount)
      }
      let groups = LocalGroups(columns.map { .coded($0) }, rowCount: batch.rowCount)
      let known = groups.firstRows.map { row in
        let key = columns.map { GroupingKey($0.entries[Int($0.codes[Int(row)])]) }
        if let number = numbers[key] { return number }
        numbers[key] = partitions.count
        partitions.append([])
        return partitions.count - 1
      }
      for (row, group) in groups.numbers.enumerated() { partitions[known[Int(group)]].append(first + row) }
      first += batch.rowCount
    }
    if ordering.isEmpty { return partitions }
    return partitions.map { $0.sorted(by: ranked.precedes) }
  }
}
