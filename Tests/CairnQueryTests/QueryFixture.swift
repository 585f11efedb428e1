import Cairn
import CairnOracle
import CairnSQL
import CairnSynth
import CairnTestSupport
import Foundation

/// An archive, and the same records for the oracle in the order of the archive.
struct QueryFixture {
  let archive: TestArchive
  let records: [OracleRecord]
  let oracle: OracleArchive

  /// An archive of objects of NDJSON lines.
  init(_ objects: [(key: String, lines: [String])], options: CompactionOptions = CompactionOptions()) throws {
    archive = try TestArchive(
      objects.map { ($0.key, Array($0.lines.joined(separator: "\n").utf8)) }, options: options)
    // A record that several objects hold belongs to the first of them.
    let prefix = String(archive.source.dropFirst()) + "/"
    var keys: [[UInt8]: String] = [:]
    for object in objects {
      for line in object.lines {
        let text = try OracleRecord(json: Array(line.utf8)).compactText
        keys[text] = keys[text] ?? prefix + object.key
      }
    }
    var output: [UInt8] = []
    try Scan(try Archive(path: archive.path), ScanRequest()).writeRecords(.compactJSON) { output += $0 }
    let stored = output.split(separator: UInt8(ascii: "\n")).map { Array($0) }
    records = try stored.map { try OracleRecord(json: $0) }
    oracle = OracleArchive(zip(stored, records).map { OracleSourceRecord(record: $1, key: keys[$0] ?? "") })
  }

  /// Lines spread over objects as CloudTrail delivers them.
  static func objects(_ lines: [String], perObject: Int = 20) -> [(key: String, lines: [String])] {
    stride(from: 0, to: lines.count, by: perObject).map { start in
      let index = start / perObject
      let region = ["us-east-1", "eu-west-1"][index % 2]
      let day = 10 + index / 4 % 18
      let key = "AWSLogs/11112222333\(index % 3)/CloudTrail/\(region)/2024/0\(1 + index % 3)/\(day)/"
      return (
        "\(key)part-\(1000 + index).json", Array(lines[start..<min(start + perObject, lines.count)])
      )
    }
  }

  /// Few names and values, so that conditions meet; every kind at the same paths.
  static func odd(seed: UInt64, count: Int = 120) throws -> QueryFixture {
    var random = SeededGenerator(seed: seed)
    let scalars = [
      "\"a\"", "\"b\"", "\"A\"", "\"\"", "\"1\"", "1", "1.0", "-2", "2.50", "true", "false", "\"true\"",
      "null",
      "{}", "[]", "\"x\\u003dy\"", "\"caf\\u00e9\"", "\"10.0.0.1\"", "\"line\\nbreak\"", "1e3", "\"100%_\"",
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
    let lines = (0..<count).map { index in
      var members = [
        "\"eventVersion\":\"1.08\"",
        "\"eventTime\":\"2024-0\(1 + random.below(3))-1\(random.below(3))T00:00:0\(random.below(10))Z\"",
        "\"eventID\":\"id-\(index)\"", "\"eventName\":\"\(random.pick(["Get", "Put", "List"]))\"",
      ]
      for key in ["p", "q", "P", "list"] where random.chance(2) { members.append("\"\(key)\":\(value(0))") }
      return "{" + members.joined(separator: ",") + "}"
    }
    var options = CompactionOptions()
    options.pieceByteTarget = 4 << 10
    options.segmentJSONByteLimit = 20 << 10
    return try QueryFixture(objects(lines), options: options)
  }

  /// Records of one file of the real data.
  static func corpus(_ file: String, count: Int) throws -> QueryFixture? {
    guard let corpus = Corpus.current else { return nil }
    let text = String(decoding: try readFile(corpus.path + "/" + file), as: UTF8.self)
    return try QueryFixture(objects(text.split(separator: "\n").prefix(count).map(String.init)))
  }

  /// Generated history with a planted incident.
  static func generated(seed: UInt64, count: Int) throws -> QueryFixture {
    try synthesized(seed: seed, count: count, regions: 2, [.imageSwap])
  }

  /// The history that `tools/query_oracle/run` generates.
  static func suite(count: Int) throws -> QueryFixture {
    try synthesized(
      seed: 5, count: count, regions: 3,
      [.imageSwap, .leakedKey, .roleChain, .bucketRansomware, .privilegeEscalation, .disabledTrail])
  }

  private static func synthesized(
    seed: UInt64, count: Int, regions: Int, _ incidents: [Incident]
  ) throws -> QueryFixture {
    let directory = try TemporaryDirectory()
    var options = SynthOptions(outputPath: directory.path)
    options.eventCount = count
    options.seed = seed
    options.dayCount = 6
    options.accountCount = 3
    options.regionCount = regions
    options.incidents = incidents
    _ = try CairnSynth.generate(options)
    let names = try treePaths(directory.path).filter { $0.hasSuffix(".json.gz") }.sorted()
    return try QueryFixture(
      names.map { name in
        let object = try gunzip(try readFile(directory.path + "/" + name))
        return (name.replacing(".json.gz", with: ".json"), try OracleRecord.members(ofRecordsIn: object))
      })
  }
}
