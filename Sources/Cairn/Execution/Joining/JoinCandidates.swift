/// The pairs of a left batch's rows and right rows that may join, some at a time: a batch may have more of them
/// than fit into memory.
struct JoinCandidates: Sendable {
  /// Pairs that are looked at together: of whole left rows, or some of one that has very many.
  struct Part: Sendable {
    fileprivate(set) var leftRows: [UInt32] = []
    /// Negative: the left row without a partner, which counts where no other pair of it does. Where the table
    /// decides alone, it is there in that case only.
    fileprivate(set) var rightRows: [Int] = []
    /// The left row that it has only some pairs of, and whether there are no more after them.
    fileprivate(set) var split: (row: UInt32, isLast: Bool)?
  }

  /// When a left row stands without a partner too.
  enum Alone: Sendable {
    case never, unmatched, always
  }

  /// Whether the right rows with an entry's hash are equal to it: then they are not compared again for each row.
  private enum Verdict {
    case unknown, allEqual, mixed
  }

  let batch: Batch
  private let keys: [JoinKeys]
  /// A number for each row, the same for rows with the same entries of all keys, where many share these; else empty.
  private let entries: [UInt32]
  /// By number where rows share these, else by row.
  private let hashes: [UInt64]
  /// For each of them the first row of the table that may join it, counted from 1; 0 for none.
  private let firstCandidates: [UInt32]
  private let table: JoinTable
  private let alone: Alone
  private var row = 0
  /// What is known of the entries where rows share them.
  private var verdicts: [Verdict]
  /// The last right row that has been given of `row`, where that one is split.
  private var last: Int?
  /// By entry the one right row that is equal to it, -1 for none; nil where some have several, or rows share no entries.
  private let soleRows: [Int32]?

  /// Pairs that are looked at together, about.
  private let pairCount: Int
  /// Pairs that are looked at together at most.
  static let largestPairCount = 1 << 16

  init(_ batch: Batch, _ keys: [JoinKeys], _ table: JoinTable, alone: Alone, pairCount: Int) {
    self.pairCount = pairCount
    self.batch = batch
    self.keys = keys
    self.table = table
    self.alone = alone
    let shared = table.joinsAll ? nil : JoinKeys.sharedEntries(keys, rowCount: batch.rowCount)
    entries = shared?.numbers ?? []
    if let shared {
      hashes = KeyHashes(keys, rows: shared.firstRows).values
    } else {
      hashes = table.joinsAll ? [] : KeyHashes(keys, rowCount: batch.rowCount).values
    }
    let candidates = table.firstCandidates(hashes)
    firstCandidates = candidates
    verdicts = Array(repeating: .unknown, count: shared?.count ?? 0)
    if let shared {
      soleRows = Self.soleRows(shared, hashes, candidates, keys, table)
    } else {
      soleRows = nil
    }
  }

  private static func soleRows(
    _ shared: LocalGroups, _ hashes: [UInt64], _ firstCandidates: [UInt32], _ keys: [JoinKeys],
    _ table: JoinTable
  ) -> [Int32]? {
    var rows = [Int32](repeating: -1, count: shared.count)
    for (entry, row) in shared.firstRows.enumerated() where firstCandidates[entry] != 0 {
      var next: Int? = Int(firstCandidates[entry]) - 1
      while let candidate = next {
        if table.isEqual(keys, Int(row), candidate) {
          guard rows[entry] == -1, let sole = Int32(exactly: candidate) else { return nil }
          rows[entry] = sole
        }
        next = table.candidate(hashes[entry], after: candidate)
      }
    }
    return rows
  }

  /// The next rows where none has more than one partner.
  private mutating func next(_ soleRows: [Int32]) -> Part? {
    // A row may be there with its partner and without.
    let end = min(batch.rowCount, row + (alone == .always ? (pairCount + 1) / 2 : pairCount))
    if row >= end { return nil }
    var part = Part()
    part.leftRows.reserveCapacity(end - row)
    part.rightRows.reserveCapacity(end - row)
    for row in row..<end {
      let partner = Int(soleRows[Int(entries[row])])
      if partner >= 0 {
        part.leftRows.append(UInt32(truncatingIfNeeded: row))
        part.rightRows.append(partner)
      }
      if alone == .always || partner < 0 && alone == .unmatched {
        part.leftRows.append(UInt32(truncatingIfNeeded: row))
        part.rightRows.append(-1)
      }
    }
    row = end
    return part
  }

  mutating func next() -> Part? {
    if let soleRows { return next(soleRows) }
    var part = Part()
    while row < batch.rowCount, part.leftRows.count < pairCount {
      if last == nil, !table.joinsAll, firstCandidates[place] == 0 {
        if alone != .never {
          part.leftRows.append(UInt32(truncatingIfNeeded: row))
          part.rightRows.append(-1)
        }
        row += 1
        continue
      }
      let start = part.leftRows.count
      let isContinued = last != nil
      let entry = entries.isEmpty ? nil : Int(entries[row])
      let isSure = table.joinsAll || entry.map { verdicts[$0] == .allEqual } ?? false
      var areAllEqual = true
      while let candidate = candidate(after: last) {
        last = candidate
        if !isSure, !table.isEqual(keys, row, candidate) {
          areAllEqual = false
          continue
        }
        part.leftRows.append(UInt32(row))
        part.rightRows.append(candidate)
        if part.leftRows.count - start >= pairCount { break }
      }
      if isContinued || part.leftRows.count - start >= pairCount {
        if start > 0 {
          // It gets parts of its own.
          part.leftRows.removeLast(part.leftRows.count - start)
          part.rightRows.removeLast(part.rightRows.count - start)
          last = nil
          return part
        }
        let isLast = candidate(after: last) == nil
        part.split = (UInt32(row), isLast)
        if isLast { advance() }
        return part
      }
      if let entry, !isSure { verdicts[entry] = areAllEqual ? .allEqual : .mixed }
      if alone == .always || alone == .unmatched && part.leftRows.count == start {
        part.leftRows.append(UInt32(row))
        part.rightRows.append(-1)
      }
      advance()
    }
    return part.leftRows.isEmpty ? nil : part
  }

  /// Where the hash of the row is.
  @inline(__always)
  private var place: Int { entries.isEmpty ? row : Int(entries[row]) }

  private mutating func advance() {
    row += 1
    last = nil
  }

  private func candidate(after last: Int?) -> Int? {
    if table.joinsAll {
      let next = (last ?? -1) + 1
      return next < table.store.rowCount ? next : nil
    }
    guard let last else { return firstCandidates[place] == 0 ? nil : Int(firstCandidates[place]) - 1 }
    return table.candidate(hashes[place], after: last)
  }
}
