import CairnSQL

/// A column of a list after SELECT.
struct OracleOutput {
  enum Source {
    case expression(Expression)
    /// A column of a closed relation.
    case column(relation: Int, place: Int)
    /// A key of the records of `events`.
    case key(relation: Int, String)
    /// A path, from `object.*`.
    case path(Path)
  }

  let source: Source
  let name: String
  let isAlias: Bool
  /// Equal for what means the same.
  let canonical: String
}

/// An output column's value in a row, for ORDER BY.
struct OracleOutputValue {
  let name: String
  let isAlias: Bool
  let canonical: String
  let value: OracleValue
  let isTime: Bool
}

/// SELECT with the ORDER BY that may look at its input (S61, S63 to S65, S69).
struct OracleSelect {
  let runner: OracleQueryRunner
  let select: SelectQuery
  let ordering: [SortItem]

  var context: OracleQueryContext { runner.context }

  func run(outer: OracleScope?, tables: OracleCommonTable?) throws(OracleError) -> OracleSorted {
    let base = OracleScope([], [], outer: outer, tables: tables, context: context)
    let from = try OracleFrom(runner: runner).rows(select.relations, base)
    let outputs = try self.outputs(from.relations, base)
    if context.checked.insert(select.span).inserted {
      let wasChecking = context.isChecking
      context.isChecking = true
      let missing = OracleRows(
        relations: from.relations, rows: [from.relations.map(\.missing)], isOrdered: true)
      _ = try sorted(missing, outputs, base, isChecking: true)
      context.isChecking = wasChecking
    }
    return try sorted(from, outputs, base, isChecking: false)
  }

  private func sorted(
    _ from: OracleRows, _ outputs: [OracleOutput], _ base: OracleScope, isChecking: Bool
  ) throws(OracleError) -> OracleSorted {
    func scope(_ row: [OracleCell]) -> OracleScope { base.with(from.relations, row) }
    let nothing = scope(from.relations.map(\.missing))
    try OracleTables.refuseAliases(select, nothing)
    if let condition = select.condition, condition.hasAggregate || condition.hasWindow {
      throw .unsupported("aggregates and window functions in WHERE")
    }
    var rows: [OracleEvaluator] = []
    for row in from.rows {
      let evaluator = OracleEvaluator(scope: scope(row), now: context.now)
      let isKept = try select.condition.map { (condition) throws(OracleError) in
        try evaluator.truth(of: condition) == true
      }
      if isKept ?? true || isChecking { rows.append(evaluator) }
    }
    let expressions = outputs.compactMap(\.expression) + ordering.map(\.expression)
    let isGrouped =
      select.grouping != nil || select.having != nil || expressions.contains(where: \.hasAggregate)
    if isGrouped {
      rows = try OracleGrouping(select: self, outputs: outputs, nothing: nothing)
        .groups(rows, isChecking: isChecking)
    }
    if let having = select.having, having.hasWindow { throw .unsupported("window functions in HAVING") }
    rows = try OracleWindows(select: self).evaluate(expressions, rows)
    var result: [(values: [OracleValue], keys: [OracleSortKey])] = []
    for row in rows { result.append(try output(row, outputs)) }
    let columns = try self.columns(outputs, rows.first ?? OracleEvaluator(scope: nothing, now: context.now))
    if select.isDistinct { result = try distinct(result, outputs) }
    return OracleSorted(
      columns: columns, rows: result,
      isOrdered: from.isOrdered && !isGrouped && !select.isDistinct
        && !expressions.contains(where: \.hasWindow))
  }

  // MARK: Rows

  private func output(
    _ row: OracleEvaluator, _ outputs: [OracleOutput]
  ) throws(OracleError) -> (values: [OracleValue], keys: [OracleSortKey]) {
    var named: [OracleOutputValue] = []
    for output in outputs {
      let (value, isTime) = try value(output, row)
      named.append(
        OracleOutputValue(
          name: output.name, isAlias: output.isAlias, canonical: output.canonical, value: value,
          isTime: isTime))
    }
    var keys: [OracleSortKey] = []
    var sorter = row
    sorter.outputs = named
    for item in ordering {
      if let place = item.expression.ordinal {
        guard named.indices.contains(place - 1) else { throw .unsupported("ORDER BY \(place)") }
        keys.append(OracleSortKey(value: named[place - 1].value, isTime: named[place - 1].isTime, item: item))
      } else {
        keys.append(try sorter.sortKey(item))
      }
    }
    return (named.map(\.value), keys)
  }

  private func value(
    _ output: OracleOutput, _ row: OracleEvaluator
  ) throws(OracleError) -> (OracleValue, isTime: Bool) {
    switch output.source {
    case .expression(let expression):
      return (try row.conditionOrValue(of: expression), try row.isTimeColumn(expression))
    case .column(let relation, let place):
      guard case .values(let values) = row.scope.cells[relation] else { return (.null, false) }
      return (values[place], row.scope.relations[relation].columns?[place].isTime ?? false)
    case .path(let path):
      let found = try row.resolve(path)
      return (
        found.steps.reduce(found.value) { OraclePath.step($1, on: $0) }, found.isTime && found.steps.isEmpty
      )
    case .key(let relation, let key):
      guard case .record(let source) = row.scope.cells[relation] else { return (.null, false) }
      return (OracleValue(OraclePath.member(key, of: source?.record.root, isExact: true)), key == "eventTime")
    }
  }

  private func columns(
    _ outputs: [OracleOutput], _ row: OracleEvaluator
  ) throws(OracleError) -> [OracleColumn] {
    var columns: [OracleColumn] = []
    for output in outputs {
      columns.append(OracleColumn(name: output.name, isTime: try isTime(output, row)))
    }
    return columns
  }

  private func isTime(_ output: OracleOutput, _ row: OracleEvaluator) throws(OracleError) -> Bool {
    guard case .expression(let expression) = output.source else { return try value(output, row).isTime }
    // A grouped query without rows has no row to ask, but its input has the same columns.
    return try row.isTimeColumn(expression)
  }

  /// DISTINCT: the first of the same rows; ORDER BY has to be made of output columns.
  private func distinct(
    _ rows: [(values: [OracleValue], keys: [OracleSortKey])], _ outputs: [OracleOutput]
  ) throws(OracleError) -> [(values: [OracleValue], keys: [OracleSortKey])] {
    for item in ordering where item.expression.ordinal == nil {
      let canonical = OracleCanonical.text(item.expression, select.relations)
      let isOutput = outputs.contains { output in
        if output.canonical == canonical { return true }
        guard case .path(let path) = item.expression.kind else { return false }
        return path.steps.isEmpty && OracleScope.isSame(output.name, path.root.text)
      }
      if !isOutput { throw .unsupported("ORDER BY of what SELECT DISTINCT has not") }
    }
    var seen: Set<[UInt8]> = []
    return rows.filter { seen.insert(OracleSameness.key($0.values)).inserted }
  }

  // MARK: The list

  private func outputs(
    _ relations: [OracleRelation], _ base: OracleScope
  ) throws(OracleError) -> [OracleOutput] {
    var outputs: [OracleOutput] = []
    for item in select.items {
      switch item {
      case .expression(let expression, let alias):
        let name = alias?.text ?? expression.lastName ?? "_col\(outputs.count)"
        outputs.append(
          OracleOutput(
            source: .expression(expression), name: name, isAlias: alias != nil,
            canonical: OracleCanonical.text(expression, select.relations)))
      case .all:
        if relations.isEmpty { throw .unsupported("* without FROM") }
        for index in relations.indices { outputs += all(relations, index, hidesMerged: true) }
      case .allOf(let expression, let aliases):
        var own = try all(of: expression, relations, base)
        if !aliases.isEmpty {
          guard own.count == aliases.count else {
            throw .unsupported("\(aliases.count) names for \(expression).*")
          }
          own = zip(own, aliases).map {
            OracleOutput(source: $0.source, name: $1.text, isAlias: false, canonical: $0.canonical)
          }
        }
        outputs += own
      }
    }
    return outputs
  }

  /// `t.*`, `object.*`, `(row).*`.
  private func all(
    of expression: Expression, _ relations: [OracleRelation], _ base: OracleScope
  ) throws(OracleError) -> [OracleOutput] {
    switch expression.kind {
    case .row(let items):
      return items.enumerated().map { place, item in
        OracleOutput(
          source: .expression(item), name: "_col\(place)", isAlias: false,
          canonical: OracleCanonical.text(item, select.relations))
      }
    case .path(let path):
      let names = [path.root.text] + path.steps.map(\.plainName)
      let own = OracleRelation.indices(in: relations, named: names)
      if !own.isEmpty { return own.flatMap { all(relations, $0, hidesMerged: true) } }
      var around = base.outer
      while let scope = around {
        let found = OracleRelation.indices(in: scope.relations, named: names)
        if found.count > 1 { throw .unsupported("\(expression).* of several relations") }
        if found.count == 1 {
          let shown = all(scope.relations, found[0], hidesMerged: true)
          return shown.map { output in
            let step = Path.Step.name(Identifier(output.name, isQuoted: true, span: expression.span))
            return member(step, of: path, named: output.name)
          }
        }
        around = scope.outer
      }
      return try members(of: path, expression, relations)
    default: throw .unsupported("\(expression).*")
    }
  }

  /// The keys that objects at a path have in any record of `events`.
  private func members(
    of path: Path, _ expression: Expression, _ relations: [OracleRelation]
  ) throws(OracleError) -> [OracleOutput] {
    guard relations.filter({ $0.columns == nil }).count == 1 else { throw .unsupported("\(expression).*") }
    var steps = [Path.Step.name(path.root)] + path.steps
    if relations.contains(where: { $0.name.map { OracleScope.isSame($0, path.root.text) } ?? false }) {
      steps.removeFirst()
    }
    let keys = context.catalog.keys(at: steps)
    if keys.isEmpty { throw .unsupported("\(expression).*") }
    return keys.map { member(.key($0), of: path, named: $0) }
  }

  private func member(_ step: Path.Step, of path: Path, named name: String) -> OracleOutput {
    let longer = Path(root: path.root, steps: path.steps + [step])
    return OracleOutput(
      source: .path(longer), name: name, isAlias: false,
      canonical: OracleCanonical.text(longer, select.relations))
  }

  private func all(_ relations: [OracleRelation], _ index: Int, hidesMerged: Bool) -> [OracleOutput] {
    let relation = relations[index]
    func isShown(_ name: String) -> Bool {
      !hidesMerged || !relation.merged.contains(OracleScope.folded(name))
    }
    guard let columns = relation.columns else {
      return context.catalog.columns.filter(isShown).map { key in
        OracleOutput(
          source: .key(relation: index, key), name: key, isAlias: false, canonical: "*\(index).\(key)")
      }
    }
    return columns.indices.filter { isShown(columns[$0].name) }.map { place in
      OracleOutput(
        source: .column(relation: index, place: place), name: columns[place].name, isAlias: false,
        canonical: "*\(index).\(place)")
    }
  }
}

extension OracleOutput {
  var expression: Expression? {
    if case .expression(let expression) = source { expression } else { nil }
  }
}

extension Expression {
  /// The last step of a path where that is a name or key (S61).
  fileprivate var lastName: String? {
    let step: Path.Step?
    switch kind {
    case .path(let path):
      guard let last = path.steps.last else { return path.root.text }
      step = last
    case .access(_, let last): step = last
    default: return nil
    }
    switch step {
    case .name(let name): return name.text
    case .key(let key): return key
    default: return nil
    }
  }

  /// Whether an aggregate stands in it, outside of subqueries.
  var hasAggregate: Bool {
    if case .call(let call) = kind, call.isAggregate { return true }
    return children.contains(where: \.hasAggregate)
  }

  var hasWindow: Bool {
    if case .call(let call) = kind, call.window != nil { return true }
    return children.contains(where: \.hasWindow)
  }
}

extension FunctionCall {
  var isAggregate: Bool { window == nil && (OracleAggregates.names.contains(key) || key == "grouping") }

  var key: String { name.text.lowercased() }
}

extension Path.Step {
  /// Its name; empty for steps that have none.
  fileprivate var plainName: String {
    switch self {
    case .name(let name): name.text
    case .key(let key): key
    default: ""
    }
  }
}

extension OracleRelation {
  /// The relations that are called by names: one, or the whole name of a table.
  fileprivate static func indices(in relations: [OracleRelation], named names: [String]) -> [Int] {
    relations.indices.filter { index in
      let relation = relations[index]
      if names.count == 1 { return relation.name.map { OracleScope.isSame($0, names[0]) } ?? false }
      return relation.fullName.count == names.count
        && zip(relation.fullName, names).allSatisfy { OracleScope.isSame($0, $1) }
    }
  }
}
