import CairnTestSupport
import Testing

@testable import Cairn

/// Many texts looked for at once, and expressions whose states are remembered, against looking for each alone.
@Suite struct AlternativesTests {
  private func text(_ random: inout SeededGenerator, _ count: Int, _ letters: [UInt8]) -> [UInt8] {
    (0..<count).map { _ in letters[random.below(letters.count)] }
  }

  @Test func needles() {
    var random = SeededGenerator(seed: 1)
    let letters = Array("ab\u{0}é".utf8)
    for round in 0..<300 {
      let needles = Array(
        Set((0..<(1 + random.below(12))).map { _ in text(&random, 1 + random.below(5), letters) }))
      let automaton = NeedleAutomaton(needles)
      let searched = text(&random, random.below(60), letters)
      var found: Set<Int> = []
      #expect(!automaton.search(searched) { number in found.insert(number).inserted && false })
      let wanted = Set(needles.indices.filter { ByteOrder.find(needles[$0], in: searched) != nil })
      #expect(found == wanted, "round \(round)")
      #expect(automaton.search(searched) { _ in true } == !wanted.isEmpty)
    }
  }

  /// The same needles, found by steps over what can be in none.
  @Test func sieve() {
    var random = SeededGenerator(seed: 2)
    let letters = Array("aAb\u{0}".utf8)
    for round in 0..<400 {
      let needles = Array(
        Set((0..<(1 + random.below(12))).map { _ in text(&random, 4 + random.below(6), letters) }))
      let searched = text(&random, random.below(80), letters)
      for folds in [false, true] {
        let needles = folds ? Array(Set(needles.map(Characters.lower))) : needles
        let whole = folds ? Characters.lower(searched) : searched
        var found: [Int: Int] = [:]
        searched.withUnsafeBufferPointer {
          NeedleSieve(needles).search($0, foldsASCII: folds) { found[$0, default: 0] += 1 }
        }
        let wanted = Dictionary(
          uniqueKeysWithValues: needles.enumerated().map { number, needle in
            (number, whole.indices.count { whole[$0...].starts(with: needle) })
          }
        ).filter { $0.value > 0 }
        #expect(found == wanted, "round \(round)")
      }
    }
  }

  /// More states than have a row of their own.
  @Test func manyNeedles() {
    let needles = (0..<3000).map { Array("needle \($0 * 7919 % 100_003) x".utf8) }
    let automaton = NeedleAutomaton(needles)
    for (index, needle) in needles.enumerated() where index % 100 == 0 {
      var found: [Int] = []
      #expect(
        !automaton.search(Array("needle 5, needle needle 1 ".utf8) + needle + needle.dropLast()) {
          found.append($0); return false
        })
      #expect(found == [index])
    }
    #expect(!automaton.search(Array(repeating: UInt8(ascii: "n"), count: 100_000)) { _ in true })
  }

  /// Patterns and texts about the same few letters: the same needle is all that one of them asks and a part of what
  /// another does, in either order.
  @Test func patterns() throws {
    var random = SeededGenerator(seed: 3)
    let parts = ["a", "b", "ab", "A", "é", "%", "_", "%", "%"]
    for round in 0..<600 {
      let patterns = try (0..<random.below(5)).map { _ in
        try #require(
          LikePattern(
            Array((0..<(1 + random.below(4))).map { _ in random.pick(parts) }.joined().utf8), escape: nil,
            ignoresCase: random.below(4) == 0))
      }
      let needles = (0..<random.below(3)).map { _ in Array(random.pick(["a", "b", "ab", "é"]).utf8) }
      let alternatives = TextAlternatives(patterns, needles: needles)
      for _ in 0..<8 {
        let letters = (0..<random.below(5)).map { _ in random.pick(["a", "b", "A", "é", "x"]) }.joined()
        let text = Array(letters.utf8)
        let wanted =
          patterns.contains { $0.matches(text) } || needles.contains { ByteOrder.find($0, in: text) != nil }
        #expect(alternatives.matches(text) == wanted, "round \(round): \(letters)")
      }
    }
  }

  /// A pattern of plain letters is read in one go, others a character at a time.
  @Test func plainPatterns() throws {
    var random = SeededGenerator(seed: 4)
    for _ in 0..<600 {
      let pattern = Array((0..<random.below(6)).map { _ in random.pick(["a", "B", "%", "%"]) }.joined().utf8)
      for ignoresCase in [false, true] {
        let plain = try #require(LikePattern(pattern, escape: nil, ignoresCase: ignoresCase))
        let slow = try #require(LikePattern(pattern, escape: Array("!".utf8), ignoresCase: ignoresCase))
        #expect(plain.needles == slow.needles)
        for _ in 0..<8 {
          let text = Array((0..<random.below(5)).map { _ in random.pick(["a", "b", "B"]) }.joined().utf8)
          #expect(plain.matches(text) == slow.matches(text), "\(String(decoding: pattern, as: UTF8.self))")
        }
      }
    }
  }

  private static let pieces = [
    "a", "b", "c", ".", "[ab]", "[^a]", "(?i)B", "^", "$", "\\z", "(a|b|)", "(?:ab|c)*", "x+", "a{2,3}", "é",
    "\\n", "\\d",
    "|", "|ab|",
  ]

  @Test func expressions() throws {
    var random = SeededGenerator(seed: 2)
    let letters = ["a", "b", "c", "B", "x", "é", "\n", "\r", "1", "ab"]
    for round in 0..<400 {
      let pattern = (0..<(1 + random.below(5))).map { _ in random.pick(Self.pieces) }.joined()
      guard let (tree, _) = try? RegexParser.parse(pattern), let program = try? RegexProgram(tree) else {
        continue
      }
      let regex = RegexPattern(tree, program)
      for _ in 0..<10 {
        let text = Array((0..<random.below(70)).map { _ in random.pick(letters) }.joined().utf8)
        var search = RegexSearch(program, RegexPattern.scalars(text))
        #expect(regex.matches(text) == search.run(), "round \(round): \(pattern) in \(text)")
      }
    }
  }

  /// What makes backtracking engines take for ever, and what makes too many sets of states.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: ["(a+)+b", "(a|aa|ab?)*c", "(x+x+)+y", "a.{200}b", "(a|b)*a(a|b){12}c"])
  func catastrophic(_ pattern: String) throws {
    let regex = try RegexPattern(Array(pattern.utf8))
    var random = SeededGenerator(seed: 3)
    #expect(!regex.matches(text(&random, 20_000, Array("ax".utf8))))
    #expect(!regex.matches(Array(repeating: UInt8(ascii: "a"), count: 50_000)))
  }

  @Test func literals() throws {
    func needles(_ pattern: String) throws -> [String]? {
      try RegexPattern(Array(pattern.utf8)).needles?.map { String(decoding: $0, as: UTF8.self) }.sorted()
    }
    #expect(try needles("ab|c(d|ef)|x") == ["ab", "cd", "cef", "x"])
    #expect(try needles("plain") == ["plain"])
    #expect(try needles("a\\.b|é") == ["a.b", "é"])
    #expect(try needles("a|") == nil)
    #expect(try needles("a|b+") == nil)
    #expect(try needles("(?i)a|b") == nil)
  }
}
