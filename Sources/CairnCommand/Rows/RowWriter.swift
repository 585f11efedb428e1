import ArgumentParser
import Cairn

/// How rows are shown.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case table, vertical, jsonl, json, csv, markdown, raw

  /// A table for people, one object a line for programs.
  static var standard: OutputFormat { isTerminal(1) ? .table : .jsonl }
}

/// How rows are shown, shared by the commands that give rows.
struct OutputOptions: ParsableArguments {
  @Option(
    help: "table, vertical, jsonl, json, csv or markdown. (default: table on a terminal, jsonl otherwise)")
  var output: OutputFormat?

  @Flag(
    name: .customLong("csv-safe"),
    help: "In csv, put an apostrophe before values that a spreadsheet would take for a formula.")
  var csvSafe = false
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
