import ArgumentParser
import Cairn

/// How rows are shown.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case table, vertical, jsonl, json, csv, markdown, raw

  /// A table for people, one object a line for programs.
  static var standard: OutputFormat { isTerminal(1) ? .table : .jsonl }

  /// The format that a file's ending stands for; nil for other endings.
  init?(fileName: String) {
    switch fileName.split(separator: ".").last?.lowercased() {
    case "csv": self = .csv
    case "json": self = .json
    case "jsonl", "ndjson": self = .jsonl
    case "md", "markdown": self = .markdown
    case "txt": self = .table
    default: return nil
    }
  }
}

/// How rows are shown, shared by the commands that give rows.
struct OutputOptions: ParsableArguments {
  @Option(
    help: "table, vertical, jsonl, json, csv or markdown. (default: table on a terminal, jsonl otherwise)")
  var output: OutputFormat?

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp(
      "Write to this file, which appears whole at the end; without --output its ending tells the format.",
      valueName: "file"))
  var file: String?

  @Flag(
    name: .customLong("csv-safe"),
    help: "In csv, put an apostrophe before values that a spreadsheet would take for a formula.")
  var csvSafe = false

  /// The format that was asked for, be it by the ending of the file.
  var named: OutputFormat? { output ?? file.flatMap(OutputFormat.init(fileName:)) }

  /// Makes the file what is written to, if there is one. Throws `CairnError.io`.
  func begin() throws {
    if let file, file != "-" { try StandardOutput.shared.redirect(to: file) }
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

/// The writer of a format; `raw` has none, since it shows records and not rows.
func rowWriter(_ format: OutputFormat, isSafe: Bool) -> any RowWriter {
  let out = StandardOutput.shared
  switch format {
  case .table: return TableWriter(out)
  case .vertical: return VerticalWriter(out)
  case .csv: return CSVWriter(out, isSafe: isSafe)
  case .markdown: return MarkdownWriter(out)
  case .json: return JSONWriter(out, isArray: true)
  case .jsonl, .raw: return JSONWriter(out, isArray: false)
  }
}

extension RowWriter {
  /// Values that a scan selected.
  func write(_ row: [FieldValue]) throws {
    try write(row.map { value in (takesJSON ? value.json : value.text).map { Array($0.utf8) } })
  }

  /// Rows that a query gave.
  func write(_ batch: ResultBatch, columnCount: Int) throws {
    let takesJSON = takesJSON
    for row in 0..<batch.rowCount {
      try write(
        (0..<columnCount).map { column in
          let value = batch[row, column]
          return takesJSON ? value.json : value.utf8
        })
    }
  }
}
