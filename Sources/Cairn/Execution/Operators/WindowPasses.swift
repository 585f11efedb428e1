import CairnStorage

/// Which partitions of a window are computed together, where not all fit into memory: partitions fall into buckets
/// by their keys' hash, and a pass takes as many buckets as fit, at least one.
struct WindowPasses {
  private static let bucketCount = 1 << 12
  /// A bucket for each row, by batch.
  private let buckets: [SpillArena.Part]
  private let passOfBucket: [UInt16]
  let count: Int

  init(_ kept: KeptRows, partition: [ColumnID], rowsPerPass: Int, _ context: ExecutionContext) throws {
    var rowCounts = [Int](repeating: 0, count: Self.bucketCount)
    let arena = SpillArena(context)
    buckets = try kept.batches.map { batch in
      try context.check()
      let buckets = try Self.buckets(batch.handedOut(), partition)
      for bucket in buckets { rowCounts[Int(bucket)] += 1 }
      return try arena.append(buckets)
    }
    var (pass, rows): (UInt16, Int) = (0, 0)
    passOfBucket = rowCounts.map { count in
      if rows > 0, rows + count > rowsPerPass { (pass, rows) = (pass + 1, 0) }
      rows += count
      return pass
    }
    count = Int(pass) + 1
  }

  private static func buckets(_ batch: Batch, _ partition: [ColumnID]) throws -> [UInt16] {
    var hashes = [UInt64](repeating: 0, count: batch.rowCount)
    for id in partition {
      let coded = try (batch.columns[id]?.vector() ?? .constant(.null)).coded(count: batch.rowCount)
      let parts = coded.entries.map { GroupingKey($0).stableHash }
      for (row, code) in coded.codes.enumerated() {
        hashes[row] = (hashes[row] ^ parts[Int(code)]) &* 0x9E37_79B9_7F4A_7C15
      }
    }
    return hashes.map { UInt16($0 >> 52) }
  }

  /// The rows that a pass takes, by batch, ascending.
  func rows(of pass: Int) -> [[UInt32]] {
    buckets.map { part in
      let buckets = part.elements(UInt16.self)
      return buckets.indices.compactMap { row in
        Int(passOfBucket[Int(buckets[row])]) == pass ? UInt32(row) : nil
      }
    }
  }

  /// The pass of each row of a batch.
  fileprivate func passes(ofBatch batch: Int) -> [Int] {
    buckets[batch].elements(UInt16.self).map { Int(passOfBucket[Int($0)]) }
  }

  /// What the passes computed, in temporary files until the rows come out.
  struct Results {
    /// By batch and call the values of the rows that each pass took.
    private var columns: [[[Int: SpilledColumn]]]

    init(batchCount: Int, callCount: Int) {
      columns = Array(
        repeating: Array(repeating: [:], count: callCount), count: batchCount)
    }

    mutating func add(_ values: [[EngineValue]], _ rows: [[UInt32]], pass: Int, _ kept: KeptRows) throws {
      guard let arena = kept.arena else { return }
      for (call, values) in values.enumerated() {
        var start = 0
        for (batch, rows) in rows.enumerated() where !rows.isEmpty {
          let part = Array(values[start..<(start + rows.count)])
          start += rows.count
          columns[batch][call][pass] = try SpilledColumn(.plain(part), rowCount: part.count, arena)
        }
      }
    }

    func values(batch: Int, call: Int, _ passes: WindowPasses) throws -> [EngineValue] {
      let parts = try columns[batch][call].mapValues { try $0.vector(nil).values(count: 0) }
      var next = [Int](repeating: 0, count: passes.count)
      return passes.passes(ofBatch: batch).map { pass in
        defer { next[pass] += 1 }
        return parts[pass]?[next[pass]] ?? .null
      }
    }
  }
}
