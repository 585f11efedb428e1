/// `bitwise_and_agg` and its kin, of whole numbers.
struct BitState: AggregateState {
  enum Operation: String, CaseIterable, Sendable {
    case and = "bitwise_and_agg"
    case or = "bitwise_or_agg"
    case exclusiveOr = "bitwise_xor_agg"
  }

  private let operation: Operation
  private var bits: Int64?

  init(_ operation: Operation) { self.operation = operation }

  mutating func add(_ arguments: [EngineValue], times: Int) {
    guard let value = arguments.first?.number?.whole else { return }
    take(operation == .exclusiveOr && times % 2 == 0 ? 0 : value)
  }

  private mutating func take(_ value: Int64) {
    guard let bits else { return self.bits = value }
    switch operation {
    case .and: self.bits = bits & value
    case .or: self.bits = bits | value
    case .exclusiveOr: self.bits = bits ^ value
    }
  }

  mutating func merge(_ later: BitState) { if let bits = later.bits { take(bits) } }

  var result: EngineValue { bits.map { .number(.integer($0)) } ?? .null }
}
