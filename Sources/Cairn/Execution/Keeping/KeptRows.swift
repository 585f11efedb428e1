import CairnStorage

/// Batches that an operator keeps: in memory while they fit, then in temporary files.
///
/// Columns of `events` that nobody has read yet stay unread, in a file as their rows' numbers.
final class KeptRows {
  private(set) var batches: [Batch] = []
  private(set) var rowCount = 0
  /// Bytes in memory, roughly.
  private(set) var byteCount = 0
  /// Where the rows are once they did not fit.
  private(set) var arena: SpillArena?
  /// Whether they did not, for the threads that give batches.
  let isSpilling = SpillFlag()

  private let context: ExecutionContext
  private let byteLimit: Int
  /// Columns whose values are looked at one by one; nil for all.
  private let byValue: Set<ColumnID>?
  /// Bytes that a column of a spilled batch takes in memory.
  private static let spilledColumnByteCount = 512

  init(_ context: ExecutionContext, byteLimit: Int, byValue: Set<ColumnID>?) {
    self.context = context
    self.byteLimit = byteLimit
    self.byValue = byValue
  }

  deinit { context.recorder.kept.hold(-byteCount) }

  var isSpilled: Bool { arena != nil }

  /// - Parameter more: bytes that the operator needs for the batch beside it.
  func add(_ batch: Batch, more: Int = 0) throws {
    rowCount += batch.rowCount
    if arena == nil {
      let added = batch.heldByteCount + more
      if byteCount + added <= byteLimit {
        batches.append(batch)
        return count(added)
      }
      try spill()
    }
    guard let arena else { return }
    try batches.append(spilled(batch, arena))
    count(batch.columns.count * Self.spilledColumnByteCount)
  }

  /// Moves all that is in memory to temporary files, and what comes after too.
  @discardableResult
  func spill() throws -> SpillArena {
    if let arena { return arena }
    let arena = SpillArena(context)
    self.arena = arena
    isSpilling.set()
    for index in batches.indices {
      try context.check()
      batches[index] = try spilled(batches[index], arena)
    }
    count(batches.reduce(-byteCount) { $0 + $1.columns.count * Self.spilledColumnByteCount })
    return arena
  }

  /// The batches, in the order in which they came, to be let go one by one.
  func take() -> [Batch] {
    defer { batches = [] }
    return batches
  }

  private func count(_ more: Int) {
    byteCount += more
    context.recorder.kept.hold(more)
  }

  private func isByValue(_ id: ColumnID) -> Bool { byValue.map { $0.contains(id) } ?? true }

  private func spilled(_ batch: Batch, _ arena: SpillArena) throws -> Batch {
    var output = Batch(rowCount: batch.rowCount)
    var known: [ObjectIdentifier: SpilledColumn] = [:]
    var parts: [ObjectIdentifier: SpillArena.Part] = [:]
    // The same column may have another name, of which the values are not wanted.
    let byValueFirst = batch.columns.sorted { isByValue($0.key) && !isByValue($1.key) }
    for (id, column) in byValueFirst {
      let spilled =
        try known[ObjectIdentifier(column)]
        ?? column.spilled(arena, rowCount: batch.rowCount, isByValue: isByValue(id), &parts)
      known[ObjectIdentifier(column)] = spilled
      output.columns[id] = Column(spilled)
    }
    return output
  }
}

extension Batch {
  /// Bytes of its values in temporary files.
  var spilledByteCount: Int { columns.values.reduce(0) { $0 + $1.spilledByteCount } }

  /// Computes the columns that are not stored anywhere, and reads some of the others: what keeping a batch does,
  /// done on the threads that give it.
  func prepared(reading ids: [ColumnID], computing: Bool) throws -> Batch {
    for id in ids { _ = try columns[id]?.vector() }
    if computing { for column in columns.values { try column.compute() } }
    return self
  }
}

/// A switch that is put once, seen from any thread.
final class SpillFlag: @unchecked Sendable {
  private let lock = Lock()
  private var flag = false

  func set() { lock.withLock { flag = true } }
  var isSet: Bool { lock.withLock { flag } }
}
