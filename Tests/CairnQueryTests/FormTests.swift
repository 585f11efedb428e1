import Cairn
import CairnTestSupport
import Testing

/// Statements and forms whose answers do not stand in `docs/semantics.md`.
@Suite struct FormTests {
  private static let key =
    "AWSLogs/111122223333/CloudTrail/us-east-1/2024/01/02/111122223333_CloudTrail_us-east-1_20240102T0005Z_a.json"
  private static let records = [
    #"{"eventTime":"2024-01-02T00:01:00Z","eventName":"GetObject","eventID":"1","p":[1,2]}"#,
    #"{"eventTime":"2024-01-02T00:02:00Z","eventName":"PutObject","eventID":"2","p":"x"}"#,
    #"{"eventTime":"2024-01-02T00:03:00Z","eventName":"GetObject","eventID":"3"}"#,
  ]
  private static let object = #"{"Records":[\#(records.joined(separator: ","))]}"#
  private let archive: TestArchive

  init() throws { archive = try TestArchive([(Self.key, Array(Self.object.utf8))]) }

  private func query(_ sql: String, _ options: QueryOptions = QueryOptions()) throws -> Query {
    try Query(sql, on: try Archive(path: archive.path), options: options)
  }

  private func rows(_ sql: String, _ options: QueryOptions = QueryOptions()) throws -> [[String]] {
    let query = try query(sql, options)
    var rows: [[String]] = []
    try query.run { batch in
      for row in 0..<batch.rowCount {
        rows.append(query.columns.indices.map { batch[row, $0].text ?? "NULL" })
      }
    }
    return rows
  }

  private func message(_ sql: String, _ options: QueryOptions = QueryOptions()) -> String {
    do {
      return "\(try rows(sql, options))"
    } catch {
      return "\(error)"
    }
  }

  @Test func preparedStatementsTakeValues() throws {
    var options = QueryOptions()
    let text = "SELECT count(*) FROM t WHERE eventName = ? AND eventID <> ? LIMIT ?"
    #expect(try rows("PREPARE p FROM \(text)", options).isEmpty)
    #expect(try rows("EXECUTE P USING 'GetObject', '3' || '', 5", options) == [["1"]])
    #expect(message("EXECUTE p USING 1", options).contains("3 question marks, USING gives 1 value"))
    #expect(try !query("DEALLOCATE PREPARE p", options).hasResult)
    #expect(message("EXECUTE p", options).contains("no statement p"))
    #expect(try rows("EXECUTE IMMEDIATE 'SELECT ? - ?, ''?'' ' USING 1, -2") == [["3", "?"]])
    #expect(message("EXECUTE IMMEDIATE 'SELECT nosuch(1)'").contains("there is no function nosuch"))
    #expect(message("SELECT ?").contains("? has no value"))
    _ = try rows("PREPARE q FROM SELECT 1", options)
    options.prepared = PreparedStatements()
    #expect(message("EXECUTE q", options).contains("no statement q"))
  }

  @Test func catalogsAreShown() throws {
    var options = QueryOptions()
    let directory = try TemporaryDirectory()
    try writeFile(directory.path + "/x.csv", Array("id,n\n1,a\n2,\n".utf8))
    options.tables = [try TableFile(name: "known", path: directory.path + "/x.csv")]
    #expect(try rows("SHOW TABLES", options) == [["events"], ["known"]])
    #expect(try rows("SHOW TABLES FROM x LIKE 'k%'", options) == [["known"]])
    #expect(
      try rows("DESCRIBE FORMATTED known", options) == [["id", "varchar", "2"], ["n", "varchar", "1"]])
    #expect(try rows("SHOW COLUMNS FROM known LIKE 'i_'", options) == [["id", "varchar", "2"]])
    #expect(try rows("DESCRIBE db.logs", options).map { $0[0] }.contains("eventName"))
    #expect(
      try rows("SHOW CREATE TABLE known", options)[0][0].hasPrefix("CREATE TABLE cairn.default.known ("))
    #expect(
      try rows("SHOW PARTITIONS t")
        == [["account=111122223333/region=us-east-1/year=2024/month=01/day=02"]])
    #expect(try rows("SHOW FUNCTIONS LIKE 'row!_number' ESCAPE '!'") == [["row_number", "window"]])
    #expect(try rows("SHOW SCHEMAS") == [["default"], ["information_schema"]])
    #expect(try rows("SHOW SESSION").isEmpty)
    #expect(message("SHOW FUNCTIONS LIKE 'x' ESCAPE ''").contains("ESCAPE takes one character"))
    #expect(try rows("EXPLAIN (TYPE VALIDATE) SELECT 1") == [["true"]])
    #expect(message("EXPLAIN (TYPE VALIDATE) SELECT nosuch(1)").contains("there is no function"))
    let plan = try rows("EXPLAIN SELECT * FROM t TABLESAMPLE BERNOULLI (5)").map { $0[0] }
    #expect(plan.contains { $0.contains("Sample 5.0 percent of the rows") })
    #expect(try query("SET SESSION a = 1").warnings.count == 1)
  }

  @Test func filesTellTheirSizeAndTime() throws {
    let columns = #""$file_size", "$file_modified_time" > now() - INTERVAL '1' DAY"#
    let found = try rows(#"SELECT DISTINCT \#(columns), typeof("$file_modified_time") FROM t"#)
    #expect(found == [["\(Self.object.utf8.count)", "true", "timestamp"]])
  }

  @Test func samplesAreOfTheRows() throws {
    let sampled = "t CROSS JOIN UNNEST(sequence(1, 10000)) TABLESAMPLE BERNOULLI (50)"
    let count = Int(try rows("SELECT count(*) FROM \(sampled)")[0][0]) ?? 0
    // Of 30,000 rows half, give or take many standard deviations.
    #expect((14_000...16_000).contains(count), "\(count)")
  }

  @Test func fieldsOfRowsAreKnownThroughQueries() throws {
    let row = "CAST(ROW(1, ROW(2)) AS ROW(a bigint, b ROW(c bigint)))"
    #expect(try rows("SELECT r.*, r[2].* FROM (SELECT \(row) AS r)") == [["1", #"{"c":2}"#, "2"]])
    #expect(try rows("SELECT t.r.* FROM (VALUES ROW(ROW(1, 'x'))) t(r)") == [["1", "x"]])
    #expect(message("SELECT n.* FROM (SELECT eventName AS n FROM t)").contains("n.*"))
  }

  @Test func outerJoinsTakeWhatDoesNotLookBack() throws {
    #expect(
      try rows("SELECT x, y FROM (VALUES 1) t(x) FULL JOIN UNNEST(ARRAY[1, 2]) u(y) ON x = y ORDER BY y")
        == [["1", "1"], ["NULL", "2"]])
    #expect(
      message("SELECT 1 FROM t RIGHT JOIN UNNEST(t.p) u(y) ON TRUE").contains("only CROSS, INNER and LEFT"))
    let both = "SELECT 1 FROM t a LEFT JOIN t b ON EXISTS (SELECT 1 FROM t c WHERE c.p = a.p AND c.p = b.p)"
    #expect(message(both).contains("one of its sides"))
  }

  @Test func windowFunctionsNeedOver() {
    #expect(message("SELECT row_number() FROM t").contains("row_number is a window function: it needs OVER"))
  }

  @Test func otherRefusalsSayWhatHelps() {
    #expect(message("SELECT DISTINCT eventName FROM t ORDER BY eventTime").contains("only what is selected"))
    #expect(message("SELECT TOP 5 eventName FROM t").contains("LIMIT 5"))
    #expect(message("SELECT current_user").contains("no users"))
    #expect(message("SELECT current_catalog, CURRENT_SCHEMA") == #"[["cairn", "default"]]"#)
  }

  /// What multiplies items ends as an error of the path, not with the memory.
  @Test func pathsOfManyItemsEnd() throws {
    let path = "lax $" + String(repeating: "[0, 0, 0, 0]", count: 40)
    #expect(try rows("SELECT json_value('[1]', '\(path)' DEFAULT 'many' ON ERROR)") == [["many"]])
    let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    #expect(message("SELECT json_exists('\(deep)', 'lax $.x')") == #"[["false"]]"#)
  }
}
