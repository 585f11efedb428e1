import CairnTestSupport
import Testing

@testable import Cairn

/// INTERSECT and EXCEPT of values of every kind, in memory and in temporary files.
@Suite struct SetOperationTests {
  /// Rows 0 to 5 are the left side, the others the right one.
  private static let values: [String?] = [
    "1", "1.0", "\"1\"", "true", "null", #"{"a":1}"#, "1", #""true""#, nil, #"{"a":1.0}"#, "[1]", "null",
  ]

  private static func archive() throws -> TestArchive {
    let lines = values.enumerated().map { index, value in
      let member = value.map { #","v":\#($0)"# } ?? ""
      return
        #"{"eventTime":"2024-05-01T00:00:\#(10 + index)Z","eventName":"N","eventID":"i\#(index)","n":\#(index)\#(member)}"#
    }
    return try TestArchive([("a.json", Array(lines.joined(separator: "\n").utf8))])
  }

  @Test(arguments: [
    ("SELECT v FROM events WHERE n < 6 EXCEPT SELECT v FROM events WHERE n > 5", "1|true"),
    ("SELECT v FROM events WHERE n < 6 EXCEPT ALL SELECT v FROM events WHERE n > 5", "1.0|1|true"),
    ("SELECT v FROM events WHERE n < 6 INTERSECT SELECT v FROM events WHERE n > 5", #"1|NULL|{"a":1}"#),
    ("SELECT v FROM events WHERE n < 6 INTERSECT ALL SELECT v FROM events WHERE n > 5", #"1|NULL|{"a":1}"#),
    ("SELECT v FROM events WHERE n > 5 INTERSECT ALL SELECT v FROM events WHERE n < 6", #"1|NULL|{"a":1.0}"#),
    ("SELECT v FROM events EXCEPT SELECT v FROM events", ""),
    ("SELECT v FROM events INTERSECT SELECT eventName FROM events", ""),
    ("SELECT v FROM events WHERE n IN (0, 1, 6) EXCEPT ALL SELECT v FROM events WHERE n = 0", "1.0|1"),
    ("SELECT v FROM events EXCEPT SELECT v FROM events WHERE FALSE", #"1|1|true|NULL|{"a":1}|true|[1]"#),
    ("SELECT n % 2 FROM events INTERSECT ALL VALUES 1, 1, 0, 7", "0|1|1"),
    (
      "SELECT concat(CAST(x AS varchar), y) FROM (SELECT n % 2 AS x, eventName AS y FROM events INTERSECT SELECT n, eventName FROM events)",
      "0N|1N"
    ),
    (
      "SELECT concat(CAST(x AS varchar), coalesce(y, '-')) FROM (SELECT n % 2 AS x, v AS y FROM events WHERE n > 3 EXCEPT SELECT 0, NULL)",
      #"1{"a":1}|01|1true|0[1]|1-"#
    ),
  ])
  func mixedValues(_ sql: String, _ wanted: String) throws {
    let archive = try Self.archive()
    for variant in QueryVariant.all + [QueryVariant(memoryLimit: 200, description: "no memory")] {
      let rows = try runQuery(sql, on: archive.path, variant).rows.map { row in
        row[0].map { String(decoding: $0, as: UTF8.self) } ?? "NULL"
      }
      #expect(rows.joined(separator: "|") == wanted, "\(variant)")
    }
  }
}
