import CairnStorage

extension BoundExpression {
  /// The expression's value for each row of a batch.
  ///
  /// Values that stand in a dictionary are evaluated once each; several such columns once for each combination
  /// that occurs, or where these are many, node by node for all rows.
  func vector(_ batch: Batch, _ context: ExecutionContext) throws -> Vector {
    if let constant { return .constant(constant) }
    if let results = try vectorByEntry(batch, context) { return results }
    return try vector(
      try inputs(batch, context), rowCount: batch.rowCount, context.options.cancellation,
      budget: context.batchByteLimit)
  }

  /// The same where it reads one column, of which storage has a dictionary that is the whole segment's.
  private func vectorByEntry(_ batch: Batch, _ context: ExecutionContext) throws -> Vector? {
    guard let results, columns.count == 1, let field = try batch.columns[columns[0]]?.storedField() else {
      return nil
    }
    let (cancellation, root) = (context.options.cancellation, root)
    return try cancellation.during {
      try results.vector(
        field.field, segment: field.segment, isAlone: context.archive.segments.count == 1,
        rowCount: batch.rowCount,
        isCancelled: { cancellation.isCancelled },
        { cancellation.isCancelled ? .null : root.value(Row(values: [$0], elements: [])) })
    }
  }

  /// The same; `inputs` are the values of its columns.
  ///
  /// - Parameter budget: bytes that texts may take which are made on the way.
  func vector(
    _ inputs: [Vector], rowCount: Int, _ cancellation: QueryCancellation,
    budget: Int = FlatBudget.ordinary
  ) throws -> Vector {
    try cancellation.during {
      let evaluator = Evaluator(self, inputs, rowCount: rowCount, FlatBudget(byteCount: budget))
      let root = root
      return evaluator.flat(self) ?? evaluator.stepped(self)
        ?? evaluator.map { cancellation.isCancelled ? .null : root.value(Row(values: $0, elements: [])) }
    }
  }

  /// The rows of a batch for which it is true, ascending.
  func selection(_ batch: Batch, _ context: ExecutionContext) throws -> [UInt32] {
    try selection(
      try inputs(batch, context), rowCount: batch.rowCount, context.options.cancellation,
      budget: context.batchByteLimit)
  }

  /// The rows for which it is true, ascending; `inputs` are the values of its columns.
  func selection(
    _ inputs: [Vector], rowCount: Int, _ cancellation: QueryCancellation,
    budget: Int = FlatBudget.ordinary
  ) throws -> [UInt32] {
    try cancellation.during {
      let evaluator = Evaluator(self, inputs, rowCount: rowCount, FlatBudget(byteCount: budget))
      if let rows = evaluator.selection(self) { return rows }
      if let outcomes = evaluator.outcomes(self) { return outcomes.passing }
      let root = root
      let outcome = evaluator.map {
        .boolean(!cancellation.isCancelled && root.truth(Row(values: $0, elements: [])) == true)
      }
      return FlatValue(outcome).outcomes(rowCount, \.truth).passing
    }
  }

  /// The outcome for each row where a condition is needed (S30); `inputs` are the values of its columns.
  func outcomes(_ inputs: [Vector], rowCount: Int, _ cancellation: QueryCancellation) throws -> Outcomes {
    try cancellation.during {
      if inputs.count == 1, case .texts(let texts) = inputs[0], let judge = textJudge() {
        return Outcomes(texts, ofNull: truth(values: [.null]), judge)
      }
      let evaluator = Evaluator(self, inputs, rowCount: rowCount, FlatBudget(byteCount: FlatBudget.ordinary))
      if let outcomes = evaluator.outcomes(self) { return outcomes }
      let root = root
      let truths = evaluator.map {
        cancellation.isCancelled ? .null : EngineValue(root.truth(Row(values: $0, elements: [])))
      }
      return FlatValue(truths).outcomes(rowCount, \.truth)
    }
  }

  private func inputs(_ batch: Batch, _ context: ExecutionContext) throws -> [Vector] {
    try zip(columns, members).map { id, names in
      if let column = batch.columns[id] { return try column.member(names).vector() }
      return .constant(context.parameters[id] ?? .null).member(names)
    }
  }
}

/// The inputs of an expression for a batch.
private struct Evaluator {
  private let inputs: [Vector]
  private let rowCount: Int
  private let budget: FlatBudget
  private let granularity: Int64?
  /// For each input whether it is a time column to which the granularity applies.
  private let isTime: [Bool]
  private let isVolatile: Bool

  init(_ expression: BoundExpression, _ inputs: [Vector], rowCount: Int, _ budget: FlatBudget) {
    self.rowCount = rowCount
    self.budget = budget
    self.inputs = inputs
    granularity = expression.timeGranularity
    isTime = expression.columns.indices.map { index in
      guard expression.timeGranularity != nil else { return false }
      return expression.columns.count == 1 || expression.paths[index].isTimeColumn
    }
    isVolatile = expression.isVolatile
  }

  /// Loops over the rows, node by node, where there are many values or combinations of them.
  func flat(_ expression: BoundExpression) -> Vector? {
    guard isManifold else { return nil }
    let values = expression.flat(FlatRows(inputs: inputs, count: rowCount, budget: budget))
    return budget.isExceeded ? nil : values
  }

  /// Whether values, or combinations of them, are so many that evaluating the whole for each is more work than loops
  /// over all rows.
  private var isManifold: Bool {
    if rowCount < Self.leastRowCount { return false }
    var combinations = 1
    let open = inputs.filter { if case .constant = $0 { false } else { true } }
    for (index, input) in inputs.enumerated() {
      let count: Int
      switch input {
      case .constant: continue
      case .coded(let coded): count = open.count == 1 ? 0 : coded.entries.count
      case .texts(let texts): count = open.count == 1 && texts.hasFewEntries ? 0 : texts.entryCount
      case .times(let times): count = steps(times, index)
      case .timestamps: count = rowCount
      case .wholes, .doubles: return true
      case .plain: count = rowCount
      }
      let (product, overflows) = combinations.multipliedReportingOverflow(by: count)
      if overflows || product > rowCount / Self.manifoldShare { return true }
      combinations = product
    }
    return false
  }

  /// Rows for each combination that make these few.
  private static let manifoldShare = 4
  /// Fewer rows are not worth the loops.
  private static let leastRowCount = 64

  /// How many steps of time there are about, within which the value is the same.
  private func steps(_ times: Vector.Times, _ index: Int) -> Int {
    guard isTime[index], let granularity, granularity > 1 else { return .max }
    if inputs.count == 1 { return 0 }
    guard let first = times.seconds.first, let last = times.seconds.last, FlatKernel.isTime(first),
      FlatKernel.isTime(last)
    else { return 1 }
    return Int(abs(last - first) / granularity) + 1
  }

  /// Loops over the steps of time within which the value is the same.
  func stepped(_ expression: BoundExpression) -> Vector? {
    guard inputs.count == 1, case .times(let times) = inputs[0], let granularity, granularity > 1
    else { return nil }
    let (seconds, codes) = times.steps(of: granularity)
    let rows = FlatRows(inputs: [.times(Vector.Times(seconds))], count: seconds.count, budget: budget)
    guard let values = expression.flat(rows), !budget.isExceeded else { return nil }
    return .coded(Vector.Coded(entries: values.values(count: seconds.count), codes: codes))
  }

  /// The same as `flat` where a condition is needed.
  func outcomes(_ condition: BoundExpression) -> Outcomes? {
    guard isManifold else { return nil }
    let outcomes = condition.flatTruths(FlatRows(inputs: inputs, count: rowCount, budget: budget))
    return budget.isExceeded ? nil : outcomes
  }

  /// The rows for which a condition on texts is true, told from their bytes; nil where it needs values.
  func selection(_ condition: BoundExpression) -> [UInt32]? {
    guard inputs.count == 1, case .texts(let texts) = inputs[0], let judge = condition.textJudge()
    else {
      return nil
    }
    let (entries, null) = (texts.entries, texts.null)
    return withExtendedLifetime(texts) {
      let ofNull = condition.truth(values: [.null]) == true
      var rows: [UInt32] = []
      if texts.hasFewEntries {
        let passes = (0..<entries.count).map { judge(entries[$0]) == true } + [ofNull]
        for (row, code) in texts.codes.enumerated() where passes[Int(code)] {
          rows.append(UInt32(row))
        }
        return rows
      }
      for (row, code) in texts.codes.enumerated()
      where code == null ? ofNull : judge(entries[Int(code)]) == true { rows.append(UInt32(row)) }
      return rows
    }
  }

  func map(_ evaluate: ([EngineValue]) -> EngineValue) -> Vector {
    var open: [Int] = []
    var values: [EngineValue] = inputs.enumerated().map { index, input in
      if case .constant(let value) = input { return value }
      open.append(index)
      return .null
    }
    if isVolatile { return rows(open, values, evaluate) }
    guard let first = open.first else { return .constant(evaluate(values)) }
    if open.count == 1 {
      switch inputs[first] {
      case .plain, .wholes, .doubles: return rows(open, values, evaluate)
      case .constant, .coded, .texts, .times, .timestamps: break
      }
      var coded = coded(first)
      coded.entries = coded.mapUsed(unused: .null) { value in
        values[first] = value
        return evaluate(values)
      }
      coded.keys = []
      return .coded(coded)
    }
    return combinations(open, values, evaluate)
  }

  /// An input as entries and codes: of a time one entry for each step within which the value is the same.
  private func coded(_ index: Int) -> Vector.Coded {
    guard case .times(let times) = inputs[index], isTime[index], let granularity else {
      return inputs[index].coded(count: rowCount)
    }
    let (seconds, codes) = times.steps(of: granularity)
    return Vector.Coded(entries: seconds.map { Vector.time($0) }, codes: codes)
  }

  /// Each row on its own.
  private func rows(
    _ open: [Int], _ constants: [EngineValue], _ evaluate: ([EngineValue]) -> EngineValue
  ) -> Vector {
    var values = constants
    return .plain(
      (0..<rowCount).map { row in
        for index in open { values[index] = inputs[index][row] }
        return evaluate(values)
      })
  }

  private func combinations(
    _ open: [Int], _ constants: [EngineValue], _ evaluate: ([EngineValue]) -> EngineValue
  ) -> Vector {
    var values = constants
    let isEncoded = open.allSatisfy {
      switch inputs[$0] {
      case .plain, .wholes, .doubles: false
      case .constant, .coded, .times, .timestamps: true
      case .texts(let texts): texts.hasFewEntries
      }
    }
    guard isEncoded else { return rows(open, constants, evaluate) }
    let columns = open.map(coded)
    let groups = LocalGroups(columns.map { .coded($0) }, rowCount: rowCount)
    let entries = groups.firstRows.map { row in
      for (index, column) in zip(open, columns) {
        values[index] = column.entries[Int(column.codes[Int(row)])]
      }
      return evaluate(values)
    }
    return .coded(Vector.Coded(entries: entries, codes: groups.numbers))
  }
}
