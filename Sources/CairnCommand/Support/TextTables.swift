import Cairn

/// CSV (RFC 4180): CRLF line ends, fields with quotes, commas or line breaks quoted, quotes doubled.
struct CSVWriter {
  private let out: StandardOutput
  private let isSafe: Bool

  /// - Parameter isSafe: whether formulas are made harmless.
  init(_ out: StandardOutput, isSafe: Bool) {
    self.out = out
    self.isSafe = isSafe
  }

  func write(_ scan: Scan, _ columns: [String]) throws {
    try out.write(columns.map(Self.field).joined(separator: ",") + "\r\n")
    try scan.fields(columns) { rows in
      for row in rows {
        try out.write(row.map { Self.field(neutral($0.text ?? "")) }.joined(separator: ",") + "\r\n")
      }
    }
  }

  /// Spreadsheets run what begins with one of these (OWASP, "CSV Injection").
  private func neutral(_ text: String) -> String {
    guard isSafe, let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) else {
      return text
    }
    return "'" + text
  }

  static func field(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0 == "\"" || $0 == "," || $0 == "\r" || $0 == "\n" }) else {
      return text
    }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}

/// A table that fits the terminal; what does not fit ends in `…`. Values are escaped for the terminal.
struct TableWriter {
  private let out: StandardOutput
  /// Rows that column widths are taken from.
  private static let sampleCount = 500
  private static let gap = "  "

  init(_ out: StandardOutput) { self.out = out }

  func write(_ scan: Scan, _ columns: [String]) throws {
    var sample: [[String]] = []
    var widths: [Int]?
    func flush() throws {
      let fitted = Self.widths([columns] + sample, limit: isTerminal(1) ? terminalWidth() : .max)
      widths = fitted
      try writeRow(columns, fitted)
      for row in sample { try writeRow(row, fitted) }
      sample = []
    }
    try scan.fields(columns) { rows in
      for row in rows {
        let texts = row.map { escapeForTerminal($0.text ?? "") }
        if let widths {
          try writeRow(texts, widths)
        } else {
          sample.append(texts)
          if sample.count == Self.sampleCount { try flush() }
        }
      }
    }
    if widths == nil, !sample.isEmpty { try flush() }
  }

  private func writeRow(_ row: [String], _ widths: [Int]) throws {
    var line = ""
    for (index, text) in row.enumerated() {
      let isLast = index == row.count - 1
      let shown = Self.fit(text, widths[index])
      line += isLast ? shown : shown.padded(to: widths[index]) + Self.gap
    }
    while line.hasSuffix(" ") { line.removeLast() }
    try out.write(line + "\n")
  }

  /// What does not fit ends in `…`; an ARN begins with it, since its end tells who it is.
  private static func fit(_ text: String, _ width: Int) -> String {
    if text.count <= width { return text }
    let kept = max(0, width - 1)
    return text.hasPrefix("arn:") ? "…" + text.suffix(kept) : text.prefix(kept) + "…"
  }

  /// Natural widths, then the widest columns give way until the line fits; the first one, the time, does not.
  static func widths(_ rows: [[String]], limit: Int) -> [Int] {
    guard let first = rows.first else { return [] }
    var widths = first.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let room = limit - gap.count * (widths.count - 1)
    while widths.reduce(0, +) > room, let widest = widths.dropFirst().max(), widest > 8 {
      for index in widths.indices.dropFirst() where widths[index] == widest { widths[index] -= 1 }
    }
    return widths
  }
}
