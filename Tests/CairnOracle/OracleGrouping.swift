import CairnSQL

/// GROUP BY, aggregates and HAVING (S63, S64).
struct OracleGrouping {
  let select: OracleSelect
  let outputs: [OracleOutput]
  /// A row of NULLs, for a group without rows.
  let nothing: OracleScope

  private struct Key {
    let expression: Expression
    let canonical: String
  }

  /// Where a grouped query's expressions have values of the group.
  private struct Plan {
    var keys: [(span: SourceSpan, key: Int, steps: [Path.Step])] = []
    var aggregates: [FunctionCall] = []
    var aggregateSpans: [SourceSpan] = []
    var groupings: [(span: SourceSpan, keys: [Int])] = []
  }

  /// One evaluator for each group that HAVING keeps.
  func groups(_ rows: [OracleEvaluator], isChecking: Bool) throws(OracleError) -> [OracleEvaluator] {
    let (keys, sets) = try keysAndSets()
    var plan = Plan()
    for output in outputs {
      guard let expression = output.expression else { throw .unsupported("* with GROUP BY") }
      try walk(expression, keys, seesOutputs: false, [], &plan)
    }
    for item in select.ordering where item.expression.ordinal == nil {
      try walk(item.expression, keys, seesOutputs: true, [], &plan)
    }
    for window in select.select.windows {
      for part in window.specification.partition + window.specification.ordering.map(\.expression) {
        try walk(part, keys, seesOutputs: false, [], &plan)
      }
    }
    if let having = select.select.having {
      try walk(having, keys, seesOutputs: false, [], &plan, isHaving: true)
    }
    var keyed: [(row: OracleEvaluator, values: [OracleValue])] = []
    for row in rows {
      keyed.append((row, try row.conditionsOrValues(of: keys.map(\.expression))))
    }
    let sample = rows.first ?? OracleEvaluator(scope: nothing, now: select.context.now)
    var areTimes: [Bool] = []
    for key in keys { areTimes.append(try sample.isTimeColumn(key.expression)) }
    var groups: [OracleEvaluator] = []
    for set in sets {
      var order: [[UInt8]] = []
      var members: [[UInt8]: [Int]] = [:]
      for (index, row) in keyed.enumerated() {
        let key = OracleSameness.key(set.map { row.values[$0] })
        if members[key] == nil { order.append(key) }
        members[key, default: []].append(index)
      }
      if set.isEmpty, order.isEmpty {
        order = [[]]
        members[[]] = []
      }
      for key in order {
        let indices = members[key] ?? []
        let first = indices.first.map { keyed[$0] }
        let values = keys.indices.map { set.contains($0) ? first?.values[$0] ?? .null : .null }
        groups.append(
          try group(
            plan, values, areTimes, set, indices.map { keyed[$0].row }, first?.row.scope ?? nothing))
      }
    }
    guard let having = select.select.having, !isChecking else {
      if let having = select.select.having { for group in groups { _ = try named(group).truth(of: having) } }
      return groups
    }
    var kept: [OracleEvaluator] = []
    for group in groups where try named(group).truth(of: having) == true { kept.append(group) }
    return kept
  }

  /// A group with the aliases that HAVING may name.
  private func named(_ group: OracleEvaluator) throws(OracleError) -> OracleEvaluator {
    var result = group
    for output in outputs where output.isAlias && !isColumn(output.name) {
      guard let expression = output.expression, !expression.hasWindow else { continue }
      result.outputs.append(
        OracleOutputValue(
          name: output.name, isAlias: true, canonical: output.canonical,
          value: try group.conditionOrValue(of: expression), isTime: try group.isTimeColumn(expression)))
    }
    return result
  }

  private func group(
    _ plan: Plan, _ values: [OracleValue], _ areTimes: [Bool], _ set: [Int], _ rows: [OracleEvaluator],
    _ scope: OracleScope
  ) throws(OracleError) -> OracleEvaluator {
    var group = OracleEvaluator(scope: scope, now: select.context.now)
    for use in plan.keys {
      group.replacements[use.span] = OracleResolved(
        value: values[use.key], steps: use.steps, isTime: areTimes[use.key] && use.steps.isEmpty)
    }
    for use in plan.groupings {
      let bits = use.keys.reduce(Int64(0)) { $0 * 2 + (set.contains($1) ? 0 : 1) }
      group.replacements[use.span] = OracleResolved(value: OracleValue(bits))
    }
    for (span, call) in zip(plan.aggregateSpans, plan.aggregates) {
      let sample = OracleEvaluator(scope: nothing, now: select.context.now)
      let isExtreme = ["min", "max"].contains(call.key) && call.arguments.count == 1
      let isTime = isExtreme ? try sample.isTimeColumn(call.arguments[0]) : false
      group.replacements[span] = OracleResolved(
        value: try OracleAggregates.evaluate(call, rows, sample: sample), isTime: isTime)
    }
    return group
  }

  // MARK: Keys

  private func keysAndSets() throws(OracleError) -> ([Key], [[Int]]) {
    var keys: [Key] = []
    guard let grouping = select.select.grouping else { return ([], [[]]) }
    func add(_ expressions: [Expression], named: Bool = true) throws(OracleError) -> [Int] {
      var places: [Int] = []
      for written in expressions {
        let expression = named ? try keyExpression(written) : written
        if expression.hasAggregate || expression.hasWindow { throw .unsupported("aggregates in GROUP BY") }
        let canonical = OracleCanonical.text(expression, select.select.relations)
        if let known = keys.firstIndex(where: { $0.canonical == canonical }) {
          places.append(known)
        } else {
          keys.append(Key(expression: expression, canonical: canonical))
          places.append(keys.count - 1)
        }
      }
      return places
    }
    func parts(_ lists: [[Expression]]) throws(OracleError) -> [[Int]] {
      var parts: [[Int]] = []
      for list in lists { parts.append(try add(list)) }
      return parts
    }
    var sets: [[Int]] = [[]]
    for element in grouping.elements {
      let choices: [[Int]]
      switch element {
      case .simple(let expressions): choices = [try add(expressions)]
      case .auto:
        let own = outputs.compactMap(\.expression).filter {
          !$0.hasAggregate && !$0.hasWindow && $0.ordinal == nil
        }
        choices = [try add(own, named: false)]
      case .sets(let lists): choices = try parts(lists)
      case .rollup(let lists):
        let parts = try parts(lists)
        choices = (0...parts.count).reversed().map { parts.prefix($0).flatMap { $0 } }
      case .cube(let lists):
        let parts = try parts(lists)
        guard parts.count < 16 else { throw .unsupported("CUBE of \(parts.count)") }
        choices = (0..<(1 << parts.count)).reversed().map { mask in
          parts.indices.filter { mask & (1 << (parts.count - 1 - $0)) != 0 }.flatMap { parts[$0] }
        }
      }
      sets = sets.flatMap { set in choices.map { set + $0 } }
    }
    sets = sets.map { Array(Set($0)).sorted() }
    if grouping.isDistinct {
      var seen: Set<[Int]> = []
      sets = sets.filter { seen.insert($0).inserted }
    }
    return (keys, sets)
  }

  /// What an item of GROUP BY stands for: a place in the list, a closed column, an alias, or itself.
  private func keyExpression(_ written: Expression) throws(OracleError) -> Expression {
    if let place = written.ordinal {
      guard outputs.indices.contains(place - 1), let expression = outputs[place - 1].expression else {
        throw .unsupported("GROUP BY \(place)")
      }
      return expression
    }
    guard case .path(let path) = written.kind, path.steps.isEmpty else { return written }
    if isColumn(path.root.text) { return written }
    let named = outputs.filter { $0.isAlias && OracleScope.isSame($0.name, path.root.text) }
    let exact = named.filter { $0.name == path.root.text }
    let matches = exact.isEmpty ? named : exact
    guard let first = matches.first else { return written }
    if matches.contains(where: { $0.canonical != first.canonical }) {
      throw .unsupported("\(path.root.text) is ambiguous")
    }
    return first.expression ?? written
  }

  /// Whether a single name is a closed column or a key that records have, which go before an alias.
  private func isColumn(_ name: String) -> Bool {
    let isClosed = nothing.relations.contains { relation in
      (relation.columns ?? []).contains { OracleScope.isSame($0.name, name) }
    }
    let isOpen = nothing.relations.contains { $0.columns == nil }
    return isClosed || isOpen && select.context.catalog.hasKeyIgnoringCase(name)
  }

  // MARK: What the group gives to an expression

  private func walk(
    _ node: Expression, _ keys: [Key], seesOutputs: Bool, _ variables: [Identifier], _ plan: inout Plan,
    isHaving: Bool = false
  ) throws(OracleError) {
    if seesOutputs, case .path(let path) = node.kind, isOutput(path) { return }
    if isHaving, case .path(let path) = node.kind, !isColumn(path.root.text) {
      let named = outputs.first { $0.isAlias && OracleScope.isSame($0.name, path.root.text) }
      if let named {
        if named.expression?.hasWindow == true { throw .unsupported("window functions in HAVING") }
        return
      }
    }
    let canonical = OracleCanonical.text(node, select.select.relations)
    if let key = keys.firstIndex(where: { $0.canonical == canonical }) {
      plan.keys.append((node.span, key, []))
      return
    }
    switch node.kind {
    case .path(let path):
      if variables.contains(where: { OracleScope.isSame($0.text, path.root.text) }) { return }
      for count in path.steps.indices.reversed() {
        let start = OracleCanonical.text(
          Path(root: path.root, steps: Array(path.steps[..<count])), select.select.relations)
        guard let key = keys.firstIndex(where: { $0.canonical == start }) else { continue }
        plan.keys.append((node.span, key, Array(path.steps[count...])))
        return
      }
      let own = OracleScope(
        nothing.relations, nothing.cells, outer: nil, tables: nil, context: select.context)
      if (try? own.resolve(path)) != nil { throw .unsupported("\(path) is not grouped") }
    case .call(let call) where call.key == "grouping":
      var places: [Int] = []
      for argument in call.arguments {
        let text = OracleCanonical.text(try keyExpression(argument), select.select.relations)
        guard let key = keys.firstIndex(where: { $0.canonical == text }) else {
          throw .unsupported("grouping of what is no key")
        }
        places.append(key)
      }
      plan.groupings.append((node.span, places))
    case .call(let call) where call.isAggregate:
      if node.children.contains(where: { $0.hasAggregate || $0.hasWindow }) {
        throw .unsupported("aggregates inside aggregates")
      }
      plan.aggregates.append(call)
      plan.aggregateSpans.append(node.span)
    case .lambda(let parameters, let body):
      try walk(body, keys, seesOutputs: seesOutputs, variables + parameters, &plan, isHaving: isHaving)
    default:
      for child in node.children {
        try walk(child, keys, seesOutputs: seesOutputs, variables, &plan, isHaving: isHaving)
      }
    }
  }

  private func isOutput(_ path: Path) -> Bool {
    outputs.contains {
      ($0.isAlias || path.steps.isEmpty) && OracleScope.isSame($0.name, path.root.text)
    }
  }
}
