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
  private let batchesOfRows = Memo<Bool, [UInt16]>()
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

  /// The batch of each row, found when it is first asked for; nil for so many rows that looking is less work.
  fileprivate var batchOfRow: [UInt16]? {
    guard rowCount <= Self.mappedRowCount, batches.count <= UInt16.max else { return nil }
    return batchesOfRows.value(true) {
      batches.enumerated().flatMap { number, batch in
        repeatElement(UInt16(truncatingIfNeeded: number), count: batch.rowCount)
      }
    }
  }

  private static let mappedRowCount = 1 << 20

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
      /// Places in the output; nil for all of them, in their order.
      var targets: [UInt32]?
      /// For each of them the row in `batch`; nil for its rows in their order.
      var rows: [UInt32]?

      @inline(__always)
      func each(_ body: (_ target: Int, _ row: Int) -> Void) {
        switch (targets, rows) {
        case (nil, nil): for row in 0..<batch.rowCount { body(row, row) }
        case (nil, let rows?): for (target, row) in rows.enumerated() { body(target, Int(row)) }
        case (let targets?, nil): for (row, target) in targets.enumerated() { body(Int(target), row) }
        case (let targets?, let rows?):
          for (target, row) in zip(targets, rows) { body(Int(target), Int(row)) }
        }
      }
    }

    private let parts: [Part]
    private let rowCount: Int
    private let threads: Int

    init(_ store: RowStore, _ rows: [Int], isWhole: Bool) {
      rowCount = rows.count
      threads = store.threads
      if store.batches.count == 1 {
        let taken = rows.filter { $0 >= 0 }.map { UInt32(truncatingIfNeeded: $0) }
        let isAll = taken.count == rows.count
        let targets =
          isAll ? nil : rows.indices.filter { rows[$0] >= 0 }.map { UInt32(truncatingIfNeeded: $0) }
        parts = taken.isEmpty ? [] : [Self.part(store.batches[0], targets, taken, isWhole: isWhole)]
        return
      }
      if let batches = store.batchOfRow {
        parts = Self.parts(store, rows, batches, isWhole: isWhole)
        return
      }
      var targets = [[UInt32]](repeating: [], count: store.batches.count)
      var taken = targets
      var (batch, range) = (0, 0..<0)
      for (target, row) in rows.enumerated() where row >= 0 {
        if !range.contains(row) {
          batch = store.place(row).batch
          range = store.starts[batch]..<(store.starts[batch] + store.batches[batch].rowCount)
        }
        targets[batch].append(UInt32(truncatingIfNeeded: target))
        taken[batch].append(UInt32(truncatingIfNeeded: row - range.lowerBound))
      }
      parts = store.batches.indices.filter { !taken[$0].isEmpty }.map {
        Self.part(store.batches[$0], targets[$0], taken[$0], isWhole: isWhole)
      }
    }

    /// The same by a count of each batch's rows first.
    private static func parts(_ store: RowStore, _ rows: [Int], _ batchOfRow: [UInt16], isWhole: Bool)
      -> [Part]
    {
      var ends = [Int](repeating: 0, count: store.batches.count)
      for row in rows where row >= 0 { ends[Int(batchOfRow[row])] += 1 }
      for batch in ends.indices.dropFirst() { ends[batch] += ends[batch - 1] }
      var targets = [UInt32](repeating: 0, count: ends.last ?? 0)
      var taken = targets
      var places = [0] + ends.dropLast()
      for (target, row) in rows.enumerated() where row >= 0 {
        let batch = Int(batchOfRow[row])
        targets[places[batch]] = UInt32(truncatingIfNeeded: target)
        taken[places[batch]] = UInt32(truncatingIfNeeded: row - store.starts[batch])
        places[batch] += 1
      }
      return store.batches.indices.compactMap { batch in
        let range = (batch == 0 ? 0 : ends[batch - 1])..<ends[batch]
        if range.isEmpty { return nil }
        return part(store.batches[batch], Array(targets[range]), Array(taken[range]), isWhole: isWhole)
      }
    }

    private static func part(_ batch: Batch, _ targets: [UInt32]?, _ rows: [UInt32], isWhole: Bool) -> Part {
      if isWhole { return Part(batch: batch, targets: targets, rows: rows) }
      // Rows that are taken again and again are read once.
      if batch.rowCount * 2 < rows.count {
        let all = batch.taken((0..<UInt32(batch.rowCount)).map { $0 }, isAscending: true)
        return Part(batch: all, targets: targets, rows: rows)
      }
      let isAscending = zip(rows, rows.dropFirst()).allSatisfy { $0 < $1 }
      return Part(batch: batch.taken(rows, isAscending: isAscending), targets: targets, rows: nil)
    }

    func gather(_ id: ColumnID) throws -> Vector {
      if parts.count == 1, let part = parts.first {
        let vector = try part.batch.columns[id]?.vector() ?? .constant(.null)
        if part.targets == nil, part.rows == nil { return vector }
        if case .plain = vector, hasFewSources { return .coded(coded([vector])) }
        if part.targets == nil, let rows = part.rows { return vector.gathered(rows) }
        if case .coded(let coded) = vector { return padded(coded, part) }
      }
      let vectors = try parallelMap(count: parts.count, threads: threads) {
        try parts[$0].batch.columns[id]?.vector()
      }
      if let seconds = seconds(vectors, { if case .times(let times)? = $0 { times.seconds } else { nil } }) {
        return .times(Vector.Times(seconds))
      }
      if let seconds = seconds(
        vectors, { if case .timestamps(let times)? = $0 { times.seconds } else { nil } })
      {
        return .timestamps(Vector.Times(seconds))
      }
      if let wholes: Vector.Numbers<Int64> = numbers(
        vectors, { if case .wholes(let own)? = $0 { own } else { nil } })
      {
        return .wholes(wholes)
      }
      if let texts = texts(vectors) { return .texts(texts) }
      if hasFewSources || hasFewEntries(vectors) { return .coded(coded(vectors)) }
      var values = [EngineValue](repeating: .null, count: rowCount)
      for (part, vector) in zip(parts, vectors) {
        guard let vector else { continue }
        part.each { values[$0] = vector[$1] }
      }
      return .plain(values)
    }

    /// Whether rows are taken many times each.
    private var hasFewSources: Bool { parts.reduce(0) { $0 + $1.batch.rowCount } * 2 < rowCount }

    /// Whether all values are entries that many rows share.
    private func hasFewEntries(_ vectors: [Vector?]) -> Bool {
      var count = 0
      for vector in vectors {
        guard case .coded(let coded)? = vector else { return false }
        count += coded.entries.count
      }
      return count * 2 < rowCount
    }

    /// The rows' values as entries, and NULL.
    private func coded(_ vectors: [Vector?]) -> Vector.Coded {
      var entries: [EngineValue] = []
      var codes = [UInt32](repeating: .max, count: rowCount)
      for (part, vector) in zip(parts, vectors) {
        let first = UInt32(truncatingIfNeeded: entries.count)
        let coded = (vector ?? .constant(.null)).coded(count: part.batch.rowCount)
        entries += coded.entries
        part.each { codes[$0] = first + coded.codes[$1] }
      }
      let null = UInt32(truncatingIfNeeded: entries.count)
      return Vector.Coded(entries: entries + [.null], codes: codes.map { $0 == .max ? null : $0 })
    }

    /// The seconds of times of one kind; nil where there are other values.
    private func seconds(_ vectors: [Vector?], _ own: (Vector?) -> [Int64]?) -> [Int64]? {
      // Seconds that have no text are NULL.
      var output = [Int64](repeating: .min, count: rowCount)
      for (part, vector) in zip(parts, vectors) {
        guard let seconds = own(vector) else { return nil }
        part.each { output[$0] = seconds[$1] }
      }
      return output
    }

    /// Numbers of one kind; nil where there are other values.
    private func numbers<Number: FixedWidthInteger & BitwiseCopyable & Sendable>(
      _ vectors: [Vector?], _ own: (Vector?) -> Vector.Numbers<Number>?
    ) -> Vector.Numbers<Number>? {
      var output = [Number](repeating: 0, count: rowCount)
      var isNull = [Bool](repeating: true, count: rowCount)
      for (part, vector) in zip(parts, vectors) {
        guard let numbers = own(vector) else { return nil }
        part.each { target, row in
          output[target] = numbers.values[row]
          isNull[target] = numbers.isNull(row)
        }
      }
      return Vector.Numbers(output, isNull: isNull.contains(true) ? isNull : [])
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
          let own = texts[index].codes
          part.each { codes[$0] = joined.code(own[$1], of: index) }
        }
        return Vector.Texts(joined.table, codes: codes, isTyped: isTyped)
      }
      var wanted = [Place](repeating: Place(part: -1, entry: 0), count: rowCount)
      for (index, part) in parts.enumerated() {
        let (own, null) = (texts[index].codes, texts[index].null)
        part.each { target, row in
          if own[row] != null { wanted[target] = Place(part: Int32(index), entry: own[row]) }
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
    private func padded(_ coded: Vector.Coded, _ part: Part) -> Vector {
      var codes = [UInt32](repeating: UInt32(coded.entries.count), count: rowCount)
      part.each { codes[$0] = coded.codes[$1] }
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
