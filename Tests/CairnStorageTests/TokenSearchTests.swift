import CairnStorage
import CairnTestSupport
import Testing

/// A search among tokens finds what comparing texts finds: at every place of a run, beside near misses.
@Suite struct TokenSearchTests {
  private static func uuid(_ high: UInt64, _ low: UInt64) -> String {
    let digits = hexadecimal(high) + hexadecimal(low)
    let cuts = [0, 8, 12, 16, 20, 32]
    return zip(cuts, cuts.dropFirst()).map { String(digits.dropFirst($0).prefix($1 - $0)) }.joined(
      separator: "-")
  }

  private static func part(_ alphabet: TokenAlphabet, _ count: Int) -> TokenClass.Part {
    TokenClass.Part(alphabet: alphabet, text: [], count: count)
  }
  private static func literal(_ text: String) -> TokenClass.Part {
    TokenClass.Part(alphabet: .literal, text: Array(text.utf8), count: text.utf8.count)
  }

  /// A UUID of 128 bits, a key of 80, a short one of 28, a long one of 200.
  private static let classes = [
    TokenClass([
      part(.hex, 8), literal("-"), part(.hex, 4), literal("-"), part(.hex, 4), literal("-"), part(.hex, 4),
      literal("-"), part(.hex, 12),
    ]),
    TokenClass([literal("ASIA"), part(.base32, 16)]),
    TokenClass([literal("i-"), part(.hex, 7)]),
    TokenClass([part(.hex, 50)]),
  ]

  private static func value(_ random: inout SeededGenerator) -> String {
    // Few different halves, so that many values agree in one of them; 0 and the greatest number among them.
    let halves: [UInt64] = [0, 1, .max, 1 << 63, 0x0123_4567_89AB_CDEF]
    let (a, b) = (random.pick(halves), random.pick(halves))
    switch random.below(6) {
    case 0: return "no UUID"
    case 1: return "ASIA" + String((0..<16).map { _ in random.pick(["A", "B", "7"]) }.joined())
    case 2: return "i-" + hexadecimal(a).prefix(7)
    case 3: return String((hexadecimal(a) + hexadecimal(b) + hexadecimal(a) + hexadecimal(b)).prefix(50))
    default: return uuid(a, b)
    }
  }

  private static func encoded(_ values: [String], _ classes: [TokenClass]) throws -> TokenStrings? {
    let table = StringTable()
    for value in values { table.append(Array(value.utf8)) }
    var writer = ByteWriter()
    guard TokenStrings.encode(table, classes, into: &writer) != nil else { return nil }
    var reader = ByteReader(Array(writer.bytes.dropFirst()), origin: ByteOrigin(file: "tokens", offset: 0))
    return try TokenStrings(&reader, count: values.count)
  }

  @Test(arguments: [1, 7, 8, 9, 16, 50], [true, false])
  func findsWhatIsEqual(count: Int, isUniform: Bool) throws {
    var random = SeededGenerator(seed: UInt64(count) + 3)
    for _ in 0..<50 {
      let values = (0..<count).map { _ in
        isUniform
          ? Self.uuid(random.chance(2) ? 0 : 1 << 63, random.below(3) == 0 ? 1 : .max) : Self.value(&random)
      }
      guard let tokens = try Self.encoded(values, isUniform ? [Self.classes[0]] : Self.classes) else {
        continue
      }
      for needle in Set(values + [Self.uuid(0, 0), "no UUID", "x", "", "ASIA"]) {
        let found = tokens.positions(of: [Array(needle.utf8)])
        #expect(found == values.indices.filter { values[$0] == needle }.map { UInt32($0) })
      }
      // Few of them and many, which are looked for in another way.
      for limit in [3, 5, 200] {
        let needles = Set(
          (values.filter { _ in random.chance(2) } + ["no UUID", "ASIA", "", "x"]).prefix(limit))
        let found = tokens.positions(of: needles.map { Array($0.utf8) })
        #expect(found == values.indices.filter { needles.contains(values[$0]) }.map { UInt32($0) })
      }
    }
  }

  @Test func findsPieces() throws {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<20 {
      let values = (0..<60).map { _ in Self.value(&random) }
      guard let tokens = try Self.encoded(values, Self.classes) else { continue }
      for _ in 0..<60 {
        let text = Array(random.pick(values).utf8)
        let start = random.below(text.count)
        var wanted = Array(text[start..<(start + 1 + random.below(text.count - start))])
        if random.chance(5) { wanted[random.below(wanted.count)] = random.pick(Array("0fA-z".utf8)) }
        let piece = String(decoding: wanted, as: UTF8.self)
        let found = tokens.positions(containing: TextPiece(wanted, mayBeBare: false))
        #expect(found == values.indices.filter { values[$0].contains(piece) }.map { UInt32($0) }, "\(piece)")
      }
    }
  }

  /// Few bytes that stand for much text, unknown numbers and parts that end early are refused.
  @Test func refusesForgedClasses() {
    let cases: [(String, [UInt8], Int)] = [
      ("class count", [17], 1), ("alphabet", [1, 1, 9, 1], 1),
      ("length of a token", [1, 1, 2, 0x81, 0x20], 1),
      ("part count", [1, 0x81, 0x02], 1), ("class 2", [1, 1, 2, 2, 0, 4], 1),
      ("bytes end", [1, 1, 2, 2, 0, 0], 1), ("left over", [1, 1, 2, 2, 0, 0, 1, 2], 1),
      ("tokens of", [1, 1, 0, 0x80, 0x20] + [UInt8](repeating: 65, count: 4096) + [0, 0], 1 << 24),
    ]
    for (cause, bytes, count) in cases {
      var reader = ByteReader(bytes, origin: ByteOrigin(file: "tokens", offset: 0))
      let error = #expect(throws: CairnError.self) { _ = try TokenStrings(&reader, count: count) }
      #expect("\(error.map { "\($0)" } ?? "")".contains(cause), "\(cause)")
    }
  }
}
