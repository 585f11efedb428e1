extension FunctionCall: CustomStringConvertible {
  /// The call as SQL.
  public var description: String {
    var inside = isStar ? "*" : (isDistinct ? "DISTINCT " : "") + arguments.sqlList
    if !ordering.isEmpty { inside += " " + ordering.sqlClause }
    var result = "\(name)(\(inside))"
    if let filter { result += " FILTER (WHERE \(filter))" }
    if let ignoresNulls { result += ignoresNulls ? " IGNORE NULLS" : " RESPECT NULLS" }
    switch window {
    case .named(let name): result += " OVER \(name)"
    case .specification(let window): result += " OVER \(window)"
    case nil: break
    }
    return result
  }
}

extension QualifiedName: CustomStringConvertible {
  /// The name as SQL.
  public var description: String { parts.map(\.description).joined(separator: ".") }
}

extension WindowSpecification: CustomStringConvertible {
  /// The window as SQL, its parentheses included.
  public var description: String {
    var parts: [String] = []
    if let base { parts.append(base.description) }
    if !partition.isEmpty { parts.append("PARTITION BY \(partition.sqlList)") }
    if !ordering.isEmpty { parts.append(ordering.sqlClause) }
    if let frame { parts.append(frame.description) }
    return "(\(parts.joined(separator: " ")))"
  }
}

extension WindowFrame: CustomStringConvertible {
  /// The frame as SQL.
  public var description: String {
    let word =
      switch unit {
      case .range: "RANGE"
      case .rows: "ROWS"
      case .groups: "GROUPS"
      }
    guard let end else { return "\(word) \(start)" }
    return "\(word) BETWEEN \(start) AND \(end)"
  }
}

extension WindowFrame.Bound: CustomStringConvertible {
  /// The bound as SQL.
  public var description: String {
    switch self {
    case .unboundedPreceding: "UNBOUNDED PRECEDING"
    case .unboundedFollowing: "UNBOUNDED FOLLOWING"
    case .currentRow: "CURRENT ROW"
    case .preceding(let distance): "(\(distance)) PRECEDING"
    case .following(let distance): "(\(distance)) FOLLOWING"
    }
  }
}

extension [SortItem] {
  fileprivate var sqlClause: String {
    let items = map { item in
      let nulls = item.nullsFirst.map { $0 ? " NULLS FIRST" : " NULLS LAST" } ?? ""
      return "\(item.expression)\(item.isDescending ? " DESC" : "")\(nulls)"
    }
    return "ORDER BY \(items.joined(separator: ", "))"
  }
}

extension Query: CustomStringConvertible {
  /// The query as SQL.
  public var description: String {
    var parts: [String] = []
    if !commonTables.isEmpty {
      let tables = commonTables.map { "\($0.name)\($0.columns.sqlNames) AS (\($0.query))" }
      parts.append("WITH \(isRecursive ? "RECURSIVE " : "")\(tables.joined(separator: ", "))")
    }
    parts.append(body.description)
    if !ordering.isEmpty { parts.append(ordering.sqlClause) }
    if let offset { parts.append("OFFSET \(offset)") }
    if let limit { parts.append(limitsWithTies ? "FETCH FIRST \(limit) ROWS WITH TIES" : "LIMIT \(limit)") }
    return parts.joined(separator: " ")
  }
}

extension Query.Body: CustomStringConvertible {
  /// The body as SQL.
  public var description: String {
    switch self {
    case .select(let select): select.description
    case .values(let rows): "VALUES \(rows.sqlList)"
    case .table(let name): "TABLE \(name)"
    case .parenthesized(let query): "(\(query))"
    case .setOperation(let operation, let isAll, let lhs, let rhs):
      "\(lhs) \(operation.rawValue)\(isAll ? " ALL" : "") \(rhs)"
    }
  }
}

extension SelectQuery: CustomStringConvertible {
  /// The SELECT as SQL.
  public var description: String {
    var parts = ["SELECT \(isDistinct ? "DISTINCT " : "")\(items.map(\.description).joined(separator: ", "))"]
    if !relations.isEmpty { parts.append("FROM \(relations.map(\.description).joined(separator: ", "))") }
    if let condition { parts.append("WHERE \(condition)") }
    if let grouping { parts.append(grouping.description) }
    if let having { parts.append("HAVING \(having)") }
    if !windows.isEmpty {
      parts.append("WINDOW \(windows.map { "\($0.name) AS \($0.specification)" }.joined(separator: ", "))")
    }
    return parts.joined(separator: " ")
  }
}

extension SelectItem: CustomStringConvertible {
  /// The item as SQL.
  public var description: String {
    switch self {
    case .expression(let expression, let alias): "\(expression)\(alias.map { " AS \($0)" } ?? "")"
    case .all: "*"
    case .allOf(let base, let aliases): "\(base).*\(aliases.isEmpty ? "" : " AS\(aliases.sqlNames)")"
    }
  }
}

extension Grouping: CustomStringConvertible {
  /// The clause as SQL.
  public var description: String {
    func sets(_ sets: [[Expression]]) -> String { sets.map { "(\($0.sqlList))" }.joined(separator: ", ") }
    let parts = elements.map { element in
      switch element {
      case .auto: "AUTO"
      case .simple(let items): items.count == 1 ? items.sqlList : "(\(items.sqlList))"
      case .rollup(let items): "ROLLUP (\(sets(items)))"
      case .cube(let items): "CUBE (\(sets(items)))"
      case .sets(let items): "GROUPING SETS (\(sets(items)))"
      }
    }
    return "GROUP BY \(isDistinct ? "DISTINCT " : "")\(parts.joined(separator: ", "))"
  }
}

extension Relation: CustomStringConvertible {
  /// The relation as SQL.
  public var description: String {
    switch self {
    case .table(let name, let alias): name.description + alias.sqlAlias
    case .query(let query, let isLateral, let alias):
      "\(isLateral ? "LATERAL " : "")(\(query))\(alias.sqlAlias)"
    case .unnest(let arrays, _, let alias) where arrays.first?.isJSONTable == true:
      arrays.sqlList + alias.sqlAlias
    case .unnest(let arrays, let withOrdinality, let alias):
      "UNNEST(\(arrays.sqlList))\(withOrdinality ? " WITH ORDINALITY" : "")\(alias.sqlAlias)"
    case .parenthesized(let relation, let alias): "(\(relation))\(alias.sqlAlias)"
    case .join(let join): join.description
    case .sample(let relation, let method, let percentage):
      "\(relation) TABLESAMPLE \(method.rawValue) (\(percentage))"
    }
  }
}

extension Join: CustomStringConvertible {
  /// The join as SQL.
  public var description: String {
    switch condition {
    case .natural: "\(left) NATURAL \(kind.rawValue) JOIN \(right)"
    case .on(let condition): "\(left) \(kind.rawValue) JOIN \(right) ON \(condition)"
    case .using(let columns): "\(left) \(kind.rawValue) JOIN \(right) USING\(columns.sqlNames)"
    case nil: "\(left) \(kind.rawValue) JOIN \(right)"
    }
  }
}

extension TableName: CustomStringConvertible {
  /// An ordinary name with the quotes that it had; a placeholder as it is.
  public var description: String {
    parts.isEmpty ? text : parts.map(\.description).joined(separator: ".")
  }
}

extension [Identifier] {
  fileprivate var sqlNames: String {
    isEmpty ? "" : " (\(map(\.description).joined(separator: ", ")))"
  }
}

extension TableAlias? {
  fileprivate var sqlAlias: String {
    map { " AS \($0.name)\($0.columns.sqlNames)" } ?? ""
  }
}
