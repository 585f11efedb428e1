import CairnSQL
import CairnStorage

extension Planner {
  /// Adds grouping; from then on the scope has the keys and the aggregates only.
  func group(
    _ select: SelectQuery, _ items: [OutputItem], _ calls: [Expression], _ input: LogicalPlan,
    _ scope: inout Scope
  ) throws -> LogicalPlan {
    let (keys, sets) = try keys(select.grouping, items, scope)
    for key in keys { try refuseAggregates(key, "GROUP BY") }
    let rows = try addSubqueries(keys + calls.flatMap(\.children), to: input, &scope)
    var grouped = scope
    grouped.isGrouped = true
    // Subqueries among the arguments are columns below the grouping only.
    grouped.replacements = [:]
    grouped.timeReplacements = []

    var computed: [ProjectOperator.Item] = []
    func column(_ expression: Expression) throws -> ColumnID {
      let bound = try Binder.bind(expression, in: scope, now: now)
      if let plain = bound.plainColumn { return plain }
      let id = ids.make()
      computed.append(ProjectOperator.Item(id: id, expression: bound, name: "\(expression)"))
      return id
    }

    var keyColumns: [ColumnID] = []
    for key in keys {
      let id = try column(key)
      // The group's column is another one than the row's, which a subquery may still use below.
      let output = ids.make()
      computed.append(
        ProjectOperator.Item(id: output, expression: BoundExpression(column: id), name: "\(key)"))
      keyColumns.append(output)
      grouped.replacements[try scope.key(key)] = output
      if try scope.isTimeColumn(key) { grouped.timeReplacements.insert(output) }
    }
    var aggregates: [AggregateCall] = []
    var groupings: [(id: ColumnID, keys: [Int])] = []
    for expression in calls {
      guard case .call(let call) = expression.kind, grouped.replacements[try scope.key(expression)] == nil
      else {
        continue
      }
      let id = ids.make()
      if call.isGrouping {
        groupings.append((id, try grouping(call, keys, scope)))
      } else {
        let aggregate = try aggregate(call, expression, id, scope, column)
        aggregates.append(aggregate)
        if aggregate.isTime { grouped.timeReplacements.insert(id) }
      }
      grouped.replacements[try scope.key(expression)] = id
    }
    let aggregate = LogicalPlan.Aggregate(
      keys: keyColumns, sets: sets, calls: aggregates, groupings: groupings,
      text: {
        keys.isEmpty ? "" : "by " + keys.map { "\($0)" }.joined(separator: ", ")
      }, scope: scope)
    scope = grouped
    return .aggregate(rows.projecting(computed), aggregate)
  }

  // MARK: Keys

  /// The distinct keys and which of them group together.
  private func keys(
    _ grouping: Grouping?, _ items: [OutputItem], _ scope: Scope
  ) throws -> ([Expression], [[Int]]) {
    guard let grouping else { return ([], [[]]) }
    var keys: [Expression] = []
    var numbers: [String: Int] = [:]
    func number(_ expression: Expression) throws -> Int {
      try place(of: try named(expression, items, scope))
    }
    func place(of key: Expression) throws -> Int {
      let text = try scope.key(key)
      if let known = numbers[text] { return known }
      numbers[text] = keys.count
      keys.append(key)
      return keys.count - 1
    }
    var sets: [[Int]] = [[]]
    for element in grouping.elements {
      var choices: [[Int]]
      switch element {
      case .simple(let expressions): choices = [try expressions.map(number)]
      case .auto:
        let own = items.compactMap(\.expression).filter { $0.aggregates.isEmpty && $0.windowCalls.isEmpty }
        choices = [try own.filter { !$0.isPlace }.map { try place(of: $0) }]
      case .rollup(let parts):
        let parts = try parts.map { try $0.map(number) }
        choices = (0...parts.count).reversed().map { parts.prefix($0).flatMap { $0 } }
      case .cube(let parts):
        guard parts.count <= Self.cubeLimit else {
          throw BindError(message: "CUBE takes at most \(Self.cubeLimit) elements", span: parts[0][0].span)
        }
        let parts = try parts.map { try $0.map(number) }
        choices = (0..<(1 << parts.count)).map { mask in
          parts.indices.filter { mask & (1 << (parts.count - 1 - $0)) == 0 }.flatMap { parts[$0] }
        }
      case .sets(let parts): choices = try parts.map { try $0.map(number) }
      }
      sets = sets.flatMap { set in choices.map { set + $0 } }
      guard sets.count <= Self.setLimit else {
        throw BindError(
          message: "GROUP BY makes more than \(Self.setLimit) sets of keys",
          span: keys.first?.span ?? SourceSpan(start: 0, end: 0))
      }
    }
    sets = sets.map { Set($0).sorted() }
    if grouping.isDistinct {
      var seen: Set<[Int]> = []
      sets = sets.filter { seen.insert($0).inserted }
    }
    return (keys, sets)
  }

  private static let cubeLimit = 10
  private static let setLimit = 4096

  /// A place in the list or an alias as the expression that it means.
  private func named(_ expression: Expression, _ items: [OutputItem], _ scope: Scope) throws -> Expression {
    switch expression.kind {
    case .literal(.number(let spelling)):
      guard let place = Int(spelling), place >= 1, place <= items.count,
        let item = items[place - 1].expression
      else {
        throw BindError(
          message: "GROUP BY \(spelling): the list after SELECT has \(items.count) columns",
          span: expression.span)
      }
      return item
    case .path(let path) where path.steps.isEmpty && !path.root.isQuoted:
      // A column of a derived table goes before an alias, an alias before a path that no record has (S63). So does a
      // key that records have; virtual columns and other spellings do not.
      if isColumn(path.root, expression.span, scope) { return expression }
      let matches = items.filter { $0.isAlias && AccessPath.isSameIgnoringCase($0.name, path.root.text) }
      return matches.first?.expression ?? expression
    default: return expression
    }
  }

  private func grouping(_ call: FunctionCall, _ keys: [Expression], _ scope: Scope) throws -> [Int] {
    let known = try keys.map { try scope.key($0) }
    return try call.arguments.map { argument in
      guard let index = known.firstIndex(of: try scope.key(argument)) else {
        throw BindError(message: "grouping takes what is in GROUP BY", span: argument.span)
      }
      return index
    }
  }

  // MARK: Aggregates

  /// Binds the parts of an aggregate's call.
  func aggregate(
    _ call: FunctionCall, _ expression: Expression, _ id: ColumnID, _ scope: Scope,
    _ column: (Expression) throws -> ColumnID
  ) throws -> AggregateCall {
    for child in expression.children { try refuseAggregates(child, "an aggregate") }
    let isTime = try call.arguments.first.map { try scope.isTimeColumn($0) } ?? false
    var function = try function(call, isTime: isTime, expression.span)
    var values = call.arguments
    if function.name == AggregateTable.reduce.name {
      function = .reducing(try values.suffix(2).map { try Binder.lambda($0, of: call, now: now) })
      values.removeLast(2)
    }
    // It is exact, and counts each value once; the error that may be asked for is not needed.
    let countsDistinct = function.name == "approx_distinct"
    let arguments = try values.map(column)
    return AggregateCall(
      id: id, name: "\(expression)", function: function,
      arguments: countsDistinct ? Array(arguments.prefix(1)) : arguments,
      isDistinct: call.isDistinct || countsDistinct, filter: try call.filter.map(column),
      ordering: try call.ordering.map {
        SortKey($0, try column($0.expression), isTime: try scope.isTimeColumn($0.expression))
      }, isTime: isTime && ["min", "max"].contains(function.name) && call.arguments.count == 1)
  }

  /// The aggregate that a call names.
  func function(_ call: FunctionCall, isTime: Bool, _ span: SourceSpan) throws -> AggregateFunction {
    let name = call.name.text
    guard let function = isTime ? AggregateTable.entryForTimeColumn(name) : AggregateTable.entry(name) else {
      throw BindError(message: "there is no aggregate \(name)", span: call.name.span)
    }
    if call.isStar, function.name != "count" {
      throw BindError(message: "only count takes *", span: span)
    }
    guard call.isStar || call.arguments.count > 0 && function.argumentCounts.contains(call.arguments.count)
    else {
      throw BindError(message: "\(name) does not take \(call.arguments.count) arguments", span: span)
    }
    if call.ignoresNulls != nil {
      throw BindError(message: "\(name) does not take IGNORE NULLS", span: span)
    }
    return function
  }
}
