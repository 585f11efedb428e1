import CairnTestSupport
import Testing

@testable import Cairn

/// What EXPLAIN and EXPLAIN ANALYZE say, on two row groups of one segment (`TwoRowGroups`) and on three segments.
@Suite struct ExplainTests {
  private static let firstRows = TwoRowGroups.firstRows
  private static let rowCount = TwoRowGroups.rowCount

  /// One thread: two that miss the same block at once both read it, and both reads count.
  private func options() -> QueryOptions {
    var options = QueryOptions()
    options.threads = 1
    return options
  }

  private func explain(
    _ sql: String, on path: String? = nil
  ) throws -> (plan: ExplainedPlan, read: QueryStatistics) {
    let archive = try Archive(path: try path ?? TwoRowGroups.archive().path)
    let query = try Query(sql, on: archive, options: options())
    var lines: [String] = []
    try query.run { batch in lines += (0..<batch.rowCount).map { batch[$0, 0].text ?? "" } }
    return (ExplainedPlan(lines), query.statistics)
  }

  /// Three segments of 40 records, a day each.
  private func threeDays() throws -> TestArchive {
    func object(_ day: Int) -> (key: String, bytes: [UInt8]) {
      let lines = (0..<40).map {
        #"{"eventTime":"2024-05-0\#(day)T00:00:\#(10 + $0)Z","eventName":"Day\#(day)","eventID":"\#(TwoRowGroups.id(day * 100 + $0))"}"#
      }
      return ("day\(day).json", Array(lines.joined(separator: "\n").utf8))
    }
    let archive = try TestArchive([object(1)])
    try archive.add([object(2)])
    try archive.add([object(3)])
    return archive
  }

  @Test func analyzeCountsRowsOfEachOperator() throws {
    let (plan, _) = try explain(
      """
      EXPLAIN ANALYZE SELECT eventName, count(*) AS n FROM events WHERE eventName <> 'List'
      GROUP BY 1 ORDER BY n DESC LIMIT 1
      """)
    let scanned = (Self.firstRows + 2) / 3 + Self.rowCount - Self.firstRows
    #expect(
      plan.operators.map(\.name) == [
        "Limit", "TopN", "Project", "Project", "HashAggregate", "Project", "Scan",
      ])
    #expect(plan.operators.map(\.rows) == [1, 1, 2, 2, 2, scanned, scanned])
    #expect(plan.operators.last?.batches == 2)
    #expect(plan["rows"] == "1")
    #expect(plan.operators.allSatisfy { $0.milliseconds != nil })
  }

  /// Times of operators are parts of the whole.
  @Test func ownTimesAddUp() throws {
    let (plan, _) = try explain("EXPLAIN ANALYZE SELECT upper(note) AS n FROM events ORDER BY n LIMIT 5")
    let parts = plan.operators.reduce(0) { $0 + ($1.milliseconds ?? 0) }
    let whole = try #require(plan["time"]?.split(separator: " ").dropFirst(2).first.flatMap { Double($0) })
    #expect(parts > 0 && parts <= whole + 0.001)
  }

  /// What a column costs is charged to the operator that made it, and not to who asked; on other threads too.
  @Test func timeIsChargedToWhoMadeTheColumn() throws {
    let recorder = OperatorRecorder()
    let (maker, caller) = (ValuesOperator([], []), ValuesOperator([], []))
    let nanoseconds = 20_000_000
    @Sendable func burn() throws -> Vector {
      _ = try Cairn.parallelMap(count: 2, threads: 2) { _ in
        let until = Charge.threadNanoseconds() + nanoseconds
        while Charge.threadNanoseconds() < until {}
      }
      return .constant(.null)
    }
    let column = Charge(recorder: recorder, owner: ObjectIdentifier(maker)).run { Column(burn) }
    try Charge(recorder: recorder, owner: ObjectIdentifier(caller)).run { _ = try column.vector() }
    let made = try #require(recorder.measured(maker)).nanoseconds
    let called = try #require(recorder.measured(caller)).nanoseconds
    #expect(made >= 2 * nanoseconds && called < made)
    #expect(recorder.nanoseconds == made + called)
    #expect(Charge.current == nil)
  }

  /// Columns are read late, by whoever asks first: their bytes are still those of the scan they belong to.
  @Test func bytesBelongToTheirScan() throws {
    let (plan, read) = try explain(
      """
      EXPLAIN ANALYZE SELECT a.note, b.userIdentity.accessKeyId AS k FROM events a
      JOIN events b ON a.eventTime = b.eventTime
      WHERE a.rare = 'r3' AND b.eventTime < timestamp '\(TwoRowGroups.time(Self.firstRows - 1))'
      """)
    let scans = plan.operators.filter { $0.name == "Scan" }
    #expect(scans.count == 2 && scans.map(\.rows) == [1, Self.firstRows - 1])
    #expect(scans.allSatisfy { ($0.bytes ?? 0) > 0 })
    #expect(scans.reduce(0) { $0 + ($1.bytes ?? 0) } == read.bytesRead)
    #expect(plan["read"] == "\(read.bytesRead) bytes in \(read.blocksRead) blocks")
    #expect(scans[0]["row groups"] == "1 of 2 read, 1 ruled out by dictionaries")
    #expect(scans[1]["row groups"] == "1 of 2 read, 1 outside the time range")
    #expect(plan["row groups"] == "2 of 4 read, 1 outside the time range, 1 ruled out by dictionaries")
    #expect(plan.operators.filter { $0.name != "Scan" }.allSatisfy { $0.bytes == nil })
  }

  /// The measured run reads what the run itself would, the columns of the result too.
  @Test(arguments: [
    "SELECT note, eventID FROM events WHERE rare IS NOT NULL",
    "SELECT note FROM events WHERE eventName = 'Put' ORDER BY eventID LIMIT 3",
    "SELECT \"$path\", count(*) FROM events GROUP BY 1",
  ])
  func analyzeReadsWhatTheQueryReads(sql: String) throws {
    let query = try Query(
      sql, on: try Archive(path: try TwoRowGroups.archive().path), options: options())
    try query.run { _ in }
    var read = try explain("EXPLAIN ANALYZE " + sql).read
    #expect(read.bytesRead > 0)
    read.rows = query.statistics.rows
    #expect(read == query.statistics)
  }

  @Test func subqueriesSayHowOftenTheyRan() throws {
    let archive = try threeDays()
    let (plan, read) = try explain(
      """
      EXPLAIN ANALYZE SELECT d, (SELECT count(*) FROM events WHERE eventName = t.d) AS n
      FROM (VALUES 'Day1', 'Day3', 'none') AS t(d)
      """, on: archive.path)
    let scan = try #require(plan.operators.first { $0.name == "Scan" })
    // Each combination runs; the rows of the scan are looked up by the name.
    #expect(scan.rows == 360 && scan.runs == 3)
    #expect(try #require(plan.operators.first { $0.name == "Lookup" }).rows == 80)
    #expect(scan["segments"] == "9 of 9 read")
    #expect(read.segments == 9 && read.segmentsRead == 9)
    let (unused, _) = try explain(
      "EXPLAIN ANALYZE SELECT (SELECT count(*) FROM events) FROM (VALUES 1) AS t(d) WHERE d > 1",
      on: archive.path)
    #expect(unused.lines.contains { $0.hasSuffix("Scan events  (not run)") })
  }

  @Test func limitLeavesRowGroupsAlone() throws {
    let (plan, _) = try explain("EXPLAIN ANALYZE SELECT eventName FROM events LIMIT 2")
    let scan = try #require(plan.operators.last)
    #expect(scan["row groups"] == "1 of 2 read, 1 not reached")
  }

  @Test func explainSaysWhatPruningLeaves() throws {
    let archive = try threeDays()
    let (byTime, _) = try explain(
      "EXPLAIN SELECT count(*) FROM events WHERE eventTime BETWEEN '2024-05-02' AND '2024-05-03'",
      on: archive.path)
    let scan = try #require(byTime.operators.last)
    #expect(scan["segments"] == "1 of 3 left, 2 outside the time range")
    #expect(scan["row groups"] == "1 of 1 left" && scan["rows"] == "at most 40")
    let (byName, _) = try explain(
      "EXPLAIN SELECT count(*) FROM events WHERE eventName = 'Day3'", on: archive.path)
    #expect(byName.operators.last?["segments"] == "3 of 3 left")
    #expect(byName.operators.last?["row groups"] == "1 of 3 left, 2 ruled out by dictionaries")
    #expect(byName.operators.last?["rows"] == "at most 40")
    let (never, _) = try explain("EXPLAIN SELECT count(*) FROM events WHERE 1 = 2", on: archive.path)
    #expect(never.operators.last?["rows"] == "at most 0")
    let (join, _) = try explain(
      """
      EXPLAIN SELECT 1 FROM events a JOIN events b ON a.eventID = b.eventID
      WHERE a.eventName = 'Day1' AND b.eventTime >= '2024-05-03'
      """, on: archive.path)
    let scans = join.operators.filter { $0.name == "Scan" }
    #expect(scans.map { $0["segments"] } == ["3 of 3 left", "1 of 3 left, 2 outside the time range"])
    #expect(scans.map { $0["rows"] } == ["at most 40", "at most 40"])
  }

  /// No chunk is read for it: nothing but footer, catalogue, directories, word lists and a page of an index.
  @Test(arguments: [
    ("eventName = 'Put'", "1 of 2 left, 1 ruled out by dictionaries", 6000),
    ("eventID = '\(TwoRowGroups.id(3))'", "1 of 2 left, 1 ruled out by dictionaries", firstRows),
    ("note LIKE '%7'", "2 of 2 left", rowCount),
    ("eventTime >= '\(TwoRowGroups.time(firstRows))'", "1 of 2 left, 1 outside the time range", 6000),
  ])
  func explainReadsNoValue(condition: String, rowGroups: String, rows: Int) throws {
    let (plan, read) = try explain("EXPLAIN SELECT * FROM events WHERE " + condition)
    #expect(plan.operators.last?["row groups"] == rowGroups)
    #expect(plan.operators.last?["rows"] == "at most \(rows)")
    #expect(read.bytesRead < 12_000)
  }
}

/// The lines of a plan, taken apart.
private struct ExplainedPlan {
  struct Operator {
    var name = ""
    var rows = 0
    var batches = 0
    var runs = 1
    var milliseconds: Double?
    var bytes: Int?
    var details: [String] = []

    subscript(name: String) -> String? { ExplainedPlan.value(name, details) }
  }

  let lines: [String]
  private(set) var operators: [Operator] = []
  private var summary: [String] = []

  subscript(name: String) -> String? { Self.value(name, summary) }

  init(_ lines: [String]) {
    self.lines = lines
    var isSummary = false
    // Behind the logical plan of EXPLAIN, which has its own tests.
    for line in lines.firstIndex(of: "Operators").map({ lines[($0 + 1)...] }) ?? lines[...] {
      let text = String(line.drop { $0 == " " })
      if text.isEmpty {
        isSummary = true
      } else if isSummary {
        summary.append(text)
      } else if text.hasPrefix("- ") {
        operators.append(Self.read(text))
      } else {
        operators[operators.count - 1].details.append(text)
      }
    }
  }

  private static func read(_ line: String) -> Operator {
    var read = Operator()
    read.name = String(line.dropFirst(2).prefix { $0 != " " })
    guard line.hasSuffix(")"), let start = line.lastIndex(of: "(") else { return read }
    for part in line[line.index(after: start)...].dropLast().split(separator: ",") {
      let words = part.split(separator: " ")
      guard words.count == 2 else { continue }
      switch words[1] {
      case "row", "rows": read.rows = Int(words[0]) ?? -1
      case "batch", "batches": read.batches = Int(words[0]) ?? -1
      case "runs": read.runs = Int(words[0]) ?? -1
      case "ms": read.milliseconds = Double(words[0])
      case "bytes": read.bytes = Int(words[0])
      default: break
      }
    }
    return read
  }

  private static func value(_ name: String, _ lines: [String]) -> String? {
    let start = name + String(repeating: " ", count: max(0, 12 - name.count))
    return lines.first { $0.hasPrefix(start) }.map { String($0.dropFirst(start.count)) }
  }
}
