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
    /// Their access key.
    public let accessKeyID: String
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
    given = try Self.given(by: Set(found.compactMap(\.0.accessKeyID)), statements)
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

  // MARK: Forward

  /// Calls that give out credentials.
  private static let givingCalls = [
    "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot", "GetSessionToken",
    "GetFederationToken", "GetRoleCredentials", "CreateAccessKey",
  ]

  private static func given(by keys: Set<String>, _ statements: Statements) throws -> [Given] {
    var children: [String: [(key: String, holder: String, event: RecordedEvent)]] = [:]
    var known = keys
    var pending = keys
    for _ in 0..<OriginResolver.longestChain where !pending.isEmpty {
      let events = try statements.events(
        "userIdentity.accessKeyId", isOneOf: pending, and: SQLText.isOne("eventName", of: givingCalls),
        .before)
      let twins = try self.twins(of: events, statements)
      pending = []
      for event in events where !event.hasFailed {
        let response = event.response ?? event.sharedID.flatMap { twins[$0] }
        guard let parent = event.actor.accessKeyID, let (key, holder) = credentials(response),
          known.insert(key).inserted
        else { continue }
        children[parent, default: []].append((key, holder, event))
        pending.insert(key)
      }
    }
    let calls = try summaries(of: known.subtracting(keys), statements)
    var given: [Given] = []
    // Depth first, without recursion: a chain may be long.
    var stack = keys.sorted().reversed().map { (depth: 0, key: $0) }
    var details: [String: (holder: String, event: RecordedEvent)] = [:]
    while let (depth, key) = stack.popLast() {
      if let detail = details[key] {
        given.append(
          Given(depth: depth, event: detail.event, accessKeyID: key, holder: detail.holder, calls: calls[key])
        )
      }
      for child in (children[key] ?? []).reversed() {
        details[child.key] = (child.holder, child.event)
        stack.append((depth + 1, child.key))
      }
    }
    return given
  }

  /// Responses of other accounts' records of calls whose own has none.
  private static func twins(of events: [RecordedEvent], _ statements: Statements) throws -> [String: JSONText]
  {
    let ids = Set(events.filter { $0.response == nil && !$0.hasFailed }.compactMap(\.sharedID))
    if ids.isEmpty { return [:] }
    var responses: [String: JSONText] = [:]
    for twin in try statements.events("sharedEventID", isOneOf: ids, .before) {
      if let id = twin.sharedID, let response = twin.response { responses[id] = response }
    }
    return responses
  }

  private static func credentials(_ response: JSONText?) -> (key: String, holder: String)? {
    guard let response else { return nil }
    if let key = response.text("credentials", "accessKeyId") {
      let holder =
        response.text("assumedRoleUser", "arn") ?? response.text("federatedUser", "arn")
        ?? "the same principal"
      return (key, holder)
    }
    guard let key = response.text("accessKey", "accessKeyId") else { return nil }
    return (key, "user \(response.text("accessKey", "userName") ?? "unknown")")
  }

  private static func summaries(of keys: Set<String>, _ statements: Statements) throws -> [String:
    CallSummary]
  {
    var calls: [String: CallSummary] = [:]
    for condition in SQLText.conditions("userIdentity.accessKeyId", isOneOf: keys) {
      try statements.run(
        "SELECT userIdentity.accessKeyId, \(CallSummary.columns) FROM events WHERE \(condition) GROUP BY 1",
        .before
      ) { row in calls[row[0].text ?? ""] = CallSummary(row, at: 1) }
    }
    return calls
  }
}
