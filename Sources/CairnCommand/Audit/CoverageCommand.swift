import ArgumentParser
import Cairn

struct CoverageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "coverage",
    _superCommandName: "cairn",
    abstract: "Show for which accounts, regions and days there are events, and where recording was switched.",
    discussion: """
      Tables have a calendar: a character a day, . for none, and 1 to 9 for the number's share of the busiest day of \
      that place. A day without events may be a quiet one: records do not tell it from one that was not delivered. \
      Data events are counted apart. An object that came more than an hour after its oldest event, by the time in \
      its name, is a late delivery. Exit code 1 where there are no events.

        cairn coverage archive --since 2025-01-01
      """)

  @Argument(help: ArchiveWords.help, completion: .directory)
  var archive: String

  @Option(help: "What the rows are for programs: places, days, recording or late; people get all.")
  var show = Part.places

  @OptionGroup var audit: AuditOptions

  enum Part: String, ExpressibleByArgument, CaseIterable {
    case places, days, recording, late
  }

  func run() throws {
    try audit.run(archive) { archive, options in
      let coverage = try Coverage(archive, options: options)
      if coverage.places.isEmpty { try audit.nothing("no events in \(self.archive)") }
      if audit.outputFormat == .table {
        try writeCalendar(coverage)
        try StandardOutput.shared.write("\n")
      }
      if audit.isForPeople {
        var late = late(coverage)
        let more = late.rows.count - Self.shownLateCount
        if more > 0 { late.rows.removeLast(more) }
        try audit.show([places(coverage), switches(coverage), late])
        if more > 0 { audit.note("\(formatCount(more)) late deliveries more (--show late --output jsonl)") }
      } else {
        try audit.show([rows(coverage)])
      }
      try StandardOutput.shared.flush()
      audit.noteEvidence(self.archive, coverage.switches.last?.event.id)
    }
  }

  /// Late deliveries that people get; there may be thousands.
  private static let shownLateCount = 20

  private func rows(_ coverage: Coverage) -> AuditTable {
    switch show {
    case .places: places(coverage)
    case .days: days(coverage)
    case .recording: switches(coverage)
    case .late: late(coverage)
    }
  }

  private func places(_ coverage: Coverage) -> AuditTable {
    AuditTable(
      title: "places",
      columns: [
        "account", "region", "events", "dataEvents", "first", "last", "days", "daysWithout", "lateObjects",
        "longestDelayMinutes", "gaps",
      ],
      rows: coverage.places.map { place in
        let gaps = place.gaps.map { $0.from == $0.to ? $0.from : "\($0.from)/\($0.to)" }
        let late = coverage.lateObjects.filter { $0.account == place.account && $0.region == place.region }
        let without = coverage.days.count { $0 >= place.first.prefix(10) && place.days[$0] == nil }
        return [
          .text(place.account), .text(place.region), .number(place.count), .number(place.dataCount),
          .text(place.first),
          .text(place.last), .number(place.days.count), .number(without),
          .number(late.count), late.first.map { .number(Int($0.delay / 60_000)) } ?? .text(nil), .list(gaps),
        ]
      })
  }

  /// A row for each account, region and day of the range, those without events too.
  private func days(_ coverage: Coverage) -> AuditTable {
    AuditTable(
      title: "days", columns: ["account", "region", "day", "events", "dataEvents"],
      rows: coverage.places.flatMap { place in
        coverage.days.map { day in
          [
            .text(place.account), .text(place.region), .text(day), .number(place.days[day] ?? 0),
            .number(place.dataDays[day] ?? 0),
          ]
        }
      })
  }

  private func late(_ coverage: Coverage) -> AuditTable {
    AuditTable(
      title: "late deliveries",
      columns: ["account", "region", "delivered", "oldestEvent", "delayMinutes", "events", "object"],
      rows: coverage.lateObjects.map { object in
        [
          .text(object.account), .text(object.region), .text(formatTime(object.delivered)),
          .text(object.first), .number(Int(object.delay / 60_000)), .number(object.count), .text(object.key),
        ]
      })
  }

  private func switches(_ coverage: Coverage) -> AuditTable {
    AuditTable(
      title: "recording",
      columns: ["eventTime", "eventName", "trail", "account", "region", "who", "errorCode", "eventID"],
      rows: coverage.switches.map { item in
        let event = item.event
        return [
          .text(event.time), .text(event.name), .text(item.trail), .text(event.account), .text(event.region),
          .text(event.actor.description), .text(event.errorCode), .text(event.id),
        ]
      })
  }

  /// Days that a line of the calendar shows: the latest.
  private static let shownDays = 93

  private func writeCalendar(_ coverage: Coverage) throws {
    let days = coverage.days.suffix(Self.shownDays)
    guard let first = days.first, let last = days.last else { return }
    try StandardOutput.shared.write("\(first) to \(last), a character a day\n")
    for place in coverage.places {
      let most = place.days.values.max() ?? 1
      let marks = days.map { day in place.days[day].map { String(max(1, $0 * 9 / max(1, most))) } ?? "." }
      let name = "\(place.account) \(place.region)"
      let padding = String(repeating: " ", count: max(1, 30 - name.count))
      try StandardOutput.shared.write("\(escapeForTerminal(name))\(padding)\(marks.joined())\n")
    }
  }
}
