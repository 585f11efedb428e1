import CairnSQL

/// `is_finite`, `is_infinite` and `is_nan`. No value is infinite or no number; the result of an operation of doubles or
/// reals may be before it becomes NULL.
enum Finiteness: Sendable {
  case finite, infinite, noNumber

  private func holds(_ value: some BinaryFloatingPoint) -> Bool {
    switch self {
    case .finite: value.isFinite
    case .infinite: value.isInfinite
    case .noNumber: value.isNaN
    }
  }

  func value(_ value: EngineValue) -> EngineValue {
    value.number == nil ? .null : .boolean(self == .finite)
  }

  /// Of the result of an operation.
  func value(_ operation: BinaryOperator, _ lhs: EngineValue, _ rhs: EngineValue) -> EngineValue {
    guard let left = lhs.number, let right = rhs.number else { return .null }
    if left.isDouble || right.isDouble {
      guard let left = left.double, let right = right.double else { return .null }
      return Finiteness.result(operation, left, right).map { .boolean(holds($0)) } ?? .null
    }
    if left.isReal || right.isReal {
      guard let left = left.real, let right = right.real else { return .null }
      return Finiteness.result(operation, left, right).map { .boolean(holds($0)) } ?? .null
    }
    return value(Arithmetic.apply(operation, lhs, rhs))
  }

  private static func result<Value: BinaryFloatingPoint>(
    _ operation: BinaryOperator, _ lhs: Value, _ rhs: Value
  ) -> Value? {
    switch operation {
    case .add: lhs + rhs
    case .subtract: lhs - rhs
    case .multiply: lhs * rhs
    case .divide: lhs / rhs
    case .remainder: lhs.truncatingRemainder(dividingBy: rhs)
    default: nil
    }
  }
}

extension ExpressionBinder {
  mutating func finiteness(_ wanted: Finiteness, _ argument: Expression) throws(BindError) -> any Node {
    guard case .binary(let operation, let lhs, let rhs) = argument.kind,
      [.add, .subtract, .multiply, .divide, .remainder].contains(operation)
    else {
      let node = try value(argument)
      return fold(UnaryNode(node) { wanted.value($0) }, [node])
    }
    let nodes = [try value(lhs), try value(rhs)]
    return fold(FunctionNode(nodes) { wanted.value(operation, $0[0], $0[1]) }, nodes)
  }
}
