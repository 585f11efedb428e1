import Foundation
import Testing

@testable import CairnSynth

@Suite struct IncidentTests {
  private struct Answer: Decodable {
    struct Event: Decodable {
      let id: String
      let time: String
      let name: String
      let account: String
      let region: String
      let failed: Bool
    }

    let incident: String
    let eventCount: Int
    let principal: [String]
    let accessKeyId: [String]
    let sourceIPAddress: [String]
    let events: [Event]
    let image: [String]?
    let taskDefinition: [String]?
    let createdAccessKeyId: [String]?
  }

  /// Every event of the story is in the tree as the answer says, in organisations of any size.
  @Test(arguments: Incident.allCases, [1, 4])
  func answerIsInTheTree(_ incident: Incident, _ accounts: Int) throws {
    let (directory, summary) = try Objects.generate {
      $0.eventCount = 2_000
      $0.accountCount = accounts
      $0.regionCount = accounts
      $0.incidents = [incident]
    }
    let data = try Data(
      contentsOf: URL(fileURLWithPath: directory.path + "/incident-\(incident.rawValue).json"))
    let answer = try JSONDecoder().decode(Answer.self, from: data)
    #expect(answer.incident == incident.rawValue)
    #expect(answer.eventCount == answer.events.count)
    #expect(summary.incidentEventCount == answer.eventCount)
    let table = PathTable()
    var records = [String: Record]()
    for key in directory.files() where key.hasSuffix(".gz") {
      let object = try Objects.load(directory.path, key)
      for range in Record.ranges(object.json) {
        let record = Record(object.json, range, table)
        records[record.text("eventID")] = record
      }
    }
    #expect(records.count == 2_000 + answer.eventCount)
    for event in answer.events {
      let record = try #require(records[event.id])
      #expect(record.text("eventTime") == event.time)
      #expect(record.text("eventName") == event.name)
      #expect(record.text("recipientAccountId") == event.account)
      #expect(record.text("awsRegion") == event.region)
      #expect(record.has("errorCode") == event.failed)
      #expect(answer.sourceIPAddress.contains(record.text("sourceIPAddress")))
    }
    if let image = answer.image?.first, let definition = answer.taskDefinition?.first {
      let swapped = records.values.filter {
        $0.text("requestParameters.containerDefinitions[].image") == image
      }
      #expect(swapped.count == 1)
      #expect(
        swapped.first?.text("responseElements.taskDefinition.taskDefinitionArn").hasSuffix(definition) == true
      )
    }
    if let key = answer.createdAccessKeyId?.first {
      #expect(records.values.contains { $0.text("responseElements.accessKey.accessKeyId") == key })
    }
  }
}
