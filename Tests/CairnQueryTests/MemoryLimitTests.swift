import Cairn
import CairnOracle
import CairnSQL
import CairnStorage
import CairnTestSupport
import Foundation
import Testing

/// Queries whose rows do not fit into `QueryOptions.memoryLimit`: the same rows in the same order, and the limit
/// holds.
@Suite struct MemoryLimitTests {
  private static let isLong = ProcessInfo.processInfo.environment["CAIRN_LONG"] != nil

  /// What operators keep goes to temporary files, and grouping takes many passes.
  private static let hardlyAny = QueryVariant(memoryLimit: 4 << 10, description: "hardly any memory")

  /// The input of grouping is read at most so often, however little memory there is: once to see that the groups do
  /// not fit, and once to keep its rows.
  @Test(arguments: [
    "SELECT requestID, min(eventTime), max(eventName), sum(length(eventName)) FROM events GROUP BY requestID",
    "SELECT eventID, array_agg(eventName), count(DISTINCT eventName) FROM events GROUP BY eventID",
    "SELECT count(DISTINCT eventID), sum(DISTINCT length(eventName)), count(DISTINCT eventName) FROM events",
    "SELECT DISTINCT eventID, eventName FROM events",
    "SELECT eventID FROM events WHERE eventID > '' EXCEPT SELECT requestID FROM events WHERE FALSE",
  ])
  func inputIsReadTwice(_ sql: String) throws {
    let free = try run(sql, 2 << 30)
    let bounded = try run(sql, 20000)
    #expect(bounded.rows == free.rows)
    #expect(bounded.statistics.bytesSpilled > 0)
    #expect(bounded.statistics.rowGroupsRead <= 2 * free.statistics.rowGroupsRead)
  }

  // Made once, then only read, from any thread.
  private nonisolated(unsafe) static let fixture = Result { try QueryFixture.suite(count: 2000) }

  /// What keeps rows, in every form: derived and stored columns, every kind of join, conditions beside equalities,
  /// joins without any, windows with many partitions, with one, and with none.
  static let queries = [
    "SELECT a.eventID, b.eventID, b.eventName FROM events a JOIN events b ON a.sourceIPAddress = b.sourceIPAddress WHERE a.eventName = 'UpdateService'",
    "SELECT a.eventID, b.eventID, upper(b.eventName) FROM events a LEFT JOIN events b ON a.requestID = b.eventID OR a.eventID = b.eventID AND a.eventName < b.eventSource WHERE a.eventName = 'UpdateService'",
    "SELECT a.eventID, b.n, b.m FROM events a LEFT JOIN (SELECT lower(eventName) AS k, eventID AS n, eventSource AS m FROM events) b ON lower(a.eventName) = b.k AND a.eventID < b.n WHERE a.awsRegion = 'us-east-1' AND a.eventName LIKE 'U%'",
    "SELECT a.eventID, b.k, b.n FROM events a RIGHT JOIN (SELECT eventName AS k, eventID AS n FROM events) b ON a.eventID = b.n AND a.eventName = 'UpdateService'",
    "SELECT a.eventID, b.eventID FROM (SELECT * FROM events WHERE eventName = 'UpdateService') a FULL JOIN events b ON a.eventID = b.eventID AND b.awsRegion = 'us-east-1'",
    "SELECT a.eventID, b.eventID FROM events a FULL JOIN events b ON a.errorCode = b.errorCode AND a.eventID > b.eventID",
    "SELECT count(*), min(a.eventID), max(b.eventID) FROM events a, events b WHERE a.eventName < b.eventName AND a.awsRegion = 'us-east-1'",
    "SELECT a.eventID, b.eventID FROM events a LEFT JOIN events b ON a.eventTime < b.eventTime AND b.eventName = 'UpdateService'",
    "SELECT a.eventID, b.u FROM events a JOIN (SELECT eventID AS i, row_number() OVER (PARTITION BY eventName ORDER BY eventTime) AS u FROM events) b ON a.eventID = b.i",
    "SELECT eventID, row_number() OVER (PARTITION BY sourceIPAddress ORDER BY eventTime), lag(eventName) OVER (PARTITION BY userIdentity.arn ORDER BY eventTime DESC) FROM events",
    "SELECT eventID, eventTime, count(*) OVER (PARTITION BY eventName), max(eventID) OVER (PARTITION BY eventName ORDER BY eventTime, eventID ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING) FROM events",
    "SELECT eventID, rank() OVER (ORDER BY eventTime), first_value(eventName) OVER (ORDER BY eventName DESC, eventID) FROM events",
    "SELECT k, n, rank() OVER (PARTITION BY length(k) ORDER BY n DESC, k) FROM (SELECT eventName AS k, count(*) AS n FROM events GROUP BY 1)",
    "SELECT eventID, eventName, upper(awsRegion) FROM events ORDER BY eventName DESC, errorCode NULLS FIRST",
    "SELECT eventID, requestParameters FROM events ORDER BY eventSource, eventTime DESC LIMIT 500 OFFSET 20",
    "SELECT eventID, eventName FROM events ORDER BY eventName FETCH FIRST 300 ROWS WITH TIES",
    "SELECT eventName, awsRegion FROM events INTERSECT ALL SELECT eventName, awsRegion FROM events WHERE awsRegion = 'us-east-1'",
    "SELECT eventID, eventName FROM events EXCEPT ALL SELECT eventID, eventName FROM events WHERE eventName LIKE 'A%'",
    "SELECT eventID, eventName FROM events EXCEPT SELECT eventID, eventName FROM events WHERE eventName LIKE 'A%'",
    "SELECT requestID, eventName FROM events EXCEPT SELECT lower(eventName), NULL FROM events",
    "SELECT eventID, (SELECT count(*) FROM (VALUES 1, 2) v(x) WHERE v.x < length(e.eventName) - 8) FROM events e",
    "SELECT e.eventID, t.x FROM events e, LATERAL (SELECT v.x FROM (VALUES 1, 20) v(x) WHERE v.x < length(e.eventName)) t",
    "SELECT requestID, min(eventTime), max(eventName), sum(length(eventName)), avg(length(eventID)), any_value(awsRegion) FROM events GROUP BY requestID",
    "SELECT eventID, array_agg(eventName), listagg(awsRegion, ';'), count(DISTINCT eventName), first(eventTime), last(requestID) FROM events GROUP BY eventID",
    "SELECT eventName, array_agg(eventID), histogram(awsRegion), multimap_agg(awsRegion, eventID), approx_percentile(length(requestID), 0.5) FROM events GROUP BY eventName HAVING count(*) > 3",
    "SELECT count(DISTINCT eventID), count(DISTINCT eventName) FILTER (WHERE awsRegion = 'us-east-1'), sum(DISTINCT length(eventName)), count(*), array_agg(DISTINCT eventName) FROM events",
    "SELECT awsRegion, count(DISTINCT requestID), max(DISTINCT eventID), approx_distinct(eventID), array_agg(DISTINCT eventName ORDER BY eventName) FROM events GROUP BY awsRegion",
    "SELECT DISTINCT eventID, eventName, upper(awsRegion) FROM events",
    "SELECT DISTINCT eventJson FROM events",
    "SELECT eventID, eventJson FROM events ORDER BY eventJson DESC",
    "SELECT eventID, lag(eventJson) OVER (ORDER BY eventTime), dense_rank() OVER (ORDER BY eventJson), ntile(7) OVER (ORDER BY eventTime) FROM events",
    "SELECT eventID, array_agg(eventName) OVER (PARTITION BY awsRegion ORDER BY eventTime ROWS 3 PRECEDING), lead(eventID, 2, 'none') IGNORE NULLS OVER (ORDER BY eventName), count(*) FILTER (WHERE eventName LIKE 'U%') OVER (PARTITION BY awsRegion) FROM events",
    "SELECT eventID, first_value(errorCode) IGNORE NULLS OVER (ORDER BY eventTime), nth_value(errorCode, 3) IGNORE NULLS OVER (ORDER BY eventTime), last_value(eventID) OVER (PARTITION BY awsRegion), sum(length(eventName)) OVER (ORDER BY length(eventID) RANGE 2 PRECEDING) FROM events",
    "SELECT a.eventJson, b.eventJson FROM events a JOIN events b ON a.eventID = b.eventID",
    "SELECT e.eventID, u.k, u.v FROM events e CROSS JOIN UNNEST(e.requestParameters) AS u(k, v)",
    "SELECT eventName, awsRegion, requestID, count(*), min(eventTime), grouping(eventName, requestID) FROM events GROUP BY CUBE (eventName, awsRegion, requestID)",
    "SELECT eventID, count(*) FROM events GROUP BY ROLLUP (eventID) HAVING count(*) > 0",
    "SELECT lower(eventName), requestID FROM events UNION SELECT upper(eventID), awsRegion FROM events",
    "SELECT eventJson FROM events INTERSECT SELECT eventJson FROM events WHERE awsRegion = 'us-east-1'",
    "SELECT eventID, array_agg(eventName) OVER (PARTITION BY requestID), map(ARRAY['a'], ARRAY[awsRegion]), sum(1.5) OVER (PARTITION BY eventName) FROM events",
  ]

  /// Rows with the statistics of the run.
  private func run(
    _ sql: String, _ memoryLimit: Int, threads: Int = 2
  ) throws -> (rows: [String], statistics: QueryStatistics) {
    var options = QueryOptions()
    options.memoryLimit = memoryLimit
    options.threads = threads
    options.now = queryStart * 1000
    let query = try Query(sql, on: try Archive(path: try Self.fixture.get().archive.path), options: options)
    var rows: [String] = []
    try query.run { batch in
      for row in 0..<batch.rowCount {
        rows.append(query.columns.indices.map { batch[row, $0].text ?? "NULL" }.joined(separator: "|"))
      }
    }
    return (rows, query.statistics)
  }

  @Test(arguments: queries)
  func sameRowsInTheSameOrder(_ sql: String) throws {
    let wanted = try run(sql, 2 << 30)
    #expect(wanted.rows.count > 0)
    #expect(wanted.statistics.bytesSpilled == 0)
    for (memoryLimit, threads) in [(64 << 10, 1), (64 << 10, 3), (256 << 10, 2)] {
      let actual = try run(sql, memoryLimit, threads: threads)
      #expect(actual.rows == wanted.rows, "\(memoryLimit) bytes, \(threads) threads")
    }
  }

  /// Rows that take much more than the limit, without a partition that does.
  static let large = [
    "SELECT a.eventID, b.n, b.m FROM events a LEFT JOIN (SELECT lower(eventName) AS k, eventID AS n, eventSource AS m FROM events) b ON lower(a.eventName) = b.k AND a.eventID < b.n WHERE a.eventName = 'UpdateService'",
    "SELECT a.eventID, b.k, b.n FROM events a RIGHT JOIN (SELECT eventName AS k, eventID AS n FROM events) b ON a.eventID = b.n AND a.eventName = 'UpdateService'",
    "SELECT a.eventID, b.eventID FROM events a FULL JOIN events b ON a.eventID = b.eventID",
    "SELECT max(b.i) FROM (VALUES 1, 2) a(x) JOIN (SELECT upper(eventID) AS i FROM events) b ON length(b.i) > a.x + 30",
    "SELECT eventID, row_number() OVER (PARTITION BY eventID ORDER BY eventTime) FROM events",
    "SELECT eventID, eventName, count(*) OVER (PARTITION BY requestID), max(upper(eventName)) OVER (PARTITION BY requestID) FROM events",
    "SELECT eventID, eventName, lower(requestID) FROM events ORDER BY upper(eventName), eventTime DESC",
  ]

  @Test(arguments: large)
  func whatIsKeptStaysWithinTheLimit(_ sql: String) throws {
    let limit = 48 << 10
    let free = try run(sql, 2 << 30).statistics
    let bounded = try run(sql, limit).statistics
    #expect(free.bytesKept > 2 * limit)
    #expect(free.bytesSpilled == 0)
    #expect(bounded.bytesKept <= limit)
    #expect(bounded.bytesSpilled > 0)
    // Rows are read again where they are stored, not as often as there are passes over them.
    #expect(bounded.rowGroupsRead == free.rowGroupsRead)
  }

  /// An array for each row of all before it: more than may be kept, but no more than may go to files.
  @Test func growingWindow() throws {
    let sql = """
      SELECT sum(cardinality(a)) FROM (
        SELECT array_agg(eventName) OVER (ORDER BY eventID) AS a FROM (SELECT * FROM events LIMIT 500))
      """
    let bounded = try run(sql, 256 << 10)
    #expect(bounded.rows == ["125250"])
    #expect(bounded.statistics.bytesSpilled > 2 << 20)
    #expect(bounded.statistics.bytesKept <= 256 << 10)
  }

  /// What an aggregate gathers ends at the limits of S86, also where states are merged.
  @Test func gatheredValuesAreBounded() throws {
    let sql = """
      SELECT cardinality(array_agg(lpad('', 10000, 'x'))), length(listagg(lpad('', 4000, 'x'), '')),
        cardinality(array_agg(x)), length(listagg(lpad('', 4000, 'x'), '') FILTER (WHERE x <= 10))
      FROM UNNEST(sequence(1, 7000)) t(x)
      """
    #expect(try run(sql, 2 << 30).rows == ["NULL|NULL|7000|40000"])
  }

  /// Places in the list after SELECT that there cannot be.
  @Test(arguments: ["-9223372036854775808", "9223372036854775807", "0", "-1", "2"])
  func placesOutside(_ place: String) throws {
    for clause in ["GROUP BY", "ORDER BY"] {
      #expect(throws: CairnError.self) { try run("SELECT eventID FROM events \(clause) \(place)", 2 << 30) }
    }
  }

  /// A left row with more partners than are looked at together: its pairs come in several parts.
  @Test(arguments: [
    ("s.x > a.i * 70000 - 1", "1|70000,2|NULL,3|NULL"), ("s.x < a.i", "1|NULL,2|1,3|1,3|2"),
    ("s.k = a.k AND s.x > a.i * 70000 - 1", "1|70000,2|NULL,3|NULL"),
    ("s.k = a.k AND s.x < a.i", "1|NULL,2|1,3|1,3|2"),
  ])
  func manyPartners(_ condition: String, _ wanted: String) throws {
    let sql = """
      SELECT a.i, s.x FROM (SELECT i, 'k' AS k FROM (VALUES 1, 2, 3) v(i)) a
      LEFT JOIN (SELECT (x - 1) * 10 + y AS x, 'k' AS k
        FROM UNNEST(sequence(1, 7000)) t(x) CROSS JOIN UNNEST(sequence(1, 10)) u(y)) s ON \(condition)
      """
    for memoryLimit in [2 << 30, 1 << 20] {
      #expect(try run(sql, memoryLimit).rows.joined(separator: ",") == wanted)
    }
  }

  /// A batch that gives more rows than are held: the rest comes after.
  @Test func manyLateralRows() throws {
    let sql = """
      SELECT count(*), sum(t.x) FROM (SELECT i FROM UNNEST(sequence(1, 60)) v(i)) a
      CROSS JOIN LATERAL (SELECT x FROM UNNEST(sequence(1, 10000)) s(x) WHERE a.i > 0) t
      """
    #expect(try run(sql, 2 << 30).rows == ["600000|3000300000"])
  }

  /// The sum over all groups is one row, whichever pass takes it.
  @Test func oneGroupOfAllRows() throws {
    let sql =
      "SELECT eventName, requestID, count(*) FROM events GROUP BY GROUPING SETS ((eventName, requestID), ())"
    let rows = try run(sql, 64 << 10).rows
    #expect(rows.count { $0.hasPrefix("NULL|NULL|") } == 1)
    #expect(rows.sorted() == (try run(sql, 2 << 30).rows.sorted()))
  }

  @Test(arguments: 0..<3)
  func randomQueries(seed: UInt64) throws {
    let fixture = try QueryFixture.odd(seed: 50 + seed)
    var generator = QueryGenerator(seed: 60 + seed, columns: PredicateGenerator.columns(of: fixture.records))
    for round in 0..<(Self.isLong ? 2000 : 40) {
      let text = generator.nextKeepingRows()
      guard case .query(let query)? = try SQLParser.parseStatements(text).first else { continue }
      let expected = try OracleQuery.run(query, on: fixture.oracle, now: queryStart)
      let free = try runQuery(text, on: fixture.archive.path).rows
      let bounded = try runQuery(text, on: fixture.archive.path, Self.hardlyAny).rows
      if let difference = expected.difference(from: bounded) {
        Issue.record("round \(round): \(text): \(difference)")
      }
      #expect(bounded == free, "round \(round): \(text)")
    }
  }
}
