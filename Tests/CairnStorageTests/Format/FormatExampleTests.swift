import CairnStorage
import Testing

/// Every example in `Formats/` is executed: writing gives its bytes, reading gives its values.
@Suite struct FormatExamples {
  static let documents = ["encodings.md", "segment.md", "archive.md"]

  static func all() throws -> [FormatDocument.Example] {
    try documents.flatMap { try FormatDocument.load($0).examples }
  }

  @Test func everyExampleHasAKindThatIsExecuted() throws {
    let kinds = Set(try Self.all().map(\.kind))
    #expect(kinds == Set(Self.checks.keys))
  }

  @Test(arguments: Result { try all() }.successes)
  func example(_ example: FormatDocument.Example) throws {
    let check = try #require(Self.checks[example.kind], "unknown example kind")
    try check(example)
  }

  typealias Check = @Sendable (FormatDocument.Example) throws -> Void

  static let checks: [String: Check] = [
    "varint": varint, "svarint": signedVarint, "packed": packed, "integers": integers, "planes": planes,
    "deltaPlanes": deltaPlanes, "paired": paired,
    "words": words, "given": given, "aligned": given,
    "plain": plain, "tokens": tokens, "derived": derived, "patterns": patterns, "timestamp": timestamp,
    "dictionary": dictionary,
    "membership": membership,
    "block": block, "row-times": rowTimes, "layout": layout, "segment": FormatSegmentExample.check,
    "archive": FormatArchiveExample.check,
  ]

  /// Compares bytes as text, so that a difference can be read and pasted.
  static func expect(_ bytes: [UInt8], _ example: FormatDocument.Example) throws {
    let (written, documented) = (dump(bytes), dump(try example.bytes()))
    #expect(written == documented)
  }

  @Sendable static func varint(_ example: FormatDocument.Example) throws {
    let value = UInt64(try example.integer("value"))
    var writer = ByteWriter()
    writer.writeVarint(value)
    try expect(writer.bytes, example)
    var reader = reader(try example.bytes())
    #expect(try reader.readVarint() == value)
    #expect(reader.isAtEnd)
  }

  @Sendable static func signedVarint(_ example: FormatDocument.Example) throws {
    let value = try example.integers("value")[0]
    var writer = ByteWriter()
    writer.writeSignedVarint(value)
    try expect(writer.bytes, example)
    var reader = reader(try example.bytes())
    #expect(try reader.readSignedVarint() == value)
    #expect(reader.isAtEnd)
  }

  @Sendable static func packed(_ example: FormatDocument.Example) throws {
    let values = try example.integers("values").map { UInt64($0) }
    let width = try example.integer("width")
    var writer = ByteWriter()
    BitPacking.pack(values, width: width, into: &writer)
    try expect(writer.bytes, example)
    var unpacked = [UInt64](repeating: 0, count: values.count)
    try example.bytes().withUnsafeBufferPointer { bytes in
      unpacked.withUnsafeMutableBufferPointer { output in
        if let base = output.baseAddress {
          BitPacking.unpack(bytes, count: values.count, width: width, into: base)
        }
      }
    }
    #expect(unpacked == values)
  }

  @Sendable static func integers(_ example: FormatDocument.Example) throws {
    let values = try example.integers("values")
    var writer = ByteWriter()
    IntegerEncoding.encode(values, into: &writer)
    try expect(writer.bytes, example)
    var reader = reader(try example.bytes())
    #expect(try IntegerEncoding.decode(&reader, count: values.count) == values)
    #expect(reader.isAtEnd)
  }

  @Sendable static func deltaPlanes(_ example: FormatDocument.Example) throws {
    let values = try example.integers("values")
    var writer = ByteWriter()
    IntegerEncoding.encodeDeltaPlanes(values, into: &writer)
    try expect(writer.bytes, example)
    var reader = reader(try example.bytes())
    #expect(try IntegerEncoding.decode(&reader, count: values.count) == values)
    #expect(reader.isAtEnd)
  }

  @Sendable static func planes(_ example: FormatDocument.Example) throws {
    let values = try example.integers("values")
    var writer = ByteWriter()
    BytePlanes.encode(values, into: &writer)
    try expect(writer.bytes, example)
    var reader = reader(try example.bytes())
    #expect(try BytePlanes.decode(&reader, count: values.count) == values)
    #expect(reader.isAtEnd)
  }

  @Sendable static func words(_ example: FormatDocument.Example) throws {
    let values = try example.integers("values").map { UInt32($0) }
    var codes = ByteWriter()
    var list = ByteWriter()
    WordEncoding.encodeList(
      values.withUnsafeBufferPointer { WordEncoding.encodeCodes($0, into: &codes) }, into: &list)
    #expect(dump(list.bytes) == dump(try example.bytes("list")))
    #expect(dump(codes.bytes) == dump(try example.bytes("codes")))
    var listReader = reader(try example.bytes("list"))
    let words = try WordEncoding.decodeList(&listReader, limit: values.count)
    #expect(listReader.isAtEnd)
    var codeReader = reader(try example.bytes("codes"))
    let decoded = try WordEncoding.decodeCodes(&codeReader, words: words, count: values.count)
    #expect(decoded.allCodes().map { decoded.words[Int($0)] } == values)
  }

  @Sendable static func given(_ example: FormatDocument.Example) throws {
    let values = try example.integers("values").map { UInt32($0) }
    let others = try example.integers("parent").map { UInt32($0) }
    let (rows, beside) = try (example.optionalWords("rows"), example.optionalWords("beside"))
    let codes = values.withUnsafeBufferPointer { values in
      others.withUnsafeBufferPointer { others in
        rows.withUnsafeBufferPointer { rows in
          beside.withUnsafeBufferPointer { beside in
            rows.isEmpty
              ? GivenCodes.encode(values, given: others, minimumMeanUse: 1)
              : GivenCodes.encode(values, rows: rows, given: others, rows: beside, minimumMeanUse: 1)
          }
        }
      }
    }
    #expect(dump(codes ?? []) == dump(try example.bytes("codes")))
    var listReader = reader(try example.bytes("list"))
    let words = try WordEncoding.decodeList(&listReader, limit: values.count)
    #expect(listReader.isAtEnd)
    var writer = ByteWriter()
    let list = others.withUnsafeBufferPointer { WordEncoding.encodeCodes($0, into: &writer) }
    var parentReader = reader(writer.bytes)
    let parent = try WordEncoding.decodeCodes(&parentReader, words: list, count: others.count)
    var codeReader = reader(try example.bytes("codes"))
    let decoded = try WordEncoding.decodeCodes(&codeReader, words: words, count: values.count) { parent }
    #expect(decoded.allCodes().map { decoded.words[Int($0)] } == values)
  }

  @Sendable static func paired(_ example: FormatDocument.Example) throws {
    func column(_ words: String, _ rows: String) throws -> SidedWords {
      SidedWords(
        words: try example.integers(words).map { UInt32($0) },
        rows: try example.integers(rows).map { UInt32($0) })
    }
    let own = try column("values", "rows")
    let (first, second) = (try column("parent", "beside"), try column("second", "next"))
    #expect(
      dump(own.codes(given: first, second, minimumMeanUse: 1) ?? []) == dump(try example.bytes("codes")))
    var listReader = reader(try example.bytes("list"))
    let words = try WordEncoding.decodeList(&listReader, limit: own.words.count)
    #expect(listReader.isAtEnd)
    var codeReader = reader(try example.bytes("codes"))
    let decoded = try WordEncoding.decodeCodes(
      &codeReader, words: words, count: own.words.count, parent: { try first.coded() },
      second: { try second.coded() })
    #expect(decoded.allCodes().map { decoded.words[Int($0)] } == own.words)
  }

  // MARK: Strings

  /// `value STYLE SPELLING` lines as a table; the style must be the one that the writer chooses.
  static func table(_ example: FormatDocument.Example) throws -> StringTable {
    let table = StringTable()
    for value in example.values("value") {
      let parts = value.split(separator: " ", maxSplits: 1)
      let spelling = Array(parts[1].utf8)
      let (bytes, style) = spell(spelling)
      #expect("\(style)" == parts[0])
      table.append(bytes, style: style, spelling: style == .verbatim ? spelling : nil)
    }
    return table
  }

  static func spell(_ spelling: [UInt8]) -> (value: [UInt8], style: StringStyle) {
    guard spelling.contains(0x5C) else { return (spelling, .plain) }
    return spelling.withUnsafeBufferPointer { buffer in
      let value = StringSpelling.unescape(buffer)
      return (value, StringSpelling.style(of: buffer, value: value))
    }
  }

  static func spellings(_ table: StringTable) -> [String] {
    (0..<table.count).map { index in
      var output = RawVector<UInt8>()
      defer { output.free() }
      table.appendSpelling(of: index, to: &output)
      return "\(table.style(index)) \(String(decoding: output.buffer, as: UTF8.self))"
    }
  }

  @Sendable static func plain(_ example: FormatDocument.Example) throws {
    let table = try table(example)
    var writer = ByteWriter()
    PlainStrings.encode(table, into: &writer)
    try expect(writer.bytes, example)
    var reader = reader(try example.bytes())
    let decoded = try PlainStrings.decode(&reader, count: table.count, positions: nil)
    #expect(spellings(decoded) == example.values("value"))
  }

  /// A class line has its parts: `literal:TEXT` or `ALPHABET:CHARACTERS`.
  @Sendable static func tokens(_ example: FormatDocument.Example) throws {
    let classes = try example.values("class").map { line in
      TokenClass(
        try line.split(separator: " ").map { word in
          let sides = word.split(separator: ":", maxSplits: 1)
          let alphabet = try #require(TokenAlphabet.allCases.first { "\($0)" == sides[0] })
          let text = alphabet == .literal ? Array(sides[1].utf8) : []
          return TokenClass.Part(
            alphabet: alphabet, text: text,
            count: try alphabet == .literal ? text.count : #require(Int(sides[1])))
        })
    }
    var writer = ByteWriter()
    let table = try table(example)
    #expect(TokenStrings.encode(table, classes, into: &writer) != nil)
    #expect(writer.bytes.first == StringEncoding.tokens.rawValue)
    try expect(Array(writer.bytes.dropFirst()), example)
    var reader = reader(try example.bytes())
    let decoded = try TokenStrings(&reader, count: table.count).values(at: nil)
    #expect(spellings(decoded) == example.values("value"))
  }

  @Sendable static func patterns(_ example: FormatDocument.Example) throws {
    let table = try table(example)
    var writer = ByteWriter()
    let isWritten = PatternStrings.encode(table, always: true, into: &writer)
    #expect(isWritten && writer.bytes.first == StringEncoding.patterns.rawValue)
    try expect(Array(writer.bytes.dropFirst()), example)
    var reader = reader(try example.bytes())
    let decoded = try PatternStrings(&reader, count: table.count).values(at: nil)
    #expect(spellings(decoded) == example.values("value"))
  }

  /// A parent line has the parent's value in each row; a class line its spelling and its parts: `text:TEXT`,
  /// `value:PARENT`, `tail:PARENT` or `own`.
  @Sendable static func derived(_ example: FormatDocument.Example) throws {
    let forms = try example.values("class").map { line in
      let words = line.split(separator: " ")
      let spelling = try #require(DerivedSpelling.allCases.first { "\($0)" == words[0] })
      return DerivedForm(
        spelling,
        try words.dropFirst().map { word in
          let sides = word.split(separator: ":", maxSplits: 1)
          let source = try #require(DerivedPart.allCases.first { "\($0)" == sides[0] })
          switch source {
          case .text: return DerivedForm.Part(text: Array(sides[1].utf8))
          case .value, .tail, .head: return DerivedForm.Part(source, of: try #require(Int(sides[1])))
          case .own: return DerivedForm.Part(.own)
          }
        })
    }
    let parents = example.values("parent").map { line in
      let table = StringTable()
      for word in line.split(separator: " ") { table.append(Array(word.utf8)) }
      return table
    }
    let rows = try example.integers("rows").map { UInt32($0) }
    let table = try table(example)
    var writer = ByteWriter()
    let everyRow = (0..<UInt32(1000)).map { $0 }
    let isWritten = rows.withUnsafeBufferPointer { rows in
      everyRow.withUnsafeBufferPointer { all in
        DerivedStrings.encode(
          table, rows: rows, forms,
          parents.map {
            DerivedParent($0, entries: nil, rows: UnsafeBufferPointer(rebasing: all[..<$0.count]))
          }, ZstdCompressor(), into: &writer)
      }
    }
    #expect(isWritten && writer.bytes.first == StringEncoding.derived.rawValue)
    try expect(Array(writer.bytes.dropFirst()), example)
    var reader = reader(try example.bytes())
    let stored = try DerivedStrings(&reader, count: table.count, parentCount: parents.count)
    let decoded = try stored.values(at: nil) { (parents[$0], $1) }
    #expect(spellings(decoded) == example.values("value"))
  }

  @Sendable static func timestamp(_ example: FormatDocument.Example) throws {
    var writer = ByteWriter()
    #expect(TimestampStrings.encode(try table(example), into: &writer))
    #expect(writer.bytes.first == StringEncoding.timestamp.rawValue)
    try expect(Array(writer.bytes.dropFirst()), example)
    var reader = reader(try example.bytes())
    let seconds = try IntegerEncoding.decode(&reader, count: example.values("value").count)
    let decoded = try #require(TimestampStrings.format(seconds, positions: nil))
    #expect(spellings(decoded) == example.values("value"))
  }

  @Sendable static func dictionary(_ example: FormatDocument.Example) throws {
    let table = try table(example)
    let blocks = DictionaryBlocks.encode(table)
    #expect(blocks.count == 1)
    try expect(blocks[0].bytes, example)
    #expect(blocks[0].firstValue == Array(table[0]))
    var reader = reader(try example.bytes())
    let decoded = try DictionaryBlocks.decode(&reader, count: table.count)
    #expect(spellings(decoded) == example.values("value"))
  }

  @Test func spellingsTable() throws {
    let rows = try FormatDocument.load("encodings.md").table("spellings")
    for row in rows {
      let spelling = Array(row[2].dropFirst().dropLast().utf8)
      let hexadecimal = row[1].contains("(") ? row[1].split(separator: "(")[1].dropLast() : row[1][...]
      let (value, style) = Self.spell(spelling)
      #expect("\(style)" == row[0])
      #expect(dump(value) == hexadecimal)
      if style == .verbatim { continue }
      var output = RawVector<UInt8>()
      defer { output.free() }
      value.withUnsafeBufferPointer { StringSpelling.append($0, style: style, to: &output) }
      #expect(Array(output.buffer) == spelling)
    }
    #expect(Set(rows.map { $0[0] }) == Set(StringStyle.allCases.map { "\($0)" }))
  }

  /// One page of `value ROWGROUP TEXT` lines.
  @Sendable static func membership(_ example: FormatDocument.Example) throws {
    let index = MembershipDirectory(
      rowGroupCount: try example.integer("rowGroups"), answerBits: try example.integer("answerBits"),
      pages: [BlockRef(offset: 0, byteCount: 0)])
    #expect(index.answerBits == MembershipDirectory.answerBits(rowGroupCount: index.rowGroupCount))
    let values = try example.values("value").map { line in
      let parts = line.split(separator: " ", maxSplits: 1)
      let hash = Array(parts[1].utf8).withUnsafeBufferPointer { MembershipDirectory.hash($0) }
      return (hash: hash, rowGroup: try #require(Int(parts[0])))
    }
    try expect(index.encodePage(values), example)
    var reader = reader(try example.bytes())
    let page = try MembershipPage.decode(&reader, index)
    for (hash, rowGroup) in values { #expect(index.rowGroups(of: hash, in: page).contains(rowGroup)) }
    let absent = Array("absent".utf8).withUnsafeBufferPointer { MembershipDirectory.hash($0) }
    #expect(index.rowGroups(of: absent, in: page).isEmpty)
  }

  // MARK: Parts of segments

  @Sendable static func block(_ example: FormatDocument.Example) throws {
    let offset = UInt64(try example.integer("offset"))
    let raw = try example.bytes("raw")
    let body = BlockBody.make(raw, ZstdCompressor())
    try expect(body.sealed(at: offset), example)
    let stored = try example.bytes()
    let store = MemoryBlockStore(name: "example", bytes: [UInt8](repeating: 0, count: Int(offset)) + stored)
    let blocks = BlockReader(store, statistics: ReadStatistics())
    var writer = ByteWriter()
    writer.writeVarint(offset)
    writer.writeVarint(stored.count)
    var ref = reader(writer.bytes)
    var reader = try blocks.read(try BlockRef.decode(&ref))
    #expect(try reader.readBytes(reader.remaining) == raw)
  }

  @Sendable static func rowTimes(_ example: FormatDocument.Example) throws {
    let times = try example.integers("times")
    var writer = ByteWriter()
    RowTimes.encode(times, into: &writer)
    try expect(writer.bytes, example)
    var reader = reader(try example.bytes())
    #expect(try RowTimes.decode(&reader, count: times.count).milliseconds == times)
  }

  @Sendable static func layout(_ example: FormatDocument.Example) throws {
    var layout = Layout.compact
    for word in try example.value("layout").split(separator: " ") {
      let parts = word.split(separator: "=")
      let bytes = parts[0] == "lines" ? [] : try parseHexadecimal(String(parts[1]))
      switch parts[0] {
      case "lines":
        layout.objectsMultiline = parts[1].contains("objects")
        layout.arraysMultiline = parts[1].contains("arrays")
      case "newline": layout.newline = bytes
      case "base": layout.base = bytes
      case "unit": layout.unit = bytes
      case "beforeColon": layout.beforeColon = bytes
      case "afterColon": layout.afterColon = bytes
      case "afterComma": layout.afterComma = bytes
      case "arrayPadding": layout.arrayPadding = bytes
      default: throw FormatError("\(example): unknown \(word)")
      }
    }
    var writer = ByteWriter()
    layout.encode(into: &writer)
    try expect(writer.bytes, example)
    var reader = reader(try example.bytes())
    #expect(try Layout.decode(&reader).layout == layout)
    let printed = try SegmentFixture.print(record: Array(try example.value("record").utf8), layout)
    #expect(dump(printed) == dump(try example.bytes("prints")))
  }
}

extension Result where Success: Collection {
  /// The elements, none where there was an error (which another test then shows).
  var successes: [Success.Element] { (try? get()).map { Array($0) } ?? [] }
}

extension FormatDocument.Example {
  /// The words of a field that an example may have.
  fileprivate func optionalWords(_ key: String) throws -> [UInt32] {
    values(key).isEmpty ? [] : try integers(key).map { UInt32($0) }
  }
}
