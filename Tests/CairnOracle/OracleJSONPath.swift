import CairnSQL

/// Paths of SQL's JSON functions (S91), by the rules and nothing else. Nil is an error.
struct OracleJSONPath {
  let isStrict: Bool
  let root: OracleJSON
  let variables: [String: [OracleJSON]]
  var current: OracleJSON?
  var lastPlace: Int?

  func items(_ node: SQLJSONPath.Node) -> [OracleJSON]? {
    switch node {
    case .root: return [root]
    case .current: return current.map { [$0] }
    case .last: return lastPlace.map { [.number(Array("\($0)".utf8))] }
    case .variable(let name): return variables[name] ?? variables["?" + name.lowercased()]
    case .literal(let constant): return [OracleJSONPath.json(constant)]
    case .member(let base, let key):
      return each(flattened(base)) { item in
        guard case .object(let members) = item else { return isStrict ? nil : [] }
        guard let key else { return members.map(\.value) }
        let found = OraclePath.member(key, of: .object(members), isExact: true)
        return found.map { [$0] } ?? (isStrict ? nil : [])
      }
    case .descendant(let base, let key): return each(items(base)) { OracleJSONPath.inside($0, key) }
    case .elements(let base, let places): return each(items(base)) { elements($0, places) }
    case .filter(let base, let predicate):
      return flattened(base)?.filter { item in
        var inner = self
        inner.current = item
        return inner.holds(predicate) == true
      }
    case .method(let base, let method):
      return each(method.flattens && !isStrict ? flattened(base) : items(base)) { apply(method, $0) }
    case .signed(let sign, let operand):
      return each(flattened(operand)) { item in
        guard case .number = item else { return nil }
        return [OracleArithmetic.signed(sign, OracleValue(item)).asJSON]
      }
    case .arithmetic(let operation, let lhs, let rhs):
      guard let left = flattened(lhs), let right = flattened(rhs), left.count == 1, right.count == 1,
        case .number = left[0], case .number = right[0],
        let result = try? OracleArithmetic.combine(OracleValue(left[0]), operation, OracleValue(right[0])),
        !result.isNull
      else { return nil }
      return [result.asJSON]
    }
  }

  private func each(_ items: [OracleJSON]?, _ body: (OracleJSON) -> [OracleJSON]?) -> [OracleJSON]? {
    guard let items else { return nil }
    var result: [OracleJSON] = []
    for item in items {
      guard let more = body(item) else { return nil }
      result += more
    }
    return result
  }

  /// Lax paths take the elements of an array for it.
  private func flattened(_ node: SQLJSONPath.Node) -> [OracleJSON]? {
    guard let items = items(node) else { return nil }
    if isStrict { return items }
    return items.flatMap { item in if case .array(let elements) = item { elements } else { [item] } }
  }

  static func json(_ constant: SQLJSONPath.Constant) -> OracleJSON {
    switch constant {
    case .null: .null
    case .boolean(let value): .boolean(value)
    case .number(let spelling): .number(Array(spelling.utf8))
    case .string(let text): OracleValue(text).asJSON
    }
  }

  private static func inside(_ item: OracleJSON, _ key: String) -> [OracleJSON] {
    switch item {
    case .object(let members):
      let own = OraclePath.member(key, of: item, isExact: true)
      return (own.map { [$0] } ?? []) + members.flatMap { inside($0.value, key) }
    case .array(let elements): return elements.flatMap { inside($0, key) }
    default: return []
    }
  }

  private func elements(_ item: OracleJSON, _ places: [SQLJSONPath.Subscript]?) -> [OracleJSON]? {
    let array: [OracleJSON]
    if case .array(let elements) = item {
      array = elements
    } else if isStrict {
      return nil
    } else {
      array = [item]
    }
    guard let places else { return array }
    var inner = self
    inner.lastPlace = array.count - 1
    func place(_ node: SQLJSONPath.Node) -> Int? {
      guard let items = inner.items(node), items.count == 1, case .number = items[0],
        let number = OracleValue(items[0]).decimal
      else { return nil }
      let cut = OracleNumberFunctions.call("truncate", [OracleValue(number)])
      return cut?.decimal?.wholeNumber.map { Int($0) }
    }
    var result: [OracleJSON] = []
    for one in places {
      guard let from = place(one.from) else { return nil }
      var to = from
      if let node = one.to {
        guard let end = place(node) else { return nil }
        to = end
      }
      if isStrict, from < 0 || to >= array.count || from > to { return nil }
      for index in array.indices where index >= from && index <= to { result.append(array[index]) }
    }
    return result
  }

  private func apply(_ method: SQLJSONPath.Method, _ item: OracleJSON) -> [OracleJSON]? {
    switch method {
    case .type:
      let name =
        switch item {
        case .null: "null"
        case .boolean: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
      return [OracleValue(name).asJSON]
    case .size:
      if case .array(let elements) = item { return [OracleValue(Int64(elements.count)).asJSON] }
      return isStrict ? nil : [OracleValue(1).asJSON]
    case .keyvalue:
      guard case .object(let members) = item else { return nil }
      return members.map { member in
        .object([
          OracleJSON.member(key: Array("name".utf8), OracleValue.text(member.key).asJSON),
          OracleJSON.member(key: Array("value".utf8), member.value),
          OracleJSON.member(key: Array("id".utf8), OracleValue(0).asJSON),
        ])
      }
    case .double:
      switch item {
      case .number, .string:
        guard let number = try? OracleCast.cast(OracleValue(item), toName: "double", parameters: []),
          !number.isNull
        else { return nil }
        return [number.asJSON]
      default: return nil
      }
    case .abs, .ceiling, .floor:
      guard case .number = item, let result = OracleNumberFunctions.call(method.rawValue, [OracleValue(item)])
      else {
        return nil
      }
      return result.isNull ? nil : [result.asJSON]
    }
  }

  // MARK: Filters

  func holds(_ predicate: SQLJSONPath.Predicate) -> Bool? {
    switch predicate {
    case .and(let lhs, let rhs):
      return OracleEvaluator.any([holds(lhs), holds(rhs)].map { $0.map { !$0 } }).map { !$0 }
    case .or(let lhs, let rhs): return OracleEvaluator.any([holds(lhs), holds(rhs)])
    case .not(let inner): return holds(inner).map { !$0 }
    case .isUnknown(let inner): return holds(inner) == nil
    case .exists(let node): return items(node).map { !$0.isEmpty }
    case .startsWith(let lhs, let rhs):
      guard let starts = items(rhs), starts.count == 1, case .string = starts[0] else { return nil }
      return first(flattened(lhs)) { item in
        if case .string = item { item.text.starts(with: starts[0].text) } else { nil }
      }
    case .matches(let node, let pattern, let flags):
      return first(flattened(node)) { item in
        guard case .string = item else { return nil }
        return OracleRegex.find(Array("(?\(flags))\(pattern)".replacing("(?)", with: "").utf8), in: item.text)
      }
    case .comparison(let operation, let lhs, let rhs):
      return compare(operation, flattened(lhs), flattened(rhs))
    }
  }

  private func first(_ items: [OracleJSON]?, _ test: (OracleJSON) -> Bool?) -> Bool? {
    guard let items else { return nil }
    var isFound = false
    for item in items {
      guard let truth = test(item) else { return nil }
      isFound = isFound || truth
      if isFound, !isStrict { return true }
    }
    return isFound
  }

  private func compare(
    _ operation: ComparisonOperator, _ left: [OracleJSON]?, _ right: [OracleJSON]?
  ) -> Bool? {
    guard let left, let right else { return nil }
    let pairs = left.flatMap { lhs in right.map { (lhs, $0) } }
    // An object or array beside anything but null is an error wherever the pair stands.
    if pairs.contains(where: { ($0.0.isContainer || $0.1.isContainer) && $0.0 != .null && $0.1 != .null }) {
      return nil
    }
    let nulls = pairs.filter { $0.0 == .null || $0.1 == .null }
    var isFound = nulls.contains { pair in
      operation == .equal ? pair.0 == pair.1 : operation == .notEqual && pair.0 != pair.1
    }
    if isFound, !isStrict { return true }
    for (lhs, rhs) in pairs where lhs != .null && rhs != .null {
      switch (lhs, rhs) {
      case (.number, .number), (.string, .string), (.boolean, .boolean): break
      default: return nil
      }
      let sides = [lhs, rhs].map { OracleComparison.Side(value: $0.typed, isTimeColumn: false) }
      isFound = isFound || OracleComparison.compare(sides[0], operation, sides[1]) == true
      if isFound, !isStrict { return true }
    }
    return isFound
  }
}

extension SQLJSONPath.Method {
  fileprivate var flattens: Bool { self != .type && self != .size }
}

extension OracleJSON {
  fileprivate var isContainer: Bool {
    switch self {
    case .array, .object: true
    default: false
    }
  }

  /// A scalar as a value with a type.
  fileprivate var typed: OracleValue {
    switch self {
    case .boolean(let value): .boolean(value)
    case .string: .text(text)
    case .number: OracleValue(OracleValue(self).decimal)
    default: OracleValue(self)
    }
  }
}
