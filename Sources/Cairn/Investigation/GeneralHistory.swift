import CairnStorage

/// Changes of any resource, by what its calls ask for: a field's old value is what the last successful call before set.
struct GeneralHistory {
  private(set) var entries: [ResourceHistory.Entry] = []
  private(set) var dataEventCount = 0
  private let resource: ResourceName
  private var states: [String: ResourceState] = [:]

  init(_ resource: ResourceName) { self.resource = resource }

  /// Takes the next event, in order of time.
  mutating func add(_ event: RecordedEvent) {
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
    entries.append(ResourceHistory.Entry(event: event, resource: label, changes: change.changes))
    if !event.hasFailed {
      change.apply(to: &state)
      states[label] = state
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
  private func label(_ event: RecordedEvent, _ match: Parameter) -> String {
    let arn = ARN(match.value)
    let stem = CallName.stem(match.key)
    // `resourceArn`, `name` and `arn` say nothing of the kind.
    let kind = stem.isEmpty || stem == "resource" ? arn?.kind ?? "" : stem
    let name = arn?.name ?? match.value
    let place = [event.account, event.service == "iam" ? nil : event.region].compactMap(\.self)
    return [event.service, kind, name].filter { !$0.isEmpty }.joined(separator: " ")
      + (place.isEmpty ? "" : " (\(place.joined(separator: " ")))")
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
    for ending in ["identifier", "name", "arn", "id"] where stem.hasSuffix(ending) {
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
