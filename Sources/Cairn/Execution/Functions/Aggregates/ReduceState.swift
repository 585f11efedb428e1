/// `reduce_agg(x, start, (state, x) -> …, (state, state) -> …)`: rows go into a state by the first lambda, states of
/// several parts of the rows into one by the second.
struct ReduceState: AggregateState {
  private var evaluator: LambdaEvaluator
  private var state: EngineValue?
  private var isOver = false

  init(_ lambdas: [Lambda]) {
    evaluator = LambdaEvaluator(Row(values: [], elements: []), lambdas)
  }

  mutating func add(_ arguments: [EngineValue], times: Int) {
    guard arguments.count > 1 else { return }
    for _ in 0..<times where !isOver {
      put(evaluator.value(0, of: state ?? arguments[1], arguments[0]))
    }
  }

  mutating func merge(_ later: ReduceState) {
    isOver = isOver || later.isOver
    guard let other = later.state, !isOver else { return }
    guard let state else { return put(other) }
    put(evaluator.value(1, of: state, other))
  }

  private mutating func put(_ value: EngineValue) {
    isOver = value.byteCount() == nil
    state = isOver ? .null : value
  }

  var heldByteCount: Int { state?.heldByteCount ?? 0 }

  var result: EngineValue { isOver ? .null : state ?? .null }
}

extension AggregateFunction {
  /// `reduce_agg` with its lambdas; without them its name and how many arguments it takes.
  static func reducing(_ lambdas: [Lambda]) -> AggregateFunction {
    AggregateFunction("reduce_agg", 4...4, dependsOnOrder: true) { ReduceState(lambdas) }
  }
}
