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
        } else if row.hasEventID,
          let earlier = seen.findOrAdd(
            row, ordinal: UInt32(kept.count),
            isSame: {
              let other = pieces[Int(kept[Int($0)].piece)].state.rows[Int(kept[Int($0)].row)]
              return other.hashLow == row.hashLow && other.hashHigh == row.hashHigh
            })
        {
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

  /// Rows without a time first, then by time; equal ones in their order. By eleven bits at a time.
  private static func stableOrder(_ times: [Int64]) -> [UInt32] {
    var order = (0..<UInt32(times.count)).map { $0 }
    if zip(times, times.dropFirst()).allSatisfy({ $0 <= $1 }) { return order }
    let first = times.reduce(Int64.max) { $1 == EventTime.unknown ? $0 : min($0, $1) }
    let keys = times.map { $0 == EventTime.unknown ? 0 : UInt64(bitPattern: $0 &- first) &+ 1 }
    let greatest = keys.max() ?? 0
    var sorted = [UInt32](repeating: 0, count: order.count)
    var shift: UInt64 = 0
    while shift < 64, greatest >> shift > 0 {
      var starts = [Int](repeating: 0, count: 2049)
      for key in keys { starts[Int(key >> shift & 2047) + 1] += 1 }
      for digit in 0..<2048 { starts[digit + 1] += starts[digit] }
      for index in order {
        let digit = Int(keys[Int(index)] >> shift & 2047)
        sorted[starts[digit]] = index
        starts[digit] += 1
      }
      swap(&order, &sorted)
      shift += 11
    }
    return order
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
    // By the first bytes of their SHA-256.
    var first: [UInt64: (piece: Int, object: Int)] = [:]
    for (index, piece) in pieces.enumerated() {
      var twins: [Twin] = []
      // By index: entries are large, and each copy counts references.
      for at in piece.objects.indices {
        let (row, count) = (piece.objects[at].firstRow, piece.objects[at].rowCount)
        guard count > 0, piece.objects[at].fragment == 0, piece.objects[at].isLastFragment,
          piece.objects[at].digest.count == ContentDigest.byteCount
        else { continue }
        let rows = row..<(row + count)
        let digest = ContentDigest(piece.objects[at].digest)
        guard let other = first[digest.words.0],
          pieces[other.piece].objects[other.object].rowCount == count,
          ContentDigest(pieces[other.piece].objects[other.object].digest) == digest
        else {
          first[digest.words.0] = (index, at)
          continue
        }
        let otherRow = pieces[other.piece].objects[other.object].firstRow
        let otherRows = pieces[other.piece].state.rows
        let isSame = rows.allSatisfy { row in
          let (a, b) = (piece.state.rows[row], otherRows[otherRow + row - rows.lowerBound])
          return a.hashLow == b.hashLow && a.hashHigh == b.hashHigh
        }
        if isSame { twins.append(Twin(rows: rows, otherPiece: other.piece, otherRow: otherRow)) }
      }
      ofPiece.append(twins)
    }
  }
}

/// Open addressing from a record's 128-bit hash to the first record that had it.
private struct DuplicateTable {
  /// A part of the hash in the upper half, the record in the lower; `.max` where there is none.
  private var entries: [UInt64]
  private let mask: Int

  init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    entries = Array(repeating: .max, count: size)
    mask = size - 1
  }

  /// - Parameter isSame: whether a record has the row's hash.
  mutating func findOrAdd(_ row: PieceRow, ordinal: UInt32, isSame: (UInt32) -> Bool) -> UInt32? {
    var slot = Int(truncatingIfNeeded: row.hashLow) & mask
    let tag = row.hashHigh >> 32
    while entries[slot] != .max {
      let known = UInt32(truncatingIfNeeded: entries[slot])
      if entries[slot] >> 32 == tag, isSame(known) { return known }
      slot = (slot + 1) & mask
    }
    entries[slot] = tag << 32 | UInt64(ordinal)
    return nil
  }
}
