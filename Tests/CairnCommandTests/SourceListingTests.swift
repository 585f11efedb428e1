import CairnTestSupport
import Testing

/// What became of every object and its records, counted here by hand.
@Suite struct SourceListingTests {
  private static func record(_ number: Int) -> String {
    #"{"eventTime":"2024-01-01T00:00:00Z","eventName":"n","eventID":"\#(number)"}"#
  }

  private static func quoted(_ text: String) -> String { text.replacing("\"", with: "\\\"") }

  /// Records in all, kept, duplicates, shadowed, rejected, and what is recognised.
  private static let expected: [(name: String, text: String, counts: [Int], form: String)] = [
    ("a.json", "{\"Records\":[\(record(1)),\(record(2)),\(record(1))]}", [3, 2, 1, 0, 0], "cloudtrail"),
    (
      "b.json",
      "{\"Events\":[{\"CloudTrailEvent\":\"\(quoted(record(2)))\"},{\"CloudTrailEvent\":\"{cut\"}]}",
      [2, 0, 1, 0, 1], "lookup-events"
    ),
    ("c.json", "{\"detail\":\(record(3))}\n{\"detail\":\(record(1))}", [2, 1, 1, 0, 0], "eventbridge"),
    (
      "d.json", "\(record(4))\n{\"eventName\":nonsense}\n\(record(5))\n{\"eve", [4, 2, 0, 0, 2], "cloudtrail"
    ),
    ("e.json", "{\"no\":\"log\"}", [0, 0, 0, 0, 0], "no records"),
    ("f.csv", "Event name,Event time,Event ID\nx,2024-01-01,6\nodd\n", [2, 1, 0, 0, 1], "csv"),
  ]

  @Test func everyObjectAddsUp() throws {
    let directory = try TemporaryDirectory()
    for object in Self.expected { try directory.write("in/" + object.name, Array(object.text.utf8)) }
    // Not in the archive, and told: what is no JSON, and what is broken from its first byte.
    try directory.write("in/y.png", [0x89] + Array("PNG\r\n".utf8))
    try directory.write("in/z.json", Array("{\"Records\":[{\"eventName\":".utf8))
    let compacted = try Binary.run("compact", "in", "--into", "archive", directory: directory.path)
    #expect(compacted.code == 3)
    #expect(
      compacted.error.contains("records  13 in = 6 kept + 3 duplicates + 4 rejected"), "\(compacted.error)")
    let listed = try Binary.run("inspect", "archive", "--sources", directory: directory.path)
    let lines = String(decoding: listed.output, as: UTF8.self).split(separator: "\n").dropFirst()
    #expect(lines.count == Self.expected.count, "\(lines)")
    for (line, object) in zip(lines, Self.expected) {
      let words = line.split(separator: " ")
      #expect(words.prefix(5).compactMap { Int($0) } == object.counts, "\(line)")
      #expect(object.counts[0] == object.counts.dropFirst().reduce(0, +))
      #expect(line.contains(" in/\(object.name)") && line.contains(" \(object.form) "), "\(line)")
    }
  }
}
