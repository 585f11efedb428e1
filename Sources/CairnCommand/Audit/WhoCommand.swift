import ArgumentParser
import Cairn

struct WhoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "who",
    _superCommandName: "cairn",
    abstract: "Show what there is to know of a principal, an access key, an address or an account.",
    discussion: """
      First and last seen, calls by service with what failed, addresses and networks (/24 and /48), agents, regions, \
      keys, roles assumed, and what was called for the first time on which day. Exit code 1 where nothing was found.

        cairn who archive AKIAQWERTYUIOPASDFGH
        cairn who archive 203.0.113.7 123456789012
      """)

  @Argument(help: ArchiveWords.help, completion: .directory)
  var archive: String

  @Argument(help: "Access keys, ARNs, addresses, accounts, or names.")
  var names: [String]

  @OptionGroup var audit: AuditOptions

  func run() throws {
    try audit.run(archive, of: names.joined(separator: ", ")) { archive, options in
      var tables: [AuditTable] = []
      var rows = AuditTable(title: "", columns: ["name", "kind"] + Self.columns)
      var missing: [String] = []
      var evidence: String?
      for name in names {
        guard let profile = try ActorProfile(archive, of: name, options: options) else {
          missing.append(name)
          continue
        }
        evidence = evidence ?? profile.calls.firstEventID
        rows.rows += lines(profile).map { [.text(name), .text(profile.kind.rawValue)] + $0 }
        if isPaged { tables += page(profile) }
      }
      if isPaged {
        if !tables.isEmpty { try audit.show(tables) }
      } else if !rows.rows.isEmpty {
        try audit.show([rows])
      }
      try StandardOutput.shared.flush()
      guard missing.count < names.count else {
        let account = missing.compactMap { name in
          AccessKey.account(of: name).map { "; \(name) is a key of account \($0)" }
        }
        try audit.nothing(
          "no event in \(self.archive) is by or from \(missing.joined(separator: ", "))\(account.joined())",
          near: try missing.flatMap { try ActorName.names(near: $0, in: archive, options: options) })
      }
      for name in missing { audit.note("\(name): no event is by or from it") }
      audit.noteEvidence(self.archive, evidence)
    }
  }

  /// Whether each name has a page of its own, of which long sections are cut.
  private var isPaged: Bool { [.table, .markdown, .vertical].contains(audit.outputFormat) }

  private static let columns = ["section", "value", "calls", "failed", "denied", "first", "last", "eventID"]

  private func lines(_ profile: ActorProfile) -> [[AuditCell]] {
    let calls = profile.calls
    var rows: [[AuditCell]] = [
      [
        .text("all"), .text(profile.name), .number(calls.count), .number(calls.failed), .text(nil),
        .text(calls.first),
        .text(calls.last), .text(calls.firstEventID),
      ]
    ]
    if let account = profile.keyAccount {
      rows.append(
        [.text("account of key"), .text(account)]
          + [AuditCell](repeating: .text(nil), count: Self.columns.count - 2))
    }
    return rows
      + profile.lines.map { line in
        [
          .text(line.section), .text(line.value), .number(line.count), .number(line.failed),
          .number(line.denied),
          .text(line.first), .text(line.last), .text(line.eventID),
        ]
      }
  }

  /// Lines of a section that are shown to people.
  private static let shownCount = 15

  private func page(_ profile: ActorProfile) -> [AuditTable] {
    let all = lines(profile)
    var shown: [[AuditCell]] = []
    var sections: [String] = []
    var counts: [String: Int] = [:]
    for (index, row) in all.enumerated() {
      guard case .text(let section?) = row[0] else { continue }
      if counts[section] == nil { sections.append(section) }
      counts[section, default: 0] += 1
      if counts[section, default: 0] <= Self.shownCount || index == 0 { shown.append(row) }
    }
    for section in sections {
      let more = counts[section, default: 0] - Self.shownCount
      if more > 0 { audit.note("\(more) more of \(section) (--output jsonl)") }
    }
    return [
      AuditTable(title: "\(profile.name): \(profile.kind.rawValue)", columns: Self.columns, rows: shown)
    ]
  }
}
