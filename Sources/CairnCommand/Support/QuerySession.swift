import Cairn

/// Runs statements one after the other and shows what they give: for the command and for the shell.
final class QuerySession {
  let archive: Archive
  var options = QueryOptions()
  var format: OutputFormat
  var showsWarnings = true
  /// Row count and time after each result.
  var showsCount = false
  /// What was read, after each result.
  var showsStatistics = false
  /// Plans are plain lines unless a format was asked for.
  var showsPlansAsText = false
  /// Whether Ctrl-C ends a statement and not the process.
  var isShell = false
  /// A file that results go to.
  struct Target: Equatable {
    var path: String
    /// Whether only the next result does.
    var isOnce: Bool
  }

  /// Where results go; nil for standard output.
  var target: Target?
  /// What was run last.
  private(set) var lastStatement: String?
  private let isSafe: Bool
  private var hasShown = false

  /// Rows of a result that a terminal is shown, where no pager takes them.
  var shownRowCount = RowCap.usualRowCount

  init(_ archive: Archive, _ format: OutputFormat, isSafe: Bool) {
    self.archive = archive
    self.format = format
    self.isSafe = isSafe
  }

  /// Runs all statements of a text; the first error ends it.
  func run(_ text: String) throws {
    let statements = try Query.statements(in: text)
    guard !statements.isEmpty else { throw CairnError.usage("no SQL: the text has no statement") }
    for statement in statements { try runOne(statement) }
  }

  private func runOne(_ statement: String) throws {
    let start = monotonicSeconds()
    var options = options
    // One for each statement: the switch cannot be turned back.
    options.cancellation = QueryCancellation()
    let query: Query
    let interrupt = Interrupt(cancelling: options.cancellation, endsProcess: !isShell)
    defer { interrupt.end() }
    query = try Query(statement, on: archive, options: options)
    let shown = showsWarnings ? query.warnings : []
    warn(shown)
    lastStatement = statement
    guard query.hasResult else { return }
    let progress = query.progress
    let meter = ProgressMeter.start(isWanted: showsWarnings) {
      ($0.bytes, $0.fraction) = (progress.bytesRead, progress.fraction)
    }
    defer { meter?.end() }
    do {
      try deliver(query, statement)
    } catch is PagerLeft {
      return try StandardOutput.shared.endPaging()
    }
    meter?.end()
    if showsWarnings { warn(query.warnings.filter { !shown.contains($0) }) }
    report(query.statistics, seconds: monotonicSeconds() - start)
  }

  private func deliver(_ query: Query, _ statement: String) throws {
    guard let target else {
      try show(query, statement)
      return try StandardOutput.shared.endPaging()
    }
    if target.isOnce { self.target = nil }
    let usual = (format, hasShown)
    defer { (format, hasShown) = usual }
    if let named = OutputFormat(fileName: target.path), named != .html { format = named }
    if target.isOnce { hasShown = false }
    try StandardOutput.shared.writing(to: target.path, appends: !target.isOnce) { try show(query, statement) }
  }

  private func warn(_ warnings: [String]) {
    for warning in warnings { printError("cairn: warning: \(escapeForTerminal(warning))") }
  }

  private func show(_ query: Query, _ statement: String) throws {
    let columns = query.columns.map(\.name)
    if hasShown, format != .jsonl, format != .json, ReportBuilder.current == nil {
      try StandardOutput.shared.write("\n")
    }
    hasShown = true
    if showsPlansAsText, query.isPlan {
      return try query.run { batch in
        for row in 0..<batch.rowCount {
          try StandardOutput.shared.write(escapeForTerminal(batch[row, 0].text ?? "") + "\n")
        }
      }
    }
    let writer = rowWriter(format, isSafe: isSafe, title: statement)
    try writer.begin(columns)
    if let encoding = writer.encoding {
      try query.run {
        $0.encoded(encoding)
      } _: {
        try StandardOutput.shared.write($0)
      }
    } else if let cap = RowCap(format, limit: options.rowLimit, shown: shownRowCount, isShell: isShell) {
      return try show(query, writer, cap)
    } else {
      try query.run { try writer.write($0, columnCount: columns.count) }
    }
    try writer.end()
  }

  /// Shows the first rows. The others are counted, as long as that takes no time that somebody would notice.
  private func show(_ query: Query, _ writer: any RowWriter, _ cap: RowCap) throws {
    var rows = 0
    var deadline = Double.infinity
    do {
      try query.run { batch in
        try writer.write(batch, columnCount: query.columns.count, rowLimit: max(0, cap.rowCount - rows))
        rows += batch.rowCount
        guard rows > cap.rowCount else { return }
        if deadline == .infinity { deadline = monotonicSeconds() + RowCap.countingSeconds }
        if monotonicSeconds() > deadline { throw RowCap.Reached() }
      }
    } catch is RowCap.Reached {
      rows = .max
    }
    try writer.end()
    try StandardOutput.shared.flush()
    cap.note(total: rows)
  }

  private func report(_ statistics: QueryStatistics, seconds: Double) {
    if showsStatistics {
      printError(
        """
        segments   \(statistics.segmentsRead) of \(statistics.segments) read
        row groups \(statistics.rowGroupsRead) of \(statistics.rowGroups) read
        read       \(formatBytes(statistics.bytesRead)) in \(formatCount(statistics.blocksRead)) blocks
        """, hasLines: true)
      if statistics.bytesSpilled > 0 {
        printError("spilled    \(formatBytes(statistics.bytesSpilled)) to temporary files")
      }
    }
    if showsCount {
      let rows = statistics.rows
      printError("\(formatCount(rows)) row\(rows == 1 ? "" : "s"), \(fixed(seconds * 1000, 1)) ms")
    }
  }
}
