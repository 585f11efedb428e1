import CairnStorage

/// Groups of the rows of a batch by one or two columns with the number of rows of each: one pass over narrow codes,
/// without a number for each row. In order of first appearance.
struct GroupCounts {
  private(set) var firstRows: [UInt32] = []
  private(set) var counts: [Int] = []

  /// A table of so many counters stays in the second-level cache.
  private static let tableLimit = 1 << 17

  /// Nil where there are too many columns or combinations for that.
  init?(_ columns: [CodeColumn], rowCount: Int) {
    let dividing = columns.filter {
      if case .constant = $0.codes { false } else { $0.entryCount > 1 }
    }
    if rowCount == 0 { return }
    guard let first = dividing.first else {
      (firstRows, counts) = ([0], [rowCount])
      return
    }
    let (product, overflows) = first.entryCount.multipliedReportingOverflow(
      by: dividing.last?.entryCount ?? 1)
    if dividing.count > 2 || dividing.count == 2 && (overflows || product > Self.tableLimit) { return nil }
    if first.entryCount > Self.tableLimit { return nil }
    switch first.codes {
    case .constant: return nil
    case .bytes(let codes): count(codes, first.entryCount, dividing.dropFirst().first)
    case .shorts(let codes): count(codes, first.entryCount, dividing.dropFirst().first)
    case .longs(let codes): count(codes, first.entryCount, dividing.dropFirst().first)
    }
  }

  private mutating func count<First: FixedWidthInteger & BitwiseCopyable>(
    _ codes: [First], _ entryCount: Int, _ second: CodeColumn?
  ) {
    switch second?.codes {
    case .bytes(let others): count(codes, entryCount, others, second?.entryCount ?? 1)
    case .shorts(let others): count(codes, entryCount, others, second?.entryCount ?? 1)
    case .longs(let others): count(codes, entryCount, others, second?.entryCount ?? 1)
    case .constant, nil: tally(entryCount, rowCount: codes.count) { Int(codes[$0]) }
    }
  }

  private mutating func count<
    First: FixedWidthInteger & BitwiseCopyable, Second: FixedWidthInteger & BitwiseCopyable
  >(_ codes: [First], _ entryCount: Int, _ others: [Second], _ otherCount: Int) {
    codes.withUnsafeBufferPointer { codes in
      others.withUnsafeBufferPointer { others in
        tally(entryCount * otherCount, rowCount: codes.count) {
          Int(codes[$0]) &* otherCount &+ Int(others[$0])
        }
      }
    }
  }

  @inline(__always)
  private mutating func tally(_ placeCount: Int, rowCount: Int, _ place: (Int) -> Int) {
    var places: [Int] = []
    var rows: [UInt32] = []
    var table = [UInt32](repeating: 0, count: placeCount)
    table.withUnsafeMutableBufferPointer { table in
      for row in 0..<rowCount {
        let place = place(row)
        if table[place] == 0 {
          places.append(place)
          rows.append(UInt32(truncatingIfNeeded: row))
        }
        table[place] &+= 1
      }
    }
    firstRows = rows
    counts = places.map { Int(table[$0]) }
  }
}
