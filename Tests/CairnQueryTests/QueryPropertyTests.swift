import Cairn
import CairnOracle
import CairnSQL
import CairnTestSupport
import Foundation
import Testing

/// Random queries: the engine with all its shortcuts, without them, and the oracle agree.
@Suite struct QueryPropertyTests {
  private static let isLong = ProcessInfo.processInfo.environment["CAIRN_LONG"] != nil

  private func check(
    _ fixture: QueryFixture, seed: UInt64, count: Int, share: Int = 3,
    _ next: (inout QueryGenerator) -> String = { $0.next() }
  ) throws {
    var generator = QueryGenerator(seed: seed, columns: PredicateGenerator.columns(of: fixture.records))
    var nonEmpty = 0
    for round in 0..<count {
      let text = next(&generator)
      guard case .query(let query)? = try SQLParser.parseStatements(text).first else {
        Issue.record("round \(round): no query: \(text)")
        continue
      }
      let expected = try OracleQuery.run(query, on: fixture.oracle, now: queryStart)
      if !expected.rows.isEmpty { nonEmpty += 1 }
      for variant in QueryVariant.all + QueryVariant.passes {
        do {
          let actual = try runQuery(text, on: fixture.archive.path, variant)
          #expect(actual.names == expected.names, "round \(round), \(variant): \(text)")
          if let difference = expected.difference(from: actual.rows) {
            Issue.record("round \(round), \(variant): \(text): \(difference)")
            break
          }
        } catch {
          Issue.record("round \(round), \(variant): \(text): \(error)")
          break
        }
      }
    }
    #expect(nonEmpty > count / share)
  }

  @Test(arguments: 0..<3)
  func oddRecords(seed: UInt64) throws {
    try check(try QueryFixture.odd(seed: seed), seed: seed, count: Self.isLong ? 4000 : 70)
  }

  /// Rows that are looked up, and lists that are compared by classes. The oracle reads all rows for each row, and does so
  /// again within: few rows keep its work small.
  @Test(arguments: 0..<2)
  func correlated(seed: UInt64) throws {
    try check(
      try QueryFixture.odd(seed: 20 + seed, count: Self.isLong ? 120 : 40), seed: seed,
      count: Self.isLong ? 2000 : 60
    ) {
      $0.nextCorrelated()
    }
  }

  /// Conditions outside of what they are about.
  @Test(arguments: 0..<3)
  func planned(seed: UInt64) throws {
    try check(
      try QueryFixture.odd(seed: 40 + seed, count: 40), seed: seed, count: Self.isLong ? 4000 : 60, share: 6
    ) {
      $0.nextPlanned()
    }
  }

  /// Terms of OR that are looked for together.
  @Test func alternatives() throws {
    try check(try QueryFixture.odd(seed: 30), seed: 30, count: Self.isLong ? 4000 : 100) {
      $0.nextAlternatives()
    }
  }

  @Test func generatedHistory() throws {
    try check(try QueryFixture.generated(seed: 7, count: 300), seed: 7, count: Self.isLong ? 4000 : 60)
  }

  @Test(
    .enabled(if: Corpus.current != nil),
    arguments: ["odd/awsdocs_examples.ndjson", "odd/panther_tests.ndjson", "odd/stratus_datadog.ndjson"])
  func corpus(file: String) throws {
    let fixture = try #require(try QueryFixture.corpus(file, count: 120))
    try check(fixture, seed: 77, count: Self.isLong ? 2000 : 40)
  }
}
