/// A step of a running query: gives batches of rows.
///
/// Batches are pushed: `work` runs on each, on several threads at once; `take` gets its results one at a time,
/// in the order of the rows, and ends the run by returning false.
protocol Operator: AnyObject, Sendable {
  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws

  /// One line for EXPLAIN.
  var summary: String { get }
  /// Further lines for EXPLAIN: conditions, what is read.
  var details: [String] { get }
  var inputs: [any Operator] { get }
  /// For EXPLAIN: what a scan would look at; nil for other operators.
  func pruning(_ context: ExecutionContext) throws -> ScanPruning?
  /// Whether it has a row, where that is known without a run; else nil.
  func hasRow(_ context: ExecutionContext) throws -> Bool?
  /// Whether it has a row for each of some rows of the query around, whose columns are its parameters; nil where it
  /// has to be run for each.
  func hasRows(_ outer: Batch, _ context: ExecutionContext) throws -> [Bool]?
  /// Adds the types of its inputs' columns and of those that it makes, where they are known.
  func addTypes(to types: inout [ColumnID: ResultType])
}

extension Operator {
  var details: [String] { [] }

  func pruning(_ context: ExecutionContext) throws -> ScanPruning? { nil }
  func hasRow(_ context: ExecutionContext) throws -> Bool? { nil }
  func hasRows(_ outer: Batch, _ context: ExecutionContext) throws -> [Bool]? { nil }
  func addTypes(to types: inout [ColumnID: ResultType]) {
    for input in inputs { input.addTypes(to: &types) }
  }

  /// Adds the types of columns that are rows of several inputs, by their places.
  func addTypes(
    of ids: [ColumnID], from branches: [(input: any Operator, columns: [ColumnID])],
    to types: inout [ColumnID: ResultType]
  ) {
    for branch in branches { branch.input.addTypes(to: &types) }
    for (place, id) in ids.enumerated() {
      let found = branches.map { types[$0.columns[place]] }
      if let first = found.first, found.allSatisfy({ $0 == first }) { types[id] = first }
    }
  }

  /// Gives batches that are at hand.
  func give<Result>(
    _ batches: [Batch], _ context: ExecutionContext, _ work: (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws -> Bool {
    for batch in batches where batch.rowCount > 0 {
      try context.check()
      if try !take(try work(batch)) { return false }
    }
    return true
  }

  /// Gives batches that are made one by one: on several threads, in their order.
  func give<Result: Sendable>(
    count: Int, _ context: ExecutionContext, _ make: @Sendable (Int) throws -> Batch,
    _ work: @Sendable (Batch) throws -> Result, _ take: (Result) throws -> Bool
  ) throws -> Bool {
    let threads = max(1, context.options.threads)
    return try parallelVisit(count: count, threads: threads, window: threads * 2) { index in
      try context.check()
      return try work(make(index))
    } _: {
      try take($0)
    }
  }

  /// Runs, and measures where EXPLAIN ANALYZE asks for it: the operator pays for what it does, who pulls for what
  /// is done with the batches.
  func pull<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    guard let recorder = context.operators else { return try run(context, work, take) }
    recorder.addRun(self)
    let caller = Charge.current ?? Charge(recorder: recorder, owner: nil)
    try Charge(recorder: recorder, owner: ObjectIdentifier(self)).run {
      try run(context) { [self] batch in
        recorder.add(self, rows: batch.rowCount)
        return try caller.run { try work(batch) }
      } _: { result in
        try caller.run { try take(result) }
      }
    }
  }

  /// All batches.
  func collect(_ context: ExecutionContext) throws -> [Batch] {
    var batches: [Batch] = []
    try pull(context, { $0 }) {
      if $0.rowCount > 0 { batches.append($0) }
      return true
    }
    return batches
  }
}
