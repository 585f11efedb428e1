/// One record after the other, a line for each column: for rows that are wider than the terminal. Nothing is cut.
final class VerticalWriter: RowWriter {
  private let out: StandardOutput
  private var columns: [String] = []
  private var width = 0
  private var rows = 0
  let takesJSON = false

  init(_ out: StandardOutput) { self.out = out }

  func begin(_ columns: [String]) throws {
    self.columns = columns.map { escapeForTerminal($0) }
    width = self.columns.map(displayWidth).max() ?? 0
  }

  func write(_ row: [[UInt8]?]) throws {
    rows += 1
    try out.write("─── \(rows) " + String(repeating: "─", count: max(3, width)) + "\n")
    for (column, value) in zip(columns, row) {
      let text = escapeForTerminal(String(decoding: value ?? [], as: UTF8.self))
      try out.write(text.isEmpty ? column + "\n" : "\(column.padded(to: width))  \(text)\n")
    }
  }

  func end() {}
}
