import CairnTestSupport
import Testing

@testable import Cairn
@testable import CairnStorage

/// Conditions on the text of whole records, which are looked for without putting records together: the same rows as
/// where every record is put together.
@Suite struct RecordTextTests {
  /// Values of every encoding and kind, letters whose other case is no letter of ASCII, escapes, keys in capitals.
  private static func records(_ random: inout SeededGenerator) -> [String] {
    let words = [
      "DeleteBucket", "deletebucket", "\u{212A}elvin", "kelvin", "\u{130}stanbul", "istanbul", "\u{17F}hort",
      "SHORT",
      "stra\u{DF}e", "\u{131}nfo", "INFO", "a\\u003db", "a=b", "tab\\there", "quote\\\"here", "prod-logs",
      "PROD-LOGS",
      "x/y", "x\\/y", "\u{C9}t\u{E9}",
    ]
    func hex(_ count: Int) -> String {
      String((0..<count).map { _ in random.pick(Array("0123456789abcdef")) })
    }
    return (0..<400).map { index in
      var members = [
        #""eventTime":"2024-05-0\#(1 + index % 9)T10:\#(10 + index % 50):00Z""#,
        #""eventID":"\#(hex(8))-\#(hex(4))-4\#(hex(3))-a\#(hex(3))-\#(hex(12))""#,
        #""eventName":"\#(random.pick(words))""#,
        #""requestParameters":{"bucketName":"\#(random.pick(words))","Key":"logs/2024/\#(hex(10))/\#(random.pick(words)).gz","n":\#(random.below(3000)),"d":1.5E\#(random.below(9)),"ok":\#(random.chance(2))}"#,
        #""resources":[{"ARN":"arn:aws:s3:::\#(random.pick(words))/logs"},{"ARN":"\#(random.pick(words))"}]"#,
      ]
      if random.chance(3) { members.append(#""errorCode":"\#(random.pick(words))","nothing":null"#) }
      if random.chance(20) { members.append(#""KEY\#(random.below(5))":"v""#) }
      return "{" + members.joined(separator: ",") + "}"
    }
  }

  /// A text for SQL's quotes.
  private func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }

  @Test(arguments: 0..<4) func sameAsPutTogether(seed: UInt64) throws {
    var random = SeededGenerator(seed: 900 + seed)
    let records = Self.records(&random)
    let archive = try TestArchive([("records.json", Array(records.joined(separator: "\n").utf8))])
    let operators = Set("\\^$.|?*+()[]{}\"%_'")
    func piece() -> String {
      let record = Array(random.pick(records).unicodeScalars)
      let start = random.below(record.count)
      let part = String(
        String.UnicodeScalarView(record[start..<min(record.count, start + 1 + random.below(14))]))
      return random.pick([part, part, part.lowercased(), part.uppercased()])
    }
    func plain() -> String {
      while true {
        let text = piece()
        if !text.contains(where: operators.contains) { return text }
      }
    }
    var nonEmpty = 0
    for round in 0..<60 {
      let column = random.pick(["eventJson", "eventJson", "requestParameters", "resources"])
      let (a, b, c) = (plain(), plain(), plain())
      let condition = random.pick([
        "lower(\(column)) LIKE \(quoted("%" + a.lowercased() + "%"))",
        "upper(\(column)) LIKE \(quoted("%" + a.uppercased() + "%"))",
        "lower(\(column)) LIKE \(quoted("%" + a + "%" + b + "%"))",
        "\(column) ILIKE \(quoted("%" + a + "%"))",
        "regexp_like(\(column), \(quoted(a)))",
        "regexp_like(\(column), \(quoted("(?i)" + a)))",
        "regexp_like(\(column), \(quoted("(?i)" + a + ".*" + b)))",
        "regexp_like(\(column), \(quoted(a + "|" + b + "|" + c)))",
        "regexp_like(lower(\(column)), \(quoted(a.lowercased() + "|" + b.lowercased())))",
        "regexp_like(\(column), \(quoted(a + "[a-z0-9]*")))",
        "strpos(\(column), \(quoted(a))) > 0", "strpos(lower(\(column)), \(quoted(a.lowercased()))) <> 0",
        "position(\(quoted(a)) IN \(column)) >= 1",
        "\(column) LIKE \(quoted("%" + a + "%")) OR lower(\(column)) LIKE \(quoted("%" + b.lowercased() + "%"))",
        "\(column) LIKE \(quoted("%" + a + "%")) OR \(column) ILIKE \(quoted("%" + b + "%")) OR regexp_like(\(column), \(quoted(c)))",
        "NOT regexp_like(\(column), \(quoted(a)))", "strpos(\(column), \(quoted(a))) = 0",
      ])
      let sql = "SELECT count(*), min(eventID), max(eventID) FROM events WHERE \(condition)"
      let answers = try QueryVariant.all.map { variant in
        try runQuery(sql, on: archive.path, variant).rows.map {
          $0.map { $0.map { String(decoding: $0, as: UTF8.self) } }
        }
      }
      for (variant, answer) in zip(QueryVariant.all, answers) {
        #expect(answer == answers[0], "\(round), \(variant): \(sql)")
      }
      if answers[0].first?.first != "0" { nonEmpty += 1 }
    }
    #expect(nonEmpty > 20)
  }

  /// Records whose letters in other cases are none of ASCII are found by these.
  @Test func otherCases() throws {
    let filler = (0..<200).map { #"{"eventID":"f\#($0)","eventName":"Other"}"# }
    let records =
      filler + [
        #"{"eventID":"kelvin","eventName":"\#u{212A}elvin"}"#,
        #"{"eventID":"dotted","eventName":"\#u{130}d"}"#,
        #"{"eventID":"long","eventName":"\#u{17F}hort"}"#, #"{"eventID":"dotless","eventName":"\#u{131}d"}"#,
      ]
    let archive = try TestArchive([("records.json", Array(records.joined(separator: "\n").utf8))])
    for (condition, ids) in [
      ("lower(eventJson) LIKE '%kelvin\"}'", ["kelvin"]), ("lower(eventJson) LIKE '%:\"id\"%'", ["dotted"]),
      ("upper(eventJson) LIKE '%:\"SHORT\"%'", ["long"]), ("upper(eventJson) LIKE '%:\"ID\"%'", ["dotless"]),
      ("eventJson ILIKE '%:\"KELVIN\"%'", ["kelvin"]),
      ("regexp_like(eventJson, '(?i):\"kelvin')", ["kelvin"]),
      ("regexp_like(eventJson, '(?i):\"short')", ["long"]),
      ("strpos(lower(eventJson), ':\"kelvin') > 0", ["kelvin"]),
    ] {
      for variant in QueryVariant.all {
        let rows = try runQuery("SELECT eventID FROM events WHERE \(condition)", on: archive.path, variant)
          .rows
        #expect(
          rows.map { $0[0].map { String(decoding: $0, as: UTF8.self) } } == ids, "\(variant): \(condition)")
      }
    }
  }
}
