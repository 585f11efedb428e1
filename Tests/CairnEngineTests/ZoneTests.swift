import CairnStorage
import CairnTestSupport
import Foundation
import Testing

@testable import Cairn

/// Zones of the system's database against Foundation's, and files that are none.
@Suite struct ZoneTests {
  private static let names = [
    "America/New_York", "America/Sao_Paulo", "America/Santiago", "America/Nuuk", "Europe/Berlin",
    "Europe/London", "Europe/Dublin", "Africa/Cairo", "Africa/Casablanca", "Asia/Kolkata", "Asia/Kathmandu",
    "Asia/Tokyo", "Asia/Jerusalem", "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland",
    "Pacific/Chatham", "Pacific/Apia", "Etc/GMT+5", "Antarctica/Troll",
  ]

  private static let hasZones = (try? Directory.status(ZoneRules.directory))?.kind == .directory

  private static func zone(_ name: String, _ directory: String = ZoneRules.directory) throws -> ZoneRules {
    try ZoneRules(name: Array(name.utf8), directory: directory)
  }

  /// From 1972 to 2037 by the files' lists. Foundation has a database of its own, which may be older or newer.
  @Test(.enabled(if: Self.hasZones), arguments: names)
  func agreesWithFoundation(name: String) throws {
    let zone = try Self.zone(name)
    let other = try #require(TimeZone(identifier: name))
    var random = SeededGenerator(seed: 4)
    var differences = 0
    for _ in 0..<2000 {
      let seconds = Int64(random.below(2_100_000_000)) + 63_072_000
      let wanted = other.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
      if zone.offset(at: seconds) != wanted { differences += 1 }
      let clock = seconds + Int64(wanted)
      let found = clock - Int64(zone.offset(atClock: clock))
      // Another point may show the same time, an hour or so before.
      #expect((seconds - 7200...seconds).contains(found) || zone.offset(at: seconds) != wanted)
    }
    #expect(differences < 60, "\(differences) of 2000")
  }

  private struct Case: Sendable, CustomTestStringConvertible {
    var rule: String
    var time: String
    var offset: Int
    var testDescription: String { "\(rule) \(time)" }
  }

  @Test(arguments: [
    Case(rule: "EST5EDT,M3.2.0,M11.1.0", time: "2023-03-12T06:59:59Z", offset: -18_000),
    Case(rule: "EST5EDT,M3.2.0,M11.1.0", time: "2023-03-12T07:00:00Z", offset: -14_400),
    Case(rule: "EST5EDT,M3.2.0,M11.1.0", time: "2023-11-05T05:59:59Z", offset: -14_400),
    Case(rule: "EST5EDT,M3.2.0,M11.1.0", time: "2023-11-05T06:00:00Z", offset: -18_000),
    Case(rule: "CET-1CEST,M3.5.0,M10.5.0/3", time: "2023-03-26T01:00:00Z", offset: 7200),
    Case(rule: "CET-1CEST,M3.5.0,M10.5.0/3", time: "2023-10-29T01:00:00Z", offset: 3600),
    Case(rule: "AEST-10AEDT,M10.1.0,M4.1.0/3", time: "2023-12-31T20:00:00Z", offset: 39_600),
    Case(rule: "AEST-10AEDT,M10.1.0,M4.1.0/3", time: "2024-01-01T20:00:00Z", offset: 39_600),
    Case(rule: "AEST-10AEDT,M10.1.0,M4.1.0/3", time: "2024-07-01T20:00:00Z", offset: 36_000),
    Case(rule: "IST-1GMT0,M10.5.0,M3.5.0/1", time: "2024-01-01T00:00:00Z", offset: 0),
    Case(rule: "IST-1GMT0,M10.5.0,M3.5.0/1", time: "2024-07-01T00:00:00Z", offset: 3600),
    Case(rule: "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", time: "2024-03-31T00:59:59Z", offset: -7200),
    Case(rule: "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", time: "2024-03-31T01:00:00Z", offset: -3600),
    Case(rule: "<+0530>-5:30", time: "2024-03-31T01:00:00Z", offset: 19_800),
    Case(rule: "AAA1BBB,J60/0,J365/23", time: "2024-03-01T00:59:59Z", offset: -3600),
    Case(rule: "AAA1BBB,J60/0,J365/23", time: "2024-03-01T01:00:00Z", offset: 0),
    Case(rule: "AAA1BBB,59/0,364/23", time: "2024-02-29T01:00:00Z", offset: 0),
  ])
  private func rules(_ test: Case) throws {
    let rule = try #require(ZoneRule(Array(test.rule.utf8)[...]))
    let milliseconds = try #require(parseTime(test.time))
    #expect(rule.offset(at: milliseconds / 1000) == test.offset)
  }

  @Test(arguments: [
    "", "E5", "EST", "EST5E", "EST5EDT", "EST5EDT,", "EST5EDT,M3.2.0", "EST5EDT,M13.1.0,M1.1.0",
    "EST5EDT,M3.6.0,M1.1.0",
    "EST5EDT,M3.2.7,M1.1.0", "EST168", "EST5EDT,J0,J1", "EST5EDT,366,1", "<EST5", "EST5EDT,M3.2.0,M11.1.0x",
    "EST5:60", "EST99999999999999999999",
  ])
  func noRules(text: String) { #expect(ZoneRule(Array(text.utf8)[...]) == nil) }

  @Test func namesStayInTheDirectory() throws {
    let directory = try TemporaryDirectory()
    try directory.write("zones/Bad", [1, 2, 3])
    let zones = directory.sub("zones")
    func failure(_ name: String, _ directory: String) -> ZoneRules.Failure? {
      do throws(ZoneRules.Failure) {
        _ = try ZoneRules(name: Array(name.utf8), directory: directory)
        return nil
      } catch { return error }
    }
    for name in ["../zones/Bad", "/Bad", "Bad/", "./Bad", "", "B\u{0}ad", "Not", "Bad/Worse"] {
      #expect(failure(name, zones) == .unknown, "\(name)")
    }
    #expect(failure("Bad", zones) == .damaged)
    #expect(failure("Bad", directory.sub("none")) == .noDatabase)
    try directory.write("zones/sub/Bad", [])
    #expect(failure("sub", zones) == .unknown)
    #expect(failure("sub/Bad", zones) == .damaged)
    // A file that is there and cannot be read is no unknown zone.
    #expect(symlink("Loop", zones + "/Loop") == 0)
    #expect(
      failure("Loop", zones) == .unreadable(.io(path: zones + "/Loop", action: "open", errno: ELOOP)))
  }

  /// Files cut and changed anywhere: a zone or none, never a trap.
  @Test(.enabled(if: Self.hasZones))
  func damagedFiles() throws {
    var random = SeededGenerator(seed: 9)
    for name in ["America/New_York", "Etc/UTC", "Australia/Lord_Howe"] {
      let bytes = try File.readAll(ZoneRules.directory + "/" + name)
      #expect(ZoneFile.read(bytes) != nil)
      for length in 0..<min(bytes.count, 300) { #expect(ZoneFile.read(Array(bytes.prefix(length))) == nil) }
      for _ in 0..<3000 {
        var changed = bytes
        for _ in 0...random.below(3) { changed[random.below(changed.count)] = UInt8(random.below(256)) }
        for seconds in [-60_000_000_000, 0, 1_700_000_000, 250_000_000_000] as [Int64] {
          _ = ZoneFile.read(changed)?.offset(at: seconds)
          _ = ZoneFile.read(changed)?.offset(atClock: seconds)
        }
      }
    }
  }
}
