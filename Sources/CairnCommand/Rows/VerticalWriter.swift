import Cairn

/// One record after the other, a line for each column: for rows that are wider than the terminal. Nothing is cut but
/// long tokens on a terminal.
final class VerticalWriter: RowWriter {
  private let out: StandardOutput
  private let look: Presentation
  private var columns: [String] = []
  private var width = 0
  private var rows = 0
  let takesJSON = false

  init(_ out: StandardOutput) {
    self.out = out
    look = out.presentation
  }

  func begin(_ columns: [String]) throws {
    self.columns = columns.map { escapeForTerminal($0) }
    width = self.columns.map(displayWidth).max() ?? 0
  }

  func write(_ row: [[UInt8]?]) throws {
    rows += 1
    // On a terminal, as wide as its lines are at most.
    let rule = look.isTerminal ? min(width, max(3, terminalWidth() - 20)) : width
    try out.write(look.paint("─── \(rows) " + String(repeating: "─", count: max(3, rule)), .faint) + "\n")
    for (column, value) in zip(columns, row) {
      let text =
        look.isTerminal
        ? CellText.shown(value, isFull: look.isFull)
        : escapeForTerminal(String(decoding: value ?? [], as: UTF8.self))
      guard !text.isEmpty else {
        try out.write(look.paint(column, .name) + "\n")
        continue
      }
      let padding = String(repeating: " ", count: max(0, width - displayWidth(column)))
      let ink = text == "\"\"" ? Ink.faint : Ink(ofColumn: column, text)
      try out.write("\(look.paint(column, .name))\(padding)  \(look.paint(text, ink))\n")
    }
  }

  func end() {}
}
