import CairnSQL

// What filters ask. An error inside makes the answer unknown, here nil.
extension JSONPathEvaluator {
  func truth(_ predicate: SQLJSONPath.Predicate) -> Bool? {
    switch predicate {
    case .and(let lhs, let rhs):
      let (left, right) = (truth(lhs), truth(rhs))
      return left == false || right == false ? false : left == nil || right == nil ? nil : true
    case .or(let lhs, let rhs):
      let (left, right) = (truth(lhs), truth(rhs))
      return left == true || right == true ? true : left == nil || right == nil ? nil : false
    case .not(let inner): return truth(inner).map { !$0 }
    case .isUnknown(let inner): return truth(inner) == nil
    case .exists(let node): return items(node).map { !$0.isEmpty }
    case .comparison(let operation, let lhs, let rhs):
      return compared(operation, unwrapped(lhs), unwrapped(rhs))
    case .startsWith(let lhs, let rhs):
      guard let prefix = items(rhs), prefix.count == 1, let start = prefix[0].string else { return nil }
      return any(unwrapped(lhs)) { $0.string.map { $0.starts(with: start) } }
    case .matches(let node, let pattern, let flags):
      guard let regex = patterns[pattern, flags] else { return nil }
      return any(unwrapped(node)) { $0.string.map { regex.matches($0) } }
    }
  }

  /// Whether it holds for one of the items: the first that decides does, in lax paths.
  private func any(_ items: [EngineValue]?, _ test: (EngineValue) -> Bool?) -> Bool? {
    guard let items else { return nil }
    var found = false
    for item in items {
      guard let holds = test(item) else { return nil }
      found = found || holds
      if found, !isStrict { return true }
    }
    return found
  }

  private func compared(
    _ operation: ComparisonOperator, _ left: [EngineValue]?, _ right: [EngineValue]?
  ) -> Bool? {
    guard let left, let right else { return nil }
    // Objects and arrays compare with null only.
    let (leftKinds, rightKinds) = (Kinds(left), Kinds(right))
    if leftKinds.hasContainer && (rightKinds.hasContainer || rightKinds.hasScalar)
      || leftKinds.hasScalar && rightKinds.hasContainer
    {
      return nil
    }
    var found = false
    if operation == .equal, leftKinds.hasNull, rightKinds.hasNull { found = true }
    if operation == .notEqual {
      found =
        leftKinds.hasNull && (rightKinds.hasScalar || rightKinds.hasContainer)
        || rightKinds.hasNull && (leftKinds.hasScalar || leftKinds.hasContainer)
    }
    if found, !isStrict { return true }
    for lhs in left where !lhs.isNull && !lhs.isContainer {
      if QueryCancellation.isCurrentCancelled { return nil }
      for rhs in right where !rhs.isNull && !rhs.isContainer {
        guard let order = JSONPathEvaluator.order(lhs, rhs) else { return nil }
        found = found || operation.holds(order)
        if found, !isStrict { return true }
      }
    }
    return found
  }

  private struct Kinds {
    var hasNull = false
    var hasScalar = false
    var hasContainer = false

    init(_ items: [EngineValue]) {
      for item in items {
        if item.isNull {
          hasNull = true
        } else if item.isContainer {
          hasContainer = true
        } else {
          hasScalar = true
        }
      }
    }
  }

  /// Nil for scalars of different kinds.
  private static func order(_ lhs: EngineValue, _ rhs: EngineValue) -> Int? {
    if lhs.isJSONNumber, rhs.isJSONNumber, let left = lhs.number, let right = rhs.number {
      return Comparison.order(.number(left), .number(right))
    }
    if let left = lhs.string, let right = rhs.string {
      return left == right ? 0 : left.lexicographicallyPrecedes(right) ? -1 : 1
    }
    if let left = lhs.boolean, let right = rhs.boolean { return left == right ? 0 : right ? -1 : 1 }
    return nil
  }
}

extension EngineValue {
  fileprivate var isContainer: Bool {
    switch self {
    case .record(.json), .array, .map, .row: true
    default: false
    }
  }
}
