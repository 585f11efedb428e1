/// Where functions take lambdas: there `x -> 'p'` is one, elsewhere it is DuckDB's arrow.
enum LambdaArguments {
  /// By the function's name, the arguments' numbers from 0.
  static let places: [String: Set<Int>] = [
    "all_match": [1], "any_match": [1], "array_sort": [1], "filter": [1], "list_filter": [1],
    "list_transform": [1], "map_filter": [1], "map_zip_with": [2], "none_match": [1], "reduce": [2, 3],
    "reduce_agg": [2, 3], "regexp_replace": [2], "split_to_map": [3], "transform": [1],
    "transform_keys": [1], "transform_values": [1], "zip_with": [2],
  ]
}

extension Parser {
  /// An argument that may be a lambda, also one whose body begins with a constant.
  mutating func parseLambdaArgument() throws(SQLSyntaxError) -> Expression {
    let start = current.span
    if at(.leftParenthesis), let parameters = lambdaParameters() {
      for _ in 0..<(parameters.isEmpty ? 3 : parameters.count * 2 + 2) { advance() }
      return try node(.lambda(parameters, try parseExpression()), from: start)
    }
    guard token(ahead: 1).symbol == .arrow, let parameter = lambdaParameter else {
      return try parseExpression()
    }
    advance()
    advance()
    return try node(.lambda([parameter], try parseExpression()), from: start)
  }

  /// The name at the position, if it may be that of a parameter.
  private var lambdaParameter: Identifier? {
    switch current.kind {
    case .word(let text, let keyword) where keyword?.isReserved != true:
      Identifier(text, isQuoted: false, span: current.span)
    case .quotedName(let text): Identifier(text, isQuoted: true, span: current.span)
    default: nil
    }
  }
}
