import CairnStorage

/// Which of some kept rows are dealt with together, where not all fit into memory: rows fall into buckets by the hash
/// of some of their columns, so that equal ones are together, and a pass takes as many buckets as fit, at least one.
struct RowBuckets {
  static let bucketCount = 1 << 12

  /// A bucket for each row, by batch.
  fileprivate var parts: [SpillArena.Part] = []
  /// Bytes of the rows of each bucket, roughly.
  private(set) var byteCounts = [Int](repeating: 0, count: bucketCount)

  /// The buckets of a batch's rows: rows that are the same in the columns (S63) have the same.
  static func buckets(_ batch: Batch, by columns: [ColumnID]) throws -> [UInt16] {
    var hashes = [UInt64](repeating: 0, count: batch.rowCount)
    for id in columns {
      let coded = try (batch.columns[id]?.vector() ?? .constant(.null)).coded(count: batch.rowCount)
      let parts = coded.entries.map { GroupingKey($0).stableHash }
      for (row, code) in coded.codes.enumerated() {
        hashes[row] = (hashes[row] ^ parts[Int(code)]) &* 0x9E37_79B9_7F4A_7C15
      }
    }
    return hashes.map { UInt16($0 >> 52) }
  }

  /// Takes the buckets of the next batch.
  ///
  /// - Parameter rowByteCount: bytes that working on one of its rows takes.
  mutating func add(_ buckets: [UInt16], rowByteCount: Int, _ arena: SpillArena) throws {
    for bucket in buckets { byteCounts[Int(bucket)] += rowByteCount }
    parts.append(try arena.append(buckets))
  }
}

/// The passes over buckets of rows.
struct PassPlan {
  private let passOfBucket: [UInt16]
  /// What each pass takes, roughly.
  let byteCounts: [Int]

  /// - Parameter buckets: what each bucket takes.
  init(_ buckets: [Int], byteLimit: Int) {
    var byteCounts = [0]
    var pass = 0
    passOfBucket = buckets.map { more in
      if byteCounts[pass] > 0, byteCounts[pass] + more > byteLimit {
        byteCounts.append(0)
        pass += 1
      }
      byteCounts[pass] += more
      return UInt16(truncatingIfNeeded: pass)
    }
    self.byteCounts = byteCounts
  }

  var count: Int { byteCounts.count }

  fileprivate func pass(_ bucket: UInt16) -> UInt16 { passOfBucket[Int(bucket)] }
}

/// The rows of kept batches by pass.
struct RowPasses {
  private struct BatchRows {
    /// The pass of each row.
    let passes: SpillArena.Part
    /// Rows, ascending within each pass, and where each pass begins.
    let rows: SpillArena.Part
    let starts: SpillArena.Part
  }

  private var batches: [BatchRows] = []

  init(_ buckets: RowBuckets, _ plan: PassPlan, _ arena: SpillArena, _ context: ExecutionContext) throws {
    for part in buckets.parts {
      try context.check()
      let passes = part.elements(UInt16.self).map { plan.pass($0) }
      var starts = [UInt32](repeating: 0, count: plan.count + 1)
      for pass in passes { starts[Int(pass) + 1] += 1 }
      for pass in 0..<plan.count { starts[pass + 1] += starts[pass] }
      var next = starts
      var rows = [UInt32](repeating: 0, count: passes.count)
      for (row, pass) in passes.enumerated() {
        rows[Int(next[Int(pass)])] = UInt32(row)
        next[Int(pass)] += 1
      }
      batches.append(
        BatchRows(
          passes: try arena.append(passes), rows: try arena.append(rows), starts: try arena.append(starts)))
    }
  }

  /// The rows of a batch that a pass takes, ascending.
  func rows(of pass: Int, batch: Int) -> [UInt32] {
    let (starts, rows) = (batches[batch].starts, batches[batch].rows)
    let range = Int(starts.element(pass, UInt32.self))..<Int(starts.element(pass + 1, UInt32.self))
    return rows.peek(range.lowerBound * 4..<range.upperBound * 4) { bytes in
      (0..<range.count).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self) }
    }
  }

  /// The pass of each row of a batch.
  func passes(ofBatch batch: Int) -> [UInt16] { batches[batch].passes.elements(UInt16.self) }
}

/// What the passes computed for rows, in temporary files until the rows come out in their order: each pass's values
/// are in the order of its rows.
struct PassResults {
  /// By pass and call.
  private var columns: [[StoredValues]] = []
  /// By pass: the value that comes next.
  private var next: [Int] = []
  /// Bytes of all values.
  private(set) var byteCount = 0

  /// Takes the values of the next pass, by call; gives their bytes.
  @discardableResult
  mutating func add(_ values: [[EngineValue]], _ arena: SpillArena) throws -> Int {
    add(try values.map { try StoredValues($0, arena) })
  }

  /// The same of values that are in temporary files.
  @discardableResult
  mutating func add(_ values: [StoredValues]) -> Int {
    columns.append(values)
    next.append(0)
    let more = values.reduce(0) { $0 + $1.byteCount }
    byteCount += more
    return more
  }

  /// The values of rows of these passes, which are next in the order of all rows, by call.
  mutating func take(_ passes: some Collection<UInt16>, callCount: Int) -> [[EngineValue]] {
    var values = [[EngineValue]](repeating: [], count: callCount)
    for call in 0..<callCount { values[call].reserveCapacity(passes.count) }
    for pass in passes.map({ Int($0) }) {
      for call in 0..<callCount { values[call].append(columns[pass][call][next[pass]]) }
      next[pass] += 1
    }
    return values
  }
}

/// A bit for each row of kept batches.
struct RowMarks: Sendable {
  private var words: [[UInt64]]

  init(_ batches: [Batch]) { words = batches.map { Array(repeating: 0, count: ($0.rowCount + 63) / 64) } }

  mutating func mark(_ row: UInt32, batch: Int) { words[batch][Int(row >> 6)] |= 1 << UInt64(row & 63) }

  func isMarked(_ row: UInt32, batch: Int) -> Bool {
    words[batch][Int(row >> 6)] & 1 << UInt64(row & 63) != 0
  }

  /// The marked rows of a batch, ascending.
  func rows(batch: Int) -> [UInt32] {
    var rows: [UInt32] = []
    for (index, word) in words[batch].enumerated() {
      var left = word
      while left != 0 {
        rows.append(UInt32(index * 64 + left.trailingZeroBitCount))
        left &= left - 1
      }
    }
    return rows
  }
}
