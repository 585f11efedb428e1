import CairnSQL

extension ExpressionBinder {
  /// Binds a call with lambdas. The number of arguments has been checked.
  mutating func lambdaCall(_ function: LambdaFunction, _ call: FunctionCall) throws(BindError) -> any Node {
    var nodes: [any Node] = []
    var lambdas: [Lambda] = []
    for (argument, count) in zip(call.arguments, function.parameterCounts) {
      if let count {
        lambdas.append(try lambda(argument, parameterCount: count, of: call.name.text))
      } else {
        nodes.append(try value(argument))
      }
    }
    return LambdaNode(nodes, lambdas, function)
  }

  private mutating func lambda(
    _ expression: Expression, parameterCount: Int, of name: String
  ) throws(BindError) -> Lambda {
    guard case .lambda(let parameters, let body) = expression.kind else {
      throw BindError(
        message: "\(name) takes a lambda such as \(parameterCount == 1 ? "x -> …" : "(x, y) -> …") here",
        span: expression.span)
    }
    guard parameters.count == parameterCount else {
      throw BindError(
        message: "the lambda of \(name) has \(parameterCount) parameter\(parameterCount == 1 ? "" : "s")",
        span: expression.span)
    }
    return try inScope(of: parameters) { (binder, slots) throws(BindError) in
      Lambda(slots: slots, body: try binder.value(body))
    }
  }

  /// An access form that starts at a parameter of a lambda around; nil where it is none.
  mutating func parameterAccess(_ expression: Expression) -> (any Node)? {
    guard let slot = parameterSlot(expression), let path = expression.accessPath else { return nil }
    // The record itself is no step of a path.
    let isRecordName = expression.rootName.map { AccessPath.isSameIgnoringCase($0.text, "eventJson") } == true
    let steps = path.steps.dropFirst(isRecordName ? 0 : 1).map { ValueStep($0) }
    return steps.isEmpty ? ElementNode(slot: slot) : self.steps(ElementNode(slot: slot), steps)
  }

  /// The slot of the parameter that an access form starts at. The innermost lambda's parameters come first.
  func parameterSlot(_ expression: Expression) -> Int? {
    guard !parameters.isEmpty, let name = expression.rootName else { return nil }
    return parameters.last { $0.name.matches(name) }?.slot
  }
}

/// A parameter of a lambda, in whose body the expression is that is being bound.
struct LambdaParameter {
  let name: Identifier
  /// Where its value is put.
  let slot: Int
}

extension Identifier {
  /// Whether a use of a name means this one: ignoring ASCII case unless either is quoted.
  fileprivate func matches(_ use: Identifier) -> Bool {
    isQuoted || use.isQuoted ? text == use.text : AccessPath.isSameIgnoringCase(text, use.text)
  }
}

extension Expression {
  /// The name that an access form starts with.
  fileprivate var rootName: Identifier? {
    switch kind {
    case .path(let path): path.root
    case .access(let base, _): base.rootName
    case .binary(.jsonMember, let base, _), .binary(.jsonText, let base, _): base.rootName
    case .call(let call): accessPath == nil ? nil : call.arguments.first?.rootName
    default: nil
    }
  }
}
