import CairnSQL

/// A condition that is one term of an AND.
struct Conjunct {
  let text: PlanText
  let bound: BoundExpression
  /// What it says about eventTime, if that is all it says.
  let timeBound: TimeBound?
  /// The sides of an equality.
  let sides: Sides?
  /// As it is written, and the names that it uses; nil for what nobody wrote.
  var source: (expression: Expression, scope: Scope)?

  struct Sides {
    var left: BoundExpression
    var right: BoundExpression
    var leftIsTime: Bool
    var rightIsTime: Bool

    var exchanged: Sides {
      Sides(left: right, right: left, leftIsTime: rightIsTime, rightIsTime: leftIsTime)
    }
  }

  /// The terms of a condition, bound.
  static func terms(of condition: Expression, _ scope: Scope, now: TimePoint) throws(BindError) -> [Conjunct]
  {
    var terms: [Conjunct] = []
    for term in Binder.conjuncts(of: condition) { terms.append(try Conjunct(term, scope, now: now)) }
    return terms
  }

  private init(_ expression: Expression, _ scope: Scope, now: TimePoint) throws(BindError) {
    text = { "\(expression)" }
    bound = try Binder.bind(expression, in: scope, now: now)
    timeBound = try scope.timeBound(of: expression, now: now)
    source = (expression, scope)
    guard case .comparison(.equal, let lhs, let rhs) = expression.kind, !expression.mentionsAnyElement,
      lhs.subqueries.isEmpty, rhs.subqueries.isEmpty
    else {
      sides = nil
      return
    }
    sides = Sides(
      left: try Binder.bind(lhs, in: scope, now: now), right: try Binder.bind(rhs, in: scope, now: now),
      leftIsTime: try scope.isTimeColumn(lhs), rightIsTime: try scope.isTimeColumn(rhs))
  }

  /// Equality of two columns that USING makes one.
  init(_ text: @escaping PlanText, _ bound: BoundExpression, _ sides: Sides) {
    (self.text, self.bound, self.sides, timeBound) = (text, bound, sides, nil)
  }

  /// The same condition where its names mean what they do in another scope; nil where they mean nothing there.
  func named(in scope: Scope, now: TimePoint) -> [Conjunct]? {
    guard let expression = source?.expression, expression.subqueries.isEmpty else { return nil }
    return try? Conjunct.terms(of: expression, scope, now: now)
  }
}

// Conditions on columns as conditions on what these are made of.
extension Conjunct {
  /// What columns are made of, as it is written.
  struct Definitions {
    let scope: Scope
    let expression: (ColumnID) -> Expression?
  }

  /// The condition on what its columns are made of; nil where it reads others too, or might not mean the same.
  func over(_ definitions: Definitions, now: TimePoint) -> [Conjunct]? {
    guard let (expression, scope) = source, !bound.isVolatile, !expression.mentionsAnyElement,
      scope.replacements.isEmpty, scope.outputs.isEmpty
    else { return nil }
    let replaced = expression.replacingPaths { node, path in
      guard let known = node.accessPath,
        case .column(let column, let rest)? = try? scope.resolve(known, node.span),
        let definition = definitions.expression(column.id), !definition.mentionsAnyElement,
        rest.steps.count <= path.steps.count
      else { return nil }
      let steps = Array(path.steps.suffix(rest.steps.count))
      return definitions.isSame(definition, as: column, steps) ? (definition, steps) : nil
    }
    return replaced.flatMap { try? Conjunct.terms(of: $0, definitions.scope, now: now) }
  }

  /// The condition on other columns, which have what its own ones have: what holds for rows of a UNION holds for those
  /// of its inputs. Nil where they are not the same kind of columns.
  func renaming(_ columns: [ColumnID: Scope.Column], now: TimePoint) -> [Conjunct]? {
    guard let scope = source?.scope, !bound.isVolatile, scope.replacements.isEmpty, scope.outputs.isEmpty
    else { return nil }
    var renamed = Scope(tables: [], outer: scope.outer)
    for table in scope.tables {
      guard case .columns(let own) = table.content else {
        renamed.tables.append(table)
        continue
      }
      var others: [Scope.Column] = []
      for column in own {
        guard let other = columns[column.id] else {
          others.append(column)
          continue
        }
        if bound.columns.contains(column.id), other.isTime != column.isTime || other.shape != column.shape {
          return nil
        }
        others.append(column.renamed(other.id))
      }
      renamed.tables.append(Scope.Table(names: table.names, content: .columns(others)))
    }
    return named(in: renamed, now: now)
  }

  /// Whether it has one outcome for all values that are the same (S63), so that it may be asked of rows instead of
  /// groups: numbers that are the same may be spelled differently, as may objects.
  func isOfSameness(now: TimePoint) -> Bool {
    guard let (expression, scope) = source else { return false }
    if timeBound != nil { return true }
    func isColumn(_ side: Expression) -> Bool {
      side.accessPath != nil && (try? Binder.bind(side, in: scope, now: now))?.plainColumn != nil
    }
    switch expression.kind {
    case .comparison(let operation, let lhs, let rhs):
      guard let constant = isColumn(lhs) ? rhs.plainConstant : isColumn(rhs) ? lhs.plainConstant : nil else {
        return false
      }
      return constant == .number || operation == .equal || operation == .notEqual
    case .inList(let value, let items, _):
      return isColumn(value) && items.allSatisfy { $0.plainConstant != nil }
    case .isNull(let value, _): return isColumn(value)
    default: return false
    }
  }
}

extension [Conjunct] {
  /// Those for which something holds, and the others.
  func divided(_ holds: (Conjunct) -> Bool) -> (those: [Conjunct], others: [Conjunct]) {
    (filter(holds), filter { !holds($0) })
  }
}

extension Conjunct.Definitions {
  /// Whether steps from what a column is made of mean what they do from the column.
  fileprivate func isSame(
    _ definition: Expression, as column: Scope.Column, _ steps: [CairnSQL.Path.Step]
  ) -> Bool {
    guard column.members.isEmpty, column.origin == nil,
      (try? scope.isTimeColumn(definition)) == column.isTime
    else { return false }
    if steps.isEmpty { return true }
    let names = steps.compactMap(\.unquotedName)
    guard names.count == steps.count else { return false }
    guard let path = definition.accessPath else { return true }
    let whole = AccessPath(steps: path.steps + names.map(AccessPath.Step.name))
    return (try? scope.isTime(whole, definition.span)) == false
  }
}

extension Scope.Column {
  fileprivate func renamed(_ id: ColumnID) -> Scope.Column {
    Scope.Column(
      name: name, id: id, isTime: isTime, needsQualifier: needsQualifier, shape: shape, members: members,
      origin: origin)
  }
}

extension Expression {
  fileprivate enum PlainConstant {
    case number
    /// No number, boolean, object or array has this text.
    case text
  }

  /// What kind of constant it is, where comparing with it tells no two values apart that are the same.
  fileprivate var plainConstant: PlainConstant? {
    switch kind {
    case .literal(.number): .number
    case .literal(.string(let text)): Needle.maySpellNonString(Array(text.utf8)) ? nil : .text
    default: nil
    }
  }
}

extension CairnSQL.Path.Step {
  fileprivate var unquotedName: String? {
    if case .name(let name) = self, !name.isQuoted { name.text } else { nil }
  }
}
