import CairnSQL
import CairnStorage

extension Planner {
  /// Adds the window functions' columns, one operator for each distinct window.
  func addWindows(
    _ calls: [Expression], _ named: [SelectQuery.NamedWindow], to input: LogicalPlan, _ scope: inout Scope
  ) throws -> LogicalPlan {
    if calls.isEmpty { return input }
    let before = scope
    var windows: [(key: String, specification: ResolvedWindow, calls: [(Expression, FunctionCall)])] = []
    for expression in calls {
      guard case .call(let call) = expression.kind, let reference = call.window else { continue }
      for argument in call.arguments + [call.filter].compactMap({ $0 }) {
        if let inner = argument.windowCalls.first {
          throw BindError(message: "a window function inside another", span: inner.span)
        }
      }
      let window = try ResolvedWindow(reference, named, span: expression.span)
      let key = try window.key(before)
      if let index = windows.firstIndex(where: { $0.key == key }) {
        windows[index].calls.append((expression, call))
      } else {
        windows.append((key, window, [(expression, call)]))
      }
    }
    var plan = try addSubqueries(calls.flatMap(\.children), to: input, &scope)
    for window in windows { plan = try add(window.specification, window.calls, to: plan, &scope) }
    return plan
  }

  private func add(
    _ window: ResolvedWindow, _ calls: [(Expression, FunctionCall)], to input: LogicalPlan,
    _ scope: inout Scope
  ) throws -> LogicalPlan {
    let names = scope
    var computed: [ProjectOperator.Item] = []
    func column(_ expression: Expression) throws -> ColumnID {
      let id = ids.make()
      let bound = try Binder.bind(expression, in: names, now: now)
      computed.append(ProjectOperator.Item(id: id, expression: bound, name: "\(expression)"))
      return id
    }
    let partition = try window.partition.map(column)
    let ordering = try window.ordering.map {
      SortKey($0, try column($0.expression), isTime: try names.isTimeColumn($0.expression))
    }
    var results: [WindowCall] = []
    for (expression, call) in calls {
      let key = try names.key(expression)
      if scope.replacements[key] != nil { continue }
      let id = ids.make()
      results.append(try windowCall(call, expression, id, window, ordering, names, column))
      scope.replacements[key] = id
    }
    return .window(
      input.projecting(computed),
      LogicalPlan.Window(partition: partition, ordering: ordering, calls: results))
  }

  private func windowCall(
    _ call: FunctionCall, _ expression: Expression, _ id: ColumnID, _ window: ResolvedWindow,
    _ ordering: [SortKey], _ scope: Scope, _ column: (Expression) throws -> ColumnID
  ) throws -> WindowCall {
    if call.isDistinct {
      throw BindError(message: "DISTINCT is not supported in a window function", span: expression.span)
    }
    if !call.ordering.isEmpty {
      throw BindError(message: "ORDER BY belongs into OVER here", span: expression.span)
    }
    let isTime = try call.arguments.first.map { try scope.isTimeColumn($0) } ?? false
    let function = try windowFunction(call, isTime: isTime, expression.span)
    var arguments = try call.arguments.map(column)
    if let filter = call.filter { arguments.append(try column(filter)) }
    return WindowCall(
      id: id, name: "\(expression)", function: function, arguments: arguments,
      frame: try frame(window, ordering, scope, column), ignoresNulls: call.ignoresNulls == true,
      hasFilter: call.filter != nil)
  }

  private func windowFunction(
    _ call: FunctionCall, isTime: Bool, _ span: SourceSpan
  ) throws -> WindowCall.Function {
    let plain: [String: (function: WindowCall.Function, counts: ClosedRange<Int>)] = [
      "row_number": (.rowNumber, 0...0), "rank": (.rank, 0...0), "dense_rank": (.denseRank, 0...0),
      "percent_rank": (.percentRank, 0...0), "cume_dist": (.cumeDist, 0...0), "ntile": (.ntile, 1...1),
      "lag": (.lag, 1...3), "lead": (.lead, 1...3), "first_value": (.firstValue, 1...1),
      "last_value": (.lastValue, 1...1), "nth_value": (.nthValue, 2...2),
    ]
    let name = call.name.text.lowercased()
    if let entry = plain[name] {
      guard !call.isStar, entry.counts.contains(call.arguments.count) else {
        throw BindError(message: "\(name) does not take \(call.arguments.count) arguments", span: span)
      }
      if call.filter != nil { throw BindError(message: "\(name) does not take FILTER", span: span) }
      let counted = name == "ntile" ? call.arguments.first : call.arguments.dropFirst().first
      if let counted, ["lag", "lead", "ntile", "nth_value"].contains(name) {
        try checkCount(counted, from: name == "lag" || name == "lead" ? 0 : 1)
      }
      return entry.function
    }
    guard AggregateTable.entry(name) != nil else {
      throw BindError(
        message: "there is no window function \(call.name.text)", span: call.name.span,
        suggestion: NearNames.nearest(to: name, among: plain.keys.sorted() + AggregateTable.names))
    }
    return call.isStar ? .countAll : .aggregate(try function(call, isTime: isTime, span))
  }

  /// A constant that counts rows must be able to.
  private func checkCount(_ expression: Expression, from least: Int64) throws {
    guard let constant = try? Binder.bind(expression, in: Scope(tables: [], outer: nil), now: now).constant
    else {
      return
    }
    guard let whole = constant.number?.whole, whole >= least else {
      throw BindError(message: "expected a whole number from \(least)", span: expression.span)
    }
  }

  // MARK: Frames

  private func frame(
    _ window: ResolvedWindow, _ ordering: [SortKey], _ scope: Scope, _ column: (Expression) throws -> ColumnID
  ) throws -> WindowCall.Frame {
    guard let frame = window.frame else {
      return WindowCall.Frame(
        unit: .range, start: .unboundedPreceding, end: ordering.isEmpty ? .unboundedFollowing : .currentRow)
    }
    func bound(_ bound: WindowFrame.Bound) throws -> WindowCall.Frame.Bound {
      switch bound {
      case .unboundedPreceding: return .unboundedPreceding
      case .unboundedFollowing: return .unboundedFollowing
      case .currentRow: return .currentRow
      case .preceding(let distance), .following(let distance):
        let isPreceding = if case .preceding = bound { true } else { false }
        if frame.unit == .range {
          guard window.ordering.count == 1 else {
            throw BindError(
              message: "RANGE with a distance needs one item of ORDER BY", span: distance.span)
          }
        } else {
          try checkCount(distance, from: 0)
        }
        let id = try column(distance)
        return isPreceding ? .preceding(id) : .following(id)
      }
    }
    let start = try bound(frame.start)
    let end = try frame.end.map(bound) ?? .currentRow
    if start.order > end.order {
      throw BindError(message: "the frame ends before it starts", span: window.span)
    }
    return WindowCall.Frame(unit: frame.unit, start: start, end: end)
  }
}

/// A window with what the one that it extends has.
struct ResolvedWindow {
  let partition: [Expression]
  let ordering: [SortItem]
  let frame: WindowFrame?
  let span: SourceSpan

  init(_ reference: WindowReference, _ named: [SelectQuery.NamedWindow], span: SourceSpan, depth: Int = 0)
    throws
  {
    self.span = span
    let specification: WindowSpecification
    switch reference {
    case .specification(let written): specification = written
    case .named(let name): specification = try Self.find(name, named)
    }
    guard let base = specification.base else {
      (partition, ordering, frame) = (specification.partition, specification.ordering, specification.frame)
      return
    }
    guard depth < named.count else { throw BindError(message: "the window extends itself", span: base.span) }
    let below = try ResolvedWindow(.named(base), named, span: span, depth: depth + 1)
    if !specification.partition.isEmpty || below.frame != nil
      || !below.ordering.isEmpty && !specification.ordering.isEmpty
    {
      throw BindError(message: "a window that extends another cannot change it", span: base.span)
    }
    partition = below.partition
    ordering = below.ordering.isEmpty ? specification.ordering : below.ordering
    frame = specification.frame
  }

  private static func find(
    _ name: Identifier, _ named: [SelectQuery.NamedWindow]
  ) throws -> WindowSpecification {
    guard let window = named.first(where: { AccessPath.isSameIgnoringCase($0.name.text, name.text) }) else {
      throw BindError(message: "there is no window \(name.text)", span: name.span)
    }
    return window.specification
  }

  /// The same for windows with the same partitions and order: their frames belong to the calls.
  func key(_ scope: Scope) throws -> String {
    let parts = try partition.map { try scope.key($0) }
    let order = try ordering.map {
      "\(try scope.key($0.expression)) \($0.isDescending) \($0.nullsFirst ?? false)"
    }
    return "\(parts) \(order) \(frame.map { "\($0)" } ?? "")"
  }
}
