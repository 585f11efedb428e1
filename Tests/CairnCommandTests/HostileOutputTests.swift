import Cairn
import CairnTestSupport
import Foundation
import Testing

/// Records may hold what JSON does not allow; what is written as JSON is JSON all the same.
@Suite struct HostileOutputTests {
  /// Raw control characters, malformed UTF-8 and surrogates in values and in keys.
  private static let records: [[UInt8]] =
    [
      "a\nb", "\r\n", "\t\u{0}\u{1}\u{1f}", "\u{7f}\u{85}", "},\n{", "\\\"\n\\\\", "\u{2028}é😀",
    ].enumerated().map { record(Array($1.utf8), $0) }
    + [
      [0xFF], [0xC3], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82],
      [0x61, 0x80, 0x0A, 0x62],
    ].enumerated().map { record($1, 100 + $0) }

  private static func record(_ odd: [UInt8], _ id: Int) -> [UInt8] {
    Array(#"{"eventTime":"2023-07-10T11:54:39Z","eventID":"\#(id)","eventName":""#.utf8) + odd
      + Array(#"","o":{"k"#.utf8) + odd + Array(#"":[""#.utf8) + odd + Array(#""]}}"#.utf8)
  }

  private func withArchive(_ body: (String) throws -> Void) throws {
    let bytes =
      Array("{\"Records\":[".utf8) + Self.records.joined(separator: Array(",".utf8)) + Array("]}".utf8)
    let archive = try TestArchive([("x.json", bytes)])
    #expect(archive.summary.kept == Self.records.count && !archive.summary.hasRejects)
    try body(archive.path)
    #expect(try archive.restore()["x.json"] == bytes)
  }

  private static let reads: [[String]] = [
    ["scan"], ["scan", "--select", "*"], ["scan", "--select", "eventName,o,o.k"],
    ["query", "SELECT * FROM events"], ["query", "SELECT eventName, o, eventJson FROM events"],
    [
      "query",
      "SELECT eventName AS \"a\u{1}b\", json_format(o), map_keys(CAST(o AS map(varchar, json))) FROM events",
    ],
  ]

  @Test(arguments: reads) func parses(_ read: [String]) throws {
    try withArchive { archive in
      let arguments = [read[0], archive] + read.dropFirst()
      let lines = try runProcess(try Binary.command(arguments + ["--output", "jsonl"]))
      #expect(lines.code == 0, "\(lines.error)")
      let parts = lines.output.split(separator: 0x0A)
      #expect(parts.count == Self.records.count)
      for part in parts { #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(part)) } }
      let array = try runProcess(try Binary.command(arguments + ["--output", "json"]))
      let parsed = try JSONSerialization.jsonObject(with: Data(array.output)) as? [[String: Any]]
      #expect(parsed?.count == Self.records.count)
    }
  }

  /// Lines are made a batch at a time and by several threads, an array row by row: the rows are the same. So are those of
  /// CSV and what the library gives.
  @Test(arguments: [
    "SELECT eventTime, eventName, eventID FROM events",
    "SELECT 1 AS a, NULL AS b, '' AS c, eventName FROM events",
    "SELECT min(eventTime), max(eventTime), o.k FROM events GROUP BY 3 ORDER BY 3",
    "SELECT eventName || ',' || eventID || '\"', length(eventName) / 3.0 FROM events ORDER BY 1 DESC",
    "SELECT eventName FROM events WHERE eventID = '3'", "SELECT eventName FROM events WHERE FALSE",
    "SELECT eventID AS \"a\"\"b\", eventID AS \"a\"\"b\", eventJson FROM events LIMIT 7",
  ])
  func sameRows(_ sql: String) throws {
    try withArchive { archive in
      func output(_ format: String) throws -> String {
        let result = try runProcess(try Binary.command(["query", archive, sql, "--output", format]))
        #expect(result.code == 0, "\(result.error)")
        return String(decoding: result.output, as: UTF8.self)
      }
      let lines = try output("jsonl").split(separator: "\n")
      let elements = try output("json").split(separator: "\n").dropFirst().dropLast()
      #expect(lines == elements.map { $0.hasSuffix(",") ? $0.dropLast() : $0[...] })
      let query = try Query(sql, on: try Archive(path: archive))
      func field(_ value: [UInt8]?) -> [UInt8] {
        guard let value else { return [] }
        let isPlain = !value.isEmpty && !value.contains { [0x22, 0x2C, 0x0D, 0x0A].contains($0) }
        return isPlain ? value : [0x22] + value.flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] } + [0x22]
      }
      func row(_ values: [[UInt8]?]) -> [UInt8] {
        Array(values.map(field).joined(separator: [0x2C])) + [0x0D, 0x0A]
      }
      var wanted = row(query.columns.map { Array($0.name.utf8) })
      try query.run { batch in
        for number in 0..<batch.rowCount {
          wanted += row(query.columns.indices.map { batch[number, $0].utf8 })
        }
      }
      let csv = try runProcess(try Binary.command(["query", archive, sql, "--output", "csv"]))
      #expect(csv.output == wanted)
    }
  }

  /// Control characters keep their meaning, malformed bytes become U+FFFD, raw output is the source's.
  @Test func mends() throws {
    try withArchive { archive in
      let lines = try Binary.run("scan", archive, "--output", "jsonl").output.split(separator: 0x0A)
      let names = try lines.map {
        (try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])?["eventName"] as? String
      }
      #expect(names.prefix(3) == ["a\nb", "\r\n", "\t\u{0}\u{1}\u{1f}"])
      #expect(names[7] == "\u{FFFD}" && names[9] == "\u{FFFD}(" && names[13] == "a\u{FFFD}\nb")
      let raw = try Binary.run("scan", archive, "--output", "raw").output
      #expect(raw == Array((Self.records + [[]]).joined(separator: [0x0A])))
    }
  }

  @Test func mendsTextOnly() throws {
    func mended(_ text: [UInt8]) -> [UInt8] { text.withUnsafeBufferPointer { ValidJSON.mended($0) } ?? text }
    for text in [#"{"a":"é\n","b":[1,"x\"y\\"]}"#, "\"\\u0000\"", "1", ""] {
      #expect(mended(Array(text.utf8)) == Array(text.utf8))
    }
    #expect(mended(Array("[\n\t1]".utf8)) == Array("[  1]".utf8))
    #expect(mended(Array("\"\\\n\"".utf8)) == Array("\"\\\\n\"".utf8))
  }

  // MARK: Numbers of options

  private static let greatest = "9223372036854775807"

  @Test func numbersOfOptions() throws {
    let directory = try TemporaryDirectory()
    try directory.write("in/x.json", Self.record([0x61], 1))
    let archive = directory.sub("archive")
    let compact = ["compact", directory.sub("in"), "--into", archive]
    #expect(try runProcess(try Binary.command(compact)).code == 0)
    let wrong: [[String]] = [
      compact + ["--max-object", Self.greatest], compact + ["--max-object", "0"],
      compact + ["--max-object", "-1"], compact + ["--max-object", "9223372036854775808"],
      compact + ["--max-object", "1025GiB"], compact + ["--memory", "0"], compact + ["--memory", "-5"],
      compact + ["--memory", Self.greatest], compact + ["--memory", "1.5GiB"], compact + ["--threads", "0"],
      compact + ["--threads", "-1"], compact + ["--threads", "9223372036854775808"],
      ["scan", archive, "--limit", "-1"], ["scan", archive, "--threads", "0"],
      ["query", archive, "SELECT 1", "--memory", "0"],
      ["query", archive, "SELECT 1", "--memory", Self.greatest],
      ["inspect", archive, "--schema", "--depth", "0"], ["inspect", archive, "--schema", "--depth", "-1"],
      ["synth", "--out", directory.sub("s"), "--events", Self.greatest],
      ["synth", "--out", directory.sub("s"), "--events", "-1"],
      ["synth", "--out", directory.sub("s"), "--days", Self.greatest],
      ["synth", "--out", directory.sub("s"), "--accounts", Self.greatest],
      ["synth", "--out", directory.sub("s"), "--regions", Self.greatest],
      ["synth", "--out", directory.sub("s"), "--threads", Self.greatest],
      ["synth", "--out", directory.sub("s"), "--duplicates", "1e300"],
    ]
    for arguments in wrong {
      let result = try runProcess(try Binary.command(arguments))
      #expect(result.code == 2, "\(arguments): \(result.code) \(result.error)")
    }
    let right: [[String]] = [
      compact + ["--max-object", "1TiB", "--memory", "1"], compact + ["--threads", Self.greatest],
      ["scan", archive, "--limit", Self.greatest], ["scan", archive, "--count", "--limit", Self.greatest],
      ["query", archive, "SELECT 1", "--memory", "1TiB"],
      ["inspect", archive, "--schema", "--depth", Self.greatest],
    ]
    for arguments in right {
      let result = try runProcess(try Binary.command(arguments))
      #expect(result.code == 0, "\(arguments): \(result.code) \(result.error)")
    }
  }
}
