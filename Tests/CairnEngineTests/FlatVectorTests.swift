import Testing

@testable import Cairn

/// Loops over flat numbers and texts give what values one by one do.
struct FlatVectorTests {
  @Test(arguments: [0, 1, 200, 1000]) func radixOrderIsStable(count: Int) {
    let ends: [Int64] = [.min, .max, 0, -1, 1 << 40, -(1 << 62)]
    for range in [Int64(-2)...2, -5000...5000, .min ... .max] {
      let first = (0..<count).map { _ in Bool.random() ? Int64.random(in: range) : ends.randomElement() ?? 0 }
      let second = (0..<count).map { _ in Int64.random(in: 0...3) }
      var order = RadixOrder(rowCount: count)
      order.sort { first[$0] }
      order.sort { second[$0] }
      let expected = (0..<count).sorted { (second[$0], first[$0], $0) < (second[$1], first[$1], $1) }
      #expect(order.rows.map { Int($0) } == expected)
    }
  }

  @Test func textRanksAreThoseOfBytes() throws {
    var texts: [[UInt8]] = [[], [0], [0, 0], Array("a".utf8), Array(repeating: 0x61, count: 300)]
    for _ in 0..<2000 {
      let length = Int.random(in: 0...20)
      let start = Bool.random() ? Array(repeating: UInt8(0x61), count: Int.random(in: 0...200)) : []
      texts.append(start + (0..<length).map { _ in [0, 1, 0x61, 0xFF].randomElement() ?? 0 })
    }
    let entries = texts.map { EngineValue.text($0) } + [.null]
    let ranks = try #require(TextRanks(entries)).ranks
    #expect(ranks.last == -1)
    let order = texts.indices.sorted { ByteOrder.compare(texts[$0], texts[$1]) < 0 }
    for (before, after) in zip(order, order.dropFirst()) {
      let isSame = texts[before] == texts[after]
      #expect(isSame ? ranks[before] == ranks[after] : ranks[before] + 1 == ranks[after])
    }
    #expect(TextRanks([.boolean(true)]) == nil)
  }

  @Test func flatSumsAreExact() throws {
    let spellings = ["0.0", "81030.0", "-7.25", "12", "0.1", "0.000001", "-0.3", "999999999.5"]
    for isDouble in [false, true] {
      var (flat, exact) = (FlatSum(), ExactSum())
      for _ in 0..<500 {
        let spelling = Array((spellings.randomElement() ?? "1").utf8)
        let number = try #require(ExactNumber(spelling: spelling))
        if isDouble, Bool.random() {
          let double = try #require(number.double)
          flat.add(try #require(FlatSum.Summand(double)))
          exact.add(.double(double), times: 1)
        } else {
          flat.add(try #require(ShortDecimal(spelling).flatMap { FlatSum.Summand($0) }))
          exact.add(number, times: 1)
        }
      }
      #expect(flat.exact.number?.text == exact.number?.text)
      #expect(flat.exact.average?.text == exact.average?.text)
    }
    for double in [0.1 + 0.2, 1e300, -0.0, 1e-7] { #expect(FlatSum.Summand(double) == nil) }
  }

  @Test(arguments: ["0", "7", "-17", "81030.0", "0.1", "2.5", "-2.5", "123456789012345", "0.00000000000001"])
  func shortDecimalsAreNumbers(spelling: String) throws {
    let bytes = Array(spelling.utf8)
    let short = try #require(ShortDecimal(bytes))
    let number = try #require(ExactNumber(spelling: bytes))
    #expect(short.double == number.double)
    #expect(short.rounded == number.decimal.rounded(toPlaces: 0)?.wholeValue)
  }

  @Test(arguments: ["", "-", "-0", "1.", ".5", "1e3", "1234567890123456", "+1", "1.2.3", " 1"])
  func otherSpellingsAreLeftToExactNumbers(spelling: String) {
    #expect(ShortDecimal(Array(spelling.utf8)) == nil)
  }

  @Test func joinedVectorsHaveTheRowsOfEach() {
    let vectors: [Vector] = [
      .wholes(Vector.Numbers([1, 2], isNull: [false, true])), .times(Vector.Times([0, .min])),
      .plain([.text([0x78])]), .constant(.boolean(true)),
      .coded(Vector.Coded(entries: [.null, .text([])], codes: [1, 0])), .doubles(Vector.Numbers([0.5])),
    ]
    let counts = [2, 2, 1, 2, 2, 1]
    for (vector, count) in zip(vectors, counts) {
      let twice = Vector.joined([vector, vector], counts: [count, count])
      #expect(twice.values(count: 2 * count) == vector.values(count: count) + vector.values(count: count))
      #expect(twice.slice(count..<2 * count).values(count: count) == vector.values(count: count))
      #expect(twice.gatheredOrNull([.max, 0]).values(count: 2) == [.null, vector[0]])
      #expect(twice.nulls(count: 2 * count) == twice.values(count: 2 * count).map(\.isNull))
    }
    let all = Vector.joined(vectors, counts: counts)
    #expect(all.values(count: 10) == zip(vectors, counts).flatMap { $0.values(count: $1) })
  }
}
