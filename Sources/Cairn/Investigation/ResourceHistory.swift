import CairnSQL
import CairnStorage

/// The changes of one resource.
///
/// ```swift
/// let history = try ResourceHistory(archive, of: "ecs:my-ecs-cluster/my-web-app")
/// for entry in history.entries { print(entry.event.time, entry.event.name, entry.changes.map(\.description)) }
/// ```
public struct ResourceHistory: Sendable {
  /// One call that changed the resource or tried to.
  public struct Entry: Sendable {
    /// The record.
    public let event: RecordedEvent
    /// What is meant, where a name means several: `ecs service my-cluster/web`, `iam role web`.
    public let resource: String
    /// What changed; of a failed call what it asked for.
    public var changes: [FieldChange]
    /// What else is to be said: rollbacks, images that no record tells.
    public var notes: [String] = []
    /// Where the caller's credentials came from.
    public internal(set) var origin: Origin?
  }

  /// A field's value at the end.
  public struct Current: Sendable, Equatable {
    /// Whose field it is.
    public let resource: String
    /// `taskDefinition`.
    public let field: String
    /// Its value.
    public let value: String
    /// When it was set, as recorded, and the event that did.
    public let since: String
    /// The evidence.
    public let eventID: String
  }

  /// Newest first.
  public internal(set) var entries: [Entry] = []
  /// The state after the last change before `until`.
  public internal(set) var current: [Current] = []
  /// What was meant.
  public internal(set) var resources: [String] = []
  /// Data events (objects written, functions called) that name it and are not shown.
  public internal(set) var dataEventCount = 0
  /// Events before `since`, which are not shown.
  public internal(set) var earlierCount = 0

  /// Finds the changes of a resource.
  ///
  /// Throws `CairnError.usage` for an empty name, and as queries do.
  public init(
    _ archive: Archive, of name: String, options: InvestigationOptions = InvestigationOptions()
  ) throws {
    let statements = Statements(archive: archive, options: options)
    let resource = try ResourceName(name, services: try Self.services(statements))
    var entries: [Entry] = []
    if let service = ServiceName(resource) {
      let history = try ServiceHistory(statements, service)
      entries = history.entries
      current = history.current
    }
    // A service's deployments are told by the task definitions that they name; everything else by its parameters.
    if entries.isEmpty || resource.service == nil {
      var found = GeneralHistory(resource)
      let known = Set(entries.map(\.event.id))
      let events = try statements.events(where: try Self.condition(resource), .before)
      for call in GeneralHistory.calls(events) where !known.contains(call.event.id) {
        found.add(call.event, twins: call.twins)
      }
      found.nameMentions()
      entries = entries.isEmpty ? found.entries : Self.merged(entries, found.entries)
      current += found.current
      dataEventCount = found.dataEventCount
    }
    if let since = options.since {
      let shown = entries.filter { $0.event.milliseconds ?? .min >= since }
      earlierCount = entries.count - shown.count
      entries = shown
    }
    let resolver = OriginResolver(statements)
    try resolver.prepare(entries.map(\.event.actor))
    for index in entries.indices {
      entries[index].origin = try resolver.origin(of: entries[index].event.actor)
    }
    resources = Array(Set(entries.map(\.resource))).sorted()
    self.entries = entries.reversed()
  }

  /// By time; what is of one second stays in its order.
  private static func merged(_ lhs: [Entry], _ rhs: [Entry]) -> [Entry] {
    let all = Array((lhs + rhs).enumerated())
    return all.sorted { ($0.element.event.time, $0.offset) < ($1.element.event.time, $1.offset) }.map(
      \.element)
  }

  static func services(_ statements: Statements) throws -> Set<String> {
    Set(
      try statements.rows("SELECT DISTINCT eventSource FROM events", .all).compactMap {
        $0[0].text.map { String($0.prefix { $0 != "." }) }
      })
  }

  /// Events that write and have the name somewhere; which of them mean the resource is seen in their values.
  private static func condition(_ resource: ResourceName) throws -> String {
    "(readOnly IS NULL OR readOnly = false) AND \(try mentions(resource))"
  }

  /// Events that have the name somewhere.
  static func mentions(_ resource: ResourceName) throws -> String {
    var places: [String] = []
    for needle in resource.needles.sorted() {
      let found = ["requestParameters", "resources", "responseElements"].compactMap {
        SQLText.mentions($0, needle)
      }
      guard !found.isEmpty else {
        throw CairnError.usage("\(resource.text): a name must have a letter, a digit or one of -_.:@*")
      }
      places += found
    }
    let condition = "(\(places.joined(separator: " OR ")))"
    guard let service = resource.service else { return condition }
    return "eventSource = \(SQLText.literal("\(service).amazonaws.com")) AND \(condition)"
  }

  /// Where names of resources stand; for what is misspelled.
  private static let namingPaths = [
    "cluster", "service", "bucketName", "roleName", "userName", "functionName", "groupId", "groupName",
    "instanceId",
    "name", "dBInstanceIdentifier", "keyId", "tableName", "policyName", "secretId", "trailName",
  ]

  /// Names of resources, of all times, that are near to one that was not found.
  public static func names(
    near name: String, in archive: Archive, options: InvestigationOptions = InvestigationOptions()
  ) throws -> [String] {
    let services =
      name.contains(":") ? try services(Statements(archive: archive, options: options)) : []
    let resource = try ResourceName(name, services: services)
    let wanted = ServiceName(resource)?.name ?? resource.names.min { $0.count < $1.count } ?? name
    return try NearValues.nearest(
      to: wanted, at: namingPaths.map { "requestParameters.\($0)" }, in: archive, options)
  }
}
