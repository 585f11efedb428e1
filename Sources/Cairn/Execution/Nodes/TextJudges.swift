import CairnStorage

// Conditions on one string that are told from its bytes.

extension Node {
  /// Whether it is an input as a whole.
  var isPlainInput: Bool { (self as? PathNode)?.reader.isWhole ?? (self is ColumnNode) }
}

/// The judges of all of some terms; nil where one has none.
private func textJudges(_ terms: [any Node]) -> [TextJudge]? {
  var judges: [TextJudge] = []
  for term in terms {
    guard let judge = term.textJudge() else { return nil }
    judges.append(judge)
  }
  return judges
}

extension AndNode {
  func textJudge() -> TextJudge? {
    guard let judges = textJudges(terms) else { return nil }
    return { text in
      var outcome: Bool? = true
      for judge in judges {
        switch judge(text) {
        case false: return false
        case nil: outcome = nil
        default: continue
        }
      }
      return outcome
    }
  }
}

extension OrNode {
  func textJudge() -> TextJudge? {
    guard let judges = textJudges(terms) else { return nil }
    return { text in
      var outcome: Bool? = false
      for judge in judges {
        switch judge(text) {
        case true: return true
        case nil: outcome = nil
        default: continue
        }
      }
      return outcome
    }
  }
}

extension NotNode {
  func textJudge() -> TextJudge? {
    guard let judge = operand.textJudge() else { return nil }
    return { judge($0).map { !$0 } }
  }
}

extension IsNotNullNode {
  func textJudge() -> TextJudge? { operand.isPlainInput ? { _ in true } : nil }
}

extension LikeNode {
  func textJudge() -> TextJudge? {
    guard operand.isPlainInput, case .fixed(let pattern) = pattern else { return nil }
    return { pattern.matches($0) }
  }
}

extension TextComparisonNode {
  func textJudge() -> TextJudge? {
    guard value.isPlainInput else { return nil }
    return { [operation, text] other in
      operation.holds(text.withUnsafeBufferPointer { CairnStorage.compare(other, $0) })
    }
  }
}

extension TextAlternativesNode {
  func textJudge() -> TextJudge? {
    guard operand.isPlainInput else { return nil }
    return { [alternatives] in alternatives.matches(Array($0)) }
  }
}

/// `regexp_like` with one pattern for all rows (S52).
final class RegexLikeNode: Node {
  private let operand: any Node
  private let pattern: RegexPattern

  init(_ operand: any Node, _ pattern: RegexPattern) {
    self.operand = operand
    self.pattern = pattern
  }

  func value(_ row: Row) -> EngineValue {
    operand.value(row).text.map { .boolean(pattern.matches($0)) } ?? .null
  }

  func textJudge() -> TextJudge? { operand.isPlainInput ? pattern.textJudge() : nil }
}
