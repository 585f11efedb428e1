import Cairn
import CairnTestSupport
import Foundation
import Testing

/// The audit commands over real data, against a script that reads the JSON without Cairn.
@Suite struct AuditCorpusTests {
  private static let isAvailable =
    Corpus.current != nil && (try? runProcess(["python3", "--version"]))?.code == 0

  private struct Facts: Decodable {
    var denied: [String: Int]
    /// Calls, failed ones, first and last.
    var keys: [String: Key]
    var issued: [String: [String]]
    var changes: [String: [String]]

    struct Key: Decodable {
      var calls: Int
      var failed: Int
      var first: String
      var last: String
      init(from decoder: Decoder) throws {
        var list = try decoder.unkeyedContainer()
        calls = try list.decode(Int.self)
        failed = try list.decode(Int.self)
        first = try list.decode(String.self)
        last = try list.decode(String.self)
      }
    }
  }

  @Test(.enabled(if: isAvailable, "needs CAIRN_CORPUS and python3"), arguments: ["sans504", "invictus"])
  func sameAsScript(folder: String) throws {
    let corpus = try #require(Corpus.current).path + "/" + folder
    let script = try runProcess(["python3", "tools/audit/facts.py", corpus])
    #expect(script.code == 0, "\(script.error)")
    let facts = try JSONDecoder().decode(Facts.self, from: Data(script.output))
    let directory = try TemporaryDirectory()
    _ = try compact([corpus], into: directory.sub("archive"))
    let archive = try Archive(path: directory.sub("archive"))

    let denials = try Denials(archive).rows
    #expect(
      Dictionary(uniqueKeysWithValues: denials.map { ("\($0.principal)|\($0.source)|\($0.name)", $0.count) })
        == facts.denied)
    for (key, expected) in facts.keys.sorted(by: { $0.key < $1.key }) where AccessKey.isKey(key) {
      let calls = try #require(try ActorProfile(archive, of: key)).calls
      #expect(
        "\(calls.count) \(calls.first) \(calls.last)"
          == "\(expected.calls) \(expected.first) \(expected.last)", "\(key)")
      #expect(calls.failed == expected.failed, "\(key)")
    }
    for (key, events) in facts.issued where AccessKey.isKey(key) {
      let principal = try #require(try Trace(archive, of: key).principals.first, "\(key)")
      #expect(principal.origin.steps.first.map { [$0.event.id] } == events, "\(key)")
    }
    for (name, events) in facts.changes {
      let found = try ResourceHistory(archive, of: name).entries.map(\.event.id)
      #expect(Set(found) == Set(events), "\(name)")
    }
  }

  /// The lab: who brought the bucket down, in one command.
  @Test(.enabled(if: isAvailable, "needs CAIRN_CORPUS and python3"))
  func consoleSessions() throws {
    let directory = try TemporaryDirectory()
    _ = try compact([try #require(Corpus.current).path + "/sans504"], into: directory.sub("archive"))
    let archive = try Archive(path: directory.sub("archive"))
    // A session of root in the console, and the sign-in that began it.
    let root = try #require(try Trace(archive, of: "ASIAU7JNXC7K23F6CKNT").principals.first)
    #expect(
      root.origin.steps.map { "\($0.link.rawValue) \($0.event.time)" } == ["sign-in 2021-07-29T00:07:51Z"])
    #expect(root.origin.isComplete && root.origin.first.type == "Root")
    // Credentials of a service's role.
    let role = try #require(try Trace(archive, of: "ASIAU7JNXC7K3OCC55XI").principals.first)
    #expect(role.origin.steps.map(\.event.name) == ["AssumeRole"])
    #expect(role.origin.first.description == "service cloudtrail.amazonaws.com")
  }
}
