import Foundation
import Testing

@testable import CairnSynth

/// The statistics that docs/synth.md states, over a hundred thousand events of the default mix.
@Suite struct StatisticsTests {
  let sample: HistorySample
  var statistics: HistoryStatistics { sample.statistics }

  init() throws {
    sample = try HistorySample.shared.get()
  }

  private func share(_ count: Int) -> Double { Double(count) / Double(statistics.recordCount) }

  @Test func summaryCountsWhatTheTreeHolds() {
    #expect(sample.summary.eventCount == 100_000)
    #expect(statistics.recordCount == 100_000 + sample.summary.duplicateCount)
    #expect(statistics.deliveries.count == 100_000)
    #expect(statistics.objectSizes.count == sample.summary.objectCount)
    #expect(statistics.jsonByteCount == sample.summary.jsonByteCount)
    #expect(statistics.compressedByteCount == sample.summary.compressedByteCount)
  }

  @Test func recordsHaveRealSizes() {
    let mean = Double(statistics.jsonByteCount) / Double(statistics.recordCount)
    #expect((1_200...1_700).contains(mean), "mean record \(mean) bytes")
    let ratio = Double(statistics.jsonByteCount) / Double(statistics.compressedByteCount)
    #expect((5.6...8.5).contains(ratio), "per-object gzip \(ratio)")
  }

  @Test func objectsAreSmallAndPartlyUnordered() {
    let sizes = statistics.objectSizes.sorted()
    #expect((5...20).contains(sizes[sizes.count / 2]), "median \(sizes[sizes.count / 2])")
    #expect(sizes[sizes.count * 99 / 100] < 400)
    #expect(sizes[0] == 1)
    let unordered = Double(statistics.objectsOutOfOrder) / Double(statistics.objectsWithSeveral)
    #expect((0.25...0.5).contains(unordered), "\(unordered) of the objects out of order")
  }

  /// Bounds in percent of all bytes, around the two delivered corpora.
  @Test(arguments: [
    ("userIdentity", 20.0, 34.0), ("requestParameters", 7, 19), ("userAgent", 4, 16), ("tlsDetails", 4, 9),
    ("resources", 3, 13), ("responseElements", 4, 8), ("additionalEventData", 2, 14), ("eventID", 2.5, 4),
    ("requestID", 2.5, 4), ("recipientAccountId", 1.5, 3), ("eventTime", 1.5, 3), ("errorMessage", 0.1, 1.5),
  ])
  func fieldsHaveTheirShare(_ field: String, _ low: Double, _ high: Double) {
    let percent = Double(statistics.byteCount(field)) / Double(statistics.jsonByteCount) * 100
    #expect(percent >= low && percent <= high, "\(field) is \(percent)% of the bytes")
  }

  @Test func kindsAreManyAndZipfian() {
    #expect(statistics.kinds.count >= 200)
    #expect(statistics.sources.count >= 50)
    let counts = statistics.kinds.values.sorted(by: >)
    #expect(share(counts[0]) > 0.05)
    #expect(share(counts[0]) < 0.2)
    #expect(share(counts.prefix(20).reduce(0, +)) > 0.4)
    #expect(share(counts.dropFirst(100).reduce(0, +)) > 0.05)
  }

  @Test func shapesAndPathsAreMany() {
    #expect(statistics.shapes.count >= 800, "\(statistics.shapes.count) shapes")
    #expect(statistics.pathCount >= 700, "\(statistics.pathCount) paths")
  }

  @Test func principalsAreVaried() {
    let types = statistics.identityTypes
    #expect(share(types["AssumedRole"] ?? 0) > 0.6)
    for type in [
      "IAMUser", "AWSService", "AWSAccount", "Root", "SAMLUser", "WebIdentityUser", "IdentityCenterUser",
    ] {
      #expect((types[type] ?? 0) > 0, "no \(type)")
    }
    #expect(statistics.userAgents.count >= 150)
    #expect(statistics.addresses.count >= 1_000)
  }

  @Test func tokensHaveTheEntropyOfRealOnes() {
    let bytes = Double(statistics.tokenBits) / 8 / Double(statistics.recordCount)
    #expect((70...80).contains(bytes), "\(bytes) random bytes in an event")
  }

  @Test func failuresDuplicatesAndLateRecords() {
    #expect((0.03...0.05).contains(share(statistics.errorCount)))
    #expect((0.007...0.013).contains(share(sample.summary.duplicateCount)))
    #expect((0.003...0.02).contains(share(statistics.lateCount)), "\(share(statistics.lateCount)) late")
  }

  @Test func duplicatesHaveTheSameBytesInAnotherObject() {
    for (eventID, places) in statistics.deliveries where places.count > 1 {
      #expect(places.count == 2, "\(eventID)")
      #expect(places[0].hash == places[1].hash)
      #expect(places[0].object != places[1].object)
    }
  }

  @Test func sessionsUseKeysThatWereReturned() {
    #expect(statistics.issued.count > 1_000)
    for (key, use) in statistics.used {
      let issue = statistics.issued[key] ?? "never"
      #expect(issue <= use.first, "\(key) was returned \(issue) and used \(use.first)")
    }
    let share = share(statistics.issued.count)
    #expect((0.025...0.055).contains(share), "\(share) of the events begin a session")
  }

  @Test func sharedEventsPairAcrossAccounts() {
    let pairs = statistics.shared.values.filter { $0.count == 2 }
    #expect(pairs.count > 20)
    for pair in pairs {
      #expect(pair[0].account != pair[1].account)
      #expect(pair[0].eventID != pair[1].eventID)
      #expect(pair[0].requestID == pair[1].requestID)
    }
  }

  @Test func spellingIsThatOfAWS() {
    #expect(statistics.nullPaths == ["requestParameters", "responseElements"])
    #expect(statistics.maxResultsKinds == [0x22, 0x30])
    #expect(statistics.malformedTimes == 0)
    #expect(Set(statistics.versions.keys) == ["1.08", "1.09", "1.10", "1.11"])
    for spelling in [
      "0.0", "E9", "tag beside Tag", "\\u003d", "\\u0026", "\\u003c", "\\u003e", "\\u202f", "\\n",
    ] {
      #expect((statistics.spellings[spelling] ?? 0) > 0, "no \(spelling)")
    }
  }

  /// A prefix only: level 19 takes most of a second for each megabyte; docs/synth.md has the whole stream.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/zstd")))
  func wholeStreamCompressesLikeRealTrails() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/stream.ndjson"
    try Data(sample.stream).write(to: URL(fileURLWithPath: path))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/zstd")
    process.arguments = ["-q", "-19", path]
    try process.run()
    process.waitUntilExit()
    let size = try FileManager.default.attributesOfItem(atPath: path + ".zst")[.size] as? Int ?? 0
    let ratio = Double(sample.stream.count) / Double(max(size, 1))
    #expect((11...15).contains(ratio), "zstd -19 ratio \(ratio)")
  }
}
