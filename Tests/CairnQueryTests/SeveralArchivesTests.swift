import Cairn
import CairnTestSupport
import Glibc
import Testing

/// Several archives that are read as one give what one archive with all of their objects gives.
@Suite struct SeveralArchivesTests {
  private static func object(_ records: [String]) -> [UInt8] {
    Array("{\"Records\":[\(records.joined(separator: ","))]}".utf8)
  }

  /// A record; some without a time, some without an ID, some with their members spelled in another way.
  private static func record(_ number: Int, respelled: Bool, account: Int) -> String {
    let id = number % 11 == 3 ? "" : "\"eventID\":\"id-\(number)\","
    let time =
      number % 13 == 5
      ? "" : "\"eventTime\":\"2024-01-0\(1 + number % 9)T00:00:\(10 + number % 7)Z\","
    let late = number % 26 == 5 ? "\"@timestamp\":\"2024-01-03T10:00:00Z\"," : ""
    let name = respelled ? "\"eventName\":\"\\u006e\(number % 5)\"" : "\"eventName\":\"n\(number % 5)\""
    let members = [
      "\(id)\(time)\(late)\(name)", "\"recipientAccountId\":\"\(account)\"", "\"list\":[{\"a\":\(number)}]",
    ]
    return "{\((respelled ? members.reversed() : members).joined(separator: ","))}"
  }

  private static let statements = [
    "SELECT count(*), count(DISTINCT eventID), count(eventTime), count(list) FROM events",
    "SELECT eventName, count(*) AS n, min(eventTime), max(eventTime) FROM events GROUP BY 1 ORDER BY 1",
    "SELECT eventID, eventTime FROM events WHERE eventName = 'n1' ORDER BY 1, 2",
    "SELECT count(*) FROM events WHERE eventTime >= TIMESTAMP '2024-01-03 00:00:00'",
    "SELECT count(*), sum(t.a) FROM events CROSS JOIN UNNEST(list) AS u(t)",
    "SELECT recipientAccountId, count(*) FROM events WHERE eventJson LIKE '%id-1%' GROUP BY 1 ORDER BY 1",
    "SELECT count(*) FROM events WHERE eventID IN ('id-1', 'id-22', 'id-40')",
    "SELECT eventID FROM events WHERE eventTime IS NOT NULL ORDER BY eventTime DESC, eventID LIMIT 5",
  ]

  private static func rows(_ sql: String, _ paths: [String], _ variant: QueryVariant) throws -> [String] {
    var options = QueryOptions()
    options.mode = variant.mode
    options.threads = variant.threads
    options.memoryLimit = variant.memoryLimit
    let query = try Query(sql, on: try Archive(paths: paths), options: options)
    var rows: [String] = []
    try query.run { batch in
      for row in 0..<batch.rowCount {
        rows.append(query.columns.indices.map { batch[row, $0].text ?? "NULL" }.joined(separator: " "))
      }
    }
    return rows
  }

  @Test(arguments: 0..<6) func likeOne(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let directory = try TemporaryDirectory()
    // Some archives are of one account each, others share accounts.
    let isByAccount = seed % 3 == 0
    var paths: [String] = []
    for archive in 0..<3 {
      // Objects that several archives have are told by their bytes, under any name.
      for number in 0..<4 {
        var records: [String] = []
        for _ in 0..<Int.random(in: 1...25, using: &random) {
          records.append(
            Self.record(
              Int.random(in: 0..<60, using: &random), respelled: Bool.random(using: &random) && archive > 0,
              account: isByAccount ? archive : 7))
        }
        try directory.write("in/\(archive)/\(number).json", Self.object(records))
        if number == 0 {
          try directory.write("in/\((archive + 1) % 3)/copy\(archive).json", Self.object(records))
        }
      }
    }
    for archive in 0..<3 {
      paths.append(directory.sub("archive\(archive)"))
      for run in ["*[01].json", "*.json"] {
        var options = CompactionOptions()
        options.threads = 1
        _ = try compact([directory.sub("in/\(archive)/\(run)")], into: paths[archive], options: options)
      }
    }
    _ = try compact([directory.sub("in")], into: directory.sub("all"))
    for sql in Self.statements {
      let expected = try Self.rows(sql, [directory.sub("all")], QueryVariant(description: ""))
      for variant in QueryVariant.all {
        #expect(try Self.rows(sql, paths, variant) == expected, "\(sql), \(variant)")
        #expect(try Self.rows(sql, paths.reversed() + paths, variant) == expected, "\(sql), \(variant)")
      }
    }
    try Self.expectSameScans(paths, directory.sub("all"))
  }

  private static func expectSameScans(_ paths: [String], _ all: String) throws {
    for condition in [nil, "eventName = 'n2'", "eventID IS NULL"] {
      for isUndated in [false, true] {
        let counts = try [paths, [all]].map { paths in
          var request = ScanRequest()
          request.condition = try condition.map { try Condition($0, now: 0) }
          request.isUndated = isUndated
          let archive = try Archive(paths: paths)
          let count = try Scan(archive, request).count()
          var records = 0
          request.order = .time
          try Scan(archive, request).writeRecords(.compactJSON) { bytes in
            records += bytes.count { $0 == UInt8(ascii: "\n") }
          }
          #expect(records == count)
          return count
        }
        #expect(counts[0] == counts[1])
      }
    }
    let warnings = try [paths, [all]].map { paths in
      var request = ScanRequest()
      request.since = 0
      return try Scan(try Archive(paths: paths), request).warnings
    }
    #expect(warnings[0] == warnings[1])
    let schemas = try [paths, [all]].map { paths in
      try ArchiveSchema(try Archive(paths: paths)).paths.map { "\($0.name) \($0.valueCount)" }.sorted()
    }
    #expect(schemas[0] == schemas[1])
  }

  /// Archives of other accounts or times are told apart without reading an event ID.
  @Test func apartWithoutReading() throws {
    let directory = try TemporaryDirectory()
    for archive in 0..<2 {
      let records = (0..<50).map {
        "{\"eventTime\":\"2024-01-01T00:00:\(10 + $0 % 40)Z\",\"eventID\":\"\($0)\",\"recipientAccountId\":\"\(archive)\"}"
      }
      try directory.write("in/\(archive).json", Self.object(records))
      _ = try compact([directory.sub("in/\(archive).json")], into: directory.sub("\(archive)"))
    }
    let archive = try Archive(paths: [directory.sub("0"), directory.sub("1")])
    let query = try Query("SELECT \"$archive\", count(*) FROM events GROUP BY 1 ORDER BY 1", on: archive)
    var rows: [String] = []
    try query.run { batch in
      for row in 0..<batch.rowCount { rows.append("\(batch[row, 0].text ?? "") \(batch[row, 1].text ?? "")") }
    }
    #expect(rows == ["\(directory.sub("0")) 50", "\(directory.sub("1")) 50"])
    #expect(query.statistics.segmentsRead == 2)
  }

  @Test func names() throws {
    let directory = try TemporaryDirectory()
    for (number, name) in ["a/one", "a/two", "b/three"].enumerated() {
      try directory.write("\(number).json", Self.object(["{\"eventName\":\"n\",\"eventID\":\"\(number)\"}"]))
      try directory.write(name + ".txt", [])
      _ = try compact([directory.sub("\(number).json")], into: directory.sub(name))
    }
    func count(_ words: String...) throws -> Int {
      try Scan(try Archive(named: words.map(directory.sub)), ScanRequest()).count()
    }
    #expect(try count("a/one") == 1)
    #expect(try count("a") == 2)
    #expect(try count("a/one", "b/three", "a/one") == 2)
    #expect(try count("a/[ot]*[eo]", "b") == 3)
    func error(_ words: String...) -> String {
      do {
        _ = try Archive(named: words.map(directory.sub))
        return ""
      } catch { return "\(error)".replacing(directory.path, with: "") }
    }
    #expect(error("a/one", "a/none").contains("/a/none"))
    #expect(error("c*").contains("no archive matches"))
    // A file among the matches of a pattern is no archive.
    #expect(error("a/*").contains("/a/one.txt"))
    try directory.write("a/logs/x", [])
    #expect(error("a").contains("which is none"))
    #expect(error().contains("no archive is named"))
    // An archive that has lost its state is one, and its absence no smaller answer.
    try directory.write("b/four/segments/00000001.cairn", [])
    unlink(directory.sub("b/three/CURRENT"))
    #expect(error("b").contains("/b/"))
  }
}
