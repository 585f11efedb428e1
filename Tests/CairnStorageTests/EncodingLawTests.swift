import CairnStorage
import CairnTestSupport
import Testing

/// Every encoding obeys the same laws: decoding gives back what was encoded, all of it and nothing more, and taking
/// positions equals decoding and indexing.
@Suite struct EncodingLawTests {
  private static let edges: [Int64] = [.min, .min + 1, -1, 0, 1, 255, .max - 1, .max]

  private func reader(_ writer: ByteWriter) -> ByteReader {
    ByteReader(writer.bytes, origin: ByteOrigin(file: "test", offset: 0))
  }

  // MARK: Bits and integers

  @Test(arguments: 0...64)
  func bitPacking(width: Int) throws {
    var random = SeededGenerator(seed: UInt64(width))
    let mask: UInt64 = width == 64 ? .max : (1 << UInt64(width)) - 1
    for count in 0...131 {
      let values = (0..<count).map { $0 % 7 == 0 ? mask : random.next() & mask }
      var writer = ByteWriter()
      BitPacking.pack(values, width: width, into: &writer)
      #expect(writer.bytes.count == (count * width + 7) / 8)
      let unpacked = [UInt64](unsafeUninitializedCapacity: count) { target, written in
        if let base = target.baseAddress {
          writer.bytes.withUnsafeBufferPointer {
            BitPacking.unpack($0, count: count, width: width, into: base)
          }
        }
        written = count
      }
      if unpacked != values { Issue.record("width \(width), \(count) values") }
    }
    #expect(BitPacking.width(of: mask) == width)
  }

  @Test func varints() throws {
    var writer = ByteWriter()
    var unsigned: [UInt64] = [.max]
    for bit in 0..<64 {
      let power = UInt64(1) << UInt64(bit)
      unsigned += [power, power - 1]
    }
    for value in unsigned { writer.writeVarint(value) }
    for value in Self.edges { writer.writeSignedVarint(value) }
    var reader = reader(writer)
    for value in unsigned { #expect(try reader.readVarint() == value) }
    for value in Self.edges { #expect(try reader.readSignedVarint() == value) }
    try reader.expectEnd(of: "test")
    for bytes: [UInt8] in [
      [0x80], [UInt8](repeating: 0xFF, count: 10), [UInt8](repeating: 0x80, count: 10) + [1],
    ] {
      var bad = ByteReader(bytes, origin: ByteOrigin(file: "test", offset: 0))
      #expect(throws: CairnError.self) { try bad.readVarint() }
    }
  }

  private func checkIntegers(_ values: [Int64], sourceLocation: SourceLocation = #_sourceLocation) throws {
    var writer = ByteWriter()
    IntegerEncoding.encode(values, into: &writer)
    var reader = reader(writer)
    let decoded = try IntegerEncoding.decode(&reader, count: values.count)
    if decoded != values {
      Issue.record("\(values.prefix(20)) becomes \(decoded.prefix(20))", sourceLocation: sourceLocation)
    }
    try reader.expectEnd(of: "integers")
    // Every prefix of the bytes is reported.
    for length in 0..<min(writer.bytes.count, 40) {
      var cut = ByteReader(Array(writer.bytes[..<length]), origin: ByteOrigin(file: "test", offset: 0))
      #expect(throws: CairnError.self, sourceLocation: sourceLocation) {
        let partly = try IntegerEncoding.decode(&cut, count: values.count)
        if partly == values { throw TestFailure("cut bytes decode to all values") }
      }
    }
  }

  /// All runs of up to four edge values.
  @Test func integersExhaustively() throws {
    var runs: [[Int64]] = [[]]
    var longest = runs
    for _ in 0..<4 {
      longest = longest.flatMap { run in Self.edges.map { run + [$0] } }
      runs +=
        longest.count > 600
        ? Array(longest.enumerated().filter { $0.offset % 7 == 0 }.map(\.element)) : longest
    }
    for run in runs { try checkIntegers(run) }
  }

  @Test func integersAtRandom() throws {
    var random = SeededGenerator(seed: 1)
    for round in 0..<400 {
      let shift = Int64(random.below(64))
      var value = Int64(bitPattern: random.next())
      let values = (0..<random.below(300)).map { _ -> Int64 in
        switch round % 5 {
        case 0: return Int64(bitPattern: random.next()) >> shift
        case 1: value = value &+ Int64(random.below(5))
        case 2: if random.chance(20) { value = Int64(bitPattern: random.next()) }
        case 3: value = random.chance(9) ? .min : .max
        default: value = value &+ (Int64(bitPattern: random.next()) >> shift)
        }
        return value
      }
      try checkIntegers(values)
    }
  }

  /// Planes of differences: short and long gaps, of any width, and what is not ascending.
  @Test func deltaPlanes() throws {
    var random = SeededGenerator(seed: 12)
    for round in 0..<60 {
      var value = Int64(bitPattern: random.next()) >> Int64(random.below(64))
      let values = (0..<(1 + random.below(600))).map { _ -> Int64 in
        value =
          value &+ (round % 3 == 0 ? Int64(bitPattern: random.next()) : Int64(random.below(1 << (round / 3))))
        return value
      }
      for isChosen in [false, true] {
        var writer = ByteWriter()
        if isChosen {
          IntegerEncoding.encodeAscending(values, into: &writer)
        } else {
          IntegerEncoding.encodeDeltaPlanes(values, into: &writer)
        }
        var whole = reader(writer)
        #expect(try IntegerEncoding.decode(&whole, count: values.count) == values)
        try whole.expectEnd(of: "integers")
        var cut = ByteReader(
          Array(writer.bytes.dropLast()), origin: ByteOrigin(file: "test", offset: 0))
        #expect(throws: CairnError.self) { try IntegerEncoding.decode(&cut, count: values.count) }
      }
    }
    // Many small gaps with a few large ones among them: what packed bits are bad at.
    let gaps = (0..<5_000).map { _ in random.chance(100) ? Int64(random.below(4_000)) : Int64(random.below(9))
    }
    let times = gaps.reduce(into: [Int64(1_709_208_000)]) { $0.append($0[$0.count - 1] + $1) }
    var (packed, ascending) = (ByteWriter(), ByteWriter())
    IntegerEncoding.encode(times, into: &packed)
    IntegerEncoding.encodeAscending(times, into: &ascending)
    #expect(ascending.bytes[0] == IntegerEncoding.deltaPlanes.rawValue)
    func size(_ writer: ByteWriter) -> Int { BlockBody.make(writer.bytes, ZstdCompressor()).storedByteCount }
    #expect(size(ascending) * 10 < size(packed) * 9)
    // None has no difference, and there are no more planes than a number has bytes.
    for bytes: [UInt8] in [[5], [5, 0, 0], [5, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0]] {
      var bad = ByteReader(bytes, origin: ByteOrigin(file: "test", offset: 0))
      #expect(throws: CairnError.self) {
        _ = try IntegerEncoding.decode(&bad, count: bytes.count == 3 ? 0 : 2)
      }
    }
  }

  /// Numbers of traces: any distances, equal ones too.
  @Test(arguments: [0, 1, 2, 7, 1_000, 40_000])
  func riceCoding(count: Int) throws {
    for width in [1, 20, 40, 63] {
      var random = SeededGenerator(seed: UInt64(count + width))
      let range: UInt64 = 1 << UInt64(width)
      let numbers = (0..<count).map { _ in random.next() % range }.sorted()
      var writer = ByteWriter()
      RiceCoding.encode(numbers, range: range, into: &writer)
      var whole = reader(writer)
      #expect(try RiceCoding.decode(&whole, limit: count) == numbers)
      try whole.expectEnd(of: "numbers")
      guard count > 0 else { continue }
      var limited = reader(writer)
      #expect(throws: CairnError.self) { try RiceCoding.decode(&limited, limit: count - 1) }
      for length in stride(from: 0, to: writer.bytes.count - 1, by: 1 + writer.bytes.count / 40) {
        var cut = ByteReader(Array(writer.bytes[..<length]), origin: ByteOrigin(file: "test", offset: 0))
        #expect(throws: CairnError.self) { try RiceCoding.decode(&cut, limit: count) }
      }
    }
  }

  /// However zstd is told to look, what it writes is read, and what is random is not searched for short repeats.
  @Test func searches() throws {
    var random = SeededGenerator(seed: 4)
    let characters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    let tokens = (0..<400_000).map { _ in characters[random.below(64)] }
    let texts = (0..<20_000).flatMap {
      Array("arn:aws:s3:::bucket-\($0 % 97)/part-\(random.below(5_000))".utf8)
    }
    for bytes in [tokens, texts, Array(texts[..<100]), []] {
      for search in [.level(0), .level(3), .level(-3), .longRepeats, .cheapest] as [ZstdSearch] {
        let body = BlockBody.make(bytes, ZstdCompressor(), search)
        guard body.codec == .zstd else {
          #expect(body.payload == bytes)
          continue
        }
        let read = body.payload.withUnsafeBufferPointer {
          ZstdDecompressor.decompress($0, byteCount: bytes.count)
        }
        #expect(read == bytes)
      }
    }
    let usual = BlockBody.make(tokens, ZstdCompressor())
    let long = BlockBody.make(tokens, ZstdCompressor(), .longRepeats)
    #expect(usual.payload == long.payload && long.payload.count * 100 < tokens.count * 76)
  }

  /// Runs of runs of runs: written no deeper than readers go.
  @Test func nestedRuns() throws {
    func nest(_ level: Int) -> [Int64] {
      if level == 0 { return [1, 2, 3, 4, 5] }
      return nest(level - 1).enumerated().flatMap {
        [Int64](repeating: Int64($0.offset / 6), count: Int($0.element) + 5)
      }
    }
    for level in 1...4 { try checkIntegers(nest(level)) }
    let powers = (0..<12).flatMap { [Int64](repeating: Int64($0), count: 1 << $0) }
    try checkIntegers(powers + powers + powers + powers)
    // Lengths that repeat in runs, whose lengths repeat in runs.
    let lengths = (0..<40).flatMap { [Int](repeating: $0 % 2 + 4, count: 30) }
    try checkIntegers(
      lengths.enumerated().flatMap { [Int64](repeating: Int64($0.offset % 3), count: $0.element) })
  }

  @Test func rowTimes() throws {
    for times: [Int64] in [
      [], [0], [-1000, 0, 0, 1000], [1, 2, 3], [1_688_560_107_857, 1_688_560_107_999], [-1, -1, 5],
    ] {
      var writer = ByteWriter()
      RowTimes.encode(times, into: &writer)
      var reader = reader(writer)
      #expect(try RowTimes.decode(&reader, count: times.count).milliseconds == times)
    }
    var writer = ByteWriter()
    RowTimes.encode([5, 4], into: &writer)
    var descending = reader(writer)
    #expect(throws: CairnError.self) { try RowTimes.decode(&descending, count: 2) }
  }

  // MARK: Words

  /// Code widths of one, two and four bytes, and a constant.
  @Test(arguments: [1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 70_000])
  func words(distinct: Int) throws {
    for spread: UInt32 in [1, 60_000] {
      var random = SeededGenerator(seed: UInt64(distinct))
      var list = (0..<UInt32(distinct)).map { $0 &* spread }
      list += (0..<100).map { _ in list[random.below(distinct)] }
      list.shuffle(using: &random)
      var writer = ByteWriter()
      var listWriter = ByteWriter()
      let words = list.withUnsafeBufferPointer { WordEncoding.encodeCodes($0, into: &writer) }
      WordEncoding.encodeList(words, into: &listWriter)
      var listReader = reader(listWriter)
      var reader = reader(writer)
      let decoded = try WordEncoding.decodeCodes(
        &reader, words: try WordEncoding.decodeList(&listReader, limit: list.count), count: list.count)
      try listReader.expectEnd(of: "word list")
      switch decoded.codes {
      case .constant: #expect(distinct == 1)
      case .bytes: #expect(2...256 ~= distinct)
      case .shorts: #expect(257...65_536 ~= distinct)
      case .longs: #expect(distinct > 65_536)
      }
      #expect(decoded.words == Array(Set(list)).sorted())
      let all = decoded.allCodes().map { decoded.words[Int($0)] }
      #expect(all == list)
      let positions = (0..<500).map { _ in UInt32(random.below(list.count)) }.sorted()
      #expect(decoded.take(positions).map { decoded.words[Int($0)] } == positions.map { all[Int($0)] })
      #expect(decoded.take([]) == [])
    }
  }
}
