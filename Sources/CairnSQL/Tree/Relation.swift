/// What stands after FROM.
public indirect enum Relation: Sendable, Equatable {
  /// A table or a common table.
  case table(TableName, alias: TableAlias?)
  /// A query in parentheses; LATERAL or not.
  case query(Query, isLateral: Bool, alias: TableAlias?)
  /// UNNEST.
  case unnest([Expression], withOrdinality: Bool, alias: TableAlias?)
  /// A relation in parentheses.
  case parenthesized(Relation, alias: TableAlias?)
  /// A join.
  case join(Join)
  /// `relation TABLESAMPLE method (percentage)`.
  case sample(Relation, SampleMethod, percentage: Expression)
}

/// How TABLESAMPLE chooses rows.
public enum SampleMethod: String, Sendable {
  /// Each row on its own.
  case bernoulli = "BERNOULLI"
  /// Rows that are stored together.
  case system = "SYSTEM"
}

/// A table's name as written; any name means the archive unless a common table has it.
public struct TableName: Sendable, Equatable {
  /// The name, its parts joined by dots, or the placeholder as written: `$EDS_ID`, `<event_data_store_id>`.
  public let text: String
  /// The parts of an ordinary name; empty for a placeholder and a bare UUID.
  public let parts: [Identifier]
  /// Where it stands.
  public let span: SourceSpan
}

/// `AS name (columns)`.
public struct TableAlias: Sendable, Equatable {
  /// The name.
  public let name: Identifier
  /// Names for the columns; empty where none are written.
  public let columns: [Identifier]
}

/// Two relations joined.
public struct Join: Sendable, Equatable {
  /// The sort of join.
  public let kind: Kind
  /// The left side.
  public let left: Relation
  /// The right side.
  public let right: Relation
  /// The condition; nil for CROSS.
  public let condition: Condition?

  /// The sorts of joins.
  public enum Kind: String, Sendable {
    case cross = "CROSS"
    case inner = "INNER"
    case left = "LEFT"
    case right = "RIGHT"
    case full = "FULL"
  }

  /// What joins the rows.
  public enum Condition: Sendable, Equatable {
    /// ON.
    case on(Expression)
    /// USING.
    case using([Identifier])
    /// NATURAL.
    case natural
  }
}
