/// A statement of the read side of SQL.
public enum Statement: Sendable, Equatable {
  /// A query.
  case query(Query)
  /// EXPLAIN, or EXPLAIN ANALYZE.
  case explain(Query, analyze: Bool)
  /// `DESCRIBE table`.
  case describe(TableName)
  /// `SHOW COLUMNS [FROM table] [LIKE pattern]`.
  case showColumns(TableName?, like: String?)
  /// `SHOW TABLES`.
  case showTables
}
