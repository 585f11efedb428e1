import Cairn
import CairnTestSupport
import Foundation
import Testing

/// `coverage`: days with and without events, late deliveries, recording switched.
@Suite struct CoverageTests {
  private func record(_ id: String, _ time: String, region: String = "us-east-1", more: String = "") -> String
  {
    #"{"eventTime":"\#(time)","eventID":"\#(id)","eventSource":"s3.amazonaws.com","eventName":"Get","awsRegion":"\#(region)","recipientAccountId":"111111111111"\#(more)}"#
  }

  private func object(_ delivered: String, _ mark: String, _ records: [String]) -> (String, [UInt8]) {
    let name = "111111111111_CloudTrail_us-east-1_\(delivered)Z_\(mark)aaaaaaaaaaaaaaa.json"
    return (
      "AWSLogs/111111111111/CloudTrail/us-east-1/2025/01/01/\(name)",
      Array("{\"Records\":[\(records.joined(separator: ","))]}".utf8)
    )
  }

  private func archive() throws -> TestArchive {
    let stop =
      #"{"eventTime":"2025-01-04T01:00:00Z","eventID":"stop","eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","awsRegion":"us-east-1","recipientAccountId":"111111111111","requestParameters":{"name":"main"}}"#
    return try TestArchive([
      object(
        "20250101T0015", "a", [record("1", "2025-01-01T00:01:00Z"), record("2", "2025-01-01T00:10:00Z")]),
      // An hour is not late; a minute more is.
      object("20250101T0200", "b", [record("3", "2025-01-01T01:00:00Z", more: #","eventCategory":"Data""#)]),
      object(
        "20250101T0301", "c", [record("4", "2025-01-01T02:00:00Z"), record("5", "2025-01-01T03:00:00Z")]),
      object("20250105T0000", "d", [record("6", "2025-01-03T00:00:00Z"), stop]),
      // No name tells when this came.
      (key: "other.json", bytes: Array(record("7", "2025-01-04T12:00:00Z", region: "eu-west-1").utf8)),
    ])
  }

  @Test func lateGapsAndSwitches() throws {
    let stored = try archive()
    let coverage = try Coverage(try Archive(path: stored.path))
    #expect(
      coverage.lateObjects.map {
        "\($0.key.suffix(21).prefix(1)) \($0.delay / 60_000) \($0.count) \($0.first)"
      }
        == ["d 2880 2 2025-01-03T00:00:00Z", "c 61 2 2025-01-01T02:00:00Z"])
    #expect(coverage.lateObjects.allSatisfy { $0.account == "111111111111" && $0.region == "us-east-1" })
    #expect(coverage.places.map(\.region) == ["eu-west-1", "us-east-1"])
    let place = try #require(coverage.places.last)
    #expect(place.count == 7 && place.dataCount == 1 && place.dataDays == ["2025-01-01": 1])
    #expect(place.gaps.map { "\($0.from) \($0.to)" } == ["2025-01-02 2025-01-02"])
    #expect(coverage.switches.map { "\($0.event.id) \($0.trail ?? "")" } == ["stop main"])
  }

  /// Days that were asked for and have nothing are gaps, too.
  @Test func rangeThatWasAsked() throws {
    let stored = try archive()
    var options = InvestigationOptions()
    (options.since, options.until) = (parseTime("2024-12-31T12:00:00Z"), parseTime("2025-01-07T00:00:00Z"))
    let coverage = try Coverage(try Archive(path: stored.path), options: options)
    #expect(
      coverage.days.first == "2024-12-31" && coverage.days.last == "2025-01-06" && coverage.days.count == 7)
    #expect(coverage.places.last?.gaps.map(\.to) == ["2025-01-02", "2025-01-06"])
  }

  @Test func command() throws {
    let stored = try archive()
    func lines(_ words: String...) throws -> [String] {
      let result = try Binary.run(["coverage", stored.path, "--output", "jsonl"] + words)
      #expect(result.code == 0, "\(result.error)")
      return String(decoding: result.output, as: UTF8.self).split(separator: "\n").map(String.init)
    }
    #expect(
      try lines().count == 2
        && lines().contains { $0.contains(#""lateObjects":2,"longestDelayMinutes":2880"#) })
    #expect(try lines("--show", "days").count == 8)
    #expect(try lines("--show", "days").contains { $0.contains(#""day":"2025-01-02","events":0"#) })
    #expect(try lines("--show", "late").count == 2 && lines("--show", "recording").count == 1)
    let table = try Binary.run("coverage", stored.path, "--output", "table")
    let text = String(decoding: table.output, as: UTF8.self)
    #expect(text.contains("111111111111 us-east-1        9.11") && text.contains("late deliveries"))
    #expect(try Binary.run("coverage", stored.path, "--show", "nothing").code == 2)
    #expect(try Binary.run("coverage", stored.path, "--since", "2026-01-01").code == 1)
  }
}
