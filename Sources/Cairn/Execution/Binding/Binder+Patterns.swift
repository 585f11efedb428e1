import CairnSQL

// Functions whose pattern is compiled once where it is constant.
extension ExpressionBinder {
  mutating func regexpLike(_ text: Expression, _ pattern: Expression) throws(BindError) -> any Node {
    let (textNode, patternNode) = (try value(text).behindTextCasts, try value(pattern))
    var compiled: RegexPattern?
    if let bytes = patternNode.constant?.text {
      do {
        compiled = try RegexPattern(bytes)
      } catch {
        throw BindError(message: "the pattern \(error.message)", span: pattern.span)
      }
    }
    if let compiled { return fold(RegexLikeNode(textNode, compiled), [textNode, patternNode]) }
    let node = FunctionNode([textNode, patternNode]) { values in
      guard let text = values[0].text, let pattern = values[1].text, let regex = try? RegexPattern(pattern)
      else { return .null }
      return .boolean(regex.matches(text))
    }
    return fold(node, [textNode, patternNode])
  }

  mutating func regexp(_ function: RegexFunction, _ arguments: [Expression]) throws(BindError) -> any Node {
    let nodes = try values(arguments)
    let compiled = try finder(nodes[1], arguments[1].span)
    if case .extract = function { try checkGroup(arguments, nodes, compiled) }
    if case .extractAll = function { try checkGroup(arguments, nodes, compiled) }
    let node = FunctionNode(
      nodes, kernel: compiled.flatMap { function.kernel($0) }.map { .text($0) },
      resultType: function.resultType,
      ExpressionBinder.passingNull { [compiled] values in
        guard let finder = compiled ?? values[1].text.flatMap({ try? RegexFinder($0) }) else { return .null }
        return function.value(values, finder)
      })
    return fold(node, nodes)
  }

  /// The compiled pattern where it is constant.
  mutating func constantFinder(_ pattern: Expression) throws(BindError) -> RegexFinder? {
    try finder(try value(pattern), pattern.span)
  }

  private func finder(_ node: any Node, _ span: SourceSpan) throws(BindError) -> RegexFinder? {
    guard let bytes = node.constant?.text else { return nil }
    do {
      return try RegexFinder(bytes)
    } catch {
      throw BindError(message: "the pattern \(error.message)", span: span)
    }
  }

  private func checkGroup(
    _ arguments: [Expression], _ nodes: [any Node], _ finder: RegexFinder?
  ) throws(BindError) {
    guard nodes.count > 2, let finder, let group = nodes[2].constant, !group.isNull else { return }
    guard let index = group.count, (0...finder.groups.count).contains(index) else {
      throw BindError(
        message: "the pattern has \(finder.groups.count) group\(finder.groups.count == 1 ? "" : "s")",
        span: arguments[2].span)
    }
  }

  mutating func timePattern(
    _ function: TimePatternFunction, _ value: Expression, _ pattern: Expression
  ) throws(BindError) -> any Node {
    let nodes = [try self.value(value), try self.value(pattern)]
    var compiled: TimePattern?
    if let text = nodes[1].constant?.text {
      compiled = TimePattern(text, function.spelling)
      if compiled == nil {
        throw BindError(
          message: "the pattern asks for a part of a time that is not known", span: pattern.span)
      }
    }
    let node = FunctionNode(
      nodes,
      ExpressionBinder.passingNull { [compiled] values in
        guard let pattern = compiled ?? values[1].text.flatMap({ TimePattern($0, function.spelling) }) else {
          return .null
        }
        return function.value(values[0], pattern)
      })
    return fold(node, nodes)
  }
}
