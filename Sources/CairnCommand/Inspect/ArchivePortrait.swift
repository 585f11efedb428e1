import Cairn

/// What an archive holds, for somebody who sees it for the first time.
struct ArchivePortrait {
  private let archive: Archive
  private let threads: Int
  private let progress: InvestigationProgress
  private let out = StandardOutput.shared
  /// Lines of each part.
  private static let lineLimit = 6

  init(_ archive: Archive, threads: Int, _ progress: InvestigationProgress) {
    self.archive = archive
    self.threads = threads
    self.progress = progress
  }

  func write() throws {
    let parts: [(title: String, value: String, more: String)] = [
      ("accounts", "COALESCE(recipientAccountId, userIdentity.accountId)", ""),
      ("regions", "awsRegion", ""),
      (
        "principals",
        "COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, "
          + "userIdentity.invokedBy, userIdentity.principalId)", ""
      ),
      ("calls", "eventSource || ' ' || eventName", ""),
      ("errors", "errorCode", "WHERE errorCode IS NOT NULL"),
      ("addresses", "sourceIPAddress", ""),
    ]
    let totals = try rows("SELECT count(*) FROM events")
    guard let total = totals.first?[0].text.flatMap({ Int($0) }), total > 0 else { return }
    try writeDays()
    for part in parts { try write(part.title, part.value, part.more, of: total) }
    try writeForms()
  }

  private func rows(_ sql: String) throws -> [[QueryValue]] {
    var options = QueryOptions()
    options.threads = threads
    let interrupt = Interrupt(cancelling: options.cancellation)
    defer { interrupt.end() }
    let query = try Query(sql, on: archive, options: options)
    progress.follow(query.progress)
    var rows: [[QueryValue]] = []
    try query.run { batch in
      for row in 0..<batch.rowCount { rows.append(query.columns.indices.map { batch[row, $0] }) }
    }
    return rows
  }

  private func write(_ title: String, _ value: String, _ more: String, of total: Int) throws {
    let groups = try rows(
      "SELECT \(value) AS v, count(*) AS n FROM events \(more) GROUP BY 1 HAVING v IS NOT NULL "
        + "ORDER BY n DESC, v LIMIT \(Self.lineLimit + 1)")
    guard !groups.isEmpty else { return }
    let distinct =
      groups.count > Self.lineLimit
      ? try rows("SELECT count(DISTINCT \(value)) FROM events \(more)").first?[0].text.flatMap { Int($0) }
      : nil
    try writeTitle(title, distinct ?? groups.count)
    let width = out.presentation.isTerminal ? max(20, terminalWidth() - 22) : Int.max
    for group in groups.prefix(Self.lineLimit) {
      let count = group[1].text.flatMap { Int($0) } ?? 0
      let name = CellText.shown(group[0].utf8, isFull: false)
      let share = "\(fixed(100 * Double(count) / Double(total), 1))%"
      try out.write(
        "  \(Self.atEnd(formatCount(count), 11)) \(Self.atEnd(share, 6))  \(CellText.fit(name, width))\n")
    }
    if let distinct, distinct > Self.lineLimit {
      try out.write(
        "  \(Self.atEnd("…", 11))         \(formatCount(distinct - Self.lineLimit)) more\n")
    }
  }

  private static func atEnd(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - displayWidth(text))) + text
  }

  private func writeTitle(_ title: String, _ count: Int? = nil) throws {
    let number = count.map { " (\(formatCount($0)))" } ?? ""
    try out.write("\n" + out.presentation.paint(title + number, .strong) + "\n")
  }

  // MARK: Days

  private static let shades = ["·", "░", "▒", "▓", "█"]
  private static let monthLimit = 24

  /// A line a month, a mark a day; a line a year and a mark a month where there are many.
  private func writeDays() throws {
    var days: [String: Int] = [:]
    for row in try rows(
      "SELECT substr(eventTime, 1, 10), count(*) FROM events WHERE from_iso8601_timestamp(eventTime) IS NOT NULL GROUP BY 1"
    ) {
      guard let day = row[0].text, day.utf8.count == 10, parseTime(day) != nil else { continue }
      days[day] = row[1].text.flatMap { Int($0) } ?? 0
    }
    guard !days.isEmpty else { return }
    let months = Set(days.keys.map { String($0.prefix(7)) })
    let isByYear = months.count > Self.monthLimit
    // By year: marks are months.
    var lines: [String: [String: Int]] = [:]
    for (day, count) in days {
      let line = String(day.prefix(isByYear ? 4 : 7))
      let mark = String(day.dropFirst(isByYear ? 5 : 8).prefix(2))
      lines[line, default: [:]][mark, default: 0] += count
    }
    let most = lines.values.flatMap(\.values).max() ?? 1
    try writeTitle(isByYear ? "months" : "days", isByYear ? months.count : days.count)
    for (line, marks) in lines.sorted(by: { $0.key < $1.key }) {
      let size = isByYear ? 12 : Self.length(ofMonth: line)
      let text = (1...size).map { number in
        Self.shade(marks[number < 10 ? "0\(number)" : "\(number)"] ?? 0, of: most)
      }.joined()
      let sum = formatCount(marks.values.reduce(0, +))
      try out.write("  \(line)  \(text.padded(to: isByYear ? 12 : 31))  \(sum)\n")
    }
  }

  /// Nothing is a point; else a quarter of the most is a shade.
  private static func shade(_ count: Int, of most: Int) -> String {
    count == 0 ? shades[0] : shades[min(4, 1 + Int(Double(count) / Double(max(1, most)) * 3.999))]
  }

  private static func length(ofMonth month: String) -> Int {
    (28...31).last { parseTime("\(month)-\($0)") != nil } ?? 31
  }

  // MARK: Forms

  /// What records came wrapped in.
  private func writeForms() throws {
    var counts: [String: (objects: Int, records: Int)] = [:]
    try SourceListing(archive.snapshot).visit { source in
      let form = source.wrapping?.name ?? "no records"
      counts[form, default: (0, 0)].objects += 1
      counts[form, default: (0, 0)].records += source.records
    }
    try writeTitle("forms", counts.count)
    for (form, count) in counts.sorted(by: { ($1.value.records, $0.key) < ($0.value.records, $1.key) }) {
      try out.write(
        "  \(Self.atEnd(formatCount(count.records), 11))         \(form), \(formatCount(count.objects)) objects\n"
      )
    }
  }
}

extension FilePath {
  /// Whether a file is there, be it behind a link.
  var isRegularFile: Bool { if case .regular? = status()?.kind { true } else { false } }
}
