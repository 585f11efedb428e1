import CairnStorage
import CairnTestSupport
import Testing

/// The laws of `EncodingLawTests` for strings: values, styles and spellings.
@Suite struct StringEncodingLawTests {
  /// A string as a column sees it.
  private struct Entry: Equatable {
    var value: [UInt8]
    var style: StringStyle
    var spelling: [UInt8]?
  }

  private func entry(_ spelling: [UInt8]) -> Entry {
    guard spelling.contains(0x5C) else { return Entry(value: spelling, style: .plain) }
    return spelling.withUnsafeBufferPointer { buffer in
      let value = StringSpelling.unescape(buffer)
      let style = StringSpelling.style(of: buffer, value: value)
      return Entry(value: value, style: style, spelling: style == .verbatim ? spelling : nil)
    }
  }

  private func table(_ entries: [Entry]) -> StringTable {
    let table = StringTable()
    for entry in entries { table.append(entry.value, style: entry.style, spelling: entry.spelling) }
    return table
  }

  private func entries(_ table: StringTable) -> [Entry] {
    (0..<table.count).map {
      Entry(value: Array(table[$0]), style: table.style($0), spelling: table.spellings[$0])
    }
  }

  private func spelled(_ table: StringTable, _ index: Int) -> [UInt8] {
    var output = RawVector<UInt8>()
    defer { output.free() }
    table.appendSpelling(of: index, to: &output)
    return Array(output.buffer)
  }

  private static let spellings =
    [
      "", "a", "\\u003d", "\\u003D", "=", "a/b", "a\\/b", "a\\/b/c", "é", "\\u00e9", "\\u00E9",
      "\\ud83d\\ude00", "\\uD83D\\uDE00", "😀",
      "\\ud83d", "\\ude00", "\\n", "\\u000a", "\\u0000", "\\\"", "\\\\", "\\u0041", "\\b\\f\\t", "\\u2028",
      "é\\n", "\u{1}\\n", "\\u007f",
      "\\u0027'", "\\u0027",
    ].map { Array($0.utf8) } + [[0xFF], [0xC3, 0x28, 0x5C, 0x6E], [0xED, 0xA0, 0x80, 0x5C, 0x6E]]

  /// All pairs of spellings print back as they were.
  @Test func stylesPrintBack() {
    for a in Self.spellings {
      for b in Self.spellings {
        let spelling = a + b
        #expect(spelled(table([entry(spelling)]), 0) == spelling)
      }
    }
  }

  /// Lists of entries to try every encoding with.
  private var lists: [[Entry]] {
    var random = SeededGenerator(seed: 2)
    let some = Self.spellings.map(entry)
    let many = (0..<300).map { _ in entry(Array("k\(random.below(90))".utf8) + random.pick(Self.spellings)) }
    return [
      [], [some[0]], some, many, some.filter { $0.style == .plain },
      [Entry(value: [UInt8](repeating: 7, count: 70_000), style: .plain)],
    ]
  }

  private func positions(_ count: Int, _ random: inout SeededGenerator) -> [UInt32] {
    count == 0 ? [] : (0..<random.below(50)).map { _ in UInt32(random.below(count)) }.sorted()
  }

  /// Checks the laws of one encoding.
  private func check(
    _ list: [Entry], _ bytes: [UInt8], _ decode: (inout ByteReader, [UInt32]?) throws -> StringTable
  ) throws {
    var random = SeededGenerator(seed: UInt64(list.count))
    func reader() -> ByteReader { ByteReader(bytes, origin: ByteOrigin(file: "test", offset: 0)) }
    var whole = reader()
    #expect(entries(try decode(&whole, nil)) == list)
    try whole.expectEnd(of: "strings")
    for _ in 0..<5 {
      let chosen = positions(list.count, &random)
      var part = reader()
      #expect(entries(try decode(&part, chosen)) == chosen.map { list[Int($0)] })
    }
  }

  @Test func plain() throws {
    for list in lists {
      var writer = ByteWriter()
      PlainStrings.encode(table(list), into: &writer)
      try check(list, writer.bytes) { try PlainStrings.decode(&$0, count: list.count, positions: $1) }
    }
  }

  /// Tokens of every alphabet, of lengths that leave bits over and that do not, with exceptions among them.
  @Test func tokens() throws {
    var random = SeededGenerator(seed: 3)
    for alphabet in TokenAlphabet.allCases.dropFirst() {
      let characters = Array("\(alphabet.characters)".utf8)
      for (count, length) in [(16, 40), (100, 27), (500, 33), (5000, 16)] {
        for exceptions in [0, count / 20] {
          var list = (0..<count).map { _ in
            let text = (0..<length).map { _ in random.pick(characters) }
            return Entry(value: Array("i-".utf8) + text, style: .plain)
          }
          for index in 0..<exceptions { list[index * 10] = entry(random.pick(Self.spellings)) }
          list.shuffle(using: &random)
          try checkTokens(list, [.literal, alphabet])
        }
      }
    }
    // Several classes, and UUIDs: 122 bits.
    let mixed = (0..<1000).map { index -> Entry in
      let uuid = Oddity.uuid(&random)
      let text = index % 3 == 0 ? String(uuid.filter { $0 != "-" }.prefix(20)) : uuid
      return Entry(value: Array(text.utf8), style: .plain)
    }
    try checkTokens(mixed, nil)
  }

  /// Runs of digits of every length beside each other, so that they begin and end at all bits of a byte: written eight
  /// or four at a time, or one by one.
  @Test func runsOfDigits() throws {
    var random = SeededGenerator(seed: 11)
    for _ in 0..<60 {
      let parts = (0..<(1 + random.below(5))).map { _ -> TokenClass.Part in
        let alphabet = random.pick([
          TokenAlphabet.hex, .hex, .hexUpper, .uuidVariant, .base32, .base64, .literal,
        ])
        let count = 1 + random.below(14)
        return TokenClass.Part(
          alphabet: alphabet, text: alphabet == .literal ? [UInt8](repeating: 45, count: count) : [],
          count: count)
      }
      let form = TokenClass(parts)
      let list = (0..<(1 + random.below(40))).map { _ in
        Entry(
          value: parts.flatMap { part -> [UInt8] in
            let characters = Array("\(part.alphabet.characters)".utf8)
            return part.alphabet == .literal
              ? part.text : (0..<part.count).map { _ in random.pick(characters) }
          }, style: .plain)
      }
      var writer = ByteWriter()
      _ = try #require(TokenStrings.encode(table(list), [form], into: &writer))
      try check(list, Array(writer.bytes.dropFirst())) {
        try TokenStrings(&$0, count: list.count).values(at: $1)
      }
    }
  }

  private func checkTokens(_ list: [Entry], _ alphabets: [TokenAlphabet]?) throws {
    let table = table(list)
    let plan = try #require(TokenPlan(table, ZstdCompressor(), gain: 1.1))
    if let alphabets { #expect(plan.classes.map { $0.parts.map(\.alphabet) } == [alphabets]) }
    var writer = ByteWriter()
    _ = try #require(TokenStrings.encode(table, plan.classes, into: &writer))
    #expect(writer.bytes.first == StringEncoding.tokens.rawValue)
    try check(list, Array(writer.bytes.dropFirst())) {
      try TokenStrings(&$0, count: list.count).values(at: $1)
    }
  }

  /// Words, names and the like are no tokens.
  @Test func noTokens() throws {
    let lists = [
      (0..<500).map { "role-\($0)" }, (0..<500).map { "arn:aws:s3:::bucket/\($0)/object" },
      (0..<500).map { "\($0 / 10)" }, (0..<15).map { "0f8fad5b-d9cb-469f-a165-7086772895\(10 + $0)" },
    ]
    for list in lists {
      let table = table(list.map { Entry(value: Array($0.utf8), style: .plain) })
      var writer = ByteWriter()
      #expect(TokenStrings.encode(table, ZstdCompressor(), into: &writer) == nil)
      #expect(writer.bytes.isEmpty)
    }
  }

  @Test func timestamps() throws {
    let texts = [
      "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2000-02-29T12:00:00Z",
      "2023-07-10T11:54:39Z",
      "2100-02-28T23:59:59Z", "9999-12-31T23:59:59Z",
    ]
    let list = texts.map { Entry(value: Array($0.utf8), style: .plain) }
    var writer = ByteWriter()
    #expect(TimestampStrings.encode(table(list), into: &writer))
    try check(list, Array(writer.bytes.dropFirst())) {
      let seconds = try IntegerEncoding.decode(&$0, count: list.count)
      return try #require(TimestampStrings.format(seconds, positions: $1))
    }
    for text in [
      "0000-01-01T00:00:00Z", "2023-02-29T00:00:00Z", "2023-13-01T00:00:00Z", "2023-00-01T00:00:00Z",
      "2023-01-00T00:00:00Z",
      "2023-01-01T24:00:00Z", "2023-01-01T00:60:00Z", "2023-01-01T00:00:60Z", "2023-01-01 00:00:00Z",
      "2023-01-01T00:00:00z",
      "2023-01-01T00:00:0Z", "2023-1-01T00:00:000Z", "2023-01-01T00:00:00.0Z", "+023-01-01T00:00:00Z",
      "2100-02-29T00:00:00Z",
    ] {
      var none = ByteWriter()
      #expect(!TimestampStrings.encode(table([entry(Array(text.utf8))]), into: &none), "\(text)")
    }
    // Every day of four hundred years and some seconds of it.
    for day in stride(from: -135_000, to: 60_000, by: 1) {
      let seconds = Int64(day) * 86_400 + Int64(abs(day) % 86_400)
      let text = EventTime.text(seconds * 1000)
      if EventTime.parse(text) != seconds * 1000 { Issue.record("\(seconds) is spelled \(text)") }
    }
  }

  @Test func dictionaries() throws {
    var random = SeededGenerator(seed: 4)
    let large = (0..<4000).map {
      entry(Array("arn:aws:iam::\($0 / 10):role/\($0)".utf8) + random.pick(Self.spellings))
    }
    for list in lists + [large] {
      // Sorted by value, then style, then spelling; distinct.
      var sorted = list.sorted { a, b in
        if a.value != b.value { return a.value.lexicographicallyPrecedes(b.value) }
        if a.style != b.style { return a.style.rawValue < b.style.rawValue }
        return (a.spelling ?? []).lexicographicallyPrecedes(b.spelling ?? [])
      }
      sorted = sorted.enumerated().filter { $0.offset == 0 || sorted[$0.offset - 1] != $0.element }.map(
        \.element)
      let blocks = DictionaryBlocks.encode(table(sorted))
      #expect(blocks.reduce(0) { $0 + $1.entryCount } == sorted.count)
      var decoded: [Entry] = []
      for block in blocks {
        var reader = ByteReader(block.bytes, origin: ByteOrigin(file: "test", offset: 0))
        let part = entries(try DictionaryBlocks.decode(&reader, count: block.entryCount))
        #expect(part.first?.value == block.firstValue)
        decoded += part
      }
      #expect(decoded == sorted)
    }
    #expect(DictionaryBlocks.encode(table(large)).count > 1)
  }
}
