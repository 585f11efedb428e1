import CairnSQL
import CairnStorage

/// One side of a comparison.
struct Operand: Sendable {
  let node: any Node
  /// Whether it is a time column itself (S23).
  let isTimeColumn: Bool
}

/// How two values compare (S20).
enum Comparison {
  /// Negative, zero or positive; nil for NULL.
  static func order(
    _ lhs: EngineValue, _ rhs: EngineValue, leftIsTime: Bool = false, rightIsTime: Bool = false
  ) -> Int? {
    switch (lhs, rhs) {
    case (.null, _), (_, .null): return nil
    case (.timestamp, _), (_, .timestamp), (.date, _), (_, .date), (.zoned, _),
      (_, .zoned):
      return timeOrder(lhs, rhs)
    case (.address, _), (_, .address):
      guard let left = lhs.networkAddress, let right = rhs.networkAddress else { return nil }
      return NetworkAddress.compare(left, right)
    case (.interval(let left), .interval(let right)): return TimeSpan.compare(left, right)
    case (.interval, _), (_, .interval): return nil
    case (.number, _), (_, .number): return numberOrder(lhs, rhs)
    case (.boolean, _), (_, .boolean):
      guard let left = lhs.truth, let right = rhs.truth else { return nil }
      return left == right ? 0 : left ? 1 : -1
    default: return untypedOrder(lhs, rhs, leftIsTime, rightIsTime)
    }
  }

  /// Texts and record values.
  private static func untypedOrder(
    _ lhs: EngineValue, _ rhs: EngineValue, _ leftIsTime: Bool, _ rightIsTime: Bool
  ) -> Int? {
    if leftIsTime && rhs.timePoint != nil || rightIsTime && lhs.timePoint != nil {
      return timeOrder(lhs, rhs)
    }
    if case .record(let left) = lhs, case .record(let right) = rhs, left.isNumber, right.isNumber {
      return numberOrder(lhs, rhs)
    }
    if let left = lhs.string, let right = rhs.string { return ByteOrder.compare(left, right) }
    if lhs.isComposite, rhs.isComposite { return CompositeOrder.compareAdapting(lhs, rhs) }
    guard let left = lhs.text, let right = rhs.text else { return nil }
    return ByteOrder.compare(left, right)
  }

  private static func timeOrder(_ lhs: EngineValue, _ rhs: EngineValue) -> Int? {
    guard let left = lhs.timePoint, let right = rhs.timePoint else { return nil }
    return TimePoint.compare(left, right)
  }

  private static func numberOrder(_ lhs: EngineValue, _ rhs: EngineValue) -> Int? {
    guard let left = lhs.number, let right = rhs.number else { return nil }
    return ExactNumber.compare(left, right)
  }
}

extension FieldValue {
  var isNumber: Bool {
    switch self {
    case .integer, .number: true
    default: false
    }
  }
}

extension ComparisonOperator {
  /// Whether it holds for two values in an order.
  func holds(_ order: Int) -> Bool {
    switch self {
    case .equal: order == 0
    case .notEqual: order != 0
    case .less: order < 0
    case .lessOrEqual: order <= 0
    case .greater: order > 0
    case .greaterOrEqual: order >= 0
    }
  }
}

/// A comparison of two values.
final class ComparisonNode: ConditionNode {
  let operation: ComparisonOperator
  let lhs: Operand
  let rhs: Operand

  init(_ operation: ComparisonOperator, _ lhs: Operand, _ rhs: Operand) {
    self.operation = operation
    self.lhs = lhs
    self.rhs = rhs
  }

  func truth(_ row: Row) -> Bool? {
    Comparison.order(
      lhs.node.value(row), rhs.node.value(row), leftIsTime: lhs.isTimeColumn, rightIsTime: rhs.isTimeColumn
    ).map(operation.holds)
  }
}

/// A comparison with a text that spells no time: the commonest one, by bytes alone for strings.
final class TextComparisonNode: TextConditionNode {
  let operation: ComparisonOperator
  let operand: any Node
  let text: [UInt8]

  init(_ operation: ComparisonOperator, _ operand: any Node, _ text: [UInt8]) {
    self.operation = operation
    self.operand = operand
    self.text = text
  }

  func judge() -> TextJudge? {
    { [operation, text] other in
      operation.holds(text.withUnsafeBufferPointer { CairnStorage.compare(other, $0) })
    }
  }

  func truth(_ row: Row) -> Bool? { truth(of: operand.value(row)) }

  func truth(of value: EngineValue) -> Bool? {
    guard let string = value.string else { return Comparison.order(value, .text(text)).map(operation.holds) }
    return operation == .equal ? string == text : operation.holds(ByteOrder.compare(string, text))
  }
}

/// `BETWEEN` (S22).
final class BetweenNode: ConditionNode {
  let value: Operand
  let lower: Operand
  let upper: Operand

  init(_ value: Operand, lower: Operand, upper: Operand) {
    self.value = value
    self.lower = lower
    self.upper = upper
  }

  func truth(_ row: Row) -> Bool? {
    let value = value.node.value(row)
    func holds(_ operation: ComparisonOperator, _ bound: Operand) -> Bool? {
      Comparison.order(
        value, bound.node.value(row), leftIsTime: self.value.isTimeColumn, rightIsTime: bound.isTimeColumn
      ).map(operation.holds)
    }
    return ThreeValued.and(holds(.greaterOrEqual, lower), holds(.lessOrEqual, upper))
  }
}

/// `IN` with a list (S22).
final class InListNode: ConditionNode {
  private let value: Operand
  /// Items that are compared one by one.
  private let items: [Operand]
  private let constants: ComparedList?
  /// Texts that compare as texts with every string.
  private let texts: Set<[UInt8]>
  /// The texts for values that are no strings.
  private let textList: Memo<Bool, ComparedList>

  init(_ value: Operand, items: [Operand], constants: [EngineValue], texts: Set<[UInt8]>) {
    self.value = value
    self.items = items
    self.texts = texts
    self.constants =
      constants.isEmpty ? nil : ComparedList(constants, valueIsTime: value.isTimeColumn)
    textList = Memo()
  }

  func truth(_ row: Row) -> Bool? { truth(of: value.node.value(row), row) }

  /// Without items that depend on the row.
  func flatTruths(_ rows: FlatRows) -> Outcomes? {
    guard items.isEmpty, let value = value.node.flat(rows) else { return nil }
    if constants == nil, case .texts(let texts) = value {
      return Outcomes(texts) { [texts = self.texts] in texts.contains(Array($0)) }
    }
    let none = Row(values: [], elements: [])
    return value.outcomes(rows.count) { truth(of: $0, none) }
  }

  private func truth(of value: EngineValue, _ row: Row) -> Bool? {
    if value.isNull { return nil }
    var outcome: Bool? = false
    if let string = value.string {
      if texts.contains(string) { return true }
    } else if !texts.isEmpty {
      let list = textList.value(true) { ComparedList(texts.map { .text($0) }, valueIsTime: false) }
      outcome = list.truth([value])
      if outcome == true { return true }
    }
    if let constants {
      switch constants.truth([value]) {
      case true: return true
      case nil: outcome = nil
      default: break
      }
    }
    for item in items {
      let order = Comparison.order(
        value, item.node.value(row), leftIsTime: self.value.isTimeColumn, rightIsTime: item.isTimeColumn)
      if order == 0 { return true }
      if order == nil { outcome = nil }
    }
    return outcome
  }
}

/// `IS NOT DISTINCT FROM` of values without `[]` (S24).
final class NotDistinctNode: ConditionNode {
  private let lhs: Operand
  private let rhs: Operand

  init(_ lhs: Operand, _ rhs: Operand) {
    self.lhs = lhs
    self.rhs = rhs
  }

  func truth(_ row: Row) -> Bool? { truth(lhs.node.value(row), rhs.node.value(row)) }

  func flatTruths(_ rows: FlatRows) -> Outcomes? {
    guard let left = lhs.node.flat(rows), let right = rhs.node.flat(rows) else { return nil }
    return FlatValue.applying({ EngineValue(self.truth($0[0], $0[1])) }, to: [left, right], rows.count)
      .outcomes(rows.count, \.truth)
  }

  private func truth(_ left: EngineValue, _ right: EngineValue) -> Bool? {
    if left.isComposite, right.isComposite { return CompositeOrder.isSame(left, right) }
    if left.isNull || right.isNull { return left.isNull && right.isNull }
    return Comparison.order(left, right, leftIsTime: lhs.isTimeColumn, rightIsTime: rhs.isTimeColumn) == 0
  }
}
