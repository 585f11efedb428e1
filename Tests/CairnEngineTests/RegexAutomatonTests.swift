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
}
