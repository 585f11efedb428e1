import CairnSQL
import CairnStorage

/// Who is behind a principal, and what was done with the credentials that it gave out.
///
/// ```swift
/// let trace = try Trace(archive, of: "ASIAQWERTYUIOPASDFGH")
/// for principal in trace.principals { print(principal.actor.description, principal.origin.endDescription) }
/// ```
public struct Trace: Sendable {
  /// A key, or a principal without one, that the name means.
  public struct Principal: Sendable {
    /// As its first call has it.
    public let actor: Actor
    /// Where its credentials came from.
    public let origin: Origin
    /// What it did; nil where it did nothing.
    public let calls: CallSummary?
  }

  /// Credentials that came from there.
  public struct Given: Sendable {
    /// From 1: those that a principal itself was given.
    public let depth: Int
    /// The call that gave them out.
    public let event: RecordedEvent
    /// How it is known: `key`, or `switchRole` for a role that the console switched to.
    public let link: Origin.Link
    /// Their access key; nil where records do not tell one.
    public let accessKeyID: String?
    /// Whose they are: the ARN of a session, or a user's name.
    public let holder: String
    /// What was done with them; nil for nothing.
    public let calls: CallSummary?
  }

  /// Whom the name means, by their first calls.
  public let principals: [Principal]
  /// How many these are without a limit.
  public let principalCount: Int
  /// The tree of what was given out, each after what it came from.
  public let given: [Given]

  /// Looks a principal up and follows its credentials both ways.
  ///
  /// Throws `CairnError.usage` for an empty name, and as queries do.
  ///
  /// - Parameter principalLimit: principals that are followed back: a role may have thousands of sessions. What all of
  ///   them gave out is told.
  public init(
    _ archive: Archive, of name: String, principalLimit: Int = .max,
    options: InvestigationOptions = InvestigationOptions()
  ) throws {
    let statements = Statements(archive: archive, options: options)
    let resolver = OriginResolver(statements)
    let callers = try Callers(try ActorName(name), limit: principalLimit, statements)
    var found = callers.first
    // A key that was given out and never used is known by the call that gave it out.
    if found.isEmpty, AccessKey.isKey(name) {
      let actor = Actor(arn: nil, accessKeyID: name)
      try resolver.prepare([actor])
      if actor.isSession, !(try resolver.origin(of: actor).steps.isEmpty) { found = [(actor, nil)] }
    }
    try resolver.prepare(found.map(\.0))
    principals = try found.map { actor, calls in
      Principal(actor: actor, origin: try resolver.origin(of: actor), calls: calls)
    }
    principalCount = max(callers.count, found.count)
    // A key and an event are one session's, and a change of role in the console does not say whose.
    let isOne = AccessKey.isKey(name) || ActorName.isEventID(name)
    given = try TraceForward(
      from: callers.keys.union(found.compactMap(\.0.accessKeyID)), principals: isOne ? [] : callers.arns,
      statements
    ).given
  }
}

/// Who has made calls by a name: a principal for each key and ARN.
private struct Callers {
  /// The first of them, by their first calls.
  private(set) var first: [(Actor, CallSummary?)] = []
  private(set) var count = 0
  private(set) var keys: Set<String> = []
  private(set) var arns: Set<String> = []

  private struct Group {
    let key: String?
    let arn: String?
    let calls: CallSummary
  }

  init(_ name: ActorName, limit: Int, _ statements: Statements) throws {
    // Of one session or event there are few calls: one statement tells all of them.
    let reads = name.meansOneSession ? ", min_by(userIdentity, eventTime)" : ""
    for condition in name.conditions {
      var groups: [Group] = []
      var actors: [Actor] = []
      try statements.run(
        """
        SELECT userIdentity.accessKeyId, userIdentity.arn, \(CallSummary.columns)\(reads) FROM events \
        WHERE \(condition) GROUP BY 1, 2 ORDER BY 5, 1, 2
        """
      ) { row in
        groups.append(Group(key: row[0].text, arn: row[1].text, calls: CallSummary(row, at: 2)))
        if name.meansOneSession, let identity = row.last { actors.append(Actor(JSONText(identity.json))) }
      }
      if groups.isEmpty { continue }
      count = groups.count
      keys = Set(groups.compactMap(\.key).filter { !$0.isEmpty })
      arns = Set(groups.compactMap(\.arn).filter { !$0.isEmpty })
      let shown = Array(groups.prefix(limit))
      if actors.isEmpty { actors = try Self.actors(shown, condition, statements) }
      first = zip(actors, shown).map { ($0, $1.calls) }
      return
    }
  }

  /// What the first call of each group says of its caller. Identities are long: of few groups only those of their first
  /// calls are read.
  private static func actors(
    _ groups: [Group], _ condition: String, _ statements: Statements
  ) throws -> [Actor] {
    var known: [[String?]: Actor] = [:]
    let ids = Set(groups.map(\.calls.firstEventID))
    if ids.count == groups.count, !ids.contains("") {
      for part in SQLText.conditions("eventID", isOneOf: ids) {
        try statements.run(
          """
          SELECT eventID, userIdentity.accessKeyId, userIdentity.arn, userIdentity FROM events \
          WHERE \(part) AND \(condition)
          """
        ) { row in
          let key = row[0..<3].map(\.text)
          if known[key] == nil { known[key] = Actor(JSONText(row[3].json)) }
        }
      }
      return groups.map { group in
        known[[group.calls.firstEventID, group.key, group.arn]]
          ?? Actor(arn: group.arn, accessKeyID: group.key)
      }
    }
    try statements.run(
      """
      SELECT userIdentity.accessKeyId, userIdentity.arn, min_by(userIdentity, eventTime) FROM events \
      WHERE \(condition) GROUP BY 1, 2
      """
    ) { row in known[[row[0].text, row[1].text]] = Actor(JSONText(row[2].json)) }
    return groups.map { known[[$0.key, $0.arn]] ?? Actor(arn: $0.arn, accessKeyID: $0.key) }
  }
}
