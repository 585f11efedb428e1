import CairnSQL
import CairnStorage

// Conditions on the values of all rows at once.

extension ComparisonNode {
  func flatTruths(_ rows: FlatRows) -> Outcomes? {
    guard let left = lhs.node.flat(rows), let right = rhs.node.flat(rows) else { return nil }
    return FlatComparison(operation, leftIsTime: lhs.isTimeColumn, rightIsTime: rhs.isTimeColumn)
      .outcomes(left, right, rows.count)
  }
}

extension BetweenNode {
  func flatTruths(_ rows: FlatRows) -> Outcomes? {
    guard let value = value.node.flat(rows), let lower = lower.node.flat(rows),
      let upper = upper.node.flat(rows)
    else { return nil }
    let valueIsTime = self.value.isTimeColumn
    var outcomes = FlatComparison(
      .greaterOrEqual, leftIsTime: valueIsTime, rightIsTime: self.lower.isTimeColumn
    ).outcomes(value, lower, rows.count)
    outcomes.formAnd(
      FlatComparison(.lessOrEqual, leftIsTime: valueIsTime, rightIsTime: self.upper.isTimeColumn)
        .outcomes(value, upper, rows.count))
    return outcomes
  }
}

/// A comparison of the values of all rows (S20).
private struct FlatComparison {
  private let operation: ComparisonOperator
  private let leftIsTime: Bool
  private let rightIsTime: Bool

  init(_ operation: ComparisonOperator, leftIsTime: Bool, rightIsTime: Bool) {
    self.operation = operation
    self.leftIsTime = leftIsTime
    self.rightIsTime = rightIsTime
  }

  func outcomes(_ left: FlatValue, _ right: FlatValue, _ count: Int) -> Outcomes {
    numbers(left, right, count) ?? points(left, right)
      ?? points(left, rightIsConstant: right, leftIsTime) { $0 }
      ?? points(right, rightIsConstant: left, rightIsTime) { -$0 } ?? texts(left, right, count)
      ?? values(left, right, count)
  }

  private func numbers(_ left: FlatValue, _ right: FlatValue, _ count: Int) -> Outcomes? {
    if let left = FlatArithmetic.Side<Int64>(whole: left),
      let right = FlatArithmetic.Side<Int64>(whole: right)
    {
      return outcomes(left, right, count)
    }
    // Doubles order as the decimals that they are compared as.
    guard left.isPlainDouble, right.isPlainDouble, let left = FlatArithmetic.Side<Double>(double: left),
      let right = FlatArithmetic.Side<Double>(double: right)
    else { return nil }
    return outcomes(left, right, count)
  }

  private func outcomes<Number: Comparable & BitwiseCopyable & Sendable>(
    _ left: FlatArithmetic.Side<Number>, _ right: FlatArithmetic.Side<Number>, _ count: Int
  ) -> Outcomes {
    Outcomes(count, isNull: { left.isNull($0) || right.isNull($0) }) { row in
      let (lhs, rhs) = (left[row], right[row])
      return operation.holds(lhs == rhs ? 0 : lhs < rhs ? -1 : 1)
    }
  }

  /// Times order as their seconds do; so do the texts that spell them, since all have the same length.
  private func points(_ left: FlatValue, _ right: FlatValue) -> Outcomes? {
    guard case .points(let lefts, _) = left, case .points(let rights, _) = right else { return nil }
    return Outcomes(
      lefts.count, isNull: { !FlatKernel.isTime(lefts[$0]) || !FlatKernel.isTime(rights[$0]) }
    ) { operation.holds(lefts[$0] == rights[$0] ? 0 : lefts[$0] < rights[$0] ? -1 : 1) }
  }

  /// Times and one time; `order` turns how they compare the way that the sides stand.
  private func points(
    _ points: FlatValue, rightIsConstant constant: FlatValue, _ isTimeColumn: Bool, _ order: (Int) -> Int
  ) -> Outcomes? {
    guard case .points(let seconds, let areTimestamps) = points, case .constant(let value) = constant,
      let point = value.timePoint, areTimestamps || isTimeColumn || value.isTypedTime
    else { return nil }
    return Outcomes(seconds.count, isNull: { !FlatKernel.isTime(seconds[$0]) }) { row in
      let second = seconds[row]
      let isBefore = second < point.seconds || second == point.seconds && point.fraction > 0
      return operation.holds(order(isBefore ? -1 : second == point.seconds ? 0 : 1))
    }
  }

  /// Strings by their bytes, unless a time column is one of the sides.
  private func texts(_ left: FlatValue, _ right: FlatValue, _ count: Int) -> Outcomes? {
    guard !leftIsTime, !rightIsTime else { return nil }
    if case .constant(let constant) = right, let text = constant.string, let texts = left.asTexts {
      return text.withUnsafeBufferPointer { text in
        Outcomes(texts) { operation.holds(CairnStorage.compare($0, text)) }
      }
    }
    if case .constant(let constant) = left, let text = constant.string, let texts = right.asTexts {
      return text.withUnsafeBufferPointer { text in
        Outcomes(texts) { operation.holds(CairnStorage.compare(text, $0)) }
      }
    }
    guard let left = left.asTexts, let right = right.asTexts else { return nil }
    let (lefts, rights) = (left.entries, right.entries)
    return withExtendedLifetime((left, right)) {
      left.codes.withUnsafeBufferPointer { leftCodes in
        right.codes.withUnsafeBufferPointer { rightCodes in
          let (leftNull, rightNull) = (left.null, right.null)
          let needsOrder = operation != .equal && operation != .notEqual
          return Outcomes(count, isNull: { leftCodes[$0] == leftNull || rightCodes[$0] == rightNull }) {
            row in
            let (lhs, rhs) = (lefts[Int(leftCodes[row])], rights[Int(rightCodes[row])])
            if !needsOrder, lhs.count != rhs.count { return operation == .notEqual }
            return operation.holds(CairnStorage.compare(lhs, rhs))
          }
        }
      }
    }
  }

  /// Each combination of values that occurs.
  private func values(_ left: FlatValue, _ right: FlatValue, _ count: Int) -> Outcomes {
    let order: ([EngineValue]) -> EngineValue = {
      EngineValue(
        Comparison.order($0[0], $0[1], leftIsTime: leftIsTime, rightIsTime: rightIsTime).map(operation.holds))
    }
    return FlatValue.applying(order, to: [left, right], count).outcomes(count) { $0.truth }
  }
}

extension EngineValue {
  /// Whether its type is one of times.
  fileprivate var isTypedTime: Bool {
    switch self {
    case .timestamp, .zoned, .date: true
    default: false
    }
  }
}

extension FlatValue {
  /// Whether all numbers are doubles, and not decimals that count as ones in arithmetic.
  fileprivate var isPlainDouble: Bool {
    switch self {
    case .doubles, .constant(.number(.double)): true
    default: false
    }
  }
}

// MARK: Logic

extension AndNode {
  func flatTruths(_ rows: FlatRows) -> Outcomes? { combined(terms, rows) { $0.formAnd($1) } }
}

extension OrNode {
  func flatTruths(_ rows: FlatRows) -> Outcomes? { combined(terms, rows) { $0.formOr($1) } }
}

/// Nil where a term has no loop.
private func combined(
  _ terms: [any Node], _ rows: FlatRows, _ combine: (inout Outcomes, Outcomes) -> Void
) -> Outcomes? {
  guard var outcomes = terms.first?.flatTruths(rows) else { return nil }
  for term in terms.dropFirst() {
    guard let next = term.flatTruths(rows) else { return nil }
    combine(&outcomes, next)
  }
  return outcomes
}

extension KeyedAlternativesNode {
  func flatTruths(_ rows: FlatRows) -> Outcomes? {
    terms.count <= Self.fewTerms ? combined(terms, rows) { $0.formOr($1) } : nil
  }
}

extension NotNode {
  func flatTruths(_ rows: FlatRows) -> Outcomes? { operand.flatTruths(rows)?.negated }
}

extension IsNotNullNode {
  func flatTruths(_ rows: FlatRows) -> Outcomes? {
    guard let nulls = operand.flat(rows)?.nulls(rows.count) else { return nil }
    return Outcomes(rows: nulls.map { $0 ? Outcomes.no : Outcomes.yes })
  }
}

extension IsTruthNode {
  func flatTruths(_ rows: FlatRows) -> Outcomes? {
    let wanted = Outcomes.code(wanted)
    return operand.flatTruths(rows).map { outcomes in
      Outcomes(rows: outcomes.rows.map { $0 == wanted ? Outcomes.yes : Outcomes.no })
    }
  }
}

// MARK: Texts

/// A condition on the text of one operand.
protocol TextConditionNode: ConditionNode {
  var operand: any Node { get }
  /// What judges texts; nil where values have to be made of them.
  func judge() -> TextJudge?
  /// The outcome for a value that is not known to be a string.
  func truth(of value: EngineValue) -> Bool?
}

extension TextConditionNode {
  func textJudge() -> TextJudge? { judge().flatMap { operand.judging($0) } }

  func flatTruths(_ rows: FlatRows) -> Outcomes? {
    guard let value = operand.flat(rows), let judge = judge() else { return nil }
    if case .texts(let texts) = value { return Outcomes(texts, judge) }
    return value.outcomes(rows.count, truth(of:))
  }
}
