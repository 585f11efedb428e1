import CairnStorage

/// Finds many indicators at once in single keys and values.
///
/// A class, since every value of an archive is given to it: nothing of it is copied then.
final class IndicatorMatcher: Sendable {
  /// Of all indicators that are texts: the automaton takes some fifty times as much.
  private static let textByteLimit = 8 << 20

  /// Texts too short for the sieve, and the others.
  private let automaton: NeedleAutomaton?
  private let sieve: NeedleSieve?
  /// Indicators by needle, of the automaton and of the sieve: several where they are one text.
  private let shortNumbers: [[Int]]
  private let numbers: [[Int]]
  private let networks: NetworkIndex
  private let expressions: [(number: Int, pattern: RegexPattern)]
  /// Those of ARNs. Most are looked for where a part of them was found, as a needle among the others; the rest, of which
  /// every part is short, in all values with an ARN.
  private let arns: [(number: Int, pattern: RegexPattern)]
  private let openARNs: [Int]
  private let indicatorCount: Int
  private let ignoresCase: Bool
  private let forms: ValueFinder.Forms
  /// What is in all values that have the only indicator.
  private let common: ByteFinder?
  /// Whether that is all of it.
  private let isCommonWhole: Bool

  init(_ indicators: [Indicator], ignoresCase: Bool) throws {
    self.ignoresCase = ignoresCase
    common = indicators.count == 1 ? try indicators[0].common(ignoresCase: ignoresCase) : nil
    isCommonWhole =
      indicators.count == 1 && indicators[0].form == .text
      && common?.text.count == indicators[0].text.utf8.count && common?.foldsCase == ignoresCase
    var texts: [[UInt8]: [Int]] = [:]
    var openARNs: [Int] = []
    var networks = NetworkIndex()
    var expressions: [(Int, RegexPattern)] = []
    var arns: [(Int, RegexPattern)] = []
    var forms: ValueFinder.Forms = []
    for (number, indicator) in indicators.enumerated() {
      switch indicator.form {
      case .text:
        for bytes in indicator.spellings.map({ Array($0.utf8) }) {
          let needle = ignoresCase ? Characters.lower(bytes) : bytes
          if texts[needle]?.last != number { texts[needle, default: []].append(number) }
          forms.formUnion(ValueFinder.forms(of: needle))
          if ignoresCase { forms.formUnion(ValueFinder.forms(of: Characters.upper(bytes))) }
        }
      case .network(let range): networks.add(range, number)
      case .expression:
        expressions.append((number, try Self.pattern(indicator.text, ignoresCase: ignoresCase)))
        forms = [.bare, .integers, .times, .uuids]
      case .arn(let pattern):
        let part = Array((indicator.longestPart ?? "").utf8)
        if part.count >= NeedleSieve.blockLength {
          // A number behind those of the indicators.
          texts[ignoresCase ? Characters.lower(part) : part, default: []].append(
            indicators.count + arns.count)
        } else {
          openARNs.append(arns.count)
        }
        arns.append((number, try Self.pattern(pattern, ignoresCase: ignoresCase)))
      }
    }
    guard texts.keys.reduce(0, { $0 + $1.count }) <= Self.textByteLimit else {
      throw CairnError.usage(
        "more than \(Self.textByteLimit >> 20) MiB of indicators: search for them in parts")
    }
    let needles = texts.keys.sorted { $0.lexicographicallyPrecedes($1) }
    let short = needles.filter { $0.count < NeedleSieve.blockLength }
    let long = needles.filter { $0.count >= NeedleSieve.blockLength }
    automaton = short.isEmpty ? nil : NeedleAutomaton(short)
    sieve = long.isEmpty ? nil : NeedleSieve(long)
    shortNumbers = short.map { texts[$0] ?? [] }
    numbers = long.map { texts[$0] ?? [] }
    (self.networks, self.expressions, self.forms) = (networks, expressions, forms)
    (self.arns, self.openARNs, indicatorCount) = (arns, openARNs, indicators.count)
  }

  static func pattern(_ text: String, ignoresCase: Bool) throws -> RegexPattern {
    do {
      return try RegexPattern(Array(((ignoresCase ? "(?i)" : "") + text).utf8))
    } catch {
      throw CairnError.usage("regular expression \(text): \(error.message)")
    }
  }

  /// Finds the indicators, by their numbers in the list.
  var finder: ValueFinder {
    if let common, isCommonWhole { return ValueFinder(forms, text: common) }
    return ValueFinder(forms, common: common) { [self] in
      let expressions = expressions.map { (number: $0.number, matches: $0.pattern.textJudge()) }
      let arns = LazyJudges(arns)
      return { text in self.numbers(in: text, expressions, arns) }
    }
  }

  private typealias Judges = [(number: Int, matches: TextJudge)]

  /// Made where they are asked for the first time: of a long list a thread asks few.
  private final class LazyJudges {
    private let arns: [(number: Int, pattern: RegexPattern)]
    private var made: [Int: TextJudge] = [:]

    init(_ arns: [(number: Int, pattern: RegexPattern)]) { self.arns = arns }

    /// The indicator's number where the text has it.
    func number(_ index: Int, in text: UnsafeBufferPointer<UInt8>) -> Int? {
      let judge = made[index] ?? arns[index].pattern.textJudge()
      made[index] = judge
      return judge(text) == true ? arns[index].number : nil
    }
  }

  private func numbers(
    in text: UnsafeBufferPointer<UInt8>, _ expressions: Judges, _ arns: LazyJudges
  ) -> [Int] {
    var found: [Int] = []
    searchTexts(text, &found)
    for (number, matches) in expressions where matches(text) == true { found.append(number) }
    if !self.arns.isEmpty {
      let parts = Set(found.filter { $0 >= indicatorCount })
      found.removeAll { $0 >= indicatorCount }
      for part in parts { found += arns.number(part - indicatorCount, in: text).map { [$0] } ?? [] }
      if !openARNs.isEmpty, text.count >= 5, text.contains(UInt8(ascii: ":")) {
        for index in openARNs { found += arns.number(index, in: text).map { [$0] } ?? [] }
      }
    }
    if !networks.isEmpty { AddressWords.visit(text) { networks.visit($0) { found.append($0) } } }
    return found.count < 2 ? found : Set(found).sorted()
  }

  private func searchTexts(_ text: UnsafeBufferPointer<UInt8>, _ found: inout [Int]) {
    guard automaton != nil || sieve != nil else { return }
    if ignoresCase, text.contains(where: { $0 >= 0x80 }) {
      Characters.lower(Array(text)).withUnsafeBufferPointer { search($0, foldsASCII: false, &found) }
    } else {
      search(text, foldsASCII: ignoresCase, &found)
    }
  }

  private func search(_ text: UnsafeBufferPointer<UInt8>, foldsASCII: Bool, _ found: inout [Int]) {
    sieve?.search(text, foldsASCII: foldsASCII) { found += numbers[$0] }
    _ = automaton?.search(text, foldsASCII: foldsASCII) {
      found += shortNumbers[$0]
      return false
    }
  }
}
