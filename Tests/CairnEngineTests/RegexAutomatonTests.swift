import CairnTestSupport
import Testing

@testable import Cairn

/// Remembered sets of states find what following each state finds.
struct RegexAutomatonTests {
  private static let parts = [
    "a", "b", "[ab]", "[^a]", ".", "\\d", "x?", "a*", "(a|bc)+", "b{2,3}", "^", "$", "\\z", "\\Z", "\\A",
    "(^a|b$)",
    "é", "\\n", "(?:$|c)", "$\\n",
  ]
  private static let pieces = ["a", "b", "c", "x", "1", "é", "\n", "\r\n", "\r", "\u{2028}", "ab", "bc"]

  @Test(arguments: 0..<40) func findsWhatTheProgramFinds(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<25 {
      let pattern = (0..<random.below(4) + 1).map { _ in random.pick(Self.parts) }.joined()
      let program = try RegexProgram(try RegexParser.parse(pattern).0)
      let searcher = RegexAutomaton.Searcher(RegexAutomaton(program))
      for _ in 0..<40 {
        let text = Array((0..<random.below(7)).map { _ in random.pick(Self.pieces) }.joined().utf8)
        var search = RegexSearch(program, RegexPattern.scalars(text))
        let expected = search.run()
        let found = text.withUnsafeBufferPointer { searcher.matches($0) }
        #expect(found == expected, "\(pattern) in \(String(decoding: text, as: UTF8.self).debugDescription)")
      }
    }
  }

  private static let grouped = [
    "(a)", "(a|ab)(c|bcd)?", "(a*)*", "(a*?)b", "(?:a|b)*?c", "(x)?(b)", "((a)|b)+", "\\b", "(|a)+",
    "(a|b|)*?b",
    "([^/]+)", "(\\w+)", "((a?)b){2}", "(^|c)(a)", "(a)|(b)|(c)",
  ]

  /// Tries that note where they have been find matches and groups where following all states at once does, one text
  /// after the other, as bytes and as characters.
  @Test(arguments: 0..<40) func triesFindTheSamePlaces(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<25 {
      let pattern = (0..<random.below(4) + 1).map { _ in random.pick(Self.parts + Self.grouped) }.joined()
      let (tree, groups) = try RegexParser.parse(pattern)
      let program = try RegexProgram(.group(0, tree), keepsGroups: true)
      let trial = RegexTrial(program, groupCount: groups.count + 1)
      for _ in 0..<40 {
        let text = Array((0..<random.below(12)).map { _ in random.pick(Self.pieces) }.joined().utf8)
        let scalars = RegexPattern.scalars(text)
        let isASCII = text.allSatisfy { $0 < 0x80 }
        var search = RegexGroupSearch(program, scalars, groupCount: groups.count + 1)
        trial.begin(scalars.count)
        var start = random.below(2)
        while start <= scalars.count {
          let expected = search.match(from: start)
          let isFound =
            isASCII
            ? text.withUnsafeBufferPointer { trial.match($0, from: start) }
            : scalars.withUnsafeBufferPointer { trial.match($0, from: start) }
          #expect((isFound ? trial.slots : nil) == expected, "\(pattern) in \(text) from \(start)")
          guard let expected else { break }
          start = expected[1] == expected[0] ? expected[1] + 1 : expected[1]
        }
      }
    }
  }

  /// Texts too long for tries are searched in the other way, with the same outcome for both sides of the limit.
  @Test func longTextsAreSearchedToo() throws {
    let finder = try RegexFinder(Array("k(\\d+)[a-z]".utf8))
    for count in [10, 20_000, 40_000, 200_000] {
      for filler in ["x", "é"] {
        let text = Array((String(repeating: filler, count: count) + "k12a k3b").utf8)
        let matches = try #require(finder.matches(in: text))
        #expect(
          matches.map { $0.groups.map { $0.map { String(decoding: text[$0], as: UTF8.self) } } }
            == [["k12a", "12"], ["k3b", "3"]])
      }
    }
  }
}
