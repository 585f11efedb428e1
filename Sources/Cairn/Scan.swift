import CairnSQL
import CairnStorage

/// Which rows a scan wants.
public struct ScanRequest: Sendable {
  /// Order of the rows that come out.
  public enum Order: Sendable {
    /// By segment in order of their earliest events, inside a segment by event time.
    case stored
    /// By event time over all segments; rows without one first.
    case time
    /// The reverse of `time`.
    case reverseTime
  }

  /// Least event time, milliseconds since 1970; nil for no bound.
  public var since: Int64?
  /// First event time that is too late.
  public var until: Int64?
  /// Whether only rows are wanted that no range of time contains, since nothing readable says when they were.
  public var isUndated = false
  /// What rows must satisfy.
  public var condition: Condition?
  /// Order of the rows.
  public var order = Order.stored
  /// Rows after which the scan ends.
  public var limit: Int?
  /// Worker threads.
  public var threads = 2
  /// Whether Logstash's `@timestamp` counts as eventTime in records that have none.
  public var usesLogstashTime = true
  package var mode = EvaluationMode()

  /// Everything.
  public init() {}
}

/// What a scan read and what it could leave alone.
public struct ScanStatistics: Sendable, Equatable {
  /// Segments of the archive.
  public var segments = 0
  /// Segments whose times overlap the range: the others were not opened.
  public var segmentsRead = 0
  /// Row groups of the archive's opened segments.
  public var rowGroups = 0
  /// Row groups of which rows were looked at.
  public var rowGroupsRead = 0
  /// Rows that the scan gave.
  public var rows = 0
  /// Blocks read, and their bytes as stored.
  public var blocksRead = 0
  /// Stored bytes of those blocks.
  public var bytesRead = 0
  /// Chunks (a column's values in a row group) whose values or codes were decoded.
  public var chunksDecoded = 0
}

/// How records are written out.
public enum RecordFormat: Sendable, Equatable {
  /// One compact JSON record a line, members, spelling and order as in the source. What JSON does not allow in
  /// strings is mended: control characters are escaped, bytes that are no UTF-8 become U+FFFD.
  case compactJSON
  /// The record's original bytes, then a line feed.
  case raw
}

/// A scan: prunes segments, row groups and rows by time, filters on encoded columns, then reads what is asked
/// for of the rows that are left.
public final class Scan {
  private let archive: Archive
  private let request: ScanRequest
  private let pruning: TimePruning
  private let reads = ReadStatistics()
  /// How far it has come.
  public let progress = QueryProgress()
  /// What has been read so far.
  public private(set) var statistics = ScanStatistics()
  /// Things to know that are no errors: paths of the condition that no record has, events that no range contains.
  public var warnings: [String] {
    get throws {
      var texts = request.condition?.notes ?? []
      texts += try NameWarnings(
        archive, paths: request.condition?.namedPaths ?? [],
        elementPaths: request.condition?.namedElements ?? []
      ).texts()
      if !pruning.isUnbounded {
        let warning = try UntimedRows.warning(archive, usesLogstashTime: request.usesLogstashTime)
        texts += warning.map { [$0] } ?? []
      }
      return texts
    }
  }

  /// What is to be said where nothing was found: values that records have in other letters only. Complete after the scan.
  public var hints: [String] {
    get throws {
      guard statistics.rows == 0, let condition = request.condition else { return [] }
      return try ValueHints(archive, condition.bound.conjuncts).texts()
    }
  }

  /// What is to be said of columns that `fields` would give.
  public func warnings(of paths: [String]) throws -> [String] {
    let named = try paths.map { BoundPath(names: try FieldPath.names($0, on: archive)) }
    let hasSubstitute = request.usesLogstashTime && RecordKeys(archive).hasLogstashTimes
    return try NameWarnings(archive, paths: named.filter { !hasSubstitute || !$0.isEventTime }).texts()
  }

  /// Prepares a scan; nothing is read yet.
  public init(_ archive: Archive, _ request: ScanRequest) {
    self.archive = archive
    self.request = request
    pruning = TimePruning(since: request.since, until: request.until)
    statistics.segments = archive.segments.count
    progress.follow(reads)
  }

  /// Number of rows. Without a condition no column is read for it.
  public func count() throws -> Int {
    var total = 0
    try selections { selection in
      total += selection.count
      return total < request.limit ?? .max
    }
    total = min(total, request.limit ?? .max)
    finish(rows: total)
    return total
  }

  /// Writes the records as JSON texts, in parallel, in order. `body` gets many records at a time.
  public func writeRecords(
    _ format: RecordFormat, _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
  ) throws {
    let layouts = LayoutCache()
    try emit { selection in
      let output = ByteBuffer()
      try selection.print(format, layouts, into: output)
      return output
    } _: {
      try body($0.buffer)
    }
  }

  /// Values at `paths` (dotted names, quoted or subscripted where needed) of the rows, in order.
  ///
  /// Throws `CairnError.usage` where a path is none.
  public func fields(_ paths: [String], _ body: ([[FieldValue]]) throws -> Void) throws {
    let names = try paths.map { try FieldPath.names($0, on: archive) }
    let hasSubstitute = request.usesLogstashTime && RecordKeys(archive).hasLogstashTimes
    let times = hasSubstitute ? names.indices.filter { BoundPath(names: names[$0]).isEventTime } : []
    try emit { selection in
      guard !times.isEmpty else { return try selection.fields(names) }
      return try selection.fields(names + [LogstashTime.path]).map { LogstashTime.filling($0, at: times) }
    } _: {
      try body($0)
    }
  }

  // MARK: Selecting

  /// Candidates by time: for each row group with rows in the range, those rows.
  private func candidates() throws -> [RowSelection] {
    var parts: [RowSelection] = []
    let segments = archive.segments.sorted(by: ArchiveSegment.isEarlier)
    // Without a condition or an order the limit is known to be reached early.
    var left = request.condition == nil && request.order == .stored ? request.limit ?? .max : .max
    for entry in segments where left > 0 {
      if request.isUndated, entry.untimedRowCount == 0 { continue }
      let hasLate = request.usesLogstashTime && !pruning.isUnbounded && entry.untimedRowCount > 0
      if !pruning.isUnbounded, !pruning.overlaps(minimum: entry.minimumTime, maximum: entry.maximumTime),
        !hasLate
      {
        continue
      }
      let reader = try archive.open(entry, statistics: reads)
      statistics.segmentsRead += 1
      statistics.rowGroups += reader.footer.rowGroups.count
      let filter = request.condition.map {
        RowFilter(conjuncts: $0.bound.conjuncts, reader, mode: request.mode)
      }
      if let filter, try !filter.mayPass() { continue }
      for rowGroup in reader.footer.rowGroups.indices where left > 0 {
        var rows = reader.unmarked(try rows(of: rowGroup, in: reader, hasLate), in: rowGroup)
        // Of those that a condition leaves less is to be looked at.
        if filter == nil { rows = try reader.unshared(rows, in: rowGroup).prefix(left) }
        if rows.isEmpty { continue }
        parts.append(RowSelection(reader, rowGroup, rows, filter))
        left -= rows.count
      }
    }
    return parts
  }

  /// A row group's rows in the range, or those that are in none.
  private func rows(of rowGroup: Int, in reader: SegmentReader, _ hasLate: Bool) throws -> Positions {
    if request.isUndated {
      return try LogstashTime.undatedRows(of: rowGroup, in: reader, isUsed: request.usesLogstashTime)
    }
    let late = hasLate ? try LogstashTime.rows(of: rowGroup, in: reader, within: pruning) : []
    let timed = try pruning.rows(of: rowGroup, in: reader)
    return late.isEmpty ? .run(timed) : Positions(late + timed.map { UInt32($0) })
  }

  /// Calls `body` with the selected rows of each row group, in stored order, until it returns false.
  private func selections(_ body: (RowSelection) throws -> Bool) throws {
    let parts = try candidates()
    if request.condition == nil {
      for (index, part) in parts.enumerated() {
        progress.set(done: index, of: parts.count)
        if try !body(part) { return }
      }
      return
    }
    for start in stride(from: 0, to: parts.count, by: request.threads) {
      progress.set(done: start, of: parts.count)
      let window = Array(parts[start..<min(start + request.threads, parts.count)])
      let filtered = try parallelMap(count: window.count, threads: request.threads) {
        try window[$0].filtered()
      }
      for (selection, wasRead) in filtered {
        statistics.rowGroupsRead += wasRead ? 1 : 0
        if try !body(selection) { return }
      }
    }
  }

  // MARK: Giving out

  /// Materializes the selected rows in the order wanted: some row groups at a time in parallel, results in
  /// order, so that memory stays bounded by the row groups in flight.
  private func emit<Result: Sendable>(
    _ work: @escaping @Sendable (RowSelection) throws -> Result, _ body: (Result) throws -> Void
  ) throws {
    var left = request.limit ?? .max
    var given = 0
    var pending: [RowSelection] = []
    func flush() throws {
      let window = pending
      pending = []
      for result in try parallelMap(count: window.count, threads: request.threads, { try work(window[$0]) }) {
        try body(result)
      }
    }
    func take(_ selection: RowSelection) throws -> Bool {
      let cut = selection.prefix(left)
      if cut.count > 0 {
        left -= cut.count
        given += cut.count
        if request.condition == nil { statistics.rowGroupsRead += 1 }
        pending.append(cut)
        if pending.count >= request.threads { try flush() }
      }
      return left > 0
    }
    if request.order == .stored {
      if left > 0 { try selections(take) }
    } else {
      for run in try ordered() where try !take(run) { break }
    }
    try flush()
    finish(rows: given)
  }

  /// All selected rows by time, as runs of rows of one row group.
  private func ordered() throws -> [RowSelection] {
    var parts: [RowSelection] = []
    try selections { selection in
      parts.append(selection)
      return true
    }
    var keys: [(time: Int64, part: Int, row: UInt32)] = []
    for (index, part) in parts.enumerated() {
      let times = try part.times(usesLogstashTime: request.usesLogstashTime)
      for (row, time) in zip(part.rows, times) { keys.append((time, index, row)) }
    }
    keys.sort { ($0.time, $0.part, $0.row) < ($1.time, $1.part, $1.row) }
    if request.order == .reverseTime { keys.reverse() }
    var runs: [RowSelection] = []
    var start = 0
    let wanted = min(keys.count, request.limit ?? .max)
    while start < wanted {
      var end = start + 1
      while end < wanted, keys[end].part == keys[start].part { end += 1 }
      runs.append(parts[keys[start].part].with(keys[start..<end].map(\.row)))
      start = end
    }
    return runs
  }

  private func finish(rows: Int) {
    let read = reads.snapshot
    statistics.rows = rows
    statistics.blocksRead = read.blocks
    statistics.bytesRead = read.bytes
    statistics.chunksDecoded = read.chunks
  }
}
