import CairnStorage

/// Changes of any resource, by what its calls ask for: a field's old value is what the last successful call before set.
struct GeneralHistory {
  private(set) var entries: [ResourceHistory.Entry] = []
  private(set) var dataEventCount = 0
  private let resource: ResourceName
  private var states: [String: ResourceState] = [:]
  /// What was meant, by service, name and place, then by kind: some calls do not say the kind.
  private var labels: [String: [String: String]] = [:]

  /// By label.
  private var things: [String: Thing] = [:]
  private struct Thing {
    let name: String
    let account: String?
  }
  /// Places among the entries of those that only name the resource.
  private var mentions: [Int] = []
  /// Labels of which some call is about the thing.
  private var isChanged: Set<String> = []

  init(_ resource: ResourceName) { self.resource = resource }

  /// Takes the next event, in order of time.
  ///
  /// - Parameter twins: records of the same call in other accounts.
  mutating func add(_ event: RecordedEvent, twins: [RecordedEvent] = []) {
    guard event.writes, let match = match(event) else { return }
    if event.isDataEvent {
      dataEventCount += 1
      return
    }
    let call = CallName(event.name)
    let label = label(event, match)
    var state = states[label] ?? ResourceState()
    var change = ResourceCall(event: event, call: call, match: match, state: state)
    change.read()
    var notes = twins.map { "also recorded in \($0.account ?? "another account"), event \($0.id)" }
    if let path = change.mention {
      notes.append("is about something else, and names it as \(path)")
      mentions.append(entries.count)
    } else {
      isChanged.insert(label)
    }
    entries.append(
      ResourceHistory.Entry(event: event, resource: label, changes: change.changes, notes: notes))
    if !event.hasFailed {
      change.apply(to: &state)
      states[label] = state
    }
  }

  /// Says of calls that only name something what that is, as the calls that are about it tell: another service's call has
  /// a name of its own for a bucket or an instance. To be called when there is no event left.
  mutating func nameMentions() {
    for index in mentions {
      let label = entries[index].resource
      guard !isChanged.contains(label), let thing = things[label] else { continue }
      let known = isChanged.filter { things[$0]?.name == thing.name }
      let near = known.filter { things[$0]?.account == thing.account }
      guard let other = near.count == 1 ? near.first : known.count == 1 ? known.first : nil else { continue }
      entries[index] = ResourceHistory.Entry(
        event: entries[index].event, resource: other, changes: [], notes: entries[index].notes)
    }
  }

  /// Fields that are set at the end, the latest first.
  var current: [ResourceHistory.Current] {
    states.flatMap { label, state in
      state.fields.compactMap { field, found in
        found.value.map {
          ResourceHistory.Current(
            resource: label, field: field, value: $0, since: found.time, eventID: found.eventID)
        }
      }
    }.sorted { ($1.since, $0.resource, $0.field) < ($0.since, $1.resource, $1.field) }
  }

  /// The parameter that names the resource: of the request where it is there.
  private func match(_ event: RecordedEvent) -> Parameter? {
    func first(_ value: JSONText?) -> Parameter? {
      EventParameters.all(of: value).filter { resource.isMeant(by: $0.value, at: $0.key, in: event) }
        .min { $0.depth < $1.depth }
    }
    return first(event.request) ?? first(event.response) ?? first(event.resources)
  }

  /// What is meant: the service, the kind, the name, and, since names repeat, the place.
  private mutating func label(_ event: RecordedEvent, _ match: Parameter) -> String {
    let arn = ARN.naming(match.value)
    var stem = CallName.stem(match.key)
    // An alias is of its `targetKeyId`.
    if event.service == "kms", stem.hasPrefix("target") { stem.removeFirst("target".count) }
    // `resourceArn`, `name` and `arn` say nothing of the kind.
    let kind = stem.isEmpty || stem == "resource" ? arn?.kind ?? "" : stem
    let name = arn?.name ?? match.value
    let account = owner(event, arn) ?? event.account
    let place = [account, event.service == "iam" ? nil : event.region].compactMap(\.self)
    let base = ([event.service, name] + place).joined(separator: "\u{1}")
    let known = labels[base] ?? [:]
    if let label = known[kind] ?? known[""] { return label }
    if kind.isEmpty, let label = known.min(by: { $0.key < $1.key })?.value { return label }
    let label =
      [event.service, kind, name].filter { !$0.isEmpty }.joined(separator: " ")
      + (place.isEmpty ? "" : " (\(place.joined(separator: " ")))")
    labels[base, default: [:]][kind] = label
    things[label] = Thing(name: name, account: account)
    return label
  }
}

extension GeneralHistory {
  /// The account that the resource is in, which need not be the one whose trail has the record: its ARN says, or the
  /// record's list of resources.
  private func owner(_ event: RecordedEvent, _ arn: ARN?) -> String? {
    func isAccount(_ text: String) -> Bool {
      text.utf8.count == 12 && text.utf8.allSatisfy { $0 &- 0x30 <= 9 }
    }
    if let arn, isAccount(arn.account) { return arn.account }
    let named = event.resources?.elements?.first { element in
      guard let text = element.text("ARN") ?? element.text("arn") else { return false }
      return resource.isMeant(by: text, at: "arn", in: event)
    }
    return named?.text("accountId").flatMap { isAccount($0) ? $0 : nil }
  }

  /// Calls in order of time, each with its records: those of several accounts share an ID. The record that knows most
  /// of the caller comes first.
  static func calls(_ events: [RecordedEvent]) -> [(event: RecordedEvent, twins: [RecordedEvent])] {
    var calls: [[RecordedEvent]] = []
    var places: [String: Int] = [:]
    var known: Set<String> = []
    for event in events where event.id.isEmpty || known.insert(event.id).inserted {
      if let shared = event.sharedID, let place = places[shared] {
        calls[place].append(event)
      } else {
        if let shared = event.sharedID { places[shared] = calls.count }
        calls.append([event])
      }
    }
    return calls.map { records in
      let best = records.indices.max { records[$0].actor.knowledge < records[$1].actor.knowledge } ?? 0
      return (records[best], records.indices.filter { $0 != best }.map { records[$0] })
    }
  }
}

/// `UpdateFunctionConfiguration20150331v2` as a verb and a noun.
struct CallName {
  let verb: String
  /// Without the version that Lambda adds.
  let noun: String

  init(_ name: String) {
    let text = name.prefix { !$0.isNumber || $0 == "2" && name.contains("V2") }
    let scalars = Array(text)
    var end = 1
    while end < scalars.count, !scalars[end].isUppercase { end += 1 }
    verb = String(scalars[..<min(end, scalars.count)])
    noun = String(scalars[min(end, scalars.count)...])
  }

  /// The kind of thing that a key names: `role` of `roleName`, `dbinstance` of `dBInstanceIdentifier`.
  static func stem(_ key: String) -> String {
    var stem = key.lowercased()
    for ending in ["identifier", "name", "arn", "url", "id"] where stem.hasSuffix(ending) {
      stem.removeLast(ending.count)
      break
    }
    return stem
  }

  /// Whether the call is about things of this kind, not about a part of them.
  func isAbout(_ stem: String) -> Bool {
    let noun = noun.lowercased()
    return stem.isEmpty || noun.isEmpty || noun.hasSuffix(stem) || noun.hasSuffix(stem + "s")
  }

  func names(_ stem: String) -> Bool { !stem.isEmpty && noun.lowercased().contains(stem) }
}
