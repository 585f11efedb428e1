import CairnStorage

/// Batches that are kept, and rows taken out of them in any order: what sorting, joining and windows stand on.
final class RowStore: Sendable {
  let batches: [Batch]
  /// Number of the first row of each batch, counted over all.
  private let starts: [Int]
  let rowCount: Int
  private let ids: [ColumnID]
  /// What a row takes where it is read, roughly.
  let rowByteCount: Int
  private let cache = ValuesCache()
  private let threads: Int

  init(_ batches: [Batch], threads: Int = 1) {
    self.batches = batches
    self.threads = threads
    var starts: [Int] = []
    var count = 0
    for batch in batches {
      starts.append(count)
      count += batch.rowCount
    }
    self.starts = starts
    rowCount = count
    rowByteCount = batches.reduce(0) { $0 + $1.rowByteCount * $1.rowCount } / max(1, count)
    ids = Array(Set(batches.flatMap { $0.columns.keys }))
  }

  /// All values of a column, kept for the next time.
  func cachedValues(_ id: ColumnID) throws -> [EngineValue] { try cache.get(id) { try values(id) } }

  /// All values of a column.
  func values(_ id: ColumnID) throws -> [EngineValue] {
    var values: [EngineValue] = []
    values.reserveCapacity(rowCount)
    for batch in batches {
      values +=
        try batch.columns[id]?.vector().values(count: batch.rowCount)
        ?? Array(repeating: .null, count: batch.rowCount)
    }
    return values
  }

  /// The rows with these numbers, in that order; a negative number is a row of NULLs.
  ///
  /// - Parameter isWhole: most rows are going to be taken, so that columns are read for whole batches.
  func batch(_ rows: [Int], isWhole: Bool) -> Batch {
    let parts = Parts(self, rows, isWhole: isWhole)
    var output = Batch(rowCount: rows.count)
    for id in ids {
      output.columns[id] = Column { try parts.gather(id) }
    }
    return output
  }

  /// One value of a column that is in a temporary file; NULL for others.
  func storedValue(_ id: ColumnID, _ row: Int) -> EngineValue {
    let place = place(row)
    return batches[place.batch].columns[id]?.storedValue(Int(place.row)) ?? .null
  }

  fileprivate func place(_ row: Int) -> (batch: Int, row: UInt32) {
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] <= row { low = middle + 1 } else { high = middle }
    }
    return (low - 1, UInt32(row - starts[low - 1]))
  }

  /// Rows by the batch that they are in.
  private final class Parts: Sendable {
    private struct Part: Sendable {
      var batch: Batch
      /// Place in the output, and row in `batch`.
      var places: [(target: Int, row: Int)]
    }

    private let parts: [Part]
    private let rowCount: Int
    private let threads: Int

    init(_ store: RowStore, _ rows: [Int], isWhole: Bool) {
      rowCount = rows.count
      threads = store.threads
      var byBatch: [Int: [(target: Int, row: UInt32)]] = [:]
      for (target, row) in rows.enumerated() where row >= 0 {
        let place = store.place(row)
        byBatch[place.batch, default: []].append((target, place.row))
      }
      parts = byBatch.sorted { $0.key < $1.key }.map { index, places in
        let batch = store.batches[index]
        if isWhole { return Part(batch: batch, places: places.map { ($0.target, Int($0.row)) }) }
        let rows = places.map(\.row)
        let isAscending = zip(rows, rows.dropFirst()).allSatisfy { $0 < $1 }
        return Part(
          batch: batch.taken(rows, isAscending: isAscending),
          places: places.enumerated().map { ($1.target, $0) })
      }
    }

    func gather(_ id: ColumnID) throws -> Vector {
      if parts.count == 1, let part = parts.first {
        let vector = try part.batch.columns[id]?.vector() ?? .constant(.null)
        if part.places.count == rowCount { return vector.gathered(part.places.map { UInt32($0.row) }) }
        if case .coded(let coded) = vector { return Self.padded(coded, part.places, rowCount) }
      }
      let vectors = try parallelMap(count: parts.count, threads: threads) {
        try parts[$0].batch.columns[id]?.vector()
      }
      if let seconds = seconds(vectors) { return .times(Vector.Times(seconds)) }
      var values = [EngineValue](repeating: .null, count: rowCount)
      for (part, vector) in zip(parts, vectors) {
        guard let vector else { continue }
        for place in part.places { values[place.target] = vector[place.row] }
      }
      return .plain(values)
    }

    /// The seconds of times; nil where there are other values.
    private func seconds(_ vectors: [Vector?]) -> [Int64]? {
      // Seconds that have no text are NULL.
      var output = [Int64](repeating: .min, count: rowCount)
      for (part, vector) in zip(parts, vectors) {
        guard case .times(let times)? = vector else { return nil }
        for place in part.places { output[place.target] = times.seconds[place.row] }
      }
      return output
    }

    /// Entries as they are, and NULL where no row goes.
    private static func padded(
      _ coded: Vector.Coded, _ places: [(target: Int, row: Int)], _ rowCount: Int
    ) -> Vector {
      var codes = [UInt32](repeating: UInt32(coded.entries.count), count: rowCount)
      for place in places { codes[place.target] = coded.codes[place.row] }
      return .coded(Vector.Coded(entries: coded.entries + [.null], codes: codes))
    }
  }
}

private final class ValuesCache: @unchecked Sendable {
  private let lock = Lock()
  private var known: [ColumnID: [EngineValue]] = [:]

  func get(_ id: ColumnID, _ find: () throws -> [EngineValue]) rethrows -> [EngineValue] {
    try lock.withLock {
      if let values = known[id] { return values }
      let values = try find()
      known[id] = values
      return values
    }
  }
}
