import CairnTestSupport
import Testing

/// A source object, and what must become of it.
struct Oddity: Sendable, CustomTestStringConvertible {
  var name: String
  /// The object's own bytes.
  var bytes: [UInt8]
  /// As delivered: compressed or not.
  var delivered: [UInt8]
  var records = 1
  var verbatimRows = 0
  var isOpaque = false

  var testDescription: String { name }

  init(_ name: String, _ bytes: [UInt8], records: Int = 1, verbatimRows: Int = 0, isOpaque: Bool = false) {
    self.name = name
    self.bytes = bytes
    delivered = bytes
    self.records = records
    self.verbatimRows = verbatimRows
    self.isOpaque = isOpaque
  }

  init(_ name: String, _ text: String, records: Int = 1, verbatimRows: Int = 0, isOpaque: Bool = false) {
    self.init(name, Array(text.utf8), records: records, verbatimRows: verbatimRows, isOpaque: isOpaque)
  }

  /// A compact record; `members` is what makes it odd.
  static func record(_ members: String, id: Int = 0) -> String {
    #"{"eventVersion":"1.08","eventTime":"2023-07-10T11:54:39Z","eventName":"GetObject","eventID":"\#(id)",\#(members)}"#
  }

  static func envelope(_ records: [String]) -> String {
    "{\"Records\":[" + records.joined(separator: ",") + "]}"
  }

  static func uuid(_ random: inout SeededGenerator) -> String {
    let digits = Array("0123456789abcdef")
    return String(
      (0..<36).map { [8, 13, 18, 23].contains($0) ? "-" : digits[random.below(16)] })
  }

  /// An object of one record with these members.
  static func one(_ name: String, _ members: String) -> Oddity { Oddity(name, envelope([record(members)])) }

  static var all: [Oddity] { values + keys + sizes + spacings + forms + compressions }

  static var values: [Oddity] {
    let spellings = [
      "\\u003d\\u0026\\u003c\\u003e", "\\u202f", "\\n\\t", "\\/", "a/b\\/c", "\\u00e9", "\\u00E9", "é",
      "\\uD83D\\uDE00",
      "\\ud83d\\ude00", "😀", "\\uD83D", "\\uDE00\\uD83D", "\\ud83dx", "\\u0000", "\\\"\\\\", "=\\u003d",
      "\\u003D",
      "\\u0041", "\\u007f", "\\u2028", "é\\u00e9", "\\b\\f\\r", "\\u000a", "", " ", "[]",
      "HIDDEN_DUE_TO_SECURITY_REASONS",
    ]
    let numbers = [
      "0.0", "243.0", "1.688560107857E9", "-0", "-0.0", "1E400", "1e400", "1.0", "1e0", "1E+2", "1E-2", "0",
      "1234567890123456789", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
      "-9223372036854775809", "12345678901234567890", "99999999999999999999", "0.1e1",
      "123456789012345678901234567890.123456789012345678901234567890",
    ]
    let conflicts = [
      "1", "\"1\"", "1.0", "true", "false", "null", "{}", "[]", "[1]", "{\"a\":1}", "[[]]", "[{}]",
      "[null,1,\"x\"]", "\"\"",
    ]
    let broken: [[UInt8]] = [
      [0xFF], [0xC3], [0xC3, 0x28], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF8, 0x88], [0], [1], [0x7F],
    ]
    return [
      one(
        "escapes", spellings.enumerated().map { #""k\#($0.offset)":"\#($0.element)""# }.joined(separator: ",")
      ),
      Oddity(
        "escapes at one path",
        envelope(spellings.enumerated().map { record(#""k":"\#($0.element)""#, id: $0.offset) }),
        records: spellings.count),
      one("numbers", numbers.enumerated().map { #""k\#($0.offset)":\#($0.element)"# }.joined(separator: ",")),
      Oddity(
        "numbers at one path",
        envelope(numbers.enumerated().map { record(#""k":\#($0.element)"#, id: $0.offset) }),
        records: numbers.count),
      Oddity(
        "kind conflicts at one path",
        envelope(conflicts.enumerated().map { record(#""k":\#($0.element)"#, id: $0.offset) }),
        records: conflicts.count),
      one("kind conflicts in one array", #""k":[\#(conflicts.joined(separator: ","))]"#),
      one("empty values", #""o":{},"a":[],"s":"","n":null,"r":{"o":{},"a":[{},[],"",null]}"#),
      Oddity(
        "non-UTF-8 bytes",
        Array("{\"Records\":[".utf8)
          + Array(
            broken.enumerated().map { index, bytes -> [UInt8] in
              let text = record(#""k":"a#b""#, id: index)
              return Array(text.utf8).flatMap { $0 == UInt8(ascii: "#") ? bytes : [$0] }
            }.joined(separator: Array(",".utf8))) + Array("]}".utf8), records: broken.count),
    ]
  }

  static var keys: [Oddity] {
    [
      one("case-only keys", #""tag":1,"Tag":2,"TAG":{"tag":1,"Tag":"2"}"#),
      one(
        "dotted and marked keys",
        #""a.b":1,"a":{"b":2,"b.c":3},"x-amz-id-2":"z","s3:prefix":"p","@v":[],"[]":1,"$":2"#),
      one("duplicate keys", #""k":1,"k":2,"k":"3","o":{"k":1,"k":{"k":1}},"o":{},"o":[1],"eventID":"again""#),
      one("duplicate keys with arrays", #""k":[1,2],"k":[{"a":1},[2]],"k":[3],"j":{"k":[1],"k":[2,2]}"#),
      one("empty key", #""":1,"o":{"":{"":""}}"#),
      one("escaped keys", #""\u0061":1,"a":2,"k\"":3,"\\":4,"é":5,"\u00e9":6,"\n":7"#),
      one("keys of the envelope", #""Records":[{"eventTime":1,"eventName":2}],"r":{"Records":[]}"#),
      Oddity(
        "10,000 distinct keys",
        envelope([record((0..<10_000).map { #""key\#($0)":\#($0)"# }.joined(separator: ","))])),
      Oddity(
        "10,000 keys, one a record",
        envelope((0..<10_000).map { record(#""o":{"key\#($0)":"\#($0)"}"#, id: $0) }), records: 10_000),
      one("no time or id", #""a":1"#),
      Oddity(
        "times of wrong kinds",
        #"{"eventTime":7,"eventName":{},"eventID":[1]}"# + "\n" + #"{"eventTime":null,"eventName":1}"#,
        records: 2),
    ]
  }

  static var sizes: [Oddity] {
    func nested(_ levels: Int) -> String {
      let half = (levels - 1) / 2
      return #""k":"# + String(repeating: #"{"a":["#, count: half) + "1"
        + String(repeating: "]}", count: half)
    }
    let long = String(repeating: "x", count: 256 << 10)
    let items = (0..<400_000).map {
      #"{"name":"n\#($0 % 1000)","value":\#($0),"more":"some text of a value"}"#
    }
    return [
      one("16 levels", nested(16)), one("200 levels", nested(200)), one("255 levels", nested(255)),
      one("256 kB in one string", #""k":"\#(long)""#),
      one("256 kB of members", (0..<9000).map { #""key-\#($0)":"value of \#($0)""# }.joined(separator: ",")),
      one("20 MB", #""items":[\#(items.joined(separator: ","))]"#),
    ]
  }
}
