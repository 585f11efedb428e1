import CairnSQL

/// Queries as values and in conditions (S68).
extension OracleEvaluator {
  /// The rows of a query in parentheses for this row.
  func rows(of query: Query) throws(OracleError) -> OracleTable {
    guard let context = scope.context else { throw .unsupported("queries") }
    if let known = context.constants[query.span] { return known }
    let lowest = context.lowestRead
    context.lowestRead = .max
    let table = try OracleQueryRunner(context: context).run(query, outer: scope, tables: scope.tables)
    if context.lowestRead > scope.depth { context.constants[query.span] = table }
    context.lowestRead = min(lowest, context.lowestRead)
    return table
  }

  func scalar(_ query: Query) throws(OracleError) -> OracleValue {
    let table = try rows(of: query)
    guard table.columns.count == 1 else { throw .unsupported("a value of \(table.columns.count) columns") }
    guard table.rows.count > 1 else { return table.rows.first?[0] ?? .null }
    // On the row of NULLs that only checks, a correlated query may find more than it does on real rows.
    if scope.context?.isChecking == true, scope.context?.constants[query.span] == nil { return .null }
    throw .unsupported("a value of \(table.rows.count) rows")
  }

  func isIn(_ value: Expression, _ query: Query) throws(OracleError) -> Bool? {
    let table = try rows(of: query)
    let items: [Expression]
    if case .row(let parts) = value.kind { items = parts } else { items = [value] }
    guard items.count == table.columns.count else {
      throw .unsupported("IN with \(table.columns.count) columns")
    }
    var truths: [Bool?] = []
    let sides = try self.sides(of: items)
    for row in table.rows {
      var parts: [Bool?] = []
      for (index, side) in sides.enumerated() {
        let right = OracleComparison.Side(value: row[index], isTimeColumn: table.columns[index].isTime)
        parts.append(OracleComparison.compare(side, .equal, right))
      }
      truths.append(OracleEvaluator.any(parts.map { $0.map { !$0 } }).map { !$0 })
    }
    return OracleEvaluator.any(truths)
  }

  func quantified(
    _ value: Expression, _ operation: ComparisonOperator, _ quantifier: Quantifier, _ query: Query
  ) throws(OracleError) -> Bool? {
    let table = try rows(of: query)
    guard table.columns.count == 1 else {
      throw .unsupported("a comparison with \(table.columns.count) columns")
    }
    let side = try sides(of: [value])[0]
    let truths = table.rows.map { row in
      OracleComparison.compare(
        side, operation, OracleComparison.Side(value: row[0], isTimeColumn: table.columns[0].isTime))
    }
    switch quantifier {
    case .any: return OracleEvaluator.any(truths)
    case .all: return OracleEvaluator.any(truths.map { $0.map { !$0 } }).map { !$0 }
    }
  }

  private func sides(of items: [Expression]) throws(OracleError) -> [OracleComparison.Side] {
    var sides: [OracleComparison.Side] = []
    for item in items {
      sides.append(.init(value: try conditionsOrValues(of: [item])[0], isTimeColumn: try isTimeColumn(item)))
    }
    return sides
  }

  /// Values as a list after SELECT has them: conditions as booleans.
  func conditionsOrValues(of expressions: [Expression]) throws(OracleError) -> [OracleValue] {
    var results: [OracleValue] = []
    for expression in expressions { results.append(try conditionOrValue(of: expression)) }
    return results
  }

  func conditionOrValue(of expression: Expression) throws(OracleError) -> OracleValue {
    if replacements[expression.span] == nil, expression.isLogical || expression.isPredicate {
      return OracleValue(try truth(of: expression))
    }
    return try value(of: expression)
  }

  func sortKey(_ item: SortItem) throws(OracleError) -> OracleSortKey {
    OracleSortKey(
      value: try conditionOrValue(of: item.expression), isTime: try isTimeColumn(item.expression), item: item)
  }
}
