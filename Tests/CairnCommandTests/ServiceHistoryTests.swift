import Cairn
import CairnTestSupport
import Testing

/// `history` of ECS services: which images, since when, by whom.
@Suite struct ServiceHistoryTests {
  private static let cluster = "arn:aws:ecs:us-east-1:111111111111:cluster/prod"

  private static func definition(_ name: String) -> String {
    "arn:aws:ecs:us-east-1:111111111111:task-definition/\(name)"
  }

  private static func register(
    _ records: inout AuditRecords, _ id: String, _ time: String, _ revision: Int, _ image: String
  ) {
    let containers = #"[{"name":"app","image":"\#(image)"},{"name":"proxy","image":"envoy:1"}]"#
    records.add(
      id, time, "ecs", "RegisterTaskDefinition",
      request: #"{"family":"web","containerDefinitions":\#(containers)}"#,
      response:
        #"{"taskDefinition":{"taskDefinitionArn":"\#(definition("web:\(revision)"))","family":"web","revision":\#(revision),"containerDefinitions":\#(containers)}}"#
    )
  }

  private static func update(
    _ records: inout AuditRecords, _ id: String, _ time: String, _ request: String, ran: String? = nil,
    error: String? = nil
  ) {
    records.add(
      id, time, "ecs", "UpdateService",
      by: AuditRecords.session("deploy", "ci", key: "ASIADEPLOY0000000001"), request: request,
      response: ran.map { #"{"service":{"serviceName":"app","taskDefinition":"\#(definition($0))"}}"# }
        ?? "null",
      error: error)
  }

  /// Every spelling of cluster, service and task definition; a failure, a rollback, a forced deployment.
  private func archive() throws -> TestArchive {
    var records = AuditRecords()
    records.assume(
      "a1", "2025-01-01T00:00:00Z", "deploy", "ci", key: "ASIADEPLOY0000000001", by: AuditRecords.user)
    Self.update(
      &records, "u0", "2025-01-01T01:00:00Z", #"{"cluster":"prod","service":"app","taskDefinition":"web:7"}"#,
      ran: "web:7")
    Self.register(&records, "t8", "2025-01-02T00:00:00Z", 8, "app:8")
    // The family alone means its latest revision.
    Self.update(
      &records, "u1", "2025-01-02T00:00:00Z",
      #"{"cluster":"\#(Self.cluster)","service":"app","taskDefinition":"web"}"#)
    Self.register(&records, "t9", "2025-01-03T00:00:00Z", 9, "app:9")
    Self.update(
      &records, "u2", "2025-01-03T01:00:00Z",
      #"{"cluster":"prod","service":"app","taskDefinition":"web:9"}"#, error: "AccessDenied")
    Self.update(
      &records, "u3", "2025-01-03T02:00:00Z",
      #"{"cluster":"prod","service":"arn:aws:ecs:us-east-1:111111111111:service/prod/app","taskDefinition":"\#(Self.definition("web:9"))","desiredCount":3}"#,
      ran: "web:9")
    Self.update(
      &records, "u4", "2025-01-04T00:00:00Z",
      #"{"cluster":"prod","service":"app","forceNewDeployment":true}"#,
      ran: "web:9")
    Self.update(
      &records, "u5", "2025-01-05T00:00:00Z", #"{"cluster":"prod","service":"app","taskDefinition":"web:8"}"#,
      ran: "web:8")
    // Others: a name that begins alike, the default cluster, another cluster.
    Self.update(
      &records, "x1", "2025-01-05T01:00:00Z",
      #"{"cluster":"prod","service":"app-2","taskDefinition":"web:9"}"#)
    Self.update(&records, "x2", "2025-01-05T01:00:00Z", #"{"service":"app","taskDefinition":"web:9"}"#)
    Self.update(
      &records, "x3", "2025-01-05T01:00:00Z", #"{"cluster":"test","service":"app","taskDefinition":"web:9"}"#)
    return try records.archive()
  }

  private func changes(_ entry: ResourceHistory.Entry) -> [String] { entry.changes.map(\.description) }

  @Test(arguments: [
    "ecs:prod/app", "arn:aws:ecs:us-east-1:111111111111:service/prod/app",
  ])
  func deployments(name: String) throws {
    let stored = try archive()
    let history = try ResourceHistory(try Archive(path: stored.path), of: name)
    let entries = Array(history.entries.reversed())
    #expect(entries.map(\.event.id) == ["u0", "u1", "u2", "u3", "u4", "u5"])
    guard entries.count == 6 else { return }
    #expect(changes(entries[0]) == ["taskDefinition: ? → web:7"])
    #expect(entries[0].notes == ["images of web:7 unknown: no record of its registration"])
    #expect(
      changes(entries[1]) == [
        "taskDefinition: web:7 → web:8", "image[app]: ? → app:8", "image[proxy]: ? → envoy:1",
      ])
    #expect(entries[2].event.hasFailed && changes(entries[2]).first == "taskDefinition: web:8 → web:9")
    #expect(
      changes(entries[3]) == [
        "taskDefinition: web:8 → web:9", "image[app]: app:8 → app:9", "desiredCount: ? → 3",
      ])
    #expect(entries[3].notes == ["web:9 registered 2025-01-03T00:00:00Z by user alice, event t9"])
    #expect(changes(entries[4]).isEmpty)
    #expect(entries[4].notes == ["the same task definition, deployed anew"])
    #expect(changes(entries[5]) == ["taskDefinition: web:9 → web:8", "image[app]: app:9 → app:8"])
    #expect(entries[5].notes.first == "return to web:8, which ran until 2025-01-03T02:00:00Z")
    #expect(entries[5].origin?.person == "user alice")
    let state = history.current.map { "\($0.field)=\($0.value) \($0.since) \($0.eventID)" }
    #expect(
      state == [
        "taskDefinition=web:8 2025-01-05T00:00:00Z u5", "image[app]=app:8 2025-01-05T00:00:00Z u5",
        "image[proxy]=envoy:1 2025-01-02T00:00:00Z u1", "desiredCount=3 2025-01-03T02:00:00Z u3",
      ])
  }

  @Test func placesAreApart() throws {
    let stored = try archive()
    let archive = try Archive(path: stored.path)
    #expect(try ResourceHistory(archive, of: "ecs:default/app").entries.map(\.event.id) == ["x2"])
    // The old form of the ARN says no cluster: services of three clusters have the name.
    let all = try ResourceHistory(archive, of: "arn:aws:ecs:us-east-1:111111111111:service/app")
    #expect(all.resources.count == 3)
    let late = try options(since: "2025-01-04T12:00:00Z")
    let recent = try ResourceHistory(archive, of: "ecs:prod/app", options: late)
    #expect(recent.entries.map(\.event.id) == ["u5"] && recent.earlierCount == 5)
    #expect(recent.entries.first?.changes.first?.old == "web:9")
  }

  private func options(since: String) throws -> InvestigationOptions {
    var options = InvestigationOptions()
    options.since = parseTime(since)
    return options
  }

  /// Blue and green by CodeDeploy: the primary task set is what runs.
  @Test func taskSets() throws {
    var records = AuditRecords()
    Self.register(&records, "t1", "2025-01-01T00:00:00Z", 1, "app:1")
    Self.register(&records, "t2", "2025-01-01T00:00:01Z", 2, "app:2")
    records.add(
      "c1", "2025-01-01T01:00:00Z", "ecs", "CreateService",
      request: #"{"cluster":"prod","serviceName":"app","taskDefinition":"web:1","desiredCount":2}"#)
    records.add(
      "s1", "2025-01-02T01:00:00Z", "ecs", "CreateTaskSet",
      by: AuditRecords.service("codedeploy.amazonaws.com"),
      request: #"{"cluster":"prod","service":"app","taskDefinition":"web:2"}"#,
      response:
        #"{"taskSet":{"id":"ecs-svc/2","taskSetArn":"arn:aws:ecs:us-east-1:111111111111:task-set/prod/app/ecs-svc/2","taskDefinition":"\#(Self.definition("web:2"))"}}"#
    )
    records.add(
      "p1", "2025-01-02T02:00:00Z", "ecs", "UpdateServicePrimaryTaskSet",
      by: AuditRecords.service("codedeploy.amazonaws.com"),
      request: #"{"cluster":"prod","service":"app","primaryTaskSet":"ecs-svc/2"}"#)
    records.add(
      "d1", "2025-01-03T00:00:00Z", "ecs", "DeleteService", request: #"{"cluster":"prod","service":"app"}"#)
    let stored = try records.archive()
    let entries = try ResourceHistory(try Archive(path: stored.path), of: "ecs:prod/app").entries
    #expect(entries.map(\.event.id) == ["d1", "p1", "s1", "c1"])
    guard entries.count == 4 else { return }
    #expect(
      changes(entries[3]) == [
        "taskDefinition: web:1", "image[app]: app:1", "image[proxy]: envoy:1", "desiredCount: 2",
      ])
    #expect(changes(entries[2]).isEmpty)
    #expect(changes(entries[1]) == ["taskDefinition: web:1 → web:2", "image[app]: app:1 → app:2"])
    #expect(entries[1].event.via == "codedeploy.amazonaws.com")
    #expect(changes(entries[0]) == ["state: ? → deleted"] || changes(entries[0]) == ["state: deleted"])
  }

  /// Tags of the service are its changes; a call that only scales does not deploy what ran before.
  @Test func tagsAndScaling() throws {
    var records = AuditRecords()
    let arn = "arn:aws:ecs:us-east-1:111111111111:service/prod/app"
    Self.update(
      &records, "scale", "2025-01-01T00:00:00Z", #"{"cluster":"prod","service":"app","desiredCount":2}"#,
      ran: "web:7")
    records.add(
      "tag", "2025-01-01T00:01:00Z", "ecs", "TagResource",
      request: #"{"resourceArn":"\#(arn)","tags":[{"key":"env","value":"q"},{"key":"x","value":"y"}]}"#)
    records.add(
      "untag", "2025-01-01T00:02:00Z", "ecs", "UntagResource",
      request: #"{"resourceArn":"\#(arn)","tagKeys":["env"]}"#)
    let stored = try records.archive()
    let history = try ResourceHistory(try Archive(path: stored.path), of: "ecs:prod/app")
    #expect(history.entries.map(\.event.id) == ["untag", "tag", "scale"])
    #expect(history.entries[0].changes.map(\.field) == ["tags[env].key", "tags[env].value"])
    #expect(history.entries[2].notes.first == "the call does not ask for web:7: it ran before")
    #expect(history.current.filter { $0.field.hasPrefix("tags") }.map(\.value) == ["x", "y"])
  }
}
