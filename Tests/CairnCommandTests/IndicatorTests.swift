import Cairn
import CairnTestSupport
import Testing

/// Indicators as lists of them spell what they mean.
@Suite struct IndicatorTests {
  private static let hash = "0123456789abcdef0123456789abcdef"

  private func archive() throws -> TestArchive {
    var records = AuditRecords()
    records.add(
      "one", "2025-01-01T00:00:00Z", "s3", "PutObject",
      request:
        #"{"url":"https://evil.example/a","md5":"\#(Self.hash)","six":"[2001:db8::7]:443","note":"arn:aws:iam::1:role/a","time":"12:34:56","many":"::123456"}"#
    )
    return try records.archive()
  }

  @Test(arguments: [
    "203.0.113.7", "203[.]0[.]113[.]7", "203.0.113[.7", "203.0.113.7:443", "[203.0.113.7]:80", "203.0.113.*",
    "203.0.*.*", "203[.]0[.]113[.]0/24", "203.0.113(DOT)7", "2001:0DB8:0::0007", "[2001:db8::7]",
    "2001:db8::/32",
    "HXXPS://evil[.]example", "hxxps[:]//evil{.}example", "0123456789ABCDEF0123456789ABCDEF",
    "arn:aws:iam::*:role/a", "arn:aws:iam::?:role/*", "arn:aws:iam::111111111111:user/ali*",
  ])
  func found(given: String) throws {
    let stored = try archive()
    let archive = try Archive(path: stored.path)
    let indicator = try Indicator(given)
    #expect(try IndicatorSearch(archive, for: [indicator]).eventCount == 1)
    // The same among others, which are found by the automaton and by the sieve.
    let others = try ["no-such-thing", "zz", "10.9.8.7", "arn:aws:iam::*:role/b*"].map { try Indicator($0) }
    #expect(try IndicatorSearch(archive, for: others + [indicator]).hits.map(\.count) == [0, 0, 0, 0, 1])
  }

  /// Those with wildcards are looked for by a part of them where it is long enough, whatever else is looked for.
  @Test func manyNamesWithWildcards() throws {
    let stored = try archive()
    let archive = try Archive(path: stored.path)
    let given = [
      "arn:aws:iam::*:role/a", "arn:aws:iam::1*", "arn:aws:*:*:*:*", "arn:*", "arn:aws:iam::?:r*e/?",
      "arn:aws:iam::2:role/*",
      "arn:aws:iam::111111111111:user/al?c*", "arn:aws:iam::1:role/a?", "arn:aws:s3:::*", "user/alice",
      "arn:aws:iam::*:role/a",
    ]
    let wanted = [1, 1, 1, 1, 1, 0, 1, 0, 0, 1, 1]
    func counts(_ given: [String], ignoresCase: Bool = false) throws -> [Int] {
      try IndicatorSearch(archive, for: try given.map { try Indicator($0) }, ignoresCase: ignoresCase).hits
        .map(\.count)
    }
    #expect(try counts(given) == wanted)
    #expect(try given.map { try counts([$0])[0] } == wanted)
    let capital = given.map { $0.hasPrefix("arn:") ? "arn:" + $0.dropFirst(4).uppercased() : $0.uppercased() }
    #expect(try counts(capital, ignoresCase: true) == wanted)
    #expect(try capital.map { try counts([$0], ignoresCase: true)[0] } == wanted)
    #expect(try counts(capital.filter { $0 != "arn:*" }).allSatisfy { $0 == 0 })
  }

  @Test(arguments: ["203.0.114.*", "203.0.113.7:x", "arn:aws:iam::*:group/a", "12:34:56::", "EVIL.example"])
  func notFound(given: String) throws {
    let stored = try archive()
    #expect(try IndicatorSearch(try Archive(path: stored.path), for: [Indicator(given)]).eventCount == 0)
  }

  @Test func lists() throws {
    let list = try Indicator.list(
      "\u{FEFF}203.0.113.7 # a\r\n198.51.100.1\tscanner\r\n198.51.100.2 // b\n198.51.100.3 ; c\n"
        + "// d\n; e\n198.51.100.4 command and control\n198.51.100.0/24;x\nAWS Internal\n"
        + "\"https://a.example//b\",high\nhxxp://a[.]example\n")
    #expect(
      list.map(\.text) == [
        "203.0.113.7", "198.51.100.1", "198.51.100.2", "198.51.100.3", "198.51.100.4", "198.51.100.0/24",
        "AWS Internal", "https://a.example//b", "http://a.example",
      ])
  }
}
