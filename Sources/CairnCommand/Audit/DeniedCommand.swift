import ArgumentParser
import Cairn

struct DeniedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "denied",
    _superCommandName: "cairn",
    abstract: "Show refused calls by principal and call.",
    discussion: """
      Refused is what is_denied(errorCode, errorMessage) says (docs/semantics.md). Sessions of a role count together; \
      the column allowed says how often the same call was not refused. Exit code 1 where nothing was refused.

        cairn denied archive --since 7d
        cairn denied archive --who arn:aws:iam::123456789012:user/alice
      """)

  @Argument(help: ArchiveWords.help, completion: .directory)
  var archive: String

  @Option(help: "Only of this principal: an access key, an ARN, an ID or a name.")
  var who: String?

  @OptionGroup var limiting: LimitOptions

  @OptionGroup var audit: AuditOptions

  func run() throws {
    try audit.run(archive) { archive, options in
      let denials = try Denials(archive, of: who, options: options)
      guard let first = denials.rows.first else {
        let near = try who.map { try ActorName.names(near: $0, in: archive, options: options) } ?? []
        try audit.nothing(
          "no call in \(self.archive)\(who.map { " by \($0)" } ?? "") was refused", near: near)
      }
      var table = AuditTable(
        title: "refused calls",
        columns: [
          "principal", "eventSource", "eventName", "denied", "allowed", "first", "last", "errorCodes",
          "addresses",
          "message", "eventID",
        ])
      table.rows = denials.rows.prefix(limiting.limit ?? .max).map { row in
        [
          .text(row.principal), .text(row.source), .text(row.name), .number(row.count), .number(row.allowed),
          .text(row.first), .text(row.last), .list(row.codes), .list(row.addresses), .text(row.message),
          .text(row.eventID),
        ]
      }
      try audit.show([table])
      try StandardOutput.shared.flush()
      audit.noteMore(denials.rows.count - table.rows.count, "rows")
      audit.noteEvidence(self.archive, first.eventID)
    }
  }
}
