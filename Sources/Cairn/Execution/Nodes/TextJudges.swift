import CairnStorage

// Conditions on one string that are told from its bytes.

extension Node {
  /// Whether it is an input as a whole.
  var isPlainInput: Bool { (self as? PathNode)?.reader.isWhole ?? (self is ColumnNode) }
}

extension Node {
  /// What judges the one input by what this makes of it; nil where that takes values.
  func judging(_ judge: @escaping TextJudge) -> TextJudge? {
    if isPlainInput { return judge }
    guard let (kernel, argument, rest) = (self as? FunctionNode)?.textCall, let map = kernel.map(rest) else {
      return nil
    }
    let output = ByteBuffer()
    return argument.judging { text in
      output.removeAll()
      return map(text, &output.bytes) ? judge(output.buffer) : nil
    }
  }

  /// The same where it makes a whole number.
  fileprivate func judging(_ judge: @escaping (Int64) -> Bool) -> TextJudge? {
    guard let (kernel, argument, rest) = (self as? FunctionNode)?.textCall, let whole = kernel.whole(rest)
    else {
      return nil
    }
    return argument.judging { judge(whole($0)) }
  }
}

extension FunctionNode {
  /// The kernel of texts that it has, with its first argument and the others, if these are constants.
  fileprivate var textCall: (TextKernel, any Node, [EngineValue])? {
    guard case .text(let kernel)? = kernel, let first = arguments.first else { return nil }
    let rest = arguments.dropFirst().compactMap(\.constant)
    return rest.count == arguments.count - 1 ? (kernel, first, rest) : nil
  }

  func textJudge() -> TextJudge? {
    guard let (kernel, argument, rest) = textCall, let judge = kernel.judge(rest) else { return nil }
    return argument.judging(judge)
  }
}

extension ComparisonNode {
  /// Of a whole number that is made of the text, with a constant one.
  func textJudge() -> TextJudge? {
    if case .number(.integer(let constant))? = rhs.node.constant {
      return lhs.node.judging { [operation] in operation.holds($0 == constant ? 0 : $0 < constant ? -1 : 1) }
    }
    if case .number(.integer(let constant))? = lhs.node.constant {
      return rhs.node.judging { [operation] in operation.holds(constant == $0 ? 0 : constant < $0 ? -1 : 1) }
    }
    return nil
  }
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

// MARK: Presence

extension IsNotNullNode {
  var compositeTruth: Bool? { operand.isPlainInput ? true : nil }
}

extension NotNode {
  var compositeTruth: Bool? { operand.compositeTruth.map { !$0 } }
}

// MARK: Logic

extension NotNode {
  func textJudge() -> TextJudge? {
    guard let judge = operand.textJudge() else { return nil }
    return { judge($0).map { !$0 } }
  }
}

extension IsNotNullNode {
  func textJudge() -> TextJudge? { operand.isPlainInput ? { _ in true } : nil }
}

/// `regexp_like` with one pattern for all rows (S52).
final class RegexLikeNode: TextSearchNode {
  let operand: any Node
  private let pattern: RegexPattern

  init(_ operand: any Node, _ pattern: RegexPattern) {
    self.operand = operand
    self.pattern = pattern
  }

  func truth(_ row: Row) -> Bool? { truth(of: operand.value(row)) }

  func judge() -> TextJudge? { pattern.textJudge() }

  var textNeedles: TextNeedles? { searched(pattern.textNeedles) }

  func truth(of value: EngineValue) -> Bool? { value.text.map { pattern.matches($0) } }
}
