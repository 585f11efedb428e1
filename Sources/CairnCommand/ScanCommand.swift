import ArgumentParser
import Cairn

struct ScanCommand: ParsableCommand {
  enum OrderArgument: String, ExpressibleByArgument, CaseIterable {
    case time
    case reverseTime = "-time"
  }

  enum Output: String, ExpressibleByArgument, CaseIterable {
    case table, jsonl, json, csv, raw
  }

  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Show the events of a time range that satisfy a condition.",
    discussion: """
      jsonl prints one compact record a line, raw the record's original bytes, table and csv the columns \
      \(FieldColumns.standard.joined(separator: ", ")) or those of --select. Exit code 1 where nothing matched.

      Conditions are SQL's, over any path of the records (docs/semantics.md):
        --where "eventName = 'UpdateService' AND requestParameters.cluster = 'my-ecs-cluster'"
        --where "errorCode LIKE '%Denied%' AND NOT sourceIPAddress LIKE '%.amazonaws.com'"
      """)

  @Argument(help: "The archive directory.")
  var archive: String

  @OptionGroup var range: TimeRangeOptions

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp("Only events for which this holds.", valueName: "condition"))
  var condition: String?

  @Option(
    help: ArgumentHelp(
      "Columns of table and csv, separated by commas; * for whole records.", valueName: "paths"))
  var select: String?

  @Option(
    parsing: .unconditional, help: "By event time over the whole archive: time, or -time for newest first.")
  var order: OrderArgument?

  @Option(help: "Events after which to stop.")
  var limit: Int?

  @Flag(help: "Print the number of events only.")
  var count = false

  @Option(help: "table, jsonl, json, csv or raw. (default: table on a terminal, jsonl otherwise)")
  var output: Output?

  @Flag(
    name: .customLong("csv-safe"),
    help: "In csv, put an apostrophe before values that a spreadsheet would take for a formula.")
  var csvSafe = false

  @Flag(help: "Say on standard error what was read and what was pruned.")
  var explain = false

  @OptionGroup var threading: ThreadOptions

  func validate() throws {
    if let limit, limit < 0 { throw ValidationError("--limit must not be negative") }
  }

  func run() throws {
    var request = ScanRequest()
    request.since = range.since?.milliseconds
    request.until = range.until?.milliseconds
    request.limit = limit
    request.condition = try condition.map { try Condition($0, now: TimeArgument.now()) }
    if let order { request.order = order == .time ? .time : .reverseTime }
    request.threads = threading.count
    let start = monotonicSeconds()
    let scan = Scan(try Archive(path: archive), request)
    if let description = range.description { printError(description) }
    let rows: Int
    if count {
      rows = try scan.count()
      try StandardOutput.shared.write("\(rows)\n")
    } else {
      try write(scan, output ?? (isTerminal(1) ? .table : .jsonl))
      rows = scan.statistics.rows
    }
    try StandardOutput.shared.flush()
    if explain { show(scan.statistics, seconds: monotonicSeconds() - start) }
    if rows == 0 { throw ExitCode(1) }
  }

  private func write(_ scan: Scan, _ output: Output) throws {
    let out = StandardOutput.shared
    // Whole records have no columns.
    let isWhole = select == "*" && (output == .table || output == .csv)
    let columns = isWhole ? ["eventJson"] : try columns()
    switch output {
    case .jsonl where select != nil && select != "*": try writeSelected(scan, columns)
    case .jsonl: try scan.writeRecords(.compactJSON) { try out.write($0) }
    case .raw: try scan.writeRecords(.raw) { try out.write($0) }
    case .json: try writeArray(scan)
    case .csv: try CSVWriter(out, isSafe: csvSafe).write(scan, columns)
    case .table: try TableWriter(out).write(scan, columns)
    }
  }

  /// Paths between the commas of `--select`; commas inside quotes or brackets belong to their path.
  private func columns() throws -> [String] {
    guard let select else { return FieldColumns.standard }
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

  /// One JSON object a line with the chosen paths as keys; missing ones are left out.
  private func writeSelected(_ scan: Scan, _ columns: [String]) throws {
    let out = StandardOutput.shared
    try scan.fields(columns) { rows in
      for row in rows {
        let members = zip(columns, row).compactMap { column, value in
          value.json.map { "\(FieldValue.string(Array(column.utf8)).json ?? ""):\($0)" }
        }
        try out.write("{\(members.joined(separator: ","))}\n")
      }
    }
  }

  /// Records are single lines, so a comma goes where a line ends and another follows.
  private func writeArray(_ scan: Scan) throws {
    let out = StandardOutput.shared
    try out.write("[")
    var isFirst = true
    try scan.writeRecords(.compactJSON) { bytes in
      for line in bytes.split(separator: UInt8(ascii: "\n")) {
        try out.write(isFirst ? "\n" : ",\n")
        isFirst = false
        try out.write(UnsafeBufferPointer(rebasing: line))
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
      """)
  }
}

/// Columns shown where nothing else is asked for: when, what, where, who, from where, and whether it failed.
enum FieldColumns {
  static let standard = [
    "eventTime", "eventSource", "eventName", "awsRegion", "userIdentity.arn", "sourceIPAddress", "errorCode",
  ]
}
