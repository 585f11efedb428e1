// Conditions on numbers of all rows at once: which rows they are true for.

extension ComparisonNode {
  func flatTruths(_ rows: FlatRows) -> [Bool]? {
    guard let left = lhs.node.flat(rows), let right = rhs.node.flat(rows) else { return nil }
    if let left = FlatArithmetic.Side<Int64>(whole: left),
      let right = FlatArithmetic.Side<Int64>(whole: right)
    {
      return truths(left, right, rows.count)
    }
    // Doubles order as the decimals that they are compared as.
    guard left.isPlainDouble, right.isPlainDouble, let left = FlatArithmetic.Side<Double>(double: left),
      let right = FlatArithmetic.Side<Double>(double: right)
    else { return nil }
    return truths(left, right, rows.count)
  }

  private func truths<Number: Comparable & BitwiseCopyable & Sendable>(
    _ left: FlatArithmetic.Side<Number>, _ right: FlatArithmetic.Side<Number>, _ count: Int
  ) -> [Bool] {
    (0..<count).map { row in
      if left.isNull(row) || right.isNull(row) { return false }
      let (lhs, rhs) = (left[row], right[row])
      return operation.holds(lhs == rhs ? 0 : lhs < rhs ? -1 : 1)
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

extension AndNode {
  func flatTruths(_ rows: FlatRows) -> [Bool]? { combined(terms, rows) { $0 && $1 } }
}

extension OrNode {
  func flatTruths(_ rows: FlatRows) -> [Bool]? { combined(terms, rows) { $0 || $1 } }
}

private func combined(_ terms: [any Node], _ rows: FlatRows, _ combine: (Bool, Bool) -> Bool) -> [Bool]? {
  var output: [Bool]?
  for term in terms {
    guard let truths = term.flatTruths(rows) else { return nil }
    output = output.map { zip($0, truths).map(combine) } ?? truths
  }
  return output
}
