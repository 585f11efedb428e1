import CairnSQL

extension ExpressionBinder {
  /// Binds a call.
  mutating func call(_ call: FunctionCall, _ expression: Expression) throws(BindError) -> any Node {
    let name = call.name.text
    guard let entry = FunctionTable.entry(name) else {
      if SQLWords.windowFunctions.contains(name.lowercased()), call.window == nil {
        throw BindError(
          message: "\(name) is a window function: it needs OVER (…), such as OVER (ORDER BY eventTime)",
          span: expression.span)
      }
      if name == "current_user" {
        throw BindError(message: "an archive has no users", span: call.name.span)
      }
      throw BindError(
        message: "there is no function \(name)", span: call.name.span,
        suggestion: NearNames.nearest(to: name, among: SQLWords.functions))
    }
    if call.isStar || call.isDistinct || call.filter != nil || call.window != nil || !call.ordering.isEmpty
      || call.ignoresNulls != nil
    {
      throw BindError(message: "\(name) is no aggregate or window function", span: expression.span)
    }
    if !entry.takesLambda, call.arguments.contains(where: { $0.isLambda }) { return try lambdaForm(call) }
    guard entry.argumentCounts.contains(call.arguments.count) else {
      throw BindError(
        message: "\(name) takes \(entry.argumentCounts.words), not \(call.arguments.count)",
        span: expression.span)
    }
    if entry.isVolatile { isVolatile = true }
    if let column = try elementColumn(call, expression) { return ColumnNode(slot: table.slot(column)) }
    switch entry.form {
    case .special(let special):
      return try self.special(special, call.arguments, expression)
    case .plain(let function):
      let nodes = try values(call.arguments)
      return fold(
        FunctionNode(
          nodes, kernel: entry.kernel, resultType: ResultType.function(name),
          ExpressionBinder.passingNull(function)), nodes)
    case .total(let function):
      let nodes = try values(call.arguments)
      return fold(FunctionNode(nodes, resultType: ResultType.function(name), function), nodes)
    case .lambda(let function):
      return try lambdaCall(function, call)
    }
  }

  /// The column of what records' arrays have, which storage knows without their elements; nil for other expressions.
  private func countColumn(of array: Expression) throws(BindError) -> ColumnID? {
    guard !scope.isGrouped, !isOfParameter(array), let path = array.accessPath,
      try scope.output(path, array.span) == nil, try scope.replacement(of: array) == nil,
      case .events(let events, let own) = try scope.resolve(path, array.span), events.hasElementColumns
    else { return nil }
    let names = own.steps.compactMap(\.pathName)
    if names.isEmpty || names.count < own.steps.count { return nil }
    return events.column(.count(BoundPath(names: names)))
  }

  /// NULL where an argument is (S50).
  static func passingNull(
    _ function: @escaping @Sendable ([EngineValue]) -> EngineValue
  ) -> @Sendable ([EngineValue]) -> EngineValue {
    { arguments in arguments.contains { $0.isNull } ? .null : function(arguments) }
  }

  private mutating func special(
    _ special: FunctionTable.Special, _ arguments: [Expression], _ expression: Expression
  ) throws(BindError) -> any Node {
    switch special {
    case .coalesce:
      let nodes = try values(arguments)
      return fold(CoalesceNode(nodes), nodes)
    case .nullIf:
      let (lhs, rhs) = (try operand(arguments[0]), try operand(arguments[1]))
      return fold(NullIfNode(lhs, rhs), [lhs.node, rhs.node])
    case .choice: return try choice(arguments)
    case .cardinality:
      if let column = try countColumn(of: arguments[0]) { return ColumnNode(slot: table.slot(column)) }
      let node = try value(arguments[0])
      return fold(
        FunctionNode(
          [node], resultType: .whole, ExpressionBinder.passingNull(ValueFunctions.cardinality)), [node])
    case .elementAt: return try elementAt(arguments[0], arguments[1])
    case .jsonExtract: return try jsonExtract(arguments[0], arguments[1], isScalar: false)
    case .jsonExtractScalar: return try jsonExtract(arguments[0], arguments[1], isScalar: true)
    case .jsonExtractString: return try member(arguments[0], arguments[1])
    case .jsonScalar:
      if case .literal(.typed("json", let text)) = arguments[0].kind, JSONDocument.isNull(text) {
        return ConstantNode(.boolean(true))
      }
      let (node, isJSON) = (try value(arguments[0]), arguments[0].givesJSON)
      return fold(UnaryNode(node) { JSONFunctions.isScalar($0, isJSON: isJSON) }, [node])
    case .attempt: return try value(arguments[0])
    case .regexp(let function): return try regexp(function, arguments)
    case .timePattern(let function): return try timePattern(function, arguments[0], arguments[1])
    case .timeUnit(let function): return try timeUnit(function, arguments, expression)
    case .zone(let isShownIn): return try zoned(arguments[0], arguments[1], isShownIn: isShownIn)
    case .unixTime: return try unixTime(arguments)
    case .finiteness(let wanted): return try finiteness(wanted, arguments[0])
    case .isoText:
      let (node, digits) = (try value(arguments[0]), arguments[0].writtenFractionDigits)
      return fold(UnaryNode(node) { TimeFunctions.isoText($0, digits: digits) }, [node])
    case .typeName:
      let node = try value(arguments[0])
      if let written = arguments[0].writtenType { return ConstantNode(.text(Array(written.utf8))) }
      return fold(UnaryNode(node) { .text(Array($0.typeName.utf8)) }, [node])
    case .widthBucket:
      guard arguments.count != 3 else {
        throw BindError(
          message: "width_bucket takes (x, borders) or (x, from, to, count)", span: expression.span)
      }
      let nodes = try values(arguments)
      return fold(FunctionNode(nodes, ExpressionBinder.passingNull(VectorFunctions.widthBucket)), nodes)
    case .shift(let shift):
      let nodes = try values(arguments)
      let bits = arguments[0].integerBitCount
      return fold(FunctionNode(nodes, ExpressionBinder.passingNull { shift.value($0, bits: bits) }), nodes)
    case .normalize: return try normalize(arguments)
    // Not folded, though all that it depends on may be constant.
    case .random(let function):
      return FunctionNode(try values(arguments), ExpressionBinder.passingNull(function.value))
    case .refused(let message): throw BindError(message: message, span: expression.span)
    case .regexpLike: return try regexpLike(arguments[0], arguments[1])
    case .contains: return try contains(arguments[0], arguments[1])
    case .dateTrunc: return try dateTrunc(arguments[0], arguments[1])
    case .now: return ConstantNode(.timestamp(now))
    case .today: return ConstantNode(.date(now.day))
    }
  }

  /// `normalize(text [, form])`, the form a bare word.
  private mutating func normalize(_ arguments: [Expression]) throws(BindError) -> any Node {
    var form = SoundFunctions.Form.nfc
    if arguments.count > 1 {
      var name = arguments[1].stringLiteral.map { String(decoding: $0, as: UTF8.self) }
      if case .path(let path) = arguments[1].kind, path.steps.isEmpty { name = path.root.text }
      guard let known = name.flatMap({ SoundFunctions.Form(rawValue: $0.lowercased()) }) else {
        throw BindError(message: "normalize knows the forms NFC and NFD", span: arguments[1].span)
      }
      form = known
    }
    let node = try value(arguments[0])
    return fold(UnaryNode(node) { [form] in SoundFunctions.normalized($0, form) }, [node])
  }

  private mutating func choice(_ arguments: [Expression]) throws(BindError) -> any Node {
    let branch = CaseNode.Branch(condition: try condition(arguments[0]), result: try value(arguments[1]))
    let otherwise = arguments.count > 2 ? try value(arguments[2]) : ConstantNode(.null)
    return fold(CaseNode([branch], otherwise: otherwise), [branch.condition, branch.result, otherwise])
  }

  private mutating func contains(_ container: Expression, _ value: Expression) throws(BindError) -> any Node {
    let containerNode = try self.value(container)
    let operand = try operand(value)
    var network: NetworkRange?
    if case .text(let text)? = containerNode.constant {
      network = NetworkRange(spelling: text)
      if network == nil {
        throw BindError(
          message: "expected a network such as '10.0.0.0/8', or an array", span: container.span)
      }
    }
    let isTimeColumn = operand.isTimeColumn
    let node = FunctionNode([containerNode, operand.node]) { [network] values in
      EngineValue(ValueFunctions.contains(values[0], network, values[1], isTimeColumn: isTimeColumn))
    }
    return fold(node, [containerNode, operand.node])
  }

  // MARK: Paths

  private mutating func elementAt(_ base: Expression, _ index: Expression) throws(BindError) -> any Node {
    switch index.kind {
    case .literal(.string(let key)): return try steps(base, [ValueStep(.key(key))])
    case .literal(.number(let spelling)):
      guard let place = Int64(spelling) else {
        throw BindError(message: "an index is a whole number", span: index.span)
      }
      if place == 0 { throw .zeroIndex(index.span) }
      return try steps(base, [.element(place)])
    default:
      let nodes = [try value(base), try value(index)]
      return fold(SubscriptNode(nodes[0], nodes[1], countsFromEnd: true), nodes)
    }
  }

  private mutating func jsonExtract(
    _ base: Expression, _ path: Expression, isScalar: Bool
  ) throws(BindError) -> any Node {
    guard case .literal = path.kind else {
      let nodes = [try value(base), try value(path)]
      return fold(JSONExtractNode(nodes[0], path: nodes[1], isScalar: isScalar), nodes)
    }
    guard case .literal(.string(let text)) = path.kind, let keys = JSONPath.keys(of: text) else {
      throw BindError(
        message: "expected a JSONPath such as '$.key[0]', without wildcards and filters", span: path.span)
    }
    let found = keys.map { ValueStep(.jsonKey($0)) }
    return try steps(base, [.document] + found + (isScalar ? [.scalar] : []))
  }

  /// `->` and `->>` on what is no path, or with what is no constant.
  private mutating func member(_ base: Expression, _ member: Expression) throws(BindError) -> any Node {
    switch member.kind {
    case .literal(.string(let text)) where text.hasPrefix("$"):
      return try jsonExtract(base, member, isScalar: false)
    case .literal(.string(let key)):
      return try steps(base, [.document, ValueStep(.key(key))])
    case .literal(.number(let spelling)):
      guard let index = Int64(spelling), index < Int64.max else { break }
      return try steps(base, [.document, .element(index >= 0 ? index + 1 : index)])
    default: break
    }
    throw BindError(message: "expected a key, an index or a JSONPath after the arrow", span: member.span)
  }

  // MARK: Operators

  mutating func unary(_ sign: UnaryOperator, _ operand: Expression) throws(BindError) -> any Node {
    let operand = try value(operand)
    let isMinus = sign == .minus
    let node = UnaryNode(operand) { value in
      if case .interval(let span) = value { return .interval(isMinus ? span.negated : span) }
      guard let number = value.number, let result = isMinus ? number.negated : number.positive else {
        return .null
      }
      return .number(result)
    }
    return fold(node, [operand])
  }

  mutating func binary(
    _ operation: BinaryOperator, _ lhs: Expression, _ rhs: Expression, _ expression: Expression
  ) throws(BindError) -> any Node {
    switch operation {
    case .jsonMember, .jsonText: return try member(lhs, rhs)
    case .concatenate:
      // A long chain is one node, so that its depth costs no stack.
      var parts = [rhs]
      var rest = lhs
      while case .binary(.concatenate, let before, let last) = rest.kind {
        parts.append(last)
        rest = before
      }
      let nodes = try values(([rest] as [Expression]) + parts.reversed())
      return fold(
        FunctionNode(
          nodes, kernel: .text(.concatenate), resultType: .text,
          ExpressionBinder.passingNull(TextFunctions.concatenate)), nodes)
    default:
      let (left, right) = (try value(lhs), try value(rhs))
      let digits = WholeDigits(lhs, rhs)
      return fold(
        FunctionNode([left, right], kernel: .arithmetic(operation)) {
          Arithmetic.apply(operation, $0[0], $0[1], digits)
        }, [left, right])
    }
  }

  mutating func cast(_ operand: Expression, _ type: DataType) throws(BindError) -> any Node {
    let target = try CastTarget(type)
    let operand = try value(operand)
    if case .timestamp = target, let constant = operand.constant, constant.string != nil {
      // A constant may name a zone; records open no files.
      return ConstantNode(target.cast(EngineValue(timeOf: constant, allowsNames: true)))
    }
    return fold(UnaryNode(operand, kernel: .cast(target)) { target.cast($0) }, [operand])
  }
}

extension Expression {
  /// Whether its value is one of JSON, also where that is a string.
  fileprivate var givesJSON: Bool {
    switch kind {
    case .literal(.typed("json", _)): true
    case .cast(_, let type, _): type.name == "json"
    case .call(let call):
      ["json_parse", "json_extract", "json_array_get"].contains(call.name.text.lowercased())
    default: false
    }
  }
}

extension ClosedRange<Int> {
  /// `one argument`, `2 or 3 arguments`.
  fileprivate var words: String {
    if upperBound == Int.max { return "at least \(lowerBound) argument\(lowerBound == 1 ? "" : "s")" }
    if lowerBound == upperBound { return "\(lowerBound) argument\(lowerBound == 1 ? "" : "s")" }
    return "\(lowerBound) \(upperBound == lowerBound + 1 ? "or" : "to") \(upperBound) arguments"
  }
}
