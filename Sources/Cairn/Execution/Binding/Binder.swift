import CairnSQL

/// Turns parsed expressions into ones that can be evaluated, and refuses what has no meaning.
package enum Binder {
  /// Binds an expression; `now` is the start of the query in seconds since 1970.
  package static func bind(_ expression: Expression, now: Int64) throws(BindError) -> BoundExpression {
    try bind(expression, now: now, in: EventsTable(ColumnIDs()))
  }

  /// Binds an expression over the records of a table.
  static func bind(
    _ expression: Expression, now: Int64, in table: EventsTable
  ) throws(BindError) -> BoundExpression {
    let now = try start(now, of: expression)
    let terms = conjuncts(of: expression)
    let scope = Scope(records: table)
    guard terms.count > 1 else { return try bind(expression, in: scope, now: now) }
    var bound: [BoundExpression] = []
    for term in terms { bound.append(try bind(term, in: scope, now: now)) }
    return try bind(expression, in: scope, now: now, terms: bound)
  }

  /// The time that `now()` stands for in an expression, of seconds since 1970.
  static func start(_ seconds: Int64, of expression: Expression) throws(BindError) -> TimePoint {
    guard let now = TimePoint(seconds: seconds) else {
      throw BindError(message: "the clock is outside the years 1 to 9999", span: expression.span)
    }
    return now
  }

  /// Binds a lambda of an aggregate, which reads nothing but its two parameters.
  static func lambda(_ expression: Expression, of call: FunctionCall, now: TimePoint) throws(BindError)
    -> Lambda
  {
    var binder = ExpressionBinder(scope: Scope(tables: [], outer: nil), now: now)
    return try binder.lambda(expression, parameterCount: 2, of: call.name.text)
  }

  /// The terms of a top-level AND, or the expression itself.
  static func conjuncts(of expression: Expression) -> [Expression] {
    guard case .and(let terms) = expression.kind else { return [expression] }
    return terms.flatMap(conjuncts)
  }

  /// Binds an expression whose names a scope has.
  static func bind(
    _ expression: Expression, in scope: Scope, now: TimePoint, terms: [BoundExpression] = []
  ) throws(BindError) -> BoundExpression {
    var binder = ExpressionBinder(scope: scope, now: now)
    let root = expression.isCondition ? try binder.condition(expression) : try binder.root(expression)
    let table = binder.table
    let needle =
      terms.isEmpty && table.paths.count == table.columns.count ? expression.needle(table.paths) : nil
    let isOfPaths = table.paths.count == table.columns.count && !binder.isVolatile
    // Of other columns it is not known which of them are times.
    let granularity =
      isOfPaths || table.columns.count == 1 ? TimeGranularity.seconds(of: expression, scope) : nil
    var alternatives: [BoundExpression] = []
    if isOfPaths, table.paths.count > 1 {
      alternatives = try self.alternatives(of: expression, in: scope, now: now)
    } else if isOfPaths, table.paths.count == 1, table.paths[0].names.isEmpty {
      alternatives = try searches(of: expression, in: scope, now: now)
    }
    return BoundExpression(
      root: root, table: table, needle: needle, terms: terms,
      alternatives: alternatives,
      timeGranularity: granularity, isVolatile: binder.isVolatile)
  }

  /// The terms of a top-level OR, each bound to its own paths; terms about the same path are one. Empty where there is
  /// none, or one `[]` ranges over all of it.
  private static func alternatives(
    of expression: Expression, in scope: Scope, now: TimePoint
  ) throws(BindError) -> [BoundExpression] {
    guard case .or = expression.kind, !expression.mentionsAnyElement else { return [] }
    var alternatives: [BoundExpression] = []
    var byPath: [BoundPath: [Expression]] = [:]
    var order: [BoundPath] = []
    for term in disjuncts(of: expression) {
      let conjuncts = conjuncts(of: term)
      var bound: [BoundExpression] = []
      if conjuncts.count > 1 {
        for conjunct in conjuncts { bound.append(try bind(conjunct, in: scope, now: now)) }
      }
      let alternative = try bind(term, in: scope, now: now, terms: bound)
      guard alternative.paths.count == 1 else {
        alternatives.append(alternative)
        continue
      }
      if byPath[alternative.paths[0]] == nil { order.append(alternative.paths[0]) }
      byPath[alternative.paths[0], default: []].append(term)
    }
    var together: [BoundExpression] = []
    for path in order {
      guard let terms = byPath[path] else { continue }
      let term = terms.count == 1 ? terms[0] : Expression(anyOf: terms, span: expression.span)
      together.append(try bind(term, in: scope, now: now))
    }
    return together + alternatives
  }

  /// So many searches of all records cost less than putting them together.
  private static let searchLimit = 16

  /// The terms of a top-level OR on whole records where each can be searched for without putting these together; empty
  /// where one cannot.
  private static func searches(
    of expression: Expression, in scope: Scope, now: TimePoint
  ) throws(BindError) -> [BoundExpression] {
    let terms = disjuncts(of: expression)
    guard 2...searchLimit ~= terms.count else { return [] }
    var searches: [BoundExpression] = []
    for term in terms {
      let search = try bind(term, in: scope, now: now)
      guard search.textNeedles != nil else { return [] }
      searches.append(search)
    }
    return searches
  }

  /// The terms of a top-level OR, or the expression itself.
  private static func disjuncts(of expression: Expression) -> [Expression] {
    guard case .or(let terms) = expression.kind else { return [expression] }
    return terms.flatMap(disjuncts)
  }
}

/// The state of one binding.
struct ExpressionBinder {
  let now: TimePoint
  let scope: Scope
  var table = PathTable()
  /// The `[]` of the condition that is being bound; nil outside of conditions.
  private var sources: [AnyElementNode.Source]?
  private var slotCount = 0
  /// The parameters of the lambdas around, innermost last.
  private(set) var parameters: [LambdaParameter] = []
  /// What the `[]` of the condition stand for that is bound over elements; nil elsewhere.
  var ranged: RangedElement?
  /// Whether something in the expression has another value each time.
  var isVolatile = false

  init(scope: Scope, now: TimePoint) {
    self.scope = scope
    self.now = now
  }

  // MARK: Conditions

  /// A node that stands for the whole expression: a value, or where a condition is asked of it, its outcome.
  mutating func root(_ expression: Expression) throws(BindError) -> any Node {
    let asValue = try value(expression)
    guard expression.mentionsAnyElement else { return asValue }
    return RootNode(asValue, condition: try condition(expression))
  }

  /// Binds an expression where a condition is needed (S30).
  mutating func condition(_ expression: Expression) throws(BindError) -> any Node {
    if let column = try scope.replacement(of: expression) { return ColumnNode(slot: table.slot(column)) }
    switch expression.kind {
    case .and(let terms):
      let nodes = try conditions(terms)
      return fold(AndNode(nodes), nodes)
    case .or(let terms):
      let nodes = try alternatives(terms)
      return nodes.count == 1 ? nodes[0] : fold(OrNode(nodes), nodes)
    case .not(let operand): return negated(try condition(operand))
    default:
      if expression.isCondition { return try predicate(expression) }
      return try scoped("truth", [expression]) { (binder) throws(BindError) in try binder.value(expression) }
    }
  }

  mutating func conditions(_ terms: [Expression]) throws(BindError) -> [any Node] {
    var nodes: [any Node] = []
    for term in terms { nodes.append(try condition(term)) }
    return nodes
  }

  /// Binds a condition around which the `[]` inside range. What it asks of which operands tells it from others.
  mutating func scoped(
    _ name: String, _ operands: [Expression], withoutArray: Bool? = nil,
    _ bind: (inout ExpressionBinder) throws(BindError) -> any Node
  ) throws(BindError) -> any Node {
    if let column = try rangedColumn(name, operands, withoutArray: withoutArray, bind) {
      return ColumnNode(slot: table.slot(column))
    }
    let (outerSources, outerRanged) = (sources, ranged)
    (sources, ranged) = ([], nil)
    defer { (sources, ranged) = (outerSources, outerRanged) }
    let node = try bind(&self)
    guard let found = sources, !found.isEmpty else { return node }
    return AnyElementNode(found, node, withoutArray: withoutArray)
  }

  /// Binds the body of a lambda: a scope of its own for `[]`, in which the parameters hide names of the record.
  mutating func inScope<Result>(
    of names: [Identifier], origin: ElementOrigin? = nil,
    _ bind: (inout ExpressionBinder, [Int]) throws(BindError) -> Result
  ) throws(BindError) -> Result {
    let (outerSources, outerParameters, outerRanged) = (sources, parameters, ranged)
    defer { (sources, parameters, ranged) = (outerSources, outerParameters, outerRanged) }
    (sources, ranged) = (nil, nil)
    let slots = Array(slotCount..<slotCount + names.count)
    slotCount += names.count
    parameters += zip(names, slots).map { LambdaParameter(name: $0, place: .slot($1), origin: origin) }
    return try bind(&self, slots)
  }

  /// Binds the body of a lambda whose parameter is the one element that `ranged` names.
  mutating func bodyOverElements(
    of name: Identifier, _ origin: ElementOrigin,
    _ bind: (inout ExpressionBinder) throws(BindError) -> any Node
  ) throws(BindError) -> any Node {
    guard let column = ranged?.column else { return ConstantNode(.null) }
    parameters = [LambdaParameter(name: name, place: .column(column), origin: origin)]
    let node = try bind(&self)
    return node
  }

  /// A `[]` of the condition around, or the array of its values where there is none.
  mutating func ranging(_ source: ElementSource) -> any Node {
    ranged?.isManifold = true
    guard sources != nil else { return SpreadNode(source) }
    let slot = slotCount
    slotCount += 1
    sources?.append(AnyElementNode.Source(values: source, slot: slot))
    return ElementNode(slot: slot)
  }

  func negated(_ node: any Node) -> any Node {
    if let constant = node.constant { return ConstantNode(EngineValue(constant.truth.map { !$0 })) }
    return NotNode(node)
  }

  // MARK: Values

  /// Binds an expression for its value.
  mutating func value(_ expression: Expression) throws(BindError) -> any Node {
    if let node = parameterAccess(expression) { return node }
    if let column = try scope.replacement(of: expression) { return ColumnNode(slot: table.slot(column)) }
    if let path = expression.accessPath { return try pathNode(path, expression.span) }
    if expression.isCondition { return try condition(expression) }
    switch expression.kind {
    case .literal(let literal): return ConstantNode(try LiteralBinder.value(literal, expression.span))
    case .access(let base, let step): return try access(base, step)
    case .subscripted(let base, let index):
      let nodes: [any Node] = [try value(base), try value(index)]
      return fold(SubscriptNode(nodes[0], nodes[1], countsFromEnd: false), nodes)
    case .unary(let sign, let operand): return try unary(sign, operand)
    case .binary(let operation, let lhs, let rhs): return try binary(operation, lhs, rhs, expression)
    case .caseWhen(let choice): return try caseWhen(choice)
    case .cast(let operand, let type, _): return try cast(operand, type)
    case .call(let call): return try self.call(call, expression)
    case .array(let items):
      let nodes = try values(items)
      return fold(ArrayNode(nodes), nodes)
    case .row(let items):
      let nodes = try values(items)
      return fold(FunctionNode(nodes) { .row(RowValue(values: $0)) }, nodes)
    case .extract(let field, let operand): return try extract(field, operand)
    case .atTimeZone(let operand, let zone): return try zoned(operand, zone, isShownIn: true)
    case .json(let call): return try json(call, expression)
    case .parameter:
      throw BindError(
        message: "? has no value: PREPARE name FROM the statement, then EXECUTE name USING its values",
        span: expression.span)
    default:
      throw BindError(message: "\(expression.sort) cannot stand here", span: expression.span)
    }
  }

  mutating func values(_ expressions: [Expression]) throws(BindError) -> [any Node] {
    var nodes: [any Node] = []
    for expression in expressions { nodes.append(try value(expression)) }
    return nodes
  }

  mutating func operand(_ expression: Expression) throws(BindError) -> Operand {
    let isTimeColumn = isOfParameter(expression) ? false : try scope.isTimeColumn(expression)
    return Operand(node: try value(expression), isTimeColumn: isTimeColumn)
  }

  mutating func pathNode(_ path: AccessPath, _ span: SourceSpan) throws(BindError) -> any Node {
    if path.steps.contains(.index(0)) || path.steps.contains(.element(0)) { throw .zeroIndex(span) }
    if path.hasAnyElement, let node = try rangedElement(path, span) { return node }
    let (reader, rest) = try reader(path, span)
    if rest.hasAnyElement { return ranging(.path(reader)) }
    guard let other = try substitute(for: path, span) else { return PathNode(reader) }
    return CoalesceNode([PathNode(reader), PathNode(try self.reader(other, span).0)])
  }

  /// The path that is read where one finds nothing; nil where there is none.
  private func substitute(for path: AccessPath, _ span: SourceSpan) throws(BindError) -> AccessPath? {
    guard path.steps.last?.isNamed("eventTime") == true, try scope.output(path, span) == nil else {
      return nil
    }
    var resolution = try scope.resolve(path, span)
    var level = scope
    while case .outer(let inner) = resolution {
      guard let around = level.outer?.scope else { return nil }
      (resolution, level) = (inner, around)
    }
    // A group's key has been read below.
    guard !level.isGrouped, case .events(let events, let own) = resolution,
      let other = events.substitute(for: own)
    else { return nil }
    return AccessPath(steps: path.steps.dropLast() + other.steps)
  }

  /// How a path is read here, and what of it is left behind an alias or a derived column's name.
  private mutating func reader(
    _ path: AccessPath, _ span: SourceSpan
  ) throws(BindError) -> (PathReader, AccessPath) {
    if let (output, rest) = try scope.output(path, span) { return (table.reader(output.id, rest), rest) }
    let resolution = try scope.resolve(path, span)
    if scope.isGrouped {
      if let (column, rest) = scope.groupedPrefix(resolution) { return (table.reader(column, rest), rest) }
      if !resolution.isOuter {
        throw BindError(
          message: "\(path.description) must be in GROUP BY or inside an aggregate", span: span)
      }
    }
    return try reader(resolution, path, span)
  }

  private mutating func reader(
    _ resolution: Scope.Resolution, _ written: AccessPath, _ span: SourceSpan
  ) throws(BindError) -> (PathReader, AccessPath) {
    switch resolution {
    case .events(let events, let path):
      events.noteElements(of: path)
      return (table.reader(path, of: events), path)
    case .virtual(let events, let virtual, let path):
      return (table.reader(events.column(.virtual(virtual)), path), path)
    case .column(let column, let path):
      column.origin?.note(path.steps)
      return (table.reader(column.id, path, hasElements: column.origin != nil), path)
    case .outer(let inner):
      let before = Set(table.columns)
      let result: (PathReader, AccessPath)
      if let around = scope.outer?.scope, around.isGrouped, !inner.isOuter {
        guard let (column, rest) = around.groupedPrefix(inner) else {
          throw BindError(
            message: "\(written.description) must be in GROUP BY of the query around", span: span)
        }
        result = (table.reader(column, rest), rest)
      } else {
        result = try reader(inner, written, span)
      }
      for column in table.columns where !before.contains(column) { scope.outer?.use(column) }
      return result
    }
  }

  /// Constant steps into the result of an expression.
  private mutating func access(_ base: Expression, _ step: Path.Step) throws(BindError) -> any Node {
    if case .index(0) = step { throw .zeroIndex(base.span) }
    var steps = [ValueStep(AccessPath.Step(step))]
    var base = base
    while case .access(let inner, let step) = base.kind {
      steps.insert(ValueStep(AccessPath.Step(step)), at: 0)
      base = inner
    }
    return try self.steps(base, steps)
  }

  /// Steps into an expression that is no path.
  mutating func steps(_ base: Expression, _ steps: [ValueStep]) throws(BindError) -> any Node {
    self.steps(try value(base), steps)
  }

  mutating func steps(_ node: any Node, _ steps: [ValueStep]) -> any Node {
    if steps.contains(.anyElement) { return ranging(.steps(node, steps)) }
    return fold(StepsNode(node, steps), [node])
  }

  // MARK: Folding

  /// The node, or its value if all that it depends on is constant.
  func fold(_ node: any Node, _ inputs: [any Node]) -> any Node {
    inputs.allSatisfy { $0.constant != nil } ? ConstantNode(node.value(Row(values: [], elements: []))) : node
  }
}

/// An expression with `[]` as a whole: its value, and its outcome where it is a condition.
private final class RootNode: Node {
  private let asValue: any Node
  private let condition: any Node

  init(_ asValue: any Node, condition: any Node) {
    self.asValue = asValue
    self.condition = condition
  }

  func value(_ row: Row) -> EngineValue { asValue.value(row) }
  func truth(_ row: Row) -> Bool? { condition.truth(row) }
}

extension AccessPath.Step {
  init(_ step: Path.Step) {
    switch step {
    case .name(let name): self = name.isQuoted ? .quoted(name.text) : .name(name.text)
    case .key(let key): self = .key(key)
    case .index(let index): self = .index(index)
    case .anyElement: self = .anyElement
    }
  }
}

extension Expression {
  /// Whether a `[]` stands anywhere in it.
  var mentionsAnyElement: Bool {
    switch kind {
    case .path(let path): path.hasAnyElement
    case .access(_, .anyElement): true
    default: children.contains { $0.mentionsAnyElement }
    }
  }
}

extension AccessPath.Step {
  /// Whether it reads a name, in any case.
  fileprivate func isNamed(_ name: String) -> Bool {
    switch self {
    case .name(let text), .quoted(let text), .key(let text), .jsonKey(let text):
      AccessPath.isSameIgnoringCase(text, name)
    default: false
    }
  }
}

extension AccessPath {
  /// Whether it is the records' eventTime itself.
  var isEventTime: Bool { steps.count == 1 && isTimeColumn }
}
