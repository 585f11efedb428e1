import ArgumentParser
import Cairn

struct NewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    _superCommandName: "cairn",
    abstract:
      "Show what was not there before: principals, networks, addresses, regions, agents, calls and errors.",
    discussion: """
      Everything since --since (the archive's last day without it) is compared with all history before. UNSEEN was in \
      no event before, RARE in 1 to 3, INFREQUENT in 4 to 20, FREQUENT in more (--all shows these, too). Networks are \
      /24 and /48; sessions of a role count together. Exit code 1 where nothing is new.

        cairn new archive --since 1d
      """)

  @Argument(help: ArchiveWords.help, completion: .directory)
  var archive: String

  @Flag(help: "FREQUENT values, too.")
  var all = false

  @OptionGroup var limiting: LimitOptions

  @OptionGroup var audit: AuditOptions

  func run() throws {
    try audit.run(archive) { archive, options in
      let shown = Novelties.Frequency.allCases.filter { all || $0 != .frequent }
      let found = try Novelties(archive, shown: Set(shown), options: options)
      if audit.range.since == nil {
        audit.note("\(formatTime(found.since)) <= eventTime is compared with what was before")
      }
      if found.earlierEventCount == 0 {
        audit.note("cairn: warning: there is no event before: everything is new")
      }
      guard let first = found.rows.first else {
        try audit.nothing("no event since \(formatTime(found.since)) has what was not there before")
      }
      var table = AuditTable(
        title: "new", columns: ["frequency", "kind", "value", "events", "earlier", "first", "eventID"])
      table.rows = found.rows.prefix(limiting.limit ?? .max).map { row in
        [
          .text(row.frequency.rawValue), .text(row.kind), .text(row.value), .number(row.count),
          .number(row.earlier),
          .text(row.first), .text(row.eventID),
        ]
      }
      try audit.show([table])
      try StandardOutput.shared.flush()
      audit.noteMore(found.rows.count - table.rows.count, "rows")
      audit.noteEvidence(self.archive, first.eventID)
    }
  }
}
