/// A statement of the read side of SQL.
public enum Statement: Sendable, Equatable {
  /// A query.
  case query(Query)
  /// EXPLAIN.
  case explain(Query, Explain)
  /// `DESCRIBE [FORMATTED | EXTENDED] table`.
  case describe(TableName)
  /// `SHOW COLUMNS [FROM table] [LIKE pattern]`.
  case showColumns(TableName?, like: ShowPattern?)
  /// SHOW of something that has names.
  case show(Listing, like: ShowPattern?)
  /// `SHOW CREATE TABLE table`.
  case showCreateTable(TableName)
  /// `SHOW PARTITIONS table`.
  case showPartitions(TableName)
  /// `PREPARE name FROM statement`, with the statement's text.
  case prepare(Identifier, text: String)
  /// `EXECUTE name USING a, b`.
  case execute(Identifier, arguments: [Argument])
  /// `EXECUTE IMMEDIATE 'statement' USING a, b`.
  case executeImmediate(text: String, SourceSpan, arguments: [Argument])
  /// `DEALLOCATE PREPARE name`.
  case deallocate(Identifier)
  /// A statement that sets up a session or a transaction, which changes nothing here, with what to say of that.
  case session(note: String?)

  /// What EXPLAIN shows.
  public enum Explain: Sendable {
    /// What is asked for, and the operators that answer it.
    case plan
    /// What is asked for alone.
    case logicalPlan
    /// The operators alone.
    case operators
    /// The plan with what running it took.
    case analysis
    /// Whether the query is valid.
    case validity
  }

  /// What SHOW lists.
  public enum Listing: Sendable {
    /// Tables.
    case tables
    /// Views, of which there are none.
    case views
    /// Schemas, which Athena calls databases.
    case schemas
    /// Catalogs.
    case catalogs
    /// Functions.
    case functions
    /// Session properties, of which there are none.
    case session
  }

  /// A value of EXECUTE … USING.
  public struct Argument: Sendable, Equatable {
    /// The expression as it is written.
    public let text: String
    /// Where it stands.
    public let span: SourceSpan
  }
}

/// A LIKE pattern that names have to match.
public struct ShowPattern: Sendable, Equatable {
  /// The pattern.
  public let text: String
  /// The character after ESCAPE.
  public let escape: String?
  /// Where it stands.
  public let span: SourceSpan
}
