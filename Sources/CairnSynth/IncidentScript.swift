/// Plays one incident: renders its calls in order and keeps what an investigator should find.
struct IncidentScript {
  let incident: Incident
  let model: HistoryModel
  var random: RandomStream
  var time: Int
  var account = 0
  var region = 0
  /// Where the intruder works from.
  let address: [UInt8]
  let userAgent: [UInt8]
  /// What the current act fixes: a bucket, a user, a deployment.
  var settings: (inout RecordContext) -> Void = { _ in }
  private(set) var records: [PendingRecord] = []
  private var events: [AnswerEvent] = []
  private var facts: [(name: String, value: String)] = []

  /// One event as the answer lists it.
  private struct AnswerEvent {
    let id: String
    let time: Int
    let source: String
    let name: String
    let account: String
    let region: String
    let failed: Bool
  }

  init(incident: Incident, model: HistoryModel) {
    self.incident = incident
    self.model = model
    time = incident.startTime(model.plan)
    let label = UInt64(Incident.allCases.firstIndex(of: incident) ?? 0)
    random = RandomStream(seed: mix(model.seed, label &+ 0x1AC1))
    address = Array("185.220.101.\(17 + label * 23)".utf8)
    userAgent = Array(
      "aws-cli/1.22.34 Python/3.10.12 Linux/5.15.0-\(91 + label)-generic botocore/1.23.34".utf8)
  }

  mutating func play() {
    switch incident {
    case .leakedKey: playLeakedKey()
    case .privilegeEscalation: playEscalation()
    case .roleChain: playRoleChain()
    case .disabledTrail: playDisabledTrail()
    case .bucketRansomware: playRansomware()
    case .imageSwap: playImageSwap()
    }
  }

  /// Notes a fact for the answer; the same name may have several values.
  mutating func note(_ name: String, _ value: String) {
    facts.append((name, value))
  }

  /// An existing principal in the intruder's hands.
  func stolen(_ actor: Actor) -> Actor {
    Actor(
      profile: actor.profile, account: actor.account, identity: actor.identity, arn: actor.arn,
      accessKeyID: actor.accessKeyID, sessionName: actor.sessionName, sourceAddress: address,
      userAgent: userAgent, salt: actor.salt, start: actor.start, expiry: actor.expiry, role: actor.role)
  }

  /// Makes one call; returns the record's bytes.
  @discardableResult
  mutating func call(_ name: String, as actor: Actor, after seconds: Int = 7, denied: Bool = false) -> [UInt8]
  {
    time += seconds
    let kind = model.catalog.index(name)
    let info = model.catalog.kinds[kind]
    var context = RecordContext(
      seed: random.next(), time: time, account: account,
      region: info.isGlobal ? model.organization.globalRegion : region, actor: actor)
    settings(&context)
    let template = denied ? model.catalog.deniedTemplate(kind) : model.catalog.successTemplate(kind)
    return record(template, info, context, failed: denied)
  }

  /// Renders a record, queues it for its object and lists it in the answer.
  @discardableResult
  mutating func record(
    _ template: Template, _ info: EventKind, _ context: RecordContext, failed: Bool = false
  ) -> [UInt8] {
    var out = ByteBuffer()
    model.renderer.render(template, context, into: &out)
    let bytes = out.copy(from: 0)
    records.append(
      PendingRecord(
        account: context.account, region: context.region, due: context.time, bytes: bytes))
    events.append(
      AnswerEvent(
        id: model.renderer.eventID(of: context), time: context.time, source: info.source, name: info.name,
        account: model.organization.accounts[context.account].id,
        region: model.organization.regions[context.region], failed: failed))
    return bytes
  }

  /// The answer as JSON: what happened, the facts to find, and every event of the story.
  func answer() -> [UInt8] {
    var out = ByteBuffer()
    out.append("{\n  \"incident\": \"\(incident.rawValue)\",\n  \"summary\": \"\(incident.summary)\",\n")
    out.append("  \"start\": \"")
    out.appendISOTime(events.first?.time ?? time)
    out.append("\",\n  \"end\": \"")
    out.appendISOTime(events.last?.time ?? time)
    out.append("\",\n  \"eventCount\": \(events.count),\n")
    for name in factNames {
      let values = facts.filter { $0.name == name }.map { "\"\($0.value)\"" }
      out.append("  \"\(name)\": [\(values.joined(separator: ", "))],\n")
    }
    out.append("  \"events\": [\n")
    for (index, event) in events.enumerated() {
      out.append("    {\"id\": \"\(event.id)\", \"time\": \"")
      out.appendISOTime(event.time)
      out.append("\", \"source\": \"\(event.source)\", \"name\": \"\(event.name)\", ")
      out.append("\"account\": \"\(event.account)\", \"region\": \"\(event.region)\", ")
      out.append("\"failed\": \(event.failed)}\(index + 1 < events.count ? "," : "")\n")
    }
    out.append("  ]\n}\n")
    return out.copy(from: 0)
  }

  private var factNames: [String] {
    var names = [String]()
    for fact in facts where !names.contains(fact.name) { names.append(fact.name) }
    return names
  }
}

extension RecordRenderer {
  /// The eventID that a record of this context has.
  func eventID(of context: RecordContext) -> String {
    var out = ByteBuffer(capacity: 64)
    appendEventID(context, &out)
    return String(decoding: out.bytes, as: UTF8.self)
  }
}
