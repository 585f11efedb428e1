/// A table in GitHub's Markdown. Log content is shown as it is written: nothing in it becomes markup, an image or
/// a link.
final class MarkdownWriter: RowWriter {
  private let out: StandardOutput
  let takesJSON = false

  init(_ out: StandardOutput) { self.out = out }

  func begin(_ columns: [String]) throws {
    try write(columns.map { Array($0.utf8) })
    try out.write("|" + String(repeating: " --- |", count: columns.count) + "\n")
  }

  func write(_ row: [[UInt8]?]) throws {
    var line = "|"
    for value in row {
      line += " "
      line += Self.escape(escapeForTerminal(String(decoding: value ?? [], as: UTF8.self)))
      line += " |"
    }
    try out.write(line + "\n")
  }

  func end() {}

  /// What begins markup in GitHub's Markdown, escaped.
  static func escape(_ text: String) -> String {
    var output = ""
    for scalar in text.unicodeScalars {
      if markup.contains(scalar) { output.append("\\") }
      output.unicodeScalars.append(scalar)
    }
    return output
  }

  private static let markup: Set<Unicode.Scalar> = [
    "\\", "`", "*", "_", "[", "]", "<", ">", "|", "~", "&", "!", "#",
  ]
}
