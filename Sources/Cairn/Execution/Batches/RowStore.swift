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
    // Some are only counted.
    let parts = Memo<Bool, Parts>()
    var output = Batch(rowCount: rows.count)
    for id in ids {
      output.columns[id] = Column { [self] in
        try parts.value(true) { Parts(self, rows, isWhole: isWhole) }.gather(id)
      }
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
      var byBatch = [[(target: Int, row: UInt32)]](repeating: [], count: store.batches.count)
      for (target, row) in rows.enumerated() where row >= 0 {
        let place = store.place(row)
        byBatch[place.batch].append((target, place.row))
      }
      parts = byBatch.enumerated().filter { !$0.element.isEmpty }.map { index, places in
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
        if case .plain = vector, hasFewSources { return .coded(coded([vector])) }
        if part.places.count == rowCount { return vector.gathered(part.places.map { UInt32($0.row) }) }
        if case .coded(let coded) = vector { return Self.padded(coded, part.places, rowCount) }
      }
      let vectors = try parallelMap(count: parts.count, threads: threads) {
        try parts[$0].batch.columns[id]?.vector()
      }
      if let seconds = seconds(vectors) { return .times(Vector.Times(seconds)) }
      if let texts = texts(vectors) { return .texts(texts) }
      if hasFewSources { return .coded(coded(vectors)) }
      var values = [EngineValue](repeating: .null, count: rowCount)
      for (part, vector) in zip(parts, vectors) {
        guard let vector else { continue }
        for place in part.places { values[place.target] = vector[place.row] }
      }
      return .plain(values)
    }

    /// Whether rows are taken many times each.
    private var hasFewSources: Bool { parts.reduce(0) { $0 + $1.batch.rowCount } * 2 < rowCount }

    /// The rows that there are as entries, and NULL.
    private func coded(_ vectors: [Vector?]) -> Vector.Coded {
      var entries: [EngineValue] = []
      var codes = [UInt32](repeating: .max, count: rowCount)
      for (part, vector) in zip(parts, vectors) {
        let first = UInt32(truncatingIfNeeded: entries.count)
        entries += (vector ?? .constant(.null)).values(count: part.batch.rowCount)
        for place in part.places { codes[place.target] = first + UInt32(truncatingIfNeeded: place.row) }
      }
      let null = UInt32(truncatingIfNeeded: entries.count)
      return Vector.Coded(entries: entries + [.null], codes: codes.map { $0 == .max ? null : $0 })
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

    /// Texts copied to where they are wanted, or the tables one after the other where these are small; nil where there
    /// are other values.
    private func texts(_ vectors: [Vector?]) -> Vector.Texts? {
      var texts: [Vector.Texts] = []
      for vector in vectors {
        guard case .texts(let part)? = vector, part.isTyped == texts.first?.isTyped ?? part.isTyped else {
          return nil
        }
        texts.append(part)
      }
      guard let isTyped = texts.first?.isTyped else { return nil }
      if texts.reduce(0, { $0 + $1.entryCount }) * 2 < rowCount, let joined = Vector.Texts.Joined(texts) {
        var codes = [UInt32](repeating: joined.null, count: rowCount)
        for (index, part) in parts.enumerated() {
          for place in part.places {
            codes[place.target] = joined.code(texts[index].codes[place.row], of: index)
          }
        }
        return Vector.Texts(joined.table, codes: codes, isTyped: isTyped)
      }
      var wanted = [Place](repeating: Place(part: -1, entry: 0), count: rowCount)
      for (index, part) in parts.enumerated() {
        for place in part.places {
          let code = texts[index].codes[place.row]
          if code != texts[index].null { wanted[place.target] = Place(part: Int32(index), entry: code) }
        }
      }
      let entries = texts.map(\.entries)
      let table = StringTable(entryCapacity: rowCount)
      var codes = [UInt32](repeating: .max, count: rowCount)
      for (row, place) in wanted.enumerated() where place.part >= 0 {
        codes[row] = UInt32(truncatingIfNeeded: table.count)
        table.append(entries[Int(place.part)][Int(place.entry)])
      }
      let null = UInt32(truncatingIfNeeded: table.count)
      for row in codes.indices where codes[row] == .max { codes[row] = null }
      return withExtendedLifetime(texts) { Vector.Texts(table, codes: codes, isTyped: isTyped) }
    }

    /// An entry of a part's texts.
    private struct Place: BitwiseCopyable {
      let part: Int32
      let entry: UInt32
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
