import ArgumentParser
import Cairn

struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    _superCommandName: "cairn",
    abstract: "Show who changed a resource, when, and what it was before.",
    discussion: """
      The resource is an ARN, an ID or a name; service:name says of which service (iam:role/admin, s3:logs), and \
      ecs:CLUSTER/SERVICE is an ECS service with the images of its task definitions. Calls that failed are shown \
      and change nothing. Exit code 1 where nothing was found.

        cairn history archive ecs:my-ecs-cluster/my-web-app
        cairn history archive sg-0a1b2c3d --since 30d
        cairn history archive ecs:my-ecs-cluster/my-web-app --state --output json
      """)

  @Argument(help: ArchiveWords.help, completion: .directory)
  var archive: String

  @Argument(help: "An ARN, an ID, a name, or service:name.")
  var resource: String

  @Flag(name: .customLong("oldest-first"), help: "Oldest first.")
  var oldestFirst = false

  @Flag(help: "The state after the last change: a row for each field that is known.")
  var state = false

  @OptionGroup var limiting: LimitOptions

  @OptionGroup var audit: AuditOptions

  func run() throws {
    try audit.run(archive, of: resource) { archive, options in
      let history = try ResourceHistory(archive, of: resource, options: options)
      var entries = history.entries
      if entries.isEmpty {
        try audit.nothing(
          "no call in \(self.archive) writes and names \(resource)" + hidden(history),
          near: try ResourceHistory.names(near: resource, in: archive, options: options))
      }
      let shownID = entries.first?.event.id
      if oldestFirst { entries.reverse() }
      if let limit = limiting.limit { entries = Array(entries.prefix(limit)) }
      if state {
        try audit.show([current(history)])
      } else if audit.outputFormat == .table {
        try writeReport(history, entries)
      } else {
        try audit.show([table(entries), current(history)])
      }
      try StandardOutput.shared.flush()
      if history.resources.count > 1 {
        audit.note(
          "\(history.resources.count) resources have this name: \(history.resources.joined(separator: "; "))")
      }
      audit.noteMore(history.entries.count - entries.count, "changes")
      let more = hidden(history)
      if !more.isEmpty { audit.note(String(more.dropFirst(2))) }
      audit.noteEvidence(self.archive, shownID)
    }
  }

  private func hidden(_ history: ResourceHistory) -> String {
    var text = ""
    if history.earlierCount > 0 { text += "; \(formatCount(history.earlierCount)) changes before the range" }
    if history.dataEventCount > 0 {
      text += "; \(formatCount(history.dataEventCount)) data events on it are not shown (cairn timeline)"
    }
    return text
  }

  // MARK: Rows

  private func table(_ entries: [ResourceHistory.Entry]) -> AuditTable {
    var table = AuditTable(
      title: "changes",
      columns: [
        "eventTime", "resource", "eventName", "who", "person", "sourceIPAddress", "userAgent", "via",
        "changes", "notes",
        "errorCode", "awsRegion", "account", "arn", "accessKeyId", "eventID",
      ])
    table.rows = entries.map { entry in
      let event = entry.event
      let changes = entry.changes.map { change in
        "{\"field\":\(auditJSON(change.field)),\"old\":\(change.old.map(auditJSON) ?? "null"),"
          + "\"new\":\(change.new.map(auditJSON) ?? "null"),\"oldIsKnown\":\(change.isOldKnown)}"
      }
      return [
        .text(event.time), .text(entry.resource), .text(event.name), .text(event.actor.description),
        .text(entry.origin?.person), .text(event.address), .text(event.agent), .text(event.via),
        .json(
          "[\(changes.joined(separator: ","))]",
          text: entry.changes.map(\.description).joined(separator: "; ")),
        .list(entry.notes), .text(event.errorCode), .text(event.region), .text(event.account),
        .text(event.actor.arn),
        .text(event.actor.accessKeyID), .text(event.id),
      ]
    }
    return table
  }

  private func current(_ history: ResourceHistory) -> AuditTable {
    AuditTable(
      title: "current state", columns: ["resource", "field", "value", "since", "eventID"],
      rows: history.current.map {
        [.text($0.resource), .text($0.field), .text($0.value), .text($0.since), .text($0.eventID)]
      })
  }

  // MARK: For people

  /// Fields of the current state that are shown for a resource; the rest is counted.
  private static let shownFieldCount = 12

  private func writeReport(_ history: ResourceHistory, _ entries: [ResourceHistory.Entry]) throws {
    let out = StandardOutput.shared
    for resource in history.resources {
      try out.write("\(escapeForTerminal(resource))\n")
      let fields = history.current.filter { $0.resource == resource }
      for field in fields.prefix(Self.shownFieldCount) {
        try out.write(
          "  \(escapeForTerminal(field.field)) = \(escapeForTerminal(field.value))  since \(field.since)\n")
      }
      if fields.count > Self.shownFieldCount {
        try out.write("  and \(fields.count - Self.shownFieldCount) fields more (--output json)\n")
      }
    }
    let isOne = history.resources.count == 1
    for entry in entries { try write(entry, showsResource: !isOne) }
  }

  private func write(_ entry: ResourceHistory.Entry, showsResource: Bool) throws {
    let event = entry.event
    var head = "\(event.time)  \(event.name)  \(event.id)"
    if showsResource { head += "  \(entry.resource)" }
    if event.hasFailed { head += "  FAILED, nothing changed" }
    try StandardOutput.shared.write("\n\(escapeForTerminal(head))\n")
    try line("who", event.actor.description)
    try line("person", entry.origin?.person)
    try line("from", [event.address, event.agent].compactMap(\.self).joined(separator: "  "))
    try line("via", event.via)
    if let code = event.errorCode {
      try line("error", [code, event.errorMessage].compactMap(\.self).joined(separator: ": "))
    }
    for change in entry.changes { try line(event.hasFailed ? "asked" : "change", change.description) }
    for note in entry.notes { try line("note", note) }
  }

  private func line(_ label: String, _ text: String?) throws {
    guard let text, !text.isEmpty else { return }
    let padding = String(repeating: " ", count: max(0, 8 - label.count))
    try StandardOutput.shared.write("  \(label)\(padding)\(escapeForTerminal(text))\n")
  }
}
