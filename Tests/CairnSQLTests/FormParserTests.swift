import CairnSQL
import Testing

/// Forms of pasted queries and of Trino's grammar beyond the plain ones.
struct FormParserTests {
  /// Printed, they parse to the same again.
  @Test(arguments: [
    "SELECT a FROM <DB>.logs, {x}, {{ db }}.t, [TABLE NAME], :t, ${db}.${t}",
    "# first\nSELECT a # second\nFROM t -- third",
    "SELECT a FROM t TABLESAMPLE BERNOULLI (10) JOIN (u TABLESAMPLE SYSTEM (5)) ON TRUE",
    "SELECT a FROM a JOIN b JOIN c ON x = y ON y = z",
    "SELECT a FROM ((SELECT 1) JOIN (SELECT 2) b ON TRUE) CROSS JOIN ((SELECT 1) UNION (SELECT 2)) u",
    "SELECT ((SELECT 1) UNION (SELECT 1)), ((SELECT 1)) + 1, x IN ((SELECT 1), 2) FROM t",
    "SELECT a, count() FROM t GROUP BY () HAVING count() > 1", "SELECT a FROM t GROUP BY AUTO, b",
    "SELECT a FROM t GROUP BY ALL ORDER BY 1", "SELECT (ROW(1, 2)).*, t.a.* AS (x, y) FROM t",
    "SELECT a AT LOCAL, b BETWEEN SYMMETRIC 1 AND 2, c NOT BETWEEN SYMMETRIC 1 AND 2, [1, 2] FROM t",
    "SELECT listagg(a, ',' ON OVERFLOW ERROR) WITHIN GROUP (ORDER BY a) FROM t",
    "SELECT json_value(a, 'lax $.b' PASSING 1 AS x RETURNING bigint DEFAULT 1 ON EMPTY NULL ON ERROR) FROM t",
    "SELECT json_query(a FORMAT JSON, 'strict $' WITH CONDITIONAL ARRAY WRAPPER OMIT QUOTES ON SCALAR STRING EMPTY ARRAY ON EMPTY EMPTY OBJECT ON ERROR) FROM t",
    "SELECT json_exists(a, '$.b' TRUE ON ERROR), json_object('k' : 1, KEY k VALUE v FORMAT JSON ABSENT ON NULL WITH UNIQUE KEYS RETURNING varchar), json_array(1, 2 NULL ON NULL) FROM t",
    "SELECT x FROM t, JSON_TABLE(a, 'lax $' COLUMNS (n FOR ORDINALITY, v bigint PATH 'lax $.v' DEFAULT 0 ON EMPTY, q varchar FORMAT JSON, NESTED PATH 'lax $.w' COLUMNS (w varchar))) AS j",
    "SELECT a FROM VALUES 1, 2", "SELECT tablesample, qualify, auto, symmetric FROM t",
  ])
  func readsForms(_ text: String) throws {
    guard case .query(let query)? = try SQLParser.parseStatements(text).first else {
      Issue.record("no query")
      return
    }
    let printed = query.description
    guard case .query(let again)? = try SQLParser.parseStatements(printed).first else {
      Issue.record("\(printed) is no query")
      return
    }
    #expect(again.description == printed)
  }

  @Test(arguments: [
    "EXPLAIN (TYPE DISTRIBUTED, FORMAT TEXT) SELECT 1", "EXPLAIN ANALYZE VERBOSE SELECT 1",
    "SHOW FUNCTIONS LIKE 'a%' ESCAPE '!'", "SHOW TABLES IN db 'x*'", "SHOW CREATE TABLE a.b",
    "SHOW PARTITIONS t",
    "SHOW DATABASES LIKE 'd%'", "SHOW SCHEMAS FROM c", "SHOW CATALOGS", "SHOW SESSION", "SHOW VIEWS IN d",
    "DESCRIBE FORMATTED a.b", "DESCRIBE EXTENDED t", "DESCRIBE formatted", "SHOW COLUMNS IN t IN d",
    "PREPARE p FROM SELECT ? FROM t WHERE a = ?", "EXECUTE p USING 1, 'a'", "EXECUTE p",
    "DEALLOCATE PREPARE p",
    "EXECUTE IMMEDIATE 'SELECT ?' USING DATE '2024-01-01'", "USE a.b", "SET SESSION a.b = 'c'",
    "RESET SESSION a",
    "SET TIME ZONE 'UTC'", "SET TIME ZONE LOCAL", "START TRANSACTION READ ONLY", "COMMIT",
  ])
  func readsStatements(_ text: String) throws {
    #expect(try SQLParser.parseStatements(text + "; SELECT 1").count == 2)
  }

  @Test(arguments: [
    ("CREATE EXTERNAL TABLE x (a string) LOCATION 's3://b/'", "no table has to be created"),
    ("FROM events LIMIT 1", "what is selected comes first"), ("SUMMARIZE events", "DESCRIBE events"),
    ("PRAGMA table_info('events')", "only queries are allowed"),
    ("COPY (SELECT 1) TO 'x.csv'", "--output csv"),
    ("CREATE OR REPLACE VIEW v AS SELECT 1", "views are not kept"),
    ("INSERT INTO t SELECT 1", "--output csv"),
    ("UNLOAD (SELECT 1) TO 's3://b/' WITH (format = 'PARQUET')", "--output csv"),
    ("MSCK REPAIR TABLE t", "partitions need no repair"),
    ("ALTER TABLE t ADD PARTITION (y = '1')", "partitions"),
    ("DROP TABLE t", "cannot be changed"), ("EXPLAIN DELETE FROM t", "cannot be changed"),
    ("PREPARE p FROM INSERT INTO t SELECT 1", "--output csv"),
    ("SET TIME ZONE 'Asia/Tokyo'", "AT TIME ZONE"), ("SHOW STATS FOR t", "--schema"),
    ("SELECT a FROM t MATCH_RECOGNIZE (x)", "MATCH_RECOGNIZE is not supported"),
    ("SELECT a FROM t QUALIFY rank() OVER () = 1", "QUALIFY is no clause"),
    ("SELECT a FROM t FOR VERSION AS OF 1", "one version"), ("SELECT a FROM 't'", "double quotes"),
    ("SELECT a FROM t WHERE b = {value}", "{value} has not been replaced"),
    ("SELECT :x", ":x has not been replaced"), ("SELECT a FROM {x", "no closing '}'"),
    ("SELECT json_value(a, 'lax $.')", "the path ends too early"),
    ("SELECT json_value(a, 'lax $.x.y()')", "no method y()"),
    ("SELECT a FROM t TABLESAMPLE 10", "BERNOULLI or SYSTEM"),
  ])
  func refusalsSayWhatHelps(_ text: String, _ part: String) throws {
    let error = try #require(throws: SQLSyntaxError.self) { try SQLParser.parseStatements(text) }
    #expect(error.message.contains(part), "\(error.message)")
  }

  /// Paths in paths, filters in filters and chains of steps end at limits, and soon.
  @Test func pathsHaveLimits() throws {
    func message(_ path: String) -> String {
      do {
        _ = try SQLParser.parseExpression("json_value(a, '\(path)')")
        return ""
      } catch {
        return error.message
      }
    }
    func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
    #expect(message("lax $" + repeated(".a", 150)).isEmpty)
    #expect(message("lax $" + repeated(".a", 1000)).contains("200 parts"))
    #expect(message("lax " + repeated("(", 200) + "$" + repeated(")", 200)).contains("nests deeper"))
    #expect(!message("lax $" + repeated("?((@", 100)).isEmpty)
    #expect(message("lax " + repeated("-", 500) + "$").contains("nests deeper"))
  }
}
