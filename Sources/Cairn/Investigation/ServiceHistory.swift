import CairnStorage

/// An ECS service as a person names it: the cluster may be left out.
struct ServiceName: Sendable {
  let cluster: String?
  let name: String
  let account: String?
  let region: String?

  init?(_ resource: ResourceName) {
    (account, region) = (resource.account, resource.region)
    if let arn = resource.arn {
      guard arn.service == "ecs", arn.kind == "service" else { return nil }
      name = arn.name
      cluster = Self.cluster(ofService: arn)
      return
    }
    guard resource.service == nil || resource.service == "ecs", let text = resource.names.first else {
      return nil
    }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if parts.count == 2, resource.service == "ecs" {
      (cluster, name) = (parts[0], parts[1])
    } else {
      guard parts.count == 1 else { return nil }
      (cluster, name) = (nil, text)
    }
  }

  /// ARNs of the long form have the cluster in them.
  private static func cluster(ofService arn: ARN) -> String? {
    let parts = arn.resource.split(separator: "/")
    return parts.count == 3 ? String(parts[1]) : nil
  }

  /// Whether a call is about this service.
  func isMeant(by call: ServiceCall) -> Bool {
    call.name == name && (cluster == nil || call.cluster == cluster)
      && (account == nil || call.event.account == nil || call.event.account == account)
      && (region == nil || call.event.region == nil || call.event.region == region)
  }
}

/// A call about a service, with the names in it in their short forms.
struct ServiceCall {
  let event: RecordedEvent
  let name: String
  let cluster: String
  /// As the request or response names it; the response's is exact.
  let taskDefinition: String?

  init?(_ event: RecordedEvent) {
    self.event = event
    guard let request = event.request else { return nil }
    let tagged = request.text("resourceArn").flatMap { ARN($0)?.kind == "service" ? $0 : nil }
    let given = request.text("service") ?? request.text("serviceName") ?? tagged
    let service = event.response?["service"]
    guard let named = given ?? service?.text("serviceName") else { return nil }
    name = ARN(named)?.name ?? named
    let cluster =
      request.text("cluster") ?? service?.text("clusterArn")
      ?? ARN(named).flatMap { arn in
        let parts = arn.resource.split(separator: "/")
        return parts.count == 3 ? String(parts[1]) : nil
      }
    self.cluster = cluster.map { ARN($0)?.name ?? $0 } ?? "default"
    let set = event.response?["taskSet"]
    taskDefinition =
      (event.hasFailed ? nil : service?.text("taskDefinition") ?? set?.text("taskDefinition"))
      ?? request.text("taskDefinition")
  }

  var label: String {
    let place = [event.account, event.region].compactMap(\.self).joined(separator: " ")
    return "ecs service \(cluster)/\(name)" + (place.isEmpty ? "" : " (\(place))")
  }
}

/// The deployments of an ECS service: which task definition, and which images are in it.
struct ServiceHistory {
  private(set) var entries: [ResourceHistory.Entry] = []
  private(set) var current: [ResourceHistory.Current] = []
  private let definitions: TaskDefinitions
  private var states: [String: Deployed] = [:]

  /// What runs.
  private struct Deployed {
    var state = ResourceState()
    var revision: String?
    /// Task definitions that ran before, and until when.
    var earlier: [String: String] = [:]
    /// Task sets of deployments that CodeDeploy makes.
    var taskSets: [String: String] = [:]
  }

  private static let calls = [
    "CreateService", "UpdateService", "DeleteService", "CreateTaskSet", "DeleteTaskSet", "UpdateTaskSet",
    "UpdateServicePrimaryTaskSet", "TagResource", "UntagResource",
  ]

  init(_ statements: Statements, _ service: ServiceName) throws {
    let name = SQLText.literal(service.name)
    let ending = SQLText.literal("%/" + SQLText.escaped(service.name))
    let found = try statements.events(
      where: """
        eventSource = 'ecs.amazonaws.com' AND \(SQLText.isOne("eventName", of: Self.calls)) \
        AND (requestParameters.service = \(name) OR requestParameters.serviceName = \(name) \
        OR requestParameters.service LIKE \(ending) ESCAPE '\\' \
        OR requestParameters.resourceArn LIKE \(ending) ESCAPE '\\')
        """, .before)
    let calls = found.compactMap(ServiceCall.init).filter { service.isMeant(by: $0) }
    let families = TaskDefinitions.families(calls.compactMap(\.taskDefinition))
    let others =
      families.isEmpty
      ? [] : try statements.events(where: TaskDefinitions.condition(families: families), .before)
    definitions = TaskDefinitions(others, families: families)
    for call in calls { add(call) }
    if calls.isEmpty { return }
    addOthers(others, calls, families)
    for (label, deployed) in states {
      current += deployed.state.fields.compactMap { field, found in
        found.value.map {
          ResourceHistory.Current(
            resource: label, field: field, value: $0, since: found.time, eventID: found.eventID)
        }
      }
    }
    current.sort {
      ($0.resource, Self.rank($0.field), $0.field) < ($1.resource, Self.rank($1.field), $1.field)
    }
  }

  private static func rank(_ field: String) -> Int {
    field == "taskDefinition" ? 0 : field.hasPrefix("image") ? 1 : 2
  }

  // MARK: Deployments

  private mutating func add(_ call: ServiceCall) {
    var deployed = states[call.label] ?? Deployed()
    let event = call.event
    var entry = ResourceHistory.Entry(event: event, resource: call.label, changes: [])
    var state = deployed.state
    switch event.name {
    case "CreateService": state.begin(isWhole: true)
    case "DeleteService": entry.changes = [state.change("state", to: "deleted")].compactMap(\.self)
    default: break
    }
    if event.name != "DeleteService" {
      let (revision, note) = revision(call, deployed)
      entry.notes += [note].compactMap(\.self)
      if let revision { describe(revision, call, deployed, state, &entry) }
      addSettings(call, state, &entry)
      if !event.hasFailed, let revision {
        if let before = deployed.revision, before != revision { deployed.earlier[before] = event.time }
        deployed.revision = revision
      }
    }
    if !event.hasFailed {
      if event.name == "DeleteService" {
        state.begin(isWhole: false)
        deployed.revision = nil
      }
      for change in entry.changes { state.set(change, noun: "Service", by: event) }
      deployed.state = state
      if let set = event.response?["taskSet"], let definition = set.text("taskDefinition") {
        for id in [set.text("id"), set.text("taskSetArn")].compactMap(\.self) {
          deployed.taskSets[id] = definition
        }
      }
      states[call.label] = deployed
    }
    entries.append(entry)
  }

  /// What the call makes run; nil where it leaves that alone.
  private func revision(_ call: ServiceCall, _ deployed: Deployed) -> (String?, note: String?) {
    let event = call.event
    switch event.name {
    case "CreateTaskSet":
      return (nil, call.taskDefinition.map { "a task set of \(TaskDefinitions.short($0)), not primary yet" })
    case "UpdateServicePrimaryTaskSet":
      let set = event.request?.text("primaryTaskSet") ?? ""
      let named = event.response?["taskSet"]?.text("taskDefinition") ?? deployed.taskSets[set]
      return (named, named == nil ? "task set \(set): no record of its task definition" : nil)
    case "CreateService", "UpdateService":
      guard let named = call.taskDefinition else { return (nil, nil) }
      if let exact = definitions.revision(named, in: event) { return (exact, nil) }
      return (named, "the revision of family \(named) at that time is not recorded")
    default: return (nil, nil)
    }
  }

  /// Old and new task definition, and its images.
  private func describe(
    _ revision: String, _ call: ServiceCall, _ deployed: Deployed, _ state: ResourceState,
    _ entry: inout ResourceHistory.Entry
  ) {
    let short = TaskDefinitions.short(revision)
    let isAnew = call.event.request?.text("forceNewDeployment") == "true"
    guard let change = state.change("taskDefinition", to: short) else {
      if isAnew { entry.notes.append("the same task definition, deployed anew") }
      return
    }
    entry.changes.append(change)
    if !change.isOldKnown, call.event.name == "UpdateService",
      call.event.request?.text("taskDefinition") == nil
    {
      entry.notes.append("the call does not ask for \(short): it ran before")
    }
    if let until = deployed.earlier[revision] {
      entry.notes.append("return to \(short), which ran until \(until)")
    }
    guard let known = definitions.byARN[revision] else {
      entry.notes.append("images of \(short) unknown: no record of its registration")
      for (field, known) in state.fields where field.hasPrefix("image[") && known.value != nil {
        if let change = state.change(field, to: nil) { entry.changes.append(change) }
      }
      return
    }
    let wanted = Dictionary(
      known.images.map { ("image[\($0.container)]", $0.image) }, uniquingKeysWith: { $1 })
    let gone = state.fields.keys.filter { $0.hasPrefix("image[") && wanted[$0] == nil }
    for field in wanted.keys.sorted() + gone.sorted() {
      if let change = state.change(field, to: wanted[field]) { entry.changes.append(change) }
    }
    let event = known.event
    entry.notes.append("\(short) registered \(event.time) by \(event.actor.description), event \(event.id)")
  }

  /// Everything else that the request says: counts, networks, strategies.
  private func addSettings(_ call: ServiceCall, _ state: ResourceState, _ entry: inout ResourceHistory.Entry)
  {
    let naming: Set<String> = [
      "cluster", "service", "serviceName", "taskDefinition", "clientToken", "forceNewDeployment",
      "primaryTaskSet", "externalId", "resourceArn",
    ]
    if call.event.name == "UntagResource" {
      for parameter in EventParameters.all(of: call.event.request) where parameter.path == "tagKeys[]" {
        for field in state.fields(below: "tags[\(parameter.value)].").sorted() {
          if let change = state.change(field, to: nil) { entry.changes.append(change) }
        }
      }
    }
    guard ["CreateService", "UpdateService", "TagResource"].contains(call.event.name) else { return }
    for parameter in EventParameters.all(of: call.event.request) where !naming.contains(parameter.path) {
      if let change = state.change(parameter.path, to: parameter.value) { entry.changes.append(change) }
    }
  }

  // MARK: Around it

  /// Calls that set nothing of the service and belong to its story: tasks run by hand, revisions taken back, and
  /// CodeDeploy's orders.
  private mutating func addOthers(
    _ others: [RecordedEvent], _ calls: [ServiceCall], _ families: Set<String>
  ) {
    if families.isEmpty { return }
    let clusters = Set(calls.map(\.cluster))
    let labels = Dictionary(
      calls.map { ("\($0.event.account ?? "") \($0.event.region ?? "")", $0.label) },
      uniquingKeysWith: { first, _ in first })
    func label(_ event: RecordedEvent) -> String? { labels["\(event.account ?? "") \(event.region ?? "")"] }
    for event in definitions.removals {
      guard let label = label(event), let name = event.request?.text("taskDefinition") else { continue }
      entries.append(
        ResourceHistory.Entry(
          event: event, resource: label, changes: [], notes: ["\(TaskDefinitions.short(name)) taken back"]))
    }
    for event in others {
      guard let note = note(event, clusters, families), let label = serviceLabel(event, calls) ?? label(event)
      else { continue }
      entries.append(ResourceHistory.Entry(event: event, resource: label, changes: [], notes: [note]))
    }
    let all = Array(entries.enumerated())
    entries = all.sorted { ($0.element.event.time, $0.offset) < ($1.element.event.time, $1.offset) }.map(
      \.element)
  }

  private func cluster(_ event: RecordedEvent) -> String? {
    guard let request = event.request else { return nil }
    return request.text("cluster").map { ARN($0)?.name ?? $0 } ?? "default"
  }

  /// The service in the cluster that a task runs in.
  private func serviceLabel(_ event: RecordedEvent, _ calls: [ServiceCall]) -> String? {
    guard event.source == "ecs.amazonaws.com", let cluster = cluster(event) else { return nil }
    return calls.first {
      $0.cluster == cluster && $0.event.account == event.account && $0.event.region == event.region
    }?.label
  }

  private func note(_ event: RecordedEvent, _ clusters: Set<String>, _ families: Set<String>) -> String? {
    if event.name == "RunTask" || event.name == "StartTask" {
      guard let cluster = cluster(event), clusters.contains(cluster),
        let named = event.request?.text("taskDefinition"),
        !TaskDefinitions.families([named]).isDisjoint(with: families)
      else { return nil }
      return "a task of \(TaskDefinitions.short(named)), outside of the service"
    }
    guard event.name == "CreateDeployment" else { return nil }
    let named = EventParameters.all(of: event.request).compactMap { parameter in
      parameter.value.split { "\"' \n\t,{}".contains($0) }.map(String.init).first { word in
        ARN(word)?.kind == "task-definition" && !TaskDefinitions.families([word]).isDisjoint(with: families)
      }
    }.first
    return named.map { "CodeDeploy is asked to deploy \(TaskDefinitions.short($0))" }
  }
}
