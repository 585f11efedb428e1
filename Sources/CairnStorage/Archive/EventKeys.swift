/// Event IDs of a segment's rows, as hashes with the rows' times: what tells cheaply that two segments may have one
/// record. Equal records have equal times.
package struct EventKeys {
  package struct Entry: BitwiseCopyable, Sendable {
    /// Milliseconds since 1970, or `EventTime.unknown`.
    package var time: Int64
    package var hash: UInt64
    package var row: UInt32

    func precedes(_ other: Entry) -> Bool { (time, hash, row) < (other.time, other.hash, other.row) }
    func isTwin(of other: Entry) -> Bool { time == other.time && hash == other.hash }
  }

  /// Rows that have an event ID, by time, then hash, then row.
  private(set) var entries: [Entry]

  private static let eventID = [PathName(bytes: Array("eventID".utf8), isExact: true)]

  /// Those of all rows: 24 bytes a row.
  init(_ reader: SegmentReader, threads: Int) throws {
    entries = try parallelMap(count: reader.footer.rowGroups.count, threads: threads) { rowGroup in
      try Self.read(reader, rowGroup, .run(0..<reader.footer.rowGroups[rowGroup].rowCount))
    }.flatMap { $0 }
    sortByTime()
  }

  /// Those of some rows of a row group.
  init(_ reader: SegmentReader, rowGroup: Int, _ rows: Positions) throws {
    entries = try Self.read(reader, rowGroup, rows)
    sortByTime()
  }

  private mutating func sortByTime() {
    // Rows come by time.
    var start = 0
    while start < entries.count {
      var end = start + 1
      while end < entries.count, entries[end].time == entries[start].time { end += 1 }
      if end - start > 1 { entries[start..<end].sort { $0.precedes($1) } }
      start = end
    }
  }

  /// Entries of some rows of a row group, in the order in which their columns have them.
  package static func read(_ reader: SegmentReader, _ rowGroup: Int, _ rows: Positions) throws -> [Entry] {
    if rows.isEmpty { return [] }
    let group = reader.footer.rowGroups[rowGroup]
    let times = try reader.times(of: rowGroup)
    let paths = RowGroupPaths(reader, rowGroup: rowGroup)
    var entries: [Entry] = []
    entries.reserveCapacity(rows.count)
    try paths.visit(eventID, rows: rows) { part in
      guard case .value(let index) = part.target else { return }
      let column = try reader.column(index)
      guard column.info.kind == .string else { return }
      let strings = try paths.strings(column, part.positions)
      let hashes = (0..<strings.table.count).map { checksum(strings.table[$0], seed: 0) }
      guard strings.count == part.members.count else {
        throw CairnError.damaged(file: reader.name, offset: 0, cause: "event IDs do not fit their rows")
      }
      for value in 0..<strings.count {
        let row = Int(rows[Int(part.members[value])])
        let time =
          row < group.untimedRowCount ? EventTime.unknown : times[row - group.untimedRowCount]
        entries.append(
          Entry(time: time, hash: hashes[strings.entry(value)], row: UInt32(group.firstRow + row)))
      }
    }
    // Rows that lead to several columns came by column.
    if zip(entries, entries.dropFirst()).contains(where: { $0.row > $1.row }) {
      entries.sort { $0.row < $1.row }
    }
    return entries
  }

  /// The entries with this one's time and hash.
  func twins(of entry: Entry) -> ArraySlice<Entry> {
    let least = Entry(time: entry.time, hash: entry.hash, row: 0)
    let start = entries.partitioningIndex { !$0.precedes(least) }
    var end = start
    while end < entries.count, entries[end].isTwin(of: entry) { end += 1 }
    return entries[start..<end]
  }

  /// Calls `body` with the rows of each time and hash that several rows have.
  func visitTwins(_ body: (ArraySlice<Entry>) -> Void) {
    var start = 0
    while start < entries.count {
      var end = start + 1
      while end < entries.count, entries[end].isTwin(of: entries[start]) { end += 1 }
      if end - start > 1 { body(entries[start..<end]) }
      start = end
    }
  }
}
