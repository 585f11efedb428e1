import CairnStorage

extension BoundExpression {
  /// The expression's value for each row of a batch.
  ///
  /// Values that stand in a dictionary are evaluated once each; several such columns once for each combination
  /// that occurs.
  func vector(_ batch: Batch, _ context: ExecutionContext) throws -> Vector {
    if let constant { return .constant(constant) }
    let cancellation = context.options.cancellation
    return try cancellation.during {
      let evaluator = try Evaluator(self, batch, context)
      return evaluator.flat(self) ?? evaluator.stepped(self)
        ?? evaluator.map { cancellation.isCancelled ? .null : evaluate(values: $0) }
    }
  }

  /// The rows of a batch for which it is true, ascending.
  func selection(_ batch: Batch, _ context: ExecutionContext) throws -> [UInt32] {
    let cancellation = context.options.cancellation
    return try cancellation.during {
      let evaluator = try Evaluator(self, batch, context)
      if let rows = evaluator.selection(self) { return rows }
      if let truths = evaluator.flatTruths(self) { return Self.rows(truths) }
      let outcome = evaluator.map {
        .boolean(!cancellation.isCancelled && truth(values: $0) == true)
      }
      if case .constant(let value) = outcome {
        return value.truth == true ? (0..<UInt32(batch.rowCount)).map { $0 } : []
      }
      return Self.rows(outcome.truths(count: batch.rowCount))
    }
  }

  private static func rows(_ truths: [Bool]) -> [UInt32] {
    truths.withUnsafeBufferPointer { truths in
      truths.indices.compactMap { truths[$0] ? UInt32(truncatingIfNeeded: $0) : nil }
    }
  }
}

/// The inputs of an expression for a batch.
private struct Evaluator {
  private let inputs: [Vector]
  private let rowCount: Int
  private let granularity: Int64?
  /// For each input whether it is a time column to which the granularity applies.
  private let isTime: [Bool]
  private let isVolatile: Bool

  init(_ expression: BoundExpression, _ batch: Batch, _ context: ExecutionContext) throws {
    rowCount = batch.rowCount
    granularity = expression.timeGranularity
    isTime = expression.columns.indices.map { index in
      guard expression.timeGranularity != nil else { return false }
      return expression.columns.count == 1 || expression.paths[index].isTimeColumn
    }
    isVolatile = expression.isVolatile
    inputs = try zip(expression.columns, expression.members).map { id, names in
      if let column = batch.columns[id] { return try column.member(names).vector() }
      return .constant(context.parameters[id] ?? .null).member(names)
    }
  }

  /// Loops over numbers, where there are some that are not the same for many rows, and texts that stay where they are.
  func flat(_ expression: BoundExpression) -> Vector? {
    let isFlat = inputs.contains { input in
      switch input {
      case .times: granularity.map { $0 <= 1 } ?? true
      case .wholes, .doubles, .texts: true
      case .constant, .coded, .plain: false
      }
    }
    return isFlat ? expression.flat(FlatRows(inputs: inputs, count: rowCount)) : nil
  }

  /// Loops over the steps of time within which the value is the same.
  func stepped(_ expression: BoundExpression) -> Vector? {
    guard inputs.count == 1, case .times(let times) = inputs[0], let granularity, granularity > 1
    else { return nil }
    let (seconds, codes) = times.steps(of: granularity)
    let rows = FlatRows(inputs: [.times(Vector.Times(seconds))], count: seconds.count)
    guard let values = expression.flat(rows) else { return nil }
    return .coded(Vector.Coded(entries: values.values(count: seconds.count), codes: codes))
  }

  /// The same for conditions on numbers.
  func flatTruths(_ condition: BoundExpression) -> [Bool]? {
    let hasNumbers = inputs.contains { input in
      switch input {
      case .wholes, .doubles: true
      default: false
      }
    }
    return hasNumbers ? condition.flatTruths(FlatRows(inputs: inputs, count: rowCount)) : nil
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
      case .constant, .coded, .texts, .times: break
      }
      var coded = coded(first)
      coded.entries = mapUsed(coded) { value in
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

  /// Entries that no row uses are not evaluated: few rows may be left of a large dictionary.
  private func mapUsed(_ coded: Vector.Coded, _ evaluate: (EngineValue) -> EngineValue)
    -> [EngineValue]
  {
    if coded.entries.count * 2 < coded.codes.count { return coded.entries.map(evaluate) }
    var results = [EngineValue](repeating: .null, count: coded.entries.count)
    var isKnown = [Bool](repeating: false, count: coded.entries.count)
    for code in coded.codes where !isKnown[Int(code)] {
      isKnown[Int(code)] = true
      results[Int(code)] = evaluate(coded.entries[Int(code)])
    }
    return results
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
      case .constant, .coded, .times: true
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
