import CairnSQL

// Expressions over the elements of records' arrays that become columns of `events`.

extension ExpressionBinder {
  /// What a condition's `[]` stands for where its elements are rows of their own.
  struct RangedElement {
    /// The column of the elements.
    let column: ColumnID
    /// The array; nil until it is met.
    var array: BoundPath?
    /// Whether there is something that is no member of the one element.
    var isManifold = false
  }

  /// The column of a condition that ranges over the elements of one array of the records (S40); nil for others.
  ///
  /// - Parameters:
  ///   - name: With the operands, what tells the condition from others.
  ///   - bind: Binds it; the `[]` inside are bound as the binder has them.
  func rangedColumn(
    _ name: String, _ operands: [Expression], withoutArray: Bool?,
    _ bind: (inout ExpressionBinder) throws(BindError) -> any Node
  ) throws(BindError) -> ColumnID? {
    guard operands.contains(where: \.mentionsAnyElement) else { return nil }
    let result = ElementForm.Result.match(decidedBy: true, outcome: true, withoutArray: withoutArray)
    return try elementColumn(name, operands, Self.text(name, operands), result) {
      (binder) throws(BindError) in
      try binder.scoped(name, operands, withoutArray: withoutArray, bind)
    } _: { (binder) throws(BindError) in
      let node = try bind(&binder)
      guard let ranged = binder.ranged, !ranged.isManifold, let array = ranged.array else { return nil }
      return (array, node)
    }
  }

  /// The condition as people write it.
  private static func text(_ name: String, _ operands: [Expression]) -> String {
    let texts = operands.map { "\($0)" }
    switch (name, texts.count) {
    case ("in", _): return "\(texts[0]) IN (\(texts.dropFirst().joined(separator: ", ")))"
    case ("between", 3): return "\(texts[0]) BETWEEN \(texts[1]) AND \(texts[2])"
    case ("value", _): return "\(texts[0]) IS NOT NULL"
    case (_, 2): return "\(texts[0]) \(name) \(texts[1])"
    default: return texts.joined(separator: ", ")
    }
  }

  /// The column of a call with a lambda over the elements of one array of the records (S83), which may be what
  /// `cardinality` is asked of; nil for others.
  func elementColumn(_ call: FunctionCall, _ expression: Expression) throws(BindError) -> ColumnID? {
    guard let (array, lambda, result) = call.elementForm,
      case .lambda(let parameters, let body) = lambda.kind,
      parameters.count == 1, let path = array.accessPath
    else { return nil }
    return try elementColumn("call", [expression], "\(expression)", result) {
      (binder) throws(BindError) in
      try binder.value(expression)
    } _: { (binder) throws(BindError) in
      guard case .events(let events, let own) = try binder.scope.resolve(path, array.span),
        let names = own.arrayNames
      else { return nil }
      let origin = ElementOrigin(table: events, path: AccessPath(steps: own.steps + [.anyElement]))
      let node = try binder.bodyOverElements(of: parameters[0], origin) { (binder) throws(BindError) in
        try binder.value(body)
      }
      return (BoundPath(names: names), node)
    }
  }

  /// Binds an expression as a whole and what it does with an element, both over tables of their own, so that what they
  /// read is not read with the rows.
  private func elementColumn(
    _ name: String, _ operands: [Expression], _ text: String, _ result: ElementForm.Result,
    whole: (inout ExpressionBinder) throws(BindError) -> any Node,
    _ body: (inout ExpressionBinder) throws(BindError) -> (array: BoundPath, node: any Node)?
  ) throws(BindError) -> ColumnID? {
    guard parameters.isEmpty, !scope.isGrouped, let (events, apart) = scope.apart() else { return nil }
    // What has no meaning is told where it is bound as it stands.
    var (wholeBinder, bodyBinder) = (
      ExpressionBinder(scope: apart.scope, now: now),
      ExpressionBinder(scope: apart.scope, now: now)
    )
    bodyBinder.ranged = RangedElement(column: apart.table.newColumn())
    let bound = try? (whole: whole(&wholeBinder), body: body(&bodyBinder))
    guard let bound, let found = bound.body, let element = bodyBinder.ranged?.column,
      !wholeBinder.isVolatile, !bodyBinder.isVolatile,
      wholeBinder.table.paths.count == wholeBinder.table.columns.count,
      bodyBinder.table.columns.contains(element)
    else { return nil }
    var bodyPaths: [BoundPath?] = []
    for column in bodyBinder.table.columns {
      if column == element {
        bodyPaths.append(nil)
      } else if case .path(let path)? = apart.table.source(column) {
        bodyPaths.append(path)
      } else {
        return nil
      }
    }
    events.takeNotes(of: apart.table)
    var parts = [name]
    for operand in operands { parts.append(try scope.key(operand)) }
    let form = ElementForm(
      text: text, array: found.array, result: result,
      whole: BoundExpression(bound.whole, wholeBinder.table),
      body: BoundExpression(found.node, bodyBinder.table), bodyPaths: bodyPaths,
      key: parts.joined(separator: "\u{0}"))
    return events.column(.elements(form))
  }

  /// A path with `[]` as the member of the one element that the condition around is evaluated for.
  mutating func rangedElement(_ path: AccessPath, _ span: SourceSpan) throws(BindError) -> (any Node)? {
    guard let column = ranged?.column else { return nil }
    guard let place = path.steps.firstIndex(of: .anyElement), ranged?.array == nil,
      case let rest = AccessPath(steps: Array(path.steps[(place + 1)...])), !rest.hasAnyElement,
      case .events(let events, let own) = try scope.resolve(path, span),
      let names = AccessPath(steps: Array(own.steps.prefix { $0 != .anyElement })).arrayNames
    else {
      ranged?.isManifold = true
      return nil
    }
    events.noteElements(of: own)
    ranged?.array = BoundPath(names: names)
    return PathNode(table.reader(column, rest, hasElements: true))
  }
}

extension Scope {
  /// The scope of an expression that reads records on its own: the one table of records among its tables is another;
  /// nil where there is none, or there are several.
  fileprivate func apart() -> (EventsTable, apart: (scope: Scope, table: EventsTable))? {
    let own = tables.compactMap { if case .events(let table) = $0.content { table } else { nil } }
    guard own.count == 1, own[0].hasElementColumns else { return nil }
    let table = own[0].apart()
    var scope = self
    scope.tables = tables.map { $0.isEvents ? Table(names: $0.names, content: .events(table)) : $0 }
    return (own[0], (scope, table))
  }
}

extension AccessPath {
  /// The names of the path; nil for the record itself, and where other steps lead on.
  fileprivate var arrayNames: [PathName]? {
    let names = steps.compactMap(\.pathName)
    return names.isEmpty || names.count < steps.count ? nil : names
  }
}

extension FunctionCall {
  /// The array that a lambda goes over, the lambda, and what becomes of its values; nil for other calls.
  fileprivate var elementForm: (array: Expression, lambda: Expression, result: ElementForm.Result)? {
    switch FunctionTable.entry(name.text)?.form {
    case .special(.cardinality):
      guard arguments.count == 1, case .call(let inner) = arguments[0].kind, inner.arguments.count == 2,
        case .lambda(let function)? = FunctionTable.entry(inner.name.text)?.form, function.keepsElements
      else { return nil }
      return (inner.arguments[0], inner.arguments[1], .count)
    case .lambda(let function):
      guard arguments.count == 2, let result = function.elementResult else { return nil }
      return (arguments[0], arguments[1], result)
    default: return nil
    }
  }
}
