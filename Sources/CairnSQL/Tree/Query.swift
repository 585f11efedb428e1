/// A query: what stands between the parentheses of a subquery, or a whole SELECT statement.
public struct Query: Sendable, Equatable {
  /// WITH, in order.
  public let commonTables: [CommonTable]
  /// Whether it is WITH RECURSIVE.
  public let isRecursive: Bool
  /// SELECT, VALUES, or set operations of them.
  public let body: Body
  /// ORDER BY.
  public let ordering: [SortItem]
  /// OFFSET.
  public let offset: Expression?
  /// LIMIT or FETCH FIRST; `LIMIT ALL` is nil.
  public let limit: Expression?
  /// FETCH FIRST … WITH TIES.
  public let limitsWithTies: Bool
  /// Where it stands.
  public let span: SourceSpan
  /// Levels of the deepest expression in it.
  let depth: Int

  /// What gives the rows.
  public indirect enum Body: Sendable, Equatable {
    /// SELECT.
    case select(SelectQuery)
    /// VALUES, each row an expression.
    case values([Expression])
    /// `TABLE name`.
    case table(TableName)
    /// A query in parentheses.
    case parenthesized(Query)
    /// UNION, INTERSECT, EXCEPT.
    case setOperation(SetOperator, isAll: Bool, Body, Body)
  }

  /// The set operations.
  public enum SetOperator: String, Sendable {
    case union = "UNION"
    case intersect = "INTERSECT"
    case except = "EXCEPT"
  }

  /// `name (columns) AS (query)`.
  public struct CommonTable: Sendable, Equatable {
    /// The name.
    public let name: Identifier
    /// Names for its columns; empty where none are written.
    public let columns: [Identifier]
    /// The query.
    public let query: Query
  }
}

/// SELECT … FROM … WHERE … GROUP BY … HAVING … WINDOW.
public struct SelectQuery: Sendable, Equatable {
  /// SELECT DISTINCT.
  public let isDistinct: Bool
  /// What is selected.
  public let items: [SelectItem]
  /// The relations after FROM, those between commas each on its own; empty without FROM.
  public let relations: [Relation]
  /// WHERE.
  public let condition: Expression?
  /// GROUP BY.
  public let grouping: Grouping?
  /// HAVING.
  public let having: Expression?
  /// WINDOW name AS (…).
  public let windows: [NamedWindow]
  /// Where it stands.
  public let span: SourceSpan

  /// `WINDOW name AS (…)`.
  public struct NamedWindow: Sendable, Equatable {
    /// The name.
    public let name: Identifier
    /// What it stands for.
    public let specification: WindowSpecification
  }
}

/// One item of SELECT.
public enum SelectItem: Sendable, Equatable {
  /// An expression, named or not.
  case expression(Expression, alias: Identifier?)
  /// `*`.
  case all(SourceSpan)
  /// `t.*`, `x.y.*` with the names for its columns.
  case allOf(Expression, aliases: [Identifier])
}

/// GROUP BY.
public struct Grouping: Sendable, Equatable {
  /// GROUP BY DISTINCT.
  public let isDistinct: Bool
  /// The elements, which multiply.
  public let elements: [Element]

  /// One element of GROUP BY.
  public enum Element: Sendable, Equatable {
    /// A single expression or a list in parentheses, which may be empty.
    case simple([Expression])
    /// ALL or AUTO: what of the list after SELECT is no aggregate.
    case auto
    /// ROLLUP.
    case rollup([[Expression]])
    /// CUBE.
    case cube([[Expression]])
    /// GROUPING SETS.
    case sets([[Expression]])
  }
}
