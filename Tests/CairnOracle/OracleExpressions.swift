import CairnSQL

extension OracleMore {
  /// The bits of the type that a whole number has in Trino (S101).
  static func integerBits(of expression: Expression) -> Int {
    let types = ["tinyint": 8, "smallint": 16, "integer": 32, "int": 32]
    switch expression.kind {
    case .literal(.number(let spelling)): return Int32(spelling) == nil ? 64 : 32
    case .literal(.typed(let type, _)): return types[type] ?? 64
    case .cast(_, let type, _): return types[type.name] ?? 64
    case .unary(_, let operand): return integerBits(of: operand)
    case .binary(let operation, let lhs, let rhs) where "+-*/%".contains(operation.rawValue):
      return max(integerBits(of: lhs), integerBits(of: rhs))
    default: return 64
    }
  }
}

extension Expression {
  var isLambda: Bool { if case .lambda = kind { true } else { false } }

  /// The names that paths in it start with, in small letters.
  var names: Set<String> {
    if case .path(let path) = kind { return [path.root.text.lowercased()] }
    return children.reduce(into: []) { $0.formUnion($1.names) }
  }
}
