import CairnStorage

/// Patterns of which one must match: those with a needle are asked only where it is in the text, and one automaton
/// looks for all needles at once.
struct TextAlternatives: Sendable {
  /// What is asked where a needle is found.
  private struct Needle: Sendable {
    /// Nothing: it is all that one of the alternatives wants.
    var isSufficient = false
    var patterns: [LikePattern] = []

    mutating func add(_ pattern: LikePattern, isSufficient: Bool) {
      if isSufficient { self.isSufficient = true } else { patterns.append(pattern) }
    }
  }

  /// Patterns in which the case of letters counts, or not.
  private struct Group: Sendable {
    var automaton: NeedleAutomaton?
    var needles: [Needle] = []

    init(_ needles: [[UInt8]: Needle]) {
      if needles.isEmpty { return }
      let sorted = needles.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      automaton = NeedleAutomaton(sorted.map(\.key))
      self.needles = sorted.map(\.value)
    }
  }

  private let exact: Group
  private let folded: Group
  /// Patterns without a needle.
  private let others: [LikePattern]

  /// - Parameters:
  ///   - patterns: LIKE patterns.
  ///   - needles: texts that are looked for as they are, none empty.
  init(_ patterns: [LikePattern], needles: [[UInt8]]) {
    var others: [LikePattern] = []
    var (exact, folded): ([[UInt8]: Needle], [[UInt8]: Needle]) = ([:], [:])
    for needle in needles { exact[needle, default: Needle()].isSufficient = true }
    for pattern in patterns {
      let found = pattern.needles
      guard let longest = found.texts.max(by: { $0.count < $1.count }) else {
        others.append(pattern)
        continue
      }
      if pattern.ignoresCase {
        folded[longest, default: Needle()].add(pattern, isSufficient: found.isSufficient)
      } else {
        exact[longest, default: Needle()].add(pattern, isSufficient: found.isSufficient)
      }
    }
    self.others = others
    self.exact = Group(exact)
    self.folded = Group(folded)
    let all = TextNeedles(Array(Set(exact.keys).union(folded.keys)), isAny: true)
    textNeedles = !others.isEmpty ? nil : folded.isEmpty ? all : all.ofLowered
  }

  /// What a text has in it where one matches; nil where nothing is known.
  let textNeedles: TextNeedles?

  func matches(_ text: [UInt8]) -> Bool {
    if matches(text, exact, text) { return true }
    if folded.automaton != nil, matches(Characters.lower(text), folded, text) { return true }
    return others.contains { $0.matches(text) }
  }

  private func matches(_ searched: [UInt8], _ group: Group, _ text: [UInt8]) -> Bool {
    guard let automaton = group.automaton else { return false }
    var asked: Set<Int> = []
    return automaton.search(searched) { number in
      let needle = group.needles[number]
      if needle.isSufficient { return true }
      return asked.insert(number).inserted && needle.patterns.contains { $0.matches(text) }
    }
  }
}

/// `x LIKE … OR x LIKE …`, `regexp_like` of plain texts and the like, all of one operand.
final class TextAlternativesNode: TextSearchNode {
  let operand: any Node
  let alternatives: TextAlternatives

  init(_ operand: any Node, _ alternatives: TextAlternatives) {
    self.operand = operand
    self.alternatives = alternatives
  }

  func truth(_ row: Row) -> Bool? { truth(of: operand.value(row)) }

  func truth(of value: EngineValue) -> Bool? { value.text.map(alternatives.matches) }

  var textNeedles: TextNeedles? { searched(alternatives.textNeedles) }

  func judge() -> TextJudge? { { [alternatives] in alternatives.matches(Array($0)) } }
}

/// `x = 'a' AND … OR x = 'b' AND …`: where `x` is a string, only the terms with that string are asked; the others
/// are false, whatever else they say.
final class KeyedAlternativesNode: ConditionNode {
  private let operand: any Node
  let terms: [any Node]
  /// So few are asked for all rows at once.
  static let fewTerms = 16
  private let byText: [[UInt8]: [Int]]

  init(_ operand: any Node, _ terms: [(text: [UInt8], node: any Node)]) {
    self.operand = operand
    self.terms = terms.map(\.node)
    var byText: [[UInt8]: [Int]] = [:]
    for (index, term) in terms.enumerated() { byText[term.text, default: []].append(index) }
    self.byText = byText
  }

  func truth(_ row: Row) -> Bool? {
    guard let string = operand.value(row).string else { return truth(row, Array(terms.indices)) }
    return truth(row, byText[string] ?? [])
  }

  private func truth(_ row: Row, _ asked: [Int]) -> Bool? {
    var outcome: Bool? = false
    for index in asked {
      switch terms[index].truth(row) {
      case true: return true
      case nil: outcome = nil
      default: continue
      }
    }
    return outcome
  }
}
