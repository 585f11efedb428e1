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

/// A scan of records: prunes segments, row groups and rows by time, filters on encoded columns as a query does, then
/// reads what is asked for of the rows that are left.
public final class Scan {
  private let archive: Archive
  private let request: ScanRequest
  private let recorder = StatisticsRecorder()
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
      if request.since != nil || request.until != nil {
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
    statistics.segments = archive.segments.count
    progress.follow(recorder)
  }

  /// Number of rows. Without a condition no column is read for it.
  public func count() throws -> Int {
    let limit = request.limit ?? .max
    var total = 0
    if limit > 0 {
      try pull { batch, _ in
        batch.rowCount
      } _: { count in
        total += count
        return total < limit
      }
    }
    total = min(total, limit)
    finish(rows: total)
    return total
  }

  /// Writes the records as JSON texts, in parallel, in order. `body` gets many records at a time.
  public func writeRecords(
    _ format: RecordFormat, _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
  ) throws {
    let layouts = LayoutCache()
    try emit { run in
      let output = ByteBuffer()
      try run.print(format, layouts, into: output)
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
    try emit { run in
      guard !times.isEmpty else { return try run.fields(names) }
      return try run.fields(names + [LogstashTime.path]).map { LogstashTime.filling($0, at: times) }
    } _: {
      try body($0)
    }
  }

  // MARK: The plan

  /// What gives the rows: those of `events`, in stored order, for which the condition is true.
  ///
  /// - Parameter body: takes what `work` makes of each batch, until it returns false. The column is the record.
  private func pull<Result: Sendable>(
    _ work: @escaping @Sendable (Batch, ColumnID) throws -> Result, _ body: (Result) throws -> Bool
  ) throws {
    var options = QueryOptions()
    (options.since, options.until) = (request.since, request.until)
    (options.isUndated, options.threads) = (request.isUndated, request.threads)
    (options.usesLogstashTime, options.mode) = (request.usesLogstashTime, request.mode)
    let ids = ColumnIDs()
    let table = EventsTable(
      ids, keys: request.condition.flatMap { $0.isOnArchive ? RecordKeys(archive) : nil }, isQueried: false,
      usesLogstashTime: request.usesLogstashTime, hasElementColumns: true)
    let record = table.column(.path(BoundPath(names: [])))
    var plan = LogicalPlan.scan(LogicalPlan.Scan(table: table))
    if let condition = request.condition {
      let (terms, now) = try condition.terms(on: table)
      plan = try PlanPass.improved(
        plan.filtered(terms), [record], ids, now: now, without: request.mode.withoutPasses)
    }
    let context = ExecutionContext(archive, options, recorder: recorder)
    try plan.operators.pull(context, { try work($0, record) }, body)
  }

  // MARK: Giving out

  /// Materializes the rows in the order wanted: some row groups at a time in parallel, results in order, so that memory
  /// stays bounded by the row groups in flight.
  private func emit<Result: Sendable>(
    _ work: @escaping @Sendable (RecordRun) throws -> Result, _ body: (Result) throws -> Void
  ) throws {
    var left = request.limit ?? .max
    if left == 0 { return finish(rows: 0) }
    var given = 0
    var rowGroups: Set<RowGroupPlace> = []
    var pending: [RecordRun] = []
    func flush() throws {
      let window = pending
      pending = []
      for result in try parallelMap(count: window.count, threads: request.threads, { try work(window[$0]) }) {
        try body(result)
      }
    }
    func take(_ run: RecordRun) throws -> Bool {
      left -= run.count
      given += run.count
      rowGroups.insert(run.rows.place)
      pending.append(run)
      if pending.count >= request.threads { try flush() }
      return left > 0
    }
    if request.order == .stored {
      try pull { batch, record in
        batch.columns[record]?.scanRows
      } _: { rows in
        guard let rows else { return true }
        return try take(RecordRun(rows.rows.count > left ? rows.subset(.run(0..<left)) : rows))
      }
    } else {
      for run in try ordered() where try !take(run) { break }
    }
    try flush()
    finish(rows: given)
    // All are candidates; what a limit leaves alone is not read.
    if request.condition == nil { statistics.rowGroupsRead = rowGroups.count }
  }

  /// All rows by time, as runs of rows of one row group.
  private func ordered() throws -> [RecordRun] {
    var parts: [ScanRows] = []
    var keys: [(time: Int64, part: Int, place: UInt32)] = []
    try pull { batch, record in
      batch.columns[record]?.scanRows
    } _: { rows in
      guard let rows else { return true }
      let times = try rows.times(usesLogstashTime: request.usesLogstashTime)
      for (place, time) in times.enumerated() {
        keys.append((time, parts.count, UInt32(truncatingIfNeeded: place)))
      }
      parts.append(rows)
      return true
    }
    keys.sort { ($0.time, $0.part, $0.place) < ($1.time, $1.part, $1.place) }
    if request.order == .reverseTime { keys.reverse() }
    var runs: [RecordRun] = []
    var start = 0
    let wanted = min(keys.count, request.limit ?? .max)
    while start < wanted {
      var end = start + 1
      while end < wanted, keys[end].part == keys[start].part { end += 1 }
      runs.append(RecordRun(parts[keys[start].part], places: keys[start..<end].map(\.place)))
      start = end
    }
    return runs
  }

  private func finish(rows: Int) {
    let (found, read) = (recorder.snapshot, recorder.reads.snapshot)
    statistics.segmentsRead = found.segmentsRead
    statistics.rowGroups = found.rowGroups
    statistics.rowGroupsRead = found.rowGroupsRead
    statistics.rows = rows
    statistics.blocksRead = read.blocks
    statistics.bytesRead = read.bytes
    statistics.chunksDecoded = read.chunks
  }
}
