import Cairn

/// A table that fits the terminal; what does not fit is cut with `…`, and where not even that helps, records are shown
/// one below the other. Values are escaped for the terminal. In a file nothing is cut.
final class TableWriter: RowWriter {
  private let out: StandardOutput
  private let look: Presentation
  private var columns: [String] = []
  private var sample: [[[UInt8]?]] = []
  private var layout: TableLayout?
  private var fallback: VerticalWriter?
  let takesJSON = false

  /// Rows that column widths are taken from.
  private static let sampleCount = 500

  init(_ out: StandardOutput) {
    self.out = out
    look = out.presentation
  }

  func begin(_ columns: [String]) throws { self.columns = columns.map { escapeForTerminal($0) } }

  func write(_ row: [[UInt8]?]) throws {
    if let fallback {
      try fallback.write(row)
    } else if let layout {
      try writeRow(texts(row, layout.dropsDomain), layout)
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
    let limit = look.isTerminal ? terminalWidth() : Int.max
    let dropsDomain = columns.indices.map { look.isTerminal && !look.isFull && isOfServices($0) }
    let texts = sample.map { self.texts($0, dropsDomain) }
    let natural = columns.indices.map { column in
      texts.reduce(displayWidth(columns[column])) { max($0, displayWidth($1[column])) }
    }
    let widths = look.isFull ? natural : TableLayout.widths(columns, natural: natural, limit: limit)
    if TableLayout.lineWidth(widths) > limit, !sample.isEmpty {
      let vertical = VerticalWriter(out)
      fallback = vertical
      try vertical.begin(columns)
      for row in sample { try vertical.write(row) }
    } else {
      let isNumeric = columns.indices.map { column in
        sample.contains { $0[column] != nil }
          && sample.allSatisfy { TableLayout.isNumber($0[column] ?? [UInt8(ascii: "0")]) }
      }
      let layout = TableLayout(widths: widths, isNumeric: isNumeric, dropsDomain: dropsDomain)
      self.layout = layout
      try writeRow(columns, layout, isHeader: true)
      for row in texts { try writeRow(row, layout) }
    }
    sample = []
  }

  /// Whether the domain of a column's values says nothing: all have it.
  private func isOfServices(_ column: Int) -> Bool {
    let domain = Array(".amazonaws.com".utf8)
    if TableLayout.isService(columns[column]) { return true }
    return sample.contains { $0[column] != nil }
      && sample.allSatisfy { $0[column]?.suffix(domain.count).elementsEqual(domain) ?? true }
  }

  private func texts(_ row: [[UInt8]?], _ dropsDomain: [Bool]) -> [String] {
    row.enumerated().map { column, value in
      guard look.isTerminal else {
        return value.map { escapeForTerminal(String(decoding: $0, as: UTF8.self)) } ?? ""
      }
      let text = CellText.shown(value, isFull: look.isFull)
      return dropsDomain[column] ? CellText.withoutDomain(text) : text
    }
  }

  private func writeRow(_ row: [String], _ layout: TableLayout, isHeader: Bool = false) throws {
    var line = ""
    var blanks = 0
    for (index, text) in row.enumerated() {
      let width = layout.widths[index]
      let shown = CellText.fit(text, width)
      let padding = max(0, width - displayWidth(shown))
      if layout.isNumeric[index] { blanks += padding }
      if !shown.isEmpty {
        line += String(repeating: " ", count: blanks)
        blanks = 0
        line += look.hasColor ? look.paint(shown, ink(index, text, isHeader)) : shown
      }
      blanks += (layout.isNumeric[index] ? 0 : padding) + TableLayout.gap.count
    }
    // Blanks at the end of a line are left out, those of a value too.
    while line.hasSuffix(" ") { line.removeLast() }
    try out.write(line + "\n")
  }

  private func ink(_ column: Int, _ text: String, _ isHeader: Bool) -> Ink? {
    if isHeader { return .strong }
    if text == "\"\"" { return .faint }
    return Ink(ofColumn: columns[column], text)
  }
}

extension Ink {
  /// The look of a value by the column it stands in; nil for most.
  init?(ofColumn column: String, _ text: String) {
    switch TableLayout.kind(of: column) {
    case "eventtime", "time", "first", "last": self = .faint
    case "eventname", "call": self = .call
    case "errorcode", "errormessage", "errorcodes": self = .failure
    case "failed", "denied":
      guard text != "0" else { return nil }
      self = .failure
    default: return nil
    }
  }
}

extension Presentation {
  func paint(_ text: String, _ ink: Ink?) -> String { ink.map { paint(text, $0) } ?? text }
}
