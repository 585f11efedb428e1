import CairnSQL

/// The words of queries, for completion.
public enum SQLWords {
  /// Functions, in small letters.
  public static var functions: [String] {
    Array(Set(FunctionTable.names + AggregateTable.names + windowFunctions)).sorted()
  }

  /// What a function is a function of: `scalar`, `aggregate` or `window`.
  static func sort(ofFunction name: String) -> String {
    if windowFunctions.contains(name) { return "window" }
    return AggregateTable.entry(name) == nil ? "scalar" : "aggregate"
  }

  static let windowFunctions = [
    "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead", "first_value",
    "last_value", "nth_value",
  ]

  /// Keywords, in capitals.
  public static var keywords: [String] { SQLParser.keywords }
}
