import Cairn

/// A report as one page that needs nothing else: no other file, no network, and without its script it can still be read.
struct HTMLReport {
  private let report: Report
  /// Events by their ID.
  private var places: [String: Int] = [:]

  init(_ report: Report) {
    self.report = report
    for (index, event) in report.events.enumerated() where places[event.id] == nil {
      places[event.id] = index
    }
  }

  func write(_ out: StandardOutput) throws {
    try writeHead(out)
    for table in report.tables { try write(table, out) }
    try writeEvents(out)
    try out.write("<script>\(HTMLAssets.script)</script></body></html>\n")
  }

  private func writeHead(_ out: StandardOutput) throws {
    let question = HTMLText.escaped(report.question, keeping: ["\n"])
    try out.write(
      """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src \(HTMLText.hash(HTMLAssets.style)); \
      script-src \(HTMLText.hash(HTMLAssets.script)); base-uri 'none'; form-action 'none'">
      <meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(HTMLText.escaped(escapeForTerminal(String(report.question.prefix(100)))))</title>
      <style>\(HTMLAssets.style)</style></head><body>
      <header><p class="brand">Cairn report</p><h1>\(question)</h1><dl>\n
      """)
    for fact in report.facts {
      let text = HTMLText.escaped(fact.text, keeping: ["\n"])
      let shown = fact.name == "command" || fact.name == "archive" ? "<code>\(text)</code>" : text
      try out.write("<div><dt>\(fact.name)</dt><dd>\(shown)</dd></div>\n")
    }
    try out.write("</dl></header>\n")
  }

  private func write(_ table: Report.Table, _ out: StandardOutput) throws {
    let isNumeric = table.columns.indices.map { column in
      table.rows.contains { $0[column] != nil }
        && table.rows.allSatisfy { TableLayout.isNumber($0[column] ?? [UInt8(ascii: "0")]) }
    }
    // The question stands above.
    let title = table.title == report.question ? "rows" : table.title
    try out.write("<section><h2>\(HTMLText.escaped(title))</h2>\n")
    if let histogram = TimeHistogram(table) {
      let caption = histogram.caption
      try out.write(
        "<figure>\(histogram.svg)<figcaption><span>\(caption.from)</span><span>each bar \(caption.step)</span>"
          + "<span>\(caption.to)</span></figcaption></figure>\n")
    }
    let more = table.rowCount - table.rows.count
    let count = formatCount(table.rows.count) + (more > 0 ? " of \(formatCount(table.rowCount))" : "")
    try out.write(
      "<div class=\"bar\"><input type=\"search\" placeholder=\"filter rows\" aria-label=\"filter rows\">"
        + "<span class=\"count\">\(count) rows</span><button type=\"button\">CSV</button></div>\n"
        + "<div class=\"scroll\"><table><thead><tr>")
    for (column, name) in table.columns.enumerated() {
      let kind = isNumeric[column] ? " class=\"number\"" : ""
      try out.write("<th\(kind)><button type=\"button\">\(HTMLText.escaped(name))</button></th>")
    }
    try out.write("</tr></thead><tbody>\n")
    for row in table.rows {
      try out.write("<tr>")
      for (column, value) in row.enumerated() {
        try out.write(cell(value, of: table.columns[column], isNumeric: isNumeric[column]))
      }
      try out.write("</tr>\n")
    }
    try out.write("</tbody></table></div></section>\n")
  }

  /// Longer values end early: the events have them whole.
  private static let cellByteLimit = 2000
  /// An event ID, a time and most names are no longer.
  private static let shortByteCount = 40

  private func cell(_ value: [UInt8]?, of column: String, isNumeric: Bool) -> String {
    guard let value else { return "<td class=\"null\"></td>" }
    var text = String(decoding: value.prefix(Self.cellByteLimit), as: UTF8.self)
    if Report.isEventID(column), let place = places[text] {
      return "<td><a href=\"#event-\(place)\">\(HTMLText.escaped(text))</a></td>"
    }
    if value.count > Self.cellByteLimit { text += "…(\(formatBytes(value.count)))" }
    // Times and names are not broken at their hyphens, and lists get room.
    var kinds =
      value.count <= Self.shortByteCount ? ["short"] : value.count > 2 * Self.shortByteCount ? ["long"] : []
    if isNumeric { kinds.append("number") }
    if Self.isFailure(column), !value.isEmpty { kinds.append("failure") }
    let kind = kinds.isEmpty ? "" : " class=\"\(kinds.joined(separator: " "))\""
    let shown = HTMLText.escaped(text)
    return "<td\(kind)>\(kinds.contains("long") ? "<div>\(shown)</div>" : shown)</td>"
  }

  private static func isFailure(_ column: String) -> Bool {
    ["errorcode", "errormessage", "errorcodes"].contains(TableLayout.kind(of: column))
  }

  private func writeEvents(_ out: StandardOutput) throws {
    guard let first = report.events.first else { return }
    let all = report.eventIDCount > report.events.count ? " of \(formatCount(report.eventIDCount))" : ""
    try out.write("<section class=\"events\"><h2>\(formatCount(report.events.count))\(all) events</h2>\n")
    for (index, event) in report.events.enumerated() {
      try out.write(
        "<details id=\"event-\(index)\"><summary>\(HTMLText.escaped(event.time)) "
          + "<b>\(HTMLText.escaped(event.name))</b> <code>\(HTMLText.escaped(event.id))</code></summary>"
          + "<pre>\(Self.pretty(event.json))</pre>"
          + "<p>delivered in <code>\(HTMLText.escaped(event.source))</code></p></details>\n")
    }
    try out.write("</section><section class=\"originals\"><h2>Original bytes</h2>\n")
    try out.write("<p>An event as it was delivered, and its object:</p><pre>")
    try out.write(HTMLText.escaped(Evidence.scan(first.archive, first.id)) + "\n")
    try out.write(HTMLText.escaped(Evidence.restore(first.archive, first.source)) + "</pre>\n")
    if !report.sources.isEmpty {
      try out.write(
        "<div class=\"scroll\"><table><thead><tr><th>SHA-256 of its JSON</th><th>source object</th></tr></thead><tbody>\n"
      )
      for source in report.sources {
        try out.write(
          "<tr><td><code>\(source.digest)</code></td><td>\(HTMLText.escaped(source.key))</td></tr>\n")
      }
      try out.write("</tbody></table></div>")
    }
    try out.write("</section>\n")
  }

  private static func pretty(_ json: [UInt8]) -> String {
    var shown = TerminalJSON.plain
    let bytes = json.withUnsafeBufferPointer { shown.shown($0) }
    return HTMLText.escaped(String(decoding: bytes, as: UTF8.self), keeping: ["\n"])
  }
}
