import CairnSQL

// JSON_VALUE and its kin.
extension ExpressionBinder {
  mutating func json(_ call: JSONCall, _ expression: Expression) throws(BindError) -> any Node {
    var nodes: [any Node] = []
    let bound = try bind(call, expression.span, &nodes)
    // Calls are answered for NULL too.
    return fold(FunctionNode(nodes) { bound.value($0) }, nodes)
  }

  private mutating func bind(
    _ call: JSONCall, _ span: SourceSpan, _ nodes: inout [any Node]
  ) throws(BindError) -> BoundJSONCall {
    func place(_ expression: Expression, _ binder: inout ExpressionBinder, _ nodes: inout [any Node])
      throws(BindError) -> Int
    {
      nodes.append(try binder.value(expression))
      return nodes.count - 1
    }
    let input = try call.input.map { (input) throws(BindError) in try place(input, &self, &nodes) } ?? 0
    let names = call.allPaths.flatMap(\.node.variables)
    var variables: [(name: String, place: Int, isJSON: Bool)] = []
    for passed in call.passed {
      let known = try place(passed.value, &self, &nodes)
      // An unquoted name means the variable in any case.
      let own =
        passed.name.isQuoted
        ? passed.name.text : names.first { $0.lowercased() == passed.name.text.lowercased() }
      variables.append((own ?? passed.name.text, known, passed.isJSON || passed.value.makesJSON))
    }
    for name in names where !variables.contains(where: { $0.name == name }) {
      throw BindError(
        message: "the path's $\(name) is given no value: PASSING … AS \"\(name)\"", span: span,
        suggestion: NearNames.nearest(to: name, among: variables.map(\.name)))
    }
    var members: [(key: Int?, value: Int, isJSON: Bool)] = []
    for member in call.members {
      let key = try member.key.map { (key) throws(BindError) in try place(key, &self, &nodes) }
      members.append((key, try place(member.value, &self, &nodes), member.isJSON || member.value.makesJSON))
    }
    func behavior(_ behavior: JSONCall.Behavior, _ binder: inout ExpressionBinder, _ nodes: inout [any Node])
      throws(BindError) -> BoundJSONCall.Behavior
    {
      switch behavior {
      case .null: .null
      case .boolean(let value): .boolean(value)
      case .value(let expression): .place(try place(expression, &binder, &nodes))
      case .emptyArray: .json(Array("[]".utf8))
      case .emptyObject: .json(Array("{}".utf8))
      }
    }
    let patterns: JSONPathPatterns
    do throws(RegexFailure) {
      patterns = try JSONPathPatterns(call.allPaths)
    } catch {
      throw BindError(message: "a pattern of the path \(error.message)", span: span)
    }
    return BoundJSONCall(
      function: call.function, path: call.path, input: input, variables: variables, members: members,
      columns: try columns(call.columns, variables, patterns, span, &nodes),
      returning: try call.returning.map { (type) throws(BindError) in try CastTarget(type) },
      wrapper: call.wrapper, omitsQuotes: call.omitsQuotes,
      onEmpty: try behavior(call.onEmpty, &self, &nodes),
      onError: try behavior(call.onError, &self, &nodes), keepsNull: call.keepsNull,
      hasUniqueKeys: call.hasUniqueKeys, patterns: patterns)
  }

  private mutating func columns(
    _ columns: [JSONCall.Column], _ variables: [(name: String, place: Int, isJSON: Bool)],
    _ patterns: JSONPathPatterns, _ span: SourceSpan, _ nodes: inout [any Node]
  ) throws(BindError) -> [BoundJSONCall.Column] {
    var bound: [BoundJSONCall.Column] = []
    for column in columns {
      switch column {
      case .ordinality: bound.append(.ordinality)
      case .nested(let path, _, let inner):
        bound.append(.nested(path, try self.columns(inner, variables, patterns, span, &nodes)))
      case .value(_, let call):
        let own = try bind(call, span, &nodes)
        bound.append(.value(own))
      }
    }
    return bound
  }
}

extension JSONCall {
  /// Its paths and those of its columns.
  fileprivate var allPaths: [SQLJSONPath] { (path.map { [$0] } ?? []) + columns.flatMap(\.paths) }
}

extension JSONCall.Column {
  fileprivate var paths: [SQLJSONPath] {
    switch self {
    case .ordinality: []
    case .value(_, let call): call.path.map { [$0] } ?? []
    case .nested(let path, _, let columns): [path] + columns.flatMap(\.paths)
    }
  }
}

extension Expression {
  /// Whether it is a call that makes JSON, which goes into other JSON as it is.
  fileprivate var makesJSON: Bool {
    guard case .json(let call) = kind else { return false }
    return [.object, .array, .query].contains(call.function)
  }
}
