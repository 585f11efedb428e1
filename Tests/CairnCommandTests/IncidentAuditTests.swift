import Cairn
import CairnSynth
import CairnTestSupport
import Foundation
import Testing

/// Planted incidents: the questions that an investigation begins with give what the stories' answers say.
@Suite struct IncidentAuditTests {
  private struct Answer: Decodable {
    struct Event: Decodable {
      let id: String
      let name: String
      let failed: Bool
    }

    let eventCount: Int
    let accessKeyId: [String]
    let sourceIPAddress: [String]
    let events: [Event]
    let createdAccessKeyId: [String]?
    let sessionAccessKeyId: [String]?
    let trail: [String]?
    let bucket: [String]?
    let cluster: [String]?
    let service: [String]?
    let image: [String]?
    let taskDefinition: [String]?

    func ids(_ name: String) -> [String] { events.filter { $0.name == name }.map(\.id) }
  }

  private static let directory: Result<TemporaryDirectory, any Error> = Result {
    let directory = try TemporaryDirectory()
    var options = SynthOptions(outputPath: directory.sub("history"))
    options.eventCount = 3000
    options.dayCount = 20
    options.accountCount = 3
    options.regionCount = 3
    options.seed = 11
    options.incidents = Incident.allCases
    _ = try generate(options)
    _ = try compact([directory.sub("history")], into: directory.sub("archive"))
    return directory
  }

  private func story(_ incident: Incident) throws -> (archive: Archive, answer: Answer) {
    let directory = try Self.directory.get()
    let bytes = try readFile(directory.sub("history") + "/incident-\(incident.rawValue).json")
    let answer = try JSONDecoder().decode(Answer.self, from: Data(bytes))
    return (try Archive(path: directory.sub("archive")), answer)
  }

  /// What a folder has beside the tree, the stories' answers, is no event.
  @Test func answersAreNoEvents() throws {
    let directory = try Self.directory.get()
    let count = try Binary.run(
      "query", directory.sub("archive"), "SELECT count(*) FROM events WHERE \"$path\" LIKE '%incident-%'",
      "--output",
      "jsonl")
    #expect(count.code == 0 && String(decoding: count.output, as: UTF8.self) == "{\"_col0\":0}\n")
  }

  /// All calls of the intruder, and no other, by the address.
  @Test(arguments: Incident.allCases) func everyCall(_ incident: Incident) throws {
    let (archive, answer) = try story(incident)
    let address = try #require(answer.sourceIPAddress.first)
    let ids = Set(answer.events.map(\.id))
    let timeline = try Timeline(archive, of: address)
    #expect(Set(timeline.bursts.flatMap { $0.events.map(\.id) }) == ids)
    let profile = try #require(try ActorProfile(archive, of: address))
    #expect(profile.calls.count == answer.eventCount)
    #expect(profile.calls.failed == answer.events.count { $0.failed })
    let search = try IndicatorSearch(archive, for: [Indicator(address), Indicator("192.0.2.255")])
    #expect(Set(search.events.map(\.id)).isSuperset(of: ids) && search.hits[1].count == 0)
    #expect(search.hits[0].paths["sourceIPAddress"] == answer.eventCount)
  }

  @Test(arguments: [Incident.leakedKey, .privilegeEscalation]) func keysToStay(_ incident: Incident) throws {
    let (archive, answer) = try story(incident)
    let trace = try Trace(archive, of: answer.accessKeyId[0])
    let created = try #require(trace.given.first { $0.accessKeyID == answer.createdAccessKeyId?.first })
    #expect(created.depth == 1 && answer.ids("CreateAccessKey") == [created.event.id])
    let address = try #require(answer.sourceIPAddress.first)
    let denied = try Denials(archive, of: answer.accessKeyId[0]).rows
    #expect(denied.contains { $0.addresses.contains(address) })
  }

  @Test func throughThreeAccounts() throws {
    let (archive, answer) = try story(.roleChain)
    let sessions = try #require(answer.sessionAccessKeyId)
    let last = try #require(sessions.last)
    let origin = try #require(try Trace(archive, of: last).principals.first).origin
    #expect(
      origin.steps.map(\.caller.accessKeyID) == sessions.dropLast().reversed() + [answer.accessKeyId[0]])
    #expect(origin.isComplete && origin.first.type == "IAMUser")
    let ids = Set(origin.steps.flatMap { [$0.event.id] + $0.twins.map(\.id) })
    #expect(ids == Set(answer.ids("AssumeRole")))
    let forward = try Trace(archive, of: answer.accessKeyId[0]).given
    #expect(forward.filter { sessions.contains($0.accessKeyID ?? "") }.map(\.depth) == [1, 2, 3])
  }

  @Test func trailOffAndOn() throws {
    let (archive, answer) = try story(.disabledTrail)
    let stopped = try #require(answer.ids("StopLogging").first)
    let started = try #require(answer.ids("StartLogging").first)
    let trail = try #require(answer.trail?.first)
    let entries = try ResourceHistory(archive, of: trail).entries
    #expect(entries.map(\.event.id).filter { [stopped, started].contains($0) } == [started, stopped])
    #expect(entries.first { $0.event.id == stopped }?.changes.first?.new == "stopped")
    // The answer lies beside the tree and is compacted, too: its events have the same IDs.
    #expect(try Set(Coverage(archive).switches.map(\.event.id)).isSuperset(of: [started, stopped]))
  }

  @Test func bucket() throws {
    let (archive, answer) = try story(.bucketRansomware)
    let history = try ResourceHistory(archive, of: try #require(answer.bucket?.first))
    let suspended = try #require(answer.ids("PutBucketVersioning").first)
    let change = history.entries.first { $0.event.id == suspended }?.changes.first
    #expect(change?.new == "Suspended")
    #expect(history.dataEventCount >= answer.ids("DeleteObject").count + answer.ids("PutObject").count)
  }

  @Test func foreignImage() throws {
    let (archive, answer) = try story(.imageSwap)
    let name = "ecs:\(answer.cluster?.first ?? "")/\(answer.service?.first ?? "")"
    let entries = try ResourceHistory(archive, of: name).entries
    let deployed = try #require(entries.first { answer.ids("UpdateService").contains($0.event.id) })
    #expect(deployed.changes.contains { $0.field.hasPrefix("image[") && $0.new == answer.image?.first })
    #expect(
      deployed.changes.contains { $0.field == "taskDefinition" && $0.new == answer.taskDefinition?.first })
    #expect(deployed.notes.contains { $0.contains(answer.ids("RegisterTaskDefinition").first ?? "?") })
  }
}
