import Cairn
import CairnTestSupport
import Testing

/// Rows as an embedder takes them: by name, typed, decoded, and one after the other from a task.
@Suite struct RowTests {
  nonisolated(unsafe) private static let archive: Result<TestArchive, any Error> = Result {
    let records = (0..<5000).map { n in
      #"{"eventTime":"2025-01-30T\#(n % 10 + 10):00:00.5Z","eventName":"Call\#(n % 7)","eventID":"id-\#(10000 + n)","#
        + #""readOnly":\#(n % 2 == 0),"requestParameters":{"size":\#(n).0,"tags":[{"key":"k\n","value":null}],"#
        + #""price":1.25,"big":18446744073709551615,"Mixed":"text"}\#(n % 3 == 0 ? #","errorCode":"AccessDenied""# : "")}"#
    }
    return try TestArchive([("a.json", Array(records.joined(separator: "\n").utf8))])
  }

  private static func query(_ sql: String) throws -> Query {
    try Query(sql, on: Archive(path: try archive.get().path))
  }

  private static let one =
    "SELECT * FROM (SELECT eventTime, eventName, eventID, readOnly, errorCode, requestParameters FROM events) WHERE eventID = 'id-10003'"

  struct Event: Decodable, Equatable {
    struct Tag: Decodable, Equatable {
      var key: String
      var value: String?
    }
    struct Parameters: Decodable, Equatable {
      var size: Int
      var price: Double
      var big: UInt64
      var tags: [Tag]
      var mixed: String
    }
    var eventTime: QueryTime
    var eventName: String
    var readOnly: Bool
    var errorCode: String?
    var requestParameters: Parameters
  }

  @Test func valuesByName() throws {
    var rows = 0
    try Self.query(Self.one).forEach { row in
      rows += 1
      #expect(
        row.columns == ["eventTime", "eventName", "eventID", "readOnly", "errorCode", "requestParameters"])
      #expect(row["eventName"]?.text == "Call3")
      #expect(row["EVENTname"]?.text == "Call3")
      #expect(row[1].text == "Call3")
      #expect(row["nothing"] == nil)
      #expect(row["errorCode"]?.isNull == false)
      #expect(row["readOnly"]?.boolean == false)
      #expect(row["eventTime"]?.time?.description == "2025-01-30T13:00:00.500000Z")
      #expect(
        row["eventName"]?.whole == nil && row["eventName"]?.time == nil && row["eventName"]?.boolean == nil)
    }
    #expect(rows == 1)
    try Self.query(
      "SELECT count(*) AS n, CAST(sum(requestParameters.size) AS bigint) AS s, NULL AS x FROM events"
    )
    .forEach { row in
      #expect(row["n"]?.whole == 5000)
      #expect(row["s"]?.double == 12_497_500)
      #expect(row["x"]?.isNull == true && row["x"]?.whole == nil)
    }
  }

  @Test func rowsAreDecoded() throws {
    let events = try Self.query(Self.one).all(as: Event.self)
    #expect(
      events == [
        Event(
          eventTime: QueryTime(microseconds: 1_738_242_000_500_000), eventName: "Call3", readOnly: false,
          errorCode: "AccessDenied",
          requestParameters: .init(
            size: 3, price: 1.25, big: .max, tags: [.init(key: "k\n", value: nil)], mixed: "text"))
      ])
    struct Counted: Decodable {
      var eventName: String
      var n: Int
      var late: QueryTime?
    }
    let counts = try Self.query(
      "SELECT eventName, count(*) AS N, max(eventTime) AS late FROM events GROUP BY 1"
    ).all(
      as: Counted.self)
    #expect(counts.count == 7 && counts.reduce(0) { $0 + $1.n } == 5000)
    #expect(counts.allSatisfy { $0.late?.description == "2025-01-30T19:00:00.500000Z" })
  }

  @Test func whatDoesNotFitIsNamed() throws {
    struct Wrong: Decodable { var eventName: Int }
    struct Missing: Decodable { var nothing: String }
    struct Null: Decodable { var errorCode: String }
    struct Small: Decodable { var n: Int8 }
    for (sql, attempt) in [
      ("SELECT eventName FROM events LIMIT 1", { try $0.all(as: Wrong.self).count }),
      ("SELECT eventName FROM events LIMIT 1", { try $0.all(as: Missing.self).count }),
      ("SELECT errorCode FROM events WHERE errorCode IS NULL LIMIT 1", { try $0.all(as: Null.self).count }),
      ("SELECT count(*) AS n FROM events", { try $0.all(as: Small.self).count }),
    ] as [(String, (Query) throws -> Int)] {
      #expect(throws: DecodingError.self) { try attempt(try Self.query(sql)) }
    }
  }

  @Test func rowsOneAfterTheOther() async throws {
    var seen: [String] = []
    for try await row in try Self.query("SELECT eventID FROM events ORDER BY eventID").rows {
      seen.append(row["eventID"]?.text ?? "")
    }
    #expect(seen == (0..<5000).map { "id-\(10000 + $0)" })
    var decoded = 0
    for try await event in try Self.query(
      "SELECT eventTime, eventName, readOnly, errorCode, requestParameters FROM events"
    )
    .rows(as: Event.self) {
      decoded += event.requestParameters.size >= 0 ? 1 : 0
    }
    #expect(decoded == 5000)
  }

  /// To leave the loop, and to cancel the task, ends a run that would not end by itself.
  @Test(.timeLimit(.minutes(1))) func leavingEndsTheRun() async throws {
    let endless = "SELECT a.eventID FROM events a, events b, events c"
    var taken = 0
    for try await _ in try Self.query(endless).rows {
      taken += 1
      if taken == 10_000 { break }
    }
    #expect(taken == 10_000)
    let task = Task {
      var count = 0
      for try await _ in try Self.query(endless).rows { count += 1 }
      return count
    }
    try await Task.sleep(for: .milliseconds(50))
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func errorsComeWhereRowsAreTaken() async throws {
    let query = try Self.query("SELECT (SELECT eventID FROM events) AS several")
    await #expect(throws: CairnError.self) { for try await _ in query.rows {} }
    #expect(throws: CairnError.self) { try query.forEach { _ in } }
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59.999999Z"),
    (1_500_000, "1970-01-01T00:00:01.500000Z"),
  ])
  func timesAreSpelled(microseconds: Int64, text: String) {
    #expect(QueryTime(microseconds: microseconds).description == text)
  }
}

/// Queries that have names, read as tables.
@Suite struct NamedQueryTests {
  private static func rows(_ sql: String, _ queries: [String: String]) throws -> [[String?]] {
    let archive = try TestArchive([
      (
        "a.json",
        Array(
          (0..<20).map {
            #"{"eventTime":"2025-01-30T16:00:00Z","eventName":"Call\#($0 % 4)","eventID":"id-\#($0)"}"#
          }
          .joined(separator: "\n").utf8)
      )
    ])
    var options = QueryOptions()
    options.queries = NamedQueries(queries)
    let query = try Query(sql, on: Archive(path: archive.path), options: options)
    var rows: [[String?]] = []
    try query.forEach { row in rows.append(row.columns.indices.map { row[$0].text }) }
    return rows
  }

  private static let queries = [
    "calls": "SELECT eventName, count(*) AS n FROM cloudtrail_logs GROUP BY 1;",
    "busy": "WITH most AS (SELECT * FROM Calls WHERE n > 4) SELECT eventName FROM most",
    "self": "SELECT * FROM self", "two": "SELECT 1; SELECT 2", "wrong": "SELECT FROM",
    "bad": "SELECT coutn(*) FROM events",
    "events": "SELECT 1 AS never",
  ]

  @Test func areTables() throws {
    #expect(
      try Self.rows("SELECT eventName, n FROM calls ORDER BY 1 LIMIT 2", Self.queries)
        == [["Call0", "5"], ["Call1", "5"]])
    #expect(try Self.rows("SELECT count(*) FROM busy", Self.queries) == [["4"]])
    let joined = """
      SELECT e.eventID, c.n FROM events e JOIN CALLS c ON c.eventName = e.eventName WHERE e.eventID = 'id-7'
      """
    #expect(try Self.rows(joined, Self.queries) == [["id-7", "5"]])
    #expect(
      try Self.rows(
        "SELECT (SELECT max(n) FROM calls), x.eventName FROM calls AS x WHERE x.eventName = 'Call2'",
        Self.queries)
        == [["5", "Call2"]])
    // Tables of WITH come first, and the archive keeps its name.
    #expect(try Self.rows("WITH calls AS (SELECT 7 AS n) SELECT n FROM calls", Self.queries) == [["7"]])
    #expect(try Self.rows("SELECT count(*) FROM events", Self.queries) == [["20"]])
    // Without a query of that name it is the archive, as ever.
    #expect(try Self.rows("SELECT count(*) FROM trail", Self.queries) == [["20"]])
    #expect(
      try Self.rows("SHOW VIEWS LIKE 'b%'", Self.queries) == [["bad"], ["busy"]])
    #expect(
      try Self.rows("DESCRIBE calls", Self.queries) == [
        ["eventName", "varchar", nil], ["n", "bigint", nil],
      ])
  }

  @Test(arguments: [
    ("SELECT * FROM self", "the saved query self reads itself"), ("SELECT * FROM two", "only one SELECT"),
    ("SELECT * FROM wrong", "in the saved query wrong:"), ("SELECT * FROM bad", "in the saved query bad:"),
    ("SELECT * FROM calsl", "calls"),
  ])
  func mistakesSayWhere(sql: String, words: String) throws {
    let error = #expect(throws: CairnError.self) { try Self.rows(sql, Self.queries) }
    #expect("\(error.map { "\($0)" } ?? "")".contains(words), "\(error.map { "\($0)" } ?? "")")
  }
}
