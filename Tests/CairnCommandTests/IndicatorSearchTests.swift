import Cairn
import CairnTestSupport
import Testing

/// What a search counts and shows, against every record's own text.
@Suite struct IndicatorSearchTests {
  private struct Event {
    var time: String?
    var id: String?
    var tokens: [(text: String, path: String)]
  }

  /// Records that have much in common, in several segments: keys, literals, numbers, arrays in arrays, objects that
  /// differ, some without a time or an ID.
  private static func archive(_ random: inout SeededGenerator) throws -> TestArchive {
    let words = ["alpha", "beta", "gamma-7", "true", "10", "a.b", "AKIA7", "203.0.113.9", "\u{212A}elvin"]
    let objects = (0..<6).map { object -> (key: String, bytes: [UInt8]) in
      let records = (0..<300).map { row -> String in
        func word() -> String { "\"\(random.pick(words))\"" }
        var members: [String] = []
        if !random.chance(40) {
          let second = random.below(60)
          members.append(
            #""eventTime":"2025-01-0\#(1 + object / 2)T00:\#(10 + row / 30):\#(second < 10 ? "0" : "")\#(second)Z""#
          )
        }
        if !random.chance(50) { members.append(#""eventID":"id-\#(object)-\#(random.below(100_000))""#) }
        members.append(#""eventName":\#(word()),"beta":\#(random.below(20)),"flag":\#(random.chance(2))"#)
        if random.chance(2) { members.append(#""list":[\#(word()),{"in":\#(word())},[\#(word()),null]]"#) }
        if random.chance(3) {
          members.append(
            #""more":{"k\#(random.below(40))":\#(word()),"alpha":{"x\#(random.below(3))":1.50}}"#)
        }
        return "{\(members.joined(separator: ","))}"
      }
      return ("\(object).json", Array(records.joined(separator: "\n").utf8))
    }
    var options = CompactionOptions()
    options.pieceByteTarget = 20_000
    return try TestArchive(objects, options: options)
  }

  /// Read of the records as the archive prints them, in its order.
  private static func events(_ archive: Archive) throws -> [Event] {
    var events: [Event] = []
    try Query("SELECT eventTime, eventID, eventJson FROM events", on: archive).run { batch in
      for row in 0..<batch.rowCount {
        events.append(
          Event(
            time: batch[row, 0].text, id: batch[row, 1].text, tokens: tokens(Array(batch[row, 2].json))))
      }
    }
    return events
  }

  private static func tokens(_ json: [UInt8]) -> [(text: String, path: String)] {
    var tokens: [(text: String, path: String)] = []
    var position = 0
    func string() -> String {
      let start = position + 1
      position = json[start...].firstIndex(of: UInt8(ascii: "\"")) ?? json.count
      defer { position += 1 }
      return String(decoding: json[start..<position], as: UTF8.self)
    }
    func value(_ path: String) {
      switch json[position] {
      case UInt8(ascii: "\""): tokens.append((string(), path))
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        let isArray = json[position] == UInt8(ascii: "[")
        position += 1
        while json[position] != UInt8(ascii: "}"), json[position] != UInt8(ascii: "]") {
          if json[position] == UInt8(ascii: ",") { position += 1 }
          if isArray {
            value(path.hasSuffix("[]") ? path : path + "[]")
          } else {
            let key = string()
            let member = path.isEmpty ? key : "\(path).\(key)"
            tokens.append((key, member))
            position += 1
            value(member)
          }
        }
        position += 1
      default:
        let start = position
        while !",}]".utf8.contains(json[position]) { position += 1 }
        let text = String(decoding: json[start..<position], as: UTF8.self)
        if text != "null" { tokens.append((text, path)) }
      }
    }
    value("")
    return tokens
  }

  @Test(arguments: [1, 2, 3], [0, 1, 7, 5000])
  func agreesWithRecords(seed: UInt64, limit: Int) throws {
    var random = SeededGenerator(seed: seed)
    let stored = try Self.archive(&random)
    let archive = try Archive(path: stored.path)
    let events = try Self.events(archive)
    #expect(events.count > 1500)
    let texts = [
      "alpha", "beta", "gamma", "a", "ru", "true", "1", "1.5", "id-3-", "203.0.113.9", "2025-01-02", "T00:1",
      "nowhere", "k7",
    ]
    // One alone, several, and one several times.
    for list in texts.map({ [$0] }) + [texts, ["beta", "beta", "eta"]] {
      let search = try IndicatorSearch(archive, for: try list.map { try Indicator($0) }, eventLimit: limit)
      check(search, list, events, limit) { $1.contains($0) }
    }
    for list in ["ALPHA", "akia7", "KELVIN", "elvIN", "TRUE", "t00:1", "ID-3-", "Gam"].map({ [$0] }) + [
      ["BETA", "a.B"]
    ] {
      let search = try IndicatorSearch(
        archive, for: try list.map { try Indicator($0) }, ignoresCase: true, eventLimit: limit)
      check(search, list, events, limit) { $1.lowercased().contains($0.lowercased()) }
    }
    let patterns = [
      "AKIA[0-9]", "al.ha", "(?i)GAMMA-[0-9]+", "^true$", "^[0-9]{2}$", "(beta|eta)$", "x?k[0-9]+",
      "-7|a[.]b",
      "2025-01-0[12]T00:1", "(id-[35])+-[0-9]*7$",
    ]
    for pattern in patterns {
      let expression = try Regex(pattern)
      let search = try IndicatorSearch(
        archive, for: [Indicator(pattern, isExpression: true)], eventLimit: limit)
      check(search, [pattern], events, limit) { $1.firstMatch(of: expression) != nil }
    }
  }

  /// - Parameter holds: whether an indicator is in a text.
  private func check(
    _ search: IndicatorSearch, _ list: [String], _ events: [Event], _ limit: Int,
    _ holds: (_ indicator: String, _ text: String) -> Bool
  ) {
    var all: [(time: String, id: String, found: Set<String>)] = []
    for (number, text) in list.enumerated() {
      let having = events.filter { event in event.tokens.contains { holds(text, $0.text) } }
      let hit = search.hits[number]
      #expect(hit.count == having.count, "\(text)")
      var paths: [String: Int] = [:]
      for event in having {
        for path in Set(event.tokens.filter { holds(text, $0.text) }.map(\.path)) {
          paths[path, default: 0] += 1
        }
      }
      #expect(hit.paths == paths, "\(text)")
      let timed = having.filter { $0.time != nil }
      let first = timed.min { ($0.time ?? "") < ($1.time ?? "") }
      #expect(hit.first == first?.time && hit.last == timed.compactMap(\.time).max(), "\(text)")
      #expect(hit.eventID == (first ?? having.first { $0.id != nil })?.id, "\(text)")
    }
    for event in events {
      let found = event.tokens.flatMap { token in
        list.filter { holds($0, token.text) }.map { "\($0) \(token.path)" }
      }
      if !found.isEmpty { all.append((event.time ?? "", event.id ?? "", Set(found))) }
    }
    #expect(search.eventCount == all.count)
    let wanted = all.sorted { ($0.time, $0.id) < ($1.time, $1.id) }.prefix(limit)
    #expect(search.events.map(\.id) == wanted.map(\.id))
    #expect(
      search.events.map { Set($0.found.map { "\($0.text) \($0.path)" }) } == wanted.map(\.found), "\(list)")
  }
}
