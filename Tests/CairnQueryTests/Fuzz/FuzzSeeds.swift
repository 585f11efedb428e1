import CairnTestSupport
import Foundation

@testable import CairnStorage

/// What the fuzzers begin with: golden files, and what encoders write of values of every kind.
enum FuzzSeeds {
  struct File: Sendable {
    var name: String
    var bytes: [UInt8]
  }

  /// The repository; sources know where they lie, also through the link in `tools/fuzz`.
  static let root: String = {
    let start = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    return start.pathComponents.dropFirst().dropLast(4).reduce("") { $0 + "/" + $1 }
  }()

  /// Files below a directory of the golden ones, in the order of their names.
  static func golden(_ folder: String) throws -> [File] {
    try readTree("\(root)/Formats/golden/v1/\(folder)").sorted { $0.key < $1.key }.map {
      File(name: $0.key, bytes: $0.value)
    }
  }

  static func seeds(of target: FuzzTarget) throws -> [[UInt8]] {
    switch target {
    case .archive, .segment:
      // Choices: nothing in them is known yet.
      return (0..<24).map { seed in
        var random = SeededGenerator(seed: UInt64(seed))
        return (0..<(8 + 4 * seed)).map { _ in UInt8(random.below(256)) }
      }
    case .manifest:
      let archive = try golden("archive")
      return archive.filter { $0.name.hasPrefix("MANIFEST") || $0.name == "CURRENT" }.map(\.bytes) + [livedIn]
    case .marks: return try golden("archive/segments").filter { $0.name.hasSuffix(".marks") }.map(\.bytes)
    case .shredder, .object: return try objects(isWhole: target == .object)
    case .frames: return try frames()
    case .sql: return queries.map { Array($0.utf8) }
    default: return encodings(target)
    }
  }

  /// A manifest with all that may be in one.
  private static let livedIn = Array(
    """
    cairn-manifest 1
    sequence 9
    segment 000004.cairn bytes=498 rows=2 records=3 duplicates=1 rejected=0 objects=1 json=85 source=85 from=1709208000000 to=1709208000000 untimed=0 seal=5d64148cebbc3223
    marks 000004-000009.marks bytes=50 rows=1 untimed=0 hash=5d64148cebbc3223
    retired at=1709208000000 segments=1-2,3
    retired at=1709208000000 marks=4-7
    dropped at=1709208000000 before=1709208000000 objects=3 records=5
    hold at=1709208000000 case 7
    checksum 1c9524a3f02d2e8d

    """.utf8)

  private static func objects(isWhole: Bool) throws -> [[UInt8]] {
    let sources = try golden("source").map(\.bytes).filter { $0.count < 20_000 }
    let records = #"{"eventName":"a","eventID":"1","eventTime":"2024-01-01T00:00:00Z"}"#
    let quoted = records.replacing("\"", with: "\\\"")
    let texts = [
      "{\"Records\":[\(records)]}", "{\"Events\":[{\"CloudTrailEvent\":\"\(quoted)\"}]}",
      "{\"detail\":\(records)}\n{\"detail\":\(records)}", "2024-01-01T00:00:00.000Z \(records)\n",
      "[\(records),{\"Records\":[\(records)]}]", "{\"result\":{\"_raw\":\"\(quoted)\"}}",
      "{\"hits\":{\"hits\":[{\"_source\":{\"message\":\"\(quoted)\"}}]}}",
      "{\"other\":[1,2.50,null,\"\\u00e9\"]}",
    ].map { Array($0.utf8) }
    guard isWhole else { return sources.filter { $0.first == UInt8(ascii: "{") } + texts }
    let tables = [
      "id,eventJson\r\n1,\"\(records.replacing("\"", with: "\"\""))\"\r\n",
      "Event name,Event time,User name,Event ID\nGetObject,\"January 01, 2024, 00:01:00 (UTC+00:00)\",A,x\n",
    ].map { Array($0.utf8) }
    let units: [UInt8] = texts[0].flatMap { byte -> [UInt8] in [byte, 0] }
    let wide: [UInt8] = [0xFF, 0xFE] + units
    let packed = try [texts[0], texts[2]].map { text in
      try text.withUnsafeBufferPointer { try GzipCompressor.compress($0, level: 6) }
    }
    let inner = Data(packed[0]).base64EncodedString()
    let subscription = Array("{\"awslogs\":{\"data\":\"\(inner)\"}}".utf8)
    var all = sources + texts + tables
    all += [wide, packed[0], packed[0] + packed[1], subscription, zipped, tar(texts)]
    return all
  }

  /// A zip archive of one stored member.
  private static let zipped: [UInt8] = {
    let content = Array("{\"eventName\":\"a\",\"eventID\":\"1\"}".utf8)
    let name = Array("a.json".utf8)
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let sum = content.withUnsafeBufferPointer { Int(Inflater.checksum32($0)) }
    let sizes = number(sum, 4) + number(content.count, 4) + number(content.count, 4) + number(name.count, 2)
    let local = number(0x0403_4B50, 4) + number(20, 2) + number(0, 8) + sizes + number(0, 2) + name + content
    let entry =
      number(0x0201_4B50, 4) + number(20, 2) + number(20, 2) + number(0, 8) + sizes + number(0, 2)
      + number(0, 2) + number(0, 8) + number(0, 4) + name
    return local + entry + number(0x0605_4B50, 4) + number(0, 4) + number(1, 2) + number(1, 2)
      + number(entry.count, 4) + number(local.count, 4) + number(0, 2)
  }()

  private static func tar(_ texts: [[UInt8]]) -> [UInt8] {
    func padded(_ text: String, _ count: Int) -> [UInt8] {
      Array(text.utf8) + [UInt8](repeating: 0, count: count - text.utf8.count)
    }
    let members = texts.enumerated().flatMap { index, text -> [UInt8] in
      let size = String(text.count, radix: 8)
      var head =
        padded("d/\(index).json", 124) + padded(String(repeating: "0", count: 11 - size.count) + size, 32)
      head[148..<156] = ArraySlice([UInt8](repeating: 0x20, count: 8))
      head += padded("0", 101) + padded("ustar", 255)
      let sum = String(head.reduce(0) { $0 + Int($1) }, radix: 8)
      head.replaceSubrange(148..<156, with: padded(String(repeating: "0", count: 6 - sum.count) + sum, 8))
      return head + text + [UInt8](repeating: 0, count: (512 - text.count % 512) % 512)
    }
    return members + [UInt8](repeating: 0, count: 1024)
  }

  private static func frames() throws -> [[UInt8]] {
    let long = Array(String(repeating: "abcdefgh", count: 500).utf8)
    let texts: [[UInt8]] = [[], Array("cairn".utf8), long]
    let members: [[UInt8]] = try texts.map { text in
      try text.withUnsafeBufferPointer { try GzipCompressor.compress($0, level: 6) }
    }
    let frame = long.withUnsafeBufferPointer { ZstdCompressor().compress($0, minimumGain: 0) } ?? []
    let sized: [UInt8] = [UInt8(long.count >> 8), UInt8(long.count & 255)] + frame
    let skipped: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 1, 0, 0, 0, 9]
    return members + [frame, sized, frame + frame, skipped + frame, members[1] + members[2]]
  }

  static let queries = [
    "SELECT eventName, count(*) AS n FROM events WHERE eventTime > '2024-01-01' GROUP BY 1 HAVING count(*) > 2 ORDER BY n DESC LIMIT 5",
    "WITH a AS (SELECT x.y[1].z FROM t CROSS JOIN UNNEST(x) AS u(v)) SELECT * FROM a LEFT JOIN b ON a.c = b.c",
    "a.b = 'x' AND c[].d LIKE '%y%' ESCAPE '!' OR NOT e IN (1, 2.5e3, NULL)",
    "CASE WHEN a BETWEEN 1 AND 2 THEN INTERVAL '1' DAY ELSE CAST(b AS row(x varchar)) END",
    "U&'\\0041' || X'00' || element_at(m, 'k')[1] -> '$.a' ->> 'b' :: varchar -- c",
    "SELECT sum(x) OVER (PARTITION BY y ORDER BY z ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t",
    "SELECT json_value(a, 'lax $.b[*]?(@ > 1)' DEFAULT 1 ON ERROR), filter(b, x -> x > 1) FROM t",
  ]

  // MARK: Encodings

  private static func encodings(_ target: FuzzTarget) -> [[UInt8]] {
    var random = SeededGenerator(seed: 3)
    switch target {
    case .integers, .times:
      let lists: [[Int64]] = [
        [], [7, 7, 7], [1, 5, 2, 9], (0..<40).map { $0 * 10 }, [5, 5, 5, 5, 5, 9, 9, 9, 9], [.min, .max, 0],
      ]
      return lists.map { list in
        seed(list.count) { writer in
          if target == .times {
            RowTimes.encode(list.map { abs($0 % 1000) * 1000 }.sorted(), into: &writer)
          } else {
            IntegerEncoding.encode(list, into: &writer)
          }
        }
      } + [
        seed(3) { IntegerEncoding.encodePlanes([300, 5, 1000], into: &$0) },
        seed(4) { IntegerEncoding.encodeDeltaPlanes([5, 300, 1000, 1001], into: &$0) },
      ]
    case .words: return words()
    case .strings:
      let patterns = texts + ids + ids.map { "logs/2024/\($0)/0a1b2c3d4e" }
      return [texts, ids].map { list in seed(list.count) { PlainStrings.encode(table(list), into: &$0) } } + [
        seed(patterns.count, droppingTag: true) {
          _ = PatternStrings.encode(table(patterns), always: true, into: &$0)
        }
      ]
    case .dictionary:
      return [texts, ids].map { list in
        let block = DictionaryBlocks.encode(table(list.sorted())).first?.bytes ?? []
        return seed(list.count) { $0.writeBytes(block) }
      }
    case .tokens:
      let list = (0..<40).map { _ in "req-" + hexadecimal(random.next()) } + ["none"]
      let classes = [
        TokenClass([
          TokenClass.Part(alphabet: .literal, text: Array("req-".utf8), count: 4),
          TokenClass.Part(alphabet: .hex, text: [], count: 16),
        ])
      ]
      return [
        seed(list.count, droppingTag: true) { _ = TokenStrings.encode(table(list), classes, into: &$0) }
      ]
    default: return [derived, listed]
    }
  }

  private static let texts = [
    "", "a", "ab", "é", "a\\u003d", "x/y\\/z", "ec2.amazonaws.com", "ecs.amazonaws.com",
  ]
  private static let ids = (0..<50).map { "id-\($0 * 7919)" }

  private static func table(_ spellings: [String]) -> StringTable {
    let table = StringTable()
    for spelling in spellings {
      let bytes = Array(spelling.utf8)
      bytes.withUnsafeBufferPointer { buffer in
        let value = StringSpelling.unescape(buffer)
        let style = spelling.contains("\\") ? StringSpelling.style(of: buffer, value: value) : .plain
        table.append(value, style: style, spelling: style == .verbatim ? bytes : nil)
      }
    }
    return table
  }

  /// The number of values, then what is written.
  private static func seed(
    _ count: Int, droppingTag: Bool = false, _ write: (inout ByteWriter) -> Void
  ) -> [UInt8] {
    var writer = ByteWriter()
    write(&writer)
    return [UInt8(count & 255), UInt8(count >> 8)] + writer.bytes.dropFirst(droppingTag ? 1 : 0)
  }

  private static func words() -> [[UInt8]] {
    let words: [UInt32] = [17, 300, 17, 17, 4_000_000, 17]
    let plain = seed(words.count) { writer in
      var codes = ByteWriter()
      let list = words.withUnsafeBufferPointer { WordEncoding.encodeCodes($0, into: &codes) }
      writer.writeByte(0)
      WordEncoding.encodeList(list, into: &writer)
      writer.writeBytes(codes.bytes)
    }
    // The examples of `Formats/encodings.md`: given a column of as many values, and one of others.
    let given: [UInt8] = [5, 0, 255, 3, 1, 34, 9, 0, 2, 0x6C, 4, 0, 2, 4, 1, 0, 2, 0, 2, 0, 1, 0, 0, 0, 1, 0]
    let aligned: [UInt8] = [5, 0, 4, 3, 1, 34, 9, 0, 2, 0x6C, 4, 3, 1, 0, 1, 0x1B, 0, 2, 1, 0, 2, 0x18, 0]
    let paired: [UInt8] = [
      5, 0, 4, 3, 1, 34, 9, 0, 2, 0x6C, 4, 5, 1, 0, 1, 0x1B, 1, 0, 1, 0x16, 0, 2, 1, 0, 2, 0x18, 0,
    ]
    return [plain, given, aligned, paired]
  }

  /// The example of `Formats/encodings.md`.
  private static let derived: [UInt8] = [
    6, 0, 3, 0, 4, 0, 4, 0x61, 0x72, 0x6E, 0x3A, 1, 0, 0, 1, 0x2F, 1, 1, 1, 3, 1, 0, 0, 1, 0x21, 3, 0, 2, 0,
    1, 0x40,
    2, 1, 1, 0, 2, 0x18, 0x0E, 2, 2, 2, 0, 2, 2, 2, 0, 0, 4, 6, 0, 6, 0, 0x3F, 0x3F, 0x3F, 2, 2, 2, 0, 1, 0,
    10, 0,
    0x6F, 0x74, 0x68, 0x65, 0x72,
  ]

  /// The one with texts of their own that repeat.
  private static let listed: [UInt8] = [
    8, 0, 1, 0, 2, 0, 2, 0x6B, 0x3A, 3, 0, 0, 20, 0xFF, 2, 4, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 4, 0, 0x78,
    0x78,
    0x79, 0x79,
  ]
}
