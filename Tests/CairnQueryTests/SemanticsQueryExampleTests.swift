import Cairn
import CairnOracle
import CairnSQL
import CairnTestSupport
import Testing

/// Every query example of `docs/semantics.md`, executed by the engine.
struct SemanticsQueryExampleTests {
  static let examples = (try? SemanticsDocument.load())?.queries ?? []

  @Test(arguments: examples)
  func exampleHolds(_ example: SemanticsDocument.QueryExample) throws {
    let key = SemanticsDocument.QueryExample.objectKey
    var records = example.records
    if let first = records.first, !records.contains(where: { $0.contains("eventTime") }) {
      // What has no field of CloudTrail's is not taken for a log.
      records[0] =
        first.dropLast() + #","eventVersion":"1.08","eventSource":"s","awsRegion":"r","eventID":"i"}"#
    }
    let object = "{\"Records\":[\(records.joined(separator: ","))]}"
    let archive = try TestArchive([(key, Array(object.utf8))])
    guard let expected = example.expected else {
      #expect(throws: (any Error).self) { try runQuery(example.query, on: archive.path) }
      return
    }
    var names: [String] = []
    var lines: [String] = []
    var options = QueryOptions()
    options.now = queryStart * 1000
    let query = try Query(example.query, on: try Archive(path: archive.path), options: options)
    names = query.columns.map(\.name)
    try query.run { batch in
      for row in 0..<batch.rowCount {
        let values = names.indices.map { String(decoding: batch[row, $0].json, as: UTF8.self) }
        // The key that the archive has is that of the test's directory.
        let line = values.joined(separator: ",").replacing(archive.source.dropFirst() + "/", with: "")
        lines.append("[\(line)]")
      }
    }
    #expect("[" + names.map { "\"\($0)\"" }.joined(separator: ",") + "]" == expected.first)
    if example.query.contains("ORDER BY") {
      #expect(lines == Array(expected.dropFirst()) || lines.sorted() == expected.dropFirst().sorted())
    } else {
      #expect(lines.sorted() == expected.dropFirst().sorted())
    }
  }
}
