/// A table that fits the terminal; what does not fit ends in `…`, and where not even that helps, records are shown
/// one below the other. Values are escaped for the terminal.
final class TableWriter: RowWriter {
  private let out: StandardOutput
  private var columns: [String] = []
  private var sample: [[[UInt8]?]] = []
  private var layout: Layout?
  private var fallback: VerticalWriter?
  let takesJSON = false

  /// Rows that column widths are taken from.
  private static let sampleCount = 500
  private static let gap = "  "

  /// Widths, and which columns hold numbers only and are aligned at their ends.
  struct Layout {
    var widths: [Int]
    var isNumeric: [Bool]
  }

  init(_ out: StandardOutput) { self.out = out }

  func begin(_ columns: [String]) throws { self.columns = columns.map { escapeForTerminal($0) } }

  func write(_ row: [[UInt8]?]) throws {
    if let fallback {
      try fallback.write(row)
    } else if let layout {
      try writeRow(row.map(Self.text), layout)
    } else {
      sample.append(row)
      if sample.count == Self.sampleCount { try flush() }
    }
  }

  func end() throws {
    if layout == nil, fallback == nil { try flush() }
  }

  /// Decides the form from the rows so far, and writes them.
  private func flush() throws {
    let limit = isTerminal(1) ? terminalWidth() : Int.max
    let texts = sample.map { $0.map(Self.text) }
    let widths = Self.widths([columns] + texts, limit: limit)
    if Self.lineWidth(widths) > limit, !sample.isEmpty {
      let vertical = VerticalWriter(out)
      fallback = vertical
      try vertical.begin(columns)
      for row in sample { try vertical.write(row) }
    } else {
      let isNumeric = columns.indices.map { column in
        sample.contains { $0[column] != nil }
          && sample.allSatisfy { Self.isNumber($0[column] ?? [UInt8(ascii: "0")]) }
      }
      let layout = Layout(widths: widths, isNumeric: isNumeric)
      self.layout = layout
      try writeRow(columns, layout)
      for row in texts { try writeRow(row, layout) }
    }
    sample = []
  }

  private static func text(_ value: [UInt8]?) -> String {
    value.map { escapeForTerminal(String(decoding: $0, as: UTF8.self)) } ?? ""
  }

  private func writeRow(_ row: [String], _ layout: Layout) throws {
    var line = ""
    for (index, text) in row.enumerated() {
      let width = layout.widths[index]
      let shown = Self.fit(text, width)
      let padding = String(repeating: " ", count: max(0, width - displayWidth(shown)))
      if layout.isNumeric[index] {
        line += padding + shown
      } else {
        line += shown
        if index < row.count - 1 { line += padding }
      }
      if index < row.count - 1 { line += Self.gap }
    }
    while line.hasSuffix(" ") { line.removeLast() }
    try out.write(line + "\n")
  }

  /// What does not fit ends in `…`; an ARN begins with it, since its end tells who it is.
  private static func fit(_ text: String, _ width: Int) -> String {
    if displayWidth(text) <= width { return text }
    let kept = max(0, width - 1)
    return text.hasPrefix("arn:") ? "…" + text.suffix(kept) : text.prefix(kept) + "…"
  }

  /// Natural widths, then the widest columns give way until the line fits; the first one, the time, does not.
  static func widths(_ rows: [[String]], limit: Int) -> [Int] {
    guard let first = rows.first else { return [] }
    var widths = first.indices.map { column in rows.map { displayWidth($0[column]) }.max() ?? 0 }
    let room = limit - lineWidth(widths.map { _ in 0 })
    while widths.reduce(0, +) > room, let widest = widths.dropFirst().max(), widest > 8 {
      for index in widths.indices.dropFirst() where widths[index] == widest { widths[index] -= 1 }
    }
    return widths
  }

  private static func lineWidth(_ widths: [Int]) -> Int {
    widths.reduce(0, +) + gap.count * max(0, widths.count - 1)
  }

  private static let point = UInt8(ascii: ".")

  private static func isNumber(_ value: [UInt8]) -> Bool {
    var digits = value[...]
    if digits.first == UInt8(ascii: "-") { digits = digits.dropFirst() }
    guard let first = digits.first, (0x30...0x39).contains(first) else { return false }
    // One point at most: addresses are texts.
    return digits.allSatisfy { (0x30...0x39).contains($0) || $0 == point }
      && digits.count { $0 == point } <= 1
  }
}

/// Columns that a text takes on a terminal, wide characters counted as one.
func displayWidth(_ text: String) -> Int {
  text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.count
}
