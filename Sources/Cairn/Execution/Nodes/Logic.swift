/// Three-valued logic (S30).
enum ThreeValued {
  static func and(_ lhs: Bool?, _ rhs: Bool?) -> Bool? {
    if lhs == false || rhs == false { return false }
    return lhs == nil || rhs == nil ? nil : true
  }
}

/// `AND` of its terms.
final class AndNode: ConditionNode {
  let terms: [any Node]

  init(_ terms: [any Node]) { self.terms = terms }

  func truth(_ row: Row) -> Bool? {
    var outcome: Bool? = true
    for term in terms {
      switch term.truth(row) {
      case false: return false
      case nil: outcome = nil
      default: continue
      }
    }
    return outcome
  }
}

/// `OR` of its terms.
final class OrNode: ConditionNode {
  let terms: [any Node]

  init(_ terms: [any Node]) { self.terms = terms }

  func truth(_ row: Row) -> Bool? {
    var outcome: Bool? = false
    for term in terms {
      switch term.truth(row) {
      case true: return true
      case nil: outcome = nil
      default: continue
      }
    }
    return outcome
  }
}

/// `NOT`.
final class NotNode: ConditionNode {
  let operand: any Node

  init(_ operand: any Node) { self.operand = operand }

  func truth(_ row: Row) -> Bool? { operand.truth(row).map { !$0 } }
}

/// `IS NOT NULL`.
final class IsNotNullNode: ConditionNode {
  let operand: any Node

  init(_ operand: any Node) { self.operand = operand }

  func truth(_ row: Row) -> Bool? { !operand.value(row).isNull }
}

/// `IS TRUE`, `IS FALSE`, `IS UNKNOWN`.
final class IsTruthNode: ConditionNode {
  let operand: any Node
  let wanted: Bool?

  init(_ operand: any Node, _ wanted: Bool?) {
    self.operand = operand
    self.wanted = wanted
  }

  func truth(_ row: Row) -> Bool? { operand.truth(row) == wanted }
}

/// `CASE` and `IF` (S31).
final class CaseNode: Node {
  struct Branch: Sendable {
    let condition: any Node
    let result: any Node
  }

  let branches: [Branch]
  let otherwise: any Node

  init(_ branches: [Branch], otherwise: any Node) {
    self.branches = branches
    self.otherwise = otherwise
  }

  func value(_ row: Row) -> EngineValue {
    for branch in branches where branch.condition.truth(row) == true { return branch.result.value(row) }
    return otherwise.value(row)
  }

  func type(_ inputs: (Int) -> ResultType?) -> ResultType? {
    ResultType.common(branches.map(\.result) + [otherwise], inputs)
  }
}

/// `COALESCE` (S31).
final class CoalesceNode: Node {
  let arguments: [any Node]

  init(_ arguments: [any Node]) { self.arguments = arguments }

  func value(_ row: Row) -> EngineValue {
    for argument in arguments {
      let value = argument.value(row)
      if !value.isNull { return value }
    }
    return .null
  }

  func type(_ inputs: (Int) -> ResultType?) -> ResultType? { ResultType.common(arguments, inputs) }
}

/// `NULLIF` (S31).
final class NullIfNode: Node {
  private let lhs: Operand
  private let rhs: Operand

  init(_ lhs: Operand, _ rhs: Operand) {
    self.lhs = lhs
    self.rhs = rhs
  }

  func value(_ row: Row) -> EngineValue {
    let value = lhs.node.value(row)
    let order = Comparison.order(
      value, rhs.node.value(row), leftIsTime: lhs.isTimeColumn, rightIsTime: rhs.isTimeColumn)
    return order == 0 ? .null : value
  }

  func flat(_ rows: FlatRows) -> FlatValue? {
    guard let left = lhs.node.flat(rows), let right = rhs.node.flat(rows) else { return nil }
    return .applying(
      { [lhs, rhs] values in
        let order = Comparison.order(
          values[0], values[1], leftIsTime: lhs.isTimeColumn, rightIsTime: rhs.isTimeColumn)
        return order == 0 ? .null : values[0]
      }, to: [left, right], rows.count)
  }

  func type(_ inputs: (Int) -> ResultType?) -> ResultType? { lhs.node.type(inputs) }
}

/// `ARRAY[…]`.
final class ArrayNode: Node {
  private let items: [any Node]

  init(_ items: [any Node]) { self.items = items }

  func value(_ row: Row) -> EngineValue {
    .array(CommonNumbers.unified(items.map { $0.value(row) }))
  }
}

/// A function of its arguments' values.
final class FunctionNode: Node {
  let arguments: [any Node]
  private let function: @Sendable ([EngineValue]) -> EngineValue
  let kernel: FlatKernel?
  private let resultType: ResultType?

  /// - Parameter resultType: that of its values, whatever the arguments are; nil where these decide.
  init(
    _ arguments: [any Node], kernel: FlatKernel? = nil, resultType: ResultType? = nil,
    _ function: @escaping @Sendable ([EngineValue]) -> EngineValue
  ) {
    self.arguments = arguments
    self.kernel = kernel
    self.resultType = resultType
    self.function = function
  }

  func value(_ row: Row) -> EngineValue { function(arguments.map { $0.value(row) }) }

  func flat(_ rows: FlatRows) -> FlatValue? {
    var values: [FlatValue] = []
    for argument in arguments {
      guard let value = argument.flat(rows) else { return nil }
      values.append(value)
    }
    return kernel?.value(values, rows) ?? .applying(function, to: values, rows.count, rows.budget)
  }

  func type(_ inputs: (Int) -> ResultType?) -> ResultType? {
    if let resultType { return resultType }
    switch kernel {
    case .arithmetic: return ResultType.arithmetic(arguments[0].type(inputs), arguments[1].type(inputs))
    case .difference: return .whole
    case .floor, .ceiling:
      let type = arguments[0].type(inputs)
      return type == .whole || type == .double ? type : nil
    default: return nil
    }
  }
}

/// A function of one value.
final class UnaryNode: Node {
  private let argument: any Node
  private let function: @Sendable (EngineValue) -> EngineValue
  private let kernel: FlatKernel?

  init(
    _ argument: any Node, kernel: FlatKernel? = nil,
    _ function: @escaping @Sendable (EngineValue) -> EngineValue
  ) {
    self.argument = argument
    self.kernel = kernel
    self.function = function
  }

  func value(_ row: Row) -> EngineValue { function(argument.value(row)) }

  func flat(_ rows: FlatRows) -> FlatValue? {
    argument.flat(rows).map { value in
      kernel?.value([value], rows)
        ?? .applying({ function($0[0]) }, to: [value], rows.count, rows.budget)
    }
  }

  func type(_ inputs: (Int) -> ResultType?) -> ResultType? {
    if case .cast(let target)? = kernel { ResultType(target) } else { nil }
  }

  /// What it casts to varchar, if that is all that it does.
  fileprivate var castToText: (any Node)? {
    if case .cast(.text(limit: nil))? = kernel { argument } else { nil }
  }
}

extension Node {
  /// The node behind casts to varchar: for who looks at texts, which a value has whether it is cast or not (S12).
  var behindTextCasts: any Node { (self as? UnaryNode)?.castToText?.behindTextCasts ?? self }
}

/// `LIKE` (S25).
final class LikeNode: TextSearchNode {
  /// A pattern that is the same for every row, or the nodes that give it.
  enum Pattern: Sendable {
    case fixed(LikePattern)
    case computed(any Node, escape: (any Node)?)
  }

  let operand: any Node
  let pattern: Pattern
  private let ignoresCase: Bool

  init(_ operand: any Node, _ pattern: Pattern, ignoresCase: Bool) {
    self.operand = operand
    self.pattern = pattern
    self.ignoresCase = ignoresCase
  }

  var textNeedles: TextNeedles? {
    guard case .fixed(let pattern) = pattern else { return nil }
    return searched(pattern.ignoresCase ? pattern.needles.ofLowered : pattern.needles)
  }

  func judge() -> TextJudge? {
    guard case .fixed(let pattern) = pattern else { return nil }
    return { pattern.matches($0) }
  }

  func truth(of value: EngineValue) -> Bool? {
    guard case .fixed(let pattern) = pattern else { return nil }
    return value.text.map { pattern.matches($0) }
  }

  func truth(_ row: Row) -> Bool? {
    guard let text = operand.value(row).text else { return nil }
    switch pattern {
    case .fixed(let pattern):
      return pattern.matches(text)
    case .computed(let pattern, let escape):
      guard let patternText = pattern.value(row).text else { return nil }
      var escapeText: [UInt8]?
      if let escape {
        guard let text = escape.value(row).text else { return nil }
        escapeText = text
      }
      return LikePattern(patternText, escape: escapeText, ignoresCase: ignoresCase)?.matches(text)
    }
  }
}
