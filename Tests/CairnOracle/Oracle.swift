import CairnSQL

/// Evaluates expressions on one record at a time, by `docs/semantics.md` and nothing else.
///
/// Nothing is skipped for speed: all branches and terms are evaluated, so that a refused literal is
/// refused wherever it stands.
public enum Oracle {
  /// The value of an expression for a record. `now` is the start of the query in seconds since 1970.
  public static func evaluate(
    _ expression: Expression, _ record: OracleRecord, now: Int64 = 1_767_225_600
  ) throws(OracleError) -> OracleValue {
    let evaluator = OracleEvaluator(scope: OracleScope(record: record), now: now)
    if expression.isLogical || expression.isPredicate {
      return OracleValue(try evaluator.truth(of: expression))
    }
    return try evaluator.value(of: expression)
  }

  /// Whether a condition holds for a record; nil is NULL (S30).
  public static func truth(
    _ expression: Expression, _ record: OracleRecord, now: Int64 = 1_767_225_600
  ) throws(OracleError) -> Bool? {
    try OracleEvaluator(scope: OracleScope(record: record), now: now).truth(of: expression)
  }
}

/// The evaluation for one record.
struct OracleEvaluator {
  let scope: OracleScope
  let now: Int64
  /// Lambdas' parameters, the innermost last.
  var variables: [(name: Identifier, value: OracleValue)] = []
  /// What grouping and windows have computed before: aggregates, keys, window functions.
  var replacements: [SourceSpan: OracleResolved] = [:]
  /// The output columns that ORDER BY sees.
  var outputs: [OracleOutputValue] = []
  /// What each `[]` path in reach stands for at the moment.
  var bindings: [SourceSpan: OracleValue] = [:]

  // MARK: Conditions (S30)

  func truth(of expression: Expression) throws(OracleError) -> Bool? {
    if replacements[expression.span] != nil { return try value(of: expression).truth }
    switch expression.kind {
    case .not(let operand):
      return try truth(of: operand).map { !$0 }
    case .and(let terms):
      return OracleEvaluator.any(try truths(of: terms).map { $0.map { !$0 } }).map { !$0 }
    case .or(let terms):
      return OracleEvaluator.any(try truths(of: terms))
    default:
      if expression.isPredicate { return try value(of: expression).truth }
      return try anyElement(of: [expression], missing: nil) { (evaluator) throws(OracleError) in
        try evaluator.value(of: expression).truth
      }
    }
  }

  private func truths(of terms: [Expression]) throws(OracleError) -> [Bool?] {
    var results: [Bool?] = []
    for term in terms { results.append(try truth(of: term)) }
    return results
  }

  /// OR of any number of truths.
  static func any(_ truths: [Bool?]) -> Bool? {
    if truths.contains(true) { return true }
    return truths.contains(nil) ? nil : false
  }

  // MARK: Any element (S40 to S42)

  /// The condition for every choice of elements for the free `[]` paths below the expressions.
  func anyElement(
    of expressions: [Expression], missing: Bool?,
    _ condition: (OracleEvaluator) throws(OracleError) -> Bool?
  ) throws(OracleError) -> Bool? {
    let free = expressions.flatMap(\.freeElementPaths).filter { bindings[$0.span] == nil }
    var unbound = self
    for path in free { unbound.bindings[path.span] = .null }
    // Evaluated also where there are no elements, so that a refused literal is refused.
    let single = try condition(unbound)
    if free.isEmpty { return single }
    var choices = [self]
    var isMissing = false
    for path in free {
      guard let elements = try elements(of: path) else {
        isMissing = true
        continue
      }
      choices = choices.flatMap { choice in
        elements.map { element in
          var bound = choice
          bound.bindings[path.span] = element
          return bound
        }
      }
    }
    if isMissing { return missing }
    var results: [Bool?] = []
    for choice in choices { results.append(try condition(choice)) }
    return OracleEvaluator.any(results)
  }

  /// What a `[]` path stands for; nil where there is no array.
  func elements(of expression: Expression) throws(OracleError) -> [OracleValue]? {
    switch expression.kind {
    case .path(let path):
      let base = try resolve(path)
      return OraclePath.expand(base.value, base.steps[...])
    case .access(let base, let step):
      guard base.isElementPath else { return OraclePath.expand(try value(of: base), [step]) }
      return try elements(of: base)?.flatMap { OraclePath.expand($0, [step]) ?? [.null] }
    default:
      return [try value(of: expression)]
    }
  }

  /// What a path starts from, and the steps from there.
  func resolve(_ path: Path) throws(OracleError) -> OracleResolved {
    if let variable = variables.last(where: { OracleScope.isSame($0.name.text, path.root.text) }) {
      return OracleResolved(value: variable.value, steps: path.steps)
    }
    if let output = try output(path) { return output }
    return try scope.resolve(path)
  }

  /// The output column that a name in ORDER BY means (S65).
  private func output(_ path: Path) throws(OracleError) -> OracleResolved? {
    let named = outputs.filter {
      ($0.isAlias || path.steps.isEmpty) && OracleScope.isSame($0.name, path.root.text)
    }
    let exact = named.filter { $0.name == path.root.text }
    let matches = exact.isEmpty ? named : exact
    guard let first = matches.first else { return nil }
    if matches.contains(where: { $0.canonical != first.canonical }) {
      throw .unsupported("\(path.root.text) is ambiguous")
    }
    return OracleResolved(value: first.value, steps: path.steps, isTime: first.isTime)
  }

  // MARK: Values

  func value(of expression: Expression) throws(OracleError) -> OracleValue {
    if let bound = bindings[expression.span], expression.isElementPath { return bound }
    if let known = replacements[expression.span] {
      return known.steps.reduce(known.value) { OraclePath.step($1, on: $0) }
    }
    switch expression.kind {
    case .literal(let literal):
      return try OracleLiterals.value(of: literal)
    case .path(let path):
      if expression.isElementPath { return try wholeArray(expression) }
      if path.steps.contains(.index(0)) { throw .unsupported("an element 0") }
      let base = try resolve(path)
      return base.steps.reduce(base.value) { OraclePath.step($1, on: $0) }
    case .access(let base, let step):
      if expression.isElementPath { return try wholeArray(expression) }
      if step == .index(0) { throw .unsupported("an element 0") }
      return OraclePath.step(step, on: try value(of: base))
    case .subscripted(let base, let index):
      return try subscripted(base, index)
    case .unary(let sign, let operand):
      return OracleArithmetic.signed(sign, try value(of: operand))
    case .binary(let operation, let lhs, let rhs):
      return try binary(operation, lhs, rhs)
    case .caseWhen(let choice):
      return try choose(choice)
    case .cast(let operand, let type, _):
      let value = try value(of: operand)
      // A constant may name a zone (S16).
      let isTime = type.name.hasPrefix("timestamp") && operand.isConstant && value.isTextual
      return try OracleCast.cast(isTime ? OracleValue.time(value, allowsNames: true) : value, to: type)
    case .call(let call):
      if expression.isPredicate {
        return OracleValue(
          try anyElement(of: call.arguments, missing: nil) { (evaluator) throws(OracleError) in
            try evaluator.call(call).truth
          })
      }
      return try self.call(call)
    case .array(let items):
      return .array(OracleDecimalShape.unified(try values(of: items)))
    case .row(let items):
      return .row(try conditionsOrValues(of: items).map { OracleField(name: nil, value: $0) })
    case .subquery(let query):
      return try scalar(query)
    case .extract(let field, let operand):
      return try OracleTimeFunctions.part(field.text.lowercased(), try value(of: operand))
    case .atTimeZone(let operand, let zone):
      return try OracleTimeFunctions.zoned(
        try value(of: operand), try value(of: zone), isConstant: zone.isConstant, isInverse: false)
    case .json(let call):
      guard call.function == .exists else { return try json(call) }
      return OracleValue(
        try anyElement(of: expression.children, missing: nil) { (evaluator) throws(OracleError) in
          try evaluator.json(call).truth
        })
    case .and, .or, .not:
      return OracleValue(try truth(of: expression))
    default:
      guard expression.isPredicate else { throw .unsupported("this form of expression") }
      return OracleValue(try predicate(expression))
    }
  }

  func values(of expressions: [Expression]) throws(OracleError) -> [OracleValue] {
    var results: [OracleValue] = []
    for expression in expressions { results.append(try value(of: expression)) }
    return results
  }

  /// Where no condition is around it, a `[]` path is a JSON array (S43).
  private func wholeArray(_ expression: Expression) throws(OracleError) -> OracleValue {
    guard let elements = try elements(of: expression) else { return .null }
    return OracleValue(OracleJSON.array(elements.map(\.asJSON)))
  }

  private func subscripted(_ base: Expression, _ index: Expression) throws(OracleError) -> OracleValue {
    let container = try value(of: base)
    let index = try value(of: index)
    if case .array? = container.json { return subscripted(container, number: index) }
    if case .array = container { return subscripted(container, number: index) }
    if case .row = container, index.decimal != nil { return subscripted(container, number: index) }
    if case .map(let entries) = container { return OracleMaps.value(of: index, in: entries) }
    guard let key = index.text.flatMap({ String(validating: $0, as: UTF8.self) }) else { return .null }
    return OraclePath.step(.key(key), on: container)
  }

  private func subscripted(_ container: OracleValue, number: OracleValue) -> OracleValue {
    guard let place = number.decimal?.wholeNumber else { return .null }
    return OraclePath.step(.index(place), on: container)
  }

  private func binary(
    _ operation: BinaryOperator, _ lhs: Expression, _ rhs: Expression
  ) throws(OracleError) -> OracleValue {
    let left = try value(of: lhs)
    let right = try value(of: rhs)
    switch operation {
    case .concatenate:
      if let joined = OracleArrays.concatenated([left, right]) { return joined }
      guard let a = left.text, let b = right.text else { return .null }
      return a.count + b.count > OracleText.largestByteCount ? .null : .text(a + b)
    case .jsonMember, .jsonText:
      return try OracleFunctions.jsonMember(left, right, isConstant: rhs.isConstant)
    default:
      do {
        return try OracleArithmetic.combine(left, operation, right, sides: (lhs, rhs))
      } catch {
        // A record's value cannot be refused, only what is written (S56).
        let written = [(lhs, left), (rhs, right)].filter { $0.0.isConstant }
        if written.contains(where: { $0.1.decimal?.wholeNumber == nil }) { throw error }
        return .null
      }
    }
  }

  private func choose(_ choice: CaseExpression) throws(OracleError) -> OracleValue {
    var result: OracleValue?
    for branch in choice.branches {
      let isTaken: Bool?
      if let operand = choice.operand {
        isTaken = try anyElement(of: [operand, branch.condition], missing: nil) {
          (evaluator) throws(OracleError) in
          try evaluator.compare(operand, .equal, branch.condition)
        }
      } else {
        isTaken = try truth(of: branch.condition)
      }
      let value = try value(of: branch.result)
      if isTaken == true, result == nil { result = value }
    }
    let otherwise = try choice.otherwise.map { (expression) throws(OracleError) in try value(of: expression) }
    return result ?? otherwise ?? .null
  }
}
