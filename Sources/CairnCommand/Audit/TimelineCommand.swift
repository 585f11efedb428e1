import ArgumentParser
import Cairn

struct TimelineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "timeline",
    _superCommandName: "cairn",
    abstract: "Show the events of a principal, key, address, account or resource in order, in bursts.",
    discussion: """
      A burst ends where nothing happens for the time of --pause. Tables show each burst as one paragraph below a \
      histogram; other formats give a row an event. Exit code 1 where nothing was found.

        cairn timeline archive AKIAQWERTYUIOPASDFGH
        cairn timeline archive 203.0.113.7 --since 7d --pause 1h
      """)

  @Argument(help: ArchiveWords.help, completion: .directory)
  var archive: String

  @Argument(help: "An access key, an ARN, an address, an account, an event's ID, or a name.")
  var name: String

  @Option(help: ArgumentHelp("What ends a burst: 30s, 5m, 1h, 1d.", valueName: "time"))
  var pause = "5m"

  @OptionGroup var limiting: LimitOptions

  @OptionGroup var audit: AuditOptions

  func validate() throws {
    if pauseLength == nil { throw ValidationError("--pause \(pause): expected a time such as 30s, 5m, 1h") }
  }

  private var pauseLength: Int64? {
    let units: [Character: Int64] = ["s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
    guard let unit = pause.last.flatMap({ units[$0] }), let count = Int64(pause.dropLast()), count > 0,
      count <= 1_000_000
    else { return nil }
    return count * unit
  }

  func run() throws {
    try audit.run(archive, of: name) { archive, options in
      let timeline = try Timeline(archive, of: name, pause: pauseLength ?? 300_000, options: options)
      let count = timeline.bursts.reduce(0) { $0 + $1.events.count }
      guard let first = timeline.bursts.first?.events.first else {
        let near = try ActorName.names(near: name, in: archive, options: options)
        let more = try ResourceHistory.names(near: name, in: archive, options: options)
        try audit.nothing("no event in \(self.archive) is by, from or about \(name)", near: near + more)
      }
      if audit.outputFormat == .table { try writeReport(timeline) } else { try audit.show([rows(timeline)]) }
      try StandardOutput.shared.flush()
      audit.noteMore(count - min(count, limiting.limit ?? .max), "events")
      audit.noteEvidence(self.archive, first.id)
    }
  }

  private func rows(_ timeline: Timeline) -> AuditTable {
    var table = AuditTable(
      title: "events",
      columns: [
        "eventTime", "burst", "eventSource", "eventName", "errorCode", "who", "arn", "accessKeyId",
        "sourceIPAddress",
        "userAgent", "awsRegion", "account", "eventID",
      ])
    for (number, burst) in timeline.bursts.enumerated() {
      table.rows += burst.events.map { event in
        [
          .text(event.time), .number(number + 1), .text(event.source), .text(event.name),
          .text(event.errorCode),
          .text(event.actor.description), .text(event.actor.arn), .text(event.actor.accessKeyID),
          .text(event.address),
          .text(event.agent), .text(event.region), .text(event.account), .text(event.id),
        ]
      }
    }
    table.rows = Array(table.rows.prefix(limiting.limit ?? .max))
    return table
  }

  // MARK: For people

  private static let barWidth = 50
  /// Runs of equal calls that a burst shows.
  private static let shownRuns = 40

  private func writeReport(_ timeline: Timeline) throws {
    let out = StandardOutput.shared
    let most = timeline.histogram.map(\.count).max() ?? 0
    for bar in timeline.histogram where most > 0 {
      let (full, rest) = (bar.count * Self.barWidth).quotientAndRemainder(dividingBy: most)
      let marks = String(repeating: "#", count: max(full + (rest > 0 ? 1 : 0), 0))
      let failed = bar.failed > 0 ? " (\(formatCount(bar.failed)) failed)" : ""
      try out.write(
        "\(formatTime(bar.start))  \(marks) \(bar.count > 0 ? formatCount(bar.count) + failed : "")\n")
    }
    var left = limiting.limit ?? .max
    for (number, burst) in timeline.bursts.enumerated() where left > 0 {
      guard let first = burst.events.first, let last = burst.events.last else { continue }
      left -= burst.events.count
      let failed = burst.events.count { $0.hasFailed }
      try out.write(
        "\n\(number + 1). \(escapeForTerminal(first.time)) to \(escapeForTerminal(last.time)): "
          + "\(formatCount(burst.events.count)) events"
          + (failed > 0 ? ", \(formatCount(failed)) failed" : "") + "\n")
      try list("by", burst.events.map(\.actor.description))
      try list("from", burst.events.compactMap(\.address))
      try list("in", burst.events.compactMap(\.region))
      let runs = burst.runs.prefix(Self.shownRuns).map { run -> String in
        let times = run.count > 1 ? " ×\(run.count)" : ""
        let failed = run.failed == run.count ? " (failed)" : " (\(run.failed) failed)"
        return run.name + times + (run.failed == 0 ? "" : failed)
      }
      let more = burst.runs.count > Self.shownRuns ? ["and \(burst.runs.count - Self.shownRuns) more"] : []
      try line("calls", (runs + more).joined(separator: ", "))
      try line("events", first.id == last.id ? first.id : "\(first.id) to \(last.id)")
    }
  }

  /// Distinct values in the order in which they came, the first of them.
  private func list(_ label: String, _ values: [String]) throws {
    var seen: Set<String> = []
    let distinct = values.filter { seen.insert($0).inserted }
    let more = distinct.count > 5 ? " and \(distinct.count - 5) more" : ""
    if !distinct.isEmpty { try line(label, distinct.prefix(5).joined(separator: ", ") + more) }
  }

  private func line(_ label: String, _ text: String) throws {
    let padding = String(repeating: " ", count: max(0, 8 - label.count))
    try StandardOutput.shared.write("   \(label)\(padding)\(escapeForTerminal(text))\n")
  }
}
