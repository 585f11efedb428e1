import Cairn
import CairnOracle
import CairnSQL
import CairnTestSupport
import Foundation
import Testing

/// The query suite: queries in the manner of the published ones, held to the oracle and to what DuckDB made
/// of the same records.
@Suite struct SuiteTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Suite")

  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".sql") && !$0.hasSuffix(".duckdb.sql") }.map {
      String($0.dropLast(4))
    }
    .sorted()
  }()

  static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }

  /// What DuckDB gave: the number of rows and their hash, by query.
  private struct Recorded: Decodable {
    let rows: Int
    let sha256: String
  }

  private static let recorded = Result {
    try JSONDecoder().decode([String: Recorded].self, from: Data(try text("expected.json").utf8))
  }

  // Made once, then only read, from any thread.
  /// The records that `tools/query_oracle/run` loads into DuckDB.
  private nonisolated(unsafe) static let full = Result { try QueryFixture.suite(count: 2000) }

  /// Fewer ones, since the oracle joins by nested loops.
  private nonisolated(unsafe) static let small = Result { try QueryFixture.generated(seed: 5, count: 150) }

  @Test func thereAreQueriesWithResults() throws {
    let recorded = try Self.recorded.get()
    #expect(Self.names.count >= 150)
    #expect(Set(recorded.keys) == Set(Self.names))
    #expect(recorded.values.filter { $0.rows == 0 }.count < 3)
  }

  @Test(arguments: names)
  func agreesWithDuckDB(_ name: String) throws {
    let wanted = try #require(try Self.recorded.get()[name])
    let path = try Self.full.get().archive.path
    for variant in QueryVariant.all {
      let rows = try runQuery(try Self.text(name + ".sql"), on: path, variant).rows
      #expect(rows.count == wanted.rows, "\(variant)")
      #expect(SuiteRows.digest(rows) == wanted.sha256, "\(variant)")
    }
  }

  @Test(arguments: names)
  func agreesWithTheOracle(_ name: String) throws {
    let text = try Self.text(name + ".sql")
    let fixture = try Self.small.get()
    guard case .query(let query)? = try SQLParser.parseStatements(text).first else {
      Issue.record("no query")
      return
    }
    let expected = try OracleQuery.run(query, on: fixture.oracle, now: queryStart)
    for variant in QueryVariant.all {
      let actual = try runQuery(text, on: fixture.archive.path, variant)
      #expect(actual.names == expected.names, "\(variant)")
      #expect(expected.difference(from: actual.rows) == nil, "\(variant)")
    }
  }

  /// The oracle alone against DuckDB, where nested loops end in reasonable time.
  @Test(
    .enabled(if: ProcessInfo.processInfo.environment["CAIRN_LONG"] != nil),
    arguments: names)
  func oracleAgreesWithDuckDB(_ name: String) throws {
    let wanted = try #require(try Self.recorded.get()[name])
    guard case .query(let query)? = try SQLParser.parseStatements(try Self.text(name + ".sql")).first else {
      Issue.record("no query")
      return
    }
    let result = try OracleQuery.run(query, on: try Self.full.get().oracle, now: queryStart)
    #expect(result.rows.count == wanted.rows)
    #expect(SuiteRows.digest(result.cells) == wanted.sha256)
  }
}
