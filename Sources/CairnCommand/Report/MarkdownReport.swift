import Cairn

/// A report for an issue: the head as a list, then tables. Nothing of a value becomes markup.
struct MarkdownReport {
  private let report: Report

  init(_ report: Report) { self.report = report }

  func write(_ out: StandardOutput) throws {
    try out.write("**\(text(report.question))**\n\n")
    for fact in report.facts { try out.write("- \(fact.name): \(Self.code(fact.text))\n") }
    for table in report.tables {
      try out.write("\n")
      if report.tables.count > 1 { try out.write("### \(text(table.title))\n\n") }
      let writer = MarkdownWriter(out)
      try writer.begin(table.columns)
      for row in table.rows { try writer.write(row) }
      if table.rows.count < table.rowCount {
        try out.write("\nand \(formatCount(table.rowCount - table.rows.count)) rows more\n")
      }
    }
    try writeEvidence(out)
  }

  private func writeEvidence(_ out: StandardOutput) throws {
    guard let first = report.events.first else { return }
    try out.write("\nOriginal bytes of an event, and the object that it was delivered in:\n\n")
    try out.write("- \(Self.code(Evidence.scan(first.archive, first.id)))\n")
    try out.write("- \(Self.code(Evidence.restore(first.archive, first.source)))\n")
    for source in report.sources {
      try out.write("- SHA-256 \(source.digest) of the JSON of \(Self.code(source.key))\n")
    }
  }

  private func text(_ value: String) -> String {
    MarkdownWriter.escape(escapeForTerminal(value))
  }

  /// A text as code: with more backquotes around it than are in it.
  static func code(_ value: String) -> String {
    let value = escapeForTerminal(value)
    var longest = 0
    var run = 0
    for scalar in value.unicodeScalars {
      run = scalar == "`" ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: longest + 1)
    return longest == 0 && !value.isEmpty ? "`\(value)`" : "\(fence) \(value) \(fence)"
  }
}

/// Commands that give what was delivered.
enum Evidence {
  static func scan(_ archive: String, _ eventID: String) -> String {
    let condition = CommandText.quoted("eventID = \(SQLText.literal(eventID))")
    return "cairn scan \(CommandText.quoted(archive)) --where \(condition) --output raw"
  }

  static func restore(_ archive: String, _ key: String) -> String {
    "cairn restore \(CommandText.quoted(archive)) --to restored --source \(CommandText.quoted(key))"
  }
}
