import CairnSQL
import CairnStorage

// What `*` stands for (S61).
extension Planner {
  /// The columns of all relations.
  func star(_ scope: Scope, _ span: SourceSpan) throws -> [OutputItem] {
    if scope.tables.isEmpty { throw BindError(message: "* needs FROM", span: span) }
    return try scope.tables.flatMap { try star($0) }
  }

  private func star(_ table: Scope.Table) throws -> [OutputItem] {
    switch table.content {
    case .events(let events):
      try keys.ordered().map { OutputItem(content: .key(events, $0), name: $0) }
    case .columns(let columns):
      // A column that USING made one is no relation's.
      columns.filter { !$0.needsQualifier }.map { OutputItem(content: .column($0), name: $0.name) }
    }
  }

  /// `t.*` of a relation here or in a query around, `path.*` of objects of records, `(row).*`.
  func star(of base: Expression, _ scope: Scope) throws -> [OutputItem] {
    guard let path = base.accessPath else { return try fields(of: base, scope) }
    let names = path.steps.map { step -> String? in
      switch step {
      case .name(let text), .quoted(let text), .key(let text): text
      default: nil
      }
    }
    let plain = names.compactMap { $0 }
    if plain.count == names.count, !plain.isEmpty {
      // All relations of the name, should there be several.
      let named = scope.tables(named: plain)
      if !named.isEmpty { return try named.flatMap { try star($0) } }
      if let items = try star(ofOuter: plain, base, scope) { return items }
    }
    if RowShape(base, scope) != nil { return try fields(of: base, scope) }
    return try members(of: path, base, scope)
  }

  private func star(ofOuter names: [String], _ base: Expression, _ scope: Scope) throws -> [OutputItem]? {
    var around = scope.outer?.scope
    while let level = around {
      let named = level.tables(named: names)
      guard let table = named.first else {
        around = level.outer?.scope
        continue
      }
      if named.count > 1 {
        throw BindError(message: "\(base) could be one of several relations", span: base.span)
      }
      return try star(table).map { item in
        let steps = names.map(AccessPath.Step.name) + [.key(item.name)]
        return OutputItem(content: .path(AccessPath(steps: steps), base.span), name: item.name)
      }
    }
    return nil
  }

  /// The keys that records have at a path, each read exactly.
  private func members(of path: AccessPath, _ base: Expression, _ scope: Scope) throws -> [OutputItem] {
    let error = BindError(
      message: "\(base).* needs a relation of this name, or a path at which records have objects",
      span: base.span)
    guard case .events(_, let resolved)? = try? scope.resolve(path, base.span) else { throw error }
    let names = resolved.steps.compactMap(\.pathName)
    guard names.count == resolved.steps.count else { throw error }
    let found = try keys.ordered(at: names)
    if found.isEmpty { throw error }
    return found.map { key in
      OutputItem(content: .path(AccessPath(steps: path.steps + [.key(key)]), base.span), name: key)
    }
  }

  /// The fields of a row whose type is written.
  private func fields(of base: Expression, _ scope: Scope) throws -> [OutputItem] {
    guard let shape = RowShape(base, scope) else {
      throw BindError(
        message:
          "the fields of this value are not known: .* goes with relations, objects of records and ROW(…)",
        span: base.span)
    }
    return shape.names.enumerated().map { place, name in
      OutputItem(content: .field(base, place + 1), name: name ?? "_col\(place)")
    }
  }
}

extension Scope {
  /// The relations that a name, with what may stand before it, means here.
  fileprivate func tables(named names: [String]) -> [Table] {
    tables.filter { table in
      table.names.contains {
        $0.count == names.count && zip($0, names).allSatisfy(AccessPath.isSameIgnoringCase)
      }
    }
  }
}
