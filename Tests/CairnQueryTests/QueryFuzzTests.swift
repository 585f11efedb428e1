import Cairn
import CairnOracle
import CairnStorage
import CairnTestSupport
import Foundation
import Testing

/// Mutated and random queries: each gives rows or an error, soon, without a trap and within its memory.
@Suite struct QueryFuzzTests {
  private static let isLong = ProcessInfo.processInfo.environment["CAIRN_LONG"] != nil
  /// CAIRN_QUERIES sets how many, for a run of their own.
  private static let count =
    ProcessInfo.processInfo.environment["CAIRN_QUERIES"].flatMap { Int($0) } ?? (isLong ? 10_000 : 500)
  private static let secondsPerQuery = 20.0
  private static let residentByteLimit = 2 << 30

  /// What became of a query.
  private enum Outcome {
    case rows(Int)
    case refused
    case cancelled
    case surprise(String)
  }

  private final class Box: @unchecked Sendable {
    // Written before the semaphore is signalled, read after.
    var outcome = Outcome.refused
  }

  /// Runs a query on its own thread; cancelled after a while, nil where even that does not end it.
  private func outcome(_ text: String, on path: String) -> Outcome? {
    var options = QueryOptions()
    options.now = queryStart * 1000
    options.memoryLimit = 64 << 20
    let cancellation = options.cancellation
    let box = Box()
    let done = DispatchSemaphore(value: 0)
    let settings = options
    let thread = Thread {
      box.outcome = Self.run(text, on: path, settings)
      done.signal()
    }
    thread.stackSize = 8 << 20
    thread.start()
    if done.wait(timeout: .now() + Self.secondsPerQuery / 4) == .success { return box.outcome }
    cancellation.cancel()
    return done.wait(timeout: .now() + Self.secondsPerQuery) == .success ? box.outcome : nil
  }

  private static func run(_ text: String, on path: String, _ options: QueryOptions) -> Outcome {
    do {
      let query = try Query(text, on: try Archive(path: path), options: options)
      var rows = 0
      try query.run { rows += $0.rowCount }
      return .rows(rows)
    } catch CairnError.interrupted {
      return .cancelled
    } catch is CairnError {
      return .refused
    } catch {
      return .surprise("\(error)")
    }
  }

  private static func residentBytes() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }

  /// Forms that the others do not have.
  private static let more = [
    "EXPLAIN ANALYZE SELECT eventName, count(*) FROM events WHERE p = 'a' GROUP BY 1 ORDER BY 2 LIMIT 3",
    "EXPLAIN SELECT a.p FROM events a JOIN events b ON a.p = b.q WHERE a.eventTime > TIMESTAMP '2024-02-01 00:00:00'",
    "WITH RECURSIVE t(n, p) AS (SELECT 0, p FROM events UNION SELECT n + 1, e.p FROM t JOIN events e ON e.q = t.p WHERE n < 5) SELECT n, count(p) FROM t GROUP BY 1",
    "WITH RECURSIVE t(n) AS (VALUES 1 UNION ALL SELECT n + 1 FROM t WHERE n < 9) SELECT sum(n) FROM t, events",
    "SELECT eventTime, hour(from_iso8601_timestamp(eventTime) AT TIME ZONE 'America/New_York') FROM events",
    "SELECT with_timezone(eventTime, 'Europe/Berlin') - 2 * INTERVAL '1' DAY / 3.5, md5(p) FROM events",
    "SELECT p, count() AS n FROM <db>.t GROUP BY ALL HAVING n > 1 ORDER BY 2 # most",
    "SELECT t.* FROM events e, JSON_TABLE(e.eventJson, 'lax $' COLUMNS (p varchar, NESTED PATH 'lax $.list[*]' COLUMNS (i FOR ORDINALITY, v varchar PATH 'lax $'))) t",
    "SELECT a.p, b.q FROM events a LEFT JOIN events b ON a.p = b.q AND b.eventName IN (SELECT eventName FROM events WHERE p = 'a') JOIN (events c JOIN events d ON c.p = d.p) ON c.p = a.p",
    "SELECT json_query(eventJson, 'lax $.*?(@ == 1 || exists(@.k)).size()' WITH WRAPPER), json_object('a' : p, 'b' : q) FROM events TABLESAMPLE BERNOULLI (50)",
    "EXPLAIN ANALYZE SELECT (SELECT max(q) FROM events e WHERE e.eventName = x.eventName) FROM events x WHERE EXISTS (SELECT 1 FROM events y WHERE y.p = x.p)",
  ]

  @Test(arguments: isLong ? [12, 13, 14] : [12])
  func mutatedQueries(seed: UInt64) throws {
    let fixture = try QueryFixture.odd(seed: 3)
    var generator = QueryGenerator(seed: seed - 1, columns: PredicateGenerator.columns(of: fixture.records))
    let seeds =
      try SuiteTests.names.map { try SuiteTests.text($0 + ".sql") } + (0..<300).map { _ in generator.next() }
      + (0..<60).flatMap { _ in [generator.nextCorrelated(), generator.nextAlternatives()] }
      + (0..<10).flatMap { _ in Self.more }
    var mutator = QueryMutator(random: SeededGenerator(seed: seed), seeds: seeds)
    var (answered, refused, cancelled) = (0, 0, 0)
    for round in 0..<Self.count {
      let text = mutator.next()
      switch outcome(text, on: fixture.archive.path) {
      case .rows: answered += 1
      case .refused: refused += 1
      case .cancelled: cancelled += 1
      case .surprise(let error): Issue.record("round \(round): \(text): \(error)")
      case nil:
        Issue.record("round \(round): does not end: \(text)")
        return
      }
      if round % 50 == 0 {
        #expect(try Self.residentBytes() < Self.residentByteLimit, "round \(round): \(text)")
      }
    }
    // Otherwise the mutations would not reach the engine.
    #expect(answered > Self.count / 20)
    #expect(refused > Self.count / 20)
    #expect(cancelled < Self.count / 50)
  }
}
