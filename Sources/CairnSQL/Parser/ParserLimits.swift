/// What the parser refuses before it can hurt. Each limit has a test.
public enum ParserLimits {
  /// Bytes of SQL text. Published queries have up to 20 kB; lists of thousands of addresses fit.
  public static let textByteCount = 1 << 20
  /// Parentheses, calls, subqueries and prefix operators inside one another. The parser recurses
  /// about five frames for each, well inside the 512 kB stack of a secondary thread.
  public static let nesting = 128
  /// Levels of the finished tree, which chains such as `a || b || …` deepen without nesting. Those who
  /// walk the tree may recurse that deep.
  public static let treeDepth = 512
  /// Set operations or joins in one chain.
  public static let chainLength = 256
}
