import CairnOracle
import CairnSQL
import Testing

/// Random queries parse, and the oracle runs them.
struct QueryGeneratorTests {
  private static let lines = [
    #"{"eventTime":"2024-01-10T00:00:01Z","eventName":"Get","p":{"k":1,"items":[{"name":"a"},2]},"q":"x"}"#,
    #"{"eventTime":"2024-01-10T00:00:02Z","eventName":"Put","p":{"k":"1"},"q":null,"list":["x","y"]}"#,
    #"{"eventTime":"2024-01-11T00:00:03Z","eventName":"Get","p":"text","q":"x","list":[]}"#,
    #"{"eventTime":"2024-01-12T00:00:03Z","eventName":"List","q":{"k":true}}"#,
  ]

  @Test(arguments: 0..<4)
  func queriesRun(seed: UInt64) throws {
    let records = try Self.lines.map { try OracleRecord(json: Array($0.utf8)) }
    let archive = OracleArchive(records.map { OracleSourceRecord(record: $0, key: "part.json") })
    var generator = QueryGenerator(seed: seed, columns: PredicateGenerator.columns(of: records))
    var nonEmpty = 0
    for round in 0..<200 {
      let text = generator.next()
      guard case .query(let query)? = try SQLParser.parseStatements(text).first else {
        Issue.record("round \(round): no query: \(text)")
        continue
      }
      do {
        let result = try OracleQuery.run(query, on: archive)
        if !result.rows.isEmpty { nonEmpty += 1 }
        #expect(result.difference(from: result.cells) == nil, "round \(round): \(text)")
      } catch {
        Issue.record("round \(round): \(text): \(error)")
      }
    }
    #expect(nonEmpty > 70)
  }
}
