/// Random source objects: every kind of value, spelling, nesting, order of keys, layout and envelope.
package struct RandomJSON {
  package var generator: SeededGenerator
  /// A small vocabulary, so that paths meet again with other kinds.
  private static let keys = [
    "a", "A", "b", "tag", "Tag", "x-amz-id-2", "a.b", "@type", "s3:prefix", "", "eventID", "eventTime",
    "items",
    "key", "value", "Records", "\\u0061", "k\\\"", "ключ", "[]", "name", "userIdentity", "arn", "0", " ",
  ]
  private static let strings = [
    "", "a", "arn:aws:iam::123456789012:role/r", "2023-07-10T11:54:39Z", "2023-02-30T11:54:39Z",
    "0f8fad5b-d9cb-469f-a165-70867728950e", "0F8FAD5B-D9CB-469F-A165-70867728950E", "a\\u003db", "a\\u003Db",
    "\\/",
    "/", "\\u00e9", "é", "\\u00E9", "\\uD83D\\uDE00", "\\ud83d\\ude00", "😀", "\\ud83d", "\\uDE00",
    "\\n\\t\\r\\b\\f",
    "\\\"q\\\\", "=&<>'", "\\u003d\\u0026\\u003c\\u003e\\u0027", "\\u2028\\u2029", "\u{2028}", "\\u0000",
    "\u{1}", "\\u001f",
    "\\u001F", "true", "null", "1", "-0", "a\\/b/c", "\u{FEFF}", "\u{7F}", "\\u007f",
  ]
  private static let numbers = [
    "0", "-0", "1", "-1", "0.0", "243.0", "1.688560107857E9", "1E400", "-1e-400", "1.0", "1e5", "1E+5", "0e0",
    "-0.0",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
    "1234567890123456789", "12345678901234567890", "18446744073709551615", "100000000000000000000000000",
    "0.1",
    "3.141592653589793238462643383279", "1688560107857",
  ]

  package init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  package struct Object: Sendable {
    package var bytes: [UInt8]
    package var records: Int
  }

  package mutating func object() -> Object {
    let style = generator.pick(JSONStyle.all)
    let count = generator.chance(8) ? 0 : 1 + generator.below(generator.chance(10) ? 40 : 5)
    let first = record(recognisable: true)
    let records =
      count == 0 ? [] : [first] + (1..<count).map { _ in record(recognisable: generator.chance(2)) }
    let noise = generator.chance(6) ? (generator, 1 + generator.below(30)) : nil
    func print(_ node: JSONNode, _ style: JSONStyle) -> [UInt8] {
      var printer = JSONPrinter(style, noise: noise)
      printer.add(node, depth: 0)
      return printer.output
    }
    switch count == 0 ? 0 : generator.below(5) {
    case 0, 1: return Object(bytes: frame(print(envelope(records), style)), records: count)
    case 2: return Object(bytes: frame(print(.array(records), style)), records: count)
    case 3:
      let separator = generator.pick(["\n", "\r\n", "", "\n\n", " ", "\n \n"])
      let lines = records.map { print($0, generator.chance(5) ? style : .compact) }
      let end = generator.chance(2) ? Array(separator.utf8) : []
      return Object(bytes: frame(Array(lines.joined(separator: Array(separator.utf8))) + end), records: count)
    default: return Object(bytes: frame(print(first, style)), records: 1)
    }
  }

  private mutating func frame(_ body: [UInt8]) -> [UInt8] {
    var bytes = body
    if generator.chance(4) { bytes += Array(generator.pick(["\n", "\r\n", " ", "\n\n\t"]).utf8) }
    if generator.chance(8) { bytes = Array(generator.pick(["\n", " ", "\r\n"]).utf8) + bytes }
    if generator.chance(10) { bytes = [0xEF, 0xBB, 0xBF] + bytes }
    return bytes
  }

  private mutating func envelope(_ records: [JSONNode]) -> JSONNode {
    var members: [(String, JSONNode)] = [("Records", .array(records))]
    if generator.chance(5) { members.insert(("before", value(depth: 2)), at: 0) }
    if generator.chance(5) { members.append(("after", value(depth: 2))) }
    return .members(members)
  }

  private mutating func record(recognisable: Bool) -> JSONNode {
    var members: [(key: [UInt8], value: JSONNode)] = []
    func add(_ key: String, _ value: JSONNode) { members.append((Array(key.utf8), value)) }
    if recognisable || generator.chance(2) {
      add("eventVersion", .string("1.08"))
      add("eventSource", .string(generator.pick(["s3.amazonaws.com", "ec2.amazonaws.com"])))
    }
    if generator.chance(2) {
      add("eventTime", .string("2023-07-1\(generator.below(10))T11:54:\(generator.below(99))Z"))
    }
    if generator.chance(2) {
      add("eventID", generator.chance(3) ? value(depth: 1) : .string("id-\(generator.below(9))"))
    }
    // A record with a member Records would be taken for an envelope.
    let keys = Self.keys.filter { $0 != "Records" }
    for _ in 0..<generator.below(8) { add(generator.pick(keys), value(depth: 1 + generator.below(5))) }
    if recognisable { members.shuffle(using: &generator) }
    return .object(members)
  }

  private mutating func value(depth: Int) -> JSONNode {
    switch generator.below(depth > 0 ? 12 : 8) {
    case 0: return .text("null")
    case 1: return .text(generator.pick(["true", "false"]))
    case 2: return .text(generator.pick(Self.numbers))
    case 3: return .text("\(Int64(bitPattern: generator.next()) >> Int64(generator.below(64)))")
    case 4: return generator.chance(2) ? .object([]) : .array([])
    case 5: return randomString()
    case 6, 7: return .string(generator.pick(Self.strings))
    case 8, 9, 10:
      let count = 1 + generator.below(4)
      return .object(
        (0..<count).map { _ in (Array(generator.pick(Self.keys).utf8), value(depth: depth - 1)) })
    default: return .array((0..<(1 + generator.below(4))).map { _ in value(depth: depth - 1) })
    }
  }

  /// Pieces of spellings after one another, raw bytes that are no UTF-8 among them.
  private mutating func randomString() -> JSONNode {
    var bytes = Array("\"".utf8)
    for _ in 0..<generator.below(6) {
      bytes += Array(generator.pick(Self.strings).utf8)
      if generator.chance(4) { bytes.append(UInt8(0x80 + generator.below(0x80))) }
    }
    return .text(bytes + Array("\"".utf8))
  }
}
