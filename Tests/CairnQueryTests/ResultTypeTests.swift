import Cairn
import CairnTestSupport
import Testing

/// Columns of results as flat arrays of one type.
@Suite struct ResultTypeTests {
  private static func archive() throws -> TestArchive {
    let lines = [
      #"{"eventTime":"2024-05-01T00:10:10Z","eventName":"a","eventID":"1","readOnly":true,"n":7,"t":"x"}"#,
      #"{"eventTime":"2024-05-01T00:10:11Z","eventName":"b","eventID":"2","readOnly":false,"n":2.5}"#,
      #"{"eventTime":"none","eventName":"c","eventID":"3","readOnly":"true","n":"9"}"#,
    ]
    return try TestArchive([("a.json", Array(lines.joined(separator: "\n").utf8))])
  }

  /// Each row of a column as a word, and how many values do not have the type.
  private func shown(_ sql: String, as wanted: ResultType? = nil) throws -> (
    type: ResultType?, rows: [String], misfits: Int
  ) {
    let query = try Query(sql, on: try Archive(path: try Self.shared.get().path))
    var batches: [ResultBatch] = []
    try query.run { batches.append($0) }
    let declared = query.columns[0].type
    let type = try wanted ?? #require(query.settledTypes(batches, isComplete: true).first)
    var rows: [String] = []
    var misfits = 0
    for batch in batches {
      let (column, count) = batch.column(0, as: type)
      misfits += count
      func add(_ values: [some CustomStringConvertible], _ isNull: [Bool]) {
        for (row, value) in values.enumerated() {
          rows.append(!isNull.isEmpty && isNull[row] ? "NULL" : "\(value)")
        }
      }
      switch column {
      case .texts(let texts):
        texts.withUnsafeEntries { bytes, ends in
          for code in texts.codes {
            let entry = Int(code)
            if entry == texts.count {
              rows.append("NULL")
              continue
            }
            let start = entry == 0 ? 0 : Int(ends[entry - 1])
            let text = UnsafeBufferPointer(start: bytes + start, count: Int(ends[entry]) - start)
            rows.append(String(decoding: text, as: UTF8.self))
          }
        }
      case .wholes(let values, let isNull): add(values, isNull)
      case .doubles(let values, let isNull): add(values, isNull)
      case .booleans(let values, let isNull): add(values, isNull)
      case .timestamps(let values, let isNull): add(values, isNull)
      case .dates(let values, let isNull): add(values, isNull)
      case .decimals(let values, let isNull): add(values, isNull)
      }
    }
    return (declared, rows, misfits)
  }

  nonisolated(unsafe) private static let shared = Result { try archive() }

  @Test(arguments: [
    ("SELECT count(*) FROM events", ResultType.whole, ["3"]),
    (
      "SELECT eventTime FROM events ORDER BY eventID", .timestamp,
      ["1714522210000000", "1714522211000000", "NULL"]
    ),
    ("SELECT eventName FROM events ORDER BY eventID", .text, ["a", "b", "c"]),
    ("SELECT t FROM events ORDER BY eventID", .text, ["x", "NULL", "NULL"]),
    ("SELECT n FROM events ORDER BY eventID", .text, ["7", "2.5", "9"]),
    ("SELECT readOnly FROM events ORDER BY eventID", .boolean, ["true", "false", "true"]),
    ("SELECT CAST(n AS double) FROM events ORDER BY eventID", .double, ["7.0", "2.5", "9.0"]),
    ("SELECT DATE '2024-01-02' FROM events LIMIT 1", .date, ["19724"]),
    ("SELECT CAST(1.5 AS decimal(10, 2)) FROM events LIMIT 1", .decimal(digits: 10, places: 2), ["150"]),
    ("SELECT max(CAST(eventID AS bigint)) + 1 FROM events", .whole, ["4"]),
    ("SELECT eventName = 'a' FROM events ORDER BY eventID", .boolean, ["true", "false", "false"]),
    (
      "SELECT date_trunc('minute', eventTime) FROM events WHERE eventID < '3' GROUP BY 1", .timestamp,
      ["1714522200000000"]
    ),
  ])
  func typesAndValues(_ sql: String, _ type: ResultType, _ rows: [String]) throws {
    let found = try shown(sql)
    #expect(found.type == nil || found.type == type)
    #expect(try shown(sql, as: type).rows == rows)
    #expect(found.rows == rows)
  }

  /// What has no value of the type is NULL and counted; NULL itself is not.
  @Test func misfitsAreCounted() throws {
    let found = try shown("SELECT n FROM events ORDER BY eventID", as: .whole)
    #expect(found.rows[0] == "7" && found.rows[1] == "NULL" && found.misfits >= 1)
    let missing = try shown("SELECT t FROM events ORDER BY eventID", as: .timestamp)
    #expect(missing.rows == ["NULL", "NULL", "NULL"] && missing.misfits == 1)
  }
}
