import CairnOracle
import CairnSQL
import Testing

/// Every query example of `docs/semantics.md`, executed against the oracle.
struct SemanticsQueryTests {
  static let examples = (try? SemanticsDocument.load())?.queries ?? []

  @Test func thereAreExamples() {
    #expect(Self.examples.count > 70)
  }

  @Test(arguments: examples)
  func exampleHolds(_ example: SemanticsDocument.QueryExample) throws {
    let records = try example.records.map { json in
      OracleSourceRecord(
        record: try OracleRecord(json: Array(json.utf8)), key: SemanticsDocument.QueryExample.objectKey)
    }
    let statements = try SQLParser.parseStatements(example.query)
    guard statements.count == 1, case .query(let query) = statements[0] else {
      Issue.record("not one query")
      return
    }
    let archive = OracleArchive(records)
    guard let expected = example.expected else {
      #expect(throws: OracleError.self) { try OracleQuery.run(query, on: archive) }
      return
    }
    let lines = try OracleQuery.run(query, on: archive).lines
    #expect(lines.first == expected.first)
    if query.ordering.isEmpty {
      #expect(lines.dropFirst().sorted() == expected.dropFirst().sorted())
    } else {
      #expect(lines == expected)
    }
  }
}
