import CairnStorage

/// Follows what came of credentials: those that calls gave out, and roles that the console switched to.
struct TraceForward {
  /// What came of one, before the tree is put in order.
  private struct Node {
    let id: String
    let event: RecordedEvent
    let link: Origin.Link
    let accessKeyID: String?
    let holder: String
    var calls: CallSummary?
  }

  private let statements: Statements
  /// By what they came from: an access key, a switch, or the ARN of who switched.
  private var children: [String: [Node]] = [:]
  /// What the keys of a switched role's session belong to.
  private var owners: [String: String] = [:]
  private var known: Set<String>
  private var switchedFrom: Set<String> = []
  private let roots: [String]

  /// - Parameters:
  ///   - keys: with which it begins.
  ///   - principals: ARNs whose changes of role in the console are followed; not of one session among others of the
  ///     same ARN, since records do not say which of them switched.
  init(from keys: Set<String>, principals: Set<String>, _ statements: Statements) throws {
    self.statements = statements
    known = keys
    roots = keys.sorted() + principals.sorted()
    var pending = keys
    var principals = principals
    for _ in 0..<OriginResolver.longestChain where !pending.isEmpty || !principals.isEmpty {
      var next = try addGiven(by: pending)
      next.formUnion(try addSwitches(from: principals))
      (pending, principals) = (next, [])
    }
    try addSummaries(without: keys)
  }

  /// The tree, each after what it came from: without recursion, since a chain may be long.
  var given: [Trace.Given] {
    var given: [Trace.Given] = []
    var stack = roots.reversed().map { (depth: 0, id: $0, node: Node?.none) }
    while let (depth, id, node) = stack.popLast() {
      if let node {
        given.append(
          Trace.Given(
            depth: depth, event: node.event, link: node.link, accessKeyID: node.accessKeyID,
            holder: node.holder, calls: node.calls))
      }
      for child in (children[id] ?? []).reversed() { stack.append((depth + 1, child.id, child)) }
    }
    return given
  }

  // MARK: Keys

  /// Calls that give out credentials.
  private static let givingCalls = [
    "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot", "GetSessionToken",
    "GetFederationToken", "GetRoleCredentials", "CreateAccessKey",
  ]

  private mutating func addGiven(by keys: Set<String>) throws -> Set<String> {
    if keys.isEmpty { return [] }
    let events = try statements.events(
      "userIdentity.accessKeyId", isOneOf: keys, and: SQLText.isOne("eventName", of: Self.givingCalls),
      .before)
    let twins = try twins(of: events)
    var found: Set<String> = []
    for event in events where !event.hasFailed {
      guard let parent = event.actor.accessKeyID,
        let (key, holder) = Self.credentials(event.given) ?? event.sharedID.flatMap({ twins[$0] }),
        known.insert(key).inserted
      else { continue }
      children[owners[parent] ?? parent, default: []].append(
        Node(id: key, event: event, link: .key, accessKeyID: key, holder: holder))
      found.insert(key)
    }
    return found
  }

  /// What other accounts' records of calls tell whose own tell nothing.
  private func twins(of events: [RecordedEvent]) throws -> [String: (key: String, holder: String)] {
    let ids = Set(
      events.filter { Self.credentials($0.given) == nil && !$0.hasFailed }.compactMap(\.sharedID))
    if ids.isEmpty { return [:] }
    var known: [String: (key: String, holder: String)] = [:]
    for twin in try statements.events("sharedEventID", isOneOf: ids, .before) {
      if let id = twin.sharedID, let credentials = Self.credentials(twin.given) { known[id] = credentials }
    }
    return known
  }

  private static func credentials(_ given: GivenCredentials?) -> (key: String, holder: String)? {
    guard let given else { return nil }
    if let key = given.key { return (key, given.roleSession ?? given.federatedUser ?? "the same principal") }
    guard let key = given.userKey else { return nil }
    return (key, "user \(given.user ?? "unknown")")
  }

  private mutating func addSummaries(without roots: Set<String>) throws {
    let keys = known.subtracting(roots).filter { owners[$0] == nil }
    var calls: [String: CallSummary] = [:]
    for condition in SQLText.conditions("userIdentity.accessKeyId", isOneOf: keys) {
      try statements.run(
        "SELECT userIdentity.accessKeyId, \(CallSummary.columns) FROM events WHERE \(condition) GROUP BY 1",
        .before
      ) { row in calls[row[0].text ?? ""] = CallSummary(row, at: 1) }
    }
    for id in children.keys {
      for index in (children[id] ?? []).indices {
        if let key = children[id]?[index].accessKeyID { children[id]?[index].calls = calls[key] }
      }
    }
  }

  // MARK: Roles switched to

  /// Changes of role in the console give out no key that records tell of: what was done is known by the session's
  /// name and beginning. The keys that were used then are followed further.
  private mutating func addSwitches(from principals: Set<String>) throws -> Set<String> {
    if principals.isEmpty { return [] }
    let events = try statements.events(
      "additionalEventData.SwitchFrom", isOneOf: principals, and: "eventName = 'SwitchRole'", .before
    ).filter { !$0.hasFailed }
    let sessions = try sessions(Set(events.compactMap(\.actor.arn)))
    var found: Set<String> = []
    for event in events where switchedFrom.insert(event.id).inserted {
      guard let parent = event.given?.switchedFrom, let arn = event.actor.arn else { continue }
      let id = "switch \(event.id)"
      let own = (sessions[arn] ?? []).filter { OriginResolver.began($0.start, at: event) }
      for key in own.compactMap(\.key) where known.insert(key).inserted {
        owners[key] = id
        found.insert(key)
      }
      children[parent, default: []].append(
        Node(
          id: id, event: event, link: .switchRole, accessKeyID: nil, holder: arn,
          calls: CallSummary(own.map(\.calls))))
    }
    return found
  }

  private typealias Session = (start: Int64, key: String?, calls: CallSummary)

  private func sessions(_ arns: Set<String>) throws -> [String: [Session]] {
    var sessions: [String: [Session]] = [:]
    for condition in SQLText.conditions("userIdentity.arn", isOneOf: arns) {
      try statements.run(
        """
        SELECT userIdentity.arn, userIdentity.sessionContext.attributes.creationDate, userIdentity.accessKeyId, \
        \(CallSummary.columns) FROM events WHERE \(condition) AND eventName <> 'SwitchRole' GROUP BY 1, 2, 3
        """, .before
      ) { row in
        guard let arn = row[0].text, let start = row[1].text.flatMap(parseTime) else { return }
        sessions[arn, default: []].append((start, row[2].text, CallSummary(row, at: 3)))
      }
    }
    return sessions
  }
}
