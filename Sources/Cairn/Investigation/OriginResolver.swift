import CairnStorage

/// Finds where credentials came from. Records are looked up for many callers at once, one round for each step back.
final class OriginResolver {
  private let statements: Statements
  /// Calls whose response has a key.
  private var byKey: [String: [RecordedEvent]] = [:]
  /// Calls whose response names a session, and changes of role in the console.
  private var bySession: [String: [RecordedEvent]] = [:]
  /// Sign-ins by the principal's ARN.
  private var signIns: [String: [RecordedEvent]] = [:]
  private var bySharedID: [String: [RecordedEvent]] = [:]
  private var firstTime: String??

  /// Longer chains are not followed.
  static let longestChain = 32
  /// So far apart may a session's beginning and the call be that began it: both are whole seconds of two clocks.
  private static let clockToleranceMilliseconds: Int64 = 2000

  init(_ statements: Statements) { self.statements = statements }

  // MARK: Looking up

  /// Reads what `origin(of:)` needs for these callers.
  func prepare(_ actors: [Actor]) throws {
    var pending = actors
    for _ in 0..<Self.longestChain where !pending.isEmpty {
      var found = try loadKeys(of: pending)
      found += try loadTwins(of: found)
      let unknown = pending.filter { $0.isSession && issuers(of: $0).isEmpty }
      found += try loadSessions(of: unknown)
      pending = found.map(\.actor)
    }
  }

  private func loadKeys(of actors: [Actor]) throws -> [RecordedEvent] {
    let keys = Set(actors.filter(\.isSession).compactMap(\.accessKeyID)).subtracting(byKey.keys)
    if keys.isEmpty { return [] }
    for key in keys { byKey[key] = [] }
    let found = try statements.events("responseElements.credentials.accessKeyId", isOneOf: keys, .all)
    for event in found {
      if let key = event.given?.key {
        byKey[key, default: []].append(event)
      }
    }
    return found
  }

  private func loadTwins(of events: [RecordedEvent]) throws -> [RecordedEvent] {
    let ids = Set(events.filter { $0.actor.accessKeyID == nil }.compactMap(\.sharedID)).subtracting(
      bySharedID.keys)
    if ids.isEmpty { return [] }
    for id in ids { bySharedID[id] = [] }
    let found = try statements.events("sharedEventID", isOneOf: ids, .all)
    for event in found { bySharedID[event.sharedID ?? "", default: []].append(event) }
    return found
  }

  private func loadSessions(of actors: [Actor]) throws -> [RecordedEvent] {
    let arns = Set(actors.compactMap(\.arn)).subtracting(bySession.keys)
    if arns.isEmpty { return [] }
    for arn in arns { (bySession[arn], signIns[arn]) = ([], []) }
    let roles = arns.filter { $0.contains(":assumed-role/") }
    let users = arns.subtracting(roles)
    var found: [RecordedEvent] = []
    if !roles.isEmpty {
      found = try statements.events("responseElements.assumedRoleUser.arn", isOneOf: roles, .all)
      for event in found {
        bySession[event.given?.roleSession ?? "", default: []].append(event)
      }
      let switches = try statements.events(
        "userIdentity.arn", isOneOf: roles, and: "eventName = 'SwitchRole'", .all)
      for event in switches { bySession[event.actor.arn ?? "", default: []].append(event) }
    }
    if !users.isEmpty {
      let logins = try statements.events(
        "userIdentity.arn", isOneOf: users, and: "eventName = 'ConsoleLogin'", .all)
      for event in logins { signIns[event.actor.arn ?? "", default: []].append(event) }
    }
    return found
  }

  // MARK: Walking back

  private func issuers(of actor: Actor) -> [RecordedEvent] {
    (actor.accessKeyID.flatMap { byKey[$0] } ?? []).filter { !$0.hasFailed }
  }

  /// The way back from a caller that `prepare` was given.
  func origin(of actor: Actor) throws -> Origin {
    var steps: [Origin.Step] = []
    var current = actor
    var seen: Set<String> = []
    func result(_ end: Origin.End) -> Origin { Origin(actor: actor, steps: steps, end: end) }
    while current.isSession {
      if let key = current.accessKeyID, !seen.insert(key).inserted {
        return result(.unrecorded("the records name \(key) as its own origin"))
      }
      if steps.count == Self.longestChain {
        return result(.unrecorded("the chain is longer than \(steps.count) calls"))
      }
      let (link, candidates) = candidates(for: current)
      let calls = Self.calls(candidates)
      guard let call = calls.first else {
        if current.type != "AssumedRole", current.type != "FederatedUser", current.invokedBy != nil { break }
        return result(.unrecorded(try reason(current)))
      }
      let step = step(link, call)
      if calls.count > 1, !calls.allSatisfy({ Self.isSame(self.step(link, $0).caller, step.caller) }) {
        return result(.ambiguous(calls.flatMap { $0.map(\.id) }))
      }
      steps.append(step)
      current = step.caller
      // Who signs in, or changes the role in the console, is known; not with which credentials.
      if link == .signIn || link == .switchRole { return result(.principal) }
    }
    return result(try end(at: current))
  }

  /// Whether a session that began at a time can have begun by an event.
  static func began(_ start: Int64, at event: RecordedEvent) -> Bool {
    event.milliseconds.map { abs($0 - start) <= clockToleranceMilliseconds } ?? false
  }

  private func candidates(for actor: Actor) -> (Origin.Link, [RecordedEvent]) {
    let issuers = issuers(of: actor)
    if !issuers.isEmpty { return (.key, issuers) }
    guard let arn = actor.arn, let start = actor.sessionStart.flatMap(parseTime) else { return (.key, []) }
    func began(_ event: RecordedEvent) -> Bool { !event.hasFailed && Self.began(start, at: event) }
    let named = (bySession[arn] ?? []).filter(began)
    let switches = named.filter { $0.name == "SwitchRole" }
    if !switches.isEmpty { return (.switchRole, switches) }
    if !named.isEmpty {
      // A session that has another key is another session.
      let others = named.filter { event in
        guard let key = actor.accessKeyID, let given = event.given?.key
        else { return true }
        return key == given || actor.invokedBy != nil || actor.isFromConsole
      }
      return (.session, others)
    }
    return (.signIn, (signIns[arn] ?? []).filter(began))
  }

  /// Records of one call together: those that share an ID, or are one record in several spellings.
  private static func calls(_ events: [RecordedEvent]) -> [[RecordedEvent]] {
    var order: [String] = []
    var calls: [String: [RecordedEvent]] = [:]
    for event in events {
      let id = event.sharedID ?? event.requestID ?? event.id
      if calls[id] == nil { order.append(id) }
      calls[id, default: []].append(event)
    }
    return order.compactMap { calls[$0] }
  }

  private func step(_ link: Origin.Link, _ call: [RecordedEvent]) -> Origin.Step {
    var records = call
    for twin in call.compactMap(\.sharedID).flatMap({ bySharedID[$0] ?? [] })
    where !records.contains(where: { $0.id == twin.id }) {
      records.append(twin)
    }
    let best = records.indices.max { records[$0].actor.knowledge < records[$1].actor.knowledge } ?? 0
    let event = records.remove(at: best)
    let caller =
      link == .switchRole
      ? event.given?.switchedFrom.map { Actor(arn: $0, accessKeyID: nil) } ?? event.actor
      : event.actor
    return Origin.Step(link: link, event: event, twins: records, caller: caller)
  }

  private static func isSame(_ lhs: Actor, _ rhs: Actor) -> Bool {
    (lhs.type, lhs.arn, lhs.principalID, lhs.accessKeyID, lhs.invokedBy)
      == (rhs.type, rhs.arn, rhs.principalID, rhs.accessKeyID, rhs.invokedBy)
  }

  private func end(at actor: Actor) throws -> Origin.End {
    switch actor.type {
    case "AWSService": return .service
    case "SAMLUser", "WebIdentityUser", "IdentityCenterUser": return .federated
    case "AWSAccount":
      return .unrecorded(
        "account \(actor.accountID ?? "unknown") made the call, and its own record of it is not in the archive"
      )
    case "IAMUser", "Root", "FederatedUser", "AssumedRole", "Directory": return .principal
    default:
      return actor.arn == nil && actor.principalID == nil
        ? .unrecorded("the record does not say who called") : .principal
    }
  }

  private func reason(_ actor: Actor) throws -> String {
    let session = actor.accessKeyID.map { "gave out \($0)" } ?? "began the session"
    guard let start = actor.sessionStart else { return "no record of the call that \(session)" }
    if let first = try archiveStart(), let begin = parseTime(start), let from = parseTime(first), begin < from
    {
      return "the session began \(start), before the archive's first event (\(first))"
    }
    return "no record of the call that \(session) at \(start)"
  }

  private func archiveStart() throws -> String? {
    if let firstTime { return firstTime }
    let first = try statements.rows("SELECT min(eventTime) FROM events", .all).first?.first?.text
    firstTime = .some(first)
    return first
  }
}
