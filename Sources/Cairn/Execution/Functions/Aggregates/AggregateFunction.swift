/// One aggregate's state for one group.
protocol AggregateState: Sendable {
  /// Takes a row's arguments `times` times in a row.
  mutating func add(_ arguments: [EngineValue], times: Int)
  /// Takes in the state of later rows.
  mutating func merge(_ later: Self)
  var result: EngineValue { get }
  /// Bytes of the values that it has gathered, roughly.
  var heldByteCount: Int { get }
}

extension AggregateState {
  /// That of states which do not grow with their rows.
  var heldByteCount: Int { 0 }

  /// Takes in the state of later rows, which the same function made.
  mutating func mergeAny(_ later: any AggregateState) {
    if let later = later as? Self { merge(later) }
  }
}

/// A function of a group of rows (S70).
struct AggregateFunction: Sendable {
  let name: String
  let argumentCounts: ClosedRange<Int>
  /// Whether rows must come in order and each on its own (array_agg); else equal rows may be counted together.
  let dependsOnOrder: Bool
  /// Whether rows whose first argument is NULL are passed over by the operator already (most do).
  let skipsNull: Bool
  /// What keeps flat states for it, if anything does.
  let kernel: AggregateKernel?
  /// What it collects its values into, if it does.
  let collects: CollectedForm?
  let make: @Sendable () -> any AggregateState

  init(
    _ name: String, _ argumentCounts: ClosedRange<Int>, dependsOnOrder: Bool = false, skipsNull: Bool = true,
    kernel: AggregateKernel? = nil, collects: CollectedForm? = nil,
    make: @escaping @Sendable () -> any AggregateState
  ) {
    self.name = name
    self.argumentCounts = argumentCounts
    self.dependsOnOrder = dependsOnOrder
    self.skipsNull = skipsNull
    self.kernel = kernel
    self.collects = collects
    self.make = make
  }

  /// The function that chooses by a rule.
  init(_ name: String, _ argumentCounts: ClosedRange<Int>, _ rule: ExtremeRule) {
    self.init(name, argumentCounts, skipsNull: !rule.isByKey, kernel: .extreme(rule)) { ExtremeState(rule) }
  }
}

/// Aggregates whose result is made of all values: an array, or a text with a separator between them.
enum CollectedForm: Sendable {
  case array
  case text(separator: [UInt8])
}

/// Aggregates whose states are flat arrays, a place for each group (`TypedGathering`).
enum AggregateKernel: Sendable {
  case extreme(ExtremeRule)
  case sum
  case average
  case variance(VarianceRule)
  case countIf
  /// Whether all conditions hold, or one does.
  case logic(isConjunction: Bool)
}
