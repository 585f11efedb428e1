import ArgumentParser
import Cairn

struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    _superCommandName: "cairn",
    abstract: "Show who is behind a principal, and what was done with credentials that it gave out.",
    discussion: """
      Back to the first human or workload through the calls whose responses have the access key (or name the session \
      at the time when it began), and forward through all credentials that came from there. It says where the way \
      ends for lack of records. Exit code 1 where nothing was found.

        cairn trace archive ASIAQWERTYUIOPASDFGH
        cairn trace archive arn:aws:sts::123456789012:assumed-role/deploy/build-17
        cairn trace archive 2fc02188-87c2-4ec0-9d1d-ff9757f2a428
      """)

  @Argument(help: ArchiveWords.help, completion: .directory)
  var archive: String

  @Argument(
    help: "An access key, an ARN of a user, session or role, an event's ID, a principal's ID, or a name.")
  var who: String

  @OptionGroup var audit: AuditOptions

  func run() throws {
    try audit.run(archive, of: who) { archive, options in
      let isTree = audit.outputFormat == .table
      let trace = try Trace(
        archive, of: who, principalLimit: isTree ? Self.shownCount : .max, options: options)
      if trace.principals.isEmpty {
        try audit.nothing(
          "no call in \(self.archive) is by \(who)",
          near: try ActorName.names(near: who, in: archive, options: options))
      }
      if isTree { try writeTree(trace) } else { try audit.show([rows(trace)]) }
      try StandardOutput.shared.flush()
      let evidence = trace.principals.first.map {
        $0.origin.steps.last?.event.id ?? $0.calls?.firstEventID ?? ""
      }
      audit.noteEvidence(self.archive, evidence)
    }
  }

  // MARK: Rows

  private func rows(_ trace: Trace) -> AuditTable {
    var table = AuditTable(
      title: "trace",
      columns: [
        "direction", "depth", "eventTime", "eventName", "link", "who", "arn", "accessKeyId", "account",
        "sourceIPAddress", "sourceIdentity", "calls", "failed", "first", "last", "addresses", "twins", "end",
        "eventID",
      ])
    for principal in trace.principals {
      let actor = principal.actor
      table.rows.append(
        [.text("self"), .number(0), .text(nil), .text(nil), .text(nil)] + who(actor) + [.text(nil)]
          + [.text(actor.sourceIdentity)] + calls(principal.calls)
          + [.text(nil), .text(principal.origin.endDescription), .text(principal.calls?.firstEventID)])
      for (index, step) in principal.origin.steps.enumerated() {
        let event = step.event
        table.rows.append(
          [
            .text("back"), .number(index + 1), .text(event.time), .text(event.name),
            .text(step.link.rawValue),
          ]
            + who(step.caller) + [.text(event.address), .text(step.caller.sourceIdentity)] + calls(nil)
            + [.list(step.twins.map(\.id)), .text(nil), .text(event.id)])
      }
    }
    for given in trace.given {
      let event = given.event
      table.rows.append(
        [
          .text("forward"), .number(given.depth), .text(event.time), .text(event.name),
          .text(given.link.rawValue),
          .text(given.holder), .text(given.holder.hasPrefix("arn:") ? given.holder : nil),
          .text(given.accessKeyID),
          .text(event.account), .text(event.address), .text(nil),
        ] + calls(given.calls) + [.text(nil), .text(nil), .text(event.id)])
    }
    return table
  }

  private func who(_ actor: Actor) -> [AuditCell] {
    [.text(actor.description), .text(actor.arn), .text(actor.accessKeyID), .text(actor.accountID)]
  }

  private func calls(_ calls: CallSummary?) -> [AuditCell] {
    guard let calls else { return [.text(nil), .text(nil), .text(nil), .text(nil), .text(nil)] }
    return [
      .number(calls.count), .number(calls.failed), .text(calls.first), .text(calls.last),
      .list(calls.addresses),
    ]
  }

  // MARK: For people

  /// More principals than these are counted: a role may have thousands of sessions.
  private static let shownCount = 20

  private func writeTree(_ trace: Trace) throws {
    for principal in trace.principals {
      let actor = principal.actor
      try line(
        0, [actor.description, actor.accessKeyID, actor.arn].compactMap(\.self).joined(separator: "  "))
      try line(1, text(principal.calls))
      if let identity = actor.sourceIdentity { try line(1, "source identity \(identity)") }
      for (index, step) in principal.origin.steps.enumerated() {
        let event = step.event
        try line(
          index + 1,
          "← \(event.name) \(event.time) from \(event.address ?? "?")  event \(event.id)  (by \(step.link.rawValue))"
        )
        for twin in step.twins {
          try line(index + 2, "also recorded in \(twin.account ?? "?")  event \(twin.id)")
        }
        try line(
          index + 2,
          "by "
            + [step.caller.description, step.caller.accessKeyID, step.caller.arn].compactMap(\.self)
            .joined(separator: "  "))
      }
      try line(1, "end: \(principal.origin.endDescription)")
    }
    let left = trace.principalCount - trace.principals.count
    if left > 0 { try line(0, "and \(formatCount(left)) more (--output jsonl)") }
    if !trace.given.isEmpty { try line(0, "credentials that came from there") }
    for given in trace.given {
      try line(
        given.depth,
        [
          "→ \(given.event.name) \(given.event.time)  event \(given.event.id)", given.accessKeyID,
          given.holder,
        ]
        .compactMap(\.self).joined(separator: "  ")
      )
      try line(given.depth + 1, text(given.calls))
    }
  }

  private func text(_ calls: CallSummary?) -> String {
    guard let calls else { return "no calls" }
    let addresses =
      calls.addresses.prefix(5).joined(separator: ", ")
      + (calls.addresses.count > 5 ? " and \(calls.addresses.count - 5) more" : "")
    return
      "\(formatCount(calls.count)) calls, \(formatCount(calls.failed)) failed, \(calls.first) to \(calls.last), "
      + "from \(addresses)"
  }

  private func line(_ depth: Int, _ text: String) throws {
    try StandardOutput.shared.write(String(repeating: "  ", count: depth) + escapeForTerminal(text) + "\n")
  }
}
