import CairnSQL

/// Functions that take lambdas (S83).
extension OracleEvaluator {
  func callWithLambda(_ name: String, _ operands: [Expression]) throws(OracleError) -> OracleValue {
    switch name {
    case "reduce":
      let step = try lambda(operands[2], 2)
      let finish = try lambda(operands[3], 1)
      var state = try value(of: operands[1])
      let items = try value(of: operands[0]).elements
      // The lambdas are evaluated also where there are no elements, so that what is refused is refused.
      _ = try apply(step, [.null, .null])
      for item in items ?? [] { state = try apply(step, [state, item]) }
      let result = try apply(finish, [state])
      return items == nil ? .null : result
    case "zip_with":
      let body = try lambda(operands[2], 2)
      _ = try apply(body, [.null, .null])
      guard let a = try value(of: operands[0]).elements, let b = try value(of: operands[1]).elements else {
        return .null
      }
      var results: [OracleValue] = []
      for index in 0..<max(a.count, b.count) {
        results.append(
          try apply(body, [index < a.count ? a[index] : .null, index < b.count ? b[index] : .null]))
      }
      return .array(results)
    case "array_sort", "regexp_replace", "map_zip_with", "split_to_map":
      return try withLambdaAtEnd(name, operands)
    case "transform_keys", "transform_values", "map_filter":
      return try overMap(name, operands)
    default:
      return try overArray(name, operands)
    }
  }

  typealias Lambda = (parameters: [Identifier], body: Expression)

  func lambda(_ expression: Expression, _ count: Int) throws(OracleError) -> Lambda {
    guard case .lambda(let parameters, let body) = expression.kind, parameters.count == count else {
      throw .wrongArguments("a lambda")
    }
    if body.hasSubquery { throw .wrongArguments("a lambda without a subquery") }
    return (parameters, body)
  }

  /// The lambda's result: `[]` ranges inside of it.
  func apply(_ lambda: Lambda, _ arguments: [OracleValue]) throws(OracleError) -> OracleValue {
    try inside(lambda, arguments).conditionOrValue(of: lambda.body)
  }

  private func inside(_ lambda: Lambda, _ arguments: [OracleValue]) -> OracleEvaluator {
    var evaluator = self
    evaluator.variables += zip(lambda.parameters, arguments).map { ($0, $1) }
    evaluator.bindings = [:]
    return evaluator
  }

  private func holds(_ lambda: Lambda, _ arguments: [OracleValue]) throws(OracleError) -> Bool? {
    try inside(lambda, arguments).truth(of: lambda.body)
  }

  private func overArray(_ name: String, _ operands: [Expression]) throws(OracleError) -> OracleValue {
    let body = try lambda(operands[1], 1)
    _ = try apply(body, [.null])
    guard let items = try value(of: operands[0]).elements else { return .null }
    if name.hasSuffix("transform") {
      var results: [OracleValue] = []
      for item in items { results.append(try apply(body, [item])) }
      return .array(results)
    }
    var truths: [Bool?] = []
    for item in items { truths.append(try holds(body, [item])) }
    switch name {
    case "any_match": return OracleValue(OracleEvaluator.any(truths))
    case "none_match": return OracleValue(OracleEvaluator.any(truths).map { !$0 })
    case "all_match": return OracleValue(OracleEvaluator.any(truths.map { $0.map { !$0 } }).map { !$0 })
    default: return .array(zip(items, truths).filter { $0.1 == true }.map(\.0))
    }
  }

  private func overMap(_ name: String, _ operands: [Expression]) throws(OracleError) -> OracleValue {
    let body = try lambda(operands[1], 2)
    _ = try apply(body, [.null, .null])
    guard let entries = try value(of: operands[0]).entries else { return .null }
    var results: [OracleEntry] = []
    for entry in entries {
      switch name {
      case "map_filter":
        if try holds(body, [entry.key, entry.value]) == true { results.append(entry) }
      case "transform_keys":
        let key = try apply(body, [entry.key, entry.value])
        if key.isNull { return .null }
        results.append(OracleEntry(key: key, value: entry.value))
      default:
        results.append(OracleEntry(key: entry.key, value: try apply(body, [entry.key, entry.value])))
      }
    }
    return .map(OracleMaps.distinct(results))
  }
}

extension Expression {
  fileprivate var hasSubquery: Bool {
    switch kind {
    case .exists, .inQuery, .quantified, .subquery: true
    default: children.contains { $0.hasSubquery }
    }
  }
}
