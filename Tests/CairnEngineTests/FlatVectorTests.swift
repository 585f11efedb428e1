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
    let vector = try #require(Vector.plain(entries).texts(count: entries.count))
    let ranks = TextRanks.ofRows([vector])
    #expect(ranks.last == -1)
    let order = texts.indices.sorted { ByteOrder.compare(texts[$0], texts[$1]) < 0 }
    for (before, after) in zip(order, order.dropFirst()) {
      let isSame = texts[before] == texts[after]
      #expect(isSame ? ranks[before] == ranks[after] : ranks[before] + 1 == ranks[after])
    }
    #expect(Vector.plain([.boolean(true)]).texts(count: 1) == nil)
    #expect(Vector.plain([.text([]), .record(.string([]))]).texts(count: 2) == nil)
    // Ranks count over all vectors, whose entries may be equal.
    let twice = TextRanks.ofRows([vector, vector.gathered([0, .max, 3])])
    #expect(Array(twice.prefix(entries.count)) == ranks)
    #expect(Array(twice.suffix(3)) == [ranks[0], -1, ranks[3]])
  }

  /// Rows of texts are what those of values are, in every form that they take on their way.
  @Test func textsAreWhatValuesAre() throws {
    let words = ["", "a", "b", "true", "10.0.0.1", "2025-01-01T00:00:00Z", "é"].map { Array($0.utf8) }
    let values = (0..<3000).map { _ -> EngineValue in
      Int.random(in: 0..<5) == 0 ? .null : .record(.string(words.randomElement() ?? []))
    }
    let plain = Vector.plain(values)
    let distinct = try #require(Vector.Texts(distinct: values))
    #expect(distinct.table.count == words.count)
    for texts in [try #require(plain.texts(count: values.count)), distinct] {
      let vector = Vector.texts(texts)
      #expect(vector.values(count: values.count) == values)
      #expect(vector.coded(count: values.count).values == values)
      #expect(vector.nulls(count: values.count) == values.map(\.isNull))
      #expect(vector.truths(count: values.count) == plain.truths(count: values.count))
      #expect(vector.slice(7..<90).values(count: 83) == Array(values[7..<90]))
      let few = (0..<50).map { _ in UInt32.random(in: 0..<3000) } + [.max]
      let taken = few.map { $0 == .max ? EngineValue.null : values[Int($0)] }
      #expect(vector.gatheredOrNull(few).values(count: few.count) == taken)
      let joined = Vector.joined(
        [vector, .constant(.null), vector.gathered([1])], counts: [values.count, 2, 1])
      #expect(joined.values(count: values.count + 3) == values + [.null, .null, values[1]])
      #expect({ if case .texts = joined { true } else { false } }())
      for end in [ExtremeRule.End.least, .greatest] {
        for rule in [
          ExtremeRule(end: end), ExtremeRule(end: end, isByKey: true), ExtremeRule(end: end, isByTime: true),
        ] {
          try expectSameExtremes(rule, vector, plain, rowCount: values.count)
        }
      }
    }
  }

  private func expectSameExtremes(_ rule: ExtremeRule, _ texts: Vector, _ plain: Vector, rowCount: Int) throws
  {
    // As many groups as a dictionary is worth sorting for, and fewer.
    for groupCount in [3, 1500] {
      let codes = (0..<rowCount).map { UInt32($0 % groupCount) }
      let groups = LocalGroups(
        [.coded(Vector.Coded(entries: Array(repeating: .null, count: groupCount), codes: codes))],
        rowCount: rowCount)
      let gathering = TypedGathering(groups: groups, passes: nil)
      let found = [texts, plain].map {
        gathering.states(.extreme(rule), Array(repeating: $0, count: rule.argumentCount))
      }
      let best = found.map { states -> [EngineValue?] in
        if case .extremes(let best, _)? = states { best.map { $0?.value } } else { [] }
      }
      #expect(best[0] == best[1])
      #expect(best[0].count == groupCount)
    }
  }

  /// Records' numbers order as numbers; of equal ones the least by text is the result.
  @Test func extremesOfRecordsNumbers() throws {
    let spellings = ["0.0", "-0.5", "5", "5.0", "5.00", "-17", "81030.0", "81030", "0.25", "999999999999.5"]
    let values = (0..<2000).map { _ -> EngineValue in
      guard let text = spellings.randomElement(), Int.random(in: 0..<9) > 0 else { return .null }
      return .record(Int64(text).map { .integer($0) } ?? .number(Array(text.utf8)))
    }
    let groups = LocalGroups(
      [
        .coded(
          Vector.Coded(
            entries: Array(repeating: .null, count: 40), codes: values.indices.map { UInt32($0 % 40) }))
      ],
      rowCount: values.count)
    for end in [ExtremeRule.End.least, .greatest] {
      let rule = ExtremeRule(end: end)
      let coded = Vector.coded(Vector.plain(values).coded(count: values.count))
      let states = try #require(
        TypedGathering(groups: groups, passes: nil).states(.extreme(rule), [coded]))
      var expected = (0..<40).map { _ in ExtremeState(rule) }
      for (row, value) in values.enumerated() where !value.isNull {
        expected[row % 40].add([value], times: 1)
      }
      guard case .extremes(let best, _) = states else {
        Issue.record("no extremes")
        continue
      }
      #expect(best.map { $0?.value.text } == expected.map { $0.result.text })
    }
  }

  @Test(arguments: [10, 1000, 1 << 20, 1 << 31]) func numberSetsAreSets(range: Int) {
    var (set, other, expected, expectedOther) = (NumberSet(), NumberSet(), Set<UInt32>(), Set<UInt32>())
    for _ in 0..<3000 {
      let number = UInt32(Int.random(in: 0..<range))
      let isNew = set.insert(number)
      #expect(isNew == expected.insert(number).inserted)
      let more = UInt32(Int.random(in: 0..<(Bool.random() ? range : min(range, 500))))
      let isMoreNew = other.insert(more)
      #expect(isMoreNew == expectedOther.insert(more).inserted)
    }
    #expect(set.count == expected.count)
    set.formUnion(other)
    #expect(set.count == expected.union(expectedOther).count)
    let again = expectedOther.filter { set.insert($0) }
    #expect(again.isEmpty)
  }

  /// What a look at a text says that it may spell.
  @Test func onlyTextsSpellNothingElse() {
    let others = [
      "0", "-1.5e9", "+7", ".5", "2025-01-01", "2025-1-1 00:00", "10.0.0.1", "::1", "fe80::1",
      "2001:db8::1.2.3.4", "{}",
      "[]", "9999-12-31T23:59:59.5+01:00",
    ]
    let texts = [
      "", "arn:aws:iam::1:role/a", "0e3f9a4b-1111-4222-8333-444455556666", "AKIAIOSFODNN7EXAMPLE", "a b",
    ]
    for (text, isOnly) in others.map({ ($0, false) }) + texts.map({ ($0, true) }) {
      let bytes = Array(text.utf8)
      #expect(bytes.withUnsafeBufferPointer { TextShape.isOnlyText($0) } == isOnly, "\(text)")
    }
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...14)).map { _ in
        Array("0123456789abef.:-+ET Z{}[]".utf8).randomElement() ?? 0
      }
      let value = EngineValue.text(bytes)
      if value.number != nil || value.timePoint != nil || value.networkAddress != nil {
        #expect(
          !bytes.withUnsafeBufferPointer { TextShape.isOnlyText($0) },
          "\(String(decoding: bytes, as: UTF8.self))")
      }
    }
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
