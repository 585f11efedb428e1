/// Rows in temporary files, ordered in runs that fit into memory, and merged: what sorting does with rows that do not
/// fit. Rows that the keys do not tell apart keep their order, since runs are made in the order of the rows.
struct SortRuns {
  /// Row numbers in order, of which the next one is at hand.
  private struct Run {
    let rows: SpillArena.Part
    let count: Int
    var place = 0
    var row = 0
    var values: [ComparedValue] = []
  }

  private let store: RowStore
  private let keys: [SortKey]
  private var runs: [Run] = []
  /// Numbers of the runs that have rows left: a heap with the one whose row is next at its top.
  private var heap: [Int] = []

  /// What ordering takes for a row, beside its keys' values: its number, its ranks and what `RadixOrder` moves.
  static func rowByteCount(_ keys: [SortKey]) -> Int { 16 + 8 * keys.count + RadixOrder.rowByteCount }

  init(
    _ store: RowStore, _ keys: [SortKey], _ arena: SpillArena, _ context: ExecutionContext
  )
    throws
  {
    self.store = store
    self.keys = keys
    var (batches, byteCount, first): ([Batch], Int, Int) = ([], 0, 0)
    func order() throws -> Run? {
      let count = batches.reduce(0) { $0 + $1.rowCount }
      if count == 0 { return nil }
      context.recorder.kept.hold(byteCount)
      defer { context.recorder.kept.hold(-byteCount) }
      let rows = try OrderedRows(batches, keys, threads: 1).rows.map { first + Int($0) }
      first += count
      arena.release()
      return Run(rows: try arena.append(rows), count: count)
    }
    let byteLimit = context.options.memoryLimit / 2
    for batch in store.batches {
      try context.check()
      var part = Batch(rowCount: batch.rowCount)
      var size = Self.rowByteCount(keys)
      for key in keys {
        part.columns[key.column] = batch.columns[key.column]
        size += batch.columns[key.column]?.rowByteCount(rowCount: batch.rowCount) ?? 0
      }
      let rowsAtOnce = max(1, min(batch.rowCount, byteLimit / size))
      for start in stride(from: 0, to: batch.rowCount, by: rowsAtOnce) {
        let rows = UInt32(start)..<UInt32(min(start + rowsAtOnce, batch.rowCount))
        if !batches.isEmpty, byteCount + rows.count * size > byteLimit {
          if let run = try order() { runs.append(run) }
          (batches, byteCount) = ([], 0)
        }
        batches.append(part.taken(Array(rows), isAscending: true))
        byteCount += rows.count * size
      }
    }
    if let run = try order() { runs.append(run) }
    for index in runs.indices where advance(index) { push(index) }
  }

  /// The next row's number and keys.
  mutating func next() -> (row: Int, keys: [ComparedValue])? {
    guard let top = heap.first else { return nil }
    let found = (row: runs[top].row, keys: runs[top].values)
    if advance(top) {
      sink()
    } else {
      let last = heap.removeLast()
      if !heap.isEmpty {
        heap[0] = last
        sink()
      }
    }
    return found
  }

  /// Whether the keys tell two rows apart.
  func isTie(_ lhs: [ComparedValue], _ rhs: [ComparedValue]) -> Bool { compare(lhs, rhs) == 0 }

  private func compare(_ lhs: [ComparedValue], _ rhs: [ComparedValue]) -> Int {
    for (index, key) in keys.enumerated() {
      let order = key.compare(lhs[index], rhs[index])
      if order != 0 { return order }
    }
    return 0
  }

  /// Takes a run's next row to hand; false where there is none.
  private mutating func advance(_ index: Int) -> Bool {
    let run = runs[index]
    guard run.place < run.count else { return false }
    let row = run.rows.element(run.place, Int.self)
    runs[index].row = row
    runs[index].values = keys.map { ComparedValue(store.storedValue($0.column, row)) }
    runs[index].place += 1
    return true
  }

  // MARK: Heap

  private func precedes(_ lhs: Int, _ rhs: Int) -> Bool {
    let order = compare(runs[lhs].values, runs[rhs].values)
    return order == 0 ? lhs < rhs : order < 0
  }

  private mutating func push(_ run: Int) {
    heap.append(run)
    var place = heap.count - 1
    while place > 0, precedes(heap[place], heap[(place - 1) / 2]) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// Puts the top where it belongs.
  private mutating func sink() {
    var place = 0
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < heap.count && precedes(heap[child], heap[least]) {
        least = child
      }
      if least == place { return }
      heap.swapAt(place, least)
      place = least
    }
  }
}
