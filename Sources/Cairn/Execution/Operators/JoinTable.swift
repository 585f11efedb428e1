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

  /// The right side's values of one equality.
  private enum Keys {
    case inMemory(entries: [EngineValue], codes: [UInt32])
    case inFile(ColumnID)
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
    var (entries, codes): ([EngineValue], [UInt32]) = ([], [])
    for batch in batches {
      let coded = try (batch.columns[id]?.vector() ?? .constant(.null)).coded(count: batch.rowCount)
      let first = UInt32(entries.count)
      entries += coded.entries
      for code in coded.codes { codes.append(first + code) }
    }
    return .inMemory(entries: entries, codes: codes)
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

  func isEqual(_ left: [JoinKeys], _ row: Int, _ candidate: Int) -> Bool {
    for (index, equality) in equalities.enumerated() {
      let value: EngineValue
      switch keys[index] {
      case .inMemory(let entries, let codes): value = entries[Int(codes[candidate])]
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

/// The values of one side of an equality with the key that equal values have in common.
struct JoinKeys: Sendable {
  private let coded: Vector.Coded
  private let hashes: [UInt64?]

  init(_ vector: Vector, count: Int) {
    coded = vector.coded(count: count)
    hashes = coded.entries.map { $0.joinHash }
  }

  var entryCount: Int { coded.entries.count }

  subscript(row: Int) -> EngineValue { coded.entries[Int(coded.codes[row])] }

  /// Nil for NULL, which equals nothing.
  fileprivate func hash(_ row: Int) -> UInt64? { hashes[Int(coded.codes[row])] }
}

/// For each row of a batch the hash of all its keys.
struct KeyHashes: Sendable {
  private enum Form: Sendable {
    case inMemory([UInt64])
    case inFile(SpillArena.Part)
  }

  private let form: Form
  let count: Int
  /// The hash of rows that have a NULL, which equals nothing.
  static let null: UInt64 = 0

  init(_ keys: [JoinKeys], rowCount: Int) {
    count = rowCount
    form = .inMemory(
      (0..<rowCount).map { row in
        var hash: UInt64 = 0
        for key in keys {
          guard let part = key.hash(row) else { return Self.null }
          hash = (hash ^ part) &* 0x9E37_79B9_7F4A_7C15
        }
        hash ^= hash >> 32
        return hash == Self.null ? 1 : hash
      })
  }

  private init(_ part: SpillArena.Part, count: Int) {
    form = .inFile(part)
    self.count = count
  }

  var isInFile: Bool {
    if case .inFile = form { true } else { false }
  }

  func spilled(_ arena: SpillArena) throws -> KeyHashes {
    guard case .inMemory(let values) = form else { return self }
    return KeyHashes(try arena.append(values), count: count)
  }

  var values: [UInt64] {
    switch form {
    case .inMemory(let values): values
    case .inFile(let part): part.elements(UInt64.self)
    }
  }
}

extension EngineValue {
  /// The same for all values that can be equal by S20: numbers by value, also where a text spells them; times
  /// likewise; booleans as their texts; arrays and objects by their parts, also where a text spells them. Nil for
  /// what equals nothing.
  var joinHash: UInt64? { joinHash(depth: CompositeOrder.nesting) }

  private func joinHash(depth: Int) -> UInt64? {
    if isNull { return nil }
    if let number = number { return GroupingKey(.number(number)).stableHash }
    if let point = timePoint {
      return GroupingKey(.timestamp(point)).stableHash
    }
    if let address = networkAddress { return GroupingKey(.address(address)).stableHash }
    let composite = isComposite ? self : spelledComposite
    guard let composite else { return GroupingKey(.text(text ?? [])).stableHash }
    if depth == 0 { return 1 }
    return composite.partsHash { $0.joinHash(depth: depth - 1) ?? 0 }
  }

  /// The object or array that a text spells in full; nil for none.
  private var spelledComposite: EngineValue? {
    guard let text = string, text.first == UInt8(ascii: "{") || text.first == UInt8(ascii: "["),
      JSONDocument.compact(text) == text
    else { return nil }
    return .record(.json(text))
  }
}
