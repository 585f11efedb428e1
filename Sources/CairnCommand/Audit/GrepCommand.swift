import ArgumentParser
import Cairn

struct GrepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grep",
    _superCommandName: "cairn",
    abstract: "Show where a value is, anywhere in records.",
    discussion: """
      A part of a value or key; an address or network (203.0.113.0/24) is found as a word, so that 1.2.3.4 is not in \
      11.2.3.45. --file takes a list: one a line, comments from # on; defanged spellings (1.2.3[.]4, hxxp) are \
      understood. Counts by path come first, then the events. Exit code 1 where nothing was found.

        cairn grep archive i-0abc1234
        cairn grep archive --file iocs.txt --output jsonl
      """)

  @Argument(help: ArchiveWords.help, completion: .directory)
  var archive: String

  @Argument(help: "What is looked for.")
  var pattern: String?

  @Option(
    name: [.customShort("f"), .customLong("file")],
    help: ArgumentHelp("Look for each line of a file; - for standard input.", valueName: "file"))
  var file: String?

  @Flag(name: [.customShort("i"), .customLong("ignore-case")], help: "Upper and lower case are the same.")
  var ignoreCase = false

  @Flag(
    name: [.customShort("E"), .customLong("regex")],
    help: "The pattern is a regular expression over each value.")
  var isExpression = false

  @OptionGroup var limiting: LimitOptions

  @Flag(name: [.long, .customShort("c")], help: "Only counts: a row for each indicator and path.")
  var count = false

  @OptionGroup var audit: AuditOptions

  func validate() throws {
    if (pattern == nil) == (file == nil) { throw ValidationError("give a pattern or --file") }
    if isExpression, file != nil { throw ValidationError("--regex is for a pattern, not for --file") }
  }

  func run() throws {
    var indicators: [Indicator] = []
    if let pattern { indicators = [try Indicator(pattern, isExpression: isExpression)] }
    if let file {
      indicators = try Indicator.list(file == "-" ? SQLInput.readStandardInput() : SQLInput.read(file: file))
      if indicators.isEmpty { throw CairnError.usage("\(file): no indicators") }
    }
    try audit.run(archive, of: pattern ?? file) { archive, options in
      let search = try IndicatorSearch(
        archive, for: indicators, ignoresCase: ignoreCase,
        eventLimit: count ? 0 : limiting.limit ?? Self.shownCount, options: options)
      guard search.eventCount > 0 else {
        let what =
          indicators.count == 1 ? indicators[0].given : "none of \(formatCount(indicators.count)) indicators"
        try audit.nothing(
          "\(what) is in no record of \(self.archive)", near: try near(indicators, archive, options))
      }
      let (counts, events) = (counts(search), events(search))
      try audit.show(count ? [counts] : audit.isForPeople ? [counts, events] : [events])
      try StandardOutput.shared.flush()
      if !count { audit.noteMore(search.eventCount - search.events.count, "events") }
      let missing = search.hits.count { $0.count == 0 }
      if missing > 0 {
        audit.note("\(formatCount(missing)) of \(formatCount(indicators.count)) indicators are nowhere")
      }
      audit.noteEvidence(self.archive, search.hits.first { $0.count > 0 }?.eventID)
    }
  }

  /// What there is that is nearly what was looked for; of lists too many were looked for.
  private func near(
    _ indicators: [Indicator], _ archive: Archive, _ options: InvestigationOptions
  ) throws -> [String] {
    guard indicators.count == 1, !isExpression, let text = indicators.first?.text, !text.contains("/") else {
      return []
    }
    let names =
      try ActorName.names(near: text, in: archive, options: options)
      + ResourceHistory.names(near: text, in: archive, options: options)
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  /// Events that are shown without `--limit`; all are counted.
  private static let shownCount = 1000

  private func counts(_ search: IndicatorSearch) -> AuditTable {
    var table = AuditTable(
      title: "counts", columns: ["indicator", "path", "events", "first", "last", "eventID"])
    for hit in search.hits where hit.count > 0 {
      for (path, count) in hit.paths.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
        table.rows.append([
          .text(hit.indicator.text), .text(path), .number(count), .text(hit.first), .text(hit.last),
          .text(hit.eventID),
        ])
      }
    }
    return table
  }

  private func events(_ search: IndicatorSearch) -> AuditTable {
    AuditTable(
      title: "events",
      columns: [
        "eventTime", "eventSource", "eventName", "arn", "sourceIPAddress", "errorCode", "indicators", "paths",
        "eventID",
      ],
      rows: search.events.map { event in
        [
          .text(event.time), .text(event.source), .text(event.name), .text(event.principal),
          .text(event.address),
          .text(event.errorCode), .list(Set(event.found.map(\.text)).sorted()),
          .list(Set(event.found.map(\.path)).sorted()), .text(event.id),
        ]
      })
  }
}
