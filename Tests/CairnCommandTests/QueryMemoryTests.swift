import CairnTestSupport
import Foundation
import Glibc
import Testing

/// `cairn query --memory 64MiB` on 200,000 events, 300 MB of JSON: the process stays within 1.25 × 256 MiB. What it may take is bounded by the kernel, as data of its own: temporary files do not count.
@Suite(
  .enabled(if: ProcessInfo.processInfo.environment["CAIRN_LONG"] != nil), .serialized)
struct QueryMemoryTests {
  private static let work = try? TemporaryDirectory()

  /// Made once for all questions.
  private static let archive = Result {
    let directory = try #require(work?.path)
    let (logs, archive) = (directory + "/logs", directory + "/archive")
    try Binary.run("synth", "--events", "200000", "--days", "24", "--seed", "1", "--out", logs)
    try Binary.run("compact", logs, "--into", archive, "--quiet")
    try FileManager.default.removeItem(atPath: logs)
    return archive
  }

  @Test(arguments: [
    "SELECT eventID, eventJson FROM events ORDER BY eventJson",
    "SELECT * FROM events ORDER BY eventName DESC, eventID",
    "SELECT eventID, lag(eventJson) OVER (ORDER BY eventTime) FROM events",
    "SELECT eventID, rank() OVER (PARTITION BY sourceIPAddress ORDER BY eventJson) FROM events",
    "SELECT a.eventJson, b.eventJson FROM events a JOIN events b ON a.eventID = b.eventID",
    "SELECT DISTINCT eventJson FROM events",
    "SELECT eventJson, count(*), min(eventTime) FROM events GROUP BY eventJson",
    "SELECT eventID, array_agg(eventName), count(DISTINCT eventName) FROM events GROUP BY eventID",
    "SELECT eventName, array_agg(eventJson), max(eventJson) FROM events GROUP BY eventName",
    "SELECT count(DISTINCT eventJson), count(DISTINCT requestID) FROM events",
    "SELECT eventJson FROM events INTERSECT SELECT eventJson FROM events",
  ])
  func peakIsBounded(_ sql: String) throws {
    let archive = try Self.archive.get()
    let command = try Binary.command([
      "query", archive, sql, "--memory", "64MiB", "--output", "csv", "--quiet",
    ])
    let result = try runProcess(
      ["/bin/sh", "-c", "ulimit -d \(320 << 10); exec \"$@\" >/dev/null", "sh"] + command)
    #expect(result.code == 0, "\(result.error)")
  }
}
