/// The segment's rows: which records of which pieces, in what order, and which row each delivered record is.
struct RowOrder {
  struct Source {
    var piece: UInt32
    var row: UInt32
  }

  /// Rows in event-time order, ties in input order.
  private(set) var rows: [Source] = []
  private(set) var times: [Int64] = []
  /// By piece: the row of each of its records. Duplicates share a row.
  private(set) var rowOfRecord: [[UInt32]] = []
  private(set) var duplicateCount = 0

  init(_ pieces: [Piece]) {
    let recordCount = pieces.reduce(0) { $0 + $1.state.rows.count }
    var kept: [Source] = []
    kept.reserveCapacity(recordCount)
    // Number of the kept record that each record is, in input order.
    var keptOfRecord: [[UInt32]] = []
    var seen = DuplicateTable(capacity: recordCount)
    let twins = TwinObjects(pieces)
    for (pieceIndex, piece) in pieces.enumerated() {
      var ordinals: [UInt32] = []
      ordinals.reserveCapacity(piece.state.rows.count)
      var twinsLeft = twins.ofPiece[pieceIndex][...]
      for (rowIndex, row) in piece.state.rows.buffer.enumerated() {
        while let twin = twinsLeft.first, twin.rows.upperBound <= rowIndex { twinsLeft.removeFirst() }
        if let twin = twinsLeft.first, twin.rows.contains(rowIndex) {
          let at = twin.otherRow + rowIndex - twin.rows.lowerBound
          ordinals.append(twin.otherPiece == pieceIndex ? ordinals[at] : keptOfRecord[twin.otherPiece][at])
          duplicateCount += 1
        } else if row.hasEventID, let earlier = seen.findOrAdd(row, ordinal: UInt32(kept.count)) {
          ordinals.append(earlier)
          duplicateCount += 1
        } else {
          ordinals.append(UInt32(kept.count))
          kept.append(Source(piece: UInt32(pieceIndex), row: UInt32(rowIndex)))
        }
      }
      keptOfRecord.append(ordinals)
    }
    let unsortedTimes = kept.map { pieces[Int($0.piece)].state.rows[Int($0.row)].time }
    let order = Self.stableOrder(unsortedTimes)
    rows = order.map { kept[Int($0)] }
    times = order.map { unsortedTimes[Int($0)] }
    var rowOfKept = [UInt32](repeating: 0, count: kept.count)
    for (row, ordinal) in order.enumerated() { rowOfKept[Int(ordinal)] = UInt32(row) }
    rowOfRecord = keptOfRecord.map { $0.map { rowOfKept[Int($0)] } }
  }

  private static func stableOrder(_ times: [Int64]) -> [UInt32] {
    let identity = (0..<UInt32(times.count)).map { $0 }
    if zip(times, times.dropFirst()).allSatisfy({ $0 <= $1 }) { return identity }
    return identity.sorted { a, b in
      let (x, y) = (times[Int(a)], times[Int(b)])
      return x != y ? x < y : a < b
    }
  }
}

/// Objects that have the bytes of one before under another name: record by record they are the same, with an event ID
/// or without.
private struct TwinObjects {
  struct Twin {
    var rows: Range<Int>
    var otherPiece: Int
    var otherRow: Int
  }

  /// In order of their rows.
  private(set) var ofPiece: [[Twin]] = []

  init(_ pieces: [Piece]) {
    var first: [[UInt8]: (piece: Int, row: Int, count: Int)] = [:]
    for (index, piece) in pieces.enumerated() {
      var twins: [Twin] = []
      for object in piece.objects where object.rowCount > 0 && object.fragment == 0 && object.isLastFragment {
        let rows = object.firstRow..<(object.firstRow + object.rowCount)
        guard let other = first[object.digest], other.count == rows.count else {
          first[object.digest] = (index, object.firstRow, object.rowCount)
          continue
        }
        let otherRows = pieces[other.piece].state.rows
        let isSame = rows.allSatisfy { row in
          let (a, b) = (piece.state.rows[row], otherRows[other.row + row - rows.lowerBound])
          return a.hashLow == b.hashLow && a.hashHigh == b.hashHigh
        }
        if isSame { twins.append(Twin(rows: rows, otherPiece: other.piece, otherRow: other.row)) }
      }
      ofPiece.append(twins)
    }
  }
}

/// Open addressing from a record's 128-bit hash to the first record that had it.
private struct DuplicateTable {
  private struct Entry {
    var low: UInt64 = 0
    var high: UInt64 = 0
    var ordinal: UInt32 = .max
  }

  private var entries: [Entry]
  private let mask: Int

  init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    entries = Array(repeating: Entry(), count: size)
    mask = size - 1
  }

  mutating func findOrAdd(_ row: PieceRow, ordinal: UInt32) -> UInt32? {
    var slot = Int(truncatingIfNeeded: row.hashLow) & mask
    while entries[slot].ordinal != .max {
      if entries[slot].low == row.hashLow, entries[slot].high == row.hashHigh { return entries[slot].ordinal }
      slot = (slot + 1) & mask
    }
    entries[slot] = Entry(low: row.hashLow, high: row.hashHigh, ordinal: ordinal)
    return nil
  }
}
