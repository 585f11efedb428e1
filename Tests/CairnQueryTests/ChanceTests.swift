import CairnTestSupport
import Testing

/// What has another value each time is asked once a row, whatever the rows' dictionaries have in common (S107).
struct ChanceTests {
  private static let count = 400

  private func archive() throws -> TestArchive {
    let records = (0..<Self.count).map { index in
      let time = "2024-01-01T00:0\(index % 10):00Z"
      return #"{"eventName":"E\#(index % 2)","eventTime":"\#(time)","eventID":"\#(index)","n":1}"#
    }
    let object = "{\"Records\":[\(records.joined(separator: ","))]}"
    return try TestArchive([("AWSLogs/1/CloudTrail/r/2024/01/01/x.json", Array(object.utf8))])
  }

  private func cells(_ sql: String, _ variant: QueryVariant) throws -> [[String?]] {
    let archive = try archive()
    return try withExtendedLifetime(archive) {
      try runQuery(sql, on: archive.path, variant).rows.map { row in
        row.map { cell in cell.map { String(decoding: $0, as: UTF8.self) } }
      }
    }
  }

  @Test func everyRowHasItsOwn() throws {
    for variant in QueryVariant.all {
      for expression in [
        "rand()", "uuid()", "random(0, 9000000000000000000)", "eventName || uuid()", "n + rand()",
        "eventTime || uuid()",
      ] {
        let found = try cells("SELECT approx_distinct(\(expression)) AS n FROM events", variant)
        #expect(found == [["\(Self.count)"]], "\(expression), \(variant)")
      }
    }
  }

  @Test(arguments: [
    "rand() < 0.5", "n = 1 AND rand() < 0.5", "n * rand() < 0.5", "eventName = 'E1' OR rand() < 0.3",
    "eventName IN (SELECT eventName FROM events) AND rand() < 0.5",
  ])
  func conditionsPassSomeRows(_ condition: String) throws {
    for variant in QueryVariant.all {
      let found = try cells("SELECT eventID FROM events WHERE \(condition)", variant)
      #expect(found.count > 50 && found.count < 350, "\(found.count), \(variant)")
    }
  }

  @Test func joinsAskEachPair() throws {
    let found = try cells(
      "SELECT count(*) FROM (SELECT eventID FROM events LIMIT 20) a JOIN (SELECT eventID FROM events LIMIT 20) b "
        + "ON rand() < 0.5", QueryVariant.all[0])
    let count = found.first?.first.flatMap { $0 }.flatMap(Int.init) ?? 0
    #expect(count > 100 && count < 300)
  }

  /// A column is computed once, wherever it is used.
  @Test func aColumnIsOneValue() throws {
    let rows = try cells(
      "SELECT r, r = r AS same FROM (SELECT rand() AS r FROM events) WHERE r < 0.7 ORDER BY r LIMIT 100",
      QueryVariant.all[0])
    let values = rows.compactMap { $0[0].flatMap(Double.init) }
    #expect(values.count == 100)
    #expect(values == values.sorted())
    #expect(rows.allSatisfy { $0[1] == "true" })
    #expect(values.allSatisfy { $0 < 0.7 })
    let shuffled = try cells("SELECT eventID FROM events ORDER BY rand()", QueryVariant.all[0])
    #expect(Set(shuffled.map(\.[0])).count == Self.count)
    #expect(shuffled.map(\.[0]) != (0..<Self.count).map { "\($0)" })
  }
}
