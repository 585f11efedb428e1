import CairnStorage

/// The task definitions that records tell of: which images each revision has, and which revision a family meant when.
struct TaskDefinitions {
  /// One revision, as its registration has it.
  struct Revision {
    let arn: ARN
    let event: RecordedEvent
    /// By container.
    let images: [(container: String, image: String)]
    /// When it was taken back; nil while it is not.
    var deregistered: Int64?
  }

  private(set) var byARN: [String: Revision] = [:]
  /// Registrations of a family, in order of time: account, region and family.
  private var byFamily: [String: [String]] = [:]
  /// Deregistrations, in order of time.
  private(set) var removals: [RecordedEvent] = []

  /// The revisions of families that registrations among these events tell of, in order of time.
  init(_ events: [RecordedEvent], families: Set<String>) {
    for event in events where event.source == Self.source && !event.hasFailed {
      switch event.name {
      case "RegisterTaskDefinition": add(event)
      case "DeregisterTaskDefinition":
        guard let name = event.request?.text("taskDefinition"), let arn = Self.arn(name, event),
          families.contains(Self.family(arn))
        else { continue }
        removals.append(event)
        byARN[arn.text]?.deregistered = event.milliseconds
      default: continue
      }
    }
  }

  private static let source = "ecs.amazonaws.com"

  /// What is told of families: their revisions registered and taken back, tasks run by hand, and CodeDeploy's orders.
  static func condition(families: Set<String>) -> String {
    let named = families.sorted().map {
      "requestParameters.taskDefinition LIKE \(SQLText.literal("%\(SQLText.escaped($0))%")) ESCAPE '\\'"
    }
    return """
      (eventSource = '\(source)' AND ((eventName = 'RegisterTaskDefinition' AND \
      \(SQLText.isOne("requestParameters.family", of: families))) OR \
      (eventName IN ('DeregisterTaskDefinition', 'RunTask', 'StartTask') AND (\(named.joined(separator: " OR ")))))) \
      OR (eventSource = 'codedeploy.amazonaws.com' AND eventName = 'CreateDeployment')
      """
  }

  private mutating func add(_ event: RecordedEvent) {
    guard let definition = event.response?["taskDefinition"],
      let arn = definition.text("taskDefinitionArn").flatMap(ARN.init)
    else { return }
    let containers =
      definition["containerDefinitions"]?.elements ?? event.request?["containerDefinitions"]?.elements
    let images = (containers ?? []).enumerated().compactMap { index, container in
      container.text("image").map { (container: container.text("name") ?? String(index), image: $0) }
    }
    byARN[arn.text] = Revision(arn: arn, event: event, images: images)
    byFamily[Self.familyKey(arn), default: []].append(arn.text)
  }

  private static func familyKey(_ arn: ARN) -> String { "\(arn.account) \(arn.region) \(family(arn))" }

  /// `web` of `…:task-definition/web:41`.
  static func family(_ arn: ARN) -> String { String(arn.name.prefix { $0 != ":" }) }

  /// `web:41`.
  static func short(_ name: String) -> String { ARN(name)?.name ?? name }

  /// `family:revision` or an ARN as an ARN; nil for a family alone.
  private static func arn(_ name: String, _ event: RecordedEvent) -> ARN? {
    if let arn = ARN(name) { return arn.name.contains(":") ? arn : nil }
    guard name.contains(":"), let account = event.account, let region = event.region else { return nil }
    return ARN("arn:\(ARN.partition(of: region)):ecs:\(region):\(account):task-definition/\(name)")
  }

  /// The revision that a call names: where it names a family alone, the latest that was active then; nil where the
  /// registrations of that time are not in the archive.
  func revision(_ name: String, in event: RecordedEvent) -> String? {
    if let arn = Self.arn(name, event) { return arn.text }
    guard let account = event.account, let region = event.region, let time = event.milliseconds else {
      return nil
    }
    let family = ARN(name)?.name ?? name
    let known = (byFamily["\(account) \(region) \(family)"] ?? []).compactMap { byARN[$0] }
    let active = known.filter { revision in
      (revision.event.milliseconds ?? .max) <= time && (revision.deregistered ?? .max) > time
    }
    return active.max { Self.number($0.arn) < Self.number($1.arn) }?.arn.text
  }

  private static func number(_ arn: ARN) -> Int {
    arn.name.split(separator: ":").last.flatMap { Int($0) } ?? 0
  }

  /// The families that names mean.
  static func families(_ names: some Sequence<String>) -> Set<String> {
    Set(names.map { String((ARN($0)?.name ?? $0).prefix { $0 != ":" }) })
  }
}
