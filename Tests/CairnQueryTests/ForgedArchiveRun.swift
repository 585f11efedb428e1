import Cairn
import CairnStorage
import CairnTestSupport
import Foundation

/// An archive of one small segment with everything in it that records have, copies of which are forged and then opened,
/// queried, scanned, described, restored, verified and compacted into.
struct ForgedArchiveRun {
  private let directory: TemporaryDirectory
  private let segment: [UInt8]
  private let entry: SegmentEntry
  /// What the honest archive answers.
  private let expected: [String: String]

  /// What was wrong with a forged archive's answers.
  struct Problem: Error {
    var text: String
  }

  static let queries = [
    "SELECT eventTime, date_trunc('hour', eventTime), hour(from_iso8601_timestamp(eventTime)) FROM events",
    "SELECT date(eventTime), count(*), min(eventTime), max(n) FROM events GROUP BY 1 ORDER BY 1",
    "SELECT eventName, count(DISTINCT userIdentity.arn) FROM events WHERE eventTime >= '2024-02-29' GROUP BY 1",
    "SELECT eventID FROM events WHERE eventTime BETWEEN '2024-02-29T12:00:00Z' AND '2024-03-01T00:00:00Z'",
    "SELECT eventID, eventJson FROM events WHERE requestParameters LIKE '%item-1%' OR userIdentity.arn LIKE '%role%'",
    "SELECT e.eventID, t.item FROM events e CROSS JOIN UNNEST(e.requestParameters.items) AS t(item)",
    "SELECT sum(n), avg(n), eventSource FROM events WHERE eventSource = 'ec2.amazonaws.com' OR n > 3 GROUP BY eventSource",
    "SELECT requestParameters, userIdentity, f FROM events ORDER BY eventTime DESC, eventID LIMIT 20",
    "SELECT eventID, userIdentity.arn, n, f, requestParameters.items[1].k FROM events WHERE errorCode IS NULL",
  ]

  init() throws {
    directory = try TemporaryDirectory()
    let archive = try TestArchive(Self.objects)
    guard let file = try archive.segments().first, let entry = try archive.snapshot().manifest.segments.first
    else {
      throw TestFailure("the archive has no segment")
    }
    segment = file.value
    self.entry = entry
    try writeFile(directory.sub("honest/segments/\(entry.name)"), segment)
    try Self.publish(entry, at: directory.sub("honest"))
    var answers: [String: String] = [:]
    for query in Self.queries { answers[query] = try Self.answer(query, directory.sub("honest")) }
    expected = answers
  }

  private static let objects: [(key: String, bytes: [UInt8])] = {
    let lines = (0..<14).map { index in
      let second = 10 + index * 3
      return
        #"{"eventVersion":"1.08","eventTime":"2024-0\#(index < 9 ? "2-29" : "3-01")T12:0\#(index % 10):\#(second)Z","eventName":"Name\#(index % 3)","#
        + #""eventSource":"\#(["ec2", "s3"][index % 2]).amazonaws.com","eventID":"00000000-0000-4000-8000-0000000000\#(10 + index)","#
        + #""userIdentity":{"type":"Role","arn":"arn:aws:iam::1:role/r\#(index % 4)"},"n":\#(index * index - 9),"f":\#(index).50,"#
        + #""requestParameters":{"items":[{"k":"item-\#(index)"},{"k":null,"deep":[[1,2],[\#(index)]]}],"t":"a\u003db\#(index)"}}"#
    }
    let odd = "{ \"eventName\" :\"odd\", \"eventTime\":  \"x\", \"list\": [ 1,2 , {} ]}"
    let pretty =
      "{\n  \"eventName\": \"p\",\n  \"eventTime\": \"2024-02-29T23:59:59Z\",\n  \"a\": [\n    1,\n    {\n      \"b\": \"c\"\n    }\n  ]\n}"
    return [
      ("AWSLogs/1/a.json", Array("{\"Records\":[\(lines[..<6].joined(separator: ",")),\(lines[2])]}".utf8)),
      ("AWSLogs/1/b.json", Array(lines[6...].joined(separator: "\n").utf8)),
      ("AWSLogs/1/c.json", Array(odd.utf8)), ("AWSLogs/1/d.json", Array(pretty.utf8)),
      ("AWSLogs/1/e.json", Array("{\"no\":\"log\"}".utf8)),
    ]
  }()

  private func forged(_ random: inout SeededGenerator) throws -> [UInt8] {
    var forge = try SegmentForge(segment)
    forge.change(&random)
    return forge.bytes()
  }

  /// Everything with the archive of a seed. Throws what no reader of a damaged archive may do.
  func run(_ seed: UInt64) throws {
    var segment = SeededGenerator(seed: seed)
    var manifest = SeededGenerator(seed: ~seed)
    let bytes = try forged(&segment)
    try run(bytes, &manifest)
  }

  /// The same for changes that were chosen elsewhere.
  func run(choices: [UInt8]) throws {
    var random = SeededGenerator(choices: choices)
    let bytes = try forged(&random)
    try run(bytes, &random)
  }

  private func run(_ bytes: [UInt8], _ random: inout SeededGenerator) throws {
    let path = directory.sub("forged")
    try? FileManager.default.removeItem(atPath: path)
    try writeFile("\(path)/segments/\(entry.name)", bytes)
    var forgedEntry = Self.entry(entry, bytes)
    if random.chance(6) { Self.forge(&forgedEntry, &random) }
    try Self.publish(forgedEntry, at: path)
    var answers: [String: String] = [:]
    for query in Self.queries {
      try attempt(query) { answers[query] = try Self.answer(query, path) }
    }
    try readRecords(path)
    var isWhole = false
    try attempt("verify") {
      var isReported = false
      _ = try Archive(path: path).verify(threads: 1) { _ in isReported = true }
      // Not where the archive could not even be opened.
      isWhole = !isReported
    }
    try attempt("restore") {
      let target = directory.sub("restored")
      try? FileManager.default.removeItem(atPath: target)
      _ = try Archive(path: path).restore(to: target, threads: 1)
    }
    if isWhole {
      for query in Self.queries where answers[query] != expected[query] {
        throw Problem(text: "verified, but \(query) gives \(answers[query] ?? "an error")")
      }
    }
    try attempt("compact") {
      try writeFile(
        directory.sub("more/x.json"), Array("{\"eventName\":\"more\",\"eventVersion\":\"1\"}".utf8))
      _ = try Compactor(archive: path, options: CompactionOptions()).run([directory.sub("more")])
    }
  }

  private func readRecords(_ path: String) throws {
    for format in [RecordFormat.raw, .compactJSON] {
      try attempt("scan") {
        try Scan(try Archive(path: path), ScanRequest()).writeRecords(format) { _ in }
      }
    }
    try attempt("scan") {
      var request = ScanRequest()
      request.order = .reverseTime
      request.condition = try Condition(
        "eventName = 'Name1' OR requestParameters.items[0].k LIKE '%3'", now: 0)
      try Scan(try Archive(path: path), request).fields(["eventTime", "n", "userIdentity"]) { _ in }
    }
    try attempt("schema") { _ = try ArchiveSchema(try Archive(path: path), detail: .examples) }
    try attempt("inspect") { _ = try Inspection(path: path, columns: true).total }
  }

  /// Errors are for people: what is wrong in the archive names its file.
  private func attempt(_ what: String, _ body: () throws -> Void) throws {
    do { try body() } catch let error as CairnError {
      switch error {
      case .damaged(let file, _, _), .unsupportedVersion(let file, _):
        guard file.contains("forged") else { throw Problem(text: "\(what): names \(file)") }
      // A forged key may be no name that the file system takes.
      case .io where what == "restore": break
      case .interrupted, .io: throw Problem(text: "\(what): \(error)")
      default: break
      }
    } catch { throw Problem(text: "\(what): threw \(error)") }
  }

  private static func answer(_ sql: String, _ path: String) throws -> String {
    var options = QueryOptions()
    options.threads = 1
    options.memoryLimit = 64 << 20
    let query = try Query(sql, on: try Archive(path: path), options: options)
    var text = ""
    try query.run { batch in
      for row in 0..<batch.rowCount {
        text += query.columns.indices.map { batch[row, $0].text ?? "NULL" }.joined(separator: "|") + "\n"
      }
    }
    return text
  }

  // MARK: Manifest

  /// Puts a number at the end of some range into the manifest's line.
  private static func forge(_ entry: inout SegmentEntry, _ random: inout SeededGenerator) {
    let number = Int(truncatingIfNeeded: random.pick(ByteForge.numbers) >> 1)
    switch random.below(8) {
    case 0: entry.rowCount = number
    case 1: entry.recordCount = number
    case 2: entry.objectCount = number
    case 3: entry.jsonByteCount = number
    case 4: entry.sourceByteCount = number
    case 5: entry.minimumTime = Int64(number) - (random.chance(2) ? .max : 0)
    case 6: entry.maximumTime = Int64(number) - (random.chance(2) ? .max : 0)
    default: entry.untimedRowCount = number
    }
  }

  /// What the manifest would say of the file, so that opening has nothing to find.
  private static func entry(_ honest: SegmentEntry, _ bytes: [UInt8]) -> SegmentEntry {
    var entry = honest
    entry.byteCount = bytes.count
    guard let reader = try? SegmentReader(MemoryBlockStore(name: "forged", bytes: bytes)),
      let seal = try? reader.seal()
    else { return entry }
    let footer = reader.footer
    entry.seal = seal
    (entry.rowCount, entry.recordCount) = (footer.rowCount, footer.recordCount)
    (entry.duplicateCount, entry.rejectedCount) = (footer.duplicateCount, footer.rejectedCount)
    (entry.objectCount, entry.jsonByteCount) = (footer.objectCount, footer.jsonByteCount)
    entry.sourceByteCount = footer.sourceByteCount
    (entry.minimumTime, entry.maximumTime) = footer.timeRange
    entry.untimedRowCount = footer.rowGroups.reduce(0) { $0 + $1.untimedRowCount }
    return entry
  }

  private static func publish(_ entry: SegmentEntry, at path: String) throws {
    let manifest = Manifest(sequence: 1, segments: [entry]).encode()
    try writeFile("\(path)/\(Manifest.fileName(1))", manifest)
    let pointer = "\(Manifest.fileName(1)) \(hexadecimal(checksum(manifest, seed: 0)))\n"
    try writeFile("\(path)/CURRENT", Array(pointer.utf8))
  }
}
