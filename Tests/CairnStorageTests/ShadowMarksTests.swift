import CairnStorage
import CairnTestSupport
import Testing

/// Files of marks: what is written is read, and nothing else is believed.
@Suite struct ShadowMarksTests {
  private static let subject = ShadowMarks.Subject(number: 7, seal: 0xABCD, rowCount: 1000)

  private static func read(_ bytes: [UInt8]) throws -> ShadowMarks {
    try ShadowMarks.decode(bytes, about: subject, file: "test")
  }

  @Test func roundTrip() throws {
    var random = SeededGenerator(seed: 1)
    for count in [1, 2, 17, 999, 1000] {
      let rows = Array((0..<1000).map { UInt32($0) }.shuffled(using: &random).prefix(count)).sorted()
      let marks = try #require(ShadowMarks(rows))
      #expect(try Self.read(marks.encode(Self.subject)) == marks)
      for range in [0..<1000, 100..<400, 999..<1000, 5..<5] {
        let seen = marks.visible(.run(range), from: 0, count: 1000).list
        #expect(seen == range.map { UInt32($0) }.filter { !rows.contains($0) })
        let group = marks.visible(.run(0..<100), from: 300, count: 100).list
        #expect(group == (0..<100).map { UInt32($0) }.filter { !rows.contains($0 + 300) })
      }
    }
    #expect(ShadowMarks([]) == nil)
  }

  /// Any changed byte, any length, and any number that no segment could have.
  @Test func damage() throws {
    let whole = try #require(ShadowMarks([3, 4, 9, 500])).encode(Self.subject)
    for at in whole.indices {
      var bytes = whole
      bytes[at] ^= 0x41
      #expect(throws: CairnError.self) { try Self.read(bytes) }
      #expect(throws: CairnError.self) { try Self.read(Array(whole.prefix(at))) }
    }
    // Checksums that fit: rows out of range, none at all, another segment's.
    for (offset, value) in [(16, 8), (24, 1), (32, 999), (36, 0), (36, 1001), (36, 255)] {
      var bytes = Array(whole.dropLast(8))
      for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (index * 8)) }
      var writer = ByteWriter()
      writer.writeBytes(bytes)
      writer.writeUInt64(checksum(bytes, seed: 0))
      #expect(throws: CairnError.self, "\(offset) \(value)") { try Self.read(writer.bytes) }
    }
    var later = whole
    later[8] = 2
    #expect(throws: CairnError.unsupportedVersion(file: "test", version: 2)) { try Self.read(later) }
  }

  /// Values are equal however they are spelled, and differ where they do.
  @Test func canonicalForms() {
    func form(_ text: String) -> [UInt8] {
      Array(text.utf8).withUnsafeBufferPointer { CanonicalJSON.form(of: $0) }
    }
    let equal = [
      (#"{"a":1,"b":[true,null]}"#, #"{ "b" : [true , null], "a" : 1.0 }"#), ("1e3", "1000"), ("-0", "0.000"),
      ("12.50", "1250E-2"), (#""\u0041\/""#, #""A/""#), (#"{"\u0061":{}}"#, #"{"a":{}}"#), ("0.1e1", "1"),
    ]
    for (a, b) in equal { #expect(form(a) == form(b), "\(a) \(b)") }
    let different = [
      "1", "\"1\"", "true", "\"true\"", "[1]", "[[1]]", "[1,1]", "{}", "[]", "null", "\"\"", "1.1", "-1",
      "10",
      #"{"a":1}"#, #"{"a":1,"a":2}"#, #"{"a":2,"a":1}"#, #"{"a":"1"}"#, #"{"A":1}"#, "1e99999999999999999999",
      "1e99999999999999999998", "[1,2]", "[12]", "{cut", "tru",
    ]
    for (index, a) in different.enumerated() {
      for b in different[(index + 1)...] { #expect(form(a) != form(b), "\(a) \(b)") }
    }
  }
}
