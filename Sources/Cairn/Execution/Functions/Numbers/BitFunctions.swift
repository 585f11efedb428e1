import CairnSQL

/// Functions of the bits of whole numbers (S101).
enum BitFunctions {
  static let table: [FunctionTable.Entry] = [
    .plain("bitwise_and", 2...2) { binary($0, &) },
    .plain("bitwise_or", 2...2) { binary($0, |) },
    .plain("bitwise_xor", 2...2) { binary($0, ^) },
    .plain("bitwise_not", 1...1) { $0[0].number?.whole.map { .number(.integer(~$0)) } ?? .null },
    .plain("bit_count", 2...2, count),
    .special("bitwise_left_shift", 2...2, .shift(.left)),
    .special("bitwise_right_shift", 2...2, .shift(.right)),
    .special("bitwise_right_shift_arithmetic", 2...2, .shift(.arithmetic)),
  ]

  private static func binary(_ arguments: [EngineValue], _ operation: (Int64, Int64) -> Int64) -> EngineValue
  {
    guard let left = arguments[0].number?.whole, let right = arguments[1].number?.whole else { return .null }
    return .number(.integer(operation(left, right)))
  }

  /// `bit_count(number, bits)`: the ones of a number of so many bits, 2 to 64; NULL where it has more.
  @Sendable private static func count(_ arguments: [EngineValue]) -> EngineValue {
    guard let value = arguments[0].number?.whole, let bits = arguments[1].count, (2...64).contains(bits),
      bits == 64 || value >> Int64(bits - 1) == 0 || value >> Int64(bits - 1) == -1
    else { return .null }
    let kept = bits == 64 ? value : value & ((1 << Int64(bits)) - 1)
    return EngineValue(kept.nonzeroBitCount)
  }
}

/// The shifts, which depend on how many bits the type of a number has.
enum BitShift: Sendable {
  case left, right, arithmetic

  /// The value for numbers of a type with so many bits; NULL where they are none, or for a negative distance.
  func value(_ arguments: [EngineValue], bits: Int64) -> EngineValue {
    guard let value = arguments[0].number?.whole, let distance = arguments[1].number?.whole, distance >= 0
    else { return .null }
    let isBeyond = distance >= bits
    switch self {
    case .left:
      let unused = 64 - bits
      return .number(.integer(isBeyond ? 0 : ((value << distance) << unused) >> unused))
    case .right:
      if isBeyond { return EngineValue(0) }
      if distance == 0 { return .number(.integer(value)) }
      let pattern = (UInt64(bitPattern: value) << UInt64(64 - bits)) >> UInt64(64 - bits)
      return .number(.integer(Int64(bitPattern: pattern >> UInt64(distance))))
    case .arithmetic: return .number(.integer(value >> min(distance, 63)))
    }
  }
}

extension Expression {
  /// The bits of the type that Trino gives a whole number: by its literal or its cast; 64 for anything else.
  var integerBitCount: Int64 {
    switch kind {
    case .literal(.number(let spelling)): return Int32(spelling) != nil ? 32 : 64
    case .literal(.typed(let type, _)): return Expression.bitCount(ofType: type)
    case .cast(_, let type, _): return Expression.bitCount(ofType: type.name)
    case .unary(_, let operand): return operand.integerBitCount
    case .binary(let operation, let lhs, let rhs):
      switch operation {
      case .add, .subtract, .multiply, .divide, .remainder:
        return max(lhs.integerBitCount, rhs.integerBitCount)
      default: return 64
      }
    default: return 64
    }
  }

  private static func bitCount(ofType name: String) -> Int64 {
    switch name {
    case "tinyint": 8
    case "smallint": 16
    case "integer", "int": 32
    default: 64
    }
  }
}
