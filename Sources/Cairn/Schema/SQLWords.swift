import CairnSQL

/// The words of queries, for completion.
public enum SQLWords {
  /// Functions, in small letters.
  public static var functions: [String] { FunctionTable.names }

  /// Keywords, in capitals.
  public static var keywords: [String] { SQLParser.keywords }
}
