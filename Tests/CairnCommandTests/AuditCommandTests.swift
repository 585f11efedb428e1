import Cairn
import CairnTestSupport
import Foundation
import Testing

/// `who`, `denied`, `grep`, `new` and `timeline` over records of known answers.
@Suite struct AuditCommandTests {
  private func records() -> AuditRecords {
    var records = AuditRecords()
    for second in 1...5 {
      records.add(
        "ok\(second)", "2025-01-01T00:00:0\(second)Z", "s3", "GetObject", request: #"{"bucketName":"b"}"#,
        readOnly: true)
    }
    records.add("no1", "2025-01-02T00:00:01Z", "iam", "ListUsers", error: "AccessDenied", readOnly: true)
    records.add("no2", "2025-01-02T00:00:02Z", "iam", "ListUsers", error: "AccessDenied", readOnly: true)
    records.add("ok6", "2025-01-02T00:00:03Z", "iam", "ListUsers", readOnly: true)
    records.add(
      "slow", "2025-01-02T00:00:04Z", "iam", "ListRoles", error: "ThrottlingException", readOnly: true)
    records.add(
      "rule", "2025-01-03T00:00:00Z", "ec2", "AuthorizeSecurityGroupIngress",
      by: AuditRecords.session("deploy", "ci", key: "ASIADEPLOY0000000001"),
      request: #"{"groupId":"sg-1","cidrIp":"11.2.3.45/32","note":"see evil.example.com"}"#)
    return records
  }

  private func lines(_ result: ChildProcess.Result) throws -> [[String: Any]] {
    try result.output.split(separator: UInt8(ascii: "\n")).map {
      try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any] ?? [:]
    }
  }

  @Test func denied() throws {
    let stored = try records().archive()
    let found = try lines(try Binary.run("denied", stored.path, "--output", "jsonl"))
    #expect(found.count == 1)
    #expect(found.first?["principal"] as? String == "arn:aws:iam::111111111111:user/alice")
    #expect(found.first?["denied"] as? Int == 2 && found.first?["allowed"] as? Int == 1)
    #expect(found.first?["eventID"] as? String == "no2")
    #expect(try Binary.run("denied", stored.path, "--who", "alice").code == 0)
    #expect(try Binary.run("denied", stored.path, "--until", "2025-01-02").code == 1)
    let near = try Binary.run("denied", stored.path, "--who", "alise")
    #expect(near.code == 1 && near.error.contains("alice"))
  }

  @Test func who() throws {
    let stored = try records().archive()
    let archive = try Archive(path: stored.path)
    let alice = try #require(try ActorProfile(archive, of: "AKIAALICE00000000001"))
    #expect(alice.kind == .key && alice.calls.count == 9 && alice.calls.failed == 3)
    func section(_ name: String) -> [String] {
      alice.lines.filter { $0.section == name }.map { "\($0.value) \($0.count) \($0.failed) \($0.denied)" }
    }
    #expect(section("service") == ["s3.amazonaws.com 5 0 0", "iam.amazonaws.com 4 3 2"])
    #expect(section("address") == ["203.0.113.7 9 3 2"] && section("network").isEmpty)
    #expect(
      section("new on") == [
        "2025-01-01: s3:GetObject 5 0 0", "2025-01-02: iam:ListUsers iam:ListRoles 4 3 2",
      ])
    #expect(try ActorProfile(archive, of: "203.0.113.7")?.calls.count == 10)
    #expect(try ActorProfile(archive, of: "111111111111")?.kind == .account)
    let network = try ActorProfile(archive, of: "203.0.113.0/24")
    #expect(network?.kind == .network && network?.calls.count == 10)
    #expect(try ActorProfile(archive, of: "203.0.112.0/24") == nil)
    #expect(try ActorProfile(archive, of: "deploy")?.calls.firstEventID == "rule")
    #expect(try ActorProfile(archive, of: "o'b%_") == nil)
    let two = try Binary.run("who", stored.path, "alice", "nobody-here", "--output", "table")
    #expect(two.code == 0 && two.error.contains("nobody-here: no event is by or from it"))
    let none = try Binary.run("who", stored.path, "ASIAQNZGKIQY56JQ7WML")
    #expect(none.code == 1 && none.error.contains("a key of account 029608264753"))
  }

  @Test func grep() throws {
    let stored = try records().archive()
    let archive = try Archive(path: stored.path)
    func hits(_ patterns: [String], ignoresCase: Bool = false, regex: Bool = false) throws -> [String] {
      let search = try IndicatorSearch(
        archive, for: try patterns.map { try Indicator($0, isExpression: regex) }, ignoresCase: ignoresCase)
      return search.hits.map { hit in
        let paths = hit.paths.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return "\(hit.indicator.text): \(hit.count) \(paths.joined(separator: ", "))"
      }
    }
    // An address is a word; a network has it in a rule, too.
    #expect(try hits(["1.2.3.4"]) == ["1.2.3.4: 0 "])
    #expect(try hits(["11.2.3.0/24"]) == ["11.2.3.0/24: 1 requestParameters.cidrIp 1"])
    #expect(try hits(["203[.]0[.]113[.]7"]) == ["203.0.113.7: 10 sourceIPAddress 10"])
    #expect(
      try hits(["evil[.]example.com", "sg-1"]) == [
        "evil.example.com: 1 requestParameters.note 1", "sg-1: 1 requestParameters.groupId 1",
      ])
    #expect(try hits(["EVIL.example"], ignoresCase: true) == ["EVIL.example: 1 requestParameters.note 1"])
    #expect(try hits(["EVIL.example"]) == ["EVIL.example: 0 "])
    #expect(try hits(["^sg-[0-9]$"], regex: true) == ["^sg-[0-9]$: 1 requestParameters.groupId 1"])
    #expect(try hits(["bucketName"]) == ["bucketName: 5 requestParameters.bucketName 5"])
    #expect(throws: CairnError.self) { try hits(["("], regex: true) }
    // One text twice, and in other letters.
    #expect(
      try hits(["sg-1", "SG-1", "sg-1"], ignoresCase: true)
        == ["sg-1", "SG-1", "sg-1"].map { "\($0): 1 requestParameters.groupId 1" })
    #expect(try hits(["11.2.3.45", "11.2.3.45/32", "11.2.3.1/24"]).allSatisfy { $0.contains(": 1 req") })
    let many =
      (0..<200).map { "10.9.\($0).1" } + (0..<200).map { "no-\($0)" } + ["11.2.3.45", "LICE", "2025-01-03"]
    #expect(
      try hits(many).suffix(3) == [
        "11.2.3.45: 1 requestParameters.cidrIp 1",
        "LICE: 9 userIdentity.accessKeyId 9", "2025-01-03: 1 eventTime 1",
      ])
    let list = try Indicator.list("# comment\n1.2.3[.]4 # scanner\n\n\"hxxps://a[.]b/c\",high\n1.2.3.4\r\n")
    #expect(list.map(\.text) == ["1.2.3.4", "https://a.b/c"])
    #expect(try Binary.run("grep", stored.path, "no-such-thing").code == 1)
    let counts = try lines(try Binary.run("grep", stored.path, "sg-1", "--count", "--output", "jsonl"))
    #expect(counts.first?["eventID"] as? String == "rule")
  }

  /// Records that agree in all that is shown of them, and have no ID, are two; a limit keeps the first of all.
  @Test func grepCountsRecords() throws {
    let lines = (0..<6).map { row in
      #"{"eventTime":"2025-01-01T00:00:0\#(5 - row)Z","eventName":"Get","requestParameters":{"a":"x1","b":["y1",{"c":"y1"}],"n":\#(row)}}"#
    }
    let twin =
      #"{"eventTime":"2025-01-02T00:00:00Z","eventName":"Get","requestParameters":{"a":"x1","b":"y1","n":"#
    let stored = try TestArchive([
      ("1.json", Array(lines.joined(separator: "\n").utf8)),
      ("2.json", Array("\(twin)1}}\n\(twin)2}}".utf8)),
    ])
    let archive = try Archive(path: stored.path)
    let search = try IndicatorSearch(
      archive, for: [Indicator("x1"), Indicator("y1"), Indicator("absent")], eventLimit: 2)
    #expect(search.hits.map(\.count) == [8, 8, 0] && search.eventCount == 8)
    #expect(
      search.hits[1].paths == [
        "requestParameters.b[]": 6, "requestParameters.b[].c": 6, "requestParameters.b": 2,
      ])
    #expect(search.events.map(\.time) == ["2025-01-01T00:00:00Z", "2025-01-01T00:00:01Z"])
    #expect(try IndicatorSearch(archive, for: [Indicator("x1")], eventLimit: 0).events.isEmpty)
  }

  /// Addresses in every place and spelling that an address stands in.
  @Test func grepAddresses() throws {
    let texts = [
      "https://198.51.100.7:443/x", "seen at 198.51.100.7.", "[2001:DB8::7]:443", "1198.51.100.7",
      "198.51.100.70",
      "::ffff:198.51.100.7", "198.51.100.7, 203.0.113.9", "v198.51.100.7-beta", "12:30:00", "",
    ]
    let lines = texts.enumerated().map { row, text in
      #"{"eventTime":"2025-01-01T00:00:0\#(row)Z","eventID":"e\#(row)","responseElements":{"t":"\#(text)"}}"#
    }
    let stored = try TestArchive([("a.json", Array(lines.joined(separator: "\n").utf8))])
    let archive = try Archive(path: stored.path)
    func events(_ names: String...) throws -> [String] {
      try IndicatorSearch(archive, for: try names.map { try Indicator($0) }).events.map(\.id)
    }
    #expect(try events("198.51.100.7") == ["e0", "e1", "e5", "e6", "e7"])
    #expect(try events("198.51.100.7", "203.0.113.0/24") == ["e0", "e1", "e5", "e6", "e7"])
    #expect(try events("198.51.100.0/24", "10.0.0.0/8") == ["e0", "e1", "e4", "e5", "e6", "e7"])
    #expect(try events("2001:db8::7") == ["e2"] && events("2001:db8::/32", "1.2.3.4") == ["e2"])
    #expect(try events("0.0.0.0/0") == ["e0", "e1", "e4", "e5", "e6", "e7"])
  }

  @Test func limits() throws {
    let stored = try records().archive()
    for words in [["denied"], ["new", "--since", "2025-01-02"], ["grep", "alice"], ["history", "sg-1"]] {
      let words = [words[0], stored.path] + words.dropFirst()
      let none = try Binary.run(words + ["--limit", "0", "--output", "jsonl"])
      #expect(none.code == 0 && none.output.isEmpty && none.error.contains("more (--limit)"), "\(words)")
      #expect(try Binary.run(words + ["--limit", "-1"]).code == 2)
    }
    let near = try Binary.run("grep", stored.path, "alise")
    #expect(near.code == 1 && near.error.contains("alice"))
  }

  @Test func new() throws {
    let stored = try records().archive()
    let found = try lines(
      try Binary.run("new", stored.path, "--since", "2025-01-02", "--output", "jsonl")
    ).map { row in
      "\(row["frequency"] ?? "") \(row["kind"] ?? "") \(row["value"] ?? "") \(row["earlier"] ?? "")"
    }
    let alice = "arn:aws:iam::111111111111:user/alice"
    #expect(
      found
        == [
          "UNSEEN principal arn:aws:iam::111111111111:role/deploy 0",
          "UNSEEN call \(alice) iam:ListUsers 0", "UNSEEN call \(alice) iam:ListRoles 0",
          "UNSEEN call arn:aws:iam::111111111111:role/deploy ec2:AuthorizeSecurityGroupIngress 0",
          "UNSEEN error \(alice) AccessDenied 0", "UNSEEN error \(alice) ThrottlingException 0",
          "INFREQUENT principal \(alice) 5", "INFREQUENT network 203.0.113.0/24 5",
          "INFREQUENT address 203.0.113.7 5",
          "INFREQUENT region us-east-1 5", "INFREQUENT agent aws-cli/2.0 5",
        ].sorted { found.firstIndex(of: $0) ?? .max < found.firstIndex(of: $1) ?? .max })
    #expect(
      [0, 1, 3, 4, 20, 21].map { Novelties.Frequency(earlier: $0).rawValue } == [
        "UNSEEN", "RARE", "RARE", "INFREQUENT", "INFREQUENT", "FREQUENT",
      ])
    #expect(try Binary.run("new", stored.path, "--since", "2026-01-01").code == 1)
  }

  @Test func timeline() throws {
    let stored = try records().archive()
    let timeline = try Timeline(try Archive(path: stored.path), of: "alice")
    #expect(
      timeline.bursts.map { $0.events.map(\.id) } == [
        ["ok1", "ok2", "ok3", "ok4", "ok5"], ["no1", "no2", "ok6", "slow"],
      ])
    #expect(
      timeline.bursts.last?.runs.map { "\($0.name) \($0.count) \($0.failed)" } == [
        "ListUsers 3 2", "ListRoles 1 1",
      ])
    #expect(timeline.histogram.reduce(0) { $0 + $1.count } == 9 && timeline.histogram.count <= 48)
    let group = try Timeline(try Archive(path: stored.path), of: "sg-1")
    #expect(group.kind == "resource" && group.bursts.first?.events.map(\.id) == ["rule"])
    let table = try Binary.run("timeline", stored.path, "alice", "--output", "table")
    #expect(
      String(decoding: table.output, as: UTF8.self).contains("ListUsers ×3 (2 failed), ListRoles (failed)"))
    #expect(try Binary.run("timeline", stored.path, "alice", "--pause", "x").code == 2)
    #expect(try Binary.run("timeline", stored.path, "nobody-here").code == 1)
  }
}
