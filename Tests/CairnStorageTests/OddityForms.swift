import CairnTestSupport

extension Oddity {
  /// A record with every kind of value, as a tree to print in any style.
  static var tree: JSONNode {
    .members([
      ("eventVersion", .string("1.08")), ("eventTime", .string("2023-07-10T11:54:39Z")),
      ("eventID", .string("7")),
      ("eventName", .string("RunInstances")), ("none", .text("null")), ("flag", .text("true")),
      ("n", .text("-12.50")),
      ("o", .members([("deep", .members([("list", .array([.text("1"), .text("2")]))]))])),
      ("empty", .members([("o", .object([])), ("a", .array([]))])),
      (
        "list",
        .array([.string("a"), .members([("k", .string("v"))]), .array([.text("1"), .array([.text("2")])])])
      ),
      ("i", .text("9007199254740993")),
    ])
  }

  /// White space between and inside records.
  static var spacings: [Oddity] {
    let plain = record(#""a":{"b":[1,2]}"#)
    let styles = JSONStyle.all.flatMap { style -> [Oddity] in
      let record = JSONPrinter.print(tree, style)
      return [
        Oddity("single record, \(style.name)", record),
        Oddity(
          "envelope, \(style.name)",
          JSONPrinter.print(.members([("Records", .array([tree, tree, tree]))]), style), records: 3),
        Oddity("array, \(style.name)", JSONPrinter.print(.array([tree, tree]), style) + [0x0A], records: 2),
        Oddity("concatenated, \(style.name)", record + [0x0A] + record + [0x0A, 0x0A] + record, records: 3),
      ]
    }
    return styles + [
      Oddity(
        "odd spacing", "{\"Records\":[{ \"eventName\" : \"a\" ,\"eventTime\":\"b\" }]}", verbatimRows: 1),
      Oddity(
        "odd spacing in one record", envelope([plain, #"{"eventName":"a",  "eventTime":"b"}"#, plain]),
        records: 3, verbatimRows: 1),
      Oddity("space in empty values", envelope([record(#""o":{ },"a":[ ]"#)]), verbatimRows: 1),
      Oddity(
        "compact and indented in one object",
        Array((plain + "\n").utf8) + JSONPrinter.print(tree, .indented("  ")) + Array(("\n" + plain).utf8),
        records: 3,
        verbatimRows: 1),
      Oddity(
        "same record, compact and odd", plain + "\n" + plain.replacing(":{", with: ": {") + "\n" + plain,
        records: 3, verbatimRows: 1),
      Oddity("CRLF lines", "\(plain)\r\n\(plain)\r\n", records: 2),
      Oddity("byte-order mark, envelope", "\u{FEFF}" + envelope([plain])),
      Oddity("byte-order mark, NDJSON", "\u{FEFF}\(plain)\n\(plain)", records: 2),
      Oddity("trailing newline", envelope([plain]) + "\n"),
      Oddity("white space around", " \r\n\t" + envelope([plain]) + "\n\n \t"),
      Oddity("blank lines", "\n\n\(plain)\n\n\n\(plain)\n \n\t\n\(plain)\n\n", records: 3),
      Oddity(
        "separators that differ", "{\"Records\":[\(plain), \(plain),\n\(plain) ,\(plain),\(plain) ]}",
        records: 5),
      Oddity("no separator", "\(plain)\(plain)\(plain)", records: 3),
    ]
  }

  /// Envelopes and what is no log.
  static var forms: [Oddity] {
    let plain = record(#""a":1"#)
    return [
      Oddity("empty Records", "{\"Records\":[]}", records: 0),
      Oddity("empty Records, spaced", "{ \"Records\" : [ ] }\n", records: 0),
      Oddity(
        "extra members around",
        "{\"v\":{\"Records\":0},\"Records\":[\(plain),\(plain)],\"w\":[{}],\"x\":\"]}\"}", records: 2),
      Oddity("Records is no array", "{\"Records\":{\"eventName\":1}}", records: 0, isOpaque: true),
      Oddity("array of records", "[\(plain),\(plain)]", records: 2),
      Oddity("single record", plain), Oddity("NDJSON", "\(plain)\n\(plain)\n\(plain)\n", records: 3),
      Oddity(
        "records that share no key", "{\"Records\":[\(plain),{},{\"b\":[{}]},{\"c\":{\"d\":null}}]}",
        records: 4),
      Oddity("other JSON", "{\"logEvents\":[{\"message\":\"x\"}],\"n\":1}", records: 0, isOpaque: true),
      Oddity("other JSON, odd", " [1, 2,\n{\"a\" :3}]\n\n", records: 0, isOpaque: true),
      Oddity(
        "other JSON of several parts",
        "[\"" + String(repeating: "0123456789abcdef", count: 1_100_000) + "\"]", records: 0,
        isOpaque: true), Oddity("empty array", "[]", records: 0, isOpaque: true),
      Oddity("empty object", "{}", records: 0, isOpaque: true),
      Oddity(
        "digest file",
        "{\"awsAccountId\":\"1\",\"digestStartTime\":\"2023-07-10T11:54:39Z\",\"logFiles\":[]}", records: 0,
        isOpaque: true),
    ]
  }

  static var compressions: [Oddity] {
    let first = Array(envelope([record(#""a":"b""#)]).utf8)
    let half = first.count / 2
    func compressed(_ name: String, _ compress: () throws -> [UInt8]) -> Oddity {
      var oddity = Oddity(name, first)
      // Without the tool the bytes are empty, and the test fails.
      oddity.delivered = (try? compress()) ?? []
      return oddity
    }
    let (a, b) = (Array(first[..<half]), Array(first[half...]))
    return [
      compressed("gzip") { try gzip(first) },
      compressed("gzip of two members") { try gzip(a) + gzip(b) },
      compressed("gzip of five members, empty ones too") {
        try gzip([]) + gzip(a) + gzip([]) + gzip(b) + gzip([])
      },
      compressed("zstd") { try zstd(first) },
      compressed("zstd of two frames") { try zstd(a) + zstd(b) },
    ]
  }
}
