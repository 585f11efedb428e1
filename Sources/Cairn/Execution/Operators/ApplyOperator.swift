import CairnSQL
import CairnStorage

/// Runs a subquery for the rows of its input and adds its outcome as a column: once in all where it uses no
/// column of the queries around, else once for each combination of those columns' values.
final class ApplyOperator: Operator {
  enum Sort: Sendable {
    /// The value of its one row; NULL where there is none.
    case scalar(ColumnID)
    /// Whether there is a row.
    case exists
    /// `value IN (subquery)`, `value = ANY`, `value > ALL`.
    case quantified(ComparisonOperator, isAll: Bool, value: BoundExpression, column: ColumnID, isTime: Bool)
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
    let memo = Memo()
    try input.run(context) { [self] batch in
      var result = batch
      result.columns[output] = Column(try vector(batch, context, memo))
      return try work(result)
    } _: {
      try take($0)
    }
  }

  private func vector(_ batch: Batch, _ context: ExecutionContext, _ memo: Memo) throws -> Vector {
    let inputs = try parameters.map { id in
      try batch.columns[id]?.vector() ?? .constant(context.parameters[id] ?? .null)
    }
    let values: Vector? =
      if case .quantified(_, _, let value, _, _) = sort { try value.vector(batch, context) } else { nil }
    if inputs.isEmpty, values == nil {
      return .constant(try outcome([], context, memo).answer(nil))
    }
    return .plain(
      try (0..<batch.rowCount).map { row in
        try outcome(inputs.map { $0[row] }, context, memo).answer(values?[row])
      })
  }

  private func outcome(
    _ values: [EngineValue], _ context: ExecutionContext, _ memo: Memo
  ) throws -> SubqueryOutcome {
    try memo.outcome(values.map { GroupingKey($0) }) {
      try context.check()
      let inner = context.with(Dictionary(zip(parameters, values)) { first, _ in first })
      switch sort {
      case .scalar(let column):
        var found: EngineValue?
        try subquery.run(inner) { try $0.columns[column]?.vector().values(count: $0.rowCount) ?? [] } _: {
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
        var isFound = false
        try subquery.run(inner) { $0.rowCount } _: {
          isFound = isFound || $0 > 0
          return !isFound
        }
        return .value(.boolean(isFound))
      case .quantified(let operation, let isAll, _, let column, let isTime):
        var list = ComparedList(operation, isAll: isAll, isTime: isTime)
        try subquery.run(inner) { try $0.columns[column]?.vector().coded(count: $0.rowCount).used ?? [] } _: {
          list.add($0)
          return true
        }
        return .list(list)
      }
    }
  }

  /// Outcomes by the outer values that they were found for.
  private final class Memo: @unchecked Sendable {
    private let lock = Lock()
    private var outcomes: [[GroupingKey]: SubqueryOutcome] = [:]

    func outcome(
      _ key: [GroupingKey], _ find: () throws -> SubqueryOutcome
    ) throws -> SubqueryOutcome {
      if let known = lock.withLock({ outcomes[key] }) { return known }
      let outcome = try find()
      lock.withLock { outcomes[key] = outcome }
      return outcome
    }
  }
}

/// What a subquery came to.
private enum SubqueryOutcome: Sendable {
  case value(EngineValue)
  case list(ComparedList)

  func answer(_ value: EngineValue?) -> EngineValue {
    switch self {
    case .value(let value): value
    case .list(let list): EngineValue(list.truth(value ?? .null))
    }
  }
}

/// The distinct values that a quantified comparison compares with.
private struct ComparedList: Sendable {
  private let operation: ComparisonOperator
  private let isAll: Bool
  private let isTime: Bool
  private var values: [EngineValue] = []
  private var known: Set<GroupingKey> = []
  /// Strings, for the common case of a string looked up among strings.
  private var strings: Set<[UInt8]> = []
  private var others: [EngineValue] = []

  init(_ operation: ComparisonOperator, isAll: Bool, isTime: Bool) {
    self.operation = operation
    self.isAll = isAll
    self.isTime = isTime
  }

  mutating func add(_ more: [EngineValue]) {
    for value in more where known.insert(GroupingKey(value)).inserted {
      values.append(value)
      if let string = value.string { strings.insert(string) } else { others.append(value) }
    }
  }

  func truth(_ value: EngineValue) -> Bool? {
    if values.isEmpty { return isAll }
    if operation == .equal, !isAll, !isTime, let string = value.string {
      if strings.contains(string) { return true }
      return any(others, value)
    }
    if isAll {
      var outcome: Bool? = true
      for other in values {
        switch Comparison.order(value, other, leftIsTime: isTime).map(operation.holds) {
        case false: return false
        case nil: outcome = nil
        default: continue
        }
      }
      return outcome
    }
    return any(values, value)
  }

  private func any(_ list: [EngineValue], _ value: EngineValue) -> Bool? {
    var outcome: Bool? = false
    for other in list {
      switch Comparison.order(value, other, leftIsTime: isTime).map(operation.holds) {
      case true: return true
      case nil: outcome = nil
      default: continue
      }
    }
    return outcome
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
