/// A table of text with records: a column that has them as JSON, as Athena, Lake and Splunk export it, or the event
/// history's columns, of which records are made.
struct RecordTable {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let separator: UInt8
  private let names: [String]
  private let start: Int

  /// Nil where the first line is no table's head.
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    let begin = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    guard begin < bytes.count, !"{[<".utf8.contains(bytes[begin]), bytes[begin] > 0x20 else { return nil }
    let line = bytes[begin...].prefix(Self.headByteLimit).prefix { $0 != 0x0A }
    let separators = [",", ";", "\t"].map { UInt8(ascii: $0) }
    let counts = separators.map { separator in line.reduce(0) { $0 + ($1 == separator ? 1 : 0) } }
    let most = counts.max() ?? 0
    guard let best = counts.firstIndex(of: most), line.allSatisfy({ $0 >= 0x20 || $0 == 0x09 || $0 == 0x0D })
    else { return nil }
    self.bytes = bytes
    separator = separators[best]
    var rows = TableRows(bytes, separator: separator, at: begin)
    guard let head = rows.next(), head.cells.count == most + 1 else { return nil }
    names = head.cells.map { String(decoding: $0, as: UTF8.self) }
    start = rows.position
  }

  /// Bytes that a table's head has at most.
  private static let headByteLimit = 1 << 16

  /// Appends the records, a line each. Rows without one go there as they are, so that they are told. False where the
  /// table has no records, or more than `limit` bytes.
  func write(to output: PaddedBuffer, limit: Int) throws -> Bool {
    let history = HistoryColumns(names)
    var rows = TableRows(bytes, separator: separator, at: start)
    var hasSome = false
    var skipped: [UInt8] = []
    while let row = rows.next() {
      if let record = row.cells.first(where: Self.isRecord) ?? history?.record(row.cells) {
        guard try output.append(record + [0x0A], limit: limit) else { return false }
        hasSome = true
        continue
      }
      // Rows before the first record are few, or the table is another's.
      if !hasSome {
        skipped += bytes[row.range]
        guard skipped.count < Self.headByteLimit else { return false }
      }
      let line = bytes[row.range].map {
        $0 == 0x0A || $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") ? 0x20 : $0
      }
      guard try output.append(line + [0x0A], limit: limit) else { return false }
    }
    return hasSome
  }

  private static func isRecord(_ cell: [UInt8]) -> Bool {
    guard cell.first == UInt8(ascii: "{") else { return false }
    return cell.withUnsafeBufferPointer { ObjectRecognizer.looksLikeRecord($0, 0) }
  }
}

/// Rows of a table of text (RFC 4180), with any separator and line end.
struct TableRows {
  struct Row {
    var cells: [[UInt8]]
    /// Without the line's end.
    var range: Range<Int>
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private let separator: UInt8
  private(set) var position: Int

  init(_ bytes: UnsafeBufferPointer<UInt8>, separator: UInt8, at position: Int) {
    (self.bytes, self.separator, self.position) = (bytes, separator, position)
  }

  mutating func next() -> Row? {
    while position < bytes.count, bytes[position] == 0x0A || bytes[position] == 0x0D { position += 1 }
    guard position < bytes.count else { return nil }
    let start = position
    var cells: [[UInt8]] = []
    while true {
      cells.append(cell())
      guard position < bytes.count, bytes[position] == separator else { break }
      position += 1
    }
    return Row(cells: cells, range: start..<position)
  }

  private mutating func cell() -> [UInt8] {
    var cell: [UInt8] = []
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
      position += 1
      while position < bytes.count {
        let byte = bytes[position]
        position += 1
        if byte == UInt8(ascii: "\"") {
          guard position < bytes.count, bytes[position] == byte else { break }
          position += 1
        }
        cell.append(byte)
      }
    }
    while position < bytes.count, bytes[position] != separator, bytes[position] != 0x0A,
      bytes[position] != 0x0D
    {
      cell.append(bytes[position])
      position += 1
    }
    return cell
  }
}
