import Cairn
import CairnOracle
import CairnSQL
import CairnTestSupport
import Foundation
import Testing

/// Conditions on encoded columns against the oracle over the original JSON, row for row, with pruning and
/// dictionary evaluation on and off, with one thread and two.
@Suite struct FilterTests {
  private struct Set {
    let archive: TestArchive
    /// Records in stored order.
    let lines: [[UInt8]]
    let records: [OracleRecord]
  }

  /// An archive of the records and what a scan without a condition gives.
  private func set(_ lines: [String]) throws -> Set {
    var options = CompactionOptions()
    options.pieceByteTarget = 4 << 10
    options.segmentJSONByteLimit = 40 << 10
    let objects = stride(from: 0, to: lines.count, by: 20).map { start in
      (
        key: "part-\(1000 + start).json",
        bytes: Array(lines[start..<min(start + 20, lines.count)].joined(separator: "\n").utf8)
      )
    }
    let archive = try TestArchive(objects, options: options)
    var output: [UInt8] = []
    try Scan(try Archive(path: archive.path), ScanRequest()).writeRecords(.compactJSON) { output += $0 }
    let stored = output.split(separator: UInt8(ascii: "\n")).map { Array($0) }
    return Set(archive: archive, lines: stored, records: try stored.map { try OracleRecord(json: $0) })
  }

  private func matches(_ set: Set, _ text: String, mode: EvaluationMode, threads: Int) throws -> [[UInt8]] {
    var request = ScanRequest()
    request.condition = try Condition(text, now: 1_700_000_000_000)
    request.mode = mode
    request.threads = threads
    var output: [UInt8] = []
    try Scan(try Archive(path: set.archive.path), request).writeRecords(.compactJSON) { output += $0 }
    return output.split(separator: UInt8(ascii: "\n")).map { Array($0) }
  }

  private func check(_ set: Set, seed: UInt64, count: Int) throws {
    var generator = PredicateGenerator(seed: seed, columns: PredicateGenerator.columns(of: set.records))
    var nonEmpty = 0
    for round in 0..<count {
      let text = generator.next()
      let expression = try SQLParser.parseExpression(text)
      let expected = try zip(set.lines, set.records).filter {
        try Oracle.truth(expression, $1, now: 1_700_000_000) == true
      }.map(\.0)
      if !expected.isEmpty, expected.count < set.lines.count { nonEmpty += 1 }
      let modes: [(EvaluationMode, Int)] = [
        (EvaluationMode(), 2), (EvaluationMode(usesPruning: false), 1),
        (EvaluationMode(usesDictionary: false), 1),
      ]
      for (mode, threads) in modes {
        let actual = try matches(set, text, mode: mode, threads: threads)
        #expect(actual == expected, "round \(round): \(text): \(actual.count) rows, not \(expected.count)")
        if actual != expected { return }
      }
    }
    #expect(nonEmpty > count / 10)
  }

  private static let isLong = ProcessInfo.processInfo.environment["CAIRN_LONG"] != nil

  @Test(arguments: 0..<4)
  func generatedRecords(seed: UInt64) throws {
    try check(try set(Self.variedRecords(seed: seed)), seed: seed, count: Self.isLong ? 4000 : 150)
  }

  @Test(
    .enabled(if: Corpus.current != nil),
    arguments: ["odd/awsdocs_examples.ndjson", "odd/panther_tests.ndjson", "odd/stratus_datadog.ndjson"])
  func corpus(file: String) throws {
    let corpus = try #require(Corpus.current)
    let text = String(decoding: try readFile(corpus.path + "/" + file), as: UTF8.self)
    let lines = text.split(separator: "\n").map { String($0) }.prefix(120)
    try check(try set(Array(lines)), seed: 77, count: Self.isLong ? 2000 : 140)
  }

  /// Few names and values, so that conditions meet; every kind at the same paths.
  private static func variedRecords(seed: UInt64) -> [String] {
    var random = SeededGenerator(seed: seed)
    let scalars = [
      "\"a\"", "\"b\"", "\"A\"", "\"\"", "\"1\"", "1", "1.0", "-2", "2.50", "true", "false", "\"true\"",
      "null", "{}", "[]",
      "\"x\\u003dy\"", "\"caf\\u00e9\"", "\"10.0.0.1\"", "\"line\\nbreak\"", "1e3", "\"100%_\"",
    ]
    func value(_ depth: Int) -> String {
      switch random.below(depth > 2 ? 1 : 4) {
      case 0, 1: return random.pick(scalars)
      case 2:
        let keys = ["k", "K", "name", "n.m", "items"].filter { _ in random.chance(2) }
        return "{" + keys.map { "\"\($0)\":\(value(depth + 1))" }.joined(separator: ",") + "}"
      default:
        return "[" + (0..<random.below(4)).map { _ in value(depth + 1) }.joined(separator: ",") + "]"
      }
    }
    return (0..<150).map { index in
      var members = [
        "\"eventVersion\":\"1.08\"",
        "\"eventTime\":\"2024-0\(1 + random.below(3))-1\(random.below(3))T00:00:0\(random.below(10))Z\"",
        "\"eventID\":\"id-\(index)\"", "\"eventName\":\"\(random.pick(["Get", "Put", "List"]))\"",
      ]
      for key in ["p", "q", "P", "list"] where random.chance(2) { members.append("\"\(key)\":\(value(0))") }
      return "{" + members.joined(separator: ",") + "}"
    }
  }
}
