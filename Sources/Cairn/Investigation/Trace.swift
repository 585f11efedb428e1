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
  /// The tree of what was given out, each after what it came from.
  public let given: [Given]

  /// Looks a principal up and follows its credentials both ways.
  ///
  /// Throws `CairnError.usage` for an empty name, and as queries do.
  public init(_ archive: Archive, of name: String, options: InvestigationOptions = InvestigationOptions())
    throws
  {
    let statements = Statements(archive: archive, options: options)
    let resolver = OriginResolver(statements)
    var found = try Self.callers(try ActorName(name), statements)
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
    let actors = found.map(\.0)
    // A key and an event are one session's, and a change of role in the console does not say whose.
    let isOne = AccessKey.isKey(name) || ActorName.isEventID(name)
    given = try TraceForward(
      from: Set(actors.compactMap(\.accessKeyID)), principals: isOne ? [] : Set(actors.compactMap(\.arn)),
      statements
    ).given
  }

  private static func callers(_ name: ActorName, _ statements: Statements) throws -> [(Actor, CallSummary?)] {
    for condition in name.conditions {
      var found: [(Actor, CallSummary?)] = []
      try statements.run(
        """
        SELECT userIdentity.accessKeyId, userIdentity.arn, min_by(userIdentity, eventTime), \(CallSummary.columns) \
        FROM events WHERE \(condition) GROUP BY 1, 2 ORDER BY 6, 1, 2
        """
      ) { row in found.append((Actor(JSONText(row[2].json)), CallSummary(row, at: 3))) }
      if !found.isEmpty { return found }
    }
    return []
  }
}
