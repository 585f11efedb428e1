import CairnSQL
import CairnStorage

/// A column of the rows of some operator, named once for a whole query.
package struct ColumnID: Hashable, Sendable {
  let number: Int
}

/// Gives out column names.
final class ColumnIDs {
  private var next = 0

  func make() -> ColumnID {
    defer { next += 1 }
    return ColumnID(number: next)
  }
}

/// The names that an expression may use.
struct Scope {
  struct Column {
    let name: String
    let id: ColumnID
    /// Whether it is a time column (S23) handed on unchanged.
    let isTime: Bool
    /// Whether it is found behind its relation's name only: one of the two that USING made one.
    var needsQualifier = false
    /// Its fields, where it is known to be a row.
    var shape: RowShape?
    /// The members that its values are documented to have, in their order: a place reads one of them.
    var members: [String] = []
    /// The array whose elements it has, where they are those of records.
    var origin: ElementOrigin?
  }

  enum Content {
    case events(EventsTable)
    case columns([Column])
  }

  struct Table {
    /// What may stand before the columns' names: an alias, or the table's name and its last part.
    let names: [[String]]
    let content: Content
  }

  var tables: [Table]
  var outer: OuterScope?
  /// Columns that stand for whole expressions: those of GROUP BY, aggregates, windows, subqueries.
  var replacements: [String: ColumnID] = [:]
  /// Those of them that are time columns.
  var timeReplacements: Set<ColumnID> = []
  /// Whether rows are groups: then a path must be among the replacements.
  var isGrouped = false
  /// Output columns that ORDER BY may name.
  var outputs: [Output] = []

  struct Output {
    let name: String
    let id: ColumnID
    let isTime: Bool
    /// An alias is meant also where steps follow.
    let isAlias: Bool
    /// The same for output columns that are the same expression.
    let key: String
  }

  /// Records alone, as `--where` has them.
  init(records table: EventsTable) { tables = [Table(names: [], content: .events(table))] }

  init(tables: [Table], outer: OuterScope?) {
    self.tables = tables
    self.outer = outer
  }

  enum Resolution {
    case events(EventsTable, AccessPath)
    case virtual(EventsTable, VirtualColumn, AccessPath)
    case column(Column, AccessPath)
    /// Found in a query around.
    indirect case outer(Resolution)
  }

  /// What a path means here.
  func resolve(_ path: AccessPath, _ span: SourceSpan) throws(BindError) -> Resolution {
    guard let first = path.steps.first?.key else { return try record(path, span) }
    if let found = try qualified(path, span) { return found }
    if hasColumns {
      let closed = tables.flatMap { table -> [Column] in
        if case .columns(let columns) = table.content { columns.filter { !$0.needsQualifier } } else { [] }
      }
      if let column = try Scope.find(first, closed, span) {
        return .column(column, column.naming(path.steps.dropFirst()))
      }
    }
    return try record(path, span)
  }

  /// The column that a relation's name stands before, here or in a query around, the innermost first.
  private func qualified(_ path: AccessPath, _ span: SourceSpan) throws(BindError) -> Resolution? {
    for table in tables {
      for name in table.names where name.count < path.steps.count + (table.isEvents ? 1 : 0) {
        guard Scope.matches(path.steps, name) else { continue }
        let rest = AccessPath(steps: Array(path.steps.dropFirst(name.count)))
        switch table.content {
        case .events(let events): return events.resolution(rest.withoutRecordName)
        case .columns(let columns):
          guard let next = rest.steps.first?.key else { continue }
          if let column = try Scope.find(next, columns, span) {
            return .column(column, column.naming(rest.steps.dropFirst()))
          }
        }
      }
    }
    return try outer?.scope.qualified(path, span).map(Resolution.outer)
  }

  /// A path of the one table of records, or of a query around.
  private func record(_ path: AccessPath, _ span: SourceSpan) throws(BindError) -> Resolution {
    var found: EventsTable?
    for table in tables {
      guard case .events(let events) = table.content else { continue }
      if found != nil {
        throw BindError(
          message: "\(path.description) could be of several tables: put the table's alias before it",
          span: span)
      }
      found = events
    }
    if let found { return found.resolution(path) }
    if let outer { return .outer(try outer.resolve(path, span)) }
    let names = tables.flatMap { table -> [String] in
      if case .columns(let columns) = table.content { columns.map(\.name) } else { [] }
    }
    throw BindError(
      message: "there is no column \(path.description)", span: span,
      suggestion: NearNames.nearest(to: path.description, among: names))
  }

  private static func find(
    _ text: String, _ columns: [Column], _ span: SourceSpan
  ) throws(BindError) -> Column? {
    var matches = columns.filter { $0.name == text }
    if matches.isEmpty {
      // Derived columns are SQL names: their case never counts, quoted or not.
      matches = columns.filter { AccessPath.isSameIgnoringCase($0.name, text) }
    }
    if Set(matches.map(\.id)).count > 1 {
      throw BindError(message: "the column \(text) is ambiguous", span: span)
    }
    return matches.first
  }

  private static func matches(_ steps: [AccessPath.Step], _ name: [String]) -> Bool {
    guard steps.count >= name.count else { return false }
    return zip(steps, name).allSatisfy { step, part in
      switch step {
      case .name(let text), .quoted(let text), .key(let text): AccessPath.isSameIgnoringCase(text, part)
      default: false
      }
    }
  }
}

extension Scope {
  /// The output column that a path begins with in ORDER BY (S65), and the steps behind it.
  func output(_ path: AccessPath, _ span: SourceSpan) throws(BindError) -> (Output, AccessPath)? {
    guard !outputs.isEmpty, let text = path.steps.first?.key else { return nil }
    let reachable = outputs.filter { path.steps.count == 1 || $0.isAlias }
    var matches = reachable.filter { $0.name == text }
    if matches.isEmpty { matches = reachable.filter { AccessPath.isSameIgnoringCase($0.name, text) } }
    guard let first = matches.first else { return nil }
    if Set(matches.map(\.key)).count > 1 {
      throw BindError(message: "\(text) could be one of several columns of the list after SELECT", span: span)
    }
    return (first, AccessPath(steps: Array(path.steps.dropFirst())))
  }
}

extension Scope {
  /// Whether a relation after FROM is `events`.
  var hasEvents: Bool { tables.contains { $0.isEvents } }

  /// The first one that is.
  var events: EventsTable? {
    for case .events(let events) in tables.lazy.map(\.content) { return events }
    return nil
  }

  /// Whether a relation after FROM has a closed list of columns.
  var hasColumns: Bool { tables.contains { !$0.isEvents } }

  /// The members that the elements of an array of records are documented to have; none for other expressions.
  func documentedMembers(ofElementsOf array: Expression) throws(BindError) -> [PathName] {
    guard let path = array.accessPath, case .events(_, let path) = try resolve(path, array.span) else {
      return []
    }
    return WellKnownField.members(ofElementsOf: path).map { PathName(bytes: Array($0.utf8), isExact: false) }
  }
}

extension Scope.Column {
  /// Steps behind the column, the place of a documented member as its name.
  fileprivate func naming(_ steps: ArraySlice<AccessPath.Step>) -> AccessPath {
    var steps = Array(steps)
    if let place = steps.first?.index, members.indices.contains(place - 1) {
      steps[0] = .name(members[place - 1])
    }
    return AccessPath(steps: steps)
  }
}

extension Scope.Table {
  var isEvents: Bool {
    if case .events = content { true } else { false }
  }
}

/// The names of a query around a subquery, and which of its columns the subquery uses.
final class OuterScope {
  let scope: Scope
  /// Columns whose values are parameters of the subquery.
  private(set) var used: [ColumnID] = []

  init(_ scope: Scope) { self.scope = scope }

  func resolve(_ path: AccessPath, _ span: SourceSpan) throws(BindError) -> Scope.Resolution {
    try scope.resolve(path, span)
  }

  /// Makes a column a parameter; one of a query still further out is a parameter on every level between.
  func use(_ id: ColumnID) {
    if !used.contains(id) { used.append(id) }
    if !scope.owns(id) { scope.outer?.use(id) }
  }
}

extension Scope {
  /// Whether the column is one of its own tables'.
  fileprivate func owns(_ id: ColumnID) -> Bool {
    if replacements.values.contains(id) { return true }
    return tables.contains { table in
      switch table.content {
      case .events(let events): events.source(id) != nil
      case .columns(let columns): columns.contains { $0.id == id }
      }
    }
  }
}

extension AccessPath.Step {
  /// The text of the key that the step names, if it is one by name.
  var key: String? {
    switch self {
    case .name(let text), .quoted(let text), .key(let text), .jsonKey(let text): text
    default: nil
    }
  }

  /// The key that the step names, if it is one by name.
  var pathName: PathName? {
    switch self {
    case .name(let text), .quoted(let text): PathName(bytes: Array(text.utf8), isExact: false)
    case .key(let text), .jsonKey(let text): PathName(bytes: Array(text.utf8), isExact: true)
    default: nil
    }
  }
}

extension AccessPath {
  /// `e.eventJson.x` is `e.x`: the record's own name goes behind an alias too.
  fileprivate var withoutRecordName: AccessPath {
    guard case .name(let name)? = steps.first, AccessPath.isSameIgnoringCase(name, "eventJson") else {
      return self
    }
    return AccessPath(steps: Array(steps.dropFirst()))
  }

  /// The path as people write it, for messages.
  var description: String {
    var text = ""
    for step in steps {
      switch step {
      case .name(let name), .quoted(let name), .key(let name), .jsonKey(let name):
        text += (text.isEmpty ? "" : ".") + name
      case .index(let index), .element(let index): text += "[\(index)]"
      case .anyElement: text += "[]"
      case .document, .scalar: continue
      }
    }
    return text.isEmpty ? "eventJson" : text
  }
}
