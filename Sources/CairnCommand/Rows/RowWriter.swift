import ArgumentParser
import Cairn

/// How rows are shown.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case table, vertical, jsonl, json, csv, markdown, html, raw

  /// A table for people, one object a line for programs.
  static var standard: OutputFormat { isTerminal(1) ? .table : .jsonl }

  /// Whether it says what was asked, and shows rows as a whole.
  var isReport: Bool { self == .markdown || self == .html }

  /// The format that a file's ending stands for; nil for other endings.
  init?(fileName: String) {
    switch fileName.split(separator: ".").last?.lowercased() {
    case "csv": self = .csv
    case "json": self = .json
    case "jsonl", "ndjson": self = .jsonl
    case "md", "markdown": self = .markdown
    case "html", "htm": self = .html
    case "txt": self = .table
    default: return nil
    }
  }
}

/// How rows are shown, shared by the commands that give rows.
struct OutputOptions: ParsableArguments {
  @Option(
    help:
      "table, vertical, jsonl, json, csv, markdown or html. (default: table on a terminal, jsonl otherwise)")
  var output: OutputFormat?

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp(
      "Write to this file, which appears whole at the end; without --output its ending tells the format.",
      valueName: "file"), completion: .file())
  var file: String?

  @Option(
    help:
      "auto, always or never: auto is on a terminal, unless NO_COLOR is set.")
  var color = ColorChoice.auto

  @Flag(help: "On a terminal, show long values whole: nothing is cut or shortened.")
  var full = false

  @Flag(
    name: .customLong("csv-safe"),
    help: "In csv, put an apostrophe before values that a spreadsheet would take for a formula.")
  var csvSafe = false

  func validate() throws {
    // Other tools have `-o` for the format.
    if let file, OutputFormat(rawValue: file) != nil {
      throw ValidationError(
        "-o is for a file: --output \(file) is the format, -o ./\(file) a file of that name")
    }
  }

  /// The format that was asked for, be it by the ending of the file.
  var named: OutputFormat? { output ?? file.flatMap(OutputFormat.init(fileName:)) }

  /// Makes the file what is written to, if there is one, and settles how output looks. Throws `CairnError.io`.
  func begin() throws {
    if let file, file != "-" { try StandardOutput.shared.redirect(to: file) }
    StandardOutput.shared.present(color, isFull: full)
  }
}

/// Takes rows one after the other and shows them.
protocol RowWriter: AnyObject {
  /// Whether values are wanted as JSON, else as text.
  var takesJSON: Bool { get }
  /// The columns' names; called once, before the rows.
  func begin(_ columns: [String]) throws
  /// One row: a value for each column, nil for a missing one and, as text, for NULL.
  func write(_ row: [[UInt8]?]) throws
  /// How many rows are written at once, by threads that each have some; nil where they come one by one.
  var encoding: RowEncoding? { get }
  /// Called once, after the last row.
  func end() throws
}

extension RowWriter {
  var encoding: RowEncoding? { nil }
}

/// The writer of a format; `raw` has none, since it shows records and not rows. Where the command makes a report, rows
/// go there under a title.
func rowWriter(_ format: OutputFormat, isSafe: Bool, title: String = "") -> any RowWriter {
  let out = StandardOutput.shared
  if let report = ReportBuilder.current { return ReportRows(report, title: title) }
  switch format {
  case .table: return TableWriter(out)
  case .vertical: return VerticalWriter(out)
  case .csv: return CSVWriter(out, isSafe: isSafe)
  case .markdown, .html: return MarkdownWriter(out)
  case .json: return JSONWriter(out, isArray: true)
  case .jsonl, .raw: return JSONWriter(out, isArray: false)
  }
}

extension RowWriter {
  /// Values that a scan selected.
  func write(_ row: [FieldValue]) throws {
    try write(row.map { value in (takesJSON ? value.json : value.text).map { Array($0.utf8) } })
  }

  /// Rows that a query gave, the first of them.
  func write(_ batch: ResultBatch, columnCount: Int, rowLimit: Int = .max) throws {
    let takesJSON = takesJSON
    for row in 0..<min(batch.rowCount, rowLimit) {
      try write(
        (0..<columnCount).map { column in
          let value = batch[row, column]
          return takesJSON ? value.json : value.utf8
        })
    }
  }
}

/// How many rows a terminal is shown where nobody has said how many, and no pager takes them.
struct RowCap {
  static let usualRowCount = 500
  let rowCount: Int
  private let isShell: Bool
  /// Time for counting those that are not shown.
  static let countingSeconds = 1.0

  /// There are more rows than are worth counting.
  struct Reached: Error {}

  /// Nil where all rows are shown.
  init?(
    _ format: OutputFormat, limit: Int?, shown: Int = RowCap.usualRowCount, isShell: Bool = false
  ) {
    (rowCount, self.isShell) = (shown, isShell)
    let out = StandardOutput.shared
    guard out.presentation.isTerminal, out.pagerCommand == nil, limit == nil,
      format == .table || format == .vertical
    else { return nil }
  }

  /// Says what is not shown, if there is anything; `Int.max` stands for more than were counted.
  func note(total: Int) {
    guard total > rowCount else { return }
    let all = total == .max ? "" : " of \(formatCount(total))"
    let wanted = total == .max ? "N" : String(total)
    let more =
      isShell
      ? ".maxrows \(wanted) shows more, .once FILE writes all"
      : "--limit \(wanted) shows more, PAGER=less pages through all"
    printError("the first \(rowCount)\(all) rows are shown: \(more)")
  }
}
