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

  // MARK: Patterns

  private func patterns(_ table: StringTable) throws -> [UInt8] {
    var writer = ByteWriter()
    #expect(PatternStrings.encode(table, always: true, into: &writer))
    return Array(writer.bytes.dropFirst())
  }

  /// Texts with runs of digits of any length and kind, beside each other and beside marks, escapes among them.
  @Test(arguments: 0..<12) func patterns(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let texts = ["", "a", "f", "/", "-", "\u{0}", "\u{0}\u{5}", "logs/", "é", "A", "deadbeef", "x"].map {
      Array($0.utf8)
    }
    func part() -> [UInt8] {
      switch random.below(4) {
      case 0: random.pick(texts)
      case 1: (0..<random.pick([1, 2, 4, 18, 19, 40])).map { _ in random.pick(Array("0123456789".utf8)) }
      case 2:
        (0..<random.pick([7, 8, 9, 16, 127, 128])).map { _ in random.pick(Array("0123456789abcdef".utf8)) }
      default: random.pick(Self.spellings)
      }
    }
    let list = (0..<random.pick([0, 1, 5, 400])).map { _ in
      let parts: [[UInt8]] = (0..<random.below(5)).map { _ in part() }
      return entry(Array(parts.joined()))
    }
    let table = table(list)
    let bytes = try patterns(table)
    try check(list, bytes) { try PatternStrings(&$0, count: list.count).values(at: $1) }
    var whole = ByteReader(bytes, origin: ByteOrigin(file: "test", offset: 0))
    let stored = try PatternStrings(&whole, count: list.count)
    for round in 0..<60 where !list.isEmpty {
      let value = random.pick(list).value
      let start = random.below(value.count + 1)
      var needle = Array(value[start..<min(value.count, start + 1 + random.below(9))])
      if round % 3 == 2 { needle = needle.map { (UInt8(0x61)...0x7A).contains($0) ? $0 & 0xDF : $0 } }
      if needle.isEmpty { continue }
      let finder = ByteFinder(needle, foldsCase: round % 3 == 2)
      let wanted = list.indices.filter { index in
        list[index].value.withUnsafeBufferPointer { finder.find(in: $0) != nil }
      }.map { UInt32($0) }
      #expect(Set(stored.positions(mayHold: finder)).isSuperset(of: wanted))
      let piece = TextPiece(needle, mayBeBare: false)
      #expect(stored.positions(containing: piece) == table.entries(containing: piece))
    }
  }

  /// What has digits at fixed places is stored so, and what has none or no two alike is not.
  @Test func whatHasPatterns() {
    var random = SeededGenerator(seed: 5)
    func isWritten(_ texts: [String]) -> Bool {
      var writer = ByteWriter()
      let table = table(texts.map { Entry(value: Array($0.utf8), style: .plain) })
      let isWritten = PatternStrings.encode(table, into: &writer)
      #expect(isWritten == !writer.bytes.isEmpty)
      return isWritten
    }
    #expect(isWritten((0..<2000).map { "team-\($0 % 7)/2024/\(10 + $0 % 20)/part-\(10_000 + $0).parquet" }))
    #expect(isWritten((0..<2000).map { _ in "logs/\(Oddity.uuid(&random).prefix(8))0a1" }))
    #expect(!isWritten((0..<2000).map { _ in Oddity.uuid(&random) + Oddity.uuid(&random).uppercased() }))
    #expect(!isWritten((0..<2000).map { _ in "a/" + random.pick(["b", "c"]) }))
    #expect(!isWritten((0..<30).map { "part-\($0)" }))
  }

  /// Every number that is read has a limit.
  @Test func damagedPatterns() throws {
    func varint(_ value: Int) -> [UInt8] {
      var writer = ByteWriter()
      writer.writeVarint(value)
      return writer.bytes
    }
    func isDamaged(_ bytes: [UInt8], count: Int = 2) -> Bool {
      var reader = ByteReader(bytes, origin: ByteOrigin(file: "test", offset: 0))
      do {
        _ = try PatternStrings(&reader, count: count).values(at: nil)
        return false
      } catch CairnError.damaged { return true } catch { return false }
    }
    // One pattern, "a" and two digits; both values have it; all plain; 7 and 42.
    let pattern: [UInt8] = [1, 0, 3, 0x61, 0, 2]
    #expect(!isDamaged(pattern + [0, 0, 0, 1, 14, 6, 0xC0, 0x08]))
    #expect(isDamaged(pattern + [0, 0, 0, 0, 0xC8, 1]), "a hundred in two digits")
    #expect(isDamaged(pattern + [0, 0, 0, 0, 1]), "below zero")
    #expect(isDamaged(pattern + [0, 2, 0, 0, 2]), "no such pattern")
    #expect(isDamaged(pattern + [0, 0, 0, 0, 2, 0]), "a byte left over")
    #expect(isDamaged([1, 0, 2, 0x61, 0, 0, 0, 0]), "a mark at the end")
    for form: UInt8 in [19, 0x80] { #expect(isDamaged([1, 0, 2, 0, form, 0, 0, 0, 0, 0]), "\(form)") }
    #expect(isDamaged([1, 1, 0, 0, 0, 0]), "more shared than there is")
    #expect(isDamaged([3, 0, 0, 0, 0, 0, 0, 0, 0, 0]), "more patterns than values")
    func repeated(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
      Array(repeatElement(bytes, count: count).joined())
    }
    var many: [UInt8] = [1, 0]
    many += varint(130) + repeated([0, 1], 65) + [0, 0, 0]
    #expect(isDamaged(many + repeated([0, 0], 65)))
    // Few bytes, many values: of a long text, and of digits.
    var long: [UInt8] = [1, 0]
    long += varint(60_000) + repeated([0x61], 60_000) + [0, 0, 0]
    #expect(isDamaged(long, count: 3000))
    var holes: [UInt8] = [1, 0]
    holes += varint(128) + repeated([0, 1], 64) + [0, 0, 0]
    #expect(isDamaged(holes + repeated([0, 0], 64), count: 1 << 19))
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
