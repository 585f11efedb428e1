import Cairn
import CairnStorage
import CairnTestSupport
import Testing

/// LIKE on whole records and objects: with the search before anything is rebuilt, and without.
@Suite struct TextSearchTests {
  private func rows(_ archive: Archive, _ condition: String, usesPruning: Bool) throws -> [[UInt8]] {
    var request = ScanRequest()
    request.condition = try Condition(condition, now: 0)
    request.mode = EvaluationMode(usesPruning: usesPruning)
    var output: [UInt8] = []
    try Scan(archive, request).writeRecords(.compactJSON) { output += $0 }
    return output.split(separator: UInt8(ascii: "\n")).map { Array($0) }
  }

  private func check(_ archive: TestArchive, seed: UInt64, count: Int) throws {
    var random = SeededGenerator(seed: seed)
    let archive = try Archive(path: archive.path)
    var output: [UInt8] = []
    try Scan(archive, ScanRequest()).writeRecords(.compactJSON) { output += $0 }
    let lines = output.split(separator: UInt8(ascii: "\n")).map { Array($0) }
    #expect(lines.count > RecordSearch.rebuiltRowCount)
    var found = 0
    for _ in 0..<count {
      let line = random.pick(lines)
      func piece() -> String {
        let length = min(line.count, 1 + random.below(random.chance(3) ? 50 : 10))
        let start = random.below(line.count - length + 1)
        return String(decoding: line[start..<(start + length)], as: UTF8.self)
          .replacing("'", with: "''")
      }
      let pattern = random.chance(3) ? "%\(piece())%\(piece())%" : "%\(piece())%"
      let path = random.pick(["eventJson", "requestParameters", "userIdentity", "a", "p", "varied", "Tag"])
      let condition =
        random.chance(5) ? "\(path) NOT LIKE '\(pattern)'" : "\(path) LIKE '\(pattern)'"
      let all = try rows(archive, condition, usesPruning: false)
      let searched = try rows(archive, condition, usesPruning: true)
      #expect(searched == all, "\(condition): \(searched.count) rows, not \(all.count)")
      found += all.isEmpty ? 0 : 1
      if path == "eventJson", !condition.contains("NOT"), !pattern.contains("_"), pattern.isASCII {
        let texts = pattern.replacing("''", with: "'").split(separator: "%").map { Array($0.utf8) }
        if texts.count == 1, let text = texts.first {
          let expected = lines.filter { line in
            line.withUnsafeBufferPointer { ByteFinder(text).find(in: $0) != nil }
          }
          #expect(all == expected, "\(condition)")
        }
      }
    }
    #expect(found > count / 10)
  }

  @Test(arguments: [1, 2])
  func oddRecords(seed: UInt64) throws {
    var random = RandomJSON(seed: seed)
    let objects = (0..<150).map { (key: "\($0).json", bytes: random.object().bytes) }
    try check(try TestArchive(objects), seed: seed, count: 40)
  }

  @Test(.enabled(if: Corpus.current != nil))
  func corpus() throws {
    let corpus = try #require(Corpus.current)
    let files = try corpus.files("sans504").prefix(20)
    try check(try TestArchive(files.map { (key: $0.path, bytes: $0.bytes) }), seed: 4, count: 40)
  }

  /// A string at the path is compared by its value, an object by its text: escapes count in the one only.
  @Test func stringsAreComparedByValue() throws {
    let lines = (0..<200).map { row in
      row % 2 == 0
        ? #"{"eventTime":"2024-01-01T00:00:00Z","eventName":"Get","p":"x\u003dy\#(row)"}"#
        : #"{"eventTime":"2024-01-01T00:00:00Z","eventName":"Get","p":{"k":"x\u003dy\#(row)"}}"#
    }
    let made = try TestArchive([(key: "a.json", bytes: Array(lines.joined(separator: "\n").utf8))])
    let archive = try Archive(path: made.path)
    for usesPruning in [true, false] {
      #expect(try rows(archive, "p LIKE '%x=y%'", usesPruning: usesPruning).count == 100)
      #expect(try rows(archive, #"p LIKE '%x\u003dy%'"#, usesPruning: usesPruning).count == 100)
      #expect(try rows(archive, "p LIKE '%y1__%'", usesPruning: usesPruning).count == 106)
      #expect(try rows(archive, "eventJson LIKE '%=%'", usesPruning: usesPruning).isEmpty)
    }
  }
}

extension String {
  fileprivate var isASCII: Bool { utf8.allSatisfy { $0 < 0x80 } }
}
