import CairnStorage

// What values, columns and batches take in memory, roughly: buffers that several of them share count for each.

extension EngineValue {
  /// What a value takes beside its own buffers.
  static let ownByteCount = MemoryLayout<EngineValue>.stride
  /// What the allocator and Swift add to a buffer.
  private static let bufferByteCount = 32

  /// What a value with a buffer takes beside what is in that.
  static var bufferedByteCount: Int { ownByteCount + bufferByteCount }

  var heldByteCount: Int {
    switch self {
    case .text(let text), .record(.string(let text)), .record(.json(let text)),
      .record(.number(let text)):
      Self.ownByteCount + Self.bufferByteCount + text.count
    case .number(.decimal(let decimal)):
      Self.ownByteCount + 3 * Self.bufferByteCount + decimal.spelling.count + decimal.digits.count
    case .array(let items): Self.held(items)
    case .map(let map): Self.held(map.keys) + Self.held(map.values)
    case .row(let row): Self.held(row.values) + row.names.reduce(0) { $0 + Self.bufferByteCount + $1.count }
    default: Self.ownByteCount
    }
  }

  private static func held(_ values: [EngineValue]) -> Int {
    values.reduce(ownByteCount + bufferByteCount) { $0 + $1.heldByteCount }
  }
}

extension Vector {
  var heldByteCount: Int {
    switch self {
    case .constant(let value): value.heldByteCount
    case .coded(let coded):
      coded.entries.reduce(coded.codes.count * 4 + coded.keys.count * 8) { $0 + $1.heldByteCount }
    case .times(let times), .timestamps(let times): times.seconds.count * 8
    case .wholes(let numbers): numbers.values.count * 8 + numbers.isNull.count
    case .doubles(let numbers): numbers.values.count * 8 + numbers.isNull.count
    case .texts(let texts): texts.heldByteCount
    case .plain(let values): values.reduce(0) { $0 + $1.heldByteCount }
    }
  }
}

extension Batch {
  /// What keeping it takes. Columns of `events` that are not read cost their rows' numbers only.
  var heldByteCount: Int {
    var seen: Set<ObjectIdentifier> = []
    var byteCount = 0
    for column in columns.values where seen.insert(ObjectIdentifier(column)).inserted {
      byteCount += Column.ownByteCount + column.heldByteCount(rowCount: rowCount)
      if let rows = column.scanRows, seen.insert(ObjectIdentifier(rows)).inserted {
        byteCount += rows.rows.count * 4
      }
    }
    return byteCount
  }
}
