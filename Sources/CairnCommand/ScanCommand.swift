import ArgumentParser
import CResources
import Cairn

struct ScanCommand: ParsableCommand {
  enum OrderArgument: String, ExpressibleByArgument, CaseIterable {
    case time
    case reverseTime = "-time"
  }

  static let configuration = CommandConfiguration(
    commandName: "scan",
    _superCommandName: "cairn",
    abstract: "Show the events of a time range that satisfy a condition.",
    discussion: """
      jsonl prints one compact record a line, --output raw the record's original bytes, the others the columns \
      \(FieldColumns.standard.joined(separator: ", ")) or those of --select. Exit code 1 where nothing matched.

      Conditions are SQL's, over any path of the records (docs/semantics.md):
        --where "eventName = 'UpdateService' AND requestParameters.cluster = 'my-ecs-cluster'"
        --where "is_denied(errorCode, errorMessage) AND NOT sourceIPAddress LIKE '%.amazonaws.com'"
      """)

  @Argument(
    help: ArchiveWords.help,
    completion: .directory)
  var archive: [String]

  @OptionGroup var range: TimeRangeOptions

  @Flag(help: "Only events without a readable time, which no range contains.")
  var undated = false

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp("Only events for which this holds.", valueName: "condition"))
  var condition: String?

  @Option(
    help: ArgumentHelp(
      "Columns of table and csv, separated by commas; * for all members of the records.", valueName: "paths"))
  var select: String?

  @Option(
    parsing: .unconditional, help: "By event time over the whole archive: time, or -time for newest first.")
  var order: OrderArgument?

  @OptionGroup var limiting: LimitOptions

  @Flag(name: [.long, .customShort("c")], help: "Print the number of events only.")
  var count = false

  @OptionGroup var format: OutputOptions

  @Flag(
    name: [.customLong("stats"), .customLong("explain")],
    help: "Say on standard error what was read and what was pruned.")
  var explain = false

  @Flag(help: "No warnings and no range; errors only.")
  var quiet = false

  @Flag(help: "Names that no record has are errors.")
  var strict = false

  @OptionGroup var threading: ThreadOptions

  func validate() throws {
    if undated, range.since != nil || range.until != nil {
      throw ValidationError("--undated events are in no range of time")
    }
  }

  func run() throws {
    cairn_prefer_large_pages()
    var request = ScanRequest()
    request.since = range.since?.milliseconds
    request.until = range.until?.milliseconds
    request.limit = limiting.limit
    request.isUndated = undated
    if let order { request.order = order == .time ? .time : .reverseTime }
    request.threads = threading.count
    let start = monotonicSeconds()
    let archive = try Archive(named: archive).keptOpen()
    request.usesLogstashTime = !range.ignoresLogstashTime
    request.condition = try condition.map {
      try Condition(
        $0, now: TimeArgument.now(), on: archive, usesLogstashTime: request.usesLogstashTime)
    }
    var scan = Scan(archive, request)
    let warnings = try scan.warnings + (try selectedPaths().map { try scan.warnings(of: $0) } ?? [])
    if strict, !warnings.isEmpty {
      throw CairnError.usage(warnings.map { escapeForTerminal($0) }.joined(separator: "\n"))
    }
    if !quiet {
      for warning in warnings { printError("cairn: warning: \(escapeForTerminal(warning))") }
      if let description = range.description { printError(description) }
    }
    let output = format.named ?? .standard
    try format.begin()
    if !count {
      let question = condition.map { "events where \($0)" } ?? "events"
      ReportBuilder.begin(output, question: question, range: range)
    }
    let cap = RowCap(output, limit: limiting.limit)
    var rows: Int
    if let cap, !count {
      request.limit = cap.rowCount
      scan = Scan(archive, request)
    }
    let progress = scan.progress
    let meter = ProgressMeter.start(isWanted: !quiet) {
      ($0.bytes, $0.fraction) = (progress.bytesRead, progress.fraction)
    }
    defer { meter?.end() }
    if count {
      rows = try scan.count()
      try StandardOutput.shared.write("\(rows)\n")
    } else {
      try write(scan, archive, output)
      try ReportBuilder.current?.finish(archive)
      rows = scan.statistics.rows
    }
    try StandardOutput.shared.endPaging()
    meter?.end()
    if let cap, !count, rows == cap.rowCount {
      request.limit = nil
      rows = try Scan(archive, request).count()
      cap.note(total: rows)
    }
    if explain { show(scan.statistics, seconds: monotonicSeconds() - start) }
    if rows == 0 {
      if !quiet {
        if let note = range.emptyNote(archive) { printError(note) }
        for hint in try scan.hints { printError("cairn: warning: \(escapeForTerminal(hint))") }
      }
      throw ExitCode(1)
    }
  }

  private func write(_ scan: Scan, _ archive: Archive, _ output: OutputFormat) throws {
    let out = StandardOutput.shared
    let isWhole = select == "*" || (select == nil && (output == .jsonl || output == .json))
    switch output {
    case .raw:
      let isShown = out.presentation.isTerminal
      try scan.writeRecords(.raw) { bytes in
        if isShown { try out.write(escapeRawForTerminal(bytes)) } else { try out.write(bytes) }
      }
    case .jsonl where isWhole: try writeLines(scan)
    case .json where isWhole: try writeArray(scan)
    default:
      let columns = select == "*" ? try ArchiveSchema(archive, detail: .names).columns : try columns()
      let writer = rowWriter(output, isSafe: format.csvSafe, title: "events")
      try writer.begin(columns)
      try scan.fields(columns) { rows in
        for row in rows { try writer.write(row) }
      }
      try writer.end()
    }
  }

  /// Records as lines; on a terminal escaped as JSON escapes.
  private func writeLines(_ scan: Scan) throws {
    let out = StandardOutput.shared
    guard out.presentation.escapes else { return try scan.writeRecords(.compactJSON) { try out.write($0) } }
    var shown = TerminalJSON(out.presentation, ofArray: false)
    try scan.writeRecords(.compactJSON) { bytes in
      for line in bytes.split(separator: UInt8(ascii: "\n")) {
        try out.write(shown.shown(UnsafeBufferPointer(rebasing: line)))
        try out.write("\n")
      }
    }
  }

  /// The paths of `--select`, whether or not the output shows them; nil for whole records and the usual ones.
  private func selectedPaths() throws -> [String]? {
    select == nil || select == "*" ? nil : try columns()
  }

  /// Paths between the commas of `--select`; commas inside quotes or brackets belong to their path.
  private func columns() throws -> [String] {
    // A report names its evidence.
    guard let select else {
      return FieldColumns.standard + (ReportBuilder.current == nil ? [] : ["eventID"])
    }
    var columns: [String] = []
    var current = ""
    var quote: Character?
    var depth = 0
    for character in select {
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "'" || character == "\"" {
        quote = character
      } else if character == "[" || character == "(" {
        depth += 1
      } else if character == "]" || character == ")" {
        depth -= 1
      }
      if character == ",", quote == nil, depth <= 0 {
        columns.append(current)
        current = ""
      } else if !(character == " " && current.isEmpty) {
        current.append(character)
      }
    }
    columns.append(current)
    return columns
  }

  /// Records are single lines, so a comma goes where a line ends and another follows.
  private func writeArray(_ scan: Scan) throws {
    let out = StandardOutput.shared
    var shown = out.presentation.escapes ? TerminalJSON(out.presentation, ofArray: true) : nil
    try out.write("[")
    var isFirst = true
    try scan.writeRecords(.compactJSON) { bytes in
      for line in bytes.split(separator: UInt8(ascii: "\n")) {
        try out.write(isFirst ? "\n" : ",\n")
        isFirst = false
        let record = UnsafeBufferPointer(rebasing: line)
        if let text = shown?.shown(record) { try out.write(text) } else { try out.write(record) }
      }
    }
    try out.write("\n]\n")
  }

  private func show(_ statistics: ScanStatistics, seconds: Double) {
    printError(
      """
      segments   \(statistics.segmentsRead) of \(statistics.segments) opened
      row groups \(statistics.rowGroupsRead) of \(statistics.rowGroups) read
      events     \(formatCount(statistics.rows))
      read       \(formatBytes(statistics.bytesRead)) in \(formatCount(statistics.blocksRead)) blocks
      time       \(fixed(seconds * 1000, 1)) ms
      """, hasLines: true)
  }
}

/// Columns shown where nothing else is asked for: when, what, where, who, from where, and whether it failed.
enum FieldColumns {
  static let standard = [
    "eventTime", "eventSource", "eventName", "awsRegion", "userIdentity.arn", "sourceIPAddress", "errorCode",
  ]
}
