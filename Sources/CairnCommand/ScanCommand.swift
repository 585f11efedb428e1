import ArgumentParser
import Cairn

struct ScanCommand: ParsableCommand {
  enum Output: String, ExpressibleByArgument, CaseIterable {
    case table, jsonl, json, csv, raw
  }

  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Show the events of a time range.",
    discussion: """
      jsonl prints one compact record a line, raw the record's original bytes, table and csv the columns \
      \(FieldColumns.standard.joined(separator: ", ")). Exit code 1 where nothing matched.
      """)

  @Argument(help: "The archive directory.")
  var archive: String

  @OptionGroup var range: TimeRangeOptions

  @Option(help: "Events after which to stop.")
  var limit: Int?

  @Flag(help: "Print the number of events only.")
  var count = false

  @Option(help: "table, jsonl, json, csv or raw. (default: table on a terminal, jsonl otherwise)")
  var output: Output?

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
    switch output {
    case .jsonl: try scan.writeRecords(.compactJSON) { try out.write($0) }
    case .raw: try scan.writeRecords(.raw) { try out.write($0) }
    case .json: try writeArray(scan)
    case .csv: try CSVWriter(out).write(scan, FieldColumns.standard)
    case .table: try TableWriter(out).write(scan, FieldColumns.standard)
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
