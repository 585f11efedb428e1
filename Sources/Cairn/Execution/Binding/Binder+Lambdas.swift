import CairnSQL

extension ExpressionBinder {
  /// Binds a call with lambdas. The number of arguments has been checked.
  mutating func lambdaCall(_ function: LambdaFunction, _ call: FunctionCall) throws(BindError) -> any Node {
    var nodes: [any Node] = []
    var lambdas: [Lambda] = []
    for (argument, count) in zip(call.arguments, function.parameterCounts) {
      if let count {
        // The only parameter of a function of one array is its element.
        let origin = count == 1 && call.arguments.count == 2 ? elementOrigin(of: call.arguments[0]) : nil
        lambdas.append(try lambda(argument, parameterCount: count, of: call.name.text, origin))
      } else {
        nodes.append(try value(argument))
      }
    }
    return LambdaNode(nodes, lambdas, function)
  }

  /// Binds the form of a function that takes a lambda, where others do not.
  mutating func lambdaForm(_ call: FunctionCall) throws(BindError) -> any Node {
    let name = call.name.text
    guard let form = LambdaFunction.forms[name.lowercased()] else {
      let lambda = call.arguments.first { $0.isLambda }
      throw BindError(
        message: "\(name) takes no lambda; the functions that do are \(LambdaFunction.names)",
        span: lambda?.span ?? call.name.span)
    }
    guard call.arguments.count == form.parameterCounts.count else {
      throw BindError(
        message:
          "\(name) takes \(form.parameterCounts.count) arguments with a lambda, not \(call.arguments.count)",
        span: call.name.span)
    }
    guard name.lowercased() == "regexp_replace" else { return try lambdaCall(form, call) }
    let compiled = try constantFinder(call.arguments[1])
    return try lambdaCall(
      LambdaFunction(parameterCounts: form.parameterCounts) { LambdaFunction.replaced($0, compiled, &$1) },
      call)
  }

  mutating func lambda(
    _ expression: Expression, parameterCount: Int, of name: String, _ origin: ElementOrigin? = nil
  ) throws(BindError) -> Lambda {
    guard case .lambda(let parameters, let body) = expression.kind else {
      throw BindError(
        message: "\(name) takes a lambda such as \(Self.lambdaForms[parameterCount - 1]) here",
        span: expression.span)
    }
    guard parameters.count == parameterCount else {
      throw BindError(
        message: "the lambda of \(name) has \(parameterCount) parameter\(parameterCount == 1 ? "" : "s")",
        span: expression.span)
    }
    if let query = body.subqueries.first {
      throw BindError(
        message: "a lambda contains no subquery: join its rows, or compare outside", span: query.span)
    }
    return try inScope(of: parameters, origin: origin) { (binder, slots) throws(BindError) in
      Lambda(slots: slots, body: try binder.value(body))
    }
  }

  private static let lambdaForms = ["x -> …", "(x, y) -> …", "(k, x, y) -> …"]

  /// An access form that starts at a parameter of a lambda around; nil where it is none.
  mutating func parameterAccess(_ expression: Expression) -> (any Node)? {
    guard let parameter = parameter(expression), let path = expression.accessPath else { return nil }
    // The record itself is no step of a path.
    let isRecordName = expression.rootName.map { AccessPath.isSameIgnoringCase($0.text, "eventJson") } == true
    let own = path.steps.dropFirst(isRecordName ? 0 : 1)
    parameter.origin?.note(own)
    switch parameter.place {
    case .slot(let slot):
      let steps = own.map { ValueStep($0) }
      return steps.isEmpty ? ElementNode(slot: slot) : self.steps(ElementNode(slot: slot), steps)
    case .column(let column):
      let path = AccessPath(steps: Array(own))
      let reader = table.reader(column, path, hasElements: true)
      return path.hasAnyElement ? ranging(.path(reader)) : PathNode(reader)
    }
  }

  /// Whether an access form starts at a parameter.
  func isOfParameter(_ expression: Expression) -> Bool { parameter(expression) != nil }

  /// The innermost lambda's parameters come first.
  private func parameter(_ expression: Expression) -> LambdaParameter? {
    guard !parameters.isEmpty, let name = expression.rootName else { return nil }
    return parameters.last { $0.name.matches(name) }
  }

  /// Where the elements of an array come from, which may be found from a parameter.
  private func elementOrigin(of array: Expression) -> ElementOrigin? {
    guard let parameter = parameter(array), let path = array.accessPath else {
      return scope.elementOrigin(of: array)
    }
    return parameter.origin?.elements(behind: path.steps.dropFirst())
  }
}

/// A parameter of a lambda, in whose body the expression is that is being bound.
struct LambdaParameter {
  enum Place {
    /// Of a row's elements, put there for each.
    case slot(Int)
    /// Elements that are rows of their own.
    case column(ColumnID)
  }

  let name: Identifier
  let place: Place
  /// The array whose elements it goes over, where they are those of records.
  let origin: ElementOrigin?
}

extension Identifier {
  /// Whether a use of a name means this one: ignoring ASCII case unless either is quoted.
  fileprivate func matches(_ use: Identifier) -> Bool {
    isQuoted || use.isQuoted ? text == use.text : AccessPath.isSameIgnoringCase(text, use.text)
  }
}

extension LambdaFunction {
  /// The functions that take lambdas, for an error.
  fileprivate static var names: String {
    let names = table.map(\.name).filter { !$0.hasPrefix("list_") } + forms.keys
    return names.sorted().joined(separator: ", ")
  }
}

extension Expression {
  var isLambda: Bool { if case .lambda = kind { true } else { false } }

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
