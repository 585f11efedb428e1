import Foundation
import Testing

@testable import CairnSynth

@Suite struct HistoryTests {
  /// Every file's key and bytes.
  private func contents(_ directory: TemporaryDirectory) throws -> [String: Data] {
    var all = [String: Data]()
    for key in directory.files() {
      all[key] = try Data(contentsOf: URL(fileURLWithPath: directory.path + "/" + key))
    }
    return all
  }

  @Test func sameSeedSameBytesWithAnyNumberOfThreads() throws {
    let runs = try [1, 2, 5].map { threads in
      try contents(
        Objects.generate {
          $0.eventCount = 8_000
          $0.threadCount = threads
          $0.incidents = [.roleChain, .imageSwap]
        }.0)
    }
    #expect(runs[0].count > 300)
    #expect(runs[0] == runs[1])
    #expect(runs[0] == runs[2])
  }

  @Test func otherSeedsGiveOtherHistories() throws {
    let runs = try [1, 2].map { seed in
      try contents(
        Objects.generate {
          $0.eventCount = 500
          $0.seed = UInt64(seed)
        }.0)
    }
    #expect(Set(runs[0].keys).isDisjoint(with: runs[1].keys))
  }

  @Test func keysAndEnvelopeFollowTheDeliveryFormat() throws {
    let (directory, _) = try Objects.generate { $0.eventCount = 2_000 }
    let form = try Regex(
      #"AWSLogs/(\d{12})/CloudTrail/([a-z0-9-]+)/(\d{4})/(\d\d)/(\d\d)/(\d{12})_CloudTrail_([a-z0-9-]+)_(\d{8})T\d\d[0-5][05]Z_[A-Za-z0-9]{16}\.json\.gz"#
    )
    for key in directory.files() {
      let match = try #require(try form.wholeMatch(in: key), "\(key)")
      #expect(match[1].substring == match[6].substring)
      #expect(match[2].substring == match[7].substring)
      #expect(
        match[8].substring
          == "\(match[3].substring ?? "")\(match[4].substring ?? "")\(match[5].substring ?? "")")
      let json = try Objects.load(directory.path, key).json
      #expect(json.starts(with: Array(#"{"Records":[{"eventVersion":""#.utf8)))
      #expect(json.suffix(3).elementsEqual(Array("}]}".utf8)))
    }
  }

  @Test func recordsAreValidForAnIndependentParser() throws {
    let (directory, _) = try Objects.generate { $0.eventCount = 3_000 }
    var names = Set<String>()
    for key in directory.files() {
      let json = try Objects.load(directory.path, key).json
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(json)) as? [String: [[String: Any]]])
      for record in object["Records"] ?? [] {
        names.formUnion(record.keys)
        #expect(record["recipientAccountId"] as? String == String(key.split(separator: "/")[1]))
        #expect(record["awsRegion"] as? String == String(key.split(separator: "/")[3]))
      }
    }
    #expect(names.isSuperset(of: ["userIdentity", "tlsDetails", "resources", "sharedEventID", "errorCode"]))
  }

  /// Which image, since when, by whom: every UpdateService names a revision that was registered before it.
  @Test func deploymentsAreARunningStory() throws {
    let (directory, _) = try Objects.generate {
      $0.eventCount = 20_000
      $0.dayCount = 10
    }
    let table = PathTable()
    var registered = [String: String]()
    var updates = [(definition: String, time: String, cluster: String, region: String)]()
    for key in directory.files() {
      let object = try Objects.load(directory.path, key)
      for range in Record.ranges(object.json) {
        let record = Record(object.json, range, table)
        guard record.text("eventSource") == "ecs.amazonaws.com", !record.has("errorCode") else { continue }
        let time = record.text("eventTime")
        if record.text("eventName") == "RegisterTaskDefinition" {
          registered[record.text("responseElements.taskDefinition.taskDefinitionArn")] = time
          #expect(record.text("requestParameters.containerDefinitions[].image").contains(".dkr.ecr."))
        } else if record.text("eventName") == "UpdateService" {
          updates.append(
            (
              record.text("requestParameters.taskDefinition"), time, record.text("requestParameters.cluster"),
              record.text("awsRegion")
            ))
        }
      }
    }
    #expect(updates.count >= 20)
    #expect(updates.contains { $0.cluster == "my-ecs-cluster" && $0.region == "us-east-1" })
    for update in updates {
      #expect((registered[update.definition] ?? "never") < update.time, "\(update.definition)")
    }
    #expect(Set(updates.map(\.definition)).count == updates.count)
  }

  @Test func smallestHistoryIsOneRecord() throws {
    let (directory, summary) = try Objects.generate {
      $0.eventCount = 1
      $0.dayCount = 1
      $0.accountCount = 1
      $0.regionCount = 1
      $0.duplicatesPercent = 0
    }
    #expect(summary.eventCount == 1)
    let files = directory.files()
    #expect(files.count == 1)
    let json = try Objects.load(directory.path, files[0]).json
    #expect(Record.ranges(json).count == 1)
  }

  @Test func duplicatesFollowTheirSetting() throws {
    let none = try Objects.generate {
      $0.eventCount = 3_000
      $0.duplicatesPercent = 0
    }.1
    let many = try Objects.generate {
      $0.eventCount = 3_000
      $0.duplicatesPercent = 20
    }.1
    #expect(none.duplicateCount == 0)
    #expect((450...750).contains(many.duplicateCount))
  }
}
