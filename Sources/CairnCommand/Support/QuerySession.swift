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
  private let isSafe: Bool
  private var hasShown = false

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
    guard query.hasResult else { return }
    try show(query)
    try StandardOutput.shared.flush()
    if showsWarnings { warn(query.warnings.filter { !shown.contains($0) }) }
    report(query.statistics, seconds: monotonicSeconds() - start)
  }

  private func warn(_ warnings: [String]) {
    for warning in warnings { printError("cairn: warning: \(escapeForTerminal(warning))") }
  }

  private func show(_ query: Query) throws {
    let columns = query.columns.map(\.name)
    if hasShown, format != .jsonl, format != .json { try StandardOutput.shared.write("\n") }
    hasShown = true
    if showsPlansAsText, query.isPlan {
      return try query.run { batch in
        for row in 0..<batch.rowCount {
          try StandardOutput.shared.write(escapeForTerminal(batch[row, 0].text ?? "") + "\n")
        }
      }
    }
    let writer = rowWriter(format, isSafe: isSafe)
    try writer.begin(columns)
    if let encoding = writer.encoding {
      try query.run {
        $0.encoded(encoding)
      } _: {
        try StandardOutput.shared.write($0)
      }
    } else {
      try query.run { try writer.write($0, columnCount: columns.count) }
    }
    try writer.end()
  }

  private func report(_ statistics: QueryStatistics, seconds: Double) {
    if showsStatistics {
      printError(
        """
        segments   \(statistics.segmentsRead) of \(statistics.segments) read
        row groups \(statistics.rowGroupsRead) of \(statistics.rowGroups) read
        read       \(formatBytes(statistics.bytesRead)) in \(formatCount(statistics.blocksRead)) blocks
        """)
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
