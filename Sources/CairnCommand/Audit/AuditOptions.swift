import ArgumentParser
import CResources
import Cairn

/// What the audit commands have in common.
struct AuditOptions: ParsableArguments {
  @OptionGroup var range: TimeRangeOptions

  @OptionGroup var format: OutputOptions

  @OptionGroup var threading: ThreadOptions

  @Flag(help: "No warnings and no hints; errors only.")
  var quiet = false

  func validate() throws {
    if format.output == .raw { throw ValidationError("--output raw is for cairn scan") }
  }

  /// Whether several tables may follow one another.
  var isForPeople: Bool { [.table, .vertical, .markdown, .html].contains(outputFormat) }

  var outputFormat: OutputFormat { format.named ?? .standard }

  /// Opens the archive, asks, and shows: Ctrl-C ends it as it ends queries.
  /// `subject` is what is asked about, for the head of a report.
  func run(_ path: String, of subject: String? = nil, _ body: (Archive, InvestigationOptions) throws -> Void)
    throws
  {
    cairn_prefer_large_pages()
    var options = InvestigationOptions()
    options.since = range.since?.milliseconds
    options.until = range.until?.milliseconds
    options.usesLogstashTime = !range.ignoresLogstashTime
    options.threads = threading.count
    let interrupt = Interrupt(cancelling: options.cancellation, endsProcess: true)
    defer { interrupt.end() }
    if let description = range.description { note(description) }
    let archive = try Archive(named: [path]).keptOpen()
    try format.begin()
    let progress = options.progress
    let meter = ProgressMeter.start(isWanted: !quiet) { $0 = .init(progress) }
    defer { meter?.end() }
    ReportBuilder.begin(outputFormat, question: CommandText.purpose(of: subject), range: range)
    do {
      try body(archive, options)
    } catch let code as ExitCode {
      try ReportBuilder.current?.finish(archive)
      if code == ExitCode(1), let text = range.emptyNote(archive) { note(text) }
      throw code
    }
    try ReportBuilder.current?.finish(archive)
    try StandardOutput.shared.flush()
  }

  /// Something to know that is no row.
  func note(_ text: String) {
    if !quiet { printError(text) }
  }

  /// Says how many rows `--limit` left out.
  func noteMore(_ count: Int, _ what: String) {
    if count > 0 { note("\(formatCount(count)) \(what) more (--limit)") }
  }

  /// How to see the evidence as it was delivered.
  func noteEvidence(_ archive: String, _ eventID: String?) {
    guard let eventID, !eventID.isEmpty, isTerminal(2) || outputFormat == .table else { return }
    // What a log says is not handed to a shell.
    guard eventID.utf8.allSatisfy({ !"\"$`\\\n\r!".utf8.contains($0) }) else { return }
    let condition = "eventID = \(SQLText.literal(eventID))"
    note("original bytes: cairn scan \(CommandText.quoted(archive)) --where \"\(condition)\" --output raw")
  }

  /// Says what was not found, and ends with exit code 1.
  func nothing(_ text: String, near: [String] = []) throws -> Never {
    // Who reads JSON gets some.
    if outputFormat == .json { try StandardOutput.shared.write("[]\n") }
    try StandardOutput.shared.flush()
    let names = near.isEmpty ? "" : "; there is: \(near.joined(separator: ", "))"
    printError("cairn: nothing found: \(text)\(names)")
    throw ExitCode(1)
  }
}

/// A value of a row.
enum AuditCell {
  case text(String?)
  case number(Int)
  case list([String])
  /// JSON, and what tables show instead.
  case json(String, text: String)

  fileprivate var text: String? {
    switch self {
    case .text(let text): text
    case .number(let number): String(number)
    case .list(let texts): texts.joined(separator: ", ")
    case .json(_, let text): text
    }
  }

  fileprivate var json: String? {
    switch self {
    case .text(let text): text.map(auditJSON)
    case .number(let number): String(number)
    case .list(let texts): "[\(texts.map(auditJSON).joined(separator: ","))]"
    case .json(let json, _): json
    }
  }
}

/// A text as JSON.
func auditJSON(_ text: String) -> String { FieldValue.string(Array(text.utf8)).json ?? "null" }

/// Rows of one kind.
struct AuditTable {
  var title: String
  var columns: [String]
  var rows: [[AuditCell]] = []

  func write(_ format: OutputFormat, isSafe: Bool) throws {
    let writer = rowWriter(format, isSafe: isSafe, title: title)
    try writer.begin(columns)
    let isForTerminal = format == .table || format == .vertical
    for row in rows {
      try writer.write(
        row.map { cell in
          // An empty list is nothing to a person.
          if case .list(let texts) = cell, texts.isEmpty, isForTerminal { return nil }
          return (writer.takesJSON ? cell.json : cell.text).map { Array($0.utf8) }
        })
    }
    try writer.end()
  }
}

extension AuditOptions {
  /// Shows tables. Programs get one kind of rows: of csv, json and jsonl the first table.
  func show(_ tables: [AuditTable]) throws {
    let format = outputFormat
    guard isForPeople else {
      try tables.first?.write(format, isSafe: self.format.csvSafe)
      return
    }
    for (index, table) in tables.enumerated() where index == 0 || !table.rows.isEmpty {
      if !format.isReport {
        if index > 0 { try StandardOutput.shared.write("\n") }
        if tables.count > 1 { try StandardOutput.shared.write("\(table.title)\n") }
      }
      try table.write(format, isSafe: self.format.csvSafe)
    }
  }
}
