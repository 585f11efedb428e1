import CairnStorage

/// The right side's rows by the hash of their keys: chains of rows in ascending order.
///
/// Where the rows went to temporary files the table is in one too, and keys are read from the rows.
final class JoinTable: @unchecked Sendable {
  let store: RowStore
  private let rows: KeptRows
  private let equalities: [JoinOperator.Equality]
  private let keys: [Keys]
  // Written while it is made, then only read. Row numbers are counted from 1: 0 ends a chain.
  private let memory: TableMemory
  private let hashes: UnsafeMutablePointer<UInt64>
  private let nextRows: UnsafeMutablePointer<UInt32>
  private let buckets: UnsafeMutablePointer<UInt32>
  private let bucketMask: UInt64

  /// Where one equality decides and the right side has texts: their entries, and each row's.
  private let soleTexts: (entries: TextEntries, codes: [UInt32])?

  /// The right side's values of one equality.
  private enum Keys {
    case texts(TextKeys)
    case inMemory(Vector)
    case inFile(ColumnID)
  }

  /// Texts of rows: one reference, where a vector of them has several.
  private final class TextKeys {
    let texts: Vector.Texts
    let entries: TextEntries

    init(_ texts: Vector.Texts) {
      self.texts = texts
      entries = texts.entries
    }
  }

  /// What a row takes in the table and beside it.
  static let rowByteCount = 40

  init(
    _ rows: KeptRows, hashes parts: [KeyHashes], _ equalities: [JoinOperator.Equality],
    _ context: ExecutionContext
  ) throws {
    guard rows.rowCount < UInt32.max else {
      throw CairnError.usage("a join with more than 4,294,967,294 rows")
    }
    self.rows = rows
    store = RowStore(rows.batches)
    self.equalities = equalities
    keys = try equalities.map { equality in
      rows.isSpilled ? .inFile(equality.right) : try JoinTable.keys(equality.right, rows.batches)
    }
    if keys.count == 1, case .texts(let texts) = keys[0] {
      soleTexts = (texts.entries, texts.texts.codes)
    } else {
      soleTexts = nil
    }
    let count = equalities.isEmpty ? 0 : rows.rowCount
    var bucketCount = 1
    while bucketCount < count { bucketCount *= 2 }
    memory = try TableMemory(
      byteCount: max(8, count * 12 + bucketCount * 4), context, isSpilled: rows.isSpilled)
    hashes = memory.base.bindMemory(to: UInt64.self, capacity: count)
    nextRows = (memory.base + count * 8).bindMemory(to: UInt32.self, capacity: count)
    buckets = (memory.base + count * 12).bindMemory(to: UInt32.self, capacity: bucketCount)
    bucketMask = UInt64(bucketCount - 1)
    if count == 0 { return }
    var start = 0
    for part in parts {
      for (offset, hash) in part.values.enumerated() { hashes[start + offset] = hash }
      start += part.count
    }
    // From the last one on, so that chains are ascending.
    for row in stride(from: count - 1, through: 0, by: -1) where hashes[row] != KeyHashes.null {
      if row & 0xFFFFF == 0 { try context.check() }
      let bucket = Int(hashes[row] & bucketMask)
      nextRows[row] = buckets[bucket]
      buckets[bucket] = UInt32(row + 1)
    }
  }

  private static func keys(_ id: ColumnID, _ batches: [Batch]) throws -> Keys {
    let vector = Vector.joined(
      try batches.map { try $0.columns[id]?.vector() ?? .constant(.null) }, counts: batches.map(\.rowCount))
    if case .texts(let texts) = vector { return .texts(TextKeys(texts)) }
    return .inMemory(vector)
  }

  /// Lets go of the memory behind rows that are in temporary files.
  func release() { rows.arena?.release() }

  /// Whether every row of the other side may join every row.
  var joinsAll: Bool { equalities.isEmpty }

  /// The first row that may equal one with this hash, from a row on; nil for none.
  func candidate(_ hash: UInt64, after row: Int?) -> Int? {
    var next = row.map { nextRows[$0] } ?? buckets[Int(hash & bucketMask)]
    while next != 0 {
      let row = Int(next) - 1
      if hashes[row] == hash { return row }
      next = nextRows[row]
    }
    return nil
  }

  /// For each hash the first row that may equal one with it, counted from 1; 0 for none. Many at once, so that memory
  /// is waited for once and not for each.
  func firstCandidates(_ wanted: [UInt64]) -> [UInt32] {
    var rows = wanted.map { $0 == KeyHashes.null ? 0 : buckets[Int($0 & bucketMask)] }
    rows.withUnsafeMutableBufferPointer { rows in
      wanted.withUnsafeBufferPointer { wanted in
        for index in rows.indices {
          var next = rows[index]
          while next != 0, hashes[Int(next) &- 1] != wanted[index] { next = nextRows[Int(next) &- 1] }
          rows[index] = next
        }
      }
    }
    return rows
  }

  func isEqual(_ left: [JoinKeys], _ row: Int, _ candidate: Int) -> Bool {
    if let soleTexts,
      let isSame = left[0].isSame(row, soleTexts.entries, Int(soleTexts.codes[candidate])),
      isSame || !equalities[0].leftIsTime && !equalities[0].rightIsTime
    {
      return isSame
    }
    for (index, equality) in equalities.enumerated() {
      let value: EngineValue
      switch keys[index] {
      case .texts(let keys):
        if let isSame = left[index].isSame(row, keys.entries, Int(keys.texts.codes[candidate])) {
          // Unequal texts may be the same time.
          if isSame { continue }
          if !equality.leftIsTime, !equality.rightIsTime { return false }
        }
        value = keys.texts[candidate]
      case .inMemory(.times(let times)):
        if let isSame = left[index].isSame(row, times.seconds[candidate]) {
          if isSame { continue }
          return false
        }
        value = Vector.time(times.seconds[candidate])
      case .inMemory(let vector): value = vector[candidate]
      case .inFile(let id): value = store.storedValue(id, candidate)
      }
      let order = Comparison.order(
        left[index][row], value, leftIsTime: equality.leftIsTime, rightIsTime: equality.rightIsTime)
      if order != 0 { return false }
    }
    return true
  }
}

/// Zeroed bytes, in memory or in a temporary file.
private final class TableMemory {
  let base: UnsafeMutableRawPointer
  private let mapping: SpillMapping?

  init(byteCount: Int, _ context: ExecutionContext, isSpilled: Bool) throws {
    if isSpilled {
      let mapping = try SpillMapping(byteCount: byteCount, directory: context.options.temporaryDirectory)
      context.recorder.kept.spill(byteCount)
      base = mapping.base
      self.mapping = mapping
    } else {
      base = .allocate(byteCount: byteCount, alignment: MemoryLayout<UInt64>.alignment)
      base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
      mapping = nil
    }
  }

  deinit {
    if mapping == nil { base.deallocate() }
  }
}
