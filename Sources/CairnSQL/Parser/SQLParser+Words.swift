extension SQLParser {
  /// The words that the grammar knows, in capitals.
  public static var keywords: [String] { Keyword.allCases.map(\.rawValue) }
}
