import CairnSQL

/// A term of OR that asks for texts in one operand.
private enum TextTest {
  /// `x LIKE 'pattern'`.
  case like(LikePattern)
  /// `regexp_like(x, 'a|b')`, `strpos(x, 'a') > 0`, `position('a' IN x) >= 1`: one of these is somewhere in it.
  case contains([[UInt8]])
  /// `x = 'a'`, `x IN ('a', 'b')`.
  case equals([[UInt8]])
}

// Many terms of OR about one operand are one question: its text is taken once, and looked at once.
extension ExpressionBinder {
  /// The nodes whose OR is that of the terms.
  mutating func alternatives(_ terms: [Expression]) throws(BindError) -> [any Node] {
    var groups: [String: Group] = [:]
    var keys: [String] = []
    var rest: [Expression] = []
    for term in terms.count < Self.fewestTerms ? [] : terms {
      guard let (operand, test) = try textTest(term) else {
        rest.append(term)
        continue
      }
      let key = try scope.key(operand)
      if groups[key] == nil { keys.append(key) }
      groups[key, default: Group(operand: operand)].add(term, test)
    }
    if terms.count < Self.fewestTerms { rest = terms }
    var nodes: [any Node] = []
    for key in keys {
      guard let group = groups[key] else { continue }
      if group.terms.count == 1 { rest.append(group.terms[0]) } else { nodes += try bind(group) }
    }
    return try nodes + keyed(rest)
  }

  /// Fewer terms are not worth it.
  private static let fewestTerms = 3

  private struct Group {
    let operand: Expression
    var terms: [Expression] = []
    var patterns: [LikePattern] = []
    var needles: Set<[UInt8]> = []
    var texts: Set<[UInt8]> = []

    mutating func add(_ term: Expression, _ test: TextTest) {
      terms.append(term)
      switch test {
      case .like(let pattern): patterns.append(pattern)
      case .contains(let needles): self.needles.formUnion(needles)
      case .equals(let texts): self.texts.formUnion(texts)
      }
    }
  }

  private mutating func bind(_ group: Group) throws(BindError) -> [any Node] {
    let operand = try operand(group.operand)
    var nodes: [any Node] = []
    if !group.texts.isEmpty {
      let node = InListNode(operand, items: [], constants: [], texts: group.texts)
      nodes.append(fold(node, [operand.node]))
    }
    if !group.patterns.isEmpty || !group.needles.isEmpty {
      let alternatives = TextAlternatives(
        group.patterns, needles: group.needles.sorted { $0.lexicographicallyPrecedes($1) })
      nodes.append(fold(TextAlternativesNode(operand.node, alternatives), [operand.node]))
    }
    return nodes
  }

  /// The node of `strpos(x, 'a') > 0`, which looks for the text and not for its place; nil for other conditions.
  mutating func contains(_ expression: Expression) throws(BindError) -> (any Node)? {
    guard case (let operand, .contains(let texts))? = try textTest(expression), texts.count == 1 else {
      return nil
    }
    let node = try self.operand(operand).node
    return fold(RegexLikeNode(node, RegexPattern(literal: texts[0])), [node])
  }

  /// What a term asks of which operand; nil where it is something else, or what binding has an error for.
  private func textTest(_ term: Expression) throws(BindError) -> (Expression, TextTest)? {
    guard try scope.replacement(of: term) == nil, !term.mentionsAnyElement else { return nil }
    switch term.kind {
    case .like(let like) where !like.isNegated:
      var escape: [UInt8]?
      if let expression = like.escape {
        guard let text = expression.stringLiteral else { return nil }
        escape = text
      }
      guard let text = like.pattern.stringLiteral,
        let pattern = LikePattern(text, escape: escape, ignoresCase: like.ignoresCase)
      else { return nil }
      return (like.value, .like(pattern))
    case .comparison(.equal, let lhs, let rhs):
      guard let text = rhs.stringLiteral, try isPlain(lhs) else { return nil }
      return (lhs, .equals([text]))
    case .inList(let value, let items, false):
      var texts: [[UInt8]] = []
      for item in items {
        guard let text = item.stringLiteral else { return nil }
        texts.append(text)
      }
      return try isPlain(value) ? (value, .equals(texts)) : nil
    case .comparison(let operation, let lhs, let rhs):
      // A place is 0 where the text is nowhere, else from 1 on.
      guard case .literal(.number(let number)) = rhs.kind,
        number == "0" && (operation == .greater || operation == .notEqual)
          || number == "1" && operation == .greaterOrEqual,
        case .call(let call) = lhs.kind, call.isPlain, call.arguments.count == 2
      else { return nil }
      let isPosition = call.name.text.lowercased() == "position"
      guard isPosition || call.name.text.lowercased() == "strpos" else { return nil }
      let (searched, wanted) = (call.arguments[isPosition ? 1 : 0], call.arguments[isPosition ? 0 : 1])
      guard let text = wanted.stringLiteral, !text.isEmpty, text.allSatisfy({ $0 < 0x80 }) else { return nil }
      return (searched, .contains([text]))
    case .call(let call):
      guard case .special(.regexpLike)? = FunctionTable.entry(call.name.text)?.form, call.isPlain,
        call.arguments.count == 2, let text = call.arguments[1].stringLiteral,
        let needles = (try? RegexPattern(text))?.needles
      else { return nil }
      return (call.arguments[0], .contains(needles))
    default: return nil
    }
  }

  /// Whether a text that it is compared with is compared as a text (S23).
  private func isPlain(_ operand: Expression) throws(BindError) -> Bool {
    if operand.stringLiteral != nil { return false }
    if isOfParameter(operand) { return true }
    return try !scope.isTimeColumn(operand)
  }

  // MARK: Terms with a key

  /// The other terms: those that are ANDs with `x = 'text'` for one `x` are found by the text.
  private mutating func keyed(_ terms: [Expression]) throws(BindError) -> [any Node] {
    guard terms.count >= Self.fewestTerms else { return try conditions(terms) }
    var keys: [(key: String, operand: Expression, text: [UInt8])?] = []
    var counts: [String: Int] = [:]
    for term in terms {
      let key = try textKey(term)
      if let key { counts[key.key, default: 0] += 1 }
      keys.append(key)
    }
    guard let most = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
      most.value >= Self.fewestTerms
    else { return try conditions(terms) }
    var nodes: [any Node] = []
    var chosen: [(text: [UInt8], node: any Node)] = []
    var operand: Expression?
    for (term, key) in zip(terms, keys) {
      let node = try condition(term)
      if let key, key.key == most.key, node.constant == nil {
        operand = key.operand
        chosen.append((key.text, node))
      } else {
        nodes.append(node)
      }
    }
    guard let operand else { return nodes }
    return try nodes + [KeyedAlternativesNode(value(operand), chosen)]
  }

  private func textKey(
    _ term: Expression
  ) throws(BindError) -> (key: String, operand: Expression, text: [UInt8])? {
    guard case .and(let parts) = term.kind, try scope.replacement(of: term) == nil else { return nil }
    for part in parts where !part.mentionsAnyElement {
      guard try scope.replacement(of: part) == nil, case .comparison(.equal, let lhs, let rhs) = part.kind,
        let text = rhs.stringLiteral, try isPlain(lhs)
      else { continue }
      return (try scope.key(lhs), lhs, text)
    }
    return nil
  }
}

extension Expression {
  /// The text of a string literal.
  var stringLiteral: [UInt8]? {
    if case .literal(.string(let text)) = kind { Array(text.utf8) } else { nil }
  }
}

extension FunctionCall {
  /// Whether it has arguments only.
  fileprivate var isPlain: Bool {
    !isStar && !isDistinct && ordering.isEmpty && filter == nil && window == nil && ignoresNulls == nil
  }
}
