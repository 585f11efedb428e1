/// One node of an expression, with the place in the text that it was read from.
public struct Expression: Sendable, Equatable {
  /// What the node is.
  public let kind: Kind
  /// The text that it was read from.
  public let span: SourceSpan
  /// Levels of nodes from here down, this one included. Bounded by `ParserLimits.treeDepth`.
  let depth: Int

  init(_ kind: Kind, span: SourceSpan, depth: Int) {
    self.kind = kind
    self.span = span
    self.depth = depth
  }

  /// An OR of some of another one's terms.
  package init(anyOf terms: [Expression], span: SourceSpan) {
    self.init(.or(terms), span: span, depth: 1 + (terms.map(\.depth).max() ?? 0))
  }

  /// The forms of expressions. Spelling variants that mean the same have one form.
  public indirect enum Kind: Sendable, Equatable {
    /// A literal of any type.
    case literal(Literal)
    /// A name and the steps from it: `requestParameters.items[].name`.
    case path(Path)
    /// A constant step into a value that is not a path: `split(a, '/')[1]`, `f(x).name`.
    case access(Expression, Path.Step)
    /// A computed subscript: `a[b + 1]`.
    case subscripted(Expression, index: Expression)
    /// `?`, counted from 0 in the order of the text.
    case parameter(Int)
    /// `-x`, `+x`.
    case unary(UnaryOperator, Expression)
    /// Arithmetic, `||`, `->` and `->>`.
    case binary(BinaryOperator, Expression, Expression)
    /// `=`, `<>`, `<`, `<=`, `>`, `>=`.
    case comparison(ComparisonOperator, Expression, Expression)
    /// `x = ANY (SELECT …)`; SOME is ANY.
    case quantified(ComparisonOperator, Expression, Quantifier, Query)
    /// `x [NOT] BETWEEN lower AND upper`.
    case between(Expression, lower: Expression, upper: Expression, isNegated: Bool)
    /// `x [NOT] IN (a, b)`.
    case inList(Expression, [Expression], isNegated: Bool)
    /// `x [NOT] IN (SELECT …)`.
    case inQuery(Expression, Query, isNegated: Bool)
    /// `x [NOT] LIKE pattern [ESCAPE escape]`, or ILIKE.
    case like(LikePredicate)
    /// `x IS [NOT] NULL`.
    case isNull(Expression, isNegated: Bool)
    /// `x IS [NOT] DISTINCT FROM y`.
    case isDistinct(Expression, Expression, isNegated: Bool)
    /// `x IS [NOT] TRUE | FALSE | UNKNOWN`; nil is UNKNOWN.
    case isTruth(Expression, Bool?, isNegated: Bool)
    /// NOT.
    case not(Expression)
    /// All terms of one AND, two or more.
    case and([Expression])
    /// All terms of one OR, two or more.
    case or([Expression])
    /// Both forms of CASE.
    case caseWhen(CaseExpression)
    /// `CAST(x AS type)`, `TRY_CAST(x AS type)`, `x::type`.
    case cast(Expression, DataType, isTry: Bool)
    /// A function, aggregate or window function.
    case call(FunctionCall)
    /// `x -> …`, `(x, y) -> …`.
    case lambda([Identifier], Expression)
    /// `ARRAY[a, b]`.
    case array([Expression])
    /// `(a, b)`, `ROW(a, b)`.
    case row([Expression])
    /// `x AT TIME ZONE zone`.
    case atTimeZone(Expression, zone: Expression)
    /// `EXTRACT(field FROM x)`.
    case extract(Identifier, Expression)
    /// `EXISTS (SELECT …)`.
    case exists(Query)
    /// A query that stands for its one value.
    case subquery(Query)
    /// JSON_VALUE and its kin.
    case json(JSONCall)
  }
}

/// `-x` and `+x`.
public enum UnaryOperator: String, Sendable {
  case minus = "-"
  case plus = "+"
}

/// Operators with two sides that are no predicates.
public enum BinaryOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
  case concatenate = "||"
  /// DuckDB's `->`: the member or element, as JSON.
  case jsonMember = "->"
  /// DuckDB's `->>`: the member or element, as text.
  case jsonText = "->>"
}

/// The six comparisons.
public enum ComparisonOperator: String, Sendable, CaseIterable {
  case equal = "="
  case notEqual = "<>"
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
}

/// `ALL` or `ANY` of a quantified comparison.
public enum Quantifier: Sendable {
  case all
  case any
}

/// `value [NOT] LIKE pattern [ESCAPE escape]`.
public struct LikePredicate: Sendable, Equatable {
  /// The value that is matched.
  public let value: Expression
  /// The pattern.
  public let pattern: Expression
  /// The escape character, if one is named.
  public let escape: Expression?
  /// Whether it is NOT LIKE.
  public let isNegated: Bool
  /// Whether it is ILIKE.
  public let ignoresCase: Bool
}

/// `CASE [operand] WHEN … THEN … [ELSE …] END`.
public struct CaseExpression: Sendable, Equatable {
  /// The operand of the form that compares; nil for the form with conditions.
  public let operand: Expression?
  /// The branches in order, one or more.
  public let branches: [Branch]
  /// The ELSE value.
  public let otherwise: Expression?

  /// `WHEN condition THEN result`.
  public struct Branch: Sendable, Equatable {
    /// The condition, or the value that the operand is compared with.
    public let condition: Expression
    /// The value if the branch is taken.
    public let result: Expression
  }
}
