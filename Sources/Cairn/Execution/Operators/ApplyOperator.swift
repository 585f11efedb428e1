import CairnSQL
import CairnStorage

/// Runs a subquery for the rows of its input and adds its outcome as a column: once in all where it uses no
/// column of the queries around, else once for each combination of those columns' values.
///
/// Outcomes are remembered as far as they fit; the one at hand is kept whatever its size.
final class ApplyOperator: Operator {
  enum Sort: Sendable {
    /// The value of its one row; NULL where there is none.
    case scalar(ColumnID)
    /// Whether there is a row.
    case exists
    /// `value IN (subquery)`, `value = ANY`, `value > ALL`; rows are compared column by column.
    case quantified(ComparisonOperator, isAll: Bool, [Pair])

    var pairs: [Pair] { if case .quantified(_, _, let pairs) = self { pairs } else { [] } }
  }

  /// A compared value and the subquery's column that it is compared with.
  struct Pair: Sendable {
    let value: BoundExpression
    let valueIsTime: Bool
    let column: ColumnID
    let columnIsTime: Bool
  }

  private let input: any Operator
  private let subquery: any Operator
  private let sort: Sort
  private let output: ColumnID
  /// Columns of queries around that the subquery uses.
  private let parameters: [ColumnID]

  init(
    _ input: any Operator, _ subquery: any Operator, _ sort: Sort, output: ColumnID, parameters: [ColumnID]
  ) {
    self.input = input
    self.subquery = subquery
    self.sort = sort
    self.output = output
    self.parameters = parameters
  }

  var summary: String {
    let name =
      switch sort {
      case .scalar: "scalar subquery"
      case .exists: "EXISTS"
      case .quantified: "IN subquery"
      }
    return parameters.isEmpty ? "Apply \(name) once" : "Apply \(name) for each combination of outer values"
  }
  var inputs: [any Operator] { [input, subquery] }

  func run<Result: Sendable>(
    _ context: ExecutionContext, _ work: @escaping @Sendable (Batch) throws -> Result,
    _ take: (Result) throws -> Bool
  ) throws {
    let memo = Memo(byteLimit: context.options.memoryLimit)
    try input.pull(context) { [self] batch in
      var result = batch
      result.columns[output] = Column(try vector(batch, context, memo))
      return try work(result)
    } _: {
      try take($0)
    }
  }

  private func vector(_ batch: Batch, _ context: ExecutionContext, _ memo: Memo) throws -> Vector {
    let values = try sort.pairs.map { try $0.value.vector(batch, context) }
    if parameters.isEmpty, values.count == 1, case .texts(let texts) = values[0], batch.rowCount > 0,
      case .list(let list) = try outcome([], context, memo), let outcomes = list.outcomes(texts)
    {
      return .coded(outcomes.vector)
    }
    if parameters.isEmpty, values.count > 1, batch.rowCount > 0,
      case .list(let list) = try outcome([], context, memo),
      let outcomes = list.outcomes(values, rowCount: batch.rowCount)
    {
      return .coded(outcomes.vector)
    }
    let rows = try OuterRows(batch, parameters, values)
    // EXPLAIN ANALYZE counts what the subquery's operators do for each combination.
    if case .exists = sort, context.operators == nil, !parameters.isEmpty,
      let found = try subquery.hasRows(rows.batch, context)
    {
      return rows.vector(found.map { .boolean($0) })
    }
    let inputs = try parameters.map { id in
      try rows.batch.columns[id]?.vector() ?? .constant(context.parameters[id] ?? .null)
    }
    let common = parameters.isEmpty && batch.rowCount > 0 ? try outcome([], context, memo) : nil
    return rows.vector(
      try rows.firstRows.enumerated().map { place, row in
        let outcome = try common ?? outcome(inputs.map { $0[place] }, context, memo)
        return outcome.answer(values.map { $0[Int(row)] })
      })
  }

  private func outcome(
    _ values: [EngineValue], _ context: ExecutionContext, _ memo: Memo
  ) throws -> SubqueryOutcome {
    try memo.outcome(values.map { ValueIdentity($0) }) {
      try context.check()
      let inner = context.with(Dictionary(zip(parameters, values)) { first, _ in first })
      switch sort {
      case .scalar(let column):
        var found: EngineValue?
        try subquery.pull(inner) {
          try $0.columns[column]?.vector().values(count: $0.rowCount) ?? []
        } _: {
          for value in $0 {
            guard found == nil else {
              throw CairnError.usage("a subquery that stands for a value gave more than one row")
            }
            found = value
          }
          return true
        }
        return .value(found ?? .null)
      case .exists:
        if context.operators == nil, let isFound = try subquery.hasRow(inner) {
          return .value(.boolean(isFound))
        }
        var isFound = false
        try subquery.pull(inner) {
          $0.rowCount
        } _: {
          isFound = isFound || $0 > 0
          return !isFound
        }
        return .value(.boolean(isFound))
      case .quantified(let operation, let isAll, let pairs):
        var list = ComparedList(
          operation, isAll: isAll,
          pairs.map { ComparedSides(valueIsTime: $0.valueIsTime, otherIsTime: $0.columnIsTime) })
        try subquery.pull(inner) { batch in
          (try pairs.map { try batch.columns[$0.column]?.vector() ?? .constant(.null) }, batch.rowCount)
        } _: { columns, rowCount in
          list.add(columns, count: rowCount)
          return true
        }
        list.end()
        return .list(list)
      }
    }
  }

  /// Outcomes by the outer values that they were found for; all are forgotten when they are too many.
  private final class Memo: @unchecked Sendable {
    private let lock = Lock()
    private let byteLimit: Int
    private let shared = CairnStorage.Memo<Bool, SubqueryOutcome>()
    private var outcomes: [[ValueIdentity]: SubqueryOutcome] = [:]
    private var byteCount = 0

    /// What an outcome costs beside its own bytes, and a value of its key beside the text, roughly.
    private static let outcomeByteCount = 128
    private static let keyByteCount = 64

    init(byteLimit: Int) { self.byteLimit = byteLimit }

    func outcome(
      _ key: [ValueIdentity], _ find: () throws -> SubqueryOutcome
    ) throws -> SubqueryOutcome {
      // What all rows share is found once; who comes meanwhile waits.
      if key.isEmpty { return try shared.value(true, find) }
      if let known = lock.withLock({ outcomes[key] }) { return known }
      let outcome = try find()
      let added = key.reduce(Self.outcomeByteCount + outcome.byteCount) {
        $0 + Self.keyByteCount + $1.byteCount
      }
      lock.withLock {
        if byteCount + added > byteLimit {
          outcomes.removeAll()
          byteCount = 0
        }
        if outcomes.updateValue(outcome, forKey: key) == nil { byteCount += added }
      }
      return outcome
    }
  }
}

/// The combinations that a batch's rows have of what a subquery depends on.
private struct OuterRows {
  private let groups: LocalGroups
  /// The parameters of a row of each combination.
  let batch: Batch

  /// - Parameter values: what is compared with the subquery's rows, for the batch.
  init(_ batch: Batch, _ parameters: [ColumnID], _ values: [Vector]) throws {
    var own = Batch(rowCount: batch.rowCount)
    for id in parameters { own.columns[id] = batch.columns[id] }
    groups = LocalGroups(
      try own.columns.values.map { try $0.codes(count: batch.rowCount) }
        + values.map { CodeColumn($0, count: batch.rowCount) }, rowCount: batch.rowCount)
    self.batch = own.select(groups.firstRows)
  }

  /// A row of each combination.
  var firstRows: [UInt32] { groups.firstRows }

  /// What has been found for each combination, for all rows.
  func vector(_ outcomes: [EngineValue]) -> Vector {
    if outcomes.count == 1 { return .constant(outcomes[0]) }
    return .coded(Vector.Coded(entries: outcomes, codes: groups.numbers))
  }
}

/// What a subquery came to.
private enum SubqueryOutcome: Sendable {
  case value(EngineValue)
  case list(ComparedList)

  /// Bytes in memory, roughly.
  var byteCount: Int {
    switch self {
    case .value(let value): value.heldByteCount
    case .list(let list): list.byteCount
    }
  }

  func answer(_ values: [EngineValue]) -> EngineValue {
    switch self {
    case .value(let value): value
    case .list(let list): EngineValue(list.truth(values))
    }
  }
}

extension Vector.Coded {
  /// The entries that rows use.
  var used: [EngineValue] {
    var seen = [Bool](repeating: false, count: entries.count)
    var output: [EngineValue] = []
    for code in codes where !seen[Int(code)] {
      seen[Int(code)] = true
      output.append(entries[Int(code)])
    }
    return output
  }
}
