import Testing

@testable import CairnSynth

@Suite struct ModelTests {
  @Test func catalogueCoversServicesAndProfiles() {
    let catalog = Catalog()
    #expect(catalog.kinds.count >= 120)
    #expect(catalog.sources.count >= 25)
    #expect(catalog.sources.count < 256, "the index of a service has to fit a register")
    for kind in catalog.kinds {
      let name = "\(kind.source) \(kind.name)"
      #expect((kind.by[.service] ?? 0) == 0 || !kind.services.isEmpty, "\(name) has no calling service")
      #expect(kind.source.hasSuffix(".amazonaws.com"))
    }
    for profile in Profile.allCases {
      #expect(catalog.kinds.contains { ($0.by[profile] ?? 0) > 0 }, "\(profile) makes no calls")
    }
  }

  /// The plan divides exactly, whatever the sizes; a hundred million events cost no more than one.
  @Test(arguments: [1, 999, 100_000, 3_000_000, 100_000_000])
  func cellsAddUpToTheEvents(_ events: Int) {
    var options = SynthOptions(outputPath: "unused")
    options.eventCount = events
    options.dayCount = 45
    options.accountCount = 7
    let plan = HistoryPlan(options: options, start: 1_735_689_600)
    let cells = (0..<plan.cellCount).map { plan.cell($0) }
    #expect(cells.reduce(0) { $0 + $1.eventCount } == events)
    #expect(cells.allSatisfy { $0.eventCount >= 0 && $0.start < $0.end && $0.end <= plan.end })
  }

  @Test func deploymentsCountUpWithoutGaps() throws {
    let organization = Organization(seed: 3, accountCount: 2, regionCount: 2)
    let start = 1_735_689_600
    let schedule = DeploymentSchedule(
      organization: organization, start: start, dayCount: 30, eventCount: 200_000)
    let all = schedule.deployments(account: 0, from: start, to: start + 30 * 86_400)
    let pieces = (0..<30).flatMap {
      schedule.deployments(account: 0, from: start + $0 * 86_400, to: start + ($0 + 1) * 86_400)
    }
    #expect(all == pieces)
    #expect(all.count > 10)
    for service in 0..<DeploymentSchedule.serviceCount {
      let revisions = all.filter { $0.service == service }.map(\.revision)
      let first = try #require(revisions.first)
      #expect(revisions == Array(first..<(first + revisions.count)))
    }
  }

  @Test func timesMatchTheCalendar() {
    #expect(CivilTime.parseDay("2024-02-29") == 1_709_164_800)
    var out = ByteBuffer()
    out.appendISOTime(1_709_164_800 + 86_399)
    out.append(0x20)
    out.appendJavaTime(1_688_991_785, newer: false)
    out.append(0x20)
    out.appendJavaTime(1_709_164_800, newer: true)
    out.append(0x20)
    out.appendExponentTime(1_688_905_708, milliseconds: 620)
    #expect(
      String(decoding: out.bytes, as: UTF8.self)
        == "2024-02-29T23:59:59Z Jul 10, 2023 12:23:05 PM Feb 29, 2024, 12:00:00\\u202fAM 1.68890570862E9")
  }

  @Test func numbersAndTokensHaveTheirForm() {
    var out = ByteBuffer(capacity: 1)
    for value in [0, 9, 10, 99_999, 1_234_567_890_123, -5] {
      out.appendDecimal(value)
      out.append(0x20)
    }
    out.appendUUID(0, 0)
    #expect(
      String(decoding: out.bytes, as: UTF8.self)
        == "0 9 10 99999 1234567890123 -5 00000000-0000-4000-8000-000000000000")
  }

  @Test func weightedChoiceKeepsItsWeights() {
    let choice = WeightedChoice(weights: [1, 0, 6, 3])
    var random = RandomStream(seed: 9)
    var counts = [0, 0, 0, 0]
    for _ in 0..<10_000 { counts[choice.index(&random)] += 1 }
    #expect(counts[1] == 0)
    #expect((800...1_200).contains(counts[0]))
    #expect((5_700...6_300).contains(counts[2]))
  }

  @Test func ranksAreZipfian() {
    let table = ZipfTable(count: 8)
    var counts = Array(repeating: 0, count: 8)
    for bits in 0..<UInt64(1_024) { counts[table.rank(bits)] += 1 }
    #expect(counts == counts.sorted(by: >))
    #expect((340...400).contains(counts[0]))
    #expect(counts[7] > 30)
  }
}
