import Cairn
import CairnTestSupport
import Foundation
import Testing

/// Whatever is asked of hostile values, a row's JSON is JSON.
struct OutputJSONTests {
  private static let texts = [
    ".5", "007", "1.", "+5", "-.5", "1e3", "1e400", "-0", "-", "", "NaN", "Infinity", "0x10", "00.50", "1.e2",
    "99999999999999999999999999999999999999999", "\\u0001\\n\\\"", "\\ud800", "{\\\"a\\\":1,}", "2024-01-01",
  ]

  private static let expressions = [
    "s", "round(s)", "round(s, 3)", "abs(s)", "-s", "+s", "s + 0", "s * 1", "truncate(s, 1)", "sign(s)",
    "ceil(s)",
    "CAST(s AS decimal(20, 3))", "CAST(s AS double)", "CAST(s AS real)", "ARRAY[s, -s]", "ROW(s, abs(s))",
    "map(ARRAY[s], ARRAY[round(s)])", "CAST(ROW(s) AS json)", "n", "-n", "round(n, 1)", "n / 3",
    "greatest(n, 1)",
    "approx_percentile(n, 0.5)", "sum(s)", "avg(n)", "max(s)", ".5", "007", "1.", "-.5", "1e300 * 1e10",
    "1e-320",
    "s || n", "mod(s, 7)", "json_parse(s)", "json_format(s)", "concat(s, '\u{1}')", "array_agg(n)",
  ]

  @Test(arguments: expressions)
  func parses(_ expression: String) throws {
    let numbers = ["0", "-0.0", "1E5", "1e-7", "123456789012345678901234567890", "0.10", "5"]
    let records = Self.texts.enumerated().map { index, text in
      "{\"eventName\":\"E\",\"eventTime\":\"2024-01-01T00:00:\(10 + index)Z\",\"eventID\":\"\(index)\",\"s\":\"\(text)\","
        + "\"n\":\(numbers[index % numbers.count])}"
    }
    let archive = try TestArchive([
      ("x.json", Array("{\"Records\":[\(records.joined(separator: ","))]}".utf8))
    ])
    let isAggregate = ["approx_percentile", "sum(", "avg(", "max(", "array_agg"].contains {
      expression.hasPrefix($0)
    }
    let sql = "SELECT \(expression) FROM events" + (isAggregate ? " GROUP BY eventID" : "")
    let query = try Query(sql, on: try Archive(path: archive.path), options: QueryOptions())
    var count = 0
    try query.run { batch in
      for row in 0..<batch.rowCount {
        let json = batch[row, 0].json
        // Foundation refuses lone surrogates, which records may have, and numbers beyond doubles.
        let text = String(decoding: json, as: UTF8.self).replacing("1e400", with: "1e40")
        let value = try? JSONSerialization.jsonObject(with: Data("[\(text)]".utf8))
        #expect(value != nil, "\(text)")
        count += 1
      }
    }
    #expect(count == Self.texts.count)
  }
}
