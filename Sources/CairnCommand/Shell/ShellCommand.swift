import Cairn
import CairnSQL

/// What begins with a dot in the shell.
enum ShellCommand: Equatable {
  case help
  case schema(String?)
  case tables
  case mode(String?)
  case timer(String?)
  case maxrows(String?)
  case read(String?)
  case once(String?)
  case output(String?)
  case save(String?)
  case run(String?)
  case quit
  case unknown(String)

  static let names = [
    ".exit", ".help", ".maxrows", ".mode", ".once", ".output", ".quit", ".read", ".run", ".save", ".schema",
    ".tables",
    ".timer",
  ]

  /// Nil where a text is no command but SQL.
  init?(_ text: String) {
    let words = text.split(maxSplits: 1, whereSeparator: \.isWhitespace)
    guard let first = words.first.map(String.init) else { return nil }
    let argument = words.dropFirst().first.map { String($0).trimmed }.flatMap { $0.isEmpty ? nil : $0 }
    switch first {
    // Behind a backslash as psql has them.
    case ".help", "?", "\\?", "\\h": self = .help
    case ".schema", ".columns", ".describe", "\\d", "\\d+": self = .schema(argument)
    case ".tables", ".databases", ".views", "\\dt", "\\l": self = .tables
    case ".mode": self = .mode(argument)
    case "\\x": self = .mode("vertical")
    case ".timer", ".timing", "\\timing": self = .timer(argument)
    case ".maxrows", ".rows", ".limit": self = .maxrows(argument)
    case ".read", "\\i": self = .read(argument)
    case ".once": self = .once(argument)
    case ".output", "\\o": self = .output(argument)
    case ".save": self = .save(argument)
    case ".run": self = .run(argument)
    case ".quit", ".exit", "\\q": self = .quit
    case "quit", "exit", "quit;", "exit;", "help", "help;":
      guard words.count == 1 else { return nil }
      self = first.hasPrefix("help") ? .help : .quit
    default:
      guard first.hasPrefix(".") || first.hasPrefix("\\"), first.count > 1 else { return nil }
      self = .unknown(first)
    }
  }
}

extension String {
  var trimmed: String {
    var text = self[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text.drop { $0.isWhitespace })
  }
}

extension Shell {
  func run(_ command: ShellCommand) throws {
    let out = StandardOutput.shared
    switch command {
    case .help: try out.write(Self.help)
    case .tables: try showTables()
    case .schema(let pattern): try showSchema(pattern)
    case .mode(let name): try setMode(name)
    case .timer(let state):
      guard state == nil || state == "on" || state == "off" else {
        throw CairnError.usage(".timer takes on or off")
      }
      session.showsCount = state.map { $0 == "on" } ?? !session.showsCount
      if state == nil { try out.write(session.showsCount ? "on\n" : "off\n") }
    case .maxrows(let text): try setMaxRows(text)
    case .read(let file):
      guard let file else { throw CairnError.usage(".read takes the name of a file with SQL") }
      try runScript(try SQLInput.read(file: file))
    case .once(let file):
      guard let file else { throw CairnError.usage(".once takes the name of a file") }
      session.target = .init(path: file, isOnce: true)
    case .output(let file):
      session.target = file.flatMap { $0 == "stdout" ? nil : $0 }.map { .init(path: $0, isOnce: false) }
      if let file, session.target != nil { try out.truncate(file) }
    case .save(let name): try save(name)
    case .run(let name): try runSaved(name)
    case .unknown(let name):
      let near = NearNames.nearest(to: name, among: ShellCommand.names)
      throw CairnError.usage(
        "\(name) is no command\(near.map { "; did you mean \($0)?" } ?? ""); .help lists them")
    case .quit: break
    }
  }

  private func setMaxRows(_ text: String?) throws {
    guard let text else {
      let now = session.shownRowCount == .max ? "all" : "\(session.shownRowCount)"
      return try StandardOutput.shared.write("\(now)\n")
    }
    let all = text == "all" || text == "off" || text == "-1"
    guard let count = all ? .max : Int(text), count > 0 else {
      throw CairnError.usage(".maxrows takes a number of rows, or all")
    }
    session.shownRowCount = count
  }

  /// As other shells call the forms.
  private static let familiarModes: [String: String] = [
    "line": "vertical", "box": "table", "duckbox": "table", "column": "table", "list": "csv",
    "md": "markdown",
    "ndjson": "jsonl", "jsonlines": "jsonl", "expanded": "vertical",
  ]

  private func setMode(_ name: String?) throws {
    guard let name else { return try StandardOutput.shared.write("\(session.format)\n") }
    guard let format = OutputFormat(rawValue: Self.familiarModes[name] ?? name), format != .raw,
      format != .html
    else {
      let known = OutputFormat.allCases.filter { $0 != .raw && $0 != .html }.map(\.rawValue)
      throw CairnError.usage(".mode takes one of \(known.joined(separator: ", "))")
    }
    session.format = format
  }

  private func showTables() throws {
    for name in ["events"] + session.options.tables.map(\.name) {
      try StandardOutput.shared.write(name + "\n")
    }
    let saved = SavedQueries().names
    if !saved.isEmpty {
      try StandardOutput.shared.write(
        "saved queries (.run NAME, or FROM NAME): \(saved.joined(separator: ", "))\n")
    }
  }

  /// `.save NAME` keeps the last statement, `.save NAME SQL` that one.
  private func save(_ argument: String?) throws {
    let words = (argument ?? "").split(maxSplits: 1, whereSeparator: \.isWhitespace).map(String.init)
    guard let name = words.first else { throw CairnError.usage(".save takes a name") }
    guard let sql = words.count > 1 ? words[1] : session.lastStatement else {
      throw CairnError.usage("nothing has been asked yet that \(name) could stand for")
    }
    // What does not parse is not kept.
    _ = try Query.statements(in: sql)
    printError("saved as \(try SavedQueries().save(sql, as: name))")
  }

  private func runSaved(_ name: String?) throws {
    let saved = SavedQueries()
    guard let name else {
      throw CairnError.usage(".run takes a name of \(saved.names.joined(separator: ", "))")
    }
    guard let sql = try saved.load(name) else {
      let near = NearNames.nearest(to: name, among: saved.names)
      throw CairnError.usage("\(name): no such query\(near.map { "; did you mean \($0)?" } ?? "")")
    }
    try session.run(sql)
  }

  /// Without a pattern the members of records; a name shows what is below it too.
  private func showSchema(_ pattern: String?) throws {
    let schema = try schema()
    var columns = schema.columns(like: pattern)
    if let pattern, !pattern.contains("%") {
      columns += schema.columns(like: pattern + ".%") + schema.columns(like: pattern + "[]%")
    }
    if columns.isEmpty, let pattern {
      let near = schema.nearest(to: pattern).map { "; near: \($0)" } ?? ""
      throw CairnError.usage("no record has the path \(pattern)\(near)")
    }
    let writer = TableWriter(StandardOutput.shared)
    try writer.begin(["path", "type", "values"])
    for column in columns {
      try writer.write([column.path, column.type, "\(column.valueCount)"].map { Array($0.utf8) })
    }
    try writer.end()
    try StandardOutput.shared.endPaging()
  }

  static let help = """
    Statements end with a semicolon and may span lines. Ctrl-C drops the line or ends the query, Ctrl-D leaves.
    Tab completes paths, functions, keywords, and values inside quotes (eventName = 'Upd⇥); behind an open parenthesis
    it shows the function's arguments. The arrow keys and Ctrl-R walk the history.
      .schema [PATTERN]   paths of the records and their types: .schema requestParameters.%
      .tables             the tables and saved queries that there are
      .mode MODE          table, vertical, jsonl, json, csv or markdown
      .maxrows N          rows that are shown of a result, or all; 500 without it
      .timer on|off       row count and time after each result
      .once FILE          the next result goes into a file, whose ending tells the format
      .output [FILE]      all results go into a file, until .output alone
      .save NAME [SQL]    keeps the last statement, or this one, in ~/.config/cairn/queries
      .run NAME           runs what was saved; cairn query -f NAME does too; SELECT … FROM NAME reads it as a table
      .read FILE          runs the statements and commands of a file
      .help               this
      .quit               leaves

    """
}
