import Cairn
import CairnTestSupport
import Testing

/// `trace`: who is behind a principal, and what came of its credentials.
@Suite struct TraceTests {
  private func trace(_ records: AuditRecords, _ who: String) throws -> Trace {
    let stored = try records.archive()
    return try Trace(try Archive(path: stored.path), of: who)
  }

  private func time(_ second: Int) -> String { "2025-01-01T00:00:\(second < 10 ? "0" : "")\(second)Z" }

  private func key(_ number: Int) -> String { "ASIAKEY000000000000\(number)" }

  /// alice → r1 → … → r5, the second step into another account with a record in both.
  private func chain() -> AuditRecords {
    var records = AuditRecords()
    var caller = AuditRecords.user
    for step in 1...5 {
      let account = step < 2 ? "111111111111" : "222222222222"
      if step == 2 {
        // The other account knows less of the caller; its record comes first.
        records.assume(
          "twin", time(step), "r2", "s", key: key(2),
          by: #"{"type":"AWSAccount","principalId":"AROAr1:s","accountId":"111111111111"}"#, account: account,
          sharedID: "shared")
      }
      records.assume(
        "a\(step)", time(step), "r\(step)", "s", key: key(step), by: caller, account: account,
        recordedIn: step == 2 ? "111111111111" : nil, sharedID: step == 2 ? "shared" : nil)
      caller = AuditRecords.session("r\(step)", "s", key: key(step), account: account, start: time(step))
    }
    records.add(
      "done", time(20), "s3", "DeleteBucket", by: caller, request: #"{"bucketName":"b"}"#,
      account: "222222222222")
    // The same names again, with another key, by somebody else.
    records.assume(
      "other", time(5), "r5", "s", key: key(9), by: AuditRecords.service("ec2.amazonaws.com"),
      account: "222222222222")
    return records
  }

  /// Of very many sessions some are followed back; what all of them gave out is told.
  @Test func someOfManySessions() throws {
    var records = AuditRecords()
    for number in 0..<30 {
      let key = "ASIAMANY00000000\(1000 + number)"
      records.assume("a\(number)", time(number), "many", "s\(number)", key: key, by: AuditRecords.user)
      let session = AuditRecords.session("many", "s\(number)", key: key, start: time(number))
      // Some have no event ID of their own, which is looked at in another way.
      records.add("u\(number % 10)", time(number + 10), "s3", "ListBuckets", by: session, request: "{}")
      records.assume(
        "g\(number)", time(number + 11), "next", "n\(number)", key: "ASIANEXT00000000\(1000 + number)",
        by: session)
    }
    let stored = try records.archive()
    let archive = try Archive(path: stored.path)
    let all = try Trace(archive, of: "arn:aws:iam::111111111111:role/many")
    #expect(all.principals.count == 30 && all.principalCount == 30 && all.given.count == 30)
    #expect(all.principals.allSatisfy { $0.origin.first.description == "user alice" && $0.calls?.count == 2 })
    for limit in [0, 1, 7, 30, 31] {
      let some = try Trace(archive, of: "arn:aws:iam::111111111111:role/many", principalLimit: limit)
      #expect(some.principalCount == 30)
      #expect(
        some.principals.map(\.actor.accessKeyID) == all.principals.prefix(limit).map(\.actor.accessKeyID))
      #expect(some.principals.allSatisfy { $0.origin.steps.map(\.event.name) == ["AssumeRole"] })
      #expect(some.given.map(\.event.id) == all.given.map(\.event.id))
    }
  }

  @Test(arguments: ["ASIAKEY0000000000005", "arn:aws:sts::222222222222:assumed-role/r5/s"])
  func backThroughFive(who: String) throws {
    let found = try trace(chain(), who)
    #expect(found.principals.count == 1)
    let principal = try #require(found.principals.first)
    #expect(principal.origin.steps.map(\.event.id) == ["a5", "a4", "a3", "a2", "a1"])
    #expect(principal.origin.steps.map { $0.twins.map(\.id) } == [[], [], [], ["twin"], []])
    #expect(principal.origin.steps.allSatisfy { $0.link == .key })
    #expect(principal.origin.first.description == "user alice" && principal.origin.isComplete)
    #expect(principal.calls?.count == 1 && principal.calls?.firstEventID == "done")
  }

  @Test func forward() throws {
    let found = try trace(chain(), "alice")
    #expect(found.principals.map(\.actor.accessKeyID) == ["AKIAALICE00000000001"])
    #expect(found.given.map(\.accessKeyID) == (1...5).map(key))
    #expect(found.given.map(\.depth) == [1, 2, 3, 4, 5])
    #expect(found.given.last?.calls?.count == 1)
    #expect(found.given.last?.holder == "arn:aws:sts::222222222222:assumed-role/r5/s")
  }

  /// Long-lived keys are given out, too.
  @Test func createdKeys() throws {
    var records = AuditRecords()
    records.add(
      "k", time(1), "iam", "CreateAccessKey", request: #"{"userName":"bob"}"#,
      response: #"{"accessKey":{"userName":"bob","accessKeyId":"AKIABOB0000000000001","status":"Active"}}"#)
    records.add(
      "f", time(2), "iam", "CreateAccessKey", request: #"{"userName":"eve"}"#, error: "AccessDenied")
    let bob =
      #"{"type":"IAMUser","arn":"arn:aws:iam::111111111111:user/bob","accessKeyId":"AKIABOB0000000000001","userName":"bob"}"#
    records.add("u", time(3), "s3", "ListBuckets", by: bob, readOnly: true)
    let found = try trace(records, "AKIAALICE00000000001")
    #expect(found.given.map(\.accessKeyID) == ["AKIABOB0000000000001"])
    #expect(found.given.first?.holder == "user bob" && found.given.first?.calls?.firstEventID == "u")
  }

  @Test func whereRecordsEnd() throws {
    var records = AuditRecords()
    // No record of who assumed it; the session began before the archive.
    records.add(
      "e1", time(10), "s3", "X",
      by: AuditRecords.session("r", "s", key: key(1), start: "2024-12-31T23:00:00Z"))
    // Nor of this one, although the archive was there.
    records.add("e2", time(20), "s3", "X", by: AuditRecords.session("r", "t", key: key(2), start: time(15)))
    // Another account's call, without its own record.
    records.assume(
      "a3", time(21), "r", "u", key: key(3),
      by: #"{"type":"AWSAccount","principalId":"AROAX:ci","accountId":"333333333333"}"#, sharedID: "gone")
    records.add("e3", time(22), "s3", "X", by: AuditRecords.session("r", "u", key: key(3), start: time(21)))
    func end(_ who: String) throws -> String {
      try #require(try trace(records, who).principals.first).origin.endDescription
    }
    #expect(try end(key(1)).contains("before the archive's first event (2025-01-01T00:00:10Z)"))
    #expect(
      try end("e2") == "the records end here: no record of the call that gave out \(key(2)) at \(time(15))")
    #expect(try end(key(3)).contains("account 333333333333 made the call, and its own record"))
  }

  /// A key that two callers were given is nobody's for sure; records that go round end.
  @Test func doubtAndCycles() throws {
    var records = AuditRecords()
    records.assume("a1", time(1), "r", "s", key: key(1), by: AuditRecords.user)
    records.assume("a2", time(1), "r", "s", key: key(1), by: AuditRecords.service("ec2.amazonaws.com"))
    records.add("e1", time(2), "s3", "X", by: AuditRecords.session("r", "s", key: key(1)))
    let doubtful = try #require(try trace(records, key(1)).principals.first)
    #expect(doubtful.origin.endDescription == "several records could be meant: a1, a2")

    var round = AuditRecords()
    round.assume("b1", time(1), "p", "s", key: key(1), by: AuditRecords.session("q", "s", key: key(2)))
    round.assume("b2", time(1), "q", "s", key: key(2), by: AuditRecords.session("p", "s", key: key(1)))
    let cycle = try #require(try trace(round, key(1)).principals.first)
    #expect(cycle.origin.steps.count == 2 && !cycle.origin.isComplete)
  }

  @Test func console() throws {
    var records = AuditRecords()
    let login = #"{"type":"IAMUser","arn":"arn:aws:iam::111111111111:user/alice","userName":"alice"}"#
    for (id, second, outcome) in [("l0", 1, "Failure"), ("l1", 1, "Success"), ("l2", 30, "Success")] {
      records.add(
        id, time(second), "signin", "ConsoleLogin", by: login, response: "{\"ConsoleLogin\":\"\(outcome)\"}")
    }
    let session =
      #"{"type":"IAMUser","arn":"arn:aws:iam::111111111111:user/alice","accessKeyId":"\#(key(1))","userName":"alice","sessionContext":{"attributes":{"creationDate":"\#(time(1))","mfaAuthenticated":"true"}}}"#
    records.add("e1", time(5), "ec2", "RunInstances", by: session)
    let role = AuditRecords.session("admin", "alice", key: key(2), start: time(6))
    records.add(
      "sw", time(6), "signin", "SwitchRole", by: AuditRecords.session("admin", "alice", key: nil),
      more: #","additionalEventData":{"SwitchFrom":"arn:aws:iam::111111111111:user/alice"}"#)
    records.add("e2", time(8), "iam", "CreateUser", by: role)

    let signedIn = try #require(try trace(records, key(1)).principals.first).origin
    #expect(signedIn.steps.map(\.event.id) == ["l1"] && signedIn.steps.first?.link == .signIn)
    let switched = try #require(try trace(records, key(2)).principals.first).origin
    #expect(switched.steps.map(\.event.id) == ["sw"] && switched.steps.first?.link == .switchRole)
    #expect(switched.first.description == "user alice")

    // Forward: the session that began then, another one of the name apart, and what came of its keys.
    records.add(
      "e3", time(50), "iam", "CreateUser",
      by: AuditRecords.session("admin", "alice", key: key(3), start: time(40)))
    records.assume("a4", time(9), "deep", "x", key: key(4), by: role)
    records.add("e4", time(10), "s3", "X", by: AuditRecords.session("deep", "x", key: key(4)))
    let given = try trace(records, "alice").given
    #expect(
      given.map { "\($0.depth) \($0.link.rawValue) \($0.event.id)" } == ["1 switched role sw", "2 key a4"])
    #expect(given.map { $0.calls?.count } == [2, 1] && given.map(\.accessKeyID) == [nil, key(4)])
    #expect(given.first?.holder == "arn:aws:sts::111111111111:assumed-role/admin/alice")
    // A key is one session's: records do not say that it was this one that switched.
    #expect(try trace(records, key(1)).given.isEmpty)
  }

  @Test func accountsOfKeys() {
    // The published example.
    #expect(AccessKey.account(of: "ASIAQNZGKIQY56JQ7WML") == "029608264753")
    #expect(AccessKey.account(of: "AKIAIOSFODNN7EXAMPLE") == nil)
    #expect(AccessKey.account(of: "ASIA") == nil && !AccessKey.isKey("nobody"))
  }

  @Test func command() throws {
    let stored = try chain().archive()
    let tree = try Binary.run("trace", stored.path, key(5), "--output", "table")
    let text = String(decoding: tree.output, as: UTF8.self)
    #expect(tree.code == 0 && text.contains("← AssumeRole \(time(5)) from 203.0.113.7  event a5"))
    #expect(text.contains("also recorded in 222222222222  event twin"))
    #expect(text.contains("end: user alice, with credentials of its own"))
    #expect(tree.error.contains("--output raw"))
    let nothing = try Binary.run("trace", stored.path, "alicia")
    #expect(nothing.code == 1 && nothing.error.contains("there is: alice"))
    #expect(try Binary.run("trace", stored.path, "").code == 2)
  }
}
