import CairnStorage
import CairnTestSupport
import Testing

/// Ranks of values among their instances, against counting from the first instance on.
@Suite struct RankIndexTests {
  private struct Sample {
    var words: CodedWords
    /// By code.
    var counts: [UInt32]
    var codes: [Int]

    /// Values before each instance, and all.
    var before: [Int] { codes.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int(counts[$1])) } }
  }

  /// Codes of one width; `mostly` is the count of most of them.
  private static func sample(
    _ random: inout SeededGenerator, instances: Int, codeCount: Int, mostly: UInt32
  ) -> Sample {
    let counts = (0..<codeCount).map { _ in random.chance(8) ? UInt32(random.below(4)) : mostly }
    let codes = (0..<instances).map { _ in random.chance(3) ? random.below(codeCount) : 0 }
    let form: CodedWords.Codes =
      switch codeCount {
      case 1: .constant
      case ...256: .bytes(codes.map { UInt8($0) })
      case ...65_536: .shorts(codes.map { UInt16($0) })
      default: .longs(codes.map { UInt32($0) })
      }
    let words = CodedWords(words: (0..<codeCount).map { UInt32($0) }, count: instances, codes: form)
    return Sample(words: words, counts: counts, codes: codeCount == 1 ? codes.map { _ in 0 } : codes)
  }

  private static let sizes = [0, 1, 63, 64, 65, 1000, 5000]

  @Test(arguments: sizes, [1, 7, 300, 70_000])
  func agreesWithCounting(instances: Int, codeCount: Int) throws {
    var random = SeededGenerator(seed: UInt64(instances * 7 + codeCount))
    for mostly in [UInt32(0), 1, 3] {
      let sample = Self.sample(&random, instances: instances, codeCount: codeCount, mostly: mostly)
      let before = sample.before
      let index = try #require(RankIndex(sample.words, counts: sample.counts))
      #expect(index.valueCount == before[instances])
      #expect((0...instances).allSatisfy { index.rank(of: $0) == before[$0] })
      for oneIn in [1, 2, 40] {
        let some = Positions((0..<UInt32(instances)).filter { _ in random.chance(oneIn) })
        #expect(index.ranks(of: some) == some.list.map { UInt32(before[Int($0)]) })
        let places = (0..<codeCount).map { _ in random.below(2) }
        let values = Positions((0..<UInt32(index.valueCount)).filter { _ in random.chance(oneIn) })
        let wanted = Set(values.list)
        let expected = (0..<instances).filter { instance in
          before[instance] < before[instance + 1] && wanted.contains(UInt32(before[instance]))
            && places[sample.codes[instance]] == 1
        }
        #expect(index.instances(ofFirstValues: values, places, 1) == expected.map { UInt32($0) })
      }
    }
  }

  /// What few instances need, told of all codes together.
  @Test(arguments: [1000, 5000], [2, 7, 300])
  func codesBefore(instances: Int, codeCount: Int) throws {
    var random = SeededGenerator(seed: UInt64(instances + codeCount))
    let sample = Self.sample(&random, instances: instances, codeCount: codeCount, mostly: 1)
    let before = sample.before
    for count in 1...3 where codeCount * (count + 1) <= instances / 4 {
      let chosen = Set((0..<count).map { _ in random.below(instances) }).sorted().map { UInt32($0) }
      let codes = try #require(CodesBefore(sample.words, instances: Positions(chosen)))
      #expect(codes.valueCount(sample.counts) == before[instances])
      let indices = chosen.indices.map { UInt32($0) }
      #expect(codes.ranks(of: indices, sample.counts) == chosen.map { UInt32(before[Int($0)]) })
      #expect(
        codes.ranks(of: indices.suffix(1), sample.counts) == chosen.suffix(1).map { UInt32(before[Int($0)]) })
    }
    #expect(CodesBefore(sample.words, instances: .run(0..<instances)) == nil)
  }

  /// Forged shapes can have more values than any chunk.
  @Test func refusesMoreValuesThanAChunkHas() {
    let words = CodedWords(words: [16, 17], count: 3, codes: .bytes([0, 1, 1]))
    #expect(RankIndex(words, counts: [1, .max]) == nil)
    #expect(RankIndex(CodedWords(words: [16], count: 1 << 20, codes: .constant), counts: [1 << 20]) == nil)
  }
}
