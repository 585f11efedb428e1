import Cairn

/// What begins with a dot in the shell.
enum ShellCommand: Equatable {
  case help
  case schema(String?)
  case tables
  case mode(String?)
  case timer(String?)
  case read(String?)
  case quit
  case unknown(String)

  static let names = [".help", ".mode", ".quit", ".read", ".schema", ".tables", ".timer"]

  /// Nil where a text is no command but SQL.
  init?(_ text: String) {
    let words = text.split(maxSplits: 1, whereSeparator: \.isWhitespace)
    guard let first = words.first.map(String.init) else { return nil }
    let argument = words.dropFirst().first.map { String($0).trimmed }
    switch first {
    case ".help", "?", "\\?": self = .help
    case ".schema": self = .schema(argument)
    case ".tables": self = .tables
    case ".mode": self = .mode(argument)
    case ".timer": self = .timer(argument)
    case ".read": self = .read(argument)
    case ".quit", ".exit", "\\q": self = .quit
    case "quit", "exit", "quit;", "exit;":
      guard words.count == 1 else { return nil }
      self = .quit
    default:
      guard first.hasPrefix("."), first.count > 1 else { return nil }
      self = .unknown(first)
    }
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = self[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text.drop { $0.isWhitespace })
  }
}

extension Shell {
  func run(_ command: ShellCommand) throws {
    switch command {
    case .help: try StandardOutput.shared.write(Self.help)
    case .tables: try StandardOutput.shared.write("events\n")
    case .schema(let pattern): try showSchema(pattern)
    case .mode(let name): try setMode(name)
    case .timer(let state):
      guard state == "on" || state == "off" else { throw CairnError.usage(".timer takes on or off") }
      session.showsCount = state == "on"
    case .read(let file):
      guard let file else { throw CairnError.usage(".read takes the name of a file with SQL") }
      try session.run(try SQLInput.read(file: file))
    case .unknown(let name): throw CairnError.usage("\(name) is no command; .help lists them")
    case .quit: break
    }
  }

  private func setMode(_ name: String?) throws {
    guard let name else { return try StandardOutput.shared.write("\(session.format)\n") }
    guard let format = OutputFormat(rawValue: name), format != .raw else {
      let known = OutputFormat.allCases.filter { $0 != .raw }.map(\.rawValue)
      throw CairnError.usage(".mode takes one of \(known.joined(separator: ", "))")
    }
    session.format = format
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
  }

  static let help = """
    Statements end with a semicolon and may span lines. Ctrl-C drops the line or ends the query, Ctrl-D leaves.
    Tab completes paths, functions and keywords; the arrow keys and Ctrl-R walk the history.
      .schema [PATTERN]   paths of the records and their types: .schema requestParameters.%
      .tables             the tables that there are
      .mode MODE          table, vertical, jsonl, json, csv or markdown
      .timer on|off       row count and time after each result
      .read FILE          run the statements of a file
      .help               this
      .quit               leave

    """
}
