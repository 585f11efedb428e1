import CairnStorage
import CairnTestSupport
import Testing

/// Codes given those of another column: the same as codes that stand for themselves.
@Suite struct GivenColumnTests {
  private func codes(_ words: [UInt32], given parent: [UInt32]) -> [UInt8]? {
    words.withUnsafeBufferPointer { words in
      parent.withUnsafeBufferPointer { GivenCodes.encode(words, given: $0) }
    }
  }

  private func coded(_ words: [UInt32]) throws -> CodedWords {
    var writer = ByteWriter()
    let list = words.withUnsafeBufferPointer { WordEncoding.encodeCodes($0, into: &writer) }
    var reader = ByteReader(writer.bytes, origin: ByteOrigin(file: "test", offset: 0))
    return try WordEncoding.decodeCodes(&reader, words: list, count: words.count)
  }

  /// Few and many words on either side, functions and what is nearly one.
  @Test(arguments: [(1, 3), (40, 7), (300, 300), (70_000, 66_000)], [0, 5])
  func decodesToTheSame(distinct: (parent: Int, child: Int), noise: Int) throws {
    var random = SeededGenerator(seed: UInt64(distinct.parent + noise))
    let count = distinct.parent > 1000 ? 300_000 : 5_000
    let parent = (0..<count).map { _ in UInt32(random.below(distinct.parent)) * 3 }
    let words = parent.map { word -> UInt32 in
      let shift = noise > 0 && random.below(20) < noise ? UInt32(random.below(3)) : 0
      return (word * 7 + shift) % UInt32(distinct.child) + 100
    }
    let own = try coded(words)
    guard let bytes = codes(words, given: parent) else {
      #expect(own.words.count < 2 || distinct.parent > 1000)
      return
    }
    var reader = ByteReader(bytes, origin: ByteOrigin(file: "test", offset: 0))
    let other = try coded(parent)
    let decoded = try WordEncoding.decodeCodes(&reader, words: own.words, count: count) { other }
    #expect(decoded.allCodes() == own.allCodes())
  }

  /// Columns of which rows have a value or not.
  @Test(arguments: [(1, 3), (40, 7), (300, 200)], [2, 5, 10])
  func decodesAlignedToTheSame(distinct: (parent: Int, child: Int), present: Int) throws {
    var random = SeededGenerator(seed: UInt64(distinct.parent + present))
    var (words, rows, parent, parentRows): ([UInt32], [UInt32], [UInt32], [UInt32]) = ([], [], [], [])
    for row in 0..<UInt32(6_000) {
      let word = UInt32(random.below(distinct.parent))
      let isThere = random.below(10) < present
      if isThere { (parent, parentRows) = (parent + [word * 3], parentRows + [row]) }
      if random.below(10) < 7 {
        words.append(isThere ? (word * 7 + UInt32(random.below(2))) % UInt32(distinct.child) : 1)
        rows.append(row)
      }
    }
    let bytes = words.withUnsafeBufferPointer { words in
      rows.withUnsafeBufferPointer { rows in
        parent.withUnsafeBufferPointer { parent in
          parentRows.withUnsafeBufferPointer {
            GivenCodes.encode(words, rows: rows, given: parent, rows: $0)
          }
        }
      }
    }
    var reader = ByteReader(try #require(bytes), origin: ByteOrigin(file: "test", offset: 0))
    let (own, other) = try (coded(words), coded(parent))
    let decoded = try WordEncoding.decodeCodes(&reader, words: own.words, count: words.count) { other }
    #expect(decoded.allCodes() == own.allCodes())
  }

  /// Columns that two others foretell, of which rows have a value or not.
  @Test(arguments: [(1, 3), (40, 7), (300, 200), (2_000, 60)], [2, 7, 10])
  func decodesPairedToTheSame(distinct: (first: Int, second: Int), present: Int) throws {
    var random = SeededGenerator(seed: UInt64(distinct.first + present))
    var (own, first, second) = (SidedWords(), SidedWords(), SidedWords())
    for row in 0..<UInt32(40_000) {
      let (one, other) = (UInt32(random.below(distinct.first)), UInt32(random.below(distinct.second)))
      let isBoth = random.below(10) < present
      if isBoth || random.chance(40) { first.append(one * 3, row: row) }
      if isBoth { second.append(other + 9, row: row) }
      guard random.below(10) < 7 else { continue }
      let word = isBoth ? (one % 50 * 7 + other % 5 + UInt32(random.below(2))) % 90 : one % 11
      own.append(word, row: row)
    }
    let bytes = own.codes(given: first, second)
    guard let bytes else {
      // Too many pairs for their number.
      #expect(distinct.first * distinct.second > 20_000)
      return
    }
    var reader = ByteReader(bytes, origin: ByteOrigin(file: "test", offset: 0))
    let (whole, one, other) = try (own.coded(), first.coded(), second.coded())
    let decoded = try WordEncoding.decodeCodes(
      &reader, words: whole.words, count: own.words.count, parent: { one }, second: { other })
    #expect(decoded.allCodes() == whole.allCodes())
  }

  @Test func refusesPairsThatDoNotFit() throws {
    let (first, second) = (try coded([5, 9, 5, 5]), try coded([7, 8, 7]))
    func decode(_ bytes: [UInt8], _ one: CodedWords?, _ other: CodedWords?) throws -> [UInt32] {
      var reader = ByteReader(bytes, origin: ByteOrigin(file: "test", offset: 0))
      return try WordEncoding.decodeCodes(
        &reader, words: [17, 18, 300], count: 5, parent: { one }, second: { other }
      ).allCodes()
    }
    let good: [UInt8] = [5, 1, 0, 1, 0x1B, 1, 0, 1, 0x16, 0, 2, 1, 0, 2, 0x18, 0]
    #expect(try decode(good, first, second) == [0, 2, 1, 0, 0])
    for (one, other) in [(nil, second), (first, nil), (try coded([5]), second), (first, try coded([7]))] {
      #expect(throws: CairnError.self) { _ = try decode(good, one, other) }
    }
    // Gaps behind the last value, no word and two for a pair, a code too great, a width without ranks and one too great.
    for (place, byte) in [
      (4, UInt8(0x1F)), (2, 1), (8, 0x1F), (6, 4), (10, 0), (10, 4), (14, 0x1C), (15, 1), (15, 2),
    ] {
      var bad = good
      bad[place] = byte
      #expect(throws: CairnError.self, "\(place) \(byte)") { _ = try decode(bad, first, second) }
    }
    #expect(throws: CairnError.self) { _ = try decode(Array(good.dropLast()), first, second) }
    // More pairs than a reader keeps places for.
    let many = CodedWords(words: Array(0..<3_000), count: 4, codes: .shorts([0, 1, 2, 3]))
    #expect(throws: CairnError.self) { _ = try decode(good, many, many) }
  }

  @Test func refusesGapsThatDoNotFit() throws {
    let parent = try coded([5, 9, 5, 5])
    func decode(_ bytes: [UInt8], _ other: CodedWords?) throws -> [UInt32] {
      var reader = ByteReader(bytes, origin: ByteOrigin(file: "test", offset: 0))
      return try WordEncoding.decodeCodes(&reader, words: [17, 18, 300], count: 5) { other }.allCodes()
    }
    let good: [UInt8] = [3, 1, 0, 1, 0x1B, 0, 2, 1, 0, 2, 0x18, 0]
    #expect(try decode(good, parent) == [0, 2, 1, 0, 0])
    #expect(throws: CairnError.self) { try decode(good, nil) }
    #expect(throws: CairnError.self) { try decode(good, try coded([5, 9])) }
    // Gaps before the first value and behind the last, a word that none follows and one follows, codes and widths too great.
    for (place, byte) in [
      (2, UInt8(1)), (2, 4), (4, 0x1F), (6, 0), (6, 4), (6, 1), (10, 0x1C), (11, 1), (11, 3),
    ] {
      var bad = good
      bad[place] = byte
      #expect(throws: CairnError.self, "\(place) \(byte)") { try decode(bad, parent) }
    }
    #expect(throws: CairnError.self) { try decode(Array(good.dropLast()), parent) }
  }

  @Test func refusesWhatDoesNotFit() throws {
    let parent = try coded([5, 9, 5, 5, 9])
    func decode(_ bytes: [UInt8], _ other: CodedWords?) throws {
      var reader = ByteReader(bytes, origin: ByteOrigin(file: "test", offset: 0))
      _ = try WordEncoding.decodeCodes(&reader, words: [17, 18, 300], count: 5) { other }
    }
    let good: [UInt8] = [0, 2, 4, 1, 0, 2, 0, 2, 0, 1, 0, 0, 0, 1, 0]
    try decode(good, parent)
    // No other column, one of another length, a rank and a code too great, a word that none follows, too short.
    #expect(throws: CairnError.self) { try decode(good, nil) }
    #expect(throws: CairnError.self) { try decode(good, try coded([5, 9])) }
    for (place, byte) in [(11, UInt8(1)), (10, 2), (5, 6), (2, 0), (9, 2)] {
      var bad = good
      bad[place] = byte
      #expect(throws: CairnError.self, "\(place)") { try decode(bad, parent) }
    }
    #expect(throws: CairnError.self) { try decode(Array(good.dropLast()), parent) }
  }

  /// Columns that go together are given one another in a segment, and every record comes back.
  @Test func segmentsHaveThem() throws {
    var random = SeededGenerator(seed: 9)
    let lines = (0..<6_000).map { index -> String in
      let name = random.below(40)
      let error = random.below(4)
      let number = random.below(200)
      let group = random.chance(30) ? "" : #","group":"g\#(number * 7 % 150)""#
      // A host's name follows from the bucket for one service, from the service for others.
      let bucket = random.below(60)
      let (isStorage, service) = (name % 2 == 0, name % 2 == 0 ? "storage" : "s\(name / 2)")
      let call = isStorage ? #","call":{"bucket":"b\#(bucket)"}"# : ""
      let host = isStorage ? "b\(bucket).storage.example" : "\(service).example"
      let tls = index % 5 == 4 ? "" : #","tls":{"host":"\#(host)"}"#
      let user = name % 3 > 0 ? #","user":{"name":"u\#(number)"\#(group)}"# : ""
      return
        #"{"eventTime":"2024-02-29T12:\#(10 + index / 60 % 50):\#(10 + index % 50)Z","eventName":"N\#(name)","#
        + #""eventSource":"\#(service)","readOnly":"r\#(name / 20)","error":"e\#(error)"\#(user)\#(call)\#(tls)}"#
    }
    let source = Array(#"{"Records":[\#(lines.joined(separator: ","))]}"#.utf8)
    let bytes = try SegmentFixture.segment([.init(key: "a", bytes: source)])
    #expect(try SegmentFixture.restore(bytes) == ["a": source])
    let reader = try SegmentReader(MemoryBlockStore(name: "memory", bytes: bytes))
    let columns = try reader.catalogue().columns.indices.map { try reader.column($0) }
    #expect(columns.filter { $0.directory.given != nil }.count >= 4)
    // A column of fewer values than its parent.
    #expect(
      columns.contains { column in
        column.directory.given.map { columns[$0].info.valueCount != column.info.valueCount } ?? false
      })
    // Hosts follow from service and bucket together.
    let paired = try #require(columns.firstIndex { $0.directory.second != nil })
    #expect(columns[paired].info.valueCount > 1_000)
    // One that is given itself ends in an error, not in a circle.
    var forge = try SegmentForge(bytes)
    let index = try #require(columns.firstIndex { $0.directory.given != nil })
    let number = UInt8(try #require(columns[index].directory.given) + 1)
    forge.changeDirectory(index) { directory in
      // The byte before the number of chunks and the first row group.
      if let at = directory.indices.first(where: { directory[$0...].starts(with: [number, 1, 0]) }) {
        directory[at] = UInt8(index + 1)
      }
    }
    let forged = try SegmentReader(MemoryBlockStore(name: "memory", bytes: forge.bytes()))
    #expect(throws: CairnError.self) { _ = try forged.column(index).words(in: 0) }
  }
}

/// A column's words, and the rows that they are of.
struct SidedWords {
  var words: [UInt32] = []
  var rows: [UInt32] = []

  mutating func append(_ word: UInt32, row: UInt32) {
    words.append(word)
    rows.append(row)
  }

  func codes(
    given first: SidedWords, _ second: SidedWords, minimumMeanUse: Int = GivenCodes.minimumMeanUse
  ) -> [UInt8]? {
    sided { own in
      first.sided { first in
        second.sided { GivenCodes.encode(own, given: first, $0, minimumMeanUse: minimumMeanUse) }
      }
    }
  }

  private func sided<Result>(_ body: (GivenCodes.Sided) -> Result) -> Result {
    words.withUnsafeBufferPointer { words in
      rows.withUnsafeBufferPointer { body(GivenCodes.Sided(words, rows: $0)) }
    }
  }

  /// As a column that stands for itself.
  func coded() throws -> CodedWords {
    var writer = ByteWriter()
    let list = words.withUnsafeBufferPointer { WordEncoding.encodeCodes($0, into: &writer) }
    var reader = ByteReader(writer.bytes, origin: ByteOrigin(file: "test", offset: 0))
    return try WordEncoding.decodeCodes(&reader, words: list, count: words.count)
  }
}
