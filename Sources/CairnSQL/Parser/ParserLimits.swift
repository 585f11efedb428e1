/// What the parser refuses before it can hurt. Each limit has a test.
public enum ParserLimits {
  /// Bytes of SQL text. Published queries have up to 20 kB; lists of thousands of addresses fit.
  public static let textByteCount = 1 << 20
  /// Parentheses, calls, subqueries and prefix operators inside one another. The parser needs up to
  /// 5 kB of stack for each, so that a secondary thread's 512 kB are enough (tested).
  public static let nesting = 80
  /// Levels of the finished tree, which chains such as `a || b || …` deepen without nesting. Those who
  /// walk the tree may recurse that deep.
  public static let treeDepth = 512
  /// Set operations or joins in one chain.
  public static let chainLength = 256
}
