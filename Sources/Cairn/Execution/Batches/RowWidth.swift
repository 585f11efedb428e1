import CairnStorage

// What rows take when their columns are read, roughly: told before they are, so that batches of wide rows have few.

extension Batch {
  /// What one of its rows takes.
  var rowByteCount: Int { columns.values.reduce(0) { $0 + $1.rowByteCount(rowCount: rowCount) } }
}

extension Vector {
  /// Rows that are looked at.
  private static let sampleCount = 16

  /// What a row takes, by some of them.
  func sampledByteCount(rowCount: Int) -> Int {
    switch self {
    case .times, .timestamps, .wholes, .doubles: return MemoryLayout<Int64>.stride
    case .constant: return 0
    case .texts(let texts): return texts.meanByteCount
    case .coded, .plain: break
    }
    if rowCount == 0 { return 0 }
    let step = max(1, rowCount / Self.sampleCount)
    let sample = stride(from: 0, to: rowCount, by: step)
    var byteCount = 0
    var count = 0
    for row in sample {
      byteCount += self[row].heldByteCount
      count += 1
    }
    return byteCount / count
  }
}

/// What the rows of a segment take by column.
struct SegmentWidths: Sendable {
  /// What a value takes that is neither an object nor an array.
  private static let leafByteCount = 96
  /// What an element of an array takes, or a member of it.
  static let elementByteCount = 256
  /// No more is believed of a file.
  private static let mostByteCount = 1 << 28

  private let reader: SegmentReader

  init(_ reader: SegmentReader) { self.reader = reader }

  /// A record as JSON.
  private var recordByteCount: Int {
    min(Self.mostByteCount, reader.footer.jsonByteCount / max(1, reader.footer.rowCount))
      + EngineValue.ownByteCount
  }

  /// What the value of a column takes; that of objects and arrays at most.
  func byteCount(_ source: EventsColumn) throws -> Int {
    guard case .path(let path) = source else { return Self.leafByteCount }
    if path.names.isEmpty { return recordByteCount }
    return try path.onlyStrings || reader.isLeaf(path.names) ? Self.leafByteCount : recordByteCount
  }

  /// What a row takes with all of some columns: objects in it together no more than the record.
  func byteCount(_ sources: [EventsColumn]) throws -> Int {
    var (total, parts) = (0, 0)
    for source in sources {
      let byteCount = try byteCount(source)
      if case .path(let path) = source, !path.names.isEmpty, byteCount > Self.leafByteCount {
        parts += byteCount
      } else {
        total += byteCount
      }
    }
    return total + min(parts, recordByteCount)
  }
}
